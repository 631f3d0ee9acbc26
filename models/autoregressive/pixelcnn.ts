/**
 * Gated PixelCNN: convolutions that see the pixels above and to the left alone, in two stacks. The
 * vertical one sees the rows above, the horizontal one the row's own pixels before, and what the
 * vertical one found; together they have no blind spot.
 *
 * Van den Oord, Kalchbrenner, Vinyals, Espeholt, Graves, Kavukcuoglu, "Conditional Image Generation with
 * PixelCNN Decoders" (2016, arXiv 1606.05328): gates of equation 2, the class of equation 4, the two
 * stacks of section 2.2 and figure 2.
 *
 * Differs from the paper: bits in place of 256 levels, fewer and narrower layers, each but the first
 * one of 3 × 3 pixels. Kernels are as large as their masks would leave them, so that no product is with 0.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { lecunNormal } from "../../lab/compute/initializers.ts";
import { convolution } from "../../lab/compute/layers/convolution.ts";
import { count } from "../../lab/compute/sizes.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { InputError } from "../../lab/core/errors.ts";
import type { Generator } from "../../lab/core/random.ts";
import { type NamedTensors, zeros } from "../../lab/core/tensor_data.ts";
import { defineModel } from "../define_model.ts";
import type { Drawn, ExampleShape, Model } from "../model.ts";
import type { Applied, Network } from "../networks.ts";
import { bitFields, chainRule, coin, ofBits } from "./bits.ts";

const configuration = z.strictObject({
  ...bitFields,
  channels: count(1, 1024).default(16).meta({ description: "F, channels of each layer" }),
  layers: count(1, 64).default(4).meta({ description: "Gated layers, the first one included" }),
});

type Fields = z.output<typeof configuration>;

/** Pixels above and beside that the first layer sees; the others see one. */
const REACH = 3;

// The network.

