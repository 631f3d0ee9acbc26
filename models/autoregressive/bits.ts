/**
 * What autoregressive models of bits share: log p(x) = Σ_d log p(x_d | x_1 … x_{d−1}), the chain rule
 * over the bits in their order (pixels row by row), each a coin whose logit the bits before it decide.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { exampleFields, judgeFields } from "../fields.ts";
import { byLikelihood, knownLikelihood } from "../likelihood.ts";
import { binaryCrossEntropy } from "../losses.ts";
import type { Batch, Drawn, ExampleShape, NoiseSpecs, Of, Sampler } from "../model.ts";
import type { Applied, Networks } from "../networks.ts";

/** Fields of every such model. */
export const bitFields = { ...exampleFields, ...judgeFields };

/** What every such model says of itself. */
export const ofBits = {
  takes: { examples: ["images", "points"], values: "binary" },
  budget: "examples",
  bestBy: byLikelihood,
} as const;

/** What descends −log p(x) and tells it, from the logits of all bits, [B, D]. */
export function chainRule<N extends Networks, C>(logits: Of<N, Batch, C, tf.Tensor>) {
  const negative: Of<N, Batch, C, tf.Tensor> = (networks, batch, configuration) =>
    binaryCrossEntropy(logits(networks, batch, configuration), batch.x);
  const loss: Of<N, Batch, C, { readonly loss: tf.Tensor }> = (...given) => ({
    loss: negative(...given),
  });
  return {
    steps: [{ name: "negative_log_likelihood", loss }],
    ...knownLikelihood<N, C>((...given) => tf.neg(negative(...given))),
  };
}

/** 1 where uniform noise lies below the probability of a logit, else 0. */
export function coin(logit: tf.Tensor, uniform: tf.Tensor): tf.Tensor {
  return tf.cast(tf.less(uniform, tf.sigmoid(logit)), "float32");
}

/** A model that bits reach through sums alone, linear in them: a = start + Σ_d x_d·kernel_d. */
export interface Summing<N extends Networks, C> {
  /** H: how many sums there are. */
  sums(shape: ExampleShape, configuration: C): number;
  /** The sums before any bit, [H], and what each bit adds to them, [D, H]. */
  first(networks: Applied<N>, configuration: C): {
    readonly start: tf.Tensor;
    readonly kernel: tf.Tensor;
  };
  /** The logit of bit `at` (a scalar, int32) from the sums over those before it, [B, H] to [B, 1]. */
  logit(networks: Applied<N>, sums: tf.Tensor2D, at: tf.Scalar, configuration: C): tf.Tensor;
}

/** Draws bit after bit, in the time of one row of the kernel each: x and the sums are kept. */
export function bitByBit<N extends Networks, C>({ sums, first, logit }: Summing<N, C>) {
  const sampleNoise = ({ size }: ExampleShape): NoiseSpecs => ({ coins: ["uniform", [size]] });
  const sample: Of<N, Drawn, C, tf.Tensor> = (networks, { noise: { coins } }, configuration) => {
    const { start } = first(networks, configuration);
    return tf.concat([coins, tf.tile(tf.expandDims(start, 0), [coins.shape[0], 1])], 1);
  };
  const sampler: Sampler<N, C> = {
    steps: ({ size }) => size,
    at: (bit) => ({ bit }),
    size: (shape, configuration) => shape.size + sums(shape, configuration),
    // Each place of x holds its uniform noise until its bit stands there.
    step: (networks, { x: chain, at: { bit } }, configuration) => {
      const { kernel } = first(networks, configuration);
      const [size, width] = kernel.shape as [number, number];
      const at = tf.cast(bit, "int32") as tf.Scalar;
      const [x, before] = tf.split(chain, [size, width], 1) as tf.Tensor2D[];
      const place = tf.oneHot(tf.reshape(at, [1]), size);
      const uniform = tf.gather(x, tf.reshape(at, [1]), 1);
      const drawn = coin(logit(networks, before, at, configuration), uniform);
      const row = tf.gather(kernel, tf.reshape(at, [1]));
      return tf.concat([
        tf.add(x, tf.mul(place, tf.sub(drawn, uniform))),
        tf.add(before, tf.mul(drawn, row)),
      ], 1);
    },
    finish: (networks, { x: chain }, configuration) => {
      const [size] = first(networks, configuration).kernel.shape;
      return tf.slice(chain, [0, 0], [chain.shape[0]!, size]);
    },
  };
  return { sampleNoise, sample, sampler };
}
