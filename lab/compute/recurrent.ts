/**
 * Recurrent layers as plain functions over named parameters: `kernel` [in, G·H] for what enters,
 * `recurrentKernel` [H, G·H] for what is remembered, `bias` [G·H], with the G gates side by side.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Generator } from "../core/random.ts";
import type { NamedTensors } from "../core/tensor_data.ts";
import { constant, type Initializer, orthogonal, uniform } from "./initializers.ts";
import type { Tensors } from "./workspace.ts";

/** A recurrent layer: how much it remembers and how a step changes it. */
export interface RecurrentCell {
  /** Gates G. */
  readonly gates: number;
  /** Numbers remembered for each hidden unit: the memory is [B, states · H], the output first. */
  readonly states: number;
  /**
   * The next memory.
   *
   * @param input x·kernel + bias, [B, G·H].
   * @param memory [B, states · H].
   * @param recurrentKernel [H, G·H].
   */
  step(input: tf.Tensor, memory: tf.Tensor, recurrentKernel: tf.Tensor): tf.Tensor;
}

/**
 * Long short-term memory. Hochreiter & Schmidhuber (1997) with the forget gate of Gers et al.
 * (2000): c' = σ(f)c + σ(i)tanh(g), h' = σ(o)tanh(c'). Gates i, f, g, o; memory h, c.
 */
const lstm: RecurrentCell = {
  gates: 4,
  states: 2,
  step(input, memory, recurrentKernel) {
    const [hidden, cell] = tf.split(memory, 2, 1);
    const gates = tf.add(input, tf.matMul(hidden, recurrentKernel));
    const [enter, keep, candidate, show] = tf.split(gates, 4, 1);
    const next = tf.add(
      tf.mul(tf.sigmoid(keep), cell),
      tf.mul(tf.sigmoid(enter), tf.tanh(candidate)),
    );
    return tf.concat([tf.mul(tf.sigmoid(show), tf.tanh(next)), next], 1);
  },
};

/**
 * Gated recurrent unit. Cho et al. (2014, arXiv 1406.1078), section 2.3, with the reset gate after
 * the recurrent product: h' = σ(z)h + (1 − σ(z))tanh(n + σ(r)·hU_n). Gates r, z, n; memory h.
 */
const gru: RecurrentCell = {
  gates: 3,
  states: 1,
  step(input, memory, recurrentKernel) {
    const [resetIn, updateIn, candidateIn] = tf.split(input, 3, 1);
    const [resetKept, updateKept, candidateKept] = tf.split(
      tf.matMul(memory, recurrentKernel),
      3,
      1,
    );
    const reset = tf.sigmoid(tf.add(resetIn, resetKept));
    const update = tf.sigmoid(tf.add(updateIn, updateKept));
    const candidate = tf.tanh(tf.add(candidateIn, tf.mul(reset, candidateKept)));
    return tf.add(candidate, tf.mul(update, tf.sub(memory, candidate)));
  },
};

/** Recurrent layers by name. */
export const recurrentCells = { lstm, gru } as const;

/** A name in {@linkcode recurrentCells}. */
export type RecurrentCellName = keyof typeof recurrentCells;

/** The names in {@linkcode recurrentCells}, for configuration schemas. */
export const recurrentCellNames = Object.keys(recurrentCells) as [
  RecurrentCellName,
  ...RecurrentCellName[],
];

/** Length of the memory of one row: `states · H`. */
export function memorySize(cell: RecurrentCellName, hiddenSize: number): number {
  return recurrentCells[cell].states * hiddenSize;
}

/**
 * Initial parameters: kernels by `initializer` (orthogonal by default), biases 0.
 *
 * @param prefix Stands before every name: `policy/lstm` gives `policy/lstm/kernel`.
 */
export function recurrentParameters(
  random: Generator,
  cell: RecurrentCellName,
  inputSize: number,
  hiddenSize: number,
  prefix: string,
  initializer: Initializer = orthogonal,
): NamedTensors {
  const width = recurrentCells[cell].gates * hiddenSize;
  return {
    [`${prefix}/kernel`]: initializer(random, [inputSize, width]),
    [`${prefix}/recurrentKernel`]: initializer(random, [hiddenSize, width]),
    [`${prefix}/bias`]: constant([width], 0),
  };
}

/**
 * Initial parameters as PyTorch draws those of its recurrent layers: kernels from U(−1/√H, 1/√H), and the
 * bias as the sum of two such draws, as its layers have one with each kernel. Of a GRU its second bias of
 * the candidate stands within the reset, where this layer has none.
 */
export function pytorchRecurrentParameters(
  random: Generator,
  cell: RecurrentCellName,
  inputSize: number,
  hiddenSize: number,
  prefix: string,
): NamedTensors {
  const bound = 1 / Math.sqrt(hiddenSize);
  const draw: Initializer = (random, shape) => uniform(random, shape, -bound, bound);
  const parameters = recurrentParameters(random, cell, inputSize, hiddenSize, prefix, draw);
  const bias = `${prefix}/bias`;
  const [one, other] = [1, 2].map(() => draw(random, parameters[bias].shape));
  const sum = one.values.map((value, i) => value + other.values[i]);
  return { ...parameters, [bias]: { ...one, values: sum } };
}

/** Outputs [T · B, H] of every step, and the memory [B, states · H] after the last. */
export interface Unrolled {
  readonly outputs: tf.Tensor;
  readonly memory: tf.Tensor;
}

/**
 * Runs the layer over sequences.
 *
 * @param x [T · B, D], time-major.
 * @param memory [B, states · H] before the first step.
 * @param kept [T · B], 0 where an episode starts, whose memory is cleared before the step; else 1.
 *   Left out: nothing is cleared.
 * @param steps T ≥ 1.
 */
export function unroll(
  parameters: Tensors,
  cell: RecurrentCellName,
  prefix: string,
  { x, memory, kept, steps }: {
    readonly x: tf.Tensor;
    readonly memory: tf.Tensor;
    readonly kept?: tf.Tensor;
    readonly steps: number;
  },
): Unrolled {
  const { step, states } = recurrentCells[cell];
  const recurrentKernel = parameters[`${prefix}/recurrentKernel`];
  // What does not depend on the memory is one product for all of time.
  const entering = tf.add(
    tf.matMul(x as tf.Tensor2D, parameters[`${prefix}/kernel`] as tf.Tensor2D),
    parameters[`${prefix}/bias`],
  );
  const inputs = tf.split(entering, steps, 0);
  const masks = kept === undefined ? undefined : tf.split(tf.reshape(kept, [-1, 1]), steps, 0);
  const hiddenSize = memory.shape[1]! / states;
  const outputs = inputs.map((input, t) => {
    const before = masks === undefined ? memory : tf.mul(memory, masks[t]);
    memory = step(input, before, recurrentKernel);
    return states === 1 ? memory : tf.slice(memory, [0, 0], [-1, hiddenSize]);
  });
  return { outputs: steps === 1 ? outputs[0] : tf.concat(outputs, 0), memory };
}
