/** What some autoencoders keep beside the contract: phases, statistics of a batch, order in time. */
import { deepStrictEqual, notDeepStrictEqual, ok, rejects } from "node:assert";
import { defaultRng } from "../../lab/core/random.ts";
import { reconstructed } from "../../models/anomalies.ts";
import { membersReconstructions } from "../../models/ensembles.ts";
import {
  fewGlyphs,
  fewPoints,
  fewSequences,
  halves,
  trainerOf,
  trainThrough,
} from "./laboratory.ts";

Deno.test("a stacked autoencoder's layers learn one by one, then together", async () => {
  // Three layers of a sixth of the budget each, in batches of 10.
  const fields = { batchSize: 10, batchesPerIteration: 1, layerSizes: [10, 8, 4] };
  const { trainer } = await trainerOf("stacked-autoencoder", halves(), fields, { budget: 120 });
  const changed: string[][] = [];
  const read = async () => (await trainer.snapshot()).parameters;
  let before = await read();
  const reported: string[] = [];
  while (trainer.progress.examples < 120) {
    const { metrics } = await trainer.iterate();
    reported.push(...Object.keys(metrics).filter((name) => name.startsWith("losses/")));
    const after = await read();
    const moved = Object.keys(after).filter((name) =>
      after[name].values.some((value, i) => value !== before[name].values[i])
    );
    changed.push([...new Set(moved.map((name) => name.split("/")[0].slice(-1)))]);
    before = after;
  }
  trainer.dispose();
  const [all, alone] = [["1", "2", "3"], ["1", "1", "2", "2", "3", "3"]];
  deepStrictEqual(changed.map((names) => names.sort()), [
    ...alone.map((layer) => [layer]),
    ...Array(6).fill(all),
  ]);
  // A step that is not taken reports nothing.
  deepStrictEqual(reported, [
    ...alone.map((layer) => `losses/layer${layer}`),
    ...Array(6).fill("losses/reconstruction"),
  ]);
});

Deno.test("a budget may end within a round", async () => {
  const fields = { batchSize: 10, roundsPerIteration: 2, criticSteps: 3, width: 4, layers: 1 };
  const { trainer } = await trainerOf("wgan-gp", await fewPoints(), fields, { budget: 10 });
  await trainer.iterate();
  const { metrics } = await trainer.iterate();
  deepStrictEqual(trainer.progress.gradientSteps, 10);
  ok("losses/critic" in metrics && !("losses/generator" in metrics));
  trainer.dispose();
});

Deno.test("a sparse code's activity is that of the examples that are there", async () => {
  const penalty = async (batchSize: number) => {
    const { trainer } = await trainerOf("sparse-autoencoder", fewGlyphs(10, 10), {
      ...{ batchSize, batchesPerIteration: 1, codeSize: 6 },
    });
    const { metrics } = await trainer.iterate();
    trainer.dispose();
    return metrics["losses/sparsity"];
  };
  const [whole, padded] = [await penalty(10), await penalty(20)];
  ok(Math.abs(whole / padded - 1) < 1e-4, `${whole}, ${padded}`);
});

Deno.test("a sequence autoencoder reads and writes in the order of time", async () => {
  const { trainer } = await trainerOf("sequence-autoencoder", fewSequences(), {
    ...{ batchSize: 20, recurrentSize: 16, codeSize: 4, learningRate: 0.02 },
  }, { budget: 12_000 });
  await trainThrough(trainer);
  const { test } = fewSequences();
  const { metrics } = await trainer.evaluate({ random: defaultRng(1) });
  // The mean sequence would leave the values' own variance.
  const variance = test.values.reduce((sum, x) => sum + x * x, 0) / test.values.length;
  ok(metrics["evaluation/mean_squared_error"] < 0.5 * variance, `of ${variance}`);
  const backwards = test.values.map((_, i) => test.values[i - i % 8 + 7 - i % 8]);
  notDeepStrictEqual(await trainer.encode!(backwards), await trainer.encode!(test.values));
  trainer.dispose();
});

