/**
 * Trainers of models on small data sets, for the tests.
 *
 * @module
 */
import type * as z from "zod";
import { openWorkspace } from "../../lab/compute/backend.ts";
import type { BackendChoice } from "../../lab/compute/backend_choice.ts";
import type { ModelDefinition } from "../../lab/compute/definitions.ts";
import type { Workspace } from "../../lab/compute/workspace.ts";
import { type Dataset, holdingsOf, takesData } from "../../lab/core/dataset.ts";
import { streamOf } from "../../lab/core/random.ts";
import type { Trainer } from "../../lab/core/trainer.ts";
import { fieldsOf } from "../../lab/experiment/fields.ts";
import { models } from "../../models/mod.ts";
import { binarized } from "../../models/datasets/binarized.ts";
import { drawGlyphs } from "../../models/datasets/glyphs.ts";
import { ring8 } from "../../models/datasets/plane.ts";
import { drawSentences, sentenceVocabulary } from "../../models/datasets/sentences.ts";
import { drawSines } from "../../models/datasets/sine.ts";
import { wasmPath } from "../lab/compute/backends.ts";

/** Few digits. */
export function fewGlyphs(train = 230, test = 60): Dataset {
  return {
    name: "glyphs",
    seed: 7,
    kind: "images",
    shape: [28, 28, 1],
    classes: 10,
    train: drawGlyphs(train, 1, streamOf(7, "train")),
    validation: drawGlyphs(test, 1, streamOf(7, "validation")),
    test: drawGlyphs(test, 1, streamOf(7, "test")),
  };
}

/** For data sets that are drawn. */
export const noFiles = () => Promise.reject(new Error("no files"));

/** Few points of the ring. */
export async function fewPoints(train = 700, test = 100): Promise<Dataset> {
  return await ring8.create({
    configuration: { seed: 7, train, validation: test, test },
    readFile: noFiles,
  });
}

/** Images of 4 × 4 pixels in two classes, the upper or the lower half bright; partners are inverse. */
export function halves(train = 120, test = 40): Dataset {
  const split = (count: number, name: string) => {
    const random = streamOf(7, name);
    const labels = Uint8Array.from({ length: count }, () => random.integers(2));
    const values = Float32Array.from({ length: count * 16 }, (_, i) => {
      const bright = Number((i % 16) < 8) === labels[Math.floor(i / 16)];
      return bright ? 0.6 + 0.4 * random.random() : 0.3 * random.random();
    });
    return { count, values, labels, partners: values.map((value) => 1 - value) };
  };
  return {
    name: "halves",
    seed: 7,
    kind: "images",
    shape: [4, 4, 1],
    classes: 2,
    partnerShape: [4, 4, 1],
    train: split(train, "train"),
    validation: split(test, "validation"),
    test: split(test, "test"),
  };
}

/** Bits of 4 × 4 pixels in two classes: the same, drawn once with the greys as probabilities. */
export function binaryHalves(train = 120, test = 40): Dataset {
  const { name: _, partnerShape: __, ...greys } = halves(train, test);
  const bits = (split: "train" | "validation" | "test") => {
    const { partners: _, values, ...others } = greys[split];
    return { ...others, values: binarized(values, streamOf(7, `bits/${split}`)) };
  };
  return {
    ...greys,
    name: "binary-halves",
    train: bits("train"),
    validation: bits("validation"),
    test: bits("test"),
  };
}

/** Few of the corners of a square, points of two bits. */
function fewCorners(train = 120, test = 40): Dataset {
  const split = (count: number, name: string) => {
    const random = streamOf(7, name);
    return { count, values: Float32Array.from({ length: 2 * count }, () => random.integers(2)) };
  };
  return {
    ...{ name: "corners", seed: 7, kind: "points", shape: [2] },
    train: split(train, "train"),
    validation: split(test, "validation"),
    test: split(test, "test"),
  };
}

/** The same of −1 and 1. */
function fewPatterns(): Dataset {
  const corners = fewCorners();
  const signed = ({ count, values }: Dataset["train"]) => ({
    count,
    values: values.map((bit) => 2 * bit - 1),
  });
  return {
    ...{ ...corners, name: "patterns" },
    train: signed(corners.train),
    validation: signed(corners.validation),
    test: signed(corners.test),
  };
}

/** Few sines of four steps. */
export function fewSequences(train = 120, test = 40): Dataset {
  const split = (count: number, name: string) => {
    const whole = drawSines(count, 0.2, streamOf(7, name));
    const values = whole.values.filter((_, i) => i % 64 < 4);
    return { ...whole, values };
  };
  return {
    ...{ name: "sine", seed: 7, kind: "sequences", shape: [4, 1], classes: 4 },
    train: split(train, "train"),
    validation: split(test, "validation"),
    test: split(test, "test"),
  };
}

