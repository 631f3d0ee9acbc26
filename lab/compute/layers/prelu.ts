/**
 * Parametric ReLU: a leaky ReLU whose slope below zero is learned, one for each channel. He, Zhang,
 * Ren, Sun, "Delving Deep into Rectifiers" (2015, arXiv 1502.01852), equation 1.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../core/tensor_data.ts";
import { constant } from "../initializers.ts";
import { parameterOf } from "../networks.ts";
import type { Tensors } from "../workspace.ts";

/** Initial parameters: `name/slope` [channels], 0.25 each (section 2.1). */
export function preluParameters(channels: number, name: string): NamedTensors {
  return { [`${name}/slope`]: constant([channels], 0.25) };
}

/**
 * y = max(0, x) + α·min(0, x), with α the slope of the channel (the last axis); of x's shape.
 *
 * @throws InputError for a `name` without parameters.
 */
export function prelu(parameters: Tensors, x: tf.Tensor, name: string): tf.Tensor {
  const below = tf.relu(tf.neg(x));
  return tf.sub(tf.relu(x), tf.mul(parameterOf(parameters, `${name}/slope`), below));
}
