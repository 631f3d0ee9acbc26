/** Recurrent cells written step by step, compiled, against TensorFlow.js on the cpu. */
import * as tf from "@tensorflow/tfjs";
import { agree, noise } from "./agree.ts";
import "../../../../lab/compute/gradients.ts";
import type { Tensors } from "../../../../lab/compute/workspace.ts";

const [time, batch, width] = [32, 3, 2];
/** Units of a gate: rows of whole vectors, and others. */
const sizes = [5, 8];
const bound = { absolute: 1e-5, relative: 1e-4 };

/** The last state of a sequence [T, B, D], and the gradients of the sum of its squares. */
function trained(x: tf.Tensor, weights: Tensors, cell: (x: tf.Tensor, w: Tensors) => tf.Tensor) {
  const names = Object.keys(weights);
  const loss = (...all: tf.Tensor[]) => {
    const given = Object.fromEntries(names.map((name, i) => [name, all[i]]));
    return tf.sum(tf.square(cell(x, given)));
  };
  const gradients = tf.grads(loss)(Object.values(weights));
  return {
    state: cell(x, weights),
    ...Object.fromEntries(names.map((name, i) => [`d${name}`, gradients[i]])),
  };
}

for (const hidden of sizes) {
  Deno.test(`a GRU of ${hidden} over 32 instants and its gradients through time`, () => {
    const given = {
      x: noise([time, batch, width], 1, 1),
      input: noise([width, 3 * hidden], 2, 0.5),
      state: noise([hidden, 3 * hidden], 3, 0.5),
      bias: noise([3 * hidden], 4, 0.5),
    };
    const last = (x: tf.Tensor, { input, state, bias }: Tensors) => {
      let h: tf.Tensor = tf.zeros([batch, hidden]);
      for (const seen of tf.unstack(x)) {
        const fromInput = tf.split(tf.add(tf.matMul(seen, input), bias), 3, 1);
        const fromState = tf.split(tf.matMul(h, state), 3, 1);
        const [reset, update] = [0, 1].map((i) => tf.sigmoid(tf.add(fromInput[i], fromState[i])));
        const candidate = tf.tanh(tf.add(fromInput[2], tf.mul(reset, fromState[2])));
        h = tf.add(tf.mul(update, h), tf.mul(tf.sub(1, update), candidate));
      }
      return h;
    };
    agree("GRU", given, ({ x, ...weights }) => trained(x, weights, last), bound);
  });
}

for (const hidden of sizes) {
  Deno.test(`TensorFlow.js's own LSTM cell of ${hidden} over 32 instants and its gradients`, () => {
    const given = {
      x: noise([time, batch, width], 1, 1),
      kernel: noise([width + hidden, 4 * hidden], 2, 0.5),
      bias: noise([4 * hidden], 3, 0.5),
    };
    const last = (x: tf.Tensor, { kernel, bias }: Tensors) => {
      let c: tf.Tensor2D = tf.zeros([batch, hidden]);
      let h: tf.Tensor2D = tf.zeros([batch, hidden]);
      for (const seen of tf.unstack(x)) {
        [c, h] = tf.basicLSTMCell(
          1,
          kernel as tf.Tensor2D,
          bias as tf.Tensor1D,
          seen as tf.Tensor2D,
          c,
          h,
        );
      }
      return h;
    };
    agree("LSTM", given, ({ x, ...weights }) => trained(x, weights, last), bound);
  });
}
