/**
 * What other libraries log that the lab's agents report, too: under both names, so that they compare.
 *
 * @module
 */
import { RETURN, TRAINING_RETURN } from "../../core/metrics.ts";
import { TRAINING_LENGTH } from "../verdict.ts";
import type { ImportedPoint, ImportedRun } from "./imported_run.ts";

/** Series that are one of the lab's: Stable-Baselines3's, and RLlib's of either of its forms. */
const same: Readonly<Record<string, string>> = {
  "rollout/ep_rew_mean": TRAINING_RETURN,
  "rollout/ep_len_mean": TRAINING_LENGTH,
  "eval/mean_reward": RETURN,
  "eval/mean_ep_length": "evaluation/length_mean",
  episode_reward_mean: TRAINING_RETURN,
  episode_len_mean: TRAINING_LENGTH,
  "env_runners/episode_return_mean": TRAINING_RETURN,
  "env_runners/episode_len_mean": TRAINING_LENGTH,
};

/** Series with a value for each episode of training, CleanRL's, and the means that the lab has of them. */
const ofEpisodes: Readonly<Record<string, string>> = {
  "charts/episodic_return": TRAINING_RETURN,
  "charts/episodic_length": TRAINING_LENGTH,
};

/** Episodes that a mean of training is over: the last ones. */
const EPISODES = 100;

/** The mean of the last {@linkcode EPISODES} values. */
export function meanOfLast(values: readonly number[]): number {
  const last = values.slice(-EPISODES);
  return last.reduce((sum, each) => sum + each, 0) / last.length;
}

/**
 * A run with the lab's series beside those that mean the same.
 *
 * @returns And the names of both, of each pair that there is.
 */
export function withLabSeries<Run extends ImportedRun>(
  run: Run,
): { readonly run: Run; readonly pairs: readonly (readonly [theirs: string, ours: string])[] } {
  const theirs = new Set(run.points.flatMap(({ metrics }) => Object.keys(metrics)));
  const pairs = Object.entries({ ...same, ...ofEpisodes })
    .filter(([their, ours]) => theirs.has(their) && !theirs.has(ours));
  if (pairs.length === 0) return { run, pairs };
  const episodes = new Map<string, number[]>();
  const known = ({ metrics }: ImportedPoint) =>
    pairs.flatMap(([their, ours]): [string, number][] => {
      if (!(their in metrics)) return [];
      if (!(their in ofEpisodes)) return [[ours, metrics[their]]];
      const values = [...episodes.get(their) ?? [], metrics[their]].slice(-EPISODES);
      episodes.set(their, values);
      return [[ours, meanOfLast(values)]];
    });
  const points = run.points.toSorted((a, b) => a.step - b.step)
    .map((point) => ({
      ...point,
      metrics: { ...Object.fromEntries(known(point)), ...point.metrics },
    }));
  return { run: { ...run, points }, pairs };
}
