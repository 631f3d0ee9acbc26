/**
 * Kernel gradients that TensorFlow.js 4.22 lacks, gets wrong or makes needlessly slow.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { InputError } from "../core/errors.ts";
import { imageGradients } from "./image_gradients.ts";
import { indexGradients } from "./index_gradients.ts";

type Gradients = (
  dy: tf.Tensor | tf.Tensor[],
  saved: tf.Tensor[],
  attributes: tf.NamedAttrMap,
) => Record<string, () => tf.Tensor>;

/** Registers them in this thread: to be called once. */
export function registerKernelGradients(): void {
  const x = ["x"];
  const outputsToSave = [true];
  tf.registerGradient({ kernelName: "Elu", outputsToSave, gradFunc: elu });
  tf.registerGradient({ kernelName: "LeakyRelu", inputsToSave: x, gradFunc: leakyRelu });
  for (const [kernelName, axes] of [["Max", "reductionIndices"], ["Min", "axis"]]) {
    tf.registerGradient({ kernelName, inputsToSave: x, outputsToSave, gradFunc: extremum(axes) });
  }
  tf.registerGradient({ kernelName: "Sum", inputsToSave: x, gradFunc: reduction(() => 1) });
  tf.registerGradient({
    kernelName: "Mean",
    inputsToSave: x,
    gradFunc: reduction((reduced) => 1 / reduced),
  });
  const inputsToSave = ["a", "b"];
  const maximum = extremumOfTwo(tf.greaterEqual, tf.less);
  const minimum = extremumOfTwo(tf.lessEqual, tf.greater);
  tf.registerGradient({ kernelName: "Maximum", inputsToSave, gradFunc: maximum });
  tf.registerGradient({ kernelName: "Minimum", inputsToSave, gradFunc: minimum });
  tf.registerGradient({
    kernelName: "SquaredDifference",
    inputsToSave,
    gradFunc: squaredDifference,
  });
  tf.registerGradient({ kernelName: "Cumsum", gradFunc: runningSum });
  tf.registerGradient({ kernelName: "Unpack", gradFunc: pieces("value", tf.stack) });
  tf.registerGradient({ kernelName: "SplitV", gradFunc: pieces("x", tf.concat) });
  tf.registerGradient({ kernelName: "Tile", inputsToSave: x, gradFunc: tile });
  amend("BatchMatMul", broadcastBack("a", "b"));
  amend("Prelu", broadcastBack("x", "alpha"));
  amend(
    "Prod",
    (stock) => (dy, saved, attributes) =>
      stock(dy, saved, { ...attributes, axis: reduce(saved[0], attributes.axis).axes }),
  );
  // What an op records that brings its own gradient goes by the name of the op's scope.
  tf.registerGradient({ kernelName: "softmaxCrossEntropy__op", gradFunc: crossEntropy });
  for (const gradient of [...imageGradients, ...indexGradients]) tf.registerGradient(gradient);
}

/** Registers a gradient that is made with the stock one. */
function amend(kernelName: string, make: (stock: Gradients) => Gradients): void {
  const { gradFunc, ...stock } = tf.getGradient(kernelName);
  const made = make(gradFunc as unknown as Gradients);
  tf.registerGradient({ ...stock, kernelName, gradFunc: made as unknown as typeof gradFunc });
}

/** The stock gradients of two inputs, of their own shapes (stock keeps that of the result). */
function broadcastBack(...inputs: readonly [string, string]): (stock: Gradients) => Gradients {
  return (stock) => (dy, saved, attributes) => {
    const gradients = stock(dy, saved, attributes);
    return Object.fromEntries(inputs.map((input, i) => [input, () => {
      const gradient = gradients[input]();
      const isOwn = tf.util.arraysEqual(gradient.shape, saved[i].shape);
      return isOwn ? gradient : summedTo(gradient, saved[i]);
    }]));
  };
}

/** eˣ where x < 0 and 1 elsewhere, as 1 + min(y, 0): the stock kernel has no gradient itself. */
const elu: Gradients = (dy, [y]) => ({
  x: () => tf.mul(dy as tf.Tensor, tf.sub(1, tf.relu(tf.neg(y)))),
});

/** 1 where x > 0 and α elsewhere, in one kernel (stock compares, selects and multiplies). */
const leakyRelu: Gradients = (dy, [x], { alpha }) => ({
  x: () => tf.mul(dy as tf.Tensor, tf.step(x, alpha as number)),
});

