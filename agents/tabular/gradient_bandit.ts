/**
 * The gradient bandit: a softmax over preferences, which rewards above the mean raise. Every
 * observation has a bandit of its own; what a step leads to does not count.
 *
 * Sutton, Barto, "Reinforcement Learning: An Introduction" (2018), section 2.8, equations 2.11 and
 * 2.12.
 *
 * Differs from the book: nothing; the baseline is the mean of the rewards before this one, and of the first
 * one itself, which therefore changes nothing.
 *
 * @module
 */
import * as z from "zod";
import { exp } from "../../lab/core/elementary.ts";
import { worldFields } from "./tables.ts";
import { tabularAgent, type TabularMethod, type TabularSetup } from "./tabular_trainer.ts";

const configuration = z.strictObject({
  ...worldFields,
  learningRate: z.number().positive().default(0.1).meta({ description: "Step size α" }),
  baseline: z.boolean().default(true).meta({
    description: "Rewards count against their mean, not against 0",
  }),
});

/** The fields of {@linkcode gradientBandit}. */
type GradientBanditConfiguration = z.output<typeof configuration>;

/**
 * π(a) = exp(H(a)) / Σ_b exp(H(b)), written into `out`. Sutton and Barto (2018), equation 2.11.
 *
 * @param preferences H, [S, A].
 * @param row state · A.
 * @param out [A].
 */
export function softmax(preferences: Float64Array, row: number, out: Float64Array): void {
  let most = -Infinity, sum = 0;
  for (let a = 0; a < out.length; a++) most = Math.max(most, preferences[row + a]);
  for (let a = 0; a < out.length; a++) sum += out[a] = exp(preferences[row + a] - most);
  for (let a = 0; a < out.length; a++) out[a] /= sum;
}

/** H(b) ← H(b) + α(r − r̄)([b = a] − π(b)); equation 2.12, with r̄ = r for the first reward of a row. */
export function gradientBanditMethod(
  { states, actions, configuration, random }: TabularSetup<GradientBanditConfiguration>,
): TabularMethod {
  const { learningRate, baseline } = configuration;
  const q = new Float64Array(states * actions);
  // Rows of A values like every table; only the first of a row is used.
  const means = new Float64Array(states * actions);
  const visits = new Float64Array(states * actions);
  const probabilities = new Float64Array(actions);
  return {
    q,
    parameters: { "preferences/table": q },
    state: { "means/table": means, "visits/table": visits },
    choose(state) {
      softmax(q, state * actions, probabilities);
      let left = random.random();
      for (let a = 0; a < actions - 1; a++) {
        left -= probabilities[a];
        if (left < 0) return a;
      }
      // What rounding left over is no share of actions that have none.
      let last = actions - 1;
      while (probabilities[last] === 0) last--;
      return last;
    },
    learn({ state, action, reward }) {
      const row = state * actions;
      softmax(q, row, probabilities);
      const mean = visits[row] === 0 ? reward : means[row];
      const error = reward - (baseline ? mean : 0);
      for (let b = 0; b < actions; b++) {
        q[row + b] += learningRate * error * ((b === action ? 1 : 0) - probabilities[b]);
      }
      visits[row] += 1;
      means[row] += (reward - means[row]) / visits[row];
      return error;
    },
  };
}

/** The gradient bandit. */
export const gradientBandit = tabularAgent({
  name: "gradient-bandit",
  summary: "Gradient bandit: a softmax over preferences",
  configuration,
  method: gradientBanditMethod,
});
