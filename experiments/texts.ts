/**
 * Models of text.
 *
 * @module
 */
import { defineExperiment, type ModelExperiment } from "../lab/experiment/definition.ts";

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
  // 10,000 gradient steps of maximum likelihood, where it is at its best, as those of oracle-likelihood;
  // 800 of the discriminator, 2,400 rounds of the game.
  defineExperiment({
    name: "oracle-seqgan",
    summary: "Texts of a random LSTM, by a generator that a discriminator rewards",
    expectedSeconds: 480,
    dataset: { name: "oracle" },
    model: { name: "seqgan", likelihoodShare: 10_000 / 25_200, discriminatorShare: 800 / 25_200 },
    budget: 25_200,
    evaluation: { every: 2500 },
    tunedOn: 1,
  }),
  defineExperiment({
    name: "oracle-likelihood",
    summary: "Texts of a random LSTM, by the same generator with maximum likelihood alone",
    expectedSeconds: 90,
    dataset: { name: "oracle" },
    model: { name: "seqgan", likelihoodShare: 1 },
    budget: 10_000,
    evaluation: { every: 500 },
    tunedOn: 1,
  }),
];
