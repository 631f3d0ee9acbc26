/**
 * The Boltzmann machine: binary units that are all connected, some of them visible; small enough to be
 * held against the sum over all of its states.
 *
 * Ackley, Hinton, Sejnowski, "A Learning Algorithm for Boltzmann Machines" (Cognitive Science 9, 1985).
 *
 * E(s) = −½ sᵀWs − bᵀs with W symmetric and without a diagonal, p(s_i = 1 | rest) = σ((Ws)_i + b_i), and a
 * step is ⟨ssᵀ⟩_data − ⟨ssᵀ⟩_model. The first mean is the sum over the hidden units' states with the data
 * held, where the paper lets these units settle; the second one that over all states (`exact`), or of Gibbs
 * sweeps over the units in turn, in chains that go on from step to step.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { sgd } from "../../lab/compute/optimizers.ts";
import { linear } from "../../lab/compute/schedules.ts";
import { count } from "../../lab/compute/sizes.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { zeros } from "../../lab/core/tensor_data.ts";
import { normal } from "../../lab/compute/initializers.ts";
import { defineModel } from "../define_model.ts";
import { knownLikelihood } from "../likelihood.ts";
import { type Network, parametersAlone } from "../networks.ts";
import { allStates, binaryFields, bits, difference, MOST_UNITS, summable } from "./states.ts";

const configuration = z.strictObject({
  ...binaryFields,
  hiddenUnits: count(0, MOST_UNITS).default(4).meta({
    description: `Hidden units; with the visible ones ${MOST_UNITS} at most`,
  }),
  negative: z.enum(["persistent", "exact"]).default("persistent").meta({
    description:
      "What stands for the model's mean: chains of Gibbs sweeps, or the sum over all states",
  }),
});

/** W as it counts: symmetric, without its diagonal. */
function coupling({ weights }: Tensors): tf.Tensor2D {
  const both = tf.mul(tf.add(weights, tf.transpose(weights)), 0.5);
  return tf.mul(both, tf.sub(1, tf.eye(weights.shape[0]!)));
}

/** E(s) of states [B, U], [B]. */
export function energy(parameters: Tensors, states: tf.Tensor2D): tf.Tensor1D {
  const inputs = tf.matMul(states, coupling(parameters));
  const pairs = tf.mul(tf.sum(tf.mul(inputs, states), 1), -0.5);
  return tf.sub(pairs, tf.sum(tf.mul(states, parameters.bias), 1));
}

/** ∂E/∂parameters as means over states [B, U] of `weight` each, [B]. */
function gradients(states: tf.Tensor2D, weight: tf.Tensor): Tensors {
  const weighted = tf.mul(states, tf.expandDims(weight, 1)) as tf.Tensor2D;
  const pairs = tf.mul(tf.matMul(weighted, states, true), tf.sub(1, tf.eye(states.shape[1])));
  return { weights: tf.mul(pairs, -0.5), bias: tf.neg(tf.sum(weighted, 0)) };
}

/** Draws the units in turn, `k` times over, with uniform noise [B, k, U]. */
export function sweep(parameters: Tensors, states: tf.Tensor2D, noise: tf.Tensor): tf.Tensor2D {
  const [rows, sweeps, units] = noise.shape;
  const w = coupling(parameters);
  let state = states;
  for (let at = 0; at < sweeps * units; at++) {
    const unit = at % units;
    const column = tf.slice(w, [0, unit], [units, 1]) as tf.Tensor2D;
    const input = tf.add(tf.matMul(state, column), tf.slice(parameters.bias, [unit], [1]));
    const draw = tf.reshape(tf.slice(noise, [0, Math.floor(at / units), unit], [rows, 1, 1]), [
      rows,
      1,
    ]);
    const here = tf.cast(tf.equal(tf.range(0, units), unit), "float32");
    const next = tf.mul(bits(tf.sigmoid(input), draw), tf.expandDims(here, 0));
    state = tf.add(tf.mul(state, tf.sub(1, here)), next);
  }
  return state;
}

/** Each of `x` [B, D] beside every state of the hidden units: [B·2^H, D + H]. */
function completed(x: tf.Tensor2D, hidden: number): tf.Tensor2D {
  if (hidden === 0) return tf.clone(x);
  const states = allStates(hidden);
  const [rows, each] = [x.shape[0], states.shape[0]];
  const visible = tf.reshape(tf.tile(tf.expandDims(x, 1), [1, each, 1]), [rows * each, -1]);
  return tf.concat([visible, tf.tile(states, [rows, 1])], 1) as tf.Tensor2D;
}

