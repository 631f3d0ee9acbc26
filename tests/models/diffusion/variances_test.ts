/** A learned variance: its bound by Bayes' rule and quadrature, what its steps are, and that it is learned. */
import { ok, rejects } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { defaultRng } from "../../../lab/core/random.ts";
import { schedules, stepNumbers } from "../../../models/diffusion/schedules.ts";
import { hybridLoss, logVariance, varianceNumbers } from "../../../models/diffusion/variances.ts";
import { fewPoints, halves, trainerOf } from "../laboratory.ts";

tf.enableProdMode();
await tf.setBackend("cpu");

const near = (found: number, expected: number, within: number) =>
  ok(Math.abs(found - expected) <= within, `${found}, not ${expected}`);

const fields = { levels: 20, schedule: "linear", betaStart: 1e-4, betaEnd: 0.02 } as const;
const shares = schedules.linear(20);

/** q(x_{t−1} | x_t, x₀) by Bayes' rule: precisions add, means weighed by them. */
function posterior(t: number, mixed: number, x: number) {
  const [before, alpha] = [shares[t - 1], shares[t] / shares[t - 1]];
  const [prior, likelihood] = [1 / (1 - before), alpha / (1 - alpha)];
  const variance = 1 / (prior + likelihood);
  const mean = variance *
    (prior * Math.sqrt(before) * x + likelihood * mixed / Math.sqrt(alpha));
  return { mean, variance };
}

const logNormal = (x: number, mean: number, variance: number) =>
  -((x - mean) ** 2) / (2 * variance) - Math.log(2 * Math.PI * variance) / 2;

Deno.test("the bound is T times the divergence from the true step, by quadrature", () => {
  const [x, example, told, mixed] = [0.8, 0.5, 0.3, -0.4];
  for (const t of [1, 2, 4, 7]) {
    const of = (value: number) => tf.tensor2d([[value]]);
    const terms = hybridLoss(tf.tensor1d([2]), {
      ...{ level: of(t), x: of(x), example: of(example), told: of(told) },
    }, fields);
    const beta = 1 - shares[t] / shares[t - 1];
    // At t = 1 nothing is left of β̃: that of t = 2 stands in.
    const least = t === 1 ? posterior(2, 0, 0).variance : posterior(t, 0, 0).variance;
    const variance = Math.exp(0.65 * Math.log(beta) + 0.35 * Math.log(least));
    let expected = -logNormal(x, example, variance);
    if (t > 1) {
      const [truth, model] = [posterior(t, mixed, x), posterior(t, mixed, example)];
      const [deviation, cells] = [Math.sqrt(truth.variance), 4000];
      expected = 0;
      for (let i = 0; i < cells; i++) {
        const y = truth.mean + deviation * 16 * ((i + 0.5) / cells - 0.5);
        const log = logNormal(y, truth.mean, truth.variance);
        const apart = log - logNormal(y, model.mean, variance);
        expected += Math.exp(log) * apart * deviation * 16 / cells;
      }
    }
    const found = terms.bound.dataSync()[0];
    near(found / (20 * expected), 1, 1e-3);
    near(terms.loss.dataSync()[0], 2 + 1e-3 * found, 1e-5);
  }
});

Deno.test("the bound teaches the variance alone", () => {
  const [x, told, level] = [tf.tensor2d([[1]]), tf.tensor2d([[0.2]]), tf.tensor2d([[3]])];
  const bound = (example: tf.Tensor, told: tf.Tensor) =>
    tf.sum(hybridLoss(tf.tensor1d([0]), { level, x, example, told }, fields).bound);
  const [ofExample, ofTold] = tf.grads(bound)([tf.tensor2d([[0.4]]), told])
    .map((slope) => slope.dataSync()[0]);
  ok(ofExample === 0 && ofTold !== 0, `${ofExample}, ${ofTold}`);
});

Deno.test("a step's variance lies between the posterior's and β, and none is left in the last one", () => {
  const sampler = { ...fields, samplerSteps: 5, solver: "ddpm", stochasticity: 1 } as const;
  const { most, least } = varianceNumbers(1, sampler);
  const { fresh } = stepNumbers(shares[16], shares[12], 1);
  const at = { most: tf.scalar(most), least: tf.scalar(least) };
  const variance = (told: number) => Math.exp(logVariance(tf.scalar(told), at).dataSync()[0]);
  near(variance(-1) / fresh ** 2, 1, 1e-5);
  near(variance(1) / (1 - shares[16] / shares[12]), 1, 1e-5);
  near(variance(0) ** 2 / (variance(-1) * variance(1)), 1, 1e-5);
  ok(Math.exp(varianceNumbers(4, sampler).most) < 1e-20);
});

Deno.test("the variance is learned, of points and images, and refused beside another stochasticity", async () => {
  const small = {
    hiddenSizes: [24],
    filters: [4],
    levels: 20,
    samplerSteps: 5,
    batchSize: 50,
    batchesPerIteration: 10,
  };
  const settings = { ...small, learnedVariance: true, averageDecay: 0.9, judge: false };
  for (const dataset of [await fewPoints(), halves()]) {
    const { trainer } = await trainerOf("diffusion", dataset, { ...settings, learningRate: 1e-2 }, {
      budget: 10_000,
      judges: [],
    });
    const before = (await trainer.iterate()).metrics["losses/bound"];
    while (trainer.progress.examples < 8000) await trainer.iterate();
    const { metrics } = await trainer.iterate();
    ok(metrics["losses/bound"] < before, `${metrics["losses/bound"]}, ${before}`);
    ok(metrics["losses/denoising"] > 0);
    const { values } = await trainer.sample!({ random: defaultRng(1), count: 20 });
    ok(
      values.every(Number.isFinite) &&
        values.length === 20 * dataset.train.values.length / dataset.train.count,
    );
    trainer.dispose();
  }
  await rejects(
    trainerOf("diffusion", await fewPoints(), { ...settings, stochasticity: 0.5 }),
    /stochasticity must be 1 with learnedVariance/,
  );
});

Deno.test("samples are guided by a network that has learned variances, too", async () => {
  const { trainer } = await trainerOf("diffusion", await fewPoints(), {
    ...{ hiddenSizes: [8], levels: 10, samplerSteps: 3, batchSize: 50, batchesPerIteration: 2 },
    ...{ learnedVariance: true, guideShare: 0.5, guidance: 2, judge: false },
  }, { budget: 1000, judges: [] });
  await trainer.iterate();
  const { values } = await trainer.sample!({ random: defaultRng(1), count: 20 });
  trainer.dispose();
  ok(values.length === 40 && values.every(Number.isFinite));
});
