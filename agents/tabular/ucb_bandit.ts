/**
 * The UCB bandit: takes the action whose mean reward could still be the greatest. Every observation
 * has a bandit of its own; what a step leads to does not count.
 *
 * Auer, Cesa-Bianchi, Fischer, "Finite-time analysis of the multiarmed bandit problem" (Machine
 * Learning 47, 2002), figure 1 (UCB1: c = √2); Sutton, Barto, "Reinforcement Learning: An
 * Introduction" (2018), section 2.7, equation 2.10.
 *
 * Differs from the paper: rewards need not lie in [0, 1]; `confidence` takes the place of √2.
 *
 * @module
 */
import * as z from "zod";
import { log } from "../../lab/core/elementary.ts";
import { FORBIDDEN } from "../distributions/actions.ts";
import { moveTowards, worldFields } from "./tables.ts";
import { tabularAgent, type TabularMethod, type TabularSetup } from "./tabular_trainer.ts";

const configuration = z.strictObject({
  ...worldFields,
  confidence: z.number().min(0).default(Math.SQRT2).meta({
    description: "c: how far an estimate is taken to be off (√2: UCB1, rewards in [0, 1])",
  }),
});

/** The fields of {@linkcode ucbBandit}. */
type UcbConfiguration = z.output<typeof configuration>;

/**
 * Q + c√(ln t / N); ∞ for an action not taken yet. Sutton and Barto (2018), equation 2.10.
 *
 * @param mean Q, the mean reward of the action.
 * @param visits N, how often it was taken.
 * @param total t, how often any was.
 * @param confidence c ≥ 0.
 */
export function upperBound(
  mean: number,
  visits: number,
  total: number,
  confidence: number,
): number {
  return visits === 0 ? Infinity : mean + confidence * Math.sqrt(log(total) / visits);
}

/** Takes the first action of the greatest {@linkcode upperBound}. */
function ucbMethod(
  { states, actions, configuration: { confidence } }: TabularSetup<UcbConfiguration>,
): TabularMethod {
  const q = new Float64Array(states * actions);
  const visits = new Float64Array(states * actions);
  return {
    q,
    state: { "visits/table": visits },
    choose(state) {
      const row = state * actions;
      let total = 0;
      for (let a = 0; a < actions; a++) total += visits[row + a];
      let best = 0, most = -Infinity;
      for (let a = 0; a < actions; a++) {
        if (q[row + a] === FORBIDDEN) continue;
        const bound = upperBound(q[row + a], visits[row + a], total, confidence);
        if (bound > most) [best, most] = [a, bound];
      }
      return best;
    },
    learn({ state, action, reward }) {
      const index = state * actions + action;
      visits[index] += 1;
      return moveTowards(q, index, reward, 1 / visits[index]);
    },
  };
}

/** The UCB bandit. */
export const ucbBandit = tabularAgent({
  name: "ucb-bandit",
  summary: "UCB bandit: the action that could still be the best",
  configuration,
  method: ucbMethod,
});