/** The reduced axes, and the reduced shape with ones in their place. */
function reduce(x: tf.Tensor, axis: unknown): { axes: number[]; kept: number[] } {
  const axes = tf.util.parseAxisParam(axis as number | number[], x.shape);
  return { axes, kept: x.shape.map((length, i) => axes.includes(i) ? 1 : length) };
}

/** Of a maximum or minimum: shared evenly among equals (stock gives all of it to each). */
function extremum(axisAttribute: string): Gradients {
  return (dy, [x, y], attributes) => {
    const { axes, kept } = reduce(x, attributes[axisAttribute]);
    return {
      x: () => {
        const winners = tf.cast(tf.equal(x, tf.reshape(y, kept)), "float32");
        const share = tf.div(tf.reshape(dy as tf.Tensor, kept), tf.sum(winners, axes, true));
        return tf.mul(winners, share);
      },
    };
  };
}

/** `x` summed over the axes along which `shape` was broadcast. */
function summedTo(x: tf.Tensor, { shape }: tf.Tensor): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, x.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(x, axes) : x, shape);
}

type Comparison = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

/** Of the larger or smaller of two (stock throws where one is broadcast). */
function extremumOfTwo(aWins: Comparison, bWins: Comparison): Gradients {
  return (dy, [a, b]) => {
    const where = (wins: Comparison) => tf.mul(dy as tf.Tensor, tf.cast(wins(a, b), "float32"));
    return { a: () => summedTo(where(aWins), a), b: () => summedTo(where(bWins), b) };
  };
}

/** Of (a − b)² (stock throws where one is broadcast). */
const squaredDifference: Gradients = (dy, [a, b]) => {
  const slope = () => tf.mul(dy as tf.Tensor, tf.mul(2, tf.sub(a, b)));
  return { a: () => summedTo(slope(), a), b: () => summedTo(tf.neg(slope()), b) };
};

/** Of a running sum: one from the other end (stock throws along any axis but the last). */
const runningSum: Gradients = (dy, _, { axis, exclusive, reverse }) => ({
  x: () => tf.cumsum(dy as tf.Tensor, axis as number, exclusive as boolean, !reverse),
});

/** Of pieces along an axis, joined again (stock throws where there is one piece alone). */
function pieces(
  input: string,
  join: (list: tf.Tensor[], axis: number) => tf.Tensor,
): Gradients {
  return (dy, _, { axis }) => ({ [input]: () => join([dy].flat(), axis as number) });
}

/** Of a sum or mean: `weight` of the number of reduced elements, everywhere. */
function reduction(weight: (reduced: number) => number): Gradients {
  return (dy, [x], { axis }) => {
    const { axes, kept } = reduce(x, axis);
    const reduced = axes.reduce((size, i) => size * x.shape[i], 1);
    return {
      x: () => tf.mul(tf.reshape(dy as tf.Tensor, kept), tf.fill(x.shape, weight(reduced))),
    };
  };
}

/** Of a tiling: the sum over the copies (stock slices them out one by one). */
const tile: Gradients = (dy, [x], { reps }) => {
  // Only the axes that are repeated, as tensors of more than six are not known everywhere.
  const times = reps as number[];
  const split = x.shape.flatMap((length, i) => times[i] > 1 ? [times[i], length] : [length]);
  const copies = times.flatMap((count) => count > 1 ? [true, false] : [false])
    .flatMap((copied, axis) => copied ? [axis] : []);
  return {
    x: () => {
      const each = tf.reshape(dy as tf.Tensor, split);
      return copies.length > 0 ? tf.sum(each, copies) : each;
    },
  };
};

/**
 * Of `tf.losses.softmaxCrossEntropy`, from the labels and the log-probabilities that it saves (stock
 * is wrong where the labels of a row do not sum to 1: one that is masked, or weighted). These are cut off the tape, so that a second derivative would be silently wrong.
 */
const crossEntropy: Gradients = (dy, [labels, logProbabilities]) => {
  if (tf.engine().state.gradientDepth > 0) {
    throw new InputError(
      "Cannot differentiate tf.losses.softmaxCrossEntropy twice as it drops a term: use " +
        "tf.neg(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), -1))",
    );
  }
  const weight = tf.expandDims(dy as tf.Tensor, -1);
  const total = () => tf.sum(labels, -1, true);
  return {
    0: () => tf.mul(weight, tf.neg(logProbabilities)),
    1: () => tf.mul(weight, tf.sub(tf.mul(tf.exp(logProbabilities), total()), labels)),
  };
};
