/**
 * Gradients that TensorFlow.js 4.22 lacks of kernels that move, sum or multiply along axes.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { stridedSlice as readStridedSlice } from "./compile/copies.ts";
import { oneHot } from "./one_hot.ts";

/** Of elements taken by index: what comes back is added up where each came from. */
const gatherNd: tf.GradConfig = {
  kernelName: "GatherNd",
  inputsToSave: ["params", "indices"],
  gradFunc: (dy, [params, indices]) => ({
    params: () => tf.scatterND(indices, dy as tf.Tensor, params.shape as [number]),
  }),
};

/** Of updates added up by index. */
const scatterNd: tf.GradConfig = {
  kernelName: "ScatterNd",
  inputsToSave: ["indices"],
  gradFunc: (dy, [indices]) => ({
    updates: () => tf.gatherND(dy as tf.Tensor, indices),
  }),
};

/** Of rows by index in batches of several or of −n axes: as in batches of one axis (stock throws). */
function gather(stock: tf.GradConfig): tf.GradConfig {
  return {
    ...stock,
    gradFunc: (dy, saved, attributes) => {
      const [x, indices] = saved;
      const named = attributes.batchDims as number;
      const batchDims = named < 0 ? named + indices.shape.length : named;
      if (batchDims < 2) return stock.gradFunc(dy, saved, { ...attributes, batchDims });
      const [axis] = tf.util.parseAxisParam(attributes.axis as number, x.shape);
      const flat = (y: tf.Tensor) => tf.reshape(y, [-1, ...y.shape.slice(batchDims)]);
      const given = { axis: axis - batchDims + 1, batchDims: 1 };
      const gradients = stock.gradFunc(flat(dy as tf.Tensor), [flat(x), flat(indices)], given);
      return { x: () => tf.reshape(gradients.x(), x.shape), indices: () => indices };
    },
  };
}

/** Of every few elements of a box: these go back to their places, and 0 to all others. */
const stridedSlice: tf.GradConfig = {
  kernelName: "StridedSlice",
  inputsToSave: ["x"],
  gradFunc: (dy, [x], attributes) => ({
    x: () => {
      const indices = tf.reshape(positionsOf(x.shape, attributes), [-1, 1]);
      const updates = tf.reshape(dy as tf.Tensor, [-1]);
      return tf.reshape(tf.scatterND(indices, updates, [x.size]), x.shape);
    },
  }),
};

/** Of each element of a strided slice, where it lies in x. */
function positionsOf(shape: readonly number[], attributes: tf.NamedAttrMap): tf.Tensor {
  const { begin, steps, shape: lengths } = readStridedSlice(shape, attributes);
  let positions = [0];
  lengths.forEach((length, axis) => {
    const along = Array.from({ length }, (_, i) => begin[axis] + i * steps[axis]);
    positions = positions.flatMap((at) => along.map((i) => at * shape[axis] + i));
  });
  return tf.tensor1d(positions, "int32");
}

/** Of the largest elements of a row: each goes back to its place. */
const topK: tf.GradConfig = {
  kernelName: "TopK",
  inputsToSave: ["x"],
  outputsToSave: [false, true],
  gradFunc: (dy, [x, indices]) => ({
    x: () => {
      const [values] = dy as tf.Tensor[];
      const places = tf.cast(oneHot(tf.cast(indices, "int32"), x.shape.at(-1)!), "float32");
      return tf.sum(tf.mul(tf.expandDims(values, -1), places), -2);
    },
  }),
};

/**
 * Of an Einstein sum, by each tensor: the sum of what comes back and the other tensor over the
 * labels that this one lacks, the same along those that only it has.
 */
const einsum: tf.GradConfig = {
  kernelName: "Einsum",
  saveAllInputs: true,
  gradFunc: (dy, tensors, { equation }) => {
    const [given, result] = (equation as string).replaceAll(" ", "").split("->");
    const operands = given.split(",");
    const gradient = (i: number) => () => {
      const other = tensors.length > 1 ? 1 - i : undefined;
      const labels = [...operands[i]];
      const known = result + (other === undefined ? "" : operands[other]);
      const own = labels.filter((label) => known.includes(label)).join("");
      const back = other === undefined
        ? contracted([result], [dy as tf.Tensor], own)
        : contracted([result, operands[other]], [dy as tf.Tensor, tensors[other]], own);
      const spread = labels.map((label, axis) => own.includes(label) ? tensors[i].shape[axis] : 1);
      return tf.mul(tf.reshape(back, spread), tf.onesLike(tensors[i]));
    };
    return Object.fromEntries(tensors.map((_, i) => [i, gradient(i)]));
  },
};

/**
 * An Einstein sum that may also be of scalars, or change nothing: stock has no sum over none, and
 * returns its very input where nothing changes, whose gradient then counts twice.
 */
function contracted(
  operands: readonly string[],
  tensors: readonly tf.Tensor[],
  result: string,
): tf.Tensor {
  if (operands.length === 1 && operands[0] === result) return tf.clone(tensors[0]);
  const scalar = operands.indexOf("");
  if (scalar < 0) return tf.einsum(`${operands.join(",")}->${result}`, ...tensors);
  const other = 1 - scalar;
  const rest = contracted([operands[other]], [tensors[other]], result);
  return tf.mul(rest, tf.reshape(tensors[scalar], rest.shape.map(() => 1)));
}

/**
 * Of running products y_i = Π_{k ≤ i} x_k, without a division, as an element may be 0:
 * ∂y_i/∂x_j = Π_{k < j} x_k · Π_{j < k ≤ i} x_k. The last factors of all pairs are a running product
 * themselves, over a matrix.
 */
const runningProduct: tf.GradConfig = {
  kernelName: "Cumprod",
  inputsToSave: ["x"],
  gradFunc: (dy, [x], { axis, exclusive, reverse }) => ({
    x: () => {
      const [along] = tf.util.parseAxisParam(axis as number, x.shape);
      const last = x.shape.map((_, i) => i).filter((i) => i !== along).concat(along);
      const back = last.map((_, i) => last.indexOf(i));
      const turned = (y: tf.Tensor) => reverse ? tf.reverse(y, -1) : y;
      const lines = turned(tf.transpose(x, last));
      const length = x.shape[along];
      const pairs = tf.buffer([length, length]);
      for (let j = 0; j < length; j++) for (let k = j + 1; k < length; k++) pairs.set(1, j, k);
      // later[…, j, i] = Π x_k over j < k ≤ i, or k < i where an element itself takes no part.
      const after = pairs.toTensor();
      const row = tf.expandDims(lines, -2);
      const factors = tf.add(tf.mul(row, after), tf.sub(1, after));
      const later = tf.cumprod(factors, factors.rank - 1, exclusive as boolean);
      const reached = exclusive ? after : tf.add(after, tf.eye(length));
      const given = tf.expandDims(turned(tf.transpose(dy as tf.Tensor, last)), -2);
      const sums = tf.sum(tf.mul(tf.mul(later, reached), given), -1);
      const before = tf.cumprod(lines, lines.rank - 1, true);
      return tf.transpose(turned(tf.mul(before, sums)), back);
    },
  }),
};

/** All of them. */
export const indexGradients: readonly tf.GradConfig[] = [
  gather(tf.getGradient("GatherV2")),
  gatherNd,
  scatterNd,
  stridedSlice,
  topK,
  einsum,
  runningProduct,
];
