/**
 * RecordEpisodeStatistics: keeps return and length of the episodes.
 *
 * @module
 */
import type { Environment } from "../../lab/core/environment.ts";
import { requireCount, wrap } from "./wrapper.ts";

/** What is kept of the last episodes, the newest at the end. */
export interface EpisodeStatistics {
  /** Sum of the rewards of each. */
  readonly episodeReturns: readonly number[];
  /** Steps of each. */
  readonly episodeLengths: readonly number[];
}

/**
 * Adds `info.episode` (`episodeReturn`, `length`) to the step that ends an episode, and keeps the
 * last `bufferLength` episodes. Gymnasium's third number, the wall-clock time, is left out: equal
 * runs would differ by it.
 *
 * @throws InputError where `bufferLength` is no whole number ≥ 1.
 */
export function recordEpisodeStatistics(
  env: Environment,
  bufferLength = 100,
): Environment & EpisodeStatistics {
  requireCount(env, "recordEpisodeStatistics", "bufferLength", bufferLength);
  const episodeReturns: number[] = [];
  const episodeLengths: number[] = [];
  let [episodeReturn, length] = [0, 0];
  const keep = (values: number[], value: number) => {
    values.push(value);
    if (values.length > bufferLength) values.shift();
  };
  const wrapped = wrap(env, {
    reset(options) {
      const result = env.reset(options);
      [episodeReturn, length] = [0, 0];
      return result;
    },
    step(action) {
      const result = env.step(action);
      episodeReturn += result.reward;
      length++;
      if (!result.terminated && !result.truncated) return result;
      keep(episodeReturns, episodeReturn);
      keep(episodeLengths, length);
      return { ...result, info: { ...result.info, episode: { episodeReturn, length } } };
    },
    snapshot: () => ({
      episodeReturn,
      length,
      episodeReturns: [...episodeReturns],
      episodeLengths: [...episodeLengths],
    }),
    restore(own) {
      const kept = own as unknown as EpisodeStatistics & { episodeReturn: number; length: number };
      ({ episodeReturn, length } = kept);
      episodeReturns.length = episodeLengths.length = 0;
      for (const value of kept.episodeReturns) episodeReturns.push(value);
      for (const value of kept.episodeLengths) episodeLengths.push(value);
    },
  });
  return Object.assign(wrapped, { episodeReturns, episodeLengths });
}