/** Few texts. */
export function fewTexts(train = 120, test = 40, length = 12): Dataset {
  const split = (count: number, name: string) => drawSentences(count, length, streamOf(7, name));
  return {
    ...{
      name: "sentences",
      seed: 7,
      kind: "text",
      shape: [length],
      vocabulary: sentenceVocabulary,
    },
    train: split(train, "train"),
    validation: split(test, "validation"),
    test: split(test, "test"),
  };
}

// Points first, which are cheap: what takes both kinds is held to images by tests of its own. Texts are
// short, as a recurrent network's programs are as long as they.
export const smallDatasets: readonly Dataset[] = [
  fewTexts(120, 40, 3),
  await fewPoints(),
  halves(),
  fewSequences(),
  binaryHalves(),
  fewCorners(),
  fewPatterns(),
];

/** Points, halves, sequences, text or bits, whichever a model takes. */
export function datasetOf({ name, takes }: ModelDefinition): Dataset {
  const dataset = smallDatasets.find((each) => takesData(takes, holdingsOf(each)));
  if (dataset === undefined) throw new Error(`no data set for ${name}`);
  return dataset;
}

/** What makes any model's iterations some milliseconds long. */
const sizes: Record<string, unknown> = {
  ...{ batchSize: 20, batchesPerIteration: 3, roundsPerIteration: 2, criticSteps: 2 },
  ...{ hiddenSizes: [12], width: 8, layers: 2 },
  ...{ codeSize: 4, latentSize: 3, priorComponents: 4, judge: false },
  ...{ samplerSteps: 3, levels: 10, levelSteps: 1, langevinSteps: 2, buffered: 3 },
  couplingSteps: 1,
  ...{ depth: 1, scales: 2, trainingSteps: 1, solverSteps: 1, bins: 3 },
  ...{ draws: 2, evaluationDraws: 3, finalDraws: 9, likelihoodImages: 10, codes: 5 },
  ...{ labelled: 10, labelledBatch: 4, discriminatorSizes: [8], topSize: 2, topHiddenSizes: [8] },
  // Smooth, as a gradient penalty jumps where a kink is crossed; without momentum Adam's first steps are
  // of the gradient's sign, which rounding decides about 0.
  ...{ activation: "tanh", beta1: 0.5 },
  ...{ blocks: 1, history: 24 },
  ...{ hiddenUnits: 3, machines: [6, 4], gibbsSteps: 2, sampleSteps: 3, updates: 3 },
  ...{ heads: 2, features: 2 },
  ...{ embeddingSize: 4, rollOuts: 1, discriminatorSteps: 1, likelihoodShare: 0.2 },
  ...{ filters: [4], stageFilters: [3, 3, 3], layerSizes: [10, 8, 4], recurrentSize: 6 },
};

/** Those of some values that a configuration has fields for. */
export function known(
  configuration: z.ZodType,
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const fields = new Set(fieldsOf(configuration, "").map(({ path }) => path));
  return Object.fromEntries(Object.entries(values).filter(([name]) => fields.has(name)));
}

/** Those of the small settings that a model has. */
export function smallOf({ configuration }: ModelDefinition): Record<string, unknown> {
  return known(configuration, sizes);
}

/** The same, by which every step of the model is taken. */
export function everyStepOf(definition: ModelDefinition): Record<string, unknown> {
  return {
    ...smallOf(definition),
    ...known(definition.configuration, { guideShare: 1, pixelShare: 0.1 }),
  };
}

/** A trainer of a model, with the fields that differ from the defaults. */
export async function trainerOf(
  model: string | ModelDefinition,
  dataset: Dataset,
  fields: object,
  { budget = 10_000, seed = 1, backend = "wasm" as BackendChoice, judges = models } = {},
): Promise<{ trainer: Trainer; workspace: Workspace }> {
  const definition = typeof model === "string"
    ? await models.find(({ name }) => name === model)!.load()
    : model;
  const { workspace } = await openWorkspace(backend, { wasmPath });
  const trainer = await definition.create({
    configuration: definition.configuration.parse(fields),
    budget,
    workspace,
    seed,
    stream: (stream) => streamOf(seed, stream),
    dataset,
    models: judges,
  });
  return { trainer, workspace };
}

/** A small trainer of a model on the data set that suits it, without a judge. */
export async function smallTrainer(
  definition: ModelDefinition,
  options: { budget?: number; seed?: number; backend?: BackendChoice } = {},
  fields: object = {},
): Promise<Trainer> {
  const settings = { ...smallOf(definition), ...fields };
  const unjudged = { ...options, judges: [] };
  return (await trainerOf(definition, datasetOf(definition), settings, unjudged)).trainer;
}

/** Iterates to the end of the budget. */
export async function trainThrough(trainer: Trainer): Promise<void> {
  const { unit, total } = trainer.budget;
  while (trainer.progress[unit] < total) await trainer.iterate();
}
