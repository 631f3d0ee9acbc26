/**
 * A continuous step: examples flow along a velocity field dx/dt = v(x, t) from time 1 to noise at time 0,
 * and d log p/dt = −tr ∂v/∂x beside them.
 *
 * Chen, Rubanova, Bettencourt, Duvenaud, "Neural Ordinary Differential Equations" (2018, arXiv
 * 1806.07366), theorem 1; Grathwohl, Chen, Bettencourt, Sutskever, Duvenaud, "FFJORD" (2019, arXiv
 * 1810.01367): the estimate of the trace of equation 8, one probe for the whole way (section 3.1).
 *
 * Differs from the papers: a solver of steps of one length, whose own gradient is descended, in place of
 * an adaptive one with the adjoint; derivatives along directions are carried forwards beside the values.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { belowPrefix } from "../../lab/core/tensor_data.ts";
import { constant, heNormal } from "../../lab/compute/initializers.ts";
import { mlpParameters, parameterOf } from "../../lab/compute/networks.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { solvers } from "../flow_matching/solvers.ts";
import { everywhere } from "../time_network.ts";
import type { FlowStep } from "./flow.ts";

/** A velocity and its derivatives along directions, of x's shape each. */
export interface Field {
  readonly velocity: tf.Tensor;
  readonly along: readonly tf.Tensor[];
}

/**
 * A dense network with tanh units of x [B, D] and a time, and its derivatives J·u along directions u
 * [B, D], which pass layer by layer as (u·W)(1 − tanh²).
 *
 * @param time A scalar.
 */
export function fieldAt(
  parameters: Tensors,
  x: tf.Tensor,
  time: tf.Tensor,
  directions: readonly tf.Tensor[],
): Field {
  const seen = everywhere(time, x);
  const none = tf.zerosLike(seen);
  let units: tf.Tensor = tf.concat([x, seen], 1);
  let along: tf.Tensor[] = directions.map((direction) => tf.concat([direction, none], 1));
  for (let layer = 0; `${layer}/kernel` in parameters; layer++) {
    const kernel = parameterOf(parameters, `${layer}/kernel`) as tf.Tensor2D;
    const product = (rows: tf.Tensor) => tf.matMul(rows as tf.Tensor2D, kernel);
    const sum = tf.add(product(units), parameterOf(parameters, `${layer}/bias`));
    along = along.map(product);
    if (!(`${layer + 1}/kernel` in parameters)) return { velocity: sum, along };
    units = tf.tanh(sum);
    const slope = tf.sub(1, tf.square(units));
    along = along.map((direction) => tf.mul(direction, slope));
  }
  return { velocity: units, along };
}

/**
 * The flow along a learned field of points.
 *
 * @param size D
 * @param trainingSteps Of the solver from time 1 to 0, while training.
 * @param steps The same elsewhere, and back: more, as what the steps of training leave out is no density.
 */
export function continuous(
  { size, hiddenSizes, trainingSteps, steps, solver }: {
    readonly size: number;
    readonly hiddenSizes: readonly number[];
    readonly trainingSteps: number;
    readonly steps: number;
    readonly solver: keyof typeof solvers;
  },
): FlowStep {
  /** Follows d state/dt = rate(state, t) from one time to another. */
  const followed = (
    rate: (state: tf.Tensor, time: tf.Tensor) => tf.Tensor,
    state: tf.Tensor,
    [from, to]: readonly [number, number],
    steps: number,
  ) => {
    const length = tf.scalar((to - from) / steps);
    for (let k = 0; k < steps; k++) {
      state = solvers[solver](rate, state, tf.scalar(from + k * (to - from) / steps), length);
    }
    return state;
  };
  return {
    initial: (random, name) =>
      mlpParameters(random, [size + 1, ...hiddenSizes, size], {
        hidden: heNormal,
        output: (_, shape) => constant(shape, 0),
        prefix: name,
      }),
    forward: (x, name, { parameters, probe, mask }) => {
      const own = belowPrefix(parameters, `${name}/`);
      const directions = probe === undefined ? axes(x) : [probe];
      const rate = (state: tf.Tensor, time: tf.Tensor) => {
        const [point] = tf.split(state, [size, 1], 1);
        const { velocity, along } = fieldAt(own, point, time, directions);
        const trace = tf.addN(
          along.map((column, i) => tf.sum(tf.mul(column, directions[i]), 1, true)),
        );
        return tf.concat([velocity, trace], 1);
      };
      const start = tf.concat([x, tf.zeros([x.shape[0]!, 1])], 1);
      const taken = mask === undefined ? steps : trainingSteps;
      const [z, logDeterminant] = tf.split(followed(rate, start, [1, 0], taken), [size, 1], 1);
      return { x: z, logDeterminant: tf.reshape(logDeterminant, [-1]) };
    },
    inverse: (z, name, { parameters }) => {
      const own = belowPrefix(parameters, `${name}/`);
      return followed((x, time) => fieldAt(own, x, time, []).velocity, z, [0, 1], steps);
    },
  };
}

/** The unit vector of each coordinate, [B, D] each: with them Σ u·Ju is the trace. */
function axes(x: tf.Tensor): tf.Tensor[] {
  const size = x.shape[1]!;
  const rows = tf.zerosLike(x);
  return Array.from({ length: size }, (_, i) => {
    const unit = Array.from({ length: size }, (_, j) => Number(i === j));
    return tf.add(rows, tf.tensor2d([unit]));
  });
}
