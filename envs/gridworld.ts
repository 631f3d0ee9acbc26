/**
 * GridWorld-v0: walk over a map of cells to a goal.
 *
 * ## Description
 * The agent stands in one cell of a grid and moves to a neighbouring one, around walls and pits,
 * until it reaches a goal. The map is text:
 *
 * | symbol | cell |
 * |---|---|
 * | `.` or a space | free |
 * | `#` | wall |
 * | `S` | start, one or more |
 * | `G` | goal, one or more |
 * | `O` | pit |
 * | `~` | ice: a move goes on in its direction until it leaves the ice or cannot go on |
 * | `^ > v <` | one way: entered and left in the arrow's direction only |
 * | `a` … `f` | key, taken by whoever enters |
 * | `A` … `F` | door, passed only with the key of its letter |
 * | `1` … `9` | teleporter: who enters one of the two leaves from the other |
 *
 * Wind pushes the agent up after its own move, by as many cells as the column it came from says,
 * over goals and pits, too: only where it comes to rest counts.
 *
 * ## Action space
 * `Discrete(4)`: 0 up, 1 right, 2 down, 3 left; with `diagonal` `Discrete(8)`: 4 up right, 5 down
 * right, 6 down left, 7 up left, too. A move into a wall, a closed door, against a one-way cell or
 * over the border stays where it is.
 *
 * ## Observation space
 * The agent's cell, counted row by row from the top left (row × columns + column), and the keys
 * held (as bits in the order of their letters), as
 * - `index`: `Discrete(cells × 2^keys)`: cell + cells × keys,
 * - `coordinates`: `Box` of row ÷ (rows − 1) and column ÷ (columns − 1), each in [0, 1], then 0 or 1
 *   for each key,
 * - `one-hot`: `Box` of one value a cell, 1 at the agent's, then 0 or 1 for each key,
 * - `window`: `Box` [2r + 1, 2r + 1, 8] around the agent, r = `windowRadius`: 1 in the channel of
 *   wall (or outside), goal, pit, ice, one way, key, closed door or teleporter,
 * - `image`: `Box` [rows, columns, 3]: one pixel a cell in the colours of the drawing.
 *
 * ## Rewards
 * −`stepCost` for every step; `goalReward` (or the goal's own of `goalRewards`) more for the one
 * into a goal, `pitReward` more for the one into a pit.
 *
 * ## Starting state
 * One of the map's starts, each as likely as the others, without keys.
 *
 * ## End of episode
 * Terminated in a goal, and in a pit unless `pitEnds` is false: then the agent goes on at a start.
 * Truncated after `timeLimit` steps.
 *
 * ## Arguments
 * - `map` (default empty): the text of a map, taken instead of a named one.
 * - `mapName` (`empty-8x8`): `empty-NxN` for any size, `four-rooms`, `windy`, `cliff`, `dyna-maze`,
 *   `key-door` or `maze`.
 * - `mapSize` (8), `mapSeed` (0): rooms a side and seed of the maze.
 * - `stepCost` (0.01), `goalReward` (1), `pitReward` (−1).
 * - `goalRewards` (none): one reward for each goal in reading order, taken instead of `goalReward`.
 * - `pitEnds` (true).
 * - `slip` (0): probability that a move goes to one of the two sides instead, each as likely.
 * - `diagonal` (false): eight moves.
 * - `wind` (none; the map's own for `windy`): cells that the wind pushes up, by column.
 * - `windNoise` (false): where wind blows it is one less, the same or one more, each as likely.
 * - `observation` (`index`), `windowRadius` (2).
 * - `shaping` (none): `straight-line` or `walk` add γ Φ(next) − Φ(before) to each reward, with Φ =
 *   −`stepCost` times the distance to the nearest goal: progress is told, the best actions stay.
 * - `shapingDiscount` (0.99): γ, the agent's own discount factor.
 * - `timeLimit` (200).
 *
 * With `stepCost` 1 and `goalReward` 0 the best returns are those of Sutton and Barto (2018): −15
 * for `windy` (example 6.5), −13 for `cliff` (example 6.6, `pitReward` −99 and `pitEnds` false).
 *
 * ## Version history
 * - v0: first version.
 *
 * @module
 */
