/**
 * Dense networks as plain functions over named parameters: `0/kernel` [in, out], `0/bias` [out],
 * `1/kernel`, …; with a prefix, several networks live in one group (`policy/0/kernel`).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { InputError, unknownName } from "../core/errors.ts";
import type { Generator } from "../core/random.ts";
import type { NamedTensors } from "../core/tensor_data.ts";
import {
  constant,
  fanInUniform,
  glorotUniform,
  type Initializer,
  uniform,
} from "./initializers.ts";
import type { Tensors } from "./workspace.ts";

/** H(x) = 0 where x < 0, else 1. */
const heaviside = (x: tf.Tensor) => tf.sub(1, tf.step(tf.neg(x)));

/**
 * Activations by name, elementwise save for softmax: docs/building-blocks.md has their formulas and
 * sources. `leaky-relu` has slope 0.2 below zero, `gelu` is the exact x·Φ(x), `swish` is x·σ(x) (SiLU),
 * `arctan` is scaled into (−1, 1), `gaussian` is the radial basis function e^(−x²/2), `softmax` goes
 * over the last axis. Nothing can be learned through `heaviside` and `sign`: their gradient is 0.
 */
export const activations = {
  linear: (x: tf.Tensor): tf.Tensor => x,
  relu: (x: tf.Tensor): tf.Tensor => tf.relu(x),
  tanh: (x: tf.Tensor): tf.Tensor => tf.tanh(x),
  sigmoid: (x: tf.Tensor): tf.Tensor => tf.sigmoid(x),
  softplus: (x: tf.Tensor): tf.Tensor => tf.softplus(x),
  elu: (x: tf.Tensor): tf.Tensor => tf.elu(x),
  selu: (x: tf.Tensor): tf.Tensor => tf.selu(x),
  "leaky-relu": (x: tf.Tensor): tf.Tensor => tf.leakyRelu(x, 0.2),
  swish: (x: tf.Tensor): tf.Tensor => tf.mul(x, tf.sigmoid(x)),
  mish: (x: tf.Tensor): tf.Tensor => tf.mul(x, tf.tanh(tf.softplus(x))),
  gelu: (x: tf.Tensor): tf.Tensor =>
    tf.mul(tf.mul(x, 0.5), tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2)))),
  arctan: (x: tf.Tensor): tf.Tensor => tf.mul(tf.atan(x), 2 / Math.PI),
  softsign: (x: tf.Tensor): tf.Tensor => tf.div(x, tf.add(1, tf.abs(x))),
  "hard-tanh": (x: tf.Tensor): tf.Tensor => tf.clipByValue(x, -1, 1),
  gaussian: (x: tf.Tensor): tf.Tensor => tf.exp(tf.mul(tf.square(x), -0.5)),
  softmax: (x: tf.Tensor): tf.Tensor => tf.softmax(x),
  heaviside,
  sign: (x: tf.Tensor): tf.Tensor => tf.sub(tf.mul(2, heaviside(x)), 1),
} as const;

/** A name in {@linkcode activations}. */
export type Activation = keyof typeof activations;

/** The names in {@linkcode activations}, for configuration schemas. */
export const activationNames = Object.keys(activations) as [Activation, ...Activation[]];

/**
 * The parameters of some networks: those whose names begin with `<network>/`.
 *
 * @throws InputError for a network without parameters, with the nearest that there is.
 */
export function parametersOf<Tensor>(
  parameters: Readonly<Record<string, Tensor>>,
  ...networks: readonly string[]
): Record<string, Tensor> {
  const own: Record<string, Tensor> = {};
  for (const network of networks) {
    const entries = Object.entries(parameters).filter(([name]) => name.startsWith(`${network}/`));
    if (entries.length === 0) {
      const known = [...new Set(Object.keys(parameters).map((name) => name.split("/")[0]))];
      throw unknownName("take a gradient step", "network", network, known);
    }
    Object.assign(own, Object.fromEntries(entries));
  }
  return own;
}

/** How {@linkcode mlpParameters} draws. */
export interface MlpOptions {
  /** Kernels of the hidden layers; default Glorot uniform. */
  readonly hidden?: Initializer;
  /** Kernel of the last layer; default that of the hidden layers. */
  readonly output?: Initializer;
  /** Stands before every name: `policy` gives `policy/0/kernel`. */
  readonly prefix?: string;
}

