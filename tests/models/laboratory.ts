/**
 * Trainers of models on small data sets, for the tests.
 *
 * @module
 */
import { openWorkspace } from "../../lab/compute/backend.ts";
import type { BackendChoice } from "../../lab/compute/backend_choice.ts";
import type { Workspace } from "../../lab/compute/workspace.ts";
import type { Dataset } from "../../lab/core/dataset.ts";
import { streamOf } from "../../lab/core/random.ts";
import type { Trainer } from "../../lab/core/trainer.ts";
import { models } from "../../models/mod.ts";
import { drawGlyphs } from "../../models/datasets/glyphs.ts";
import { drawRing, ring8 } from "../../models/datasets/ring.ts";
import { wasmPath } from "../lab/compute/backends.ts";

/** Few digits. */
export function fewGlyphs(train = 230, test = 60): Dataset {
  return {
    name: "glyphs",
    kind: "images",
    shape: [28, 28, 1],
    classes: 10,
    train: drawGlyphs(train, 1, streamOf(7, "train")),
    test: drawGlyphs(test, 1, streamOf(7, "test")),
  };
}

/** Few points of the ring. */
export async function fewPoints(train = 700, test = 100): Promise<Dataset> {
  const ring = await ring8.create({
    configuration: { train: 8, test: 8 },
    stream: (name) => streamOf(7, name),
    readFile: () => Promise.reject(new Error("no files")),
  });
  return {
    ...ring,
    train: drawRing(train, streamOf(7, "train")),
    test: drawRing(test, streamOf(7, "test")),
  };
}

/** Small settings for each model: iterations of some milliseconds. */
export const small: Record<string, object> = {
  autoencoder: { batchSize: 20, batchesPerIteration: 3, hiddenSizes: [12], codeSize: 4 },
  vae: { batchSize: 20, batchesPerIteration: 3, hiddenSizes: [12], latentSize: 3, judge: false },
  "vae-mixture": {
    batchSize: 20,
    batchesPerIteration: 3,
    hiddenSizes: [12],
    latentSize: 3,
    priorComponents: 5,
    judge: false,
  },
  classifier: { batchSize: 20, batchesPerIteration: 3, hiddenSizes: [12] },
  "wgan-gp": { batchSize: 16, width: 8, layers: 2, roundsPerIteration: 2, criticSteps: 2 },
};

/** A trainer of a model of the registry, with the fields that differ from the defaults. */
export async function trainerOf(
  name: string,
  dataset: Dataset,
  fields: object,
  { budget = 10_000, seed = 1, backend = "wasm" as BackendChoice } = {},
): Promise<{ trainer: Trainer; workspace: Workspace }> {
  const definition = await models.find((entry) => entry.name === name)!.load();
  const { workspace } = await openWorkspace(backend, { wasmPath });
  const trainer = await definition.create({
    configuration: definition.configuration.parse(fields),
    budget,
    workspace,
    seed,
    stream: (stream) => streamOf(seed, stream),
    dataset,
  });
  return { trainer, workspace };
}

/** Iterates to the end of the budget. */
export async function trainThrough(trainer: Trainer): Promise<void> {
  const { unit, total } = trainer.budget;
  while (trainer.progress[unit] < total) await trainer.iterate();
}
