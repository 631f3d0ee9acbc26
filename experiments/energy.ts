/**
 * Energy-based models, most of them on small sets of binary examples whose exact answer is known.
 *
 * @module
 */
import { defineExperiment, type ModelExperiment } from "../lab/experiment/definition.ts";

/** A restricted Boltzmann machine on the fourteen bars and stripes of 3 × 3. */
function bars(
  name: string,
  summary: string,
  fields: object,
  { budget = 20_000, seconds = 10 } = {},
): ModelExperiment {
  return defineExperiment({
    name: `bars-rbm-${name}`,
    summary,
    expectedSeconds: seconds,
    dataset: { name: "bars-and-stripes" },
    model: { name: "rbm", batchSize: 14, hiddenUnits: 16, learningRate: 0.2, ...fields },
    budget,
    tunedOn: 2,
  });
}

/** What stands for the model's distribution, compared where the exact answer is known. */
export const energyExperiments: readonly ModelExperiment[] = [
  bars("cd1", "RBM on bars and stripes by contrastive divergence of one step", {}),
  bars("cd10", "RBM on bars and stripes by contrastive divergence of ten steps", {
    gibbsSteps: 10,
  }),
  bars("pcd", "RBM on bars and stripes by persistent chains", {
    ...{ negative: "persistent", gibbsSteps: 5, learningRate: 0.05 },
  }),
  // Last, as it sums over all states: data of a user's own take the settings of the first.
  bars("exact", "RBM on bars and stripes by the exact gradient", { negative: "exact" }),
  defineExperiment({
    name: "parity-boltzmann-machine",
    summary: "Boltzmann machine of words of bits of which an even number is 1",
    expectedSeconds: 5,
    dataset: { name: "parity" },
    model: {
      ...{ name: "boltzmann-machine", batchSize: 4, hiddenUnits: 4, negative: "exact" },
      ...{ learningRate: 1, initialDeviation: 2 },
    },
    budget: 6000,
    tunedOn: 1,
  }),
  defineExperiment({
    name: "patterns-hopfield",
    summary: "Hopfield network that recalls ten patterns of 200 units",
    expectedSeconds: 2,
    dataset: { name: "patterns" },
    model: { name: "hopfield" },
    budget: 1,
    tunedOn: 0,
  }),
  defineExperiment({
    name: "xor-perceptron",
    summary: "Perceptron that cannot learn exclusive or",
    expectedSeconds: 1,
    dataset: { name: "xor" },
    model: { name: "perceptron" },
    budget: 400,
    tunedOn: 0,
  }),
  defineExperiment({
    name: "xor-classifier",
    summary: "One hidden layer that learns exclusive or by backpropagation",
    expectedSeconds: 1,
    dataset: { name: "xor" },
    model: { name: "classifier", batchSize: 4, hiddenSizes: [16], learningRate: 0.05 },
    budget: 4000,
    tunedOn: 0,
  }),
  defineExperiment({
    name: "moons-noise-contrastive",
    summary: "Energy of two half circles, learned against noise",
    expectedSeconds: 30,
    dataset: { name: "two-moons" },
    model: { name: "noise-contrastive" },
    budget: 1_000_000,
    evaluation: { every: 500_000 },
    tunedOn: 1,
  }),
  defineExperiment({
    name: "moons-energy-based",
    summary: "Energy of two half circles, learned against its own Langevin chains",
    expectedSeconds: 20,
    dataset: { name: "two-moons" },
    model: { name: "energy-based", learningRate: 1e-3 },
    budget: 1_000_000,
    evaluation: { every: 500_000 },
    tunedOn: 1,
  }),
  defineExperiment({
    name: "glyphs-dbn-quick",
    summary: "Deep belief network of drawn digits",
    expectedSeconds: 60,
    dataset: { name: "glyphs" },
    model: { name: "dbn", batchSize: 50 },
    budget: 4000,
    tunedOn: 0,
  }),
];
