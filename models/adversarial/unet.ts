/**
 * U-Net: an image halved and doubled again, where each doubling also sees what its halving saw.
 *
 * Ronneberger, Fischer, Brox, "U-Net" (2015, arXiv 1505.04597), as Isola et al. (2017, arXiv
 * 1611.07004), section 6.1.1, use it.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  convolution,
  convolutionParameters,
  transposedConvolution,
  transposedConvolutionParameters,
} from "../../lab/compute/layers/convolution.ts";
import {
  instanceNormalization,
  normalizationParameters,
} from "../../lab/compute/layers/normalization.ts";
import { activations } from "../../lab/compute/networks.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { smallestOf } from "../convolutional.ts";
import type { Network } from "../networks.ts";
import { smallNormal } from "./bodies.ts";

const SIZE = 4;
const HALVED = { stride: 2 };
const leaky = activations["leaky-relu"];

/**
 * [B, H, W, C] to [B, H, W, outputs], linear: convolutions that halve, transposed ones that double, 4 × 4
 * pixels each, instance normalisation but for the first and the innermost layer.
 *
 * @param filters Of each halving, the widest image first.
 * @throws InputError where the sides cannot be halved so often.
 */
export function unet(
  shape: readonly number[],
  filters: readonly number[],
  outputs: number,
): Network<[images: tf.Tensor], tf.Tensor4D> {
  smallestOf(shape, filters.length);
  const channels = [shape[2], ...filters];
  const depth = filters.length;
  /** Channels that leave the doubling at a depth. */
  const left = (level: number) => level === 0 ? outputs : channels[level];
  /** Channels that enter it: what came from below, and beside it what the halving gave. */
  const entered = (level: number) => (level + 1 === depth ? 1 : 2) * channels[level + 1];
  const normalized = (level: number) => level > 0 && level + 1 < depth;
  const kernel = (inputs: number, filters: number, bias: boolean) => ({
    ...{ inputs, filters, size: SIZE, initializer: smallNormal, bias },
  });
  return {
    initial: (random) => {
      const parameters: NamedTensors = {};
      for (let level = 0; level < depth; level++) {
        Object.assign(
          parameters,
          convolutionParameters(
            random,
            kernel(channels[level], channels[level + 1], !normalized(level)),
            `down/${level}`,
          ),
          transposedConvolutionParameters(
            random,
            kernel(entered(level), left(level), level === 0),
            `up/${level}`,
          ),
          normalized(level) && normalizationParameters(channels[level + 1], `down-norm/${level}`),
          level > 0 && normalizationParameters(left(level), `up-norm/${level}`),
        );
      }
      return parameters;
    },
    apply: (parameters, images) => {
      const through = (x: tf.Tensor, level: number): tf.Tensor => {
        const halved = convolution(parameters, x, `down/${level}`, HALVED);
        const below = leaky(
          normalized(level)
            ? instanceNormalization(parameters, halved, `down-norm/${level}`)
            : halved,
        );
        const inner = level + 1 === depth
          ? below
          : tf.concat([below, through(below, level + 1)], 3);
        const doubled = transposedConvolution(parameters, inner, `up/${level}`, HALVED);
        if (level === 0) return doubled;
        return tf.relu(instanceNormalization(parameters, doubled, `up-norm/${level}`));
      };
      return through(images, 0) as tf.Tensor4D;
    },
  };
}
