/**
 * Convolutional encoders and decoders: strided convolutions halve the image layer by layer, transposed
 * ones double it again (Dumoulin & Visin 2016, arXiv 1603.07285).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { InputError } from "../lab/core/errors.ts";
import type { Generator } from "../lab/core/random.ts";
import { lecunNormal } from "../lab/compute/initializers.ts";
import {
  convolution,
  convolutionParameters,
  transposedConvolution,
  transposedConvolutionParameters,
} from "../lab/compute/layers/convolution.ts";
import { dense as denseLayer, mlpParameters } from "../lab/compute/networks.ts";
import type { NamedTensors } from "../lab/core/tensor_data.ts";
import type { Network } from "./networks.ts";

/** Side of every kernel. */
const KERNEL = 3;
const HALVED = { stride: 2, padding: "same" } as const;

/**
 * Sizes of the smallest image, [h, w], after as many halvings.
 *
 * @throws InputError for examples that are no images, or whose sides are not halved so often.
 */
function smallest(shape: readonly number[], halvings: number): [height: number, width: number] {
  const factor = 2 ** halvings;
  if (shape.length !== 3 || shape[0] % factor !== 0 || shape[1] % factor !== 0) {
    throw new InputError(
      `Cannot halve images ${halvings} times as their sides must be divisible by ${factor}: ` +
        `[${shape.join(", ")}] (one of filters less, or another side)`,
    );
  }
  return [shape[0] / factor, shape[1] / factor];
}

function stacked(count: number, layer: (i: number) => NamedTensors): NamedTensors {
  return Object.assign({}, ...Array.from({ length: count }, (_, i) => layer(i)));
}

/** Rectified strided convolutions and a dense layer: [B, H·W·C] to [B, outputs]. */
export function convolutionalEncoder(
  shape: readonly number[],
  filters: readonly number[],
  outputs: number,
): Network<[x: tf.Tensor], tf.Tensor2D> {
  const [height, width] = smallest(shape, filters.length);
  const channels = [shape[2], ...filters];
  const flat = height * width * channels[filters.length];
  return {
    initial: (random: Generator) => ({
      ...stacked(filters.length, (i) =>
        convolutionParameters(random, {
          inputs: channels[i],
          filters: channels[i + 1],
          size: KERNEL,
        }, `convolution-${i}`)),
      ...mlpParameters(random, [flat, outputs], { hidden: lecunNormal, prefix: "outputs" }),
    }),
    apply: (parameters, x) => {
      let image: tf.Tensor = tf.reshape(x, [-1, ...shape]);
      for (let i = 0; i < filters.length; i++) {
        image = tf.relu(convolution(parameters, image, `convolution-${i}`, HALVED));
      }
      return denseLayer(parameters, tf.reshape(image, [-1, flat]), "outputs/0");
    },
  };
}

/** Its mirror: a rectified dense layer and transposed convolutions, the last one linear. */
export function convolutionalDecoder(
  inputs: number,
  filters: readonly number[],
  shape: readonly number[],
): Network<[codes: tf.Tensor], tf.Tensor2D> {
  const [height, width] = smallest(shape, filters.length);
  const channels = [shape[2], ...filters].toReversed();
  const flat = height * width * channels[0];
  return {
    initial: (random: Generator) => ({
      ...mlpParameters(random, [inputs, flat], { prefix: "inputs" }),
      ...stacked(filters.length, (i) =>
        transposedConvolutionParameters(random, {
          inputs: channels[i],
          filters: channels[i + 1],
          size: KERNEL,
        }, `convolution-${i}`)),
    }),
    apply: (parameters, codes) => {
      const widened = tf.relu(denseLayer(parameters, codes, "inputs/0"));
      let image: tf.Tensor = tf.reshape(widened, [-1, height, width, channels[0]]);
      for (let i = 0; i < filters.length; i++) {
        const doubled = transposedConvolution(parameters, image, `convolution-${i}`, HALVED);
        image = i + 1 < filters.length ? tf.relu(doubled) : doubled;
      }
      return tf.reshape(image, [-1, shape[0] * shape[1] * shape[2]]) as tf.Tensor2D;
    },
  };
}
