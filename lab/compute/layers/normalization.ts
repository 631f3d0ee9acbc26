/**
 * Normalisations as pure functions of named parameters: x̂ = (x − μ) / √(σ² + ε) over different
 * axes, then y = γx̂ + β with `name/scale` γ and `name/offset` β, one of each for each channel (the
 * last axis). Variances are 1/N.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { InputError } from "../../core/errors.ts";
import type { NamedTensors } from "../../core/tensor_data.ts";
import { stopGradient } from "../gradients.ts";
import { constant } from "../initializers.ts";
import { parameterOf } from "../networks.ts";
import type { Tensors } from "../workspace.ts";

/** ε of all but pixel normalisation, as Ioffe & Szegedy's successors use it. */
const EPSILON = 1e-5;

/** Initial parameters of batch, layer, instance and group normalisation, [channels] each: γ = 1, β = 0. */
export function normalizationParameters(channels: number, name: string): NamedTensors {
  return {
    [`${name}/scale`]: constant([channels], 1),
    [`${name}/offset`]: constant([channels], 0),
  };
}

/** The moments before the first step of training, [channels] each: mean 0, variance 1. */
export function movingMoments(channels: number, name: string): NamedTensors {
  return {
    [`${name}/mean`]: constant([channels], 0),
    [`${name}/variance`]: constant([channels], 1),
  };
}

/** What batch normalisation gives while training. */
export interface BatchNormalized {
  /** Of x's shape. */
  readonly outputs: tf.Tensor;
  /** The next `name/mean` and `name/variance`: constants to every gradient. */
  readonly moments: Tensors;
}

/**
 * Batch normalisation while training: each channel over all other axes of the batch, [B, D] or
 * [B, H, W, C]. Ioffe, Szegedy, "Batch Normalization" (2015, arXiv 1502.03167), algorithm 1; the
 * moments that {@linkcode movingNormalization} uses move by
 * μ ← (1 − r)μ + r·μ_B, σ² ← (1 − r)σ² + r·N/(N − 1)·σ_B² (algorithm 2, step 10, as a moving
 * average over batches), with N elements a channel.
 *
 * @param moments `name/mean` and `name/variance`, from {@linkcode movingMoments} or the last step.
 * @param options.rate r in (0, 1], default 0.1.
 * @throws InputError for a `name` without parameters or moments.
 */
export function batchNormalization(
  parameters: Tensors,
  moments: Tensors,
  x: tf.Tensor,
  name: string,
  { rate = 0.1, epsilon = EPSILON }: { readonly rate?: number; readonly epsilon?: number } = {},
): BatchNormalized {
  const axes = x.shape.map((_, axis) => axis).slice(0, -1);
  const { centered, mean, variance } = momentsOf(x, axes);
  const count = x.size / x.shape.at(-1)!;
  const seen = {
    mean: tf.reshape(mean, [-1]),
    variance: tf.mul(tf.reshape(variance, [-1]), count / Math.max(1, count - 1)),
  };
  const next = (which: "mean" | "variance") =>
    stopGradient(tf.add(
      tf.mul(parameterOf(moments, `${name}/${which}`), 1 - rate),
      tf.mul(seen[which], rate),
    ));
  return {
    outputs: scaled(parameters, standardized(centered, variance, epsilon), name),
    moments: { [`${name}/mean`]: next("mean"), [`${name}/variance`]: next("variance") },
  };
}

/**
 * Batch normalisation after training: y = γ(x − μ) / √(σ² + ε) + β by the moving moments, so that an
 * output does not depend on the rest of its batch. Ioffe & Szegedy (2015), algorithm 2, step 11.
 *
 * @throws InputError for a `name` without parameters or moments.
 */
export function movingNormalization(
  parameters: Tensors,
  moments: Tensors,
  x: tf.Tensor,
  name: string,
  epsilon = EPSILON,
): tf.Tensor {
  const centered = tf.sub(x, parameterOf(moments, `${name}/mean`));
  const variance = parameterOf(moments, `${name}/variance`);
  return scaled(parameters, standardized(centered, variance, epsilon), name);
}

