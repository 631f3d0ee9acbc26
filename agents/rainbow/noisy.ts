/**
 * NoisyNet: a dense network whose weights are drawn anew for every use, with learned deviations, so
 * that it explores by itself. The noisy network is the plain one on perturbed parameters.
 *
 * Fortunato et al., "Noisy Networks for Exploration" (2018, arXiv 1706.10295), with factorised
 * Gaussian noise.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { constant } from "../../lab/compute/initializers.ts";
import type { RandomSpec, Tensors } from "../../lab/compute/workspace.ts";
import type { WeightSource } from "./parts.ts";

/** Stands before the name of a parameter's deviation σ. */
const SIGMA = "sigma/";

/** The layers of `parameters` that are noisy (`q/0`, …): all dense ones but those of a body of pictures. */
function layersOf(parameters: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(parameters)
    .filter((name) =>
      name.endsWith("/kernel") && !name.startsWith("body/") && !name.startsWith(SIGMA)
    )
    .map((name) => name.slice(0, -"/kernel".length));
}

/**
 * A deviation for every kernel and bias of a dense network, σ₀/√fanIn at first (section 3.2): what
 * {@linkcode perturbed} needs beside the parameters themselves, which are the means μ.
 */
export function noiseParameters(parameters: NamedTensors, scale: number): NamedTensors {
  const deviations: NamedTensors = {};
  for (const layer of layersOf(parameters)) {
    const { shape } = parameters[`${layer}/kernel`];
    const deviation = scale / Math.sqrt(shape[0]);
    deviations[`${SIGMA}${layer}/kernel`] = constant(shape, deviation);
    deviations[`${SIGMA}${layer}/bias`] = constant([shape[1]], deviation);
  }
  return deviations;
}

/**
 * The random inputs of a step that perturbs a network once: N(0, 1) for the inputs and outputs of
 * each layer, p + q numbers for p · q weights.
 *
 * @param use Names this perturbation among those of one step.
 */
export function noiseInputs(parameters: NamedTensors, use: string): Record<string, RandomSpec> {
  const inputs: Record<string, RandomSpec> = {};
  for (const layer of layersOf(parameters)) {
    const [fanIn, fanOut] = parameters[`${layer}/kernel`].shape;
    inputs[`${use}/${layer}/input`] = [[fanIn], "normal"];
    inputs[`${use}/${layer}/output`] = [[fanOut], "normal"];
  }
  return inputs;
}

/** f(x) = sgn(x)√|x|: what factorised noise is made of. Section 3, below equation 11. */
function scaledNoise(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.sign(x), tf.sqrt(tf.abs(x)));
}

/**
 * The parameters of one draw, all others as they are: w = μ + σ ⊙ ε with ε_w = f(ε_in) f(ε_out)ᵀ
 * and ε_b = f(ε_out).
 * Equations 9 to 11.
 *
 * @param parameters Means and deviations.
 * @param random What {@linkcode noiseInputs} declared for `use`.
 */
export function perturbed(parameters: Tensors, random: Tensors, use: string): Tensors {
  const drawn: Tensors = { ...parameters };
  for (const layer of layersOf(parameters)) {
    const rows = tf.expandDims(scaledNoise(random[`${use}/${layer}/input`]), 1);
    const columns = scaledNoise(random[`${use}/${layer}/output`]);
    const put = (part: string, noise: tf.Tensor) => {
      const name = `${layer}/${part}`;
      drawn[name] = tf.add(parameters[name], tf.mul(parameters[`${SIGMA}${name}`], noise));
    };
    put("kernel", tf.mul(rows, columns));
    put("bias", columns);
  }
  return drawn;
}

/** Weights drawn anew for every use, with deviations that start at `scale`/√fanIn. */
export function noisyWeights(scale: number): WeightSource {
  return {
    parameters: (network) => ({ ...network, ...noiseParameters(network, scale) }),
    inputs: (parameters, uses) =>
      Object.assign({}, ...uses.map((use) => noiseInputs(parameters, use))),
    weights: perturbed,
  };
}
