/**
 * The ε-greedy bandit: estimates the mean reward of each action and mostly takes the best. Every
 * observation has a bandit of its own; what a step leads to does not count.
 *
 * Sutton, Barto, "Reinforcement Learning: An Introduction" (2018), sections 2.3 to 2.6, equations
 * 2.1, 2.3 and 2.5.
 *
 * Differs from the book: nothing.
 *
 * @module
 */
import * as z from "zod";
import { epsilonGreedy, moveTowards, worldFields } from "./tables.ts";
import { tabularAgent, type TabularMethod, type TabularSetup } from "./tabular_trainer.ts";

const configuration = z.strictObject({
  ...worldFields,
  epsilon: z.number().min(0).max(1).default(0.1).meta({
    description: "Share of random actions",
  }),
  initialValue: z.number().default(0).meta({
    description: "Estimates at the start; above what is possible they make the agent explore",
  }),
  rewardRate: z.number().min(0).max(1).default(0).meta({
    description: "Weight of a new reward: 0 is the mean over all, 1/N; else a running mean",
  }),
});

/** The fields of {@linkcode epsilonGreedyBandit}. */
type EpsilonGreedyConfiguration = z.output<typeof configuration>;

/** Q ← Q + (r − Q)/N; equation 2.3. */
function epsilonGreedyMethod(
  { states, actions, configuration, random }: TabularSetup<EpsilonGreedyConfiguration>,
): TabularMethod {
  const { epsilon, initialValue, rewardRate } = configuration;
  const q = new Float64Array(states * actions).fill(initialValue);
  const visits = new Float64Array(states * actions);
  return {
    q,
    state: { "visits/table": visits },
    choose: (state) => epsilonGreedy(q, state * actions, actions, epsilon, random),
    learn({ state, action, reward }) {
      const index = state * actions + action;
      visits[index] += 1;
      return moveTowards(q, index, reward, rewardRate || 1 / visits[index]);
    },
  };
}

/** The ε-greedy bandit. */
export const epsilonGreedyBandit = tabularAgent({
  name: "epsilon-greedy-bandit",
  summary: "ε-greedy bandit: the mean reward of each action",
  configuration,
  method: epsilonGreedyMethod,
});
