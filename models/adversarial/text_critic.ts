/**
 * A convolutional network that scores texts: windows of a few tokens, the strongest answer of each filter
 * over all places, one score.
 *
 * Kim, "Convolutional Neural Networks for Sentence Classification" (2014, arXiv 1408.5882), section 2.
 *
 * Differs from the paper: no dropout, no pretrained embeddings.
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
    const batch = texts.shape[0]!;
    const table = parameterOf(parameters, "embedding/table") as tf.Tensor2D;
    const places = length - window + 1;
    // A token's part in a window depends on its place there alone: a row of a table for each place.
    const parts = tf.split(parameterOf(parameters, kernel(window)), window, 0).map((part, at) => {
      const here = tf.slice(texts, [0, at], [batch, places]);
      return tf.gather(tf.matMul(table, part as tf.Tensor2D), tf.cast(here, "int32"));
    });
    return tf.addN(parts);
  };
  return {
    initial: (random) => ({
      ...embeddingParameters(random, [tokens, embeddingSize], "embedding", rows),
      ...Object.fromEntries(
        windows.map((
          window,
        ) => [kernel(window), lecunNormal(random, [window * embeddingSize, features])]),
      ),
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
