/**
 * The two stacks of the gated PixelCNN (van den Oord et al. 2016, arXiv 1606.05328, section 2.2 and
 * figure 2). Kernels are as large as their masks would leave them, so that no product is with 0.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { lecunNormal } from "../../lab/compute/initializers.ts";
import { convolution } from "../../lab/compute/layers/convolution.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import type { Generator } from "../../lab/core/random.ts";
import { type NamedTensors, zeros } from "../../lab/core/tensor_data.ts";
import type { ExampleShape } from "../model.ts";
import type { Applied, Network } from "../networks.ts";

/** Pixels above and beside that the first layer sees; the others see one. */
export const REACH = 3;

/** What the network depends on. */
interface Sizes {
  /** F: channels of each layer. */
  readonly channels: number;
  /** How many there are. */
  readonly layers: number;
}

/** Kernels of each layer, of the rows up to a pixel's, and of the pixels before it or up to it. */
function initial(random: Generator, { channels, layers }: Sizes, classes: number): NamedTensors {
  const draw = (name: string, shape: readonly number[]) => ({
    [`${name}/kernel`]: lecunNormal(random, shape),
    [`${name}/bias`]: zeros([shape.at(-1)!], "float32"),
  });
  const layer = (_: unknown, l: number) => {
    const [rows, beside, inputs] = l === 0 ? [REACH, REACH, 1] : [2, 1, channels];
    return {
      ...draw(`${l}/vertical`, [rows, 2 * beside + 1, inputs, 2 * channels]),
      ...draw(`${l}/horizontal`, [1, rows, inputs, 2 * channels]),
      ...draw(`${l}/link`, [1, 1, 2 * channels, 2 * channels]),
      ...draw(`${l}/out`, [1, 1, channels, channels]),
      ...classes > 0 && { [`${l}/class`]: lecunNormal(random, [classes, 4 * channels]) },
    };
  };
  return Object.assign(
    {},
    ...Array.from({ length: layers }, layer),
    draw("hidden", [1, 1, channels, channels]),
    draw("logits", [1, 1, channels, 1]),
  );
}

/** Zeros above and beside an image [B, H, W, C]. */
export function padded(x: tf.Tensor, top: number, left: number, right = 0): tf.Tensor {
  return tf.pad(x, [[0, 0], [top, 0], [left, right], [0, 0]]);
}

/** Part of the rows and columns of an image [B, H, W, C]. */
export function part(x: tf.Tensor, [row, rows]: number[], [column, columns]: number[]): tf.Tensor {
  return tf.slice(x, [0, row, column, 0], [x.shape[0]!, rows, columns, x.shape[3]!]);
}

/** tanh(a) ⊙ σ(b) of channels [a, b]. Equation 2. */
export function gated(x: tf.Tensor): tf.Tensor {
  const [a, b] = tf.split(x, 2, 3);
  return tf.mul(tf.tanh(a), tf.sigmoid(b));
}

/** The layers, each a function of what it sees and of nothing beside it. */
function layersOf(
  parameters: Tensors,
  { shape: [height, width] }: ExampleShape,
  { layers: depth, channels }: Sizes,
  labels?: tf.Tensor2D,
) {
  const convolve = (x: tf.Tensor, name: string) =>
    convolution(parameters, x, name, { padding: "valid" });
  /** With what the class adds to a stack, [B, 1, 1, 2F]. Equation 4. */
  const told = (x: tf.Tensor, l: number, stack: 0 | 1) => {
    if (labels === undefined) return x;
    const both = tf.matMul(labels, parameters[`${l}/class`] as tf.Tensor2D);
    return tf.add(x, tf.reshape(tf.split(both, 2, 1)[stack], [-1, 1, 1, 2 * channels]));
  };
  return {
    ...{ height, width, depth, channels },
    /** Of the rows up to one, [B, R, W, C] to [B, 1, W, 2F]; or of as many rows as there are. */
    vertical: (x: tf.Tensor, l: number) => {
      const beside = l === 0 ? REACH : 1;
      return told(convolve(padded(x, 0, beside, beside), `${l}/vertical`), l, 0);
    },
    /** What the vertical stack found of the rows above, for the horizontal one. */
    link: (x: tf.Tensor, l: number) => convolve(x, `${l}/link`),
    /** Of the pixels up to one, [B, 1, R, C] to [B, 1, 1, F]; or of as many as there are. */
    horizontal: (x: tf.Tensor, linked: tf.Tensor, l: number) => {
      const sums = told(tf.add(convolve(x, `${l}/horizontal`), linked), l, 1);
      return convolve(gated(sums), `${l}/out`);
    },
    logits: (x: tf.Tensor) => convolve(tf.relu(convolve(tf.relu(x), "hidden")), "logits"),
  };
}

/** The two stacks, given the classes where they are told them. */
export type Stacks = {
  readonly stacks: Network<[labels?: tf.Tensor2D], ReturnType<typeof layersOf>>;
};

/** The two stacks for images, told one of so many classes; 0: none. */
export function stacksOf(shape: ExampleShape, sizes: Sizes, classes: number): Stacks {
  return {
    stacks: {
      initial: (random) => initial(random, sizes, classes),
      apply: (parameters, labels) => layersOf(parameters, shape, sizes, labels),
    },
  };
}

/** The logits of all pixels, [B, D] to [B, D]. */
export function pixelcnnLogits(
  { stacks }: Applied<Stacks>,
  x: tf.Tensor,
  labels?: tf.Tensor2D,
): tf.Tensor2D {
  const { vertical, link, horizontal, logits, height, width, depth } = stacks(labels);
  let above: tf.Tensor = tf.reshape(x, [-1, height, width, 1]);
  let row = above;
  for (let l = 0; l < depth; l++) {
    const sums = vertical(padded(above, l === 0 ? REACH - 1 : 1, 0), l);
    const linked = link(padded(part(sums, [0, height - 1], [0, width]), 1, 0), l);
    row = l === 0
      ? horizontal(part(padded(row, 0, REACH), [0, height], [0, width + REACH - 1]), linked, l)
      : tf.add(horizontal(padded(row, 0, 1), linked, l), row);
    above = gated(sums);
  }
  return tf.reshape(logits(row), [-1, height * width]);
}
