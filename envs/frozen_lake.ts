/**
 * FrozenLake-v1 and FrozenLake8x8-v1: cross a slippery lake without falling into a hole.
 *
 * A port of Gymnasium 1.4's toy text environment, equal to it in every draw.
 *
 * ## Description
 * The lake is a grid of frozen cells and holes. The agent walks from the start to the goal; the ice
 * is slippery, so that a move may go to one of the two sides instead.
 *
 * ## Action space
 * `Discrete(4)`: 0 left, 1 down, 2 right, 3 up. A move over the border stays where it is.
 *
 * ## Observation space
 * `Discrete(rows × columns)`: the agent's cell, row × columns + column from the top left.
 *
 * ## Rewards
 * `rewardSchedule`: 1 for reaching the goal, 0 for a hole, 0 for a frozen cell.
 *
 * ## Starting state
 * One of the map's starts (`S`), each as likely as the others: the top left cell of the named maps.
 *
 * ## End of episode
 * Terminated in a hole or the goal. Truncated after 100 steps (`FrozenLake8x8-v1`: 200). Solved at
 * a mean return of 0.7 (0.85).
 *
 * ## Information
 * `prob`: the probability of the transition that was drawn.
 *
 * ## Arguments
 * - `desc` (default none): lines of an own map, of `S`, `F`, `H`, `G`; taken instead of a named one.
 * - `mapName` (`4x4`; `8x8` for `FrozenLake8x8-v1`): `4x4`, `8x8` or `random`.
 * - `isSlippery` (true), `successRate` (1/3): probability of going where the action says; the rest
 *   is shared by the two sides.
 * - `rewardSchedule` ([1, 0, 0]): reward of the goal, a hole, a frozen cell.
 * - `mapSize` (8), `frozenProbability` (0.8), `mapSeed` (0): of the random map, which always has a
 *   way to the goal. Gymnasium: `desc=generate_random_map(size, p, seed)`.
 *
 * ## Version history
 * - v1: rewards as above.
 * - v0 is not part of this lab.
 *
 * @module
 */
import * as z from "zod";
import { defineEnvironment } from "../lab/core/define_environment.ts";
import type { EnvironmentDefinition } from "../lab/core/environment.ts";
import type { Generator } from "../lab/core/random.ts";
import { Discrete } from "../lab/core/space.ts";
import { colors } from "./colors.ts";
import { checkMap, frozenLakeMaps, generateRandomMap } from "./frozen_lake_map.ts";
import { type CellMark, drawGrid } from "./grid_scene.ts";
import { certain, drawIndex, drawTransition, tabulate } from "./transitions.ts";

/** Options of FrozenLake-v1. */
export interface FrozenLakeOptions {
  /** Lines of an own map, taken instead of `mapName` where there are any. */
  readonly desc: readonly string[];
  /** A map of Gymnasium, or a random one. */
  readonly mapName: "4x4" | "8x8" | "random";
  /** Whether a move may go to one of the two sides instead. */
  readonly isSlippery: boolean;
  /** Probability of going where the action says, where the lake is slippery. */
  readonly successRate: number;
  /** Reward of reaching the goal, a hole, a frozen cell. */
  readonly rewardSchedule: readonly [number, number, number];
  /** Rows and columns of the random map. */
  readonly mapSize: number;
  /** Probability that a cell of the random map is frozen. */
  readonly frozenProbability: number;
  /** Seed of the random map. */
  readonly mapSeed: number;
}

function configurationOf(mapName: FrozenLakeOptions["mapName"]): z.ZodType<FrozenLakeOptions> {
  return z.strictObject({
    desc: z.array(z.string()).default([]).describe(
      "lines of an own map (S start, F frozen, H hole, G goal), taken instead of mapName",
    ),
    mapName: z.enum(["4x4", "8x8", "random"]).default(mapName).describe(
      "a map of Gymnasium, or a random one",
    ),
    isSlippery: z.boolean().default(true).describe(
      "whether a move may go to one of the two sides instead",
    ),
    successRate: z.number().min(0).max(1).default(1 / 3).describe(
      "probability of going where the action says, where the lake is slippery",
    ),
    rewardSchedule: z.tuple([z.number(), z.number(), z.number()]).default([1, 0, 0]).describe(
      "reward of reaching the goal, a hole, a frozen cell",
    ),
    mapSize: z.int().min(2).max(100).default(8).describe("rows and columns of the random map"),
    frozenProbability: z.number().min(0).max(1).default(0.8).describe(
      "probability that a cell of the random map is frozen",
    ),
    mapSeed: z.int().min(0).default(0).describe("seed of the random map"),
  });
}

