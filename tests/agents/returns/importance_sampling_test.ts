import { ok, strictEqual } from "node:assert";
import {
  type BehaviourEpisode,
  divergenceEstimate,
  ordinaryImportanceSampling,
  perDecisionImportanceSampling,
  weightedImportanceSampling,
} from "../../../agents/returns/importance_sampling.ts";

/**
 * By hand, γ = 0.5: the first has Πρ = 1, G = 2 and a weighted sum of 2 · 1 + 2 · ½ · ½ · 2 = 3, the
 * second Πρ = ½, G = 3 and 1.5.
 */
const episodes: BehaviourEpisode[] = [
  { rewards: [1, 2], ratios: [2, 0.5] },
  { rewards: [3], ratios: [0.5] },
];

Deno.test("the estimate of a divergence has its expectation, and is finite for every ratio", () => {
  const [acted, policy] = [[0.5, 0.3, 0.2], [0.7, 0.2, 0.1]];
  const mean = (value: (logRatio: number) => number) =>
    acted.reduce((sum, share, a) => sum + share * value(Math.log(policy[a] / share)), 0);
  ok(Math.abs(mean(divergenceEstimate) - mean((logRatio) => -logRatio)) < 1e-15);
  strictEqual(divergenceEstimate(0), 0);
  for (const logRatio of [-1e8, -1000, -50, 50, 1000, 1e8]) {
    ok(divergenceEstimate(logRatio) > 0 && Number.isFinite(divergenceEstimate(logRatio)));
  }
});

Deno.test("importance sampling is the worked example's", () => {
  strictEqual(ordinaryImportanceSampling(episodes, 0.5), (2 + 1.5) / 2);
  strictEqual(weightedImportanceSampling(episodes, 0.5), (2 + 1.5) / 1.5);
  strictEqual(perDecisionImportanceSampling(episodes, 0.5), (3 + 1.5) / 2);
});

Deno.test("importance sampling from the policy itself is the mean return", () => {
  const own = episodes.map(({ rewards }) => ({ rewards, ratios: Array.from(rewards, () => 1) }));
  for (
    const estimate of [
      ordinaryImportanceSampling,
      weightedImportanceSampling,
      perDecisionImportanceSampling,
    ]
  ) {
    strictEqual(estimate(own, 0.5), 2.5);
  }
});

Deno.test("weighted importance sampling of one episode is its return, and 0 without weight", () => {
  strictEqual(weightedImportanceSampling([episodes[0]], 0.5), 2);
  strictEqual(weightedImportanceSampling([{ rewards: [1], ratios: [0] }], 0.5), 0);
});
