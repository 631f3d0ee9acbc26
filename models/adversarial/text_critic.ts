/**
 * A convolutional network that scores texts: windows of a few tokens, the strongest answer of each filter
 * over all places, one score.
 *
 * Kim, "Convolutional Neural Networks for Sentence Classification" (2014, arXiv 1408.5882), section 2.
 *
 * Differs from the paper: no dropout, no pretrained embeddings, filters without a bias.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type Initializer, lecunNormal, normal } from "../../lab/compute/initializers.ts";
import { embeddingParameters } from "../../lab/compute/layers/embedding.ts";
import { dense, mlpParameters, parameterOf } from "../../lab/compute/networks.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import type { Network } from "../networks.ts";

/** Tokens that a window may see; longer ones than a text are left out. */
const WINDOWS = [1, 2, 3, 4, 5];

/**
 * Scores of texts, tokens [B, T] to [B].
 *
 * @param embeddingSize E, features of a token.
 * @param features F, filters of each window.
 */
export function textCritic(
  { tokens, length, embeddingSize, features }: {
    readonly tokens: number;
    readonly length: number;
    readonly embeddingSize: number;
    readonly features: number;
  },
): Network<[tokens: tf.Tensor], tf.Tensor1D> {
  const windows = WINDOWS.filter((window) => window <= length);
  const rows: Initializer = (random, shape) => normal(random, shape, 1);
  const kernel = (window: number) => `window${window}/kernel`;
  /** What every filter of a window says at every place, [B, T − window + 1, F]. */
  const answers = (parameters: Tensors, texts: tf.Tensor, window: number) => {
    const table = parameterOf(parameters, "embedding/table") as tf.Tensor2D;
    // What a token adds to a window depends on its place there: F columns of a table for each place.
    const parts = tf.gather(
      tf.matMul(table, parameterOf(parameters, kernel(window)) as tf.Tensor2D),
      tf.cast(texts, "int32"),
    );
    const size = [texts.shape[0]!, length - window + 1, features];
    return tf.addN(
      Array.from({ length: window }, (_, at) => tf.slice(parts, [0, at, at * features], size)),
    );
  };
  return {
    initial: (random) => ({
      ...embeddingParameters(random, [tokens, embeddingSize], "embedding", rows),
      ...Object.fromEntries(windows.map((window) => {
        const shape = [embeddingSize, window * features];
        return [kernel(window), normal(random, shape, 1 / Math.sqrt(window * embeddingSize))];
      })),
      ...mlpParameters(random, [windows.length * features, 1], {
        hidden: lecunNormal,
        prefix: "score",
      }),
    }),
    apply: (parameters, texts) => {
      const strongest = windows.map((window) => tf.max(answers(parameters, texts, window), 1));
      const seen = tf.relu(tf.concat(strongest, 1));
      return tf.squeeze(dense(parameters, seen, "score/0"), [1]);
    },
  };
}
