/**
 * `deno task docs:baselines`: plays 1,000 episodes of uniformly random actions in every world of the
 * lab, and writes what they return to envs/random_returns.ts. The first 20 returns of each world
 * go to tests/golden/random_returns.json, where a test replays them.
 *
 * @module
 */
import { randomEpisodes } from "../agents/random.ts";
import { ownEntries } from "../envs/entries.ts";
import { makeEnv } from "../envs/mod.ts";
import { streamOf } from "../lab/core/random.ts";
import type { RandomReturn } from "../lab/core/registry.ts";
import { mean, standardDeviation } from "../lab/statistics/scores.ts";

/** Episodes behind a world's figure. */
const EPISODES = 1000;

/** Episodes that the test replays. */
export const REPLAYED = 20;

/** The returns of the first `episodes` episodes of uniformly random actions in a world, seed 0. */
export function randomReturnsOf(id: string, episodes: number): readonly number[] {
  return randomEpisodes(makeEnv(id), streamOf(0, `random/${id}`), episodes).returns;
}

/** The module that holds the figures by world. */
function moduleOf(figures: ReadonlyMap<string, RandomReturn>): string {
  const lines = [...figures].map(([id, { mean, deviation }]) =>
    `  "${id}": { mean: ${mean}, deviation: ${deviation} },\n`
  );
  return `/**
 * What uniformly random actions return in each world with its default options: mean and standard
 * deviation over ${
    EPISODES.toLocaleString("en")
  } episodes. Written by \`deno task docs:baselines\`.
 *
 * @module
 */
import type { RandomReturn } from "../lab/core/registry.ts";

/** By the world's id. */
export const randomReturns: Readonly<Record<string, RandomReturn>> = {
${lines.join("")}};
`;
}

/** Five digits: the standard error of a mean over 1,000 episodes is larger than what falls away. */
function rounded(value: number): number {
  return Number(value.toPrecision(5));
}

if (import.meta.main) {
  const root = new URL("../", import.meta.url);
  const figures = new Map<string, RandomReturn>();
  const first: string[] = [];
  for (const { id } of ownEntries) {
    const returns = randomReturnsOf(id, EPISODES);
    const figure = {
      mean: rounded(mean(returns)),
      deviation: rounded(standardDeviation(returns, 1)),
    };
    figures.set(id, figure);
    first.push(`  "${id}": ${JSON.stringify(returns.slice(0, REPLAYED))}`);
    console.log(`${id}: ${figure.mean} ± ${figure.deviation}`);
  }
  Deno.writeTextFileSync(new URL("envs/random_returns.ts", root), moduleOf(figures));
  Deno.writeTextFileSync(
    new URL("tests/golden/random_returns.json", root),
    `{\n${first.join(",\n")}\n}\n`,
  );
}
