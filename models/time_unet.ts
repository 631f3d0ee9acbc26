/**
 * A small U-Net that sees a time and, where it is given one, a class beside its images.
 *
 * Ronneberger, Fischer, Brox, "U-Net" (2015, arXiv 1505.04597), as Ho, Jain, Abbeel (2020, arXiv
 * 2006.11239), appendix B, use it: residual blocks of group normalisation, swish and convolutions, the
 * time added between the two of each; the class as Dhariwal & Nichol (2021, arXiv 2105.05233) add it.
 *
 * Differs from them: the first convolution halves the image and the last one doubles it, so that none is
 * at full size; what comes in is added to what goes out, by a share that depends on the time, so that noise
 * need not pass through the narrow part; attention, where it is asked for, at the narrowest place alone,
 * and behind it, where that is asked for, a dense layer over all places; no dropout; one block each on the
 * way down and up.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Generator } from "../lab/core/random.ts";
import type { NamedTensors } from "../lab/core/tensor_data.ts";
import { constant, type Initializer, lecunNormal } from "../lab/compute/initializers.ts";
import { InputError } from "../lab/core/errors.ts";
import { selfAttention, selfAttentionParameters } from "../lab/compute/layers/attention.ts";
import {
  convolution,
  convolutionParameters,
  transposedConvolution,
  transposedConvolutionParameters,
} from "../lab/compute/layers/convolution.ts";
import {
  groupNormalization,
  normalizationParameters,
} from "../lab/compute/layers/normalization.ts";
import { activations, dense, mlpParameters } from "../lab/compute/networks.ts";
import type { Tensors } from "../lab/compute/workspace.ts";
import { smallestOf } from "./convolutional.ts";
import type { Network } from "./networks.ts";
import { TIME_FEATURES, timeFeatures, type TimeNetwork } from "./time_network.ts";

/** Sides of the kernels that halve and double, and of the others. */
const [MOVING, SIZE] = [4, 3];
const HALVED = { stride: 2 };
/** Channels of a group, where they divide the layer's. */
const GROUP = 4;
const swish = activations.swish;

const groupsOf = (channels: number) => channels % GROUP === 0 ? channels / GROUP : 1;

/** γ, β and what follows: swish(group normalisation). */
function activated(parameters: Tensors, x: tf.Tensor, name: string): tf.Tensor {
  return swish(groupNormalization(parameters, x, name, groupsOf(x.shape[3]!)));
}

const zero: Initializer = (_, shape) => constant(shape, 0);

/** x + F(x, embedding) with x projected where its channels change: [B, H, W, inputs] to [B, H, W, filters]. */
function timeBlock(
  name: string,
  inputs: number,
  filters: number,
  embedded: number,
): Network<[x: tf.Tensor, embedding: tf.Tensor], tf.Tensor> {
  const kernel = (inputs: number, size: number, initializer = lecunNormal) => (
    { inputs, filters, size, initializer }
  );
  return {
    initial: (random) => ({
      ...normalizationParameters(inputs, `${name}/norm0`),
      ...convolutionParameters(random, kernel(inputs, SIZE), `${name}/0`),
      ...mlpParameters(random, [embedded, filters], {
        hidden: lecunNormal,
        prefix: `${name}/embedding`,
      }),
      ...normalizationParameters(filters, `${name}/norm1`),
      ...convolutionParameters(random, kernel(filters, SIZE, zero), `${name}/1`),
      ...inputs === filters
        ? {}
        : convolutionParameters(random, kernel(inputs, 1), `${name}/shortcut`),
    }),
    apply: (parameters, x, embedding) => {
      const first = convolution(parameters, activated(parameters, x, `${name}/norm0`), `${name}/0`);
      const shift = dense(parameters, embedding, `${name}/embedding/0`);
      const told = tf.add(first, tf.reshape(shift, [-1, 1, 1, filters]));
      const change = convolution(
        parameters,
        activated(parameters, told, `${name}/norm1`),
        `${name}/1`,
      );
      const shortcut = inputs === filters ? x : convolution(parameters, x, `${name}/shortcut`);
      return tf.add(change, shortcut);
    },
  };
}

