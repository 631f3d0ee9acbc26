/**
 * `deno task docs:baselines [WORLD…]`: what uniformly random actions return in every world of the lab, or
 * in those alone that are named, to envs/random_returns.ts. A world with a table of its transitions and
 * no time limit is computed, all others are played for 1,000 episodes; one with action masks is played
 * twice, without them and within them. The first 20 returns of each go to
 * tests/golden/random_returns.json, where a test replays them.
 *
 * @module
 */
import { randomEpisodes } from "../agents/random.ts";
import { type EvaluatedEpisodes, LONGEST } from "../agents/trainers/evaluated_episodes.ts";
import { taskCode } from "../cli/exit_code.ts";
import { writeWhole } from "../cli/files.ts";
import { type Io, processIo } from "../cli/terminal/io.ts";
import { ownEntries } from "../envs/entries.ts";
import { makeEnv } from "../envs/mod.ts";
import { randomAllowedReturns, randomReturns } from "../envs/random_returns.ts";
import type { Environment, TransitionTable } from "../lab/core/environment.ts";
import { LabError, unknownName } from "../lab/core/errors.ts";
import { streamOf } from "../lab/core/random.ts";
import type { RandomReturn } from "../lab/core/registry.ts";
import { mean, standardDeviation } from "../lab/statistics/scores.ts";
import { startsOf } from "./exact_return.ts";

/** Steps after which the presets' agents of tables end an episode: their `episodeLimit`. */
const PRESETS_LIMIT = 200;

/** Episodes behind a played world's figure. */
const EPISODES = 1000;

/** Episodes that the test replays. */
export const REPLAYED = 20;

/** A change of no value by more than this share of it ends the computation of a return without limit. */
const STEADY = 1e-14;

/** The first episodes of uniformly random actions in a world, seed 0. */
function episodesOf(id: string, episodes: number, masked: boolean): EvaluatedEpisodes {
  return randomEpisodes(makeEnv(id), streamOf(0, `random/${id}`), episodes, masked);
}

/**
 * The returns of the first `episodes` episodes of uniformly random actions in a world, seed 0.
 *
 * @param masked Whether these are drawn from the actions alone that the world's masks allow.
 */
export function randomReturnsOf(id: string, episodes: number, masked = false): readonly number[] {
  return episodesOf(id, episodes, masked).returns;
}

/**
 * Mean and standard deviation of the return of uniformly random actions, exact but for rounding. The
 * first two moments of what h steps return follow from those of h − 1:
 * M_h(s) = E[r + M_{h−1}(s')] and S_h(s) = E[r² + 2 r M_{h−1}(s') + S_{h−1}(s')], without the terms of
 * s' where the episode ends.
 *
 * @param starts States in which an episode begins, each as likely.
 * @param horizon Steps after which an episode is cut; Infinity: none is, and each must end some time.
 */
export function randomMoments(
  table: TransitionTable,
  starts: readonly number[],
  horizon: number,
): { readonly mean: number; readonly deviation: number } {
  const outcomes = table.map((actions) => actions.flat());
  const empty = () => new Float64Array(table.length);
  let [first, second, nextFirst, nextSecond] = [empty(), empty(), empty(), empty()];
  for (let h = 0, isSteady = false; h < horizon && !isSteady; h++) {
    isSteady = true;
    for (let state = 0; state < table.length; state++) {
      let m = 0;
      let s = 0;
      for (const { probability, state: to, reward, terminated } of outcomes[state]) {
        m += probability * (terminated ? reward : reward + first[to]);
        s += probability *
          (terminated ? reward * reward : reward * (reward + 2 * first[to]) + second[to]);
      }
      m /= table[state].length;
      s /= table[state].length;
      isSteady &&= Math.abs(m - first[state]) <= STEADY * Math.abs(m) &&
        Math.abs(s - second[state]) <= STEADY * s;
      nextFirst[state] = m;
      nextSecond[state] = s;
    }
    [first, nextFirst] = [nextFirst, first];
    [second, nextSecond] = [nextSecond, second];
  }
  const mean = meanOver(starts, first);
  return { mean, deviation: Math.sqrt(Math.max(0, meanOver(starts, second) - mean * mean)) };
}

function meanOver(starts: readonly number[], values: Float64Array): number {
  return mean(starts.map((state) => values[state]));
}

/** What random actions return in a world; undefined: it has no table, or a time limit. */
export function computedReturn(environment: Environment): RandomReturn | undefined {
  const table = environment.transitions?.();
  if (table === undefined || environment.timeLimit !== undefined) return undefined;
  const starts = startsOf(environment);
  const of = (horizon: number) => roundedReturn(randomMoments(table, starts, horizon));
  const cuts = [LONGEST, PRESETS_LIMIT].map((after) => ({ after, ...of(after) }));
  return { ...of(Infinity), cuts };
}

