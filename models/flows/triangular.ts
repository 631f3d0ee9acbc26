/**
 * Triangular matrices: what a convolution that is to be inverted consists of.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { TensorData } from "../../lab/core/tensor_data.ts";

/** [C, C] with 1 below or above the diagonal. */
export function strictTriangle(size: number, side: "lower" | "upper"): tf.Tensor2D {
  const at = (i: number, j: number) => Number(side === "lower" ? i > j : i < j);
  const rows = Array.from(
    { length: size },
    (_, i) => Array.from({ length: size }, (_, j) => at(i, j)),
  );
  return tf.tensor2d(rows, [size, size]);
}

/** (1 + N)⁻¹ of a strictly triangular N [C, C], exactly: Π_j (1 + (−N)^(2^j)), as N^C = 0. */
export function unipotentInverse(nilpotent: tf.Tensor2D): tf.Tensor2D {
  const size = nilpotent.shape[0];
  const unit = tf.eye(size);
  let power = tf.neg(nilpotent) as tf.Tensor2D;
  let inverse = tf.add(unit, power) as tf.Tensor2D;
  for (let reached = 2; reached < size; reached *= 2) {
    power = tf.matMul(power, power);
    inverse = tf.matMul(inverse, tf.add(unit, power) as tf.Tensor2D);
  }
  return inverse;
}

/** L − 1, U and s of a matrix whose rows are put in the order of their pivots. */
export function factorized(
  { values, shape }: TensorData<"float32">,
): Record<"lower" | "upper" | "diagonal", TensorData<"float32">> {
  const size = shape[0];
  const rows = Array.from(
    { length: size },
    (_, i) => Float64Array.from(values.subarray(i * size, (i + 1) * size)),
  );
  for (let k = 0; k < size; k++) {
    let pivot = k;
    for (let i = k + 1; i < size; i++) {
      if (Math.abs(rows[i][k]) > Math.abs(rows[pivot][k])) pivot = i;
    }
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    for (let i = k + 1; i < size; i++) {
      rows[i][k] /= rows[k][k];
      for (let j = k + 1; j < size; j++) rows[i][j] -= rows[i][k] * rows[k][j];
    }
  }
  const matrix = (within: (i: number, j: number) => boolean): TensorData<"float32"> => ({
    shape,
    dtype: "float32",
    values: Float32Array.from(
      { length: size * size },
      (_, at) => {
        const [i, j] = [Math.floor(at / size), at % size];
        return within(i, j) ? rows[i][j] : 0;
      },
    ),
  });
  return {
    lower: matrix((i, j) => i > j),
    upper: matrix((i, j) => i < j),
    diagonal: {
      shape: [size],
      dtype: "float32" as const,
      values: Float32Array.from(rows, (row, i) => row[i]),
    },
  };
}