/**
 * Layer normalisation: each example over all its axes. Ba, Kiros, Hinton, "Layer Normalization"
 * (2016, arXiv 1607.06450), equation 3.
 *
 * @param x [B, D], [B, H, W, C], …
 * @param options.axes Other axes than all but the first: of sequences [B, T, D], [2] normalises each
 *   instant alone.
 * @throws InputError for a `name` without parameters.
 */
export function layerNormalization(
  parameters: Tensors,
  x: tf.Tensor,
  name: string,
  { axes, epsilon = EPSILON }: {
    readonly axes?: readonly number[];
    readonly epsilon?: number;
  } = {},
): tf.Tensor {
  const { centered, variance } = momentsOf(x, axes ?? x.shape.map((_, axis) => axis).slice(1));
  return scaled(parameters, standardized(centered, variance, epsilon), name);
}

/**
 * Instance normalisation: each channel of each image over its pixels, [B, H, W, C]. Ulyanov,
 * Vedaldi, Lempitsky, "Instance Normalization" (2016, arXiv 1607.08022), section 2.
 *
 * @throws InputError for a `name` without parameters.
 */
export function instanceNormalization(
  parameters: Tensors,
  x: tf.Tensor,
  name: string,
  epsilon = EPSILON,
): tf.Tensor {
  const { centered, variance } = momentsOf(x, [1, 2]);
  return scaled(parameters, standardized(centered, variance, epsilon), name);
}

/**
 * Group normalisation: groups of neighbouring channels of each image over their pixels, [B, H, W, C]. One
 * group is layer normalisation, a group for each channel instance normalisation. Wu, He, "Group
 * Normalization" (2018, arXiv 1803.08494), section 3.1.
 *
 * @param groups G ≥ 1, a divisor of C.
 * @throws InputError for a `name` without parameters, or groups that do not divide the channels.
 */
export function groupNormalization(
  parameters: Tensors,
  x: tf.Tensor,
  name: string,
  groups: number,
  epsilon = EPSILON,
): tf.Tensor {
  const [batch, height, width, channels] = x.shape;
  if (!(Number.isInteger(groups) && groups >= 1 && channels! % groups === 0)) {
    throw new InputError(
      `Cannot normalise groups as their number must divide the channels, ${channels}: ${groups}`,
    );
  }
  const [pixels, each] = [height! * width!, channels! / groups];
  // A group's elements side by side, so that each is normalised as a row.
  const grouped = tf.transpose(tf.reshape(x, [batch, pixels, groups, each]), [0, 2, 1, 3]);
  const { centered, variance } = momentsOf(tf.reshape(grouped, [batch * groups, -1]), [1]);
  const normalized = tf.reshape(standardized(centered, variance, epsilon), grouped.shape);
  const turned = tf.reshape(tf.transpose(normalized, [0, 2, 1, 3]), x.shape);
  return scaled(parameters, turned, name);
}

/**
 * Pixel normalisation: y = x / √(mean_c x_c² + ε), each pixel over its channels (the last axis). It
 * has no parameters. Karras, Aila, Laine, Lehtinen, "Progressive Growing of GANs" (2018, arXiv
 * 1710.10196), section 4.2.
 */
export function pixelNormalization(x: tf.Tensor, epsilon = 1e-8): tf.Tensor {
  return tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon)));
}

function momentsOf(x: tf.Tensor, axes: readonly number[]) {
  const mean = tf.mean(x, [...axes], true);
  const centered = tf.sub(x, mean);
  return { centered, mean, variance: tf.mean(tf.square(centered), [...axes], true) };
}

function standardized(centered: tf.Tensor, variance: tf.Tensor, epsilon: number): tf.Tensor {
  return tf.mul(centered, tf.rsqrt(tf.add(variance, epsilon)));
}

function scaled(parameters: Tensors, x: tf.Tensor, name: string): tf.Tensor {
  const scale = parameterOf(parameters, `${name}/scale`);
  return tf.add(tf.mul(x, scale), parameterOf(parameters, `${name}/offset`));
}
