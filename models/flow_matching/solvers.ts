/**
 * Steps of explicit solvers along a velocity field dx/dt = v(x, t), of fixed length.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { count, LONGEST } from "../../lab/compute/sizes.ts";

/** v(x, t), [B, D], of points [B, D] and a scalar time. */
export type Velocity = (x: tf.Tensor, time: tf.Tensor) => tf.Tensor;

/** x + h·v. */
function moved(x: tf.Tensor, velocity: tf.Tensor, length: tf.Tensor): tf.Tensor {
  return tf.add(x, tf.mul(velocity, length));
}

/** The point after a step of `length` h from time t on, by the solver's name. */
export const solvers = {
  /** x + h v(x, t): error O(h). */
  euler: (v: Velocity, x: tf.Tensor, time: tf.Tensor, length: tf.Tensor): tf.Tensor =>
    moved(x, v(x, time), length),
  /** x + h v(x + ½h v(x, t), t + ½h): error O(h²), two evaluations. */
  midpoint: (v: Velocity, x: tf.Tensor, time: tf.Tensor, length: tf.Tensor): tf.Tensor => {
    const half = tf.mul(length, 0.5);
    return moved(x, v(moved(x, v(x, time), half), tf.add(time, half)), length);
  },
  /** x + ½h (v(x, t) + v(x + h v(x, t), t + h)): error O(h²), two evaluations. */
  heun: (v: Velocity, x: tf.Tensor, time: tf.Tensor, length: tf.Tensor): tf.Tensor => {
    const first = v(x, time);
    const second = v(moved(x, first, length), tf.add(time, length));
    return moved(x, tf.div(tf.add(first, second), 2), length);
  },
  /** The classical Runge-Kutta step: error O(h⁴), four evaluations. */
  rk4: (v: Velocity, x: tf.Tensor, time: tf.Tensor, length: tf.Tensor): tf.Tensor => {
    const half = tf.mul(length, 0.5);
    const middle = tf.add(time, half);
    const first = v(x, time);
    const second = v(moved(x, first, half), middle);
    const third = v(moved(x, second, half), middle);
    const fourth = v(moved(x, third, length), tf.add(time, length));
    const inner = tf.mul(tf.add(second, third), 2);
    return moved(x, tf.div(tf.add(tf.add(first, fourth), inner), 6), length);
  },
};

/** Fields of every model whose samples follow a velocity field. */
export const solverFields = {
  samplerSteps: count(1, LONGEST).default(100).meta({
    description: "Steps from source to sample",
    unit: "steps",
  }),
  solver: z.enum(["euler", "midpoint", "heun", "rk4"]).default("euler").meta({
    description: "What a step is: one, two, two or four evaluations of the network",
  }),
};
