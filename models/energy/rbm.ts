/**
 * The restricted Boltzmann machine: binary visible and hidden units with connections between the two
 * layers alone, so that each layer is drawn at once given the other.
 *
 * Smolensky, "Information processing in dynamical systems: foundations of harmony theory" (1986); Hinton,
 * "Training Products of Experts by Minimizing Contrastive Divergence" (Neural Computation 14, 2002):
 * CD-k; Tieleman, "Training Restricted Boltzmann Machines using Approximations to the Likelihood
 * Gradient" (ICML 2008): PCD, whose chains go on from step to step.
 *
 * E(v, h) = −aᵀv − bᵀh − vᵀWh, and with the hidden units summed out F(v) = −aᵀv − Σ_j softplus(b_j + (vᵀW)_j),
 * p(v) = e^(−F(v)) / Z. A step is ⟨∂F⟩_data − ⟨∂F⟩_model, where what stands for the model is the end of k
 * Gibbs steps from the data, or from chains that are kept, or the sum over all states (`exact`). Pixels
 * between 0 and 1 count as probabilities.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { normal } from "../../lab/compute/initializers.ts";
import { sgd } from "../../lab/compute/optimizers.ts";
import { linear } from "../../lab/compute/schedules.ts";
import { count, WIDEST } from "../../lab/compute/sizes.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { zeros } from "../../lab/core/tensor_data.ts";
import { defineModel } from "../define_model.ts";
import { judgeFields } from "../fields.ts";
import { likelihoodTerms } from "../likelihood.ts";
import { squaredError } from "../losses.ts";
import type { ExampleShape, NoiseSpecs } from "../model.ts";
import { type Network, parametersAlone } from "../networks.ts";
import { allStates, binaryFields, bits, difference, MOST_UNITS, rowOf } from "./states.ts";

const configuration = z.strictObject({
  ...binaryFields,
  ...judgeFields,
  hiddenUnits: count(1, WIDEST).default(64).meta({ description: "Hidden units" }),
  negative: z.enum(["contrastive", "persistent", "exact"]).default("contrastive").meta({
    description: "What stands for the model: Gibbs steps from the data (CD), from chains that go " +
      `on (PCD), or the sum over all states of at most ${MOST_UNITS} visible units`,
  }),
});

/** W [D, H] of this deviation, a [D], b [H]. */
export function machine(
  visible: number,
  hidden: number,
  deviation = 0.01,
): Network<[], Tensors> {
  return parametersAlone((random) => ({
    weights: normal(random, [visible, hidden], deviation),
    visible: zeros([visible], "float32"),
    hidden: zeros([hidden], "float32"),
  }));
}

/** p(h_j = 1 | v) = σ(b_j + (vᵀW)_j), [B, H]. */
export function above({ weights, hidden }: Tensors, v: tf.Tensor): tf.Tensor2D {
  return tf.sigmoid(tf.add(tf.matMul(v as tf.Tensor2D, weights as tf.Tensor2D), hidden));
}

/** p(v_i = 1 | h) = σ(a_i + (Wh)_i), [B, D]. */
export function below({ weights, visible }: Tensors, h: tf.Tensor): tf.Tensor2D {
  const product = tf.matMul(h as tf.Tensor2D, weights as tf.Tensor2D, false, true);
  return tf.sigmoid(tf.add(product, visible));
}

/** F(v) = −aᵀv − Σ_j softplus(b_j + (vᵀW)_j), [B], nats. */
export function freeEnergy({ weights, visible, hidden }: Tensors, v: tf.Tensor): tf.Tensor1D {
  const inputs = tf.add(tf.matMul(v as tf.Tensor2D, weights as tf.Tensor2D), hidden);
  return tf.neg(tf.add(tf.sum(tf.mul(v, visible), 1), tf.sum(tf.softplus(inputs), 1)));
}

/** log Z by the sum over all states of the visible units, a scalar. */
export function logPartition(parameters: Tensors): tf.Scalar {
  const states = allStates(parameters.visible.shape[0]!);
  return tf.logSumExp(tf.neg(freeEnergy(parameters, states))) as tf.Scalar;
}

/** −log p(v) = F(v) + log Z, [B], nats: of as few visible units as can be summed over. */
function negativeLogLikelihood(parameters: Tensors, v: tf.Tensor): tf.Tensor1D {
  return tf.add(freeEnergy(parameters, v), logPartition(parameters));
}

