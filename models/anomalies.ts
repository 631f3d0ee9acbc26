/**
 * How strange examples are to a model: what it cannot put through its code and back.
 *
 * @module
 */
import { InputError } from "../lab/core/errors.ts";
import type { Trainer } from "../lab/core/trainer.ts";

/**
 * Examples through the model's code and back.
 *
 * @param values [count, D]
 * @returns [count, D]
 * @throws InputError where the model gives no codes of examples, or no examples of codes.
 */
export async function reconstructed(
  { encode, decode }: Pick<Trainer, "encode" | "decode">,
  values: Float32Array,
  count: number,
  labels?: ArrayLike<number>,
): Promise<Float32Array> {
  if (encode === undefined || decode === undefined) {
    throw new InputError(
      "Cannot reconstruct as the model must make codes of examples, and examples of codes",
    );
  }
  return await decode(await encode(values, labels), count, labels);
}

/**
 * The mean squared error of each example, [count], ≥ 0.
 *
 * @param values [count, D]
 * @param made [count, D], of {@linkcode reconstructed}.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert";
 * const errors = reconstructionErrors(Float32Array.of(0, 1, 1, 1), Float32Array.of(0, 0, 1, 1), 2);
 * deepStrictEqual([...errors], [0.5, 0]);
 * ```
 */
export function reconstructionErrors(
  values: Float32Array,
  made: Float32Array,
  count: number,
): Float64Array {
  const size = values.length / count;
  const errors = new Float64Array(count);
  values.forEach((value, i) => {
    const off = value - made[i];
    errors[Math.floor(i / size)] += off * off / size;
  });
  return errors;
}
