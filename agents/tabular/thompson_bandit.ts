/**
 * Thompson sampling: draws a mean reward for each action out of what is believed of it, and takes
 * the best. Every observation has a bandit of its own; what a step leads to does not count.
 *
 * Thompson, "On the likelihood that one unknown probability exceeds another in view of the evidence
 * of two samples" (Biometrika 25, 1933); Russo, Van Roy, Kazerouni, Osband, Wen, "A tutorial on
 * Thompson sampling" (2018, arXiv 1707.02038), algorithm 3.2 (Bernoulli) and section 4 (Gaussian).
 *
 * Differs from the paper: nothing.
 *
 * @module
 */
import * as z from "zod";
import { log } from "../../lab/core/elementary.ts";
import { InputError } from "../../lab/core/errors.ts";
import type { Generator } from "../../lab/core/random.ts";
import { FORBIDDEN } from "../distributions/actions.ts";
import { worldFields } from "./tables.ts";
import { tabularAgent, type TabularMethod, type TabularSetup } from "./tabular_trainer.ts";

const configuration = z.strictObject({
  ...worldFields,
  rewards: z.enum(["gaussian", "bernoulli"]).default("gaussian").meta({
    description: "How rewards are taken to be distributed; bernoulli takes 0 and 1 only",
  }),
  priorDeviation: z.number().positive().default(1).meta({
    description: "gaussian: deviation of the means around 0 before any reward",
  }),
  rewardDeviation: z.number().positive().default(1).meta({
    description: "gaussian: deviation of the rewards around their mean",
  }),
});

/** The fields of {@linkcode thompsonBandit}. */
type ThompsonConfiguration = z.output<typeof configuration>;

/**
 * Mean and deviation of what is believed of an action's mean reward after `visits` rewards that add
 * up to `sum`, with the prior N(0, priorDeviation²): the precisions add up.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert";
 * deepStrictEqual(gaussianPosterior(6, 3, 1, 1), { mean: 1.5, deviation: 0.5 });
 * ```
 */
export function gaussianPosterior(
  sum: number,
  visits: number,
  priorDeviation: number,
  rewardDeviation: number,
): { mean: number; deviation: number } {
  const noise = rewardDeviation * rewardDeviation;
  const precision = 1 / (priorDeviation * priorDeviation) + visits / noise;
  return { mean: sum / noise / precision, deviation: Math.sqrt(1 / precision) };
}

/**
 * A draw from the gamma distribution with scale 1. Marsaglia, Tsang, "A simple method for generating
 * gamma variables" (2000).
 *
 * @param shape At least 1.
 */
export function drawGamma(shape: number, random: Generator): number {
  const d = shape - 1 / 3, c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.standardNormal();
    const root = 1 + c * x;
    const v = root * root * root;
    if (v <= 0) continue;
    const u = 1 - random.random();
    if (log(u) < 0.5 * x * x + d - d * v + d * log(v)) return d * v;
  }
}

/** A draw from the beta distribution; both shapes at least 1. */
export function drawBeta(alpha: number, beta: number, random: Generator): number {
  const x = drawGamma(alpha, random);
  return x / (x + drawGamma(beta, random));
}

/** Gaussian beliefs, or Beta(1 + successes, 1 + failures). */
function thompsonMethod(
  { states, actions, configuration, random }: TabularSetup<ThompsonConfiguration>,
): TabularMethod {
  const { rewards, priorDeviation, rewardDeviation } = configuration;
  const bernoulli = rewards === "bernoulli";
  const q = new Float64Array(states * actions).fill(bernoulli ? 0.5 : 0);
  const sums = new Float64Array(states * actions);
  const visits = new Float64Array(states * actions);
  const posterior = (index: number) =>
    gaussianPosterior(sums[index], visits[index], priorDeviation, rewardDeviation);
  const draw = (index: number) => {
    if (bernoulli) return drawBeta(1 + sums[index], 1 + visits[index] - sums[index], random);
    const { mean, deviation } = posterior(index);
    return mean + deviation * random.standardNormal();
  };
  return {
    q,
    state: { "sums/table": sums, "visits/table": visits },
    choose(state) {
      let best = 0, most = -Infinity;
      for (let a = 0; a < actions; a++) {
        if (q[state * actions + a] === FORBIDDEN) continue;
        const drawn = draw(state * actions + a);
        if (drawn > most) [best, most] = [a, drawn];
      }
      return best;
    },
    learn({ state, action, reward }) {
      if (bernoulli && reward !== 0 && reward !== 1) {
        throw new InputError(
          `Cannot train thompson-bandit as rewards must be 0 or 1 where "rewards" is "bernoulli": ` +
            `${reward}`,
        );
      }
      const index = state * actions + action;
      const error = reward - q[index];
      visits[index] += 1;
      sums[index] += reward;
      q[index] = bernoulli ? (1 + sums[index]) / (2 + visits[index]) : posterior(index).mean;
      return error;
    },
  };
}

/** Thompson sampling. */
export const thompsonBandit = tabularAgent({
  name: "thompson-bandit",
  summary: "Thompson sampling: acts on a draw from what is believed of each action",
  configuration,
  method: thompsonMethod,
});