/** The same by episodes. @throws LabError where one had no end: then it is no figure of whole episodes. */
function playedReturn(id: string, masked: boolean): RandomReturn {
  const episodes = episodesOf(id, EPISODES, masked);
  const [cut] = episodes.report(LONGEST).events;
  if (cut !== undefined) {
    throw new LabError(`Cannot measure ${id} as its episodes must end: ${cut.message}`);
  }
  const { returns } = episodes;
  return roundedReturn({ mean: mean(returns), deviation: standardDeviation(returns, 1) });
}

/** Five digits: the standard error of a mean over 1,000 episodes is larger than what falls away. */
function roundedReturn({ mean, deviation }: RandomReturn): RandomReturn {
  const rounded = (value: number) => Number(value.toPrecision(5));
  return { mean: rounded(mean), deviation: rounded(deviation) };
}

/** A table of figures by world, as the module holds it. */
function tableOf(figures: Readonly<Record<string, RandomReturn>>): string {
  const fields = ({ cuts = [], ...numbers }: RandomReturn): string => {
    const written = Object.entries(numbers).map(([name, value]) => `${name}: ${value}`);
    return cuts.length === 0
      ? `{ ${written.join(", ")} }`
      : `{\n    ${written.join(",\n    ")},\n` +
        `    cuts: [\n${cuts.map((cut) => `      ${fields(cut)},\n`).join("")}    ],\n  }`;
  };
  return Object.entries(figures).map(([id, each]) => `  "${id}": ${fields(each)},\n`).join("");
}

/** The module that holds the figures by world. */
function moduleOf(
  all: Readonly<Record<string, RandomReturn>>,
  allowed: Readonly<Record<string, RandomReturn>>,
): string {
  return `/**
 * What uniformly random actions return in each world with its default options: mean and standard
 * deviation, computed where the world is a table without a time limit, else over ${
    EPISODES.toLocaleString("en")
  } episodes.
 * Written by \`deno task docs:baselines\`.
 *
 * @module
 */
import type { RandomReturn } from "../lab/core/registry.ts";

/** By the world's id: of all its actions. */
export const randomReturns: Readonly<Record<string, RandomReturn>> = {
${tableOf(all)}};

/** Of those that its masks allow, where it has some. */
export const randomAllowedReturns: Readonly<Record<string, RandomReturn>> = {
${tableOf(allowed)}};
`;
}

/** The name of a world's returns within its masks, among those that the test replays. */
export const allowedName = (id: string) => `${id}, allowed actions`;

const help = `Usage: deno task docs:baselines [WORLD…]

Writes what uniformly random actions return in every world of the lab, or in those alone that are named,
to envs/random_returns.ts, and the first returns of each to tests/golden/random_returns.json.`;

/** Runs on `args` and returns the exit code: 2 for bad input, 1 for a failure. */
export function main(args: readonly string[], io: Io): Promise<number> {
  return taskCode(args, io, help, () => baselines(args, io));
}

async function baselines(args: readonly string[], io: Io): Promise<void> {
  const ids = ownEntries.map(({ id }) => id);
  const unknown = args.find((id) => !ids.includes(id));
  if (unknown !== undefined) throw unknownName("measure", "world", unknown, ids);
  const golden = `${io.root}tests/golden/random_returns.json`;
  const kept: Record<string, readonly number[]> = JSON.parse(await Deno.readTextFile(golden));
  const all: Record<string, RandomReturn> = {};
  const allowed: Record<string, RandomReturn> = {};
  const first: Record<string, readonly number[]> = {};
  for (const id of ids) {
    const environment = makeEnv(id);
    const isAsked = args.length === 0 || args.includes(id);
    const enter = (
      name: string,
      masked: boolean,
      known: Readonly<Record<string, RandomReturn>>,
      figures: Record<string, RandomReturn>,
    ) => {
      figures[id] = isAsked
        ? (masked ? undefined : computedReturn(environment)) ?? playedReturn(id, masked)
        : known[id];
      first[name] = isAsked ? randomReturnsOf(id, REPLAYED, masked) : kept[name];
      if (isAsked) io.out(`${name}: ${figures[id].mean} ± ${figures[id].deviation}`);
    };
    enter(id, false, randomReturns, all);
    environment.reset({ seed: 0 });
    if (environment.actionMask) enter(allowedName(id), true, randomAllowedReturns, allowed);
  }
  const lines = Object.entries(first).map(([name, each]) => `  "${name}": ${JSON.stringify(each)}`);
  const module = { path: `${io.root}envs/random_returns.ts`, force: true };
  await writeWhole(module, [moduleOf(all, allowed)]);
  await writeWhole({ path: golden, force: true }, [`{\n${lines.join(",\n")}\n}\n`]);
}

if (import.meta.main) Deno.exit(await main(Deno.args, processIo()));