import * as z from "zod";
import { defineEnvironment } from "../lab/core/define_environment.ts";
import type { EnvironmentDefinition, GoalEnding, Transition } from "../lab/core/environment.ts";
import { InputError } from "../lab/core/errors.ts";
import type { Generator } from "../lab/core/random.ts";
import { Discrete } from "../lab/core/space.ts";
import { type GridMap, isMapName, mapNames, mapOfName, parseMap } from "./gridworld_map.ts";
import { arrive, checkWays, sides, stateCount, windsOf } from "./gridworld_moves.ts";
import { potentialKinds, shaped } from "./gridworld_shaping.ts";
import { drawingOf, observationKinds, viewOf } from "./gridworld_view.ts";
import { drawTransition, tabulate } from "./transitions.ts";

/** Options of GridWorld-v0. */
export interface GridWorldOptions {
  /** The text of a map, taken instead of `mapName` where it is not empty. */
  readonly map: string;
  /** A map of the lab. */
  readonly mapName: string;
  /** Rooms a side of the maze. */
  readonly mapSize: number;
  /** Seed of the maze. */
  readonly mapSeed: number;
  /** Taken from the reward of every step. */
  readonly stepCost: number;
  /** Reward of reaching a goal. */
  readonly goalReward: number;
  /** Rewards of the goals in reading order, taken instead of `goalReward` where there are any. */
  readonly goalRewards: readonly number[];
  /** Reward of falling into a pit. */
  readonly pitReward: number;
  /** Whether a pit ends the episode; else the agent goes on at a start. */
  readonly pitEnds: boolean;
  /** Probability that a move goes to one of the two sides instead. */
  readonly slip: number;
  /** Eight moves instead of four. */
  readonly diagonal: boolean;
  /** Cells that the wind pushes up, by column, taken instead of the map's where there are any. */
  readonly wind: readonly number[];
  /** Whether the wind is one less, the same or one more, each as likely. */
  readonly windNoise: boolean;
  /** How the agent's state is shown. */
  readonly observation: typeof observationKinds[number];
  /** Cells that the window shows to each side. */
  readonly windowRadius: number;
  /** What rewards tell of progress; nothing where it is absent. */
  readonly shaping?: typeof potentialKinds[number];
  /** Discount factor of the shaping; 0.99 where it is absent. */
  readonly shapingDiscount?: number;
  /** Steps after which an episode is truncated. */
  readonly timeLimit: number;
}

/** Checks the options of GridWorld-v0 and fills in the defaults. */
export const gridWorldConfiguration: z.ZodType<GridWorldOptions> = z.strictObject({
  map: z.string().default("").describe(
    "text of a map (# wall, S start, G goal, O pit, . free and more), taken instead of mapName",
  ),
  mapName: z.string().refine(isMapName, { error: `known are ${mapNames.join(", ")}` })
    .default("empty-8x8").describe(`a map of the lab: ${mapNames.join(", ")}`),
  mapSize: z.int().min(2).max(100).default(8).describe("rooms a side of the maze"),
  mapSeed: z.int().min(0).default(0).describe("seed of the maze"),
  stepCost: z.number().default(0.01).describe("taken from the reward of every step"),
  goalReward: z.number().default(1).describe("reward of reaching a goal"),
  goalRewards: z.array(z.number()).default([]).describe(
    "one reward for each goal in reading order, taken instead of goalReward",
  ),
  pitReward: z.number().default(-1).describe("reward of falling into a pit"),
  pitEnds: z.boolean().default(true).describe(
    "whether a pit ends the episode; else the agent goes on at a start",
  ),
  slip: z.number().min(0).max(1).default(0).describe(
    "probability that a move goes to one of the two sides instead",
  ),
  diagonal: z.boolean().default(false).describe("eight moves instead of four"),
  wind: z.array(z.int().min(-100).max(100)).default([]).describe(
    "cells that the wind pushes up, by column, taken instead of the map's own",
  ),
  windNoise: z.boolean().default(false).describe(
    "whether the wind is one less, the same or one more, each as likely",
  ),
  observation: z.enum(observationKinds).default("index").describe(
    "how the agent's state is shown",
  ),
  windowRadius: z.int().min(1).max(20).default(2).describe(
    "cells that the window shows to each side",
  ),
  shaping: z.enum(potentialKinds).optional().describe(
    "adds γ Φ(next) − Φ(before) to rewards: what Φ knows of the distance to the goal",
  ),
  shapingDiscount: z.number().min(0).max(1).optional().describe(
    "γ of the shaping, the agent's own discount factor (0.99 where it is absent)",
  ),
  timeLimit: z.int().min(1).default(200).describe("steps after which an episode is truncated"),
});

