/**
 * What the whole episodes of an evaluation say: returns, lengths, and signs of trouble.
 *
 * @module
 */
import type { Environment } from "../../lab/core/environment.ts";
import { interquartileMean } from "../../lab/core/interquartile_mean.ts";
import { InputError } from "../../lab/core/errors.ts";
import type { LabEvent } from "../../lab/core/metrics.ts";
import type { Report } from "../../lab/core/trainer.ts";
import { mean, standardDeviation } from "../../lab/statistics/scores.ts";
import { requireFinite } from "../worlds/finite.ts";

/** Steps after which an episode of an environment without time limit counts as it stands. */
export const LONGEST = 10_000;

/**
 * Steps after which an evaluation ends an episode: the world's own limit, else {@linkcode LONGEST}.
 *
 * @param episodeLimit Of an agent of tables, where the world has no limit of its own; 0: {@linkcode LONGEST}.
 */
export function longestOf({ timeLimit }: Pick<Environment, "timeLimit">, episodeLimit = 0): number {
  return timeLimit ?? (episodeLimit || LONGEST);
}

/** How an episode ended; `cut`: it had no end of its own and counts as it stood. */
export type EpisodeEnd = "terminated" | "truncated" | "cut";

/** A whole episode. */
export interface EvaluatedEpisode {
  /** Sum of its rewards. */
  readonly episodeReturn: number;
  /** Steps. */
  readonly length: number;
  readonly end: EpisodeEnd;
  /** Of its last step. */
  readonly lastReward: number;
}

/**
 * Plays an episode of one environment to its end.
 *
 * @param observation What the environment's `reset` returned.
 * @param longest Steps after which the episode counts as it stands.
 * @param choose The action for an observation.
 * @throws LabError where a reward is not finite.
 */
export function playEpisode<Observation, Action>(
  environment: Environment<Observation, Action>,
  observation: Observation,
  longest: number,
  choose: (observation: Observation) => Action,
): EvaluatedEpisode {
  let episodeReturn = 0;
  for (let length = 1;; length++) {
    const step = environment.step(choose(observation));
    requireFinite(environment.id, "rewards", [step.reward], "evaluate");
    observation = step.observation;
    episodeReturn += step.reward;
    const end = step.terminated ? "terminated" : step.truncated ? "truncated" : "cut";
    if (end === "cut" && length < longest) continue;
    return { episodeReturn, length, end, lastReward: step.reward };
  }
}

/** What is thrown where a greedy policy's actions are to be drawn. */
export function withoutProbabilities(): InputError {
  return new InputError(
    "Cannot draw actions as the policy must have probabilities: this agent's takes the best one",
  );
}

/** What training has seen when an evaluation begins. */
export interface TrainingSoFar {
  /** Highest return of a training episode; −Infinity before the first. */
  readonly highestReturn: number;
}

/** The episodes of one evaluation. */
export class EvaluatedEpisodes {
  readonly #returns: number[] = [];
  readonly #lengths: number[] = [];
  readonly #ends: EpisodeEnd[] = [];
  #rewarded = 0;

  /** Episodes so far. */
  get count(): number {
    return this.#returns.length;
  }

  /** The return of each, in the order in which they ended. */
  get returns(): readonly number[] {
    return this.#returns;
  }

  /** Counts one. */
  add({ episodeReturn, length, end, lastReward }: EvaluatedEpisode): void {
    this.#returns.push(episodeReturn);
    this.#lengths.push(length);
    this.#ends.push(end);
    if (end === "terminated" && lastReward > 0) this.#rewarded++;
  }

  /**
   * Mean, standard deviation and interquartile mean of the returns, mean length, the share that
   * reached the world's goal where it has one, and warnings where episodes were cut or no goal was
   * ever reached.
   *
   * @param longest Steps after which they were cut.
   * @param training Left out: nobody is warned of goals.
   */
  report(
    longest: number,
    { goal, rewardThreshold }: Pick<Environment, "goal" | "rewardThreshold"> = {},
    training?: TrainingSoFar,
  ): Report & { readonly events: LabEvent[] } {
    const ended = (how: EpisodeEnd) => this.#ends.filter((end) => end === how).length;
    const cut = ended("cut");
    const reached = goal === "rewarded" ? this.#rewarded : ended("terminated");
    const noGoal = training && this.noGoal(rewardThreshold, training);
    return {
      metrics: {
        "evaluation/return_mean": mean(this.#returns),
        "evaluation/return_std": standardDeviation(this.#returns, 0),
        "evaluation/return_iqm": interquartileMean(this.#returns),
        "evaluation/length_mean": mean(this.#lengths),
        ...goal !== undefined && { "evaluation/success_rate": reached / this.count },
      },
      events: [
        ...cut === 0 ? [] : [{
          level: "warning" as const,
          message:
            `${cut} of ${this.count} evaluation episodes had no end after ${longest} steps: ` +
            "their returns count as they stood",
        }],
        ...noGoal === undefined ? [] : [noGoal],
      ],
    };
  }

  /**
   * A warning where nothing was ever found that is worth a reward: every episode ran into its limit
   * without a positive return, and neither these nor training episodes differ in it. A world with a
   * `rewardThreshold` above 0 pays for its goal, so that there costs on the way may differ.
   */
  noGoal(rewardThreshold: number | undefined, training: TrainingSoFar): LabEvent | undefined {
    const highest = this.#returns.reduce((most, each) => Math.max(most, each), -Infinity);
    const found = (rewardThreshold ?? 0) > 0
      ? Math.max(highest, training.highestReturn) > 0
      : highest > 0 || training.highestReturn > highest ||
        this.#returns.some((each) => each !== highest);
    if (found || this.#ends.includes("terminated")) return undefined;
    return {
      level: "warning",
      message: `No goal ever reached in training or evaluation, whose ${this.count} episodes all ` +
        "ran into their limit. What helps: more exploration (entropyCoefficient, " +
        "explorationFraction, action noise), normalised observations, a shaped reward, a longer " +
        "budget",
    };
  }
}
