/**
 * Models of text.
 *
 * @module
 */
import { defineExperiment, type ModelExperiment } from "../lab/experiment/definition.ts";

/** Transformers over characters, and over black and white pixels. */
export const textExperiments: readonly ModelExperiment[] = [
  defineExperiment({
    name: "text-gpt",
    summary: "A small GPT of sentences of known entropy, or of a text file of yours",
    expectedSeconds: 180,
    dataset: { name: "sentences" },
    model: { name: "gpt" },
    budget: 64_000,
    evaluation: { every: 16_000 },
    tunedOn: 1,
  }),
  defineExperiment({
    name: "glyphs-gpt",
    summary: "A small GPT of black and white digits, four pixels a token",
    expectedSeconds: 150,
    dataset: { name: "glyphs-binarized", side: 14 },
    model: { name: "gpt" },
    budget: 64_000,
    evaluation: { every: 32_000 },
    tunedOn: 1,
  }),
];
