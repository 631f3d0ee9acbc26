/**
 * What a policy would do where two numbers of its observation were others, all else being as it is.
 *
 * @module
 */
import type { Policy } from "../agents/policy.ts";
import { Box, Discrete } from "../lab/core/space.ts";
import { extremes, type Strip, stripOf, WORTH_COLOR } from "./strip.ts";

/** Numbers of an observation, at most, of which two can be chosen. */
const MOST_NUMBERS = 64;

/** From the least to the most. */
export type Range = readonly [least: number, most: number];

/** What is shown of each cell: probabilities or values of choices, the measured action, its worth. */
export interface PolicyMap {
  readonly kind: Strip["kind"];
  /** Along each axis. */
  readonly cells: number;
  /** [cells²], row by row from below: a figure an action, or the worth alone. */
  readonly rows: readonly (readonly number[])[];
  /** The map of what it expects from each cell on, where it has a critic. */
  readonly worths?: PolicyMap;
}

/** Whether a policy sees numbers of which two can be chosen, and does what a map can show. */
export function hasMap(
  { observationSpace, actionSpace, scores }: Pick<
    Policy,
    "observationSpace" | "actionSpace" | "scores"
  >,
): boolean {
  return observationSpace instanceof Box && observationSpace.flatSize >= 2 &&
    observationSpace.flatSize <= MOST_NUMBERS &&
    (actionSpace instanceof Box || actionSpace instanceof Discrete && scores !== undefined);
}

/**
 * The range of each number of an observation: the space's where that is bounded, else what was seen,
 * and half as much on either side.
 *
 * @param seen Observations [D]; at least one.
 */
export function rangesOf({ low, high }: Box, seen: readonly Float32Array[]): Range[] {
  return Array.from(low, (least, i) => {
    if (Number.isFinite(least) && Number.isFinite(high[i])) return [least, high[i]];
    const reach = seen.reduce((most, observation) => Math.max(most, Math.abs(observation[i])), 1);
    return [Math.max(least, -1.5 * reach), Math.min(high[i], 1.5 * reach)];
  });
}

/**
 * Asks a policy at every cell; one with memory as at the start of an episode.
 *
 * @param at The observation whose other numbers are kept [D].
 * @param axes Which two numbers are changed: across, and up.
 * @param ranges Of these two.
 * @param agent The name of what was trained.
 */
export function policyMap(
  policy: Pick<Policy, "act" | "actionSpace" | "reset" | "scores"> & Partial<Pick<Policy, "value">>,
  at: Float32Array,
  axes: readonly [number, number],
  ranges: readonly [Range, Range],
  agent: string,
  cells = 36,
): PolicyMap {
  const scores: (Float32Array | undefined)[] = [];
  const actions: unknown[] = [];
  const worths: number[][] = [];
  const observation = at.slice();
  const middle = ([least, most]: Range, cell: number) =>
    least + (cell + 0.5) * (most - least) / cells;
  for (let cell = 0; cell < cells * cells; cell++) {
    observation[axes[0]] = middle(ranges[0], cell % cells);
    observation[axes[1]] = middle(ranges[1], Math.floor(cell / cells));
    policy.reset();
    const action = policy.act(observation);
    actions.push(ArrayBuffer.isView(action) ? (action as Float32Array).slice() : action);
    scores.push(policy.scores?.slice());
    if (policy.value !== undefined) worths.push([policy.value]);
  }
  const strip = stripOf(scores, actions, policy.actionSpace, agent);
  if (strip === undefined) throw new TypeError("a map is of choices or measured actions");
  const rows = strip.rows as readonly (readonly number[])[];
  return {
    kind: strip.kind,
    cells,
    rows,
    ...worths.length > 0 && { worths: { kind: "worths", cells, rows: worths } },
  };
}

/** A cell's colour: that of a line of the palette, from none (0) to full (1). */
export interface Tint {
  readonly series: number;
  readonly strength: number;
}

/**
 * The colours of a map.
 *
 * @param shown An action, whose figure is drawn from its least to its most over the map; "best": in
 *   each cell the best one's colour, the stronger the higher its figure. Measured actions have two
 *   colours, for less and more than the middle.
 */
export function tintsOf({ kind, rows }: PolicyMap, shown: number | "best"): Tint[] {
  if (kind === "actions") {
    const values = rows.map((row) => row[shown === "best" ? 0 : shown]);
    const [least, most] = extremes(values);
    const middle = (least + most) / 2;
    return values.map((value) => ({
      series: value < middle ? 0 : 1,
      strength: most > least ? Math.abs(value - middle) / (most - middle) : 0,
    }));
  }
  const first = kind === "worths" ? WORTH_COLOR : 0;
  const best = rows.map((row) => shown === "best" ? row.indexOf(Math.max(...row)) : shown);
  const values = rows.map((row, cell) => row[best[cell]]);
  const [least, most] = extremes(values);
  return values.map((value, cell) => ({
    series: first + best[cell],
    strength: most > least ? 0.15 + 0.85 * (value - least) / (most - least) : 1,
  }));
}
