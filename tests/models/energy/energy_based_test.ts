/** An energy learned against its own chains: its buffer, worked numbers, and the density that comes out. */
import { deepStrictEqual, ok, rejects } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import type { Dataset } from "../../../lab/core/dataset.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import { langevinStep, normalLogDensity } from "../../../models/energy/density.ts";
import { chainsAt, contrastiveLoss } from "../../../models/energy/energy_based.ts";
import { trainerOf, trainThrough } from "../laboratory.ts";
import { entropy, mean, normalPoints } from "./normal_points.ts";

tf.enableProdMode();
await tf.setBackend("cpu");

const near = (found: number, expected: number, within: number) =>
  ok(Math.abs(found - expected) < within, `${found}, not ${expected}`);

Deno.test("a minibatch of the buffer goes on, the others stay", () => {
  const buffer = tf.tensor2d([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]]);
  const { chains, after } = chainsAt(buffer, tf.scalar(0.5), 2);
  deepStrictEqual(chains.arraySync(), [[5, 6], [7, 8]]);
  const next = after(tf.tensor2d([[-1, -2], [-3, -4]])).arraySync();
  deepStrictEqual(next, [[1, 2, 3, 4], [-1, -2, -3, -4], [9, 10, 11, 12]]);
  deepStrictEqual(chainsAt(buffer, tf.scalar(0.999), 2).chains.arraySync(), [[9, 10], [11, 12]]);
});

Deno.test("examples are pulled down and chains pushed up, both towards 0", () => {
  const loss = contrastiveLoss(tf.tensor1d([1, -2]), tf.tensor1d([3, 0.5]), 0.1).dataSync();
  near(loss[0], -2 + 0.1 * 10, 1e-6);
  near(loss[1], -2.5 + 0.1 * 4.25, 1e-6);
});

Deno.test("a Langevin step goes half its length up the density, and as far as its noise", () => {
  // ∇ ln N(x; 0, 4I) = −x/4.
  const density = (x: tf.Tensor) => normalLogDensity(x, 2);
  const [a, b] = langevinStep(density, tf.tensor2d([[2, -1]]), tf.tensor2d([[1, 3]]), 0.04)
    .dataSync();
  near(a, 2 - 0.02 * 2 / 4 + 0.2, 1e-6);
  near(b, -1 + 0.02 / 4 + 0.6, 1e-6);
});

Deno.test("what is learned is near the density of the data; other than planes are refused", async () => {
  const dataset = normalPoints();
  const fields = {
    ...{ hiddenSizes: [24], langevinSteps: 8, stepSize: 0.05, buffered: 8, samplerSteps: 100 },
    ...{ learningRate: 1e-2, averageDecay: 0.98, penalty: 0.001 },
  };
  const { trainer } = await trainerOf("energy-based", dataset, fields, { budget: 50_000 });
  const evaluate = async () => (await trainer.evaluate({ random: defaultRng(1) })).metrics;
  const before = await evaluate();
  ok(before["evaluation/negative_log_likelihood"] > entropy + 0.5);
  await trainThrough(trainer);
  const metrics = await evaluate();
  near(metrics["evaluation/negative_log_likelihood"], entropy, 0.12);
  const { values } = await trainer.sample!({ random: defaultRng(2), count: 500 });
  near(values.reduce((sum, value) => sum + value, 0) / values.length, mean, 0.12);
  trainer.dispose();
  const narrow = (part: Dataset["train"]) => ({ count: 2 * part.count, values: part.values });
  const line = {
    ...{ ...dataset, shape: [1], train: narrow(dataset.train) },
    ...{ validation: narrow(dataset.validation), test: narrow(dataset.test) },
  };
  await rejects(trainerOf("energy-based", line, {}), /must be points of a plane: \[1\]$/);
});