function mapOf(options: GridWorldOptions): GridMap {
  const { text, wind } = options.map === ""
    ? mapOfName(options.mapName, options.mapSize, options.mapSeed)
    : { text: options.map, wind: [] };
  const map = parseMap(text, options.wind.length > 0 ? options.wind : wind);
  if (options.goalRewards.length !== 0 && options.goalRewards.length !== map.goals.length) {
    throw new InputError(
      `Cannot make GridWorld-v0 as each of the map's ${map.goals.length} goals must have one ` +
        `reward: ${options.goalRewards.length} goalRewards`,
    );
  }
  checkWays(map, options.diagonal ? 8 : 4, options.windNoise);
  return map;
}

/** What follows an arrival in `state`: its reward, and where a pit leads. */
function settle(map: GridMap, options: GridWorldOptions, state: number, probability: number) {
  const cell = state % map.cells.length;
  const transition = (to: number, extra: number, terminated: boolean, share = 1): Transition => ({
    probability: probability * share,
    state: to,
    reward: extra - options.stepCost,
    terminated,
  });
  if (map.cells[cell] === "G") {
    const own = options.goalRewards[map.goals.indexOf(cell)];
    return [transition(state, own ?? options.goalReward, true)];
  }
  if (map.cells[cell] !== "O") return [transition(state, 0, false)];
  if (options.pitEnds) return [transition(state, options.pitReward, true)];
  const share = 1 / map.starts.length;
  return map.starts.map((start) => transition(start, options.pitReward, false, share));
}

/** The ways in which an action may turn out; none from walls, goals and pits. */
function outcomes(map: GridMap, options: GridWorldOptions, state: number, action: number) {
  if ("#GO".includes(map.cells[state % map.cells.length])) return [];
  const { slip } = options;
  const [left, right] = sides[action];
  const turns = [[action, 1 - slip], [left, slip / 2], [right, slip / 2]] as const;
  const winds = windsOf(map, state, options.windNoise);
  return turns.filter(([, probability]) => probability > 0).flatMap(([direction, probability]) =>
    winds.flatMap((wind) =>
      settle(map, options, arrive(map, state, direction, wind), probability / winds.length)
    )
  );
}

/** What a grid world is made of: its map, how it is shown, and what follows an action. */
export function partsOf(options: GridWorldOptions) {
  const map = mapOf(options);
  const actions = options.diagonal ? 8 : 4;
  const { shaping, shapingDiscount = 0.99, stepCost } = options;
  const known: Transition[][] = [];
  const plainRow = (state: number, action: number) => outcomes(map, options, state, action);
  const rowOf = shaping === undefined
    ? plainRow
    : shaped(map, actions, plainRow, shaping, stepCost, shapingDiscount);
  return {
    map,
    actions,
    view: viewOf(map, options.observation, options.windowRadius),
    reset: (random: Generator) => map.starts[random.integers(map.starts.length)],
    rowOf: (state: number, action: number) =>
      known[state * actions + action] ??= rowOf(state, action),
  };
}

/**
 * Where an episode can end in a pit, only what is worth more than 0 is known to have been a goal, and with
 * shaping nothing is: the last step gives back what the way was thought to cost, in a pit as in a goal.
 */
function goalOf(
  { cells }: GridMap,
  { pitEnds, goalReward, goalRewards, stepCost, pitReward, shaping }: GridWorldOptions,
): GoalEnding | undefined {
  if (!pitEnds || !cells.includes("O")) return "terminated";
  if (shaping !== undefined) return undefined;
  const rewards = goalRewards.length === 0 ? [goalReward] : goalRewards;
  const isTold = Math.min(...rewards) > stepCost && pitReward <= stepCost;
  return isTold ? "rewarded" : undefined;
}

/** GridWorld-v0 with its options. The state is the agent's cell + cells × keys held. */
export function gridWorld(
  options: GridWorldOptions,
): EnvironmentDefinition<number, unknown, number> {
  const { map, actions, view, reset, rowOf } = partsOf(options);
  const { space, observe } = view;
  return defineEnvironment({
    id: "GridWorld-v0",
    summary: "Walk over a map to a goal",
    observationSpace: space,
    actionSpace: new Discrete(actions),
    timeLimit: options.timeLimit,
    goal: goalOf(map, options),
    reset,
    step(state: number, action: number, random) {
      const row = rowOf(state, action);
      return row.length === 1 ? row[0] : drawTransition(row, random);
    },
    observe,
    scene: drawingOf(map),
    transitions: () => tabulate(stateCount(map), actions, rowOf),
  });
}
