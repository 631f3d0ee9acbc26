/** Identity: a linear autoencoder with squared error finds the principal subspace (Baldi & Hornik). */
import { ok } from "node:assert";
import { streamOf } from "../../lab/core/random.ts";
import type { Dataset } from "../../lab/core/dataset.ts";
import { trainerOf, trainThrough } from "./laboratory.ts";

Deno.test("a linear autoencoder reaches the error of principal components", async () => {
  // Independent pixels about 0 with falling deviations: the principal axes are the pixels, and what
  // two components leave is the variance of the others.
  const deviations = [2, 1, 0.5, 0.25, 0.2, 0.1];
  const random = streamOf(4, "data");
  const count = 400;
  const values = Float32Array.from(
    { length: 6 * count },
    (_, i) => deviations[i % 6] * random.standardNormal(),
  );
  const least = deviations.slice(2).map((_, j) => {
    let squared = 0;
    for (let i = 0; i < count; i++) squared += values[6 * i + 2 + j] ** 2;
    return squared / count;
  }).reduce((sum, variance) => sum + variance, 0);
  const split = { count, values };
  const dataset: Dataset = {
    name: "axes",
    seed: 0,
    kind: "images",
    shape: [2, 3, 1],
    train: split,
    validation: split,
    test: split,
  };
  const { trainer } = await trainerOf("autoencoder", dataset, {
    hiddenSizes: [],
    codeSize: 2,
    activation: "linear",
    loss: "mse",
    batchSize: 100,
    learningRate: 2e-2,
    finalLearningRate: 0,
  }, { budget: 120_000 });
  await trainThrough(trainer);
  const { metrics } = await trainer.evaluate({ random });
  trainer.dispose();
  const error = metrics["evaluation/reconstruction"];
  // The sample's own axes and mean are a little off the pixels: at most a few per cent less.
  ok(error < 1.02 * least && error > 0.95 * least, `${error} against ${least}`);
});
