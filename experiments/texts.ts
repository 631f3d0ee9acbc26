/**
 * Models of text.
 *
 * @module
 */
import { defineExperiment, type ModelExperiment } from "../lab/experiment/definition.ts";

const oracle = {
  dataset: { name: "oracle" },
  expectedSeconds: 600,
  evaluation: { every: 600 },
  tunedOn: 1,
} as const;

/** Models of characters and of black and white pixels. */
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
  defineExperiment({
    ...oracle,
    name: "oracle-seqgan",
    summary: "Texts of a random LSTM, by a generator that a discriminator rewards",
    model: { name: "seqgan", likelihoodShare: 0.3571, discriminatorShare: 0.0715 },
    budget: 8400,
  }),
  defineExperiment({
    ...oracle,
    name: "oracle-likelihood",
    summary: "Texts of a random LSTM, by the same generator with maximum likelihood alone",
    expectedSeconds: 60,
    model: { name: "seqgan", likelihoodShare: 1 },
    budget: 8400,
  }),
];