/** ⟨∂E/∂parameters⟩ with visible units held at `x` [B, D]: sums over the hidden units' states. */
export function heldGradients(parameters: Tensors, x: tf.Tensor2D, hidden: number): Tensors {
  const states = completed(x, hidden);
  const energies = tf.reshape(energy(parameters, states), [x.shape[0], -1]);
  const posterior = tf.div(tf.softmax(tf.neg(energies)), x.shape[0]);
  return gradients(states, tf.reshape(posterior, [-1]));
}

/** log Σ_h e^(−E(x, h)), [B]. */
function logWeight(parameters: Tensors, x: tf.Tensor2D, hidden: number): tf.Tensor1D {
  const energies = energy(parameters, completed(x, hidden));
  return tf.logSumExp(tf.neg(tf.reshape(energies, [x.shape[0], -1])), 1);
}

/** log p(x) by the sum over all states, [B], nats. */
function logProbability(parameters: Tensors, x: tf.Tensor2D, hidden: number): tf.Tensor1D {
  const logZ = tf.logSumExp(logWeight(parameters, allStates(x.shape[1]), hidden));
  return tf.sub(logWeight(parameters, x, hidden), logZ);
}

/** A Boltzmann machine. */
export const boltzmannMachine = defineModel({
  name: "boltzmann-machine",
  summary: "Boltzmann machine: a few binary units, all connected, some of them hidden",
  takes: { examples: ["points"], values: "binary" },
  configuration,
  budget: "gradientSteps",
  networks: ({ size }, { hiddenUnits, initialDeviation }) => {
    const units = summable(size + hiddenUnits);
    return {
      machine: parametersAlone((random) => ({
        weights: normal(random, [units, units], initialDeviation),
        bias: zeros([units], "float32"),
      })),
    };
  },
  keeps: ({ size }, { batchSize, hiddenUnits }) => ({
    chains: zeros([batchSize, size + hiddenUnits], "float32"),
  }),
  noise: ({ size }, { hiddenUnits, gibbsSteps }) => ({
    free: ["uniform", [gibbsSteps, size + hiddenUnits]],
  }),
  optimizer: sgd,
  schedule: ({ learningRate, finalLearningRate }) => linear(learningRate, finalLearningRate),
  steps: [{
    name: "correlations",
    gradients: ({ machine }, { x, noise, kept }, { negative, hiddenUnits }) => {
      const parameters = machine();
      const [rows, size] = x.shape;
      const data = heldGradients(parameters, x, hiddenUnits);
      const sampled = () => {
        const chains = sweep(parameters, kept.chains as tf.Tensor2D, noise.free);
        return { model: gradients(chains, tf.fill([rows], 1 / rows)), chains };
      };
      const summed = () => {
        const whole = allStates(size + hiddenUnits);
        const model = gradients(whole, tf.softmax(tf.neg(energy(parameters, whole))));
        return { model, chains: tf.clone(kept.chains) };
      };
      const { model, chains } = negative === "exact" ? summed() : sampled();
      return {
        gradients: { machine: difference(data, model) },
        terms: { visible_bias: tf.mean(tf.slice(parameters.bias, [0], [size])) },
        kept: { chains },
      };
    },
  }],
  ...knownLikelihood<{ readonly machine: Network<[], Tensors> }, z.output<typeof configuration>>(
    ({ machine }, { x }, { hiddenUnits }) => logProbability(machine(), x, hiddenUnits),
  ),
  sampleNoise: ({ size }, { hiddenUnits }) => ({ start: ["uniform", [size + hiddenUnits]] }),
  sample: (_, { noise: { start } }) => bits(tf.scalar(0.5), start),
  sampler: {
    steps: (_, { sampleSteps }) => sampleSteps,
    size: ({ size }, { hiddenUnits }) => size + hiddenUnits,
    noise: ({ size }, { hiddenUnits }) => ({ sweep: ["uniform", [1, size + hiddenUnits]] }),
    step: ({ machine }, { x, noise }) => sweep(machine(), x, noise.sweep),
    finish: (_, { x }, { hiddenUnits }) =>
      tf.slice(x, [0, 0], [x.shape[0], x.shape[1] - hiddenUnits]),
  },
  score: ({ machine }, { x }, { hiddenUnits }) => logWeight(machine(), x, hiddenUnits),
});
