/** Noise-contrastive estimation: worked numbers, and a density that quadrature shows to be one. */
import { ok } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { defaultRng } from "../../../lab/core/random.ts";
import { logPartition, normalLogDensity } from "../../../models/energy/density.ts";
import { contrast } from "../../../models/energy/noise_contrastive.ts";
import { trainerOf, trainThrough } from "../laboratory.ts";
import { deviation, entropy, mean, normalPoints } from "./normal_points.ts";

tf.enableProdMode();
await tf.setBackend("cpu");

const near = (actual: number, expected: number, within: number) =>
  ok(Math.abs(actual - expected) < within, `${actual}, not ${expected}`);

Deno.test("the density of the noise, and the contrast, equal worked numbers", () => {
  const x = tf.tensor2d([[1, -2]]);
  near(normalLogDensity(x, 2).dataSync()[0], -Math.log(2 * Math.PI * 4) - 5 / 8, 1e-6);
  // Three draws: ln(1 + 3e^(−0.5)) + Σ ln(1 + e^r/3).
  const expected = Math.log(1 + 3 * Math.exp(-0.5)) +
    [0.2, -1, 2].reduce((sum, r) => sum + Math.log(1 + Math.exp(r) / 3), 0);
  const given = contrast(tf.tensor1d([0.5]), tf.tensor2d([[0.2, -1, 2]]));
  near(given.dataSync()[0], expected, 1e-6);
});

Deno.test("quadrature: a density has the partition function 1, a multiple of it that multiple", () => {
  // What lies beyond four deviations: 1 − 0.99993666².
  near(logPartition((x) => normalLogDensity(x, 2), 2).dataSync()[0], -0.000127, 1e-5);
  const narrow = (x: tf.Tensor) => tf.add(normalLogDensity(tf.sub(x, 1), 0.4), Math.log(3));
  near(logPartition(narrow, 2).dataSync()[0], Math.log(3), 1e-5);
});

Deno.test("what is learned is a density, near that of the data, and samples are of it", async () => {
  const dataset = normalPoints();
  const fields = { hiddenSizes: [32], samplerSteps: 150, stepSize: 0.04, learningRate: 1e-2 };
  const { trainer } = await trainerOf("noise-contrastive", dataset, fields, { budget: 60_000 });
  const evaluate = async () => (await trainer.evaluate({ random: defaultRng(1) })).metrics;
  const before = await evaluate();
  ok(before["evaluation/negative_log_likelihood"] > entropy + 0.5);
  await trainThrough(trainer);
  const metrics = await evaluate();
  near(metrics["evaluation/log_partition"], 0, 0.05);
  near(metrics["evaluation/negative_log_likelihood"], entropy, 0.1);
  const { values } = await trainer.sample!({ random: defaultRng(2), count: 500 });
  const average = values.reduce((sum, value) => sum + value, 0) / values.length;
  near(average, mean, 0.1);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  near(Math.sqrt(variance), deviation, 0.08);
  trainer.dispose();
});
