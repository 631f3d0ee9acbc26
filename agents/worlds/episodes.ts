/**
 * Running episode returns and lengths of a vector of environments, and a window over the last
 * completed episodes: what `rollout/episode_return_mean` is computed from.
 *
 * @module
 */
import { type Metrics, TRAINING_RETURN } from "../../lab/core/metrics.ts";
import type { Json } from "../../lab/core/snapshot.ts";

/** Counts episodes while they run and remembers the last completed ones. */
export class EpisodeWindow {
  #returns: Float64Array;
  #lengths: Float64Array;
  /** The last completed episodes, oldest first: [episodeReturn, episodeLength]. */
  #completed: [number, number][] = [];
  #highest = -Infinity;

  /**
   * @param environments Environments that run side by side.
   * @param capacity Completed episodes that the means cover. 100, as Stable-Baselines3.
   */
  constructor(readonly environments: number, readonly capacity = 100) {
    this.#returns = new Float64Array(environments);
    this.#lengths = new Float64Array(environments);
  }

  /** Highest return of all episodes so far; −Infinity before the first is complete. */
  get highestReturn(): number {
    return this.#highest;
  }

  /** Notes one reward of every environment; `ended` says which episodes it closed. */
  step(
    rewards: ArrayLike<number>,
    terminated: ArrayLike<number>,
    truncated: ArrayLike<number>,
  ): void {
    for (let n = 0; n < this.environments; n++) {
      this.add(n, rewards[n], terminated[n] !== 0 || truncated[n] !== 0);
    }
  }

  /** Notes one reward of environment `n`; `ended` says whether it closed the episode. */
  add(n: number, reward: number, ended: boolean): void {
    this.#returns[n] += reward;
    this.#lengths[n] += 1;
    if (!ended) return;
    this.#highest = Math.max(this.#highest, this.#returns[n]);
    this.#completed.push([this.#returns[n], this.#lengths[n]]);
    if (this.#completed.length > this.capacity) this.#completed.shift();
    this.#returns[n] = 0;
    this.#lengths[n] = 0;
  }

  /** Forgets the episodes under way; the completed ones stay. */
  abandon(): void {
    this.#returns.fill(0);
    this.#lengths.fill(0);
  }

  /** Means over the window; nothing before the first episode is complete. */
  metrics(): Metrics {
    const count = this.#completed.length;
    if (count === 0) return {};
    let returns = 0, lengths = 0;
    for (const [episodeReturn, episodeLength] of this.#completed) {
      returns += episodeReturn;
      lengths += episodeLength;
    }
    return {
      [TRAINING_RETURN]: returns / count,
      "rollout/episode_length_mean": lengths / count,
    };
  }

  /** Everything as plain data. */
  snapshot(): Json {
    return {
      returns: [...this.#returns],
      lengths: [...this.#lengths],
      completed: this.#completed.map((episode) => [...episode]),
      highest: Number.isFinite(this.#highest) ? this.#highest : null,
    };
  }

  /** Goes on from a snapshot. */
  restore(snapshot: Json): void {
    const { returns, lengths, completed, highest } = snapshot as {
      returns: number[];
      lengths: number[];
      completed: [number, number][];
      highest: number | null;
    };
    this.#returns = Float64Array.from(returns);
    this.#lengths = Float64Array.from(lengths);
    this.#completed = completed.map(([episodeReturn, length]) => [episodeReturn, length]);
    this.#highest = highest ?? -Infinity;
  }
}

/** The mean of each metric over those that have it: of actors with environments of their own. */
export function meanMetrics(all: readonly Metrics[]): Metrics {
  const names = new Set(all.flatMap((metrics) => Object.keys(metrics)));
  return Object.fromEntries([...names].map((name) => {
    const values = all.flatMap((metrics) => name in metrics ? [metrics[name]] : []);
    return [name, values.reduce((sum, value) => sum + value, 0) / values.length];
  }));
}
