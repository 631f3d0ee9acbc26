/**
 * ε-greedy exploration on action values: a random action with probability ε, else the best one.
 *
 * @module
 */
import type { Metrics } from "../../lab/core/metrics.ts";
import type { Generator } from "../../lab/core/random.ts";
import type { Discrete } from "../../lab/core/space.ts";
import type { Schedule } from "../../lab/compute/schedules.ts";
import { type ActionRows, bestActions, drawAllowed, maskLogits } from "../distributions/actions.ts";
import type { ScoreProgram } from "../trainers/evaluation.ts";
import type { Explorer, ExploringStep } from "./explorer.ts";

/** What an {@linkcode EpsilonGreedy} explorer is made from. */
export interface EpsilonGreedyOptions {
  /** Its scores are the action values, [N, A]. */
  readonly actor: ScoreProgram;
  /** What is chosen from. */
  readonly actionSpace: Discrete;
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

  random(actions: ActionRows, masks?: Uint8Array): void {
    this.#replace(actions, 1, masks);
  }

  async explore(
    observations: Float32Array,
    actions: ActionRows,
    { spent, masks }: ExploringStep,
  ): Promise<void> {
    const { actor, actionSpace, noise } = this.options;
    const epsilon = this.options.epsilon(spent);
    if (epsilon < 1) {
      actor.input.observations.set(observations);
      actor.run(noise);
      bestActions(actionSpace, maskLogits(await actor.read("scores"), masks), actions);
    }
    this.#replace(actions, epsilon, masks);
  }

  /** Puts a random action in the place of each with probability `epsilon`, an allowed one. */
  #replace(actions: ActionRows, epsilon: number, masks: Uint8Array | undefined): void {
    const { random, actionSpace: { n: actionCount } } = this.options;
    for (let n = 0; n < actions.length; n++) {
      if (random.random() >= epsilon) continue;
      const first = n * actionCount;
      actions[n] = drawAllowed(random, actionCount, (action) => masks?.[first + action] !== 0);
    }
  }

  schedules(spent: number): Metrics {
    return { "schedule/epsilon": this.options.epsilon(spent) };
  }
}
