/**
 * Learning evidence (slow): the generative models' presets of the quick start reach what they are
 * for, on five seeds each.
 */
import { ok, strictEqual } from "node:assert";
import type { Metrics } from "../../../lab/core/metrics.ts";
import { streamOf } from "../../../lab/core/random.ts";
import type { ModelExperiment } from "../../../lab/experiment/definition.ts";
import { glyphsVaeMixtureQuick, ringWganGpQuick } from "../../../experiments/quick_start_models.ts";
import { glyphsAutoencoder } from "../../../experiments/glyphs.ts";
import { datasets } from "../../../models/datasets/mod.ts";
import { namedPart } from "../../../lab/experiment/own.ts";
import { trainerOf, trainThrough } from "../../models/laboratory.ts";

/** The final evaluation of an experiment. */
async function evaluationOf(experiment: ModelExperiment, seed: number): Promise<Metrics> {
  const { name: dataName, ...options } = namedPart(experiment.dataset);
  const { name, ...fields } = namedPart(experiment.model);
  const definition = await datasets.find((entry) => entry.name === dataName)!.load();
  const dataset = await definition.create({
    configuration: definition.configuration.parse(options),
    readFile: () => Promise.reject(new Error("no files")),
  });
  const { trainer } = await trainerOf(name, dataset, fields, { seed, budget: experiment.budget });
  await trainThrough(trainer);
  const { metrics } = await trainer.evaluate({ random: streamOf(seed, "evaluation") });
  trainer.dispose();
  return metrics;
}

for (const seed of [1, 2, 3, 4, 5]) {
  Deno.test(`seed ${seed}: a judge recognises 80 % of the VAE's samples and every class`, async () => {
    const metrics = await evaluationOf(glyphsVaeMixtureQuick, seed);
    ok(metrics["evaluation/judge_accuracy"] >= 0.95);
    ok(metrics["evaluation/recognised"] >= 0.8, `${metrics["evaluation/recognised"]}`);
    ok(metrics["evaluation/class_share_min"] >= 0.03, `${metrics["evaluation/class_share_min"]}`);
  });

  Deno.test(`seed ${seed}: the WGAN-GP covers the eight modes of the ring`, async () => {
    const metrics = await evaluationOf(ringWganGpQuick, seed);
    strictEqual(metrics["evaluation/modes"], 8);
    ok(metrics["evaluation/mode_share_min"] >= 0.05, `${metrics["evaluation/mode_share_min"]}`);
    ok(metrics["evaluation/high_quality"] >= 0.5, `${metrics["evaluation/high_quality"]}`);
  });
}

Deno.test("the autoencoder keeps digits in 32 numbers", async () => {
  const metrics = await evaluationOf(glyphsAutoencoder, 1);
  ok(metrics["evaluation/mean_squared_error"] < 0.015);
});
