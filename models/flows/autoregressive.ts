/**
 * Autoregressive steps: each coordinate moves by what the coordinates before it say. Examples go to
 * noise in one pass of a masked network; back it takes one pass a coordinate.
 *
 * Papamakarios, Pavlakou, Murray, "Masked Autoregressive Flow for Density Estimation" (2017, arXiv
 * 1705.07057), equations 3 to 5, with the masks of Germain, Gregor, Murray, Larochelle, "MADE" (2015,
 * arXiv 1502.03509), equations 12 and 13.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { belowPrefix } from "../../lab/core/tensor_data.ts";
import { constant, heNormal } from "../../lab/compute/initializers.ts";
import { type Activation, mlp, mlpParameters } from "../../lab/compute/networks.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import type { Bijection } from "./bijections.ts";
import type { FlowStep } from "./flow.ts";

/**
 * The masks of a dense network's kernels, [in, out] each, such that what it gives for a coordinate
 * depends on those before it alone.
 *
 * @param order The place of each coordinate, 1 … D in any order.
 * @param hiddenSizes Widths; hidden units see as far as 1 … D − 1 in turn.
 * @param each Outputs a coordinate, which stand together.
 */
export function autoregressiveMasks(
  order: readonly number[],
  hiddenSizes: readonly number[],
  each: number,
): number[][][] {
  const furthest = Math.max(1, order.length - 1);
  const degrees = [
    order,
    ...hiddenSizes.map((size) => Array.from({ length: size }, (_, k) => 1 + k % furthest)),
  ];
  const outputs = order.flatMap((place) => Array<number>(each).fill(place));
  return [...degrees.slice(1), outputs].map((to, layer) => {
    const last = layer === hiddenSizes.length;
    return degrees[layer].map((from) =>
      to.map((degree) => Number(last ? degree > from : degree >= from))
    );
  });
}

/**
 * An autoregressive step of points.
 *
 * @param size D
 * @param turn Even: coordinates go by those before them; odd: by those behind.
 */
export function autoregressive(
  { size, turn, bijection, hiddenSizes, activation }: {
    readonly size: number;
    readonly turn: number;
    readonly bijection: Bijection;
    readonly hiddenSizes: readonly number[];
    readonly activation: Activation;
  },
): FlowStep {
  const { parameters: each } = bijection;
  const order = Array.from({ length: size }, (_, i) => turn % 2 === 0 ? 1 + i : size - i);
  const masks = autoregressiveMasks(order, hiddenSizes, each);
  /** The numbers of x, [B·D, 1], and their parameters, [B·D, P]. */
  const opened = (x: tf.Tensor, name: string, parameters: Tensors) => {
    const masked = { ...belowPrefix(parameters, `${name}/`) };
    for (const [layer, mask] of masks.entries()) {
      masked[`${layer}/kernel`] = tf.mul(masked[`${layer}/kernel`], tf.tensor2d(mask));
    }
    const said = tf.reshape(mlp(masked, x, activation), [-1, each]);
    return [tf.reshape(x, [-1, 1]) as tf.Tensor2D, said as tf.Tensor2D] as const;
  };
  return {
    initial: (random, name) =>
      mlpParameters(random, [size, ...hiddenSizes, size * each], {
        hidden: heNormal,
        output: (_, shape) => constant(shape, 0),
        prefix: name,
      }),
    forward: (x, name, { parameters }) => {
      const moved = bijection.forward(...opened(x, name, parameters));
      return {
        x: tf.reshape(moved.x, x.shape),
        logDeterminant: tf.sum(tf.reshape(moved.logDerivative, x.shape), 1),
      };
    },
    // Each pass sets one more coordinate right, in their order.
    inverse: (z, name, { parameters }) => {
      const numbers = tf.reshape(z, [-1, 1]) as tf.Tensor2D;
      let x: tf.Tensor = tf.zerosLike(z);
      for (let pass = 0; pass < size; pass++) {
        const [, said] = opened(x, name, parameters);
        x = tf.reshape(bijection.inverse(numbers, said), z.shape);
      }
      return x;
    },
  };
}
