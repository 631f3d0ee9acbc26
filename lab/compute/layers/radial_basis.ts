/**
 * Radial basis functions: units that are the more active the nearer an input lies to their centre.
 * Broomhead, Lowe, "Multivariable Functional Interpolation and Adaptive Networks" (1988).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Generator } from "../../core/random.ts";
import type { NamedTensors } from "../../core/tensor_data.ts";
import { type Initializer, normal } from "../initializers.ts";
import { parameterOf } from "../networks.ts";
import type { Tensors } from "../workspace.ts";

/** Initial parameters: `name/centers` [units, D], drawn from N(0, 1) where nothing else is said. */
export function radialBasisParameters(
  random: Generator,
  [size, units]: readonly [size: number, units: number],
  name: string,
  initializer: Initializer = normal,
): NamedTensors {
  return { [`${name}/centers`]: initializer(random, [units, size]) };
}

/**
 * y_j = exp(−‖x − c_j‖² / 2s²), [B, D] to [B, units].
 *
 * @param width s > 0, default 1.
 * @throws InputError for a `name` without parameters.
 */
export function radialBasis(
  parameters: Tensors,
  x: tf.Tensor,
  name: string,
  width = 1,
): tf.Tensor2D {
  const centers = parameterOf(parameters, `${name}/centers`);
  const apart = tf.sub(tf.expandDims(x, 1), tf.expandDims(centers, 0));
  return tf.exp(tf.mul(tf.sum(tf.square(apart), 2), -1 / (2 * width * width)));
}
