/**
 * What autoencoders are for: each application is an experiment whose callback measures it at every
 * evaluation, on the test split, as series under `application/`.
 *
 * @module
 */
import { type CallbackContext, defineCallbacks } from "../lab/experiment/callbacks.ts";
import { defineExperiment, type ModelExperiment } from "../lab/experiment/definition.ts";
import type { Dataset, Split } from "../lab/core/dataset.ts";
import type { Metrics } from "../lab/core/metrics.ts";
import type { Json } from "../lab/core/snapshot.ts";
import { sizeOf } from "../lab/core/tensor_data.ts";
import type { Generator } from "../lab/core/random.ts";
import { reconstructed, reconstructionErrors } from "../models/anomalies.ts";
import { kMeans, purity, silhouette } from "../models/metrics/clusters.ts";
import { peakSignalToNoise, structuralSimilarity } from "../models/metrics/image_quality.ts";
import { linearAccuracy, principalError } from "../models/metrics/linear.ts";
import { areaUnderRoc, averagePrecision } from "../models/metrics/ranking.ts";

/** A callback that measures an application, under `application/`. */
function measured(
  measure: (context: CallbackContext & { readonly dataset: Dataset }) => Promise<Metrics>,
) {
  return defineCallbacks<Json>({
    onEvaluation: async (context) => {
      const metrics = await measure({ ...context, dataset: context.dataset! });
      const named = Object.entries(metrics).map(([name, value]) => [`application/${name}`, value]);
      return { metrics: Object.fromEntries(named) };
    },
  });
}

// Measures.

/** The share of the validation split above the threshold that an anomaly must pass. */
const FALSE_ALARMS = 0.05;

/** How well the reconstruction's error tells the anomalous test examples from the others. */
const anomalies = measured(async ({ trainer, dataset: { validation, test, anomalous = [] } }) => {
  const errors = async ({ values, count, labels }: Split) =>
    reconstructionErrors(values, await reconstructed(trainer, values, count, labels), count);
  const scores = await errors(test);
  const strange = Array.from(test.labels!, (label) => anomalous.includes(label));
  const usual = (await errors(validation)).sort();
  const threshold = usual[Math.ceil((1 - FALSE_ALARMS) * usual.length) - 1];
  const found = scores.filter((score, i) => strange[i] && score > threshold).length;
  const alarms = scores.filter((score) => score > threshold).length;
  return {
    auroc: areaUnderRoc(scores, strange),
    average_precision: averagePrecision(scores, strange),
    threshold,
    threshold_precision: alarms === 0 ? 0 : found / alarms,
    threshold_recall: found / strange.filter(Boolean).length,
  };
});

/** Noise of deviation 0.3 on test images, and what is left of it after code and back. */
const denoising = measured(async ({ trainer, dataset: { test, shape }, stream }) => {
  const random = stream("noise");
  const count = Math.min(test.count, 200);
  const size = test.values.length / test.count;
  const clean = test.values.subarray(0, count * size);
  const noisy = clean.map((value) =>
    Math.min(1, Math.max(0, value + 0.3 * random.standardNormal()))
  );
  const made = await reconstructed(trainer, noisy, count, test.labels);
  const mean = (of: (image: Float32Array, i: number) => number, values: Float32Array) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += of(values.subarray(i * size, (i + 1) * size), i);
    return sum / count;
  };
  const original = (i: number) => clean.subarray(i * size, (i + 1) * size);
  const psnr = (image: Float32Array, i: number) => peakSignalToNoise(image, original(i));
  const ssim = (image: Float32Array, i: number) =>
    structuralSimilarity(image, original(i), shape as [number, number, number]);
  return {
    psnr: mean(psnr, made),
    psnr_noisy: mean(psnr, noisy),
    psnr_gain: mean(psnr, made) - mean(psnr, noisy),
    ssim: mean(ssim, made),
    ssim_noisy: mean(ssim, noisy),
  };
});

