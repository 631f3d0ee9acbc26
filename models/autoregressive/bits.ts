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
import { oneHot } from "../../lab/compute/one_hot.ts";

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

/** A model that bits reach through sums alone, linear in them: a = start + Σ_d x_d·row_d. */
export interface Summing<N extends Networks, C> {
  /** H: how many sums there are. */
  sums(shape: ExampleShape, configuration: C): number;
  /** The sums before any bit, [H]. */
  start(networks: Applied<N>): tf.Tensor;
  /** What the bit at a place adds to them, [1, H]. */
  row(networks: Applied<N>, place: tf.Tensor1D, configuration: C): tf.Tensor;
  /** The logit of that bit from the sums over those before it, [B, H] to [B, 1]. */
  logit(networks: Applied<N>, sums: tf.Tensor2D, place: tf.Tensor1D, configuration: C): tf.Tensor;
}

/** Draws bit after bit, in the time of one row each: what is kept is x, and the sums. */
export function bitByBit<N extends Networks, C>({ sums, start, row, logit }: Summing<N, C>) {
  const sampleNoise = ({ size }: ExampleShape): NoiseSpecs => ({ coins: ["uniform", [size]] });
  const sample: Of<N, Drawn, C, tf.Tensor> = (networks, { noise: { coins } }) =>
    tf.concat([coins, tf.tile(tf.expandDims(start(networks), 0), [coins.shape[0]!, 1])], 1);
  /** x, of which each place holds its uniform noise until its bit stands there, and the sums. */
  const partsOf = (networks: Applied<N>, chain: tf.Tensor) => {
    const width = start(networks).size;
    return tf.split(chain, [chain.shape[1]! - width, width], 1) as tf.Tensor2D[];
  };
  const sampler: Sampler<N, C> = {
    steps: ({ size }) => size,
    at: (bit) => ({ bit }),
    size: (shape, configuration) => shape.size + sums(shape, configuration),
    step: (networks, { x: chain, at: { bit } }, configuration) => {
      const [x, before] = partsOf(networks, chain);
      const place = tf.reshape(tf.cast(bit, "int32"), [1]) as tf.Tensor1D;
      const uniform = tf.gather(x, place, 1);
      const drawn = coin(logit(networks, before, place, configuration), uniform);
      const change = tf.mul(oneHot(place, x.shape[1]), tf.sub(drawn, uniform));
      const added = tf.mul(drawn, row(networks, place, configuration));
      return tf.concat([tf.add(x, change), tf.add(before, added)], 1);
    },
    finish: (networks, { x: chain }) => partsOf(networks, chain)[0],
  };
  return { sampleNoise, sample, sampler };
}
