/**
 * How wrong off-policy estimators are, on a chain whose values are known: bias, standard deviation
 * and root mean squared error over seeds, from a few and from many episodes.
 *
 * Five states in a row; each episode starts in the middle and ends where it walks off either end.
 * One action in ten slips and moves the other way. A move to the right is worth 1, one to
 * the left 0, γ = 0.95. The behaviour policy chooses right with probability 0.5, the target policy
 * with 0.3. As the transitions are known, so are the values of both policies, and that of the
 * policy π_ρ̄ which V-trace values instead.
 *
 * `deno run experiments/off_policy_chain.ts` prints the table of docs/agents/off-policy.md.
 *
 * @module
 */
import { markdownTable } from "../lab/core/markup.ts";
import { type Generator, streamOf } from "../lab/core/random.ts";
import { mean, standardDeviation } from "../lab/statistics/scores.ts";
import {
  type BehaviourEpisode,
  ordinaryImportanceSampling,
  perDecisionImportanceSampling,
  weightedImportanceSampling,
} from "../agents/returns/importance_sampling.ts";
import { type OffPolicyColumns, retrace, vtrace } from "../agents/returns/off_policy.ts";

const STATES = 5;
const START = 2;
const GAMMA = 0.95;

/** Probability that an action moves the other way. */
const SLIP = 0.1;

/** Probability of the action to the right under π. */
export const TARGET = 0.3;
/** Probability of the action to the right under μ. */
export const BEHAVIOUR = 0.5;

interface Episode extends BehaviourEpisode {
  readonly rewards: number[];
  readonly ratios: number[];
  /** s_t · 2 + a_t, with a = 1 to the right. */
  readonly pairs: number[];
}

/** One episode under μ. */
function play(random: Generator): Episode {
  const episode: Episode = { rewards: [], ratios: [], pairs: [] };
  for (let state = START; state >= 0 && state < STATES;) {
    const action = random.random() < BEHAVIOUR ? 1 : 0;
    const move = random.random() < SLIP ? 1 - action : action;
    episode.pairs.push(state * 2 + action);
    episode.rewards.push(move);
    episode.ratios.push(action === 1 ? TARGET / BEHAVIOUR : (1 - TARGET) / (1 - BEHAVIOUR));
    state += move === 1 ? 1 : -1;
  }
  return episode;
}

/**
 * The value of the first state where the action to the right has probability `right`: Bellman's
 * expectation equation, swept until nothing changes.
 */
export function chainValue(right: number): number {
  const up = right * (1 - SLIP) + (1 - right) * SLIP;
  const values = new Float64Array(STATES + 2);
  for (let change = 1; change > 0;) {
    change = 0;
    for (let i = 1; i <= STATES; i++) {
      const value = up * (1 + GAMMA * values[i + 1]) + (1 - up) * GAMMA * values[i - 1];
      change = Math.max(change, Math.abs(value - values[i]));
      values[i] = value;
    }
  }
  return values[START + 1];
}

/**
 * A table that equals the mean of its own targets at each entry's visits, by sweeps over all
 * episodes: no step size, nothing left to learn from them.
 *
 * @param entryOf Maps s · 2 + a to the table's entry.
 * @param valueOf Expects the next state's value from the table.
 * @param targetsOf The rule.
 */
function fixedPoint(
  episodes: readonly Episode[],
  entries: number,
  entryOf: (pair: number) => number,
  valueOf: (table: Float64Array, state: number) => number,
  targetsOf: (columns: OffPolicyColumns) => Float64Array,
): Float64Array {
  const pairs = episodes.flatMap(({ pairs }) => pairs);
  const length = pairs.length;
  const columns: OffPolicyColumns = {
    environments: 1,
    rewards: Float64Array.from(episodes.flatMap(({ rewards }) => rewards)),
    ratios: Float64Array.from(episodes.flatMap(({ ratios }) => ratios)),
    values: new Float64Array(length),
    nextValues: new Float64Array(length),
    terminated: Uint8Array.from(
      episodes.flatMap(({ pairs }) => pairs.map((_, t) => t === pairs.length - 1 ? 1 : 0)),
    ),
    truncated: new Uint8Array(length),
  };
  const table = new Float64Array(entries);
  for (let change = 1, sweep = 0; change > 1e-9 && sweep < 1000; sweep++) {
    for (let i = 0; i < length; i++) {
      columns.values[i] = table[entryOf(pairs[i])];
      columns.nextValues[i] = columns.terminated[i] ? 0 : valueOf(table, pairs[i + 1] >> 1);
    }
    const targets = targetsOf(columns);
    const sums = new Float64Array(entries), visits = new Float64Array(entries);
    for (let i = 0; i < length; i++) {
      sums[entryOf(pairs[i])] += targets[i];
      visits[entryOf(pairs[i])] += 1;
    }
    change = 0;
    for (let e = 0; e < entries; e++) {
      if (visits[e] === 0) continue;
      change = Math.max(change, Math.abs(sums[e] / visits[e] - table[e]));
      table[e] = sums[e] / visits[e];
    }
  }
  return table;
}

