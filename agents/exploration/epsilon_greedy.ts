/**
 * ε-greedy exploration on action values: a random action with probability ε, else the best one.
 *
 * @module
 */
import type { Metrics } from "../../lab/core/metrics.ts";
import type { Generator } from "../../lab/core/random.ts";
import type { Schedule } from "../../lab/compute/schedules.ts";
import { type ActionRows, greedyActions } from "../distributions/actions.ts";
import type { ScoreProgram } from "../trainers/evaluation.ts";
import type { Explorer, ExploringStep } from "./explorer.ts";

/** What an {@linkcode EpsilonGreedy} explorer is made from. */
export interface EpsilonGreedyOptions {
  /** Its scores are the action values, [N, A]. */
  readonly actor: ScoreProgram;
  /** A. */
  readonly actionCount: number;
  /** ε by the share of the budget that is spent. */
  readonly epsilon: Schedule;
  /** Draws which actions are random, and these. */
  readonly random: Generator;
  /** What `actor` draws from, where it is a noisy network. */
  readonly noise?: Generator;
}

/** Chooses ε-greedily. Before learning starts ε is 1. */
export class EpsilonGreedy implements Explorer {
  /** Takes its parts. */
  constructor(private readonly options: EpsilonGreedyOptions) {}

  random(actions: ActionRows): void {
    this.#replace(actions, 1);
  }

  async explore(
    observations: Float32Array,
    actions: ActionRows,
    { spent }: ExploringStep,
  ): Promise<void> {
    const { actor, actionCount, noise } = this.options;
    const epsilon = this.options.epsilon(spent);
    if (epsilon < 1) {
      actor.input.observations.set(observations);
      actor.run(noise);
      greedyActions(await actor.read("scores"), actionCount, actions);
    }
    this.#replace(actions, epsilon);
  }

  /** Puts a random action in the place of each with probability `epsilon`. */
  #replace(actions: ActionRows, epsilon: number): void {
    const { random, actionCount } = this.options;
    for (let n = 0; n < actions.length; n++) {
      if (random.random() < epsilon) actions[n] = random.integers(actionCount);
    }
  }

  schedules(spent: number): Metrics {
    return { "schedule/epsilon": this.options.epsilon(spent) };
  }
}