Deno.test("images that cannot be halved so often are refused in one line", async () => {
  await rejects(trainerOf("convolutional-autoencoder", halves(), { filters: [4, 4, 4] }), {
    name: "InputError",
    message: /^Cannot halve images 3 times as their sides must be divisible by 8: \[4, 4, 1\]/,
  });
});

Deno.test("a denoising autoencoder learns to fill in", async () => {
  const { trainer } = await trainerOf("denoising-autoencoder", halves(), {
    ...{ batchSize: 20, hiddenSizes: [12], codeSize: 4, learningRate: 0.01 },
  }, { budget: 6000 });
  await trainThrough(trainer);
  const { values, count } = halves().test;
  const masked = values.map((value, i) => i % 3 === 0 ? 0 : value);
  const made = await trainer.decode!(await trainer.encode!(masked), count);
  const error = (images: Float32Array) =>
    images.reduce((sum, value, i) => sum + (value - values[i]) ** 2, 0) / values.length;
  ok(error(made) < 0.5 * error(masked), `${error(made)} against ${error(masked)}`);
  trainer.dispose();
});

Deno.test("an ensemble is the mean of its members, and unsure where they differ", async () => {
  const members = 3;
  const { trainer } = await trainerOf("ensemble-autoencoder", halves(), {
    ...{ batchSize: 20, hiddenSizes: [12], codeSize: 4, learningRate: 0.01, members },
  }, { budget: 2000 });
  await trainThrough(trainer);
  const { values, count } = halves().test;
  const size = values.length / count;
  const model = { name: "ensemble-autoencoder", members };
  const alone = await membersReconstructions(trainer, values, count, { model });
  const { metrics } = await trainer.evaluate({ random: defaultRng(1) });
  const codes = await trainer.encode!(values);
  const made = await reconstructed(trainer, values, count);
  trainer.dispose();
  deepStrictEqual(alone.length, members);
  notDeepStrictEqual(alone[0], alone[1]);
  // Four numbers of each member, and one for each that leaves none out.
  deepStrictEqual(codes.length / count, 15);
  ok(codes.every((code, i) => i % 15 < 12 || code === 0));

  // The evaluation again in plain arithmetic, image by image.
  const mean = (of: (i: number) => number, length: number) =>
    Array.from({ length }, (_, i) => of(i)).reduce((sum, each) => sum + each, 0) / length;
  const expected = { mean: 0, alone: 0, uncertainty: 0, correlation: 0 };
  for (let image = 0; image < count; image++) {
    const at = (i: number) => image * size + i;
    const middle = (i: number) => mean((k) => alone[k][at(i)], members);
    const variance = (i: number) => mean((k) => (alone[k][at(i)] - middle(i)) ** 2, members);
    const [unsure, off] = [
      (i: number) => Math.sqrt(variance(i)),
      (i: number) => Math.abs(values[at(i)] - middle(i)),
    ];
    const covariance = (a: (i: number) => number, b: (i: number) => number) =>
      mean((i) => a(i) * b(i), size) - mean(a, size) * mean(b, size);
    const lengths = Math.sqrt(covariance(unsure, unsure) * covariance(off, off));
    expected.mean += mean((i) => off(i) ** 2, size) / count;
    expected.alone += mean((i) => mean((k) => (alone[k][at(i)] - values[at(i)]) ** 2, 3), size) /
      count;
    expected.uncertainty += mean(unsure, size) / count;
    expected.correlation += covariance(unsure, off) / lengths / count;
    for (let i = 0; i < size; i++) ok(Math.abs(middle(i) - made[at(i)]) < 1e-6);
  }
  const near = (name: string, value: number) =>
    ok(Math.abs(metrics[`evaluation/${name}`] - value) < 1e-5 * (1 + value), `${name}: ${value}`);
  near("mean_squared_error", expected.mean);
  near("alone_squared_error", expected.alone);
  near("uncertainty", expected.uncertainty);
  near("uncertainty_correlation", expected.correlation);
  ok(expected.mean < expected.alone, JSON.stringify(expected));
});
