/**
 * First and second derivatives of every layer with respect to all that it is given, inputs and
 * parameters side by side in one row, on every backend.
 */
import * as tf from "@tensorflow/tfjs";
import { rotaryTurns, selfAttention } from "../../../../lab/compute/layers/attention.ts";
import { convolution, transposedConvolution } from "../../../../lab/compute/layers/convolution.ts";
import { dropout } from "../../../../lab/compute/layers/dropout.ts";
import { embedding, tiedLogits } from "../../../../lab/compute/layers/embedding.ts";
import * as normalization from "../../../../lab/compute/layers/normalization.ts";
import { l1Penalty, l2Penalty } from "../../../../lab/compute/layers/penalties.ts";
import {
  averagePool,
  globalAveragePool,
  maximumPool,
} from "../../../../lab/compute/layers/pooling.ts";
import { prelu } from "../../../../lab/compute/layers/prelu.ts";
import { radialBasis } from "../../../../lab/compute/layers/radial_basis.ts";
import { residualBlock } from "../../../../lab/compute/layers/residual.ts";
import { spectralNormalization } from "../../../../lab/compute/layers/spectral_normalization.ts";
import { type RecurrentCellName, unroll } from "../../../../lab/compute/recurrent.ts";
import { type Case, sweep } from "../derivatives.ts";

/** Shapes by name, in the order of the row. */
type Shapes = Record<string, readonly number[]>;
/** A float64 tensor: its elements and how an index finds one. */
type Read = (...index: number[]) => number;

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const total = (x: readonly number[]) => x.reduce((a, b) => a + b, 0);
const mean = (x: readonly number[]) => total(x) / x.length;

/** Where derivatives are taken: no two elements alike, each a step further round a circle. */
const placed = (i: number) => Math.sin(1 + 2.4 * i);

/** A case over several tensors, from their formula in tensors and in float64. */
function layer(
  name: string,
  shapes: Shapes,
  tensors: (given: Record<string, tf.Tensor>) => tf.Tensor,
  plain: (given: Record<string, Read>) => number[],
  lacking?: string,
): Case {
  const sizes = Object.values(shapes).map(sizeOf);
  const starts = sizes.map((_, i) => total(sizes.slice(0, i)));
  const each = <T>(make: (start: number, size: number, shape: readonly number[]) => T) =>
    Object.fromEntries(
      Object.entries(shapes).map(([key, shape], i) => [key, make(starts[i], sizes[i], shape)]),
    );
  return {
    name,
    shape: [total(sizes)],
    x: range(total(sizes)).map(placed),
    tensors: (x) =>
      tensors(each((start, size, shape) => tf.reshape(tf.slice(x, [start], [size]), [...shape]))),
    plain: (x) =>
      plain(
        each((start, _, shape) => (...index) =>
          x[start + index.reduce((at, i, axis) => at * shape[axis] + i, 0)]
        ),
      ),
    lacking,
  };
}

const parameters = ({ x: _, ...rest }: Record<string, tf.Tensor>) =>
  Object.fromEntries(Object.entries(rest).map(([name, tensor]) => [`a/${name}`, tensor]));

/** Of every index below these lengths, the last fastest. */
function every(lengths: readonly number[], of: (...index: number[]) => number): number[] {
  return range(sizeOf(lengths)).map((flat) => {
    const index: number[] = [];
    for (const length of lengths.toReversed()) {
      index.unshift(flat % length);
      flat = Math.floor(flat / length);
    }
    return of(...index);
  });
}

/** (x − mean) / √(variance + ε) of `at` among the elements of its group. */
function standard(at: number, group: readonly number[], epsilon = 1e-5): number {
  const middle = mean(group);
  return (at - middle) / Math.sqrt(mean(group.map((x) => (x - middle) ** 2)) + epsilon);
}

/** A convolution of stride 1 over [H, W, C] with zeros around it, one image. */
function convolved(
  x: Read,
  [height, width, channels]: readonly number[],
  kernel: Read,
  bias: Read,
  size: number,
): (i: number, j: number, f: number) => number {
  const border = Math.floor((size - 1) / 2);
  const inside = (i: number, j: number) => i >= 0 && j >= 0 && i < height && j < width;
  return (i, j, f) =>
    bias(f) + total(every([size, size, channels], (m, n, c) => {
      const [row, column] = [i + m - border, j + n - border];
      return inside(row, column) ? x(0, row, column, c) * kernel(m, n, c, f) : 0;
    }));
}

