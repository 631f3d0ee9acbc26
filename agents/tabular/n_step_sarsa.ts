/**
 * n-step Sarsa: the value of each action, learned towards the next n rewards and the value of the
 * action that follows them. With n = 1 it is Sarsa, with n beyond the episode Monte Carlo.
 *
 * Sutton, Barto, "Reinforcement Learning: An Introduction" (2018), section 7.2, equations 7.4 and
 * 7.5.
 *
 * Differs from the book: step size and ε fall linearly; an episode that a time limit cut bootstraps
 * from its final state.
 *
 * @module
 */
import * as z from "zod";
import { differenceFields, epsilonGreedyTable, moveTowards } from "./tables.ts";
import { tabularAgent, type TabularMethod, type TabularSetup } from "./tabular_trainer.ts";

const configuration = z.strictObject({
  ...differenceFields,
  rewardSteps: z.int().min(1).max(10_000).default(4).meta({
    description: "n: rewards before the bootstrap",
  }),
});

/** The fields of {@linkcode nStepSarsa}. */
type NStepConfiguration = z.output<typeof configuration>;

/**
 * Σ_{k < n} γᵏ r_k + γⁿ · next. Sutton and Barto (2018), equation 7.4.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * strictEqual(nStepReturn([1, 1, 1], 0.8, 0.99).toFixed(7), "3.7463392");
 * ```
 *
 * @param rewards r_0 … r_{n−1}.
 * @param next Value of what follows; 0 after a terminal state.
 * @param gamma γ in [0, 1].
 */
export function nStepReturn(rewards: readonly number[], next: number, gamma: number): number {
  let sum = next;
  for (let k = rewards.length - 1; k >= 0; k--) sum = rewards[k] + gamma * sum;
  return sum;
}

/** Learns by {@linkcode nStepReturn}; at the end of an episode what is left in shorter ones. */
export function nStepSarsaMethod(setup: TabularSetup<NStepConfiguration>): TabularMethod {
  const { actions, configuration: { gamma, rewardSteps } } = setup;
  const table = epsilonGreedyTable(setup);
  const { q, rates } = table;
  /** The last pairs whose values are still to be learned, and the rewards after each. */
  let pairs: number[] = [];
  let rewards: number[] = [];
  return {
    ...table,
    choosesFirst: true,
    learn({ state, action, reward, nextState, nextAction, terminated, truncated }) {
      pairs.push(state * actions + action);
      rewards.push(reward);
      const ended = terminated || truncated;
      if (!ended && pairs.length < rewardSteps) return 0;
      const next = terminated ? 0 : q[nextState * actions + nextAction];
      let error = 0;
      do {
        const target = nStepReturn(rewards, next, gamma);
        error = moveTowards(q, pairs[0], target, rates.learningRate);
        pairs.shift();
        rewards.shift();
      } while (ended && pairs.length > 0);
      return error;
    },
    abandon() {
      pairs = [];
      rewards = [];
    },
    snapshot: () => ({ pairs: [...pairs], rewards: [...rewards] }),
    restore(snapshot) {
      const kept = snapshot as { pairs: number[]; rewards: number[] };
      pairs = [...kept.pairs];
      rewards = [...kept.rewards];
    },
  };
}

/** n-step Sarsa over a table. */
export const nStepSarsa = tabularAgent({
  name: "n-step-sarsa",
  summary: "n-step Sarsa: a table of action values from several rewards at once",
  configuration,
  method: nStepSarsaMethod,
});