/**
 * Initial parameters of a dense network; biases 0.
 *
 * @param sizes Widths from input to output: [4, 64, 64, 2] has three layers.
 * @throws InputError where `sizes` are not two or more whole numbers ≥ 1.
 */
export function mlpParameters(
  random: Generator,
  sizes: readonly number[],
  options: MlpOptions = {},
): NamedTensors {
  if (sizes.length < 2 || !sizes.every((size) => Number.isInteger(size) && size >= 1)) {
    throw new InputError(
      `Cannot make a dense network as its sizes must be two or more whole numbers ≥ 1: [${sizes}]`,
    );
  }
  const hidden = options.hidden ?? glorotUniform;
  const output = options.output ?? hidden;
  const parameters: NamedTensors = {};
  for (let layer = 0; layer + 1 < sizes.length; layer++) {
    const name = layerName(options.prefix, layer);
    const initializer = layer + 2 === sizes.length ? output : hidden;
    parameters[`${name}/kernel`] = initializer(random, [sizes[layer], sizes[layer + 1]]);
    parameters[`${name}/bias`] = constant([sizes[layer + 1]], 0);
  }
  return parameters;
}

/**
 * Initial parameters of a dense network as PyTorch draws them: kernels, then biases, from
 * U(−1/√fanIn, 1/√fanIn). Biases of 0 would put every kink of a ReLU network at the origin.
 *
 * @param sizes Widths from input to output; fewer than two make no layer.
 * @param prefix Stands before every name.
 */
export function fanInParameters(
  random: Generator,
  sizes: readonly number[],
  prefix?: string,
): NamedTensors {
  if (sizes.length < 2) return {};
  const parameters = mlpParameters(random, sizes, { hidden: fanInUniform, prefix });
  for (let layer = 0; layer + 1 < sizes.length; layer++) {
    const limit = 1 / Math.sqrt(sizes[layer]);
    parameters[`${layerName(prefix, layer)}/bias`] = uniform(
      random,
      [sizes[layer + 1]],
      -limit,
      limit,
    );
  }
  return parameters;
}

/**
 * A parameter by its name.
 *
 * @throws InputError where there is none, with the nearest that there is.
 */
export function parameterOf(parameters: Tensors, name: string): tf.Tensor {
  const parameter = parameters[name];
  if (parameter !== undefined) return parameter;
  throw unknownName("apply a layer", "parameter", name, Object.keys(parameters));
}

/** One dense layer: x·kernel + bias, [B, in] to [B, out]. `name` is that of the layer. */
export function dense(parameters: Tensors, x: tf.Tensor, name: string): tf.Tensor2D {
  const kernel = parameterOf(parameters, `${name}/kernel`) as tf.Tensor2D;
  const product = tf.matMul(x as tf.Tensor2D, kernel);
  return tf.add(product, parameterOf(parameters, `${name}/bias`));
}

/** What a dense network computes. */
export interface MlpLayers {
  /** What enters the last layer, [B, H]: the activations of the last hidden layer. */
  readonly features: tf.Tensor;
  /** [B, out]. */
  readonly outputs: tf.Tensor2D;
}

/**
 * A dense network: `activation` after every layer but the last, which is linear. [B, in] to
 * [B, out], with the features that enter the last layer.
 *
 * @param prefix That of {@linkcode mlpParameters}.
 */
export function mlpLayers(
  parameters: Tensors,
  x: tf.Tensor,
  activation: Activation,
  prefix?: string,
): MlpLayers {
  const activate = activations[activation];
  if (activate === undefined) {
    throw unknownName("apply a dense network", "activation", activation, activationNames);
  }
  let features = x;
  let outputs = dense(parameters, x, layerName(prefix, 0));
  for (let layer = 1; `${layerName(prefix, layer)}/kernel` in parameters; layer++) {
    features = activate(outputs);
    outputs = dense(parameters, features, layerName(prefix, layer));
  }
  return { features, outputs };
}

/** The outputs of {@linkcode mlpLayers}: [B, in] to [B, out]. */
export function mlp(
  parameters: Tensors,
  x: tf.Tensor,
  activation: Activation,
  prefix?: string,
): tf.Tensor2D {
  return mlpLayers(parameters, x, activation, prefix).outputs;
}

function layerName(prefix: string | undefined, layer: number): string {
  return prefix === undefined ? `${layer}` : `${prefix}/${layer}`;
}
