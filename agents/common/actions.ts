/**
 * Actions in typed rows, as replay, rollouts and networks hold them, and as environments take them.
 *
 * @module
 */
import type { Box, Discrete, MultiDiscrete } from "../../lab/core/space.ts";
import type { InputSpec } from "../../lab/compute/workspace.ts";

/** A space that agents choose actions from. */
export type ActionSpace = Discrete | MultiDiscrete | Box;

/**
 * Rows of actions [N, K], row-major: choices counted from 0 as int32, measured values as float32 in
 * the environment's unit.
 */
export type ActionRows = Int32Array | Float32Array;

/** Numbers K in a row: 1 for Discrete, one a choice for MultiDiscrete, the size of a Box. */
export function actionSize(space: ActionSpace): number {
  if (space.kind === "discrete") return 1;
  return space.kind === "multi-discrete" ? space.nvec.length : space.flatSize;
}

/** Room for the actions of `rows` rows. */
export function actionRows(space: ActionSpace, rows: number): ActionRows {
  const length = rows * actionSize(space);
  return space.kind === "box" ? new Float32Array(length) : new Int32Array(length);
}

/** Shape and type of `rows` actions as a program's input. */
export function actionInput(space: ActionSpace, rows: number): InputSpec {
  return [[rows, actionSize(space)], space.kind === "box" ? "float32" : "int32"];
}

/** Hands rows of actions to N environments. */
export class ActionTranslator {
  readonly #rows: ActionRows;
  readonly #views: ActionRows[];

  /** @param count Environments N. */
  constructor(private readonly space: ActionSpace, count: number) {
    this.#rows = actionRows(space, count);
    const size = actionSize(space);
    this.#views = Array.from(
      { length: count },
      (_, n) => this.#rows.subarray(n * size, (n + 1) * size),
    );
  }

  /**
   * What `Vector.step` takes: Discrete actions counted from the space's start, Box values clipped to
   * its bounds (the agent keeps the unclipped ones: Huang et al. 2022, continuous detail 5). The
   * next call overwrites it.
   *
   * @param actions [N, K].
   */
  translate(actions: ActionRows): ArrayLike<unknown> {
    const { space } = this;
    const rows = this.#rows;
    if (space.kind === "multi-discrete") {
      rows.set(actions);
      return this.#views;
    }
    if (space.kind === "discrete") {
      for (let n = 0; n < rows.length; n++) rows[n] = actions[n] + space.start;
      return rows;
    }
    const { low, high, flatSize } = space;
    for (let i = 0; i < rows.length; i++) {
      const k = i % flatSize;
      rows[i] = Math.min(Math.max(actions[i], low[k]), high[k]);
    }
    return rows;
  }

  /** The first row as one environment takes it, a copy. */
  first(actions: ActionRows): unknown {
    const translated = this.translate(actions);
    return this.space.kind === "discrete" ? translated[0] : this.#views[0].slice();
  }
}