function vtraceValue(episodes: readonly Episode[], clipRho: number): number {
  const table = fixedPoint(
    episodes,
    STATES,
    (pair) => pair >> 1,
    (values, state) => values[state],
    (columns) => vtrace(columns, { gamma: GAMMA, lambda: 1, clipRho, clipC: 1 }).valueTargets,
  );
  return table[START];
}

function retraceValue(episodes: readonly Episode[]): number {
  const expected = (table: Float64Array, state: number) =>
    (1 - TARGET) * table[state * 2] + TARGET * table[state * 2 + 1];
  const table = fixedPoint(
    episodes,
    STATES * 2,
    (pair) => pair,
    expected,
    (columns) => retrace(columns, { gamma: GAMMA, lambda: 1 }),
  );
  return expected(table, START);
}

/** What is compared: the value of the first state under π, from episodes under μ. */
const estimators: Readonly<Record<string, (episodes: readonly Episode[]) => number>> = {
  "no correction (mean return)": (episodes) =>
    ordinaryImportanceSampling(
      episodes.map(({ rewards }) => ({ rewards, ratios: rewards.map(() => 1) })),
      GAMMA,
    ),
  "importance sampling, ordinary": (episodes) => ordinaryImportanceSampling(episodes, GAMMA),
  "importance sampling, weighted": (episodes) => weightedImportanceSampling(episodes, GAMMA),
  "importance sampling, per decision": (episodes) => perDecisionImportanceSampling(episodes, GAMMA),
  "V-trace, ρ̄ = c̄ = 1": (episodes) => vtraceValue(episodes, 1),
  "V-trace, ρ̄ = ∞, c̄ = 1": (episodes) => vtraceValue(episodes, Infinity),
  "Retrace(1)": retraceValue,
};

/** How an estimator did over all seeds. */
interface ChainRow {
  readonly estimator: string;
  /** Episodes that each estimate was made from. */
  readonly episodes: number;
  /** Mean estimate − V^π. */
  readonly bias: number;
  /** Standard error of the bias. */
  readonly standardError: number;
  /** Sample's standard deviation of the estimates. */
  readonly deviation: number;
  /** √(mean (estimate − V^π)²). */
  readonly rmse: number;
}

/** Every estimator on the same episodes of seeds 1 … `seeds`. */
export function chainStudy(seeds: number, episodesOf: readonly number[]): ChainRow[] {
  const truth = chainValue(TARGET);
  return episodesOf.flatMap((count) => {
    const played = Array.from({ length: seeds }, (_, seed) => {
      const random = streamOf(seed + 1, "chain");
      return Array.from({ length: count }, () => play(random));
    });
    return Object.entries(estimators).map(([estimator, estimate]) => {
      const errors = played.map((episodes) => estimate(episodes) - truth);
      const [bias, deviation] = [mean(errors), standardDeviation(errors, 1)];
      const rmse = Math.sqrt(mean(errors.map((error) => error * error)));
      const standardError = deviation / Math.sqrt(seeds);
      return { estimator, episodes: count, bias, standardError, deviation, rmse };
    });
  });
}

/** The table of the documentation. */
export function tableOf(rows: readonly ChainRow[]): string {
  const cells = rows.map((row) => {
    const [bias, error, deviation, rmse] = [row.bias, row.standardError, row.deviation, row.rmse]
      .map((value) => value.toFixed(3));
    return [row.estimator, `${row.episodes}`, `${bias} ± ${error}`, deviation, rmse];
  });
  return markdownTable(["estimator", "episodes", "bias", "standard deviation", "RMSE"], cells);
}

if (import.meta.main) console.log(tableOf(chainStudy(1000, [10, 100])));
