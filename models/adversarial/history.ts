/**
 * A history of generated examples: a discriminator also sees what the generator made before, so that it
 * does not forget what it learned from. Shrivastava et al. (2017, arXiv 1612.07828), section 2.3, with the
 * rule of CycleGAN (arXiv 1703.10593, section 4): once the history is full, an example is by even chance
 * shown as it is, or put in the place of an older one, which is shown.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type NamedTensors, zeros } from "../../lab/core/tensor_data.ts";
import { stopGradient } from "../../lab/compute/gradients.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { oneHot } from "../../lab/compute/one_hot.ts";

/** An empty history of `size` examples of D numbers: state of a model, by names below `name`. */
export function emptyHistory(name: string, size: number, width: number): NamedTensors {
  return {
    [`${name}/examples`]: zeros([size, width], "float32"),
    [`${name}/filled`]: zeros([size, 1], "float32"),
  };
}

/**
 * What the discriminator sees in the place of generated examples, and the history after it.
 *
 * @param kept `name/examples` [K, D] and `name/filled` [K, 1], of K ≥ B places.
 * @param made [B, D], of which neither result has a gradient.
 * @param noise `place`, U[0, 1), a scalar: the first of B places in a row; `old`, U[0, 1), [B, 1].
 */
export function throughHistory(
  kept: Tensors,
  name: string,
  made: tf.Tensor,
  { place, old }: { readonly place: tf.Tensor; readonly old: tf.Tensor },
): { readonly shown: tf.Tensor; readonly kept: Tensors } {
  const [examples, filled] = [kept[`${name}/examples`], kept[`${name}/filled`]];
  const [rows, size] = [made.shape[0]!, examples.shape[0]];
  const first = tf.floor(tf.mul(place, size));
  const places = tf.add(tf.range(0, rows, 1, "float32"), first);
  const within = tf.sub(places, tf.mul(tf.floor(tf.div(tf.add(places, 0.5), size)), size));
  const there = tf.cast(oneHot(tf.cast(within, "int32"), size), "float32");
  const [at, now] = [there as tf.Tensor2D, stopGradient(made) as tf.Tensor2D];
  const full = tf.matMul(at, filled as tf.Tensor2D);
  const exchanged = tf.mul(full, tf.cast(tf.less(old, 0.5), "float32"));
  const older = tf.matMul(at, examples as tf.Tensor2D);
  const shown = tf.add(tf.mul(exchanged, older), tf.mul(tf.sub(1, exchanged), now));
  // Into a place that is free, or in exchange.
  const put = tf.maximum(tf.sub(1, full), exchanged) as tf.Tensor2D;
  const written = tf.matMul(at, put, true);
  const next = tf.add(
    tf.mul(examples, tf.sub(1, written)),
    tf.matMul(at, tf.mul(put, now) as tf.Tensor2D, true),
  );
  return {
    shown,
    kept: {
      ...kept,
      [`${name}/examples`]: next,
      [`${name}/filled`]: tf.maximum(filled, written),
    },
  };
}
