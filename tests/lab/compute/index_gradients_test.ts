/** Derivatives of kernels that move, sum or multiply along axes, by both orders. */
import * as tf from "@tensorflow/tfjs";
import { type Case, sweep } from "./derivatives.ts";

const ROWS = 3, COLUMNS = 4;
const X = [0.7, -0.4, 1.3, -1.1, 0.25, 0.9, -0.8, 0.45, 1.15, -0.65, 0.35, -1.25];
const cell = (x: number[], i: number, j: number) => x[i * COLUMNS + j];
const table = (rows: number, columns: number, of: (i: number, j: number) => number) =>
  Array.from({ length: rows * columns }, (_, k) => of(Math.floor(k / columns), k % columns));
const sum = (x: number[]) => x.reduce((a, b) => a + b, 0);
const product = (x: number[]) => x.reduce((a, b) => a * b, 1);
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
const B = [0.5, -1, 2, 0.3, 0.8, -0.6, 1.1, 0.2];
const b = () => tf.tensor2d(B, [COLUMNS, 2]);
const squared = (x: number[]) => x.map((each) => each * each);

const cases: readonly (readonly [string, Case["tensors"], Case["plain"], lacking?: string])[] = [
  [
    "gatherND, one place twice",
    (x) => tf.gatherND(tf.square(x), tf.tensor2d([[2, 1], [0, 3], [2, 1]], [3, 2], "int32")),
    (x) => [cell(x, 2, 1) ** 2, cell(x, 0, 3) ** 2, cell(x, 2, 1) ** 2],
  ],
  [
    "gatherND of rows",
    (x) => tf.gatherND(x, tf.tensor2d([[2], [0]], [2, 1], "int32")),
    (x) => table(2, COLUMNS, (i, j) => cell(x, [2, 0][i], j)),
  ],
  [
    "scatterND of rows, one place twice",
    (x) => tf.scatterND(tf.tensor2d([[4], [1], [4]], [3, 1], "int32"), tf.square(x), [5, COLUMNS]),
    (x) =>
      table(
        5,
        COLUMNS,
        (i, j) =>
          i === 4 ? cell(x, 0, j) ** 2 + cell(x, 2, j) ** 2 : i === 1 ? cell(x, 1, j) ** 2 : 0,
      ),
  ],
  [
    "gather along the last axis",
    (x) => tf.gather(tf.square(x), tf.tensor1d([3, 0, 3], "int32"), 1),
    (x) => table(ROWS, 3, (i, j) => cell(x, i, [3, 0, 3][j]) ** 2),
  ],
  [
    "gather row by row",
    (x) => tf.gather(tf.square(x), tf.tensor2d([[1, 1], [0, 3], [2, 0]], [3, 2], "int32"), 1, 1),
    (x) => table(ROWS, 2, (i, j) => cell(x, i, [[1, 1], [0, 3], [2, 0]][i][j]) ** 2),
  ],
  [
    "gather in batches of all axes of the indices but one",
    (x) => tf.gather(tf.square(x), tf.tensor2d([[1, 1], [0, 3], [2, 0]], [3, 2], "int32"), 1, -1),
    (x) => table(ROWS, 2, (i, j) => cell(x, i, [[1, 1], [0, 3], [2, 0]][i][j]) ** 2),
  ],
  [
    "gather in batches of two axes",
    (x) => {
      const indices = tf.tensor3d([1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1], [3, 2, 2], "int32");
      return tf.gather(tf.reshape(tf.square(x), [3, 2, 2]), indices, 2, 2);
    },
    (x) =>
      table(ROWS, COLUMNS, (i, j) => {
        const at = [1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1][i * COLUMNS + j];
        return cell(x, i, 2 * Math.floor(j / 2) + at) ** 2;
      }),
  ],
  [
    "strided slice, backwards",
    (x) => tf.stridedSlice(tf.square(x), [0, 3], [3, 0], [2, -2]),
    (x) => table(2, 2, (i, j) => cell(x, 2 * i, 3 - 2 * j) ** 2),
  ],
  [
    "strided slice by its masks",
    (x) => tf.stridedSlice(tf.square(x), [2, 1], [9, 9], [-1, 2], 2, 3),
    (x) => table(ROWS, 2, (i, j) => cell(x, ROWS - 1 - i, 2 * j) ** 2),
  ],
  [
    "largest two of each row",
    (x) => tf.topk(tf.square(x), 2).values,
    (x) =>
      upTo(ROWS).flatMap((i) =>
        squared(x.slice(i * COLUMNS, (i + 1) * COLUMNS)).sort((a, b) => b - a).slice(0, 2)
      ),
  ],
  [
    "running product",
    (x) => tf.cumprod(x, 1),
    (x) => table(ROWS, COLUMNS, (i, j) => product(upTo(j + 1).map((k) => cell(x, i, k)))),
  ],
  [
    "running product from the end, without the element itself, down the columns",
    (x) => tf.cumprod(x, 0, true, true),
    (x) =>
      table(
        ROWS,
        COLUMNS,
        (i, j) => product(upTo(ROWS).filter((k) => k > i).map((k) => cell(x, k, j))),
      ),
  ],
  [
    "running product through 0",
    (x) => tf.cumprod(tf.mul(x, tf.tensor1d([1, 0, 1, 1])), 1),
    (x) => table(ROWS, COLUMNS, (i, j) => j === 0 ? cell(x, i, 0) : 0),
  ],
  [
    "product of rows",
    (x) => tf.prod(x, 1),
    (x) => upTo(ROWS).map((i) => product(x.slice(i * COLUMNS, (i + 1) * COLUMNS))),
  ],
  [
    "running sum from the end, without the element itself",
    (x) => tf.cumsum(tf.square(x), 1, true, true),
    (x) =>
      table(
        ROWS,
        COLUMNS,
        (i, j) => sum(upTo(COLUMNS).filter((k) => k > j).map((k) => cell(x, i, k) ** 2)),
      ),
  ],
  [
    "einsum, a product",
    (x) => tf.einsum("ij,jk->ki", tf.square(x), b()),
    (x) =>
      table(2, ROWS, (k, i) => sum(upTo(COLUMNS).map((j) => cell(x, i, j) ** 2 * B[2 * j + k]))),
    "Einsum",
  ],
  [
    "einsum of x with itself",
    (x) => tf.einsum("ij,kj->ik", x, x),
    (x) =>
      table(ROWS, ROWS, (i, k) => sum(upTo(COLUMNS).map((j) => cell(x, i, j) * cell(x, k, j)))),
    "Einsum",
  ],
  [
    "einsum to a scalar",
    (x) => tf.reshape(tf.einsum("ij,ij->", x, tf.square(x)), [1]),
    (x) => [sum(x.map((each) => each ** 3))],
    "Einsum",
  ],
  [
    "einsum of one tensor to a scalar",
    (x) => tf.reshape(tf.einsum("ij->", tf.square(x)), [1]),
    (x) => [sum(squared(x))],
    "Einsum",
  ],
  [
    "einsum that turns and sums",
    (x) => tf.einsum("ij->j", tf.square(x)),
    (x) => upTo(COLUMNS).map((j) => sum(upTo(ROWS).map((i) => cell(x, i, j) ** 2))),
    "Einsum",
  ],
  [
    "power of a tensor",
    (x) => tf.pow(tf.add(tf.square(x), 0.5), tf.slice(x, [0, 0], [1, COLUMNS])),
    (x) => x.map((each, k) => (each * each + 0.5) ** x[k % COLUMNS]),
  ],
  [
    "remainder",
    (x) => tf.mod(tf.square(x), 0.3),
    (x) => x.map((each) => each * each - 0.3 * Math.floor(each * each / 0.3)),
  ],
  [
    "angle of (x, x² + 1)",
    (x) => tf.atan2(x, tf.add(tf.square(x), 1)),
    (x) => x.map((each) => Math.atan2(each, each * each + 1)),
  ],
  [
    "batch normalisation without scale and offset",
    (x) => {
      const { mean, variance } = tf.moments(x, 0);
      return tf.batchNorm(
        x as tf.Tensor2D,
        mean as tf.Tensor1D,
        variance as tf.Tensor1D,
        undefined,
        undefined,
        0.1,
      );
    },
    (x) => {
      const column = (j: number) => upTo(ROWS).map((i) => cell(x, i, j));
      const mean = upTo(COLUMNS).map((j) => sum(column(j)) / ROWS);
      const variance = mean.map((m, j) => sum(column(j).map((each) => (each - m) ** 2)) / ROWS);
      return x.map((each, k) =>
        (each - mean[k % COLUMNS]) / Math.sqrt(variance[k % COLUMNS] + 0.1)
      );
    },
  ],
  [
    "reverse, transpose, concat and pad",
    (x) => {
      const turned = tf.transpose(tf.reverse(tf.square(x), 1));
      return tf.pad(tf.concat([turned, turned], 1), [[1, 0], [0, 2]], 3);
    },
    (x) =>
      table(
        COLUMNS + 1,
        2 * ROWS + 2,
        (i, j) => i === 0 || j >= 2 * ROWS ? 3 : cell(x, j % ROWS, COLUMNS - i) ** 2,
      ),
  ],
];

sweep(
  "derivatives of what moves and runs along axes",
  cases.map(([name, tensors, plain, lacking]) => ({
    ...{ name, tensors, plain, lacking },
    ...{ shape: [ROWS, COLUMNS], x: X },
  })),
);
