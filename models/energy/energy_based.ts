/**
 * An energy of points, learned by maximum likelihood with chains of its own: examples are pulled down, and
 * where Langevin's steps lead is pushed up. The chains go on from where they were, in a replay buffer.
 *
 * Du, Mordatch, "Implicit Generation and Modeling with Energy-Based Models" (2019, arXiv 1903.08689):
 * equations 1 to 3, algorithm 1, its buffer (section 3.2) and the penalty of section 3.3.
 *
 * Differs from the paper: points of the plane, so that quadrature gives the partition function; the density
 * is a normal distribution times e^(−E(x)); Langevin's steps have the noise that belongs to their length; the
 * buffer holds whole minibatches, one of which goes on at a time; no spectral normalisation.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { InputError } from "../../lab/core/errors.ts";
import { stopGradient } from "../../lab/compute/gradients.ts";
import { count, LONGEST, widths } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import { averageField, noisyExampleFields, spread } from "../fields.ts";
import { byLikelihood, ownLikelihood } from "../likelihood.ts";
import { dense } from "../networks.ts";
import {
  byQuadrature,
  type Energy,
  energyOf,
  langevinStep,
  logDensityOf,
  quadratureTerms,
} from "./density.ts";
import { oneHot } from "../../lab/compute/one_hot.ts";

// Configuration.

const configuration = z.strictObject({
  ...noisyExampleFields,
  hiddenSizes: widths().min(1).default([64, 64]).meta({
    description: "Widths of the energy's hidden layers",
  }),
  deviation: spread().default(2).meta({
    description: "s of the normal distribution by which the density falls off and chains begin",
  }),
  buffered: count(1, LONGEST).default(32).meta({
    description: "Minibatches of chains in the replay buffer, of which one goes on at each step",
    unit: "minibatches",
  }),
  renewed: z.number().min(0).max(1).default(0.05).meta({
    description: "Share of the chains that begin anew",
  }),
  langevinSteps: count(1, 1000).default(10).meta({
    description: "K, steps by which chains go on",
    unit: "steps",
  }),
  stepSize: z.number().positive().default(0.02).meta({
    description: "ε of a Langevin step: its noise has the variance ε",
  }),
  penalty: z.number().min(0).default(0.001).meta({
    description: "α, the weight of E² of examples and chains, which keeps energies near 0",
  }),
  samplerSteps: count(1, LONGEST).default(300).meta({
    description: "Langevin steps of a sample, from the normal distribution on",
    unit: "steps",
  }),
  ...averageField,
});

// The buffer.

/**
 * The minibatch of chains that goes on, [B, D], and what puts them back.
 *
 * @param buffer [minibatches, B·D]
 * @param place U[0, 1), a scalar: which of them.
 */
export function chainsAt(buffer: tf.Tensor, place: tf.Tensor, size: number) {
  const count = buffer.shape[0]!;
  const chosen = tf.cast(tf.floor(tf.mul(place, count)), "int32");
  const at = tf.reshape(tf.cast(oneHot(chosen, count), "float32"), [1, count]) as tf.Tensor2D;
  return {
    chains: tf.reshape(tf.matMul(at, buffer as tf.Tensor2D), [-1, size]),
    after: (chains: tf.Tensor): tf.Tensor => {
      const row = tf.reshape(chains, [1, -1]) as tf.Tensor2D;
      const others = tf.mul(buffer, tf.sub(1, tf.transpose(at)));
      return tf.add(others, tf.matMul(at, row, true));
    },
  };
}

/** Where K steps along the density lead, [B, D]: a constant to every gradient. */
function walked(
  energy: Energy,
  from: tf.Tensor,
  fresh: tf.Tensor,
  { deviation, stepSize, langevinSteps }: z.output<typeof configuration>,
): tf.Tensor {
  const logDensity = logDensityOf(energy, deviation);
  let x = from;
  for (const noise of tf.unstack(fresh, 1).slice(0, langevinSteps)) {
    x = langevinStep(logDensity, x, noise, stepSize);
  }
  return stopGradient(x);
}

/** E(x⁺) − E(x⁻) + α(E(x⁺)² + E(x⁻)²), [B]. Algorithm 1. */
export function contrastiveLoss(
  examples: tf.Tensor,
  chains: tf.Tensor,
  penalty: number,
): tf.Tensor {
  const squares = tf.add(tf.square(examples), tf.square(chains));
  return tf.add(tf.sub(examples, chains), tf.mul(squares, penalty));
}

// The model.

/** An energy of points of the plane, learned against its own chains. */
export const energyBased = defineModel({
  name: "energy-based",
  summary: "Energy of points, learned against Langevin chains that go on in a replay buffer",
  takes: { examples: ["points"] },
  configuration,
  budget: "examples",
  bestBy: byLikelihood,
  networks: ({ size }, { hiddenSizes }) => {
    if (size !== 2) {
      throw new InputError(
        `Cannot sum the density of energy-based as examples must be points of a plane: [${size}]`,
      );
    }
    return { energy: dense([size, ...hiddenSizes, 1], "swish") };
  },
  keeps: ({ size }, { buffered, batchSize, deviation }, stream) => {
    const random = stream("buffer");
    const values = Float32Array.from(
      { length: buffered * batchSize * size },
      () => deviation * random.standardNormal(),
    );
    return { buffer: { shape: [buffered, batchSize * size], dtype: "float32", values } };
  },
  noise: ({ size }, { langevinSteps }) => ({
    place: ["uniform", [], "batch"],
    renewed: ["uniform", [1]],
    start: ["normal", [size]],
    fresh: ["normal", [langevinSteps, size]],
  }),
  steps: [{
    name: "energy_gap",
    loss: ({ energy }, { x, kept, noise, shape: { size } }, configuration) => {
      const { renewed, deviation, penalty } = configuration;
      const { chains, after } = chainsAt(kept.buffer, noise.place, size);
      const anew = tf.cast(tf.less(noise.renewed, renewed), "float32");
      const begun = tf.add(
        tf.mul(chains, tf.sub(1, anew)),
        tf.mul(noise.start, tf.mul(anew, deviation)),
      );
      const ended = walked(energy, begun, noise.fresh, configuration);
      const [pulled, pushed] = [energyOf(energy, x), energyOf(energy, ended)];
      return {
        loss: contrastiveLoss(pulled, pushed, penalty),
        energy_gap: tf.sub(pulled, pushed),
        kept: { buffer: after(ended) },
      };
    },
  }],
  average: ["energy"],
  evaluate: ({ energy }, { x }, { deviation }) => quadratureTerms(energy, x, deviation),
  sampleNoise: ({ size }) => ({ start: ["normal", [size]] }),
  sample: (_, { noise: { start } }, { deviation }) => tf.mul(start, deviation),
  sampler: {
    steps: (_, { samplerSteps }) => samplerSteps,
    noise: ({ size }) => ({ fresh: ["normal", [size]] }),
    step: ({ energy }, { x, noise: { fresh } }, { deviation, stepSize }) =>
      langevinStep(logDensityOf(energy, deviation), x, fresh, stepSize),
  },
  score: ({ energy }, { x }, { deviation }) => logDensityOf(energy, deviation)(x),
  samplingFields: ["samplerSteps", "stepSize"],
  ...byQuadrature,
  metrics: ({ dataset }) => Promise.resolve(ownLikelihood(dataset)),
});
