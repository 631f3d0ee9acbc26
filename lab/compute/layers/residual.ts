/**
 * Residual blocks. He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition" (2016, arXiv
 * 1512.03385), equations 1 and 2, figure 2.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Generator } from "../../core/random.ts";
import type { NamedTensors } from "../../core/tensor_data.ts";
import type { Tensors } from "../workspace.ts";
import { convolution, type ConvolutionOptions, convolutionParameters } from "./convolution.ts";

/** What a block's parameters are drawn for. */
export interface ResidualOptions extends Omit<ConvolutionOptions, "size"> {
  /** Side of the two kernels in pixels; default 3. */
  readonly size?: number;
  /** Pixels from one window of the first convolution to the next; default 1. */
  readonly stride?: number;
}

/**
 * Initial parameters of {@linkcode residualBlock}: convolutions `name/0` and `name/1`, and the
 * projection `name/shortcut` of 1 × 1 pixels where channels or size change.
 *
 * @throws InputError where a number is no whole one ≥ 1.
 */
export function residualBlockParameters(
  random: Generator,
  { inputs, filters, size = 3, stride = 1, initializer, bias }: ResidualOptions,
  name: string,
): NamedTensors {
  const drawn = (inputs: number, size: number, layer: string) =>
    convolutionParameters(random, { inputs, filters, size, initializer, bias }, `${name}/${layer}`);
  return {
    ...drawn(inputs, size, "0"),
    ...drawn(filters, size, "1"),
    ...inputs === filters && stride === 1 ? {} : drawn(inputs, 1, "shortcut"),
  };
}

/**
 * y = relu(F(x) + x) with F(x) = conv₁(relu(conv₀(x))): [B, H, W, inputs] to
 * [B, ⌈H/s⌉, ⌈W/s⌉, filters]. Where channels or size change a projection W_s·x takes the place of x
 * (equation 2).
 *
 * @param options.stride That of {@linkcode residualBlockParameters}; default 1.
 * @param options.normalize What follows each convolution, as
 *   `(y, name) => layerNormalization(parameters, y, name)`, whose name ends in `norm0` or `norm1`;
 *   default: nothing.
 * @throws InputError for a `name` without parameters.
 */
export function residualBlock(
  parameters: Tensors,
  x: tf.Tensor,
  name: string,
  { stride = 1, normalize = (y) => y }: {
    readonly stride?: number;
    readonly normalize?: (y: tf.Tensor, name: string) => tf.Tensor;
  } = {},
): tf.Tensor {
  const first = convolution(parameters, x, `${name}/0`, { stride });
  const hidden = tf.relu(normalize(first, `${name}/norm0`));
  const change = normalize(convolution(parameters, hidden, `${name}/1`), `${name}/norm1`);
  const shortcut = `${name}/shortcut/kernel` in parameters
    ? convolution(parameters, x, `${name}/shortcut`, { stride })
    : x;
  return tf.relu(tf.add(change, shortcut));
}