/** The error on the training examples over that of as many principal components, ≥ 1. */
const principal = measured(async ({ trainer, dataset: { train, shape }, stream }) => {
  const { values } = train;
  const count = values.length / sizeOf(shape);
  const codes = await trainer.encode!(values);
  const made = await trainer.decode!(codes, count);
  const errors = reconstructionErrors(values, made, count);
  const error = errors.reduce((sum, each) => sum + each, 0) / count;
  const random = stream("subspace");
  const least = principalError(values, count, codes.length / count, random);
  return { error, principal_error: least, error_ratio: error / least };
});

/** Groups among the codes of test examples, as many as there are classes, without a look at these. */
const clusters = measured(async ({ trainer, dataset: { test, classes }, stream }) => {
  const count = Math.min(test.count, 1000);
  const values = test.values.subarray(0, count * test.values.length / test.count);
  const labels = test.labels!.subarray(0, count);
  const of = (rows: Float32Array, random: Generator) => {
    const { clusters } = kMeans(rows, count, classes!, random);
    return { silhouette: silhouette(rows, clusters), purity: purity(clusters, labels) };
  };
  const codes = of(await trainer.encode!(values), stream("codes"));
  const pixels = of(values, stream("pixels"));
  return { ...codes, pixels_silhouette: pixels.silhouette, pixels_purity: pixels.purity };
});

/** Labelled examples of each class that the classifier sees. */
const SHOTS = 5;

/** What a linear classifier learns from few labels, of codes and of pixels. */
async function fewLabels(
  encode: (values: Float32Array) => Promise<Float32Array>,
  { train, test, classes }: Pick<Dataset, "train" | "test" | "classes">,
  random: Generator,
): Promise<Metrics> {
  const size = train.values.length / train.count;
  const taken = new Int32Array(classes!);
  const rows = random.permutation(train.count).filter((i) => taken[train.labels![i]]++ < SHOTS);
  const values = new Float32Array(rows.length * size);
  rows.forEach((row, i) =>
    values.set(train.values.subarray(row * size, (row + 1) * size), i * size)
  );
  const labels = Array.from(rows, (row) => train.labels![row]);
  const accuracy = (few: Float32Array, all: Float32Array) =>
    linearAccuracy({ values: few, labels }, { values: all, labels: test.labels! }, classes!);
  const ofCodes = accuracy(await encode(values), await encode(test.values));
  const ofPixels = accuracy(values, test.values);
  return { accuracy: ofCodes, pixels_accuracy: ofPixels, accuracy_gain: ofCodes - ofPixels };
}

/** Five labels a digit, codes of a model that learned from digits without labels. */
const sameData = measured(({ trainer, dataset, stream }) =>
  fewLabels((values) => trainer.encode!(values), dataset, stream("labels"))
);

/** The same of letters, which the model has not seen. */
const letters = measured(async ({ trainer, dataset, stream }) => {
  const { glyphsLetters } = await import("../models/datasets/glyphs.ts");
  const configuration = glyphsLetters.configuration.parse({
    ...{ seed: dataset.seed, side: dataset.shape[0] },
    ...{ train: 520, validation: 26, test: 1040 },
  });
  const readFile = () => Promise.reject(new Error("letters are drawn"));
  const other = await glyphsLetters.create({ configuration, readFile });
  return await fewLabels((values) => trainer.encode!(values), other, stream("labels"));
});

/** Ends the run when the validation error has not fallen in this many evaluations in a row. */
function earlyStopping(metric: string, patience: number) {
  return defineCallbacks({
    state: () => ({ best: Infinity, waited: 0 }),
    onEvaluation: ({ metrics, state }) => {
      const better = metrics[metric] < state.best;
      state.waited = better ? 0 : state.waited + 1;
      if (better) state.best = metrics[metric];
      if (state.waited < patience) return {};
      return { stop: `${metric} has not fallen in ${patience} evaluations: ${state.best}` };
    },
  });
}

// Experiments.

/** Lengths of the codes of `glyphs-code-2` … `glyphs-code-64`. */
export const CODE_SIZES = [2, 4, 8, 16, 32, 64];