/** ∂F/∂parameters as means over rows [B, D] of `weight` each, [B]; left out: 1/B. */
export function energyGradients(parameters: Tensors, v: tf.Tensor, weight?: tf.Tensor): Tensors {
  const rows = v.shape[0];
  const weighted = weight === undefined ? tf.div(v, rows) : tf.mul(v, tf.expandDims(weight, 1));
  const h = above(parameters, v);
  const share = weight === undefined ? tf.div(h, rows) : tf.mul(h, tf.expandDims(weight, 1));
  return {
    weights: tf.neg(tf.matMul(weighted as tf.Tensor2D, h, true)),
    visible: tf.neg(tf.sum(weighted, 0)),
    hidden: tf.neg(tf.sum(share, 0)),
  };
}

/** Whether log Z of such examples is summed: of few bits. */
const summed = ({ size, binary }: Pick<ExampleShape, "size" | "binary">): boolean =>
  binary && size <= MOST_UNITS;

/** Uniform noise of k Gibbs steps: [B, k, H] and [B, k, D]. */
export type GibbsNoise = Readonly<Record<"hidden" | "visible", tf.Tensor>>;

/** The states after Gibbs steps from v on. */
export function gibbs(
  parameters: Tensors,
  v: tf.Tensor,
  { hidden, visible }: GibbsNoise,
): tf.Tensor2D {
  let state = v as tf.Tensor2D;
  for (let k = 0; k < hidden.shape[1]!; k++) {
    const h = bits(above(parameters, state), rowOf(hidden, k));
    state = bits(below(parameters, h), rowOf(visible, k));
  }
  return state;
}

/** Uniform noise of k Gibbs steps. */
export function gibbsNoise(visible: number, hidden: number, k: number): NoiseSpecs {
  return { hidden: ["uniform", [k, hidden]], visible: ["uniform", [k, visible]] };
}

/** A restricted Boltzmann machine. */
export const rbm = defineModel({
  name: "rbm",
  summary: "Restricted Boltzmann machine: binary units in two layers, learned by Gibbs steps",
  takes: { examples: ["images"] },
  configuration,
  budget: "gradientSteps",
  networks: ({ size }, { hiddenUnits, initialDeviation }) => ({
    machine: machine(size, hiddenUnits, initialDeviation),
  }),
  keeps: ({ size }, { batchSize }) => ({ chains: zeros([batchSize, size], "float32") }),
  noise: ({ size }, { hiddenUnits, gibbsSteps }) => gibbsNoise(size, hiddenUnits, gibbsSteps),
  optimizer: sgd,
  schedule: ({ learningRate, finalLearningRate }) => linear(learningRate, finalLearningRate),
  steps: [{
    name: "free_energy",
    gradients: ({ machine }, { x, noise, kept }, { negative }) => {
      const parameters = machine();
      const from = negative === "persistent" ? kept.chains : x;
      const chains = gibbs(parameters, from, noise as Tensors & GibbsNoise);
      const exact = () => {
        const states = allStates(x.shape[1]);
        const energies = freeEnergy(parameters, states);
        return energyGradients(parameters, states, tf.softmax(tf.neg(energies)));
      };
      const model = negative === "exact" ? exact() : energyGradients(parameters, chains);
      const reconstruction = below(parameters, above(parameters, x));
      return {
        gradients: { machine: difference(energyGradients(parameters, x), model) },
        terms: {
          reconstruction_error: squaredError(reconstruction, x),
          free_energy_gap: tf.sub(freeEnergy(parameters, x), freeEnergy(parameters, chains)),
        },
        kept: { chains },
      };
    },
  }],
  evaluate: ({ machine }, { x, shape: { size, binary } }) => {
    const parameters = machine();
    const reconstruction = below(parameters, above(parameters, x));
    const terms = { reconstruction_error: squaredError(reconstruction, x) };
    if (!summed({ size, binary })) return terms;
    return { ...terms, ...likelihoodTerms(negativeLogLikelihood(parameters, x), size) };
  },
  encode: ({ machine }, { x }) => above(machine(), x),
  decode: ({ machine }, { codes }) => below(machine(), codes),
  sampleNoise: ({ size }) => ({ start: ["uniform", [size]] }),
  sample: (_, { noise: { start } }) => bits(tf.scalar(0.5), start),
  sampler: {
    steps: (_, { sampleSteps }) => sampleSteps,
    noise: ({ size }, { hiddenUnits }) => gibbsNoise(size, hiddenUnits, 1),
    step: ({ machine }, { x, noise }) => gibbs(machine(), x, noise as Tensors & GibbsNoise),
  },
  score: ({ machine }, { x }) => tf.neg(freeEnergy(machine(), x)),
  weighs: summed,
  logWeights: ({ machine }, { x }) => tf.expandDims(tf.neg(negativeLogLikelihood(machine(), x)), 1),
});
