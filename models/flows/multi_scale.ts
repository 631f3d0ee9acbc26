/**
 * Flows of images at several scales: blocks of pixels become channels, and after some steps half of the
 * channels are noise enough while the others go on at half the size.
 *
 * Dinh, Sohl-Dickstein, Bengio (2017, arXiv 1605.08803), section 3.6 and figure 4; Kingma & Dhariwal
 * (2018, arXiv 1807.03039), figure 2b.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { InputError } from "../../lab/core/errors.ts";
import { constant } from "../../lab/compute/initializers.ts";
import { convolution, convolutionParameters } from "../../lab/compute/layers/convolution.ts";
import type { Conditioner } from "./coupling.ts";
import { chain, type FlowStep } from "./flow.ts";

/** [H, W, C] of images. */
type ImageShape = readonly [height: number, width: number, channels: number];

/** [B, H, W, C] to [B, H/2, W/2, 4C]: each block of 2 × 2 pixels becomes one of four times the channels. */
function squeezed(x: tf.Tensor, [height, width, channels]: ImageShape): tf.Tensor {
  const pairs = tf.reshape(x, [-1, 2, width / 2, 2 * channels]);
  return tf.reshape(tf.transpose(pairs, [0, 2, 1, 3]), [-1, height / 2, width / 2, 4 * channels]);
}

/** The inverse of {@linkcode squeezed}, to images of the shape given. */
function spread(z: tf.Tensor, [height, width, channels]: ImageShape): tf.Tensor {
  const pairs = tf.reshape(z, [-1, width / 2, 2, 2 * channels]);
  return tf.reshape(tf.transpose(pairs, [0, 2, 1, 3]), [-1, height, width, channels]);
}

/**
 * A flow of images as rows [B, H·W·C] at several scales.
 *
 * @param shape [H, W, C]
 * @param scales Times that the image is halved, ≥ 1.
 * @param stepsAt The steps of one scale, for so many channels.
 * @throws InputError where a side cannot be halved so often.
 */
export function multiScale(
  shape: ImageShape,
  scales: number,
  stepsAt: (channels: number) => readonly FlowStep[],
): FlowStep {
  const [height, width, channels] = shape;
  const least = 2 ** scales;
  if (height % least !== 0 || width % least !== 0) {
    throw new InputError(
      `Cannot halve images ${scales} times as both sides must be multiples of ${least}: ` +
        `${height} × ${width}`,
    );
  }
  const here = chain(stepsAt(4 * channels));
  const further = scales === 1
    ? undefined
    : multiScale([height / 2, width / 2, 2 * channels], scales - 1, stepsAt);
  const rows = (x: tf.Tensor) => tf.reshape(x, [x.shape[0]!, -1]);
  const names = (name: string) => [`${name}/here`, `${name}/further`] as const;
  return {
    initial: (random, name) => {
      const [own, next] = names(name);
      return { ...here.initial(random, own), ...further?.initial?.(random, next) };
    },
    keeps: (name) => {
      const [own, next] = names(name);
      return { ...here.keeps(own), ...further?.keeps?.(next) };
    },
    forward: (x, name, surroundings) => {
      const [own, next] = names(name);
      const moved = here.forward(squeezed(x, shape), own, surroundings);
      if (further === undefined) return { ...moved, x: rows(moved.x) };
      const [noise, others] = tf.split(moved.x, 2, 3);
      const deeper = further.forward(rows(others), next, surroundings);
      return {
        x: tf.concat([rows(noise), deeper.x], 1),
        logDeterminant: tf.add(moved.logDeterminant, deeper.logDeterminant),
        kept: { ...moved.kept, ...deeper.kept },
      };
    },
    inverse: (z, name, surroundings) => {
      const [own, next] = names(name);
      const blocks = (x: tf.Tensor, channels: number) =>
        tf.reshape(x, [x.shape[0]!, height / 2, width / 2, channels]);
      let whole = z;
      if (further !== undefined) {
        const [noise, others] = tf.split(z, 2, 1);
        const deeper = further.inverse(others, next, surroundings);
        const halves = [noise, deeper].map((half) => blocks(half, 2 * channels));
        whole = tf.concat(halves, 3);
      }
      return rows(spread(here.inverse(blocks(whole, 4 * channels), own, surroundings), shape));
    },
  };
}

/** Quarters of the last axis in another order. */
function ordered(x: tf.Tensor, order: readonly number[]): tf.Tensor {
  const axis = x.rank - 1;
  const quarters = tf.split(x, 4, axis);
  return tf.concat(order.map((quarter) => quarters[quarter]), axis);
}

/**
 * Steps that see the halves of the channels as the fields of a checkerboard: of each block of 2 × 2 pixels,
 * which {@linkcode multiScale} has made quarters of the channels, those of the one diagonal stand first.
 * Figure 3 of Dinh et al.
 */
export function onCheckerboard(steps: readonly FlowStep[]): FlowStep {
  const whole = chain(steps);
  const [fields, rows] = [[0, 3, 1, 2], [0, 2, 3, 1]];
  return {
    ...whole,
    forward: (x, name, surroundings) => {
      const moved = whole.forward(ordered(x, fields), name, surroundings);
      return { ...moved, x: ordered(moved.x, rows) };
    },
    inverse: (z, name, surroundings) =>
      ordered(whole.inverse(ordered(z, fields), name, surroundings), rows),
  };
}

/**
 * Networks of three convolutions, 3 × 3, 1 × 1 and 3 × 3, the last of which is 0 at first: section 3.3 of
 * Kingma & Dhariwal.
 */
export function convolutionalConditioner(width: number): Conditioner {
  return (inputs, outputs) => {
    const layers = [
      { inputs, filters: width, size: 3 },
      { inputs: width, filters: width, size: 1 },
      {
        ...{ inputs: width, filters: outputs, size: 3 },
        initializer: (_: unknown, shape: readonly number[]) => constant(shape, 0),
      },
    ];
    return {
      initial: (random) =>
        Object.assign(
          {},
          ...layers.map((layer, i) => convolutionParameters(random, layer, `${i}`)),
        ),
      apply: (parameters, x) => {
        for (let i = 0; i < layers.length; i++) {
          x = convolution(parameters, i === 0 ? x : tf.relu(x), `${i}`);
        }
        return x;
      },
    };
  };
}
