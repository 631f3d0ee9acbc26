/**
 * Potentials of grid worlds: how near the goal is, for rewards that tell of progress.
 *
 * @module
 */
import type { Transition, TransitionTable } from "../lab/core/environment.ts";
import type { GridMap } from "./gridworld_map.ts";
import { stateCount } from "./gridworld_moves.ts";
import { shapedOutcome } from "./shaped_outcome.ts";
import { tabulate } from "./transitions.ts";

/** What a potential may know of the way to the goal. */
export const potentialKinds = ["straight-line", "walk"] as const;

/** The ways in which an action may turn out. */
type RowOf = (state: number, action: number) => Transition[];

/** Rows and columns between each cell and the nearest goal, one number a state. */
function straightDistances(map: GridMap): number[] {
  const { cells, columns, goals } = map;
  return Array.from({ length: stateCount(map) }, (_, state) => {
    const cell = state % cells.length;
    return Math.min(
      ...goals.map((goal) =>
        Math.abs(Math.floor(goal / columns) - Math.floor(cell / columns)) +
        Math.abs(goal % columns - cell % columns)
      ),
    );
  });
}

/**
 * The least number of moves from each state into one that `isGoal`; Infinity where there is no way.
 *
 * @param table The world's transitions.
 */
export function movesToGoal(
  table: TransitionTable,
  isGoal: (state: number) => boolean,
): number[] {
  const sources: number[][] = table.map(() => []);
  table.forEach((actions, state) =>
    actions.forEach((outcomes) => outcomes.forEach((next) => sources[next.state].push(state)))
  );
  const distances = table.map((_, state) => isGoal(state) ? 0 : Infinity);
  const queue = distances.flatMap((distance, state) => distance === 0 ? [state] : []);
  for (const state of queue) {
    for (const source of sources[state]) {
      if (distances[source] < Infinity) continue;
      distances[source] = distances[state] + 1;
      queue.push(source);
    }
  }
  return distances;
}

/**
 * `rowOf` with rewards shaped by a potential Φ (`shapedOutcome`): the best actions stay the best. Φ is
 * −`stepCost` times the distance to the nearest goal, as the crow flies (`straight-line`) or in moves
 * (`walk`; 0 where there is no way).
 *
 * @param gamma γ, the agent's own discount factor.
 */
export function shaped(
  map: GridMap,
  actions: number,
  rowOf: RowOf,
  kind: typeof potentialKinds[number],
  stepCost: number,
  gamma: number,
): RowOf {
  const distances = kind === "walk"
    ? movesToGoal(
      tabulate(stateCount(map), actions, rowOf),
      (state) => map.cells[state % map.cells.length] === "G",
    )
    : straightDistances(map);
  const potential = (state: number) =>
    Number.isFinite(distances[state]) ? -stepCost * distances[state] : 0;
  return (state, action) =>
    rowOf(state, action).map((transition) =>
      shapedOutcome(transition, potential(state), () => potential(transition.state), gamma)
    );
}