/**
 * x + A(x) of self-attention among all places of images [B, H, W, C]; it begins as x.
 *
 * @throws InputError where the heads do not divide the channels.
 */
export function placesAttention(
  channels: number,
  heads: number,
): Network<[x: tf.Tensor], tf.Tensor> {
  if (channels % heads !== 0) {
    throw new InputError(
      `Cannot attend with ${heads} heads as they must divide the innermost filters: ${channels}`,
    );
  }
  return {
    initial: (random) => ({
      ...normalizationParameters(channels, "attention/norm"),
      ...selfAttentionParameters(random, channels, "attention", { outputs: zero }),
    }),
    apply: (parameters, x) => {
      const groups = groupsOf(channels);
      const normal = groupNormalization(parameters, x, "attention/norm", groups);
      const places = tf.reshape(normal, [x.shape[0]!, -1, channels]);
      const seen = selfAttention(parameters, places, "attention", { heads, causal: false });
      return tf.add(x, tf.reshape(seen, x.shape as number[]));
    },
  };
}

/**
 * x + W₁ swish(W₀ n(x) + e) of all places of an image [H, W, C] at once, n the group normalisation and e
 * what the embedding adds; it begins as x.
 *
 * @param shape [H, W, C] where the U-Net is narrowest.
 * @param embedded Length of the embedding.
 */
export function wholeBlock(
  [height, width, channels]: readonly number[],
  units: number,
  embedded: number,
): Network<[x: tf.Tensor, embedding: tf.Tensor], tf.Tensor> {
  const size = height * width * channels;
  return {
    initial: (random) => ({
      ...normalizationParameters(channels, "whole/norm"),
      ...mlpParameters(random, [size, units, size], {
        ...{ hidden: lecunNormal, output: zero, prefix: "whole" },
      }),
      ...mlpParameters(random, [embedded, units], {
        hidden: lecunNormal,
        prefix: "whole/embedding",
      }),
    }),
    apply: (parameters, x, embedding) => {
      const flat = tf.reshape(activated(parameters, x, "whole/norm"), [-1, size]);
      const told = dense(parameters, embedding, "whole/embedding/0");
      const hidden = swish(tf.add(dense(parameters, flat, "whole/0"), told));
      return tf.add(x, tf.reshape(dense(parameters, hidden, "whole/1"), x.shape as number[]));
    },
  };
}

/**
 * The U-Net: images as rows [B, H·W·C], times [B, 1] and labels [B, classes] to rows of the same size. It
 * begins as 0 everywhere.
 *
 * @param shape [H, W, C]
 * @param filters Of each halving, the widest image first.
 * @param options.classes Length of the labels that it is given; default 0: none.
 * @param options.heads Of self-attention where it is narrowest, after the block of the way down; default 0:
 *   none.
 * @param options.units Of a dense layer over all places there, behind the attention; default 0: none.
 * @param options.outputs Numbers that it gives for each of x: the output is [B, outputs·D]; default 1.
 * @throws InputError where the sides cannot be halved so often, or heads do not divide the last filters.
 *
 * @example
 * ```ts
 * const network = timeUnet([28, 28, 1], [16, 32], { classes: 10 });
 * ```
 */
