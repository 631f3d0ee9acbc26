/**
 * What potential-based shaping saves: Q-learning in a maze, with and without a reward for getting
 * nearer to the goal. Shaping changes no best action (`envs/gridworld_shaping.ts`); how much
 * sooner they are found depends on how much the potential knows.
 *
 * A perfect maze of 8 × 8 rooms for each seed, start and goal in opposite corners, a step costs 0.01,
 * the goal is worth 1. Counted are the environment steps, two thousand at a time, until the greedy policy takes a shortest way.
 *
 * `deno run experiments/maze_shaping.ts` prints the table of docs/agents/tabular.md.
 *
 * @module
 */
import { qLearning } from "../agents/tabular/q_learning.ts";
import { makeEnv } from "../envs/mod.ts";
import type { GridWorldOptions } from "../envs/gridworld.ts";
import { movesToGoal } from "../envs/gridworld_shaping.ts";
import type { Environment } from "../lab/core/environment.ts";
import { markdownTable } from "../lab/core/markup.ts";
import { streamOf } from "../lab/core/random.ts";
import { median } from "../lab/statistics/mod.ts";

const ROOMS = 8;
const CELLS = 2 * ROOMS + 1;
const GAMMA = 0.99;
const BUDGET = 400_000;

const maze = (seed: number, shaping?: GridWorldOptions["shaping"]): Environment =>
  makeEnv("GridWorld-v0", {
    mapName: "maze",
    mapSize: ROOMS,
    mapSeed: seed,
    timeLimit: 1000,
    ...shaping && { shaping, shapingDiscount: GAMMA },
  });

/** The potentials that are compared, and what they are called. */
const potentials: Readonly<Record<string, GridWorldOptions["shaping"]>> = {
  "none": undefined,
  "distance as the crow flies": "straight-line",
  "distance through the maze": "walk",
};

/** Environment steps until the greedy policy takes a shortest way; the budget where it never does. */
async function stepsToSolve(potentialName: string, seed: number): Promise<number> {
  const plain = maze(seed);
  const table = plain.transitions!();
  const start = plain.reset({ seed: 0 }).observation as number;
  const goal = CELLS * CELLS - CELLS - 2;
  const shortest = movesToGoal(table, (cell) => cell === goal)[start];
  const trainer = await qLearning.create({
    configuration: qLearning.configuration.parse({
      gamma: GAMMA,
      learningRate: 0.5,
      learningRateFinal: 0.5,
      explorationInitial: 0.1,
      explorationFinal: 0.1,
    }),
    budget: BUDGET,
    // Tables need none.
    workspace: undefined as never,
    seed,
    stream: (name) => streamOf(seed, name),
    makeEnvironment: () => maze(seed, potentials[potentialName]),
  });
  while (trainer.progress.environmentSteps < BUDGET) {
    await trainer.iterate();
    let [cell, moves, ended] = [start, 0, false];
    while (!ended && moves < shortest) {
      const [next] = table[cell][await trainer.act!(cell) as number];
      [cell, ended] = [next.state, next.terminated];
      moves += 1;
    }
    if (ended) break;
  }
  const { environmentSteps } = trainer.progress;
  trainer.dispose();
  return environmentSteps;
}

/** How soon the shortest way was found with a potential, over seeds. */
interface ShapingRow {
  readonly potential: string;
  /** Environment steps, a number a seed. */
  readonly steps: readonly number[];
}

/** Every potential on the mazes of seeds 1 … `seeds`. */
export async function shapingStudy(seeds: number): Promise<ShapingRow[]> {
  const rows: ShapingRow[] = [];
  for (const potential of Object.keys(potentials)) {
    const steps: number[] = [];
    for (let seed = 1; seed <= seeds; seed++) steps.push(await stepsToSolve(potential, seed));
    rows.push({ potential, steps });
  }
  return rows;
}

/** The table of the documentation. */
export function tableOf(rows: readonly ShapingRow[]): string {
  const cells = rows.map(({ potential, steps }) => {
    const figures = [median(steps), Math.min(...steps), Math.max(...steps)]
      .map((value) => Math.round(value).toLocaleString("en"));
    return [potential, ...figures];
  });
  const titles = ["potential", "steps to a shortest way: median", "least", "most"];
  return markdownTable(titles, cells);
}

if (import.meta.main) console.log(tableOf(await shapingStudy(20)));