const relu = (x: number) => Math.max(x, 0);
const logistic = (x: number) => 1 / (1 + Math.exp(-x));

/** One step of a cell, one row, two units. */
const cells: Record<RecurrentCellName, (given: Record<string, Read>) => number[]> = {
  lstm: ({ x, memory, kernel, recurrentKernel, bias }) => {
    const gate = (g: number) =>
      bias(g) + x(0, 0) * kernel(0, g) + memory(0, 0) * recurrentKernel(0, g) +
      memory(0, 1) * recurrentKernel(1, g);
    const cell = range(2).map((u) =>
      logistic(gate(2 + u)) * memory(0, 2 + u) + logistic(gate(u)) * Math.tanh(gate(4 + u))
    );
    return cell.map((c, u) => logistic(gate(6 + u)) * Math.tanh(c));
  },
  gru: ({ x, memory, kernel, recurrentKernel, bias }) => {
    const entering = (g: number) => bias(g) + x(0, 0) * kernel(0, g);
    const kept = (g: number) =>
      memory(0, 0) * recurrentKernel(0, g) + memory(0, 1) * recurrentKernel(1, g);
    return range(2).map((u) => {
      const [reset, update] = [u, 2 + u].map((g) => logistic(entering(g) + kept(g)));
      const candidate = Math.tanh(entering(4 + u) + reset * kept(4 + u));
      return (1 - update) * candidate + update * memory(0, u);
    });
  },
};

const NOISE = [0.1, 0.9, 0.25, 0.2, 0.6, 0.7];

const VECTOR = [0.6, -0.8];

/** The vectors of a power iteration from VECTOR on, at the kernel that the test is about. */
const SINGULAR = (() => {
  const kernel = (i: number, j: number) => placed(2 * i + j);
  const unit = (x: number[]) => x.map((each) => each / Math.hypot(...x));
  const v = unit(range(3).map((i) => total(range(2).map((j) => kernel(i, j) * VECTOR[j]))));
  const u = unit(range(2).map((j) => total(range(3).map((i) => kernel(i, j) * v[i]))));
  return { u, v };
})();

/** Causal self-attention of one example of two places, one head of two features, rotary. */
function attended(given: Record<string, Read>): number[] {
  const entering = (t: number, g: number) =>
    given["inputs/bias"](g) +
    total(range(2).map((d) => given.x(0, t, d) * given["inputs/kernel"](d, g)));
  const turned = (t: number, g: number) => {
    const [a, b] = [entering(t, g), entering(t, g + 1)];
    return [a * Math.cos(t) - b * Math.sin(t), b * Math.cos(t) + a * Math.sin(t)];
  };
  const seen = (t: number, i: number) => {
    const weights = range(t + 1).map((s) => {
      const [q, k] = [turned(t, 0), turned(s, 2)];
      return Math.exp((q[0] * k[0] + q[1] * k[1]) / Math.SQRT2);
    });
    return total(weights.map((weight, s) => weight * entering(s, 4 + i))) / total(weights);
  };
  return every(
    [2, 2],
    (t, o) =>
      given["outputs/bias"](o) +
      total(range(2).map((i) => seen(t, i) * given["outputs/kernel"](i, o))),
  );
}

