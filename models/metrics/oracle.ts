/**
 * How texts that a model draws stand beside the distribution that its data were drawn from.
 *
 * Yu, Zhang, Wang, Yu, "SeqGAN: Sequence Generative Adversarial Nets with Policy Gradient" (2017, arXiv
 * 1609.05473), section 4.1.
 *
 * @module
 */
import type { Metrics } from "../../lab/core/metrics.ts";
import { mean } from "../../lab/statistics/scores.ts";
import { ownLikelihood } from "../likelihood.ts";
import type { Look } from "../model.ts";
import { distinctTrigrams } from "./text.ts";

/**
 * NLL-oracle and NLL-test in nats a token: what the oracle says of samples, and what the model says of
 * the test split; and how many different runs of tokens samples have. Of as many samples as there are
 * test texts.
 */
export async function oracleMeasures({ dataset, draw, measured }: Look): Promise<Metrics> {
  const { logDensity, shape: [length], test } = dataset;
  const { values } = await draw!(test.count, {});
  const own = ownLikelihood(dataset)["ceiling/negative_log_likelihood"];
  return {
    "evaluation/nll_test": measured["evaluation/negative_log_likelihood"] / length,
    "evaluation/distinct_trigrams": distinctTrigrams(values, length),
    "ceiling/distinct_trigrams": distinctTrigrams(test.values, length),
    ...logDensity && {
      "evaluation/nll_oracle": -mean(logDensity(values)) / length,
      "ceiling/nll_oracle": own / length,
    },
  };
}
