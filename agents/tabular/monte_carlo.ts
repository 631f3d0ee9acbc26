/**
 * Monte Carlo control: the value of each action as the mean of the returns that followed its first
 * visit in an episode, under an ε-soft policy.
 *
 * Sutton, Barto, "Reinforcement Learning: An Introduction" (2018), section 5.4, "On-policy
 * first-visit MC control".
 *
 * Differs from the book: the mean is a running one by default, which forgets the returns of worse
 * policies, with a step size that falls linearly; so does ε; the return of an episode that a time
 * limit cut ends with what the policy expects of its final state.
 *
 * @module
 */
import * as z from "zod";
import { epsilonGreedyTable, expectedValue, moveTowards, valueFields } from "./tables.ts";
import { tabularAgent, type TabularMethod, type TabularSetup } from "./tabular_trainer.ts";

const configuration = z.strictObject({
  ...valueFields,
  learningRate: z.number().min(0).max(1).default(0.01).meta({
    description: "Weight of a new return at the start; 0: the mean over all, 1/N",
  }),
  learningRateFinal: z.number().min(0).max(1).default(0).meta({
    description: "The same at the end of the budget, reached linearly",
  }),
});

/** The fields of {@linkcode monteCarlo}. */
type MonteCarloConfiguration = z.output<typeof configuration>;

/** Learns at the end of an episode from G_t = r_t + γG_{t+1} at each pair's first visit. */
export function monteCarloMethod(setup: TabularSetup<MonteCarloConfiguration>): TabularMethod {
  const { states, actions, configuration: { gamma, learningRate } } = setup;
  const visits = new Float64Array(states * actions);
  const table = epsilonGreedyTable(setup);
  const { q, rates } = table;
  let pairs: number[] = [];
  let rewards: number[] = [];
  /** Step at which a pair was first visited in the open episode. */
  const first = new Map<number, number>();
  const abandon = () => {
    pairs = [];
    rewards = [];
    first.clear();
  };
  return {
    ...table,
    state: { "visits/table": visits },
    learn({ state, action, reward, nextState, terminated, truncated }) {
      const pair = state * actions + action;
      if (!first.has(pair)) first.set(pair, pairs.length);
      pairs.push(pair);
      rewards.push(reward);
      if (!terminated && !truncated) return 0;
      let following = terminated
        ? 0
        : expectedValue(q, nextState * actions, actions, rates.epsilon);
      let error = 0;
      for (let t = pairs.length - 1; t >= 0; t--) {
        following = rewards[t] + gamma * following;
        if (first.get(pairs[t]) !== t) continue;
        visits[pairs[t]] += 1;
        const rate = learningRate > 0 ? rates.learningRate : 1 / visits[pairs[t]];
        error = moveTowards(q, pairs[t], following, rate);
      }
      abandon();
      return error;
    },
    abandon,
    snapshot: () => ({ pairs: [...pairs], rewards: [...rewards] }),
    restore(snapshot) {
      const kept = snapshot as { pairs: number[]; rewards: number[] };
      pairs = [...kept.pairs];
      rewards = [...kept.rewards];
      first.clear();
      pairs.forEach((pair, t) => first.has(pair) || first.set(pair, t));
    },
  };
}

/** Monte Carlo control over a table. */
export const monteCarlo = tabularAgent({
  name: "monte-carlo",
  summary: "Monte Carlo control: a table of mean returns after first visits",
  configuration,
  method: monteCarloMethod,
});
