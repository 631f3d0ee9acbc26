/**
 * Embeddings: a learned row for each token of a vocabulary. Bengio, Ducharme, Vincent, Jauvin, "A
 * Neural Probabilistic Language Model" (2003), section 2.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Generator } from "../../core/random.ts";
import type { NamedTensors } from "../../core/tensor_data.ts";
import { type Initializer, lecunNormal } from "../initializers.ts";
import { parameterOf } from "../networks.ts";
import type { Tensors } from "../workspace.ts";

/** Initial parameters: `name/table` [tokens, D]. */
export function embeddingParameters(
  random: Generator,
  [tokens, size]: readonly [tokens: number, size: number],
  name: string,
  initializer: Initializer = lecunNormal,
): NamedTensors {
  return { [`${name}/table`]: initializer(random, [tokens, size]) };
}

/**
 * The row of each token, [B, T] to [B, T, D].
 *
 * @param tokens Whole numbers from 0 to below the table's length, of any type.
 * @throws InputError for a `name` without parameters.
 */
export function embedding(parameters: Tensors, tokens: tf.Tensor, name: string): tf.Tensor {
  return tf.gather(parameterOf(parameters, `${name}/table`), tf.cast(tokens, "int32"));
}

/**
 * Logits of the next token by the same table, x·tableᵀ, [B, D] to [B, tokens]: weights tied. Press,
 * Wolf, "Using the Output Embedding to Improve Language Models" (2017, arXiv 1608.05859), section 1.
 *
 * @throws InputError for a `name` without parameters.
 */
export function tiedLogits(parameters: Tensors, x: tf.Tensor, name: string): tf.Tensor2D {
  const table = parameterOf(parameters, `${name}/table`) as tf.Tensor2D;
  return tf.matMul(x as tf.Tensor2D, table, false, true);
}
