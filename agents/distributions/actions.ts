/**
 * Actions in typed rows, as replay, rollouts and networks hold them, and as environments take them.
 *
 * @module
 */
import { InputError } from "../../lab/core/errors.ts";
import { kindOf, show } from "../../lab/core/plain.ts";
import type { Generator } from "../../lab/core/random.ts";
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
   * @throws InputError where there are more or fewer, or a choice is no whole number; one beyond its
   *   range is the environment's to refuse.
   */
  translate(actions: ActionRows): ArrayLike<unknown> {
    const { space } = this;
    const rows = this.#rows;
    if (actions?.length !== rows.length) throw this.#misfit(actions);
    if (space.kind !== "box") return this.#choices(actions, space);
    const { low, high, flatSize } = space;
    for (let i = 0; i < rows.length; i++) {
      const k = i % flatSize;
      rows[i] = Math.min(Math.max(actions[i], low[k]), high[k]);
    }
    return rows;
  }

  #choices(actions: ActionRows, space: Discrete | MultiDiscrete): ArrayLike<unknown> {
    const rows = this.#rows;
    const start = space.kind === "discrete" ? space.start : 0;
    for (let i = 0; i < rows.length; i++) {
      const action = actions[i] + start;
      rows[i] = action;
      if (rows[i] !== action) throw this.#noChoice(actions[i]);
    }
    return space.kind === "discrete" ? rows : this.#views;
  }

  #misfit(actions: ActionRows): InputError {
    const given = actions?.length === undefined ? kindOf(actions) : `${actions.length} in all`;
    return new InputError(
      `Cannot act as ${this.#views.length} environments must have a row of ` +
        `${actionSize(this.space)} of ${this.space} each: ${given}`,
    );
  }

  #noChoice(action: unknown): InputError {
    return new InputError(
      `Cannot act as a choice must be a whole number of ${this.space}, counted from 0: ${
        show(action)
      }`,
    );
  }

  /** The first row as one environment takes it, a copy. */
  first(actions: ActionRows): unknown {
    const translated = this.translate(actions);
    return this.space.kind === "discrete" ? translated[0] : this.#views[0].slice();
  }
}

/** What is thrown where no action can be drawn from `count` of a policy's numbers from `first` on. */
export function undrawable(inputs: ArrayLike<number>, first: number, count: number): InputError {
  const found = typeof inputs?.length === "number"
    ? `[${Array.from({ length: count }, (_, j) => inputs[first + j])}]`
    : `a ${kindOf(inputs)}`;
  return new InputError(
    `Cannot draw an action as the policy's numbers must be finite, and awaited: ${found}`,
  );
}

/** The logit of a forbidden action: its exponential is 0. */
export const FORBIDDEN = -1e8;

/**
 * Logits, or other scores, with those of forbidden actions at −1e8, in place. Huang and Ontañón, "A
 * Closer Look at Invalid Action Masking in Policy Gradient Algorithms" (2020, arXiv 2006.14171),
 * section 3.
 *
 * @param logits [B, A].
 * @param masks [B, A], 1 where an action is allowed; undefined: all are.
 */
export function maskLogits(logits: Float32Array, masks: Uint8Array | undefined): Float32Array {
  if (masks === undefined) return logits;
  for (let i = 0; i < logits.length; i++) if (masks[i] === 0) logits[i] = FORBIDDEN;
  return logits;
}

/**
 * One of `count` actions, each allowed one as likely.
 *
 * @param isAllowed Whether an action is; one at least.
 */
export function drawAllowed(
  random: Generator,
  count: number,
  isAllowed: (action: number) => boolean,
): number {
  let allowed = 0;
  for (let a = 0; a < count; a++) if (isAllowed(a)) allowed += 1;
  let left = random.integers(allowed);
  let action = 0;
  while (!isAllowed(action) || left-- > 0) action += 1;
  return action;
}

/**
 * The best action of each row: of a choice the one with the highest score, of a Box its first K
 * numbers (a mean, or the action itself). The first one where several are equal.
 *
 * @example
 * ```ts
 * import { Discrete } from "../../lab/core/space.ts";
 * import { deepStrictEqual } from "node:assert";
 * const actions = new Int32Array(2);
 * bestActions(new Discrete(3), [0.1, 0.7, 0.7, 3, 2, 1], actions);
 * deepStrictEqual([...actions], [1, 0]);
 * ```
 *
 * @param rows [N, P]: scores or logits, side by side for MultiDiscrete; or measured values.
 * @param actions Out: [N, K].
 */
export function bestActions(
  space: ActionSpace,
  rows: ArrayLike<number>,
  actions: ActionRows,
): void {
  const size = actionSize(space);
  const width = rows.length / (actions.length / size);
  if (space.kind === "box") {
    for (let i = 0; i < actions.length; i++) {
      actions[i] = rows[Math.floor(i / size) * width + i % size];
    }
    return;
  }
  const counts = space.kind === "discrete" ? [space.n] : space.nvec;
  let first = 0;
  for (let i = 0; i < actions.length; i++) {
    actions[i] = highest(rows, first, counts[i % size]);
    first += counts[i % size];
  }
}

/** Index of the highest of `count` values from `first` on, counted from there. */
function highest(values: ArrayLike<number>, first: number, count: number): number {
  let best = 0;
  for (let j = 1; j < count; j++) if (values[first + j] > values[first + best]) best = j;
  return best;
}