/** Kernels of each layer, of the rows up to a pixel's, and of the pixels before it or up to it. */
function initial(random: Generator, { channels, layers }: Fields, classes: number): NamedTensors {
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
function padded(x: tf.Tensor, top: number, left: number, right = 0): tf.Tensor {
  return tf.pad(x, [[0, 0], [top, 0], [left, right], [0, 0]]);
}

/** Part of the rows and columns of an image [B, H, W, C]. */
function part(x: tf.Tensor, [row, rows]: number[], [column, columns]: number[]): tf.Tensor {
  return tf.slice(x, [0, row, column, 0], [x.shape[0]!, rows, columns, x.shape[3]!]);
}

/** tanh(a) ⊙ σ(b) of channels [a, b]. Equation 2. */
function gated(x: tf.Tensor): tf.Tensor {
  const [a, b] = tf.split(x, 2, 3);
  return tf.mul(tf.tanh(a), tf.sigmoid(b));
}

/** The layers, each a function of what it sees and of nothing beside it. */
function layersOf(
  parameters: Tensors,
  { shape: [height, width] }: ExampleShape,
  { layers: depth, channels }: Fields,
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

/** The two stacks. */
export type Stacks = {
  readonly stacks: Network<[labels?: tf.Tensor2D], ReturnType<typeof layersOf>>;
};

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

// Sampling.

/**
 * A row, drawn pixel by pixel: what the vertical stack finds of the rows above is the same for all of
 * its pixels.
 *
 * @param chain [B, …]: the noise of the rows to come, the rows that are drawn, and for each layer but
 *   the first what it was given of the row above the last.
 * @param row The row's number.
 */
export function drawRow(
  { stacks }: Applied<Stacks>,
  chain: tf.Tensor,
  row: tf.Tensor,
  labels?: tf.Tensor2D,
): tf.Tensor {
  const { vertical, link, horizontal, logits, height, width, depth, channels } = stacks(labels);
  const lengths = [width, (height - 1) * width, ...Array(depth - 1).fill(width * channels)];
  const [noise, others, ...kept] = tf.split(chain, lengths, 1);
  // The rows above, of which some may lie beyond the image.
  const image = padded(tf.reshape(others, [-1, height - 1, width, 1]), REACH, 0);
  const last = part(image, [height - 1, REACH], [0, width]);
  const isInside = tf.cast(tf.greaterEqual(tf.add(tf.range(-REACH, 0), row), 0), "float32");
  let seen = tf.mul(last, tf.reshape(isInside, [1, REACH, 1, 1]));
  const hasAbove = tf.slice(isInside, [REACH - 1], [1]);
  const links: tf.Tensor[] = [];
  const next: tf.Tensor[] = [];
  for (let l = 0; l < depth; l++) {
    const sums = tf.mul(vertical(seen, l), hasAbove);
    links.push(link(sums, l));
    if (l + 1 === depth) break;
    const above = gated(sums);
    seen = tf.concat([tf.reshape(kept[l], [-1, 1, width, channels]), above], 1);
    next.push(tf.reshape(above, [-1, width * channels]));
  }
  const pixel = (channels: number) => tf.zeros([chain.shape[0]!, 1, 1, channels]);
  const bits: tf.Tensor[] = Array.from({ length: REACH }, () => pixel(1));
  const before = Array.from({ length: depth }, () => pixel(channels));
  for (let j = 0; j < width; j++) {
    let h: tf.Tensor = tf.concat(bits.slice(-REACH), 2);
    for (let l = 0; l < depth; l++) {
      const linked = part(links[l], [0, 1], [j, 1]);
      if (l === 0) h = horizontal(h, linked, l);
      else {
        const both = tf.concat([before[l], h], 2);
        before[l] = h;
        h = tf.add(horizontal(both, linked, l), h);
      }
    }
    const uniform = tf.reshape(tf.slice(noise, [0, j], [-1, 1]), [-1, 1, 1, 1]);
    bits.push(coin(logits(h), uniform));
  }
  const drawn = tf.reshape(tf.concat(bits.slice(REACH), 2), [-1, width]);
  return tf.concat([others, drawn, ...next], 1);
}

// The models.

function pixelcnnOf(
  { isConditional, ...about }:
    & Pick<Model<Fields, Stacks>, "name" | "summary">
    & { readonly isConditional: boolean },
) {
  const labelsOf = (seen: Drawn) => isConditional ? seen.labels : undefined;
  return defineModel({
    ...ofBits,
    ...about,
    takes: { examples: ["images"], values: "binary", ...isConditional && { labels: "required" } },
    configuration,
    networks: (shape, configuration): Stacks => {
      if (shape.shape[2] !== 1) {
        throw new InputError(
          `Cannot train ${about.name} as images must have one channel: ${shape.shape[2]}`,
        );
      }
      return {
        stacks: {
          initial: (random) => initial(random, configuration, isConditional ? shape.classes : 0),
          apply: (parameters, labels) => layersOf(parameters, shape, configuration, labels),
        },
      };
    },
    ...chainRule<Stacks, Fields>((networks, batch) =>
      pixelcnnLogits(networks, batch.x, labelsOf(batch))
    ),
    sampleNoise: ({ size }) => ({ coins: ["uniform", [size]] }),
    sample: ({ stacks }, { noise: { coins } }) => {
      const { width, depth, channels } = stacks();
      return tf.pad(coins as tf.Tensor2D, [[0, 0], [0, (depth - 1) * width * channels]]);
    },
    sampler: {
      steps: ({ shape: [height] }) => height,
      at: (row) => ({ row }),
      size: ({ size, shape: [, width] }, { layers, channels }) =>
        size + (layers - 1) * width * channels,
      step: (networks, seen) => drawRow(networks, seen.x, seen.at.row, labelsOf(seen)),
      finish: ({ stacks }, { x }) => {
        const { height, width } = stacks();
        return tf.slice(x, [0, 0], [x.shape[0]!, height * width]);
      },
    },
  });
}

/** The gated PixelCNN. */
export const pixelcnn = pixelcnnOf({
  name: "pixelcnn",
  summary: "Gated PixelCNN: convolutions that see the pixels above and to the left",
  isConditional: false,
});

/** The gated PixelCNN under a class. */
export const conditionalPixelcnn = pixelcnnOf({
  name: "conditional-pixelcnn",
  summary: "Gated PixelCNN that is told the class, and draws the one asked for",
  isConditional: true,
});
