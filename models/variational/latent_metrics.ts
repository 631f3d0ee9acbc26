/**
 * What the latent vectors of a model's examples say of it.
 *
 * @module
 */
import type { Metrics } from "../../lab/core/metrics.ts";
import { streamOf } from "../../lab/core/random.ts";
import { activeUnits } from "../metrics/active_units.ts";
import {
  betaVaeScore,
  mutualInformationGap,
  separatedPredictability,
} from "../metrics/disentanglement.ts";
import type { Look } from "../model.ts";

/**
 * How much of the latent vector is used; where the factors of all examples are known, how far its
 * coordinates stand for one each, over all splits.
 */
export async function latentMetrics({ encode, dataset }: Look): Promise<Metrics> {
  const { train, validation, test, factors, seed } = dataset;
  const codes = await encode!(test.values, test.labels);
  const metrics = { "evaluation/active_units": activeUnits(codes, test.count) };
  const splits = [train, validation, test];
  if (factors === undefined || !splits.every(({ factors }) => factors)) return metrics;
  const count = splits.reduce((sum, split) => sum + split.count, 0);
  const all = new Float32Array(count * codes.length / test.count);
  let at = 0;
  for (const { values, labels } of splits) {
    const own = await encode!(values, labels);
    all.set(own, at);
    at += own.length;
  }
  const represented = {
    count,
    codes: all,
    factors: Uint8Array.from(splits.flatMap(({ factors }) => [...factors!])),
    sizes: factors.sizes,
  };
  return {
    ...metrics,
    "evaluation/mutual_information_gap": mutualInformationGap(represented),
    "evaluation/separated_predictability": separatedPredictability(represented),
    "evaluation/beta_vae_score": betaVaeScore(represented, streamOf(seed, "beta-vae-score")),
  };
}
