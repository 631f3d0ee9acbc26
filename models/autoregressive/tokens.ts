/**
 * What models of tokens share, whatever network gives the probabilities: likelihoods, a token drawn, and
 * the sampler that goes on from what is there.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** What gives the probability of the next token, token by token. */
export interface NextToken {
  /** V: what a token may be. V itself stands before the first. */
  readonly tokens: number;
  /** T: tokens of a sequence. */
  readonly length: number;
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
  const chosen = tf.oneHot(tf.cast(tokens, "int32"), logits.shape.at(-1)!);
  return tf.mul(tf.logSoftmax(logits), chosen);
}

/** The first token whose share of the probability, with all before it, is above u [B, 1]; [B]. */
export function drawnToken(logits: tf.Tensor, u: tf.Tensor): tf.Tensor1D {
  const below = tf.lessEqual(tf.cumsum(tf.softmax(logits), 1), u);
  const last = logits.shape[1]! - 1;
  return tf.minimum(tf.sum(tf.cast(below, "float32"), 1), last);
}

/**
 * The first x of the sampler: tokens [B, T] and an empty memory [B, M] behind them.
 *
 * @param prompt Tokens that are given, −1 in places that are free, [B, T]; left out: all are free.
 */
export function freeTokens(
  rows: number,
  length: number,
  memory: number,
  prompt: tf.Tensor = tf.fill([rows, length], -1),
): tf.Tensor {
  return tf.concat([prompt, tf.zeros([rows, memory])], 1);
}

/**
 * The next x of the sampler, tokens [B, T] and the memory behind them: at place t the token that is
 * given there, else one drawn.
 *
 * @param place t, a scalar.
 * @param u u ~ U[0, 1), [B, 1]
 */
export function withNextToken(
  { length, tokens: start, next: nextOf }: NextToken,
  x: tf.Tensor,
  place: tf.Tensor,
  u: tf.Tensor,
  temperature: number,
): tf.Tensor {
  const batch = x.shape[0]!;
  const tokens = tf.slice(x, [0, 0], [batch, length]);
  const memory = tf.slice(x, [0, length], [batch, -1]);
  const at = (place: tf.Tensor) => tf.cast(tf.equal(tf.range(0, length), place), "float32");
  const here = at(place);
  const tokenAt = (where: tf.Tensor) => tf.sum(tf.mul(tokens, where), 1);
  // Before the first place nothing is, so that the sum over places is 0 there.
  const isFirst = tf.cast(tf.equal(place, 0), "float32");
  const before = tf.add(tokenAt(at(tf.sub(place, 1))), tf.mul(isFirst, start));
  const next = nextOf(before, memory, place);
  const given = tokenAt(here);
  const drawn = drawnToken(tf.div(next.logits, temperature), u);
  const token = tf.expandDims(tf.where(tf.greaterEqual(given, 0), given, drawn), 1);
  const kept = tf.mul(tokens, tf.sub(1, here));
  return tf.concat([tf.add(kept, tf.mul(token, here)), next.memory], 1);
}
