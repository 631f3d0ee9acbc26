/**
 * Initial weights from the lab's own generator. Fan-in and fan-out of a kernel [in, out] are `in`
 * and `out`; of a convolution's [H, W, in, out] both times H·W. Draws are row-major, so that one
 * stream gives one network.
 *
 * @module
 */
import { InputError } from "../core/errors.ts";
import type { Generator } from "../core/random.ts";
import { allocate, sizeOf, type TensorData } from "../core/tensor_data.ts";

/** Float32 weights. */
export type Weights = TensorData<"float32">;

/** Draws weights of a shape. */
export type Initializer = (random: Generator, shape: readonly number[]) => Weights;

function filled(shape: readonly number[], draw: () => number): Weights {
  const values = allocate("float32", sizeOf(shape));
  for (let i = 0; i < values.length; i++) values[i] = draw();
  return { shape, dtype: "float32", values };
}

function fans(shape: readonly number[]): { fanIn: number; fanOut: number } {
  if (shape.length < 2) {
    throw new InputError(`Cannot scale weights as their shape needs a fan-in: [${shape}]`);
  }
  const receptive = sizeOf(shape.slice(0, -2));
  return { fanIn: receptive * shape.at(-2)!, fanOut: receptive * shape.at(-1)! };
}

/** Every weight `value`. */
export function constant(shape: readonly number[], value: number): Weights {
  return filled(shape, () => value);
}

/** U[low, high). */
export function uniform(
  random: Generator,
  shape: readonly number[],
  low: number,
  high: number,
): Weights {
  return filled(shape, () => random.uniform(low, high));
}

/** N(mean, deviation²). */
export function normal(
  random: Generator,
  shape: readonly number[],
  deviation = 1,
  mean = 0,
): Weights {
  return filled(shape, () => mean + deviation * random.standardNormal());
}

/** Standard deviation of N(0, 1) cut off at ± 2. */
const TRUNCATED_DEVIATION = 0.8796256610342398;

/**
 * N(mean, ·) cut off at two of its own standard deviations by drawing again, and widened so that
 * what remains has exactly `deviation` (the correction 1 / 0.8796 that tf.initializers omits).
 */
export function truncatedNormal(
  random: Generator,
  shape: readonly number[],
  deviation = 1,
  mean = 0,
): Weights {
  const scale = deviation / TRUNCATED_DEVIATION;
  return filled(shape, () => {
    let z = random.standardNormal();
    while (Math.abs(z) > 2) z = random.standardNormal();
    return mean + scale * z;
  });
}

/** U(−√(3v), √(3v)), whose variance is exactly v. */
function uniformOfVariance(random: Generator, shape: readonly number[], variance: number) {
  const limit = Math.sqrt(3 * variance);
  return uniform(random, shape, -limit, limit);
}

/** Variance 2 / (fanIn + fanOut), uniform. Glorot & Bengio (2010), eq. 16. */
export function glorotUniform(random: Generator, shape: readonly number[]): Weights {
  const { fanIn, fanOut } = fans(shape);
  return uniformOfVariance(random, shape, 2 / (fanIn + fanOut));
}

/** Variance 2 / (fanIn + fanOut), normal. Glorot & Bengio (2010), eq. 12. */
export function glorotNormal(random: Generator, shape: readonly number[]): Weights {
  const { fanIn, fanOut } = fans(shape);
  return normal(random, shape, Math.sqrt(2 / (fanIn + fanOut)));
}

/** Variance 2 / fanIn, uniform. He et al. (2015), arXiv 1502.01852, eq. 10. */
export function heUniform(random: Generator, shape: readonly number[]): Weights {
  return uniformOfVariance(random, shape, 2 / fans(shape).fanIn);
}

/** Variance 2 / fanIn, normal. He et al. (2015), arXiv 1502.01852, eq. 10. */
export function heNormal(random: Generator, shape: readonly number[]): Weights {
  return normal(random, shape, Math.sqrt(2 / fans(shape).fanIn));
}

/** Variance 1 / fanIn, uniform. LeCun et al. (1998), Efficient BackProp, eq. 16. */
export function lecunUniform(random: Generator, shape: readonly number[]): Weights {
  return uniformOfVariance(random, shape, 1 / fans(shape).fanIn);
}

/** Variance 1 / fanIn, normal. LeCun et al. (1998), Efficient BackProp, eq. 16. */
export function lecunNormal(random: Generator, shape: readonly number[]): Weights {
  return normal(random, shape, Math.sqrt(1 / fans(shape).fanIn));
}

/** Variance 1 / (3 fanIn), uniform: U(−1/√fanIn, 1/√fanIn), by which PyTorch draws its layers. */
export function fanInUniform(random: Generator, shape: readonly number[]): Weights {
  const limit = 1 / Math.sqrt(fans(shape).fanIn);
  return uniform(random, shape, -limit, limit);
}

/**
 * A random matrix with orthonormal columns (rows where there are fewer rows than columns), times
 * `gain`; leading axes are joined. QᵀQ = gain²·I up to float32 rounding.
 *
 * Saxe, McClelland & Ganguli (2014), arXiv 1312.6120. Q of the QR decomposition of a Gaussian
 * matrix with the diagonal of R made positive, which is uniform over orthogonal matrices
 * (Mezzadri 2007, arXiv math-ph/0609050); by Gram-Schmidt, twice, in float64.
 */
export function orthogonal(random: Generator, shape: readonly number[], gain = 1): Weights {
  fans(shape);
  const columns = shape.at(-1)!;
  const rows = sizeOf(shape) / columns;
  const length = Math.max(rows, columns);
  const vectors = Array.from(
    { length: Math.min(rows, columns) },
    () => new Float64Array(length).map(() => random.standardNormal()),
  );
  vectors.forEach((vector, j) => {
    for (let pass = 0; pass < 2; pass++) {
      for (let k = 0; k < j; k++) addScaled(vector, vectors[k], -dot(vector, vectors[k]));
    }
    const scale = 1 / Math.sqrt(dot(vector, vector));
    for (let i = 0; i < length; i++) vector[i] *= scale;
  });
  const values = allocate("float32", rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const entry = rows >= columns ? vectors[column][row] : vectors[row][column];
      values[row * columns + column] = gain * entry;
    }
  }
  return { shape, dtype: "float32", values };
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i] * b[i];
  return total;
}

function addScaled(target: Float64Array, source: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i] += factor * source[i];
}
