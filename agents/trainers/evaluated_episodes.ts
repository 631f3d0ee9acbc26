/**
 * What the whole episodes of an evaluation say: returns, lengths, and signs of trouble.
 *
 * @module
 */
import { interquartileMean } from "../../lab/core/interquartile_mean.ts";
import type { LabEvent } from "../../lab/core/metrics.ts";
import type { Report } from "../../lab/core/trainer.ts";
import { meanAndDeviation } from "../returns/advantages.ts";

/** How an episode ended; `cut`: it had no end of its own and counts as it stood. */
export type EpisodeEnd = "terminated" | "truncated" | "cut";

/** What training has seen when an evaluation begins. */
export interface TrainingSoFar {
  readonly environmentSteps: number;
  /** Highest return of a training episode; −Infinity before the first. */
  readonly highestReturn: number;
}

/** The episodes of one evaluation. */
export class EvaluatedEpisodes {
  readonly #returns: number[] = [];
  readonly #lengths: number[] = [];
  readonly #ends: EpisodeEnd[] = [];

  /** Episodes so far. */
  get count(): number {
    return this.#returns.length;
  }

  /** Counts one. */
  add(episodeReturn: number, length: number, end: EpisodeEnd): void {
    this.#returns.push(episodeReturn);
    this.#lengths.push(length);
    this.#ends.push(end);
  }

  /**
   * Mean, standard deviation and interquartile mean of the returns, mean length, and a warning
   * where episodes were cut.
   *
   * @param longest Steps after which they were.
   */
  report(longest: number): Report & { readonly events: LabEvent[] } {
    const { mean, deviation } = meanAndDeviation(this.#returns);
    const cut = this.#ends.filter((end) => end === "cut").length;
    return {
      metrics: {
        "evaluation/return_mean": mean,
        "evaluation/return_std": deviation,
        "evaluation/return_iqm": interquartileMean(this.#returns),
        "evaluation/length_mean": meanAndDeviation(this.#lengths).mean,
      },
      events: cut === 0 ? [] : [{
        level: "warning",
        message: `${cut} of ${this.count} evaluation episodes had no end after ${longest} steps: ` +
          "their returns count as they stood",
      }],
    };
  }

  /**
   * A warning where nothing was ever found that is worth a reward: every episode ran into its limit
   * without a positive return, and neither these nor training episodes differ in it. A world with a
   * `rewardThreshold` above 0 pays for its goal, so that there costs on the way may differ.
   */
  noGoal(rewardThreshold: number | undefined, training: TrainingSoFar): LabEvent | undefined {
    const highest = Math.max(...this.#returns);
    const found = (rewardThreshold ?? 0) > 0
      ? Math.max(highest, training.highestReturn) > 0
      : highest > 0 || training.highestReturn > highest ||
        this.#returns.some((each) => each !== highest);
    if (found || this.#ends.includes("terminated")) return undefined;
    const { environmentSteps } = training;
    return {
      level: "warning",
      message: `No goal ever reached after ${environmentSteps.toLocaleString("en")} environment ` +
        `steps: all ${this.count} evaluation episodes ran into their limit, the best return was ` +
        `${highest}. What helps: more exploration (entropyCoefficient, explorationFraction, ` +
        "action noise), normalised observations, a shaped reward, a longer budget",
    };
  }
}
