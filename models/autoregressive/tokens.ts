/**
 * What models of tokens share, whatever network gives the probabilities: likelihoods, and a token drawn.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { oneHot } from "../../lab/compute/one_hot.ts";

/** What gives the probability of the next token, token by token. */
export interface NextToken {
  /** V: what a token may be. V itself stands before the first. */
  readonly tokens: number;
  /** T: tokens of a sequence. */
  readonly length: number;
  /** M: numbers that are remembered of a sequence. */
  readonly memory: number;
  /**
   * Logits [B, V] of the token at a place and the memory with that place.
   *
   * @param token [B], that before; V where none is.
   * @param memory [B, M], what is remembered of the others; at the first place 0.
   * @param place t, a scalar.
   */
  next(token: tf.Tensor, memory: tf.Tensor, place: tf.Tensor): {
    readonly logits: tf.Tensor2D;
    readonly memory: tf.Tensor;
  };
}

/**
 * −Σ_t ln p(x_t | x_1 … x_{t−1}), [B], nats. Equation 1 of Radford et al. (2018).
 *
 * @param logits [B, T, V]
 * @param tokens [B, T]
 */
export function sequenceNats(logits: tf.Tensor, tokens: tf.Tensor): tf.Tensor1D {
  return tf.neg(tf.sum(chosenAlone(logits, tokens), [1, 2]));
}

/**
 * Maximum likelihood of tokens: nats a token are descended, nats a sequence reported.
 *
 * @param logits [B, T, V]
 * @param tokens [B, T]
 */
export function tokenLikelihood(logits: tf.Tensor, tokens: tf.Tensor) {
  const nats = sequenceNats(logits, tokens);
  return { loss: tf.div(nats, tokens.shape[1]!), negative_log_likelihood: nats };
}

/**
 * ln p of each token from those before it, [B, T].
 *
 * @param logits [B, T, V]
 * @param tokens [B, T]
 */
export function tokenLogProbabilities(logits: tf.Tensor, tokens: tf.Tensor): tf.Tensor2D {
  return tf.sum(chosenAlone(logits, tokens), 2);
}

/** ln p of each token where it stands among those that it may be, 0 for the others; [B, T, V]. */
function chosenAlone(logits: tf.Tensor, tokens: tf.Tensor): tf.Tensor {
  const chosen = oneHot(tf.cast(tokens, "int32"), logits.shape.at(-1)!);
  return tf.mul(tf.logSoftmax(logits), chosen);
}

/** The first token whose share of the probability, with all before it, is above u [B, 1]; [B]. */
export function drawnToken(logits: tf.Tensor, u: tf.Tensor): tf.Tensor1D {
  const below = tf.lessEqual(tf.cumsum(tf.softmax(logits), 1), u);
  const last = logits.shape[1]! - 1;
  return tf.minimum(tf.sum(tf.cast(below, "float32"), 1), last);
}