export function timeUnet(
  shape: readonly number[],
  filters: readonly number[],
  { classes = 0, heads = 0, units = 0, outputs = 1 }: {
    readonly classes?: number;
    readonly heads?: number;
    readonly units?: number;
    readonly outputs?: number;
  } = {},
): TimeNetwork {
  smallestOf(shape, filters.length);
  const channels = shape[2];
  const embedded = 4 * filters[0];
  const last = filters.length - 1;
  const down = filters.map((width, i) => timeBlock(`down/${i}`, width, width, embedded));
  // The innermost block comes right after that of the way down, the others see both ways.
  const up = filters.map((width, i) =>
    timeBlock(`up/${i}`, i === last ? width : 2 * width, width, embedded)
  );
  const attend = heads === 0 ? undefined : placesAttention(filters[last], heads);
  const factor = 2 ** filters.length;
  const narrowest = [shape[0] / factor, shape[1] / factor, filters[last]];
  const everywhere = units === 0 ? undefined : wholeBlock(narrowest, units, embedded);
  const between = filters.slice(1).map((width, i) => ({
    ...{ inputs: filters[i], filters: width, size: MOVING, initializer: lecunNormal },
  }));
  const initial = (random: Generator): NamedTensors => {
    const parameters = mlpParameters(random, [TIME_FEATURES, embedded, embedded], {
      ...{ hidden: lecunNormal, output: lecunNormal, prefix: "time" },
    });
    const add = (tensors: NamedTensors): NamedTensors => Object.assign(parameters, tensors);
    if (classes > 0) add({ "class/kernel": lecunNormal(random, [classes, embedded]) });
    const outer = { size: MOVING, initializer: lecunNormal };
    add(
      convolutionParameters(random, { ...outer, inputs: channels, filters: filters[0] }, "first"),
    );
    for (const block of [...down, ...up]) add(block.initial(random));
    for (const [i, move] of between.entries()) {
      add(convolutionParameters(random, move, `halved/${i}`));
      const back = { ...move, inputs: move.filters, filters: move.inputs };
      add(transposedConvolutionParameters(random, back, `doubled/${i}`));
    }
    add(normalizationParameters(filters[0], "norm"));
    const written = {
      size: MOVING,
      inputs: filters[0],
      filters: outputs * channels,
      initializer: zero,
    };
    add(transposedConvolutionParameters(random, written, "last"));
    add(mlpParameters(random, [embedded, channels], { hidden: zero, prefix: "skip" }));
    if (attend !== undefined) add(attend.initial(random));
    return everywhere === undefined ? parameters : add(everywhere.initial(random));
  };
  return {
    initial,
    apply: (parameters, x, time, labels) => {
      const hidden = swish(dense(parameters, timeFeatures(time), "time/0"));
      const timed = dense(parameters, hidden, "time/1");
      const embedding = swish(
        classes === 0
          ? timed
          : tf.add(timed, tf.matMul(labels!, parameters["class/kernel"] as tf.Tensor2D)),
      );
      const through = (x: tf.Tensor, level: number): tf.Tensor => {
        const seen = down[level].apply(parameters, x, embedding);
        if (level === last) {
          const attended = attend?.apply(parameters, seen) ?? seen;
          const together = everywhere?.apply(parameters, attended, embedding) ?? attended;
          return up[level].apply(parameters, together, embedding);
        }
        const below = through(convolution(parameters, seen, `halved/${level}`, HALVED), level + 1);
        const doubled = transposedConvolution(parameters, below, `doubled/${level}`, HALVED);
        return up[level].apply(parameters, tf.concat([seen, doubled], 3), embedding);
      };
      const images = tf.reshape(x, [-1, ...shape]);
      const passed = through(convolution(parameters, images, "first", HALVED), 0);
      const written = transposedConvolution(
        parameters,
        activated(parameters, passed, "norm"),
        "last",
        HALVED,
      );
      const share = tf.reshape(dense(parameters, embedding, "skip/0"), [-1, 1, 1, channels]);
      const rows = (y: tf.Tensor) => tf.reshape(y, [-1, x.shape[1]!]) as tf.Tensor2D;
      const [first, ...others] = outputs === 1 ? [written] : tf.split(written, outputs, 3);
      const whole = rows(tf.add(first, tf.mul(images, share)));
      return outputs === 1 ? whole : tf.concat2d([whole, ...others.map(rows)], 1);
    },
  };
}
