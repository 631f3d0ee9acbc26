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
 * one of 3 × 3 pixels.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { count } from "../../lab/compute/sizes.ts";
import { InputError } from "../../lab/core/errors.ts";
import { defineModel } from "../define_model.ts";
import type { Drawn, Model } from "../model.ts";
import type { Applied } from "../networks.ts";
import { bitFields, chainRule, coin, ofBits } from "./bits.ts";
import { gated, padded, part, pixelcnnLogits, REACH, type Stacks, stacksOf } from "./stacks.ts";

const configuration = z.strictObject({
  ...bitFields,
  batchesPerIteration: bitFields.batchesPerIteration.default(10),
  features: count(1, 1024).default(16).meta({ description: "F, feature maps of each layer" }),
  layers: count(1, 64).default(4).meta({ description: "Gated layers, the first one included" }),
});

type Fields = z.output<typeof configuration>;

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
  const { vertical, link, horizontal, logits, height, width, depth, features } = stacks(labels);
  const lengths = [width, (height - 1) * width, ...Array(depth - 1).fill(width * features)];
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
    seen = tf.concat([tf.reshape(kept[l], [-1, 1, width, features]), above], 1);
    next.push(tf.reshape(above, [-1, width * features]));
  }
  const pixel = (features: number) => tf.zeros([chain.shape[0]!, 1, 1, features]);
  const bits: tf.Tensor[] = Array.from({ length: REACH }, () => pixel(1));
  const before = Array.from({ length: depth }, () => pixel(features));
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
      if (shape.shape[0] < 2) {
        throw new InputError(
          `Cannot train ${about.name} as images must have two rows at least: ${shape.shape[0]}`,
        );
      }
      return stacksOf(shape, configuration, isConditional ? shape.classes : 0);
    },
    ...chainRule<Stacks, Fields>((networks, batch) =>
      pixelcnnLogits(networks, batch.x, labelsOf(batch))
    ),
    sampleNoise: ({ size }) => ({ coins: ["uniform", [size]] }),
    sample: ({ stacks }, { noise: { coins } }) => {
      const { width, depth, features } = stacks();
      return tf.pad(coins as tf.Tensor2D, [[0, 0], [0, (depth - 1) * width * features]]);
    },
    sampler: {
      steps: ({ shape: [height] }) => height,
      at: (row) => ({ row }),
      size: ({ size, shape: [, width] }, { layers, features }) =>
        size + (layers - 1) * width * features,
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
