/**
 * What each token of a text is worth to a judge of whole texts: the mean reward of texts that go on from
 * it, drawn by the same writer.
 *
 * Yu, Zhang, Wang, Yu, "SeqGAN: Sequence Generative Adversarial Nets with Policy Gradient" (2017, arXiv
 * 1609.05473), equation 4.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { TokenWriter } from "../autoregressive/token_lstm.ts";
import { drawnToken } from "../autoregressive/tokens.ts";

/** Numbers that are drawn for each text of {@linkcode played}: one for each token of each. */
export function draws(length: number, rollOuts: number): number {
  return length + rollOuts * length * (length - 1) / 2;
}

/**
 * Texts of the generator, and `rollOuts` more that go on from each of their tokens but the last.
 *
 * @param u U[0, 1), [B, T + N·T(T − 1)/2]
 * @returns Tokens [(1 + N(T − 1))·B, T]: the texts, then for each place those that go on from it.
 */
export function played(
  { tokens, length, memory, next }: TokenWriter,
  u: tf.Tensor,
  rollOuts: number,
): tf.Tensor {
  const batch = u.shape[0]!;
  let drawn: tf.Tensor = tf.fill([batch], tokens);
  let remembered: tf.Tensor = tf.zeros([batch, memory]);
  let written: tf.Tensor | undefined;
  for (let t = 0; t < length; t++) {
    const { logits, memory } = next(drawn, remembered, tf.scalar(t));
    const own = tf.slice(u, [0, draws(t, rollOuts)], [batch, 1 + rollOuts * t]);
    drawn = drawnToken(logits, tf.reshape(tf.transpose(own), [-1, 1]));
    const last = tf.expandDims(drawn, 1);
    written = written === undefined ? last : tf.concat([written, last], 1);
    remembered = memory;
    if (rollOuts === 0 || t === length - 1) continue;
    const branched = (x: tf.Tensor) => {
      const texts = tf.slice(x, 0, batch);
      return tf.concat([x, ...Array.from({ length: rollOuts }, () => texts)], 0);
    };
    [drawn, remembered, written] = [drawn, remembered, written].map(branched);
  }
  return written!;
}

/**
 * Q of each token, [B, T]: the mean reward of the texts that go on from it, and of the last one the
 * reward of the text. Equation 4.
 *
 * @param rewards Of all texts of {@linkcode played}.
 * @param batch B
 */
export function actionValues(rewards: tf.Tensor, batch: number, rollOuts: number): tf.Tensor2D {
  const texts = tf.slice(rewards, 0, batch);
  const others = tf.reshape(tf.slice(rewards, batch), [-1, rollOuts, batch]);
  return tf.transpose(tf.concat([tf.mean(others, 1), tf.expandDims(texts, 0)], 0)) as tf.Tensor2D;
}