/** The applications, each on the data that it is for. */
export const applicationExperiments: readonly ModelExperiment[] = [
  defineExperiment({
    name: "glyphs-pca",
    summary: "A linear autoencoder beside principal components, eight numbers an image",
    expectedSeconds: 3,
    dataset: { name: "glyphs", side: 14, train: 2000 },
    model: {
      ...{ name: "autoencoder", hiddenSizes: [], codeSize: 8, loss: "mse" },
      ...{ batchSize: 200, learningRate: 1e-2, finalLearningRate: 0 },
    },
    budget: 800_000,
    evaluation: { every: 400_000 },
    callbacks: principal,
    tunedOn: 1,
  }),
  defineExperiment({
    name: "sine-anomalies",
    summary:
      "Spikes, jumps and flat stretches in noisy sines, found by what an LSTM cannot give back",
    expectedSeconds: 30,
    dataset: { name: "sine" },
    model: { name: "sequence-autoencoder" },
    budget: 60_000,
    evaluation: { every: 30_000 },
    callbacks: anomalies,
    tunedOn: 1,
  }),
  defineExperiment({
    name: "glyphs-anomalies",
    summary: "Twos among digits, found by an autoencoder that never saw one",
    expectedSeconds: 20,
    dataset: { name: "glyphs-anomaly" },
    model: { name: "autoencoder", codeSize: 6 },
    budget: 120_000,
    evaluation: { every: 60_000 },
    callbacks: anomalies,
    tunedOn: 1,
  }),
  defineExperiment({
    name: "glyphs-denoising",
    summary: "Digits under Gaussian noise of deviation 0.3, given back clean",
    expectedSeconds: 40,
    dataset: { name: "glyphs" },
    model: { name: "denoising-autoencoder", corruption: "gaussian", level: 0.3 },
    budget: 200_000,
    evaluation: { every: 100_000 },
    callbacks: denoising,
    tunedOn: 1,
  }),
  defineExperiment({
    name: "glyphs-few-labels",
    summary: "Five labels a digit, on codes that were learned without labels",
    expectedSeconds: 20,
    dataset: { name: "glyphs" },
    model: { name: "denoising-autoencoder" },
    budget: 200_000,
    evaluation: { every: 100_000 },
    callbacks: sameData,
    tunedOn: 1,
  }),
  defineExperiment({
    name: "glyphs-transfer",
    summary: "Five labels a letter, on codes that were learned from digits",
    expectedSeconds: 20,
    dataset: { name: "glyphs" },
    model: { name: "denoising-autoencoder" },
    budget: 200_000,
    evaluation: { every: 100_000 },
    callbacks: letters,
    tunedOn: 1,
  }),
  defineExperiment({
    name: "glyphs-clusters",
    summary: "Ten clusters of codes, beside ten of pixels",
    expectedSeconds: 20,
    dataset: { name: "glyphs" },
    model: { name: "autoencoder", codeSize: 8 },
    budget: 200_000,
    evaluation: { every: 100_000 },
    callbacks: clusters,
    tunedOn: 1,
  }),
  defineExperiment({
    name: "glyphs-early-stopping",
    summary: "An autoencoder of few digits, which ends when the validation error rises",
    expectedSeconds: 3,
    dataset: { name: "glyphs", train: 500 },
    model: { name: "autoencoder" },
    budget: 400_000,
    evaluation: { every: 5_000 },
    callbacks: earlyStopping("validation/reconstruction", 5),
    tunedOn: 1,
  }),
  defineExperiment({
    name: "glyphs-ensemble",
    summary: "Five autoencoders of digits together: their mean, and where they are unsure",
    expectedSeconds: 25,
    dataset: { name: "glyphs" },
    model: { name: "ensemble-autoencoder" },
    budget: 120_000,
    evaluation: { every: 60_000 },
    tunedOn: 0,
  }),
  ...CODE_SIZES.map((codeSize) =>
    defineExperiment({
      name: `glyphs-code-${codeSize}`,
      summary: `Digits through ${codeSize} numbers and back`,
      expectedSeconds: 10,
      dataset: { name: "glyphs" },
      model: { name: "autoencoder", codeSize },
      budget: 120_000,
      evaluation: { every: 60_000 },
      tunedOn: 0,
    })
  ),
];