/** Checks the options of FrozenLake-v1 and fills in the defaults. */
export const frozenLakeConfiguration: z.ZodType<FrozenLakeOptions> = configurationOf("4x4");

/** Checks the options of FrozenLake8x8-v1 and fills in the defaults. */
export const frozenLake8x8Configuration: z.ZodType<FrozenLakeOptions> = configurationOf("8x8");

/** Row and column changes of left, down, right, up. */
const moves = [[0, -1], [1, 0], [0, 1], [-1, 0]] as const;

const marks: Record<string, CellMark> = {
  S: { fill: colors.start },
  F: { fill: colors.ice },
  H: { fill: colors.body },
  G: { fill: colors.goal, text: "G" },
};

function mapOf(options: FrozenLakeOptions): readonly string[] {
  if (options.desc.length > 0) return checkMap(options.desc);
  if (options.mapName !== "random") return frozenLakeMaps[options.mapName];
  return generateRandomMap(options.mapSize, options.frozenProbability, options.mapSeed);
}

/** What a lake is made of: its cells, what follows an action, and where an episode starts. */
export function partsOf(options: FrozenLakeOptions) {
  const map = mapOf(options);
  const [rows, columns] = [map.length, map[0].length];
  const cells = [...map.join("")];
  const starts = cells.filter((symbol) => symbol === "S").length;
  const startProbabilities = cells.map((symbol) => symbol === "S" ? 1 / starts : 0);
  const [goalReward, holeReward, frozenReward] = options.rewardSchedule;
  const failRate = (1 - options.successRate) / 2;

  const arrive = (cell: number, direction: number, probability: number) => {
    const [down, right] = moves[direction];
    const row = Math.min(rows - 1, Math.max(0, Math.floor(cell / columns) + down));
    const column = Math.min(columns - 1, Math.max(0, cell % columns + right));
    const state = row * columns + column;
    const reward = cells[state] === "G"
      ? goalReward
      : cells[state] === "H"
      ? holeReward
      : frozenReward;
    return { probability, state, reward, terminated: "GH".includes(cells[state]) };
  };
  const table = tabulate(cells.length, 4, (cell, action) => {
    if ("GH".includes(cells[cell])) return [certain(cell, 0, true)];
    if (!options.isSlippery) return [arrive(cell, action, 1)];
    return [(action + 3) % 4, action, (action + 1) % 4].map((direction) =>
      arrive(cell, direction, direction === action ? options.successRate : failRate)
    );
  });
  const reset = (random: Generator) => drawIndex(startProbabilities, random);
  return { rows, columns, cells, table, reset };
}

function define(
  fixed: { id: string; timeLimit: number; rewardThreshold: number },
  options: FrozenLakeOptions,
): EnvironmentDefinition<number, number, number> {
  const { rows, columns, cells, table, reset } = partsOf(options);
  return defineEnvironment({
    ...fixed,
    summary: "Cross a slippery lake without falling into a hole",
    observationSpace: new Discrete(cells.length),
    actionSpace: new Discrete(4),
    goal: "rewarded",
    reset,
    startInfo: () => ({ prob: 1 }),
    step(cell: number, action: number, random) {
      const { probability, state, reward, terminated } = drawTransition(
        table[cell][action],
        random,
      );
      return { state, reward, terminated, info: { prob: probability } };
    },
    observe: (cell) => cell,
    scene: (agent) => drawGrid(rows, columns, (cell) => marks[cells[cell]], agent),
    transitions: () => table,
  });
}

/** FrozenLake-v1 with its options. The state is the agent's cell. */
export function frozenLake(
  options: FrozenLakeOptions,
): EnvironmentDefinition<number, number, number> {
  return define({ id: "FrozenLake-v1", timeLimit: 100, rewardThreshold: 0.7 }, options);
}

/** FrozenLake8x8-v1 with its options. The state is the agent's cell. */
export function frozenLake8x8(
  options: FrozenLakeOptions,
): EnvironmentDefinition<number, number, number> {
  return define({ id: "FrozenLake8x8-v1", timeLimit: 200, rewardThreshold: 0.85 }, options);
}
