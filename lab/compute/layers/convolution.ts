/**
 * Convolutions over images as pure functions of named parameters: `name/kernel` and `name/bias`.
 * As everywhere in the field they are cross-correlations: the kernel is not flipped.
 *
 * Dumoulin, Visin, "A guide to convolution arithmetic for deep learning" (2016, arXiv 1603.07285):
 * lengths of outputs by its relationships 6 (convolution) and 13 (transposed).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { InputError } from "../../core/errors.ts";
import type { Generator } from "../../core/random.ts";
import type { NamedTensors } from "../../core/tensor_data.ts";
import { constant, heNormal, type Initializer } from "../initializers.ts";
import { parameterOf } from "../networks.ts";
import { type Movement, requireMovement, requireWindows } from "../windows.ts";
import type { Tensors } from "../workspace.ts";

export type { Movement };

/** What a convolution's parameters are drawn for. */
export interface ConvolutionOptions {
  /** Channels that enter, ≥ 1. */
  readonly inputs: number;
  /** Channels that leave, ≥ 1. */
  readonly filters: number;
  /** Side K of the square kernel in pixels, ≥ 1. */
  readonly size: number;
  /** Draws the kernel; default He normal. */
  readonly initializer?: Initializer;
  /** Whether there is a bias; default true. Before a normalisation over pixels it has no effect. */
  readonly bias?: boolean;
}

/**
 * Initial parameters of {@linkcode convolution}: `name/kernel` [K, K, inputs, filters], and
 * `name/bias` [filters] of zeros.
 *
 * @throws InputError where a number is no whole one ≥ 1.
 */
export function convolutionParameters(
  random: Generator,
  options: ConvolutionOptions,
  name: string,
): NamedTensors {
  const { inputs, filters, size, initializer = heNormal, bias = true } = checked(options);
  return {
    [`${name}/kernel`]: initializer(random, [size, size, inputs, filters]),
    ...bias && { [`${name}/bias`]: constant([filters], 0) },
  };
}

/**
 * y[b, i, j, f] = bias[f] + Σ_{m, n, c} x[b, s·i + m − p, s·j + n − p, c]·kernel[m, n, c, f]:
 * [B, H, W, inputs] to [B, H′, W′, filters] with H′ = ⌊(H + 2p − K) / s⌋ + 1.
 *
 * @throws InputError for a `name` without parameters, a movement that is none, or a kernel that is larger
 *   than the image.
 */
export function convolution(
  parameters: Tensors,
  x: tf.Tensor,
  name: string,
  { stride = 1, padding = "same" }: Movement = {},
): tf.Tensor4D {
  const kernel = parameterOf(parameters, `${name}/kernel`) as tf.Tensor4D;
  requireWindows("convolve", x, kernel.shape, { stride, padding });
  const moved = tf.conv2d(x as tf.Tensor4D, kernel, stride, padding);
  return withBias(parameters, moved, name);
}

/**
 * Initial parameters of {@linkcode transposedConvolution}: `name/kernel` [K, K, filters, inputs],
 * and `name/bias` [filters] of zeros where there is one. Initializers count K² · filters as the fan-in, as
 * PyTorch and Keras do.
 *
 * @throws InputError where a number is no whole one ≥ 1.
 */
export function transposedConvolutionParameters(
  random: Generator,
  options: ConvolutionOptions,
  name: string,
): NamedTensors {
  const { inputs, filters, size, initializer = heNormal, bias = true } = checked(options);
  return {
    [`${name}/kernel`]: initializer(random, [size, size, filters, inputs]),
    ...bias && { [`${name}/bias`]: constant([filters], 0) },
  };
}

/**
 * The gradient of a convolution with respect to its image, as a layer: each pixel of x adds the
 * kernel, scaled by it, to the output at s times its place. [B, H, W, inputs] to
 * [B, H′, W′, filters] with H′ = s·H (`same`) or s·(H − 1) + K − 2p, p = 0 where `valid`.
 *
 * @throws InputError for a `name` without parameters, or a movement that is none.
 */
export function transposedConvolution(
  parameters: Tensors,
  x: tf.Tensor,
  name: string,
  { stride = 1, padding = "same" }: Movement = {},
): tf.Tensor4D {
  const kernel = parameterOf(parameters, `${name}/kernel`) as tf.Tensor4D;
  requireMovement("convolve", { stride, padding });
  const [batch, height, width] = x.shape;
  const [kernelHeight, kernelWidth, filters] = kernel.shape;
  const border = padding === "valid" ? 0 : padding;
  const over = (length: number, size: number) =>
    border === "same" ? stride * length : stride * (length - 1) + size - 2 * border;
  const shape = [batch, over(height!, kernelHeight), over(width!, kernelWidth), filters];
  const spread = tf.conv2dTranspose(
    x as tf.Tensor4D,
    kernel,
    shape as [number, number, number, number],
    stride,
    padding,
  );
  return withBias(parameters, spread, name);
}

/** x and the bias of a layer that has one. */
function withBias(parameters: Tensors, x: tf.Tensor4D, name: string): tf.Tensor4D {
  const bias = parameters[`${name}/bias`];
  return bias === undefined ? x : tf.add(x, bias);
}

function checked(options: ConvolutionOptions): ConvolutionOptions {
  for (const field of ["inputs", "filters", "size"] as const) {
    const value = options[field];
    if (Number.isInteger(value) && value >= 1) continue;
    throw new InputError(
      `Cannot make a convolution as ${field} must be a whole number ≥ 1: ${value}`,
    );
  }
  return options;
}
