/** Denoising score matching: its loss, Langevin's steps, and the learned score of a known mixture. */
import { ok } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import type { Dataset } from "../../../lab/core/dataset.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import { belowPrefix } from "../../../lab/core/tensor_data.ts";
import {
  deviations,
  langevinStep,
  scoreMatching,
  scoreMatchingLoss,
} from "../../../models/diffusion/score_matching.ts";
import { trainerOf, trainThrough } from "../laboratory.ts";

function near(found: number, expected: number, tolerance: number): void {
  ok(Math.abs(found - expected) <= tolerance, `${found}, ${expected}`);
}

Deno.test("the loss is λ(σ) times the distance to the score of the noise", () => {
  // σ = 0.5, x = (1, 0), ε = (1, −2): x̃ = (1.5, −1), score (x − x̃)/σ² = (−2, 4). Told s = (−1, 2):
  // σ²·(1² + 2²) = 1.25.
  const told = tf.mul(tf.tensor2d([[-1, 2]]), 0.5);
  near(scoreMatchingLoss(told, tf.tensor2d([[1, -2]])).dataSync()[0], 1.25, 1e-6);
});

Deno.test("noise falls as a geometric series", () => {
  const found = deviations({ levels: 4, mostNoise: 8, leastNoise: 1 });
  [8, 4, 2, 1].forEach((sigma, i) => near(found[i], sigma, 1e-9));
});

Deno.test("Langevin's steps along the exact score end in the density, but for their length", () => {
  const random = defaultRng(1);
  const [count, sigma, step] = [4000, 0.5, 0.1];
  let x: tf.Tensor = tf.fill([count, 1], 3);
  for (let k = 0; k < 150; k++) {
    const fresh = tf.tensor2d(Float32Array.from({ length: count }, () => random.standardNormal()), [
      ...[count, 1],
    ] as [number, number]);
    // s = −x/σ² of N(0, σ²), so that σ·s = −x/σ.
    x = langevinStep(x, tf.div(tf.neg(x), sigma), fresh, tf.scalar(sigma), step);
  }
  const values = [...x.dataSync()];
  const mean = values.reduce((a, b) => a + b, 0) / count;
  const variance = values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / count;
  near(mean, 0, 0.03);
  // Of steps of length α the stationary variance is σ²/(1 − α/4), in units of σ².
  near(variance / (sigma * sigma / (1 - step / 4)), 1, 0.08);
});

Deno.test("the score that is learned of two Gaussians is theirs", async () => {
  const [center, spread] = [1, 0.3];
  const split = (count: number, seed: number) => {
    const random = defaultRng(seed);
    const values = Float32Array.from(
      { length: count },
      () => (random.random() < 0.5 ? -center : center) + spread * random.standardNormal(),
    );
    return { count, values };
  };
  const dataset: Dataset = {
    ...{ name: "two", seed: 1, kind: "points", shape: [1] },
    ...{ train: split(20_000, 1), validation: split(10, 2), test: split(10, 3) },
  };
  const fields = {
    ...{ hiddenSizes: [48, 48], batchSize: 200, levels: 4, mostNoise: 2, leastNoise: 0.25 },
    ...{ learningRate: 1e-2, averageDecay: 0.98 },
  };
  const { trainer } = await trainerOf(scoreMatching, dataset, fields, { budget: 200_000 });
  await trainThrough(trainer);
  const { state } = await trainer.snapshot();
  trainer.dispose();
  await tf.setBackend("cpu");
  const configuration = scoreMatching.configuration.parse(fields);
  const shape = { shape: [1], size: 1, binary: false, classes: 0, partnerSize: 0, tokens: 0 };
  const { score } = scoreMatching.model.networks(shape, configuration);
  const group = Object.keys(state).some((name) => name.startsWith("average/score/"))
    ? "average/score/"
    : "score/";
  const parameters = Object.fromEntries(
    Object.entries(belowPrefix(state, group)).map(([name, { shape, values }]) => [
      name,
      tf.tensor(values as Float32Array, [...shape]),
    ]),
  );
  const density = (x: number, mean: number, variance: number) =>
    Math.exp(-((x - mean) ** 2) / (2 * variance));
  for (const [level, sigma] of deviations(configuration).entries()) {
    const variance = spread ** 2 + sigma ** 2;
    let [error, size, weight] = [0, 0, 0];
    for (let x = -3; x <= 3; x += 0.1) {
      const [left, right] = [density(x, -center, variance), density(x, center, variance)];
      const exact = (left * (-center - x) + right * (center - x)) / variance / (left + right);
      const time = tf.tensor2d([[level / 3]]);
      const told = score.apply(parameters, tf.tensor2d([[x]]), time).dataSync()[0] / sigma;
      error += (left + right) * (told - exact) ** 2;
      size += (left + right) * exact ** 2;
      weight += left + right;
    }
    ok(weight > 0 && error / size < 0.05, `σ ${sigma}: ${error / size}`);
  }
});
