/**
 * Coupling steps: one part of the coordinates stays, and says how each coordinate of the other moves.
 * The Jacobian is triangular, and the inverse costs what the step does, whatever the network.
 *
 * Dinh, Krueger, Bengio (2015, arXiv 1410.8516), section 3.2; Dinh, Sohl-Dickstein, Bengio (2017, arXiv
 * 1605.08803), equations 4 to 8.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { InputError } from "../../lab/core/errors.ts";
import { belowPrefix, prefixed } from "../../lab/core/tensor_data.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import type { Network } from "../networks.ts";
import type { Bijection } from "./bijections.ts";
import type { FlowStep } from "./flow.ts";

/** A network of as many inputs and outputs on the last axis. */
export type Conditioner = (inputs: number, outputs: number) => Network<[x: tf.Tensor], tf.Tensor>;

/**
 * Couplings of the last axis, whose halves take turns.
 *
 * @param channels C, the length of the last axis: D of points.
 * @param turn Even: the first half stays; odd: the second.
 * @throws InputError where there is but one coordinate.
 */
export function coupling(
  { channels, turn, bijection, conditioner }: {
    readonly channels: number;
    readonly turn: number;
    readonly bijection: Bijection;
    readonly conditioner: Conditioner;
  },
): FlowStep {
  if (channels < 2) {
    throw new InputError(
      `Cannot couple coordinates as there must be two at least, one to go by and one to move: ${channels}`,
    );
  }
  const half = Math.floor(channels / 2);
  const sizes = [half, channels - half];
  const [staying, moving] = turn % 2 === 0 ? [0, 1] : [1, 0];
  const network = conditioner(sizes[staying], sizes[moving] * bijection.parameters);
  /** The parts, the numbers of the one that moves [N, 1], and their parameters [N, P]. */
  const opened = (x: tf.Tensor, name: string, parameters: Tensors) => {
    const parts = tf.split(x, sizes, x.rank - 1);
    const said = network.apply(belowPrefix(parameters, `${name}/`), parts[staying]);
    return {
      parts,
      numbers: tf.reshape(parts[moving], [-1, 1]) as tf.Tensor2D,
      said: tf.reshape(said, [-1, bijection.parameters]) as tf.Tensor2D,
    };
  };
  const joined = (parts: readonly tf.Tensor[], moved: tf.Tensor) => {
    const shaped = tf.reshape(moved, parts[moving].shape);
    return tf.concat(parts.with(moving, shaped), shaped.rank - 1);
  };
  return {
    initial: (random, name) => prefixed(network.initial(random), `${name}/`),
    forward: (x, name, { parameters }) => {
      const { parts, numbers, said } = opened(x, name, parameters);
      const { x: moved, logDerivative } = bijection.forward(numbers, said);
      const each = tf.reshape(logDerivative, [x.shape[0]!, -1]);
      return { x: joined(parts, moved), logDeterminant: tf.sum(each, 1) };
    },
    inverse: (z, name, { parameters }) => {
      const { parts, numbers, said } = opened(z, name, parameters);
      return joined(parts, bijection.inverse(numbers, said));
    },
  };
}