const cases: readonly Case[] = [
  layer(
    "convolution",
    { x: [1, 3, 3, 1], kernel: [3, 3, 1, 2], bias: [2] },
    ({ x, ...rest }) => convolution(parameters(rest), x, "a"),
    ({ x, kernel, bias }) => every([3, 3, 2], convolved(x, [3, 3, 1], kernel, bias, 3)),
    "Conv2DBackpropFilter",
  ),
  layer(
    "transposed convolution",
    { x: [1, 2, 2, 1], kernel: [2, 2, 2, 1], bias: [2] },
    ({ x, ...rest }) =>
      transposedConvolution(parameters(rest), x, "a", { stride: 2, padding: "valid" }),
    ({ x, kernel, bias }) =>
      every([4, 4, 2], (i, j, f) => bias(f) + x(0, i >> 1, j >> 1, 0) * kernel(i & 1, j & 1, f, 0)),
    "Conv2DBackpropFilter",
  ),
  layer(
    "maximum pool",
    { x: [1, 4, 4, 1] },
    ({ x }) => maximumPool(x, { size: 2 }),
    ({ x }) =>
      every([2, 2], (i, j) => Math.max(...every([2, 2], (m, n) => x(0, 2 * i + m, 2 * j + n, 0)))),
  ),
  layer(
    "average pool",
    { x: [1, 3, 3, 2] },
    ({ x }) => averagePool(x, { size: 2, stride: 1 }),
    ({ x }) => every([2, 2, 2], (i, j, c) => mean(every([2, 2], (m, n) => x(0, i + m, j + n, c)))),
  ),
  layer(
    "global average pool",
    { x: [2, 2, 3, 2] },
    ({ x }) => globalAveragePool(x),
    ({ x }) => every([2, 2], (b, c) => mean(every([2, 3], (i, j) => x(b, i, j, c)))),
  ),
  layer(
    "batch normalisation",
    { x: [4, 2], scale: [2], offset: [2] },
    ({ x, ...rest }) => {
      const moments = { "a/mean": tf.zeros([2]), "a/variance": tf.ones([2]) };
      return normalization.batchNormalization(parameters(rest), moments, x, "a").outputs;
    },
    ({ x, scale, offset }) =>
      every(
        [4, 2],
        (b, c) => scale(c) * standard(x(b, c), range(4).map((b) => x(b, c))) + offset(c),
      ),
  ),
  layer(
    "normalisation by moving moments",
    { x: [3, 2], scale: [2], offset: [2] },
    ({ x, ...rest }) => {
      const moments = { "a/mean": tf.tensor1d([0.5, -1]), "a/variance": tf.tensor1d([2, 0.3]) };
      return normalization.movingNormalization(parameters(rest), moments, x, "a");
    },
    ({ x, scale, offset }) =>
      every(
        [3, 2],
        (b, c) => scale(c) * (x(b, c) - [0.5, -1][c]) / Math.sqrt([2, 0.3][c] + 1e-5) + offset(c),
      ),
  ),
  layer(
    "layer normalisation",
    { x: [2, 3], scale: [3], offset: [3] },
    ({ x, ...rest }) => normalization.layerNormalization(parameters(rest), x, "a"),
    ({ x, scale, offset }) =>
      every(
        [2, 3],
        (b, d) => scale(d) * standard(x(b, d), range(3).map((d) => x(b, d))) + offset(d),
      ),
  ),
  layer(
    "instance normalisation",
    { x: [2, 2, 2, 2], scale: [2], offset: [2] },
    ({ x, ...rest }) => normalization.instanceNormalization(parameters(rest), x, "a"),
    ({ x, scale, offset }) =>
      every(
        [2, 2, 2, 2],
        (b, i, j, c) =>
          scale(c) * standard(x(b, i, j, c), every([2, 2], (i, j) => x(b, i, j, c))) + offset(c),
      ),
  ),
  layer(
    "group normalisation",
    { x: [1, 2, 1, 4], scale: [4], offset: [4] },
    ({ x, ...rest }) => normalization.groupNormalization(parameters(rest), x, "a", 2),
    ({ x, scale, offset }) =>
      every([1, 2, 1, 4], (b, i, j, c) => {
        const group = every([2, 2], (i, k) => x(b, i, j, 2 * (c >> 1) + k));
        return scale(c) * standard(x(b, i, j, c), group) + offset(c);
      }),
  ),
  layer(
    "pixel normalisation",
    { x: [1, 2, 2, 3] },
    ({ x }) => normalization.pixelNormalization(x),
    ({ x }) =>
      every(
        [2, 2, 3],
        (i, j, c) =>
          x(0, i, j, c) / Math.sqrt(mean(range(3).map((c) => x(0, i, j, c) ** 2)) + 1e-8),
      ),
  ),
  layer(
    "dropout",
    { x: [2, 3] },
    ({ x }) => dropout(x, tf.tensor2d(NOISE, [2, 3]), 0.25),
    ({ x }) => NOISE.map((u, i) => u < 0.25 ? 0 : x(0, i) / 0.75),
  ),
  layer(
    "residual block",
    {
      x: [1, 2, 2, 1],
      ...{ "0/kernel": [3, 3, 1, 2], "0/bias": [2], "1/kernel": [3, 3, 2, 2], "1/bias": [2] },
      ...{ "shortcut/kernel": [1, 1, 1, 2], "shortcut/bias": [2] },
    },
    ({ x, ...rest }) => residualBlock(parameters(rest), x, "a"),
    (given) => {
      const of = (name: string, x: Read, channels: number, size: number) =>
        convolved(x, [2, 2, channels], given[`${name}/kernel`], given[`${name}/bias`], size);
      const first = of("0", given.x, 1, 3);
      const change = of("1", (_, i, j, c) => relu(first(i, j, c)), 2, 3);
      const shortcut = of("shortcut", given.x, 1, 1);
      return every([2, 2, 2], (i, j, f) => relu(change(i, j, f) + shortcut(i, j, f)));
    },
    "Conv2DBackpropFilter",
  ),
  layer(
    "spectral normalisation",
    { kernel: [3, 2] },
    ({ kernel }) => spectralNormalization(kernel, tf.tensor1d(VECTOR)).kernel,
    ({ kernel }) => {
      const norm = total(every([3, 2], (i, j) => SINGULAR.v[i] * kernel(i, j) * SINGULAR.u[j]));
      return every([3, 2], (i, j) => kernel(i, j) / norm);
    },
  ),
  layer(
    "l1 penalty",
    { kernel: [2, 3] },
    ({ kernel }) => l1Penalty({ kernel }, 0.3),
    ({ kernel }) => [0.3 * total(every([2, 3], (i, j) => Math.abs(kernel(i, j))))],
  ),
  layer(
    "l2 penalty",
    { kernel: [2, 3] },
    ({ kernel }) => l2Penalty({ kernel }, 0.3),
    ({ kernel }) => [0.15 * total(every([2, 3], (i, j) => kernel(i, j) ** 2))],
  ),
  layer(
    "prelu",
    { x: [3, 2], slope: [2] },
    ({ x, ...rest }) => prelu(parameters(rest), x, "a"),
    ({ x, slope }) => every([3, 2], (b, c) => x(b, c) > 0 ? x(b, c) : slope(c) * x(b, c)),
  ),
  layer(
    "radial basis",
    { x: [2, 2], centers: [3, 2] },
    ({ x, ...rest }) => radialBasis(parameters(rest), x, "a", 0.8),
    ({ x, centers }) =>
      every(
        [2, 3],
        (b, u) =>
          Math.exp(-total(range(2).map((d) => (x(b, d) - centers(u, d)) ** 2)) / (2 * 0.64)),
      ),
  ),
  layer(
    "causal self-attention",
    {
      x: [1, 2, 2],
      ...{ "inputs/kernel": [2, 6], "inputs/bias": [6] },
      ...{ "outputs/kernel": [2, 2], "outputs/bias": [2] },
    },
    ({ x, ...rest }) =>
      selfAttention(parameters(rest), x, "a", { heads: 1, turns: rotaryTurns(2, 2) }),
    attended,
  ),
  layer(
    "embedding",
    { table: [3, 2] },
    (given) => embedding(parameters(given), tf.tensor2d([[2, 0, 2]]), "a"),
    ({ table }) => every([3, 2], (t, d) => table([2, 0, 2][t], d)),
  ),
  layer(
    "tied logits",
    { x: [2, 2], table: [3, 2] },
    ({ x, ...rest }) => tiedLogits(parameters(rest), x, "a"),
    ({ x, table }) => every([2, 3], (b, v) => total(range(2).map((d) => x(b, d) * table(v, d)))),
  ),
  ...(["lstm", "gru"] as const).map((cell) => {
    const [gates, states] = cell === "lstm" ? [4, 2] : [3, 1];
    return layer(
      `a step of ${cell}`,
      {
        ...{ x: [1, 1], memory: [1, 2 * states], kernel: [1, 2 * gates] },
        ...{ recurrentKernel: [2, 2 * gates], bias: [2 * gates] },
      },
      ({ x, memory, ...rest }) =>
        unroll(parameters(rest), cell, "a", { x, memory, steps: 1 }).outputs,
      cells[cell],
    );
  }),
];

sweep("derivatives of layers", cases);
