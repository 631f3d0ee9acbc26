/**
 * First and second derivatives against float64 finite differences of the textbook formulas, on
 * every backend.
 */
import { ok, rejects, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { openWorkspace } from "../../../lab/compute/backend.ts";
import { backends, options } from "./backends.ts";

/** A function of float64 elements. */
export type Plain = (x: number[]) => number[];

/** An op, its textbook formula, and where it is looked at. */
export interface Case {
  readonly name: string;
  readonly tensors: (x: tf.Tensor) => tf.Tensor;
  readonly plain: Plain;
  readonly shape: readonly number[];
  /** Away from every kink and tie. */
  readonly x: readonly number[];
  /** The kernel that the stock tfjs-wasm backend lacks for it, where it does. */
  readonly lacking?: string;
}

/** Weights that make every entry count differently. */
const W = [1, 2, -1.5, 0.7, -0.4, 1.2];
/** Direction of the second derivative. */
const U = [0.3, -1, 0.8, 1.1, -0.6, 0.5, -0.9];

const total = (x: readonly number[]) => x.reduce((a, b) => a + b, 0);

/** Σ w·(y + 0.3)²: no entry's first or second derivative is trivial. */
const objective = (y: number[]) => total(y.map((v, i) => W[i % W.length] * (v + 0.3) ** 2));

function tensorObjective(y: tf.Tensor): tf.Scalar {
  const weights = tf.tensor(Array.from({ length: y.size }, (_, i) => W[i % W.length]), y.shape);
  return tf.sum(tf.mul(weights, tf.square(tf.add(y, 0.3)))) as tf.Scalar;
}

/** The derivative of a float64 function along a direction, by fourth-order central differences. */
function slope(
  f: (x: number[]) => number,
  x: readonly number[],
  direction: readonly number[],
): number {
  const width = 1e-3;
  const at = (shift: number) => f(x.map((v, i) => v + shift * width * direction[i]));
  return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * width);
}

/** The derivative of a float64 function by each of its arguments. */
export function differences(f: (x: number[]) => number, x: readonly number[]): number[] {
  return x.map((_, i) => slope(f, x, x.map((_, j) => i === j ? 1 : 0)));
}

/** Fails where an entry is further from what is expected than `tolerance` · (1 + |expected|). */
export function close(
  what: string,
  actual: ArrayLike<number>,
  expected: number[],
  tolerance: number,
) {
  strictEqual(actual.length, expected.length);
  expected.forEach((value, i) => {
    const error = Math.abs(actual[i] - value) / (1 + Math.abs(value));
    ok(error < tolerance, `${what}, entry ${i}: ${actual[i]}, not ${value}`);
  });
}

/** erf by its Maclaurin series, exact to float64 for |x| < 2. */
export function erf(x: number): number {
  let term = x, sum = x;
  for (let n = 1; n < 60; n++) {
    term *= -x * x / n;
    sum += term / (2 * n + 1);
  }
  return 2 / Math.sqrt(Math.PI) * sum;
}

/** A test of all cases for every backend. */
export function sweep(what: string, cases: readonly Case[]): void {
  for (const { name: backend, ignore } of backends) {
    Deno.test({
      name: `${what} equal finite differences on ${backend}`,
      ignore,
      fn: async (test) => {
        const { workspace } = await openWorkspace(backend, options);
        // Small tensors would be computed by the cpu's kernels.
        if (backend === "tfjs-webgpu") tf.env().set("WEBGPU_CPU_FORWARD", false);
        for (const { name, tensors, plain, shape, x, lacking } of cases) {
          await test.step(name, async () => {
            const program = workspace.compile(
              { name, inputs: { x: [shape, "float32"], u: [shape, "float32"] } },
              ({ input }) => {
                const first = (x: tf.Tensor) => tf.grad((x) => tensorObjective(tensors(x)))(x);
                const along = (x: tf.Tensor) => tf.sum(tf.mul(first(x), input.u));
                const curved = tf.grad(along)(tf.clone(input.x));
                return {
                  outputs: { y: tf.reshape(tensors(input.x), [-1]), first: first(input.x), curved },
                };
              },
            );
            const u = x.map((_, i) => U[i % U.length]);
            program.input.x.set(x);
            program.input.u.set(u);
            if (backend === "tfjs-wasm" && lacking !== undefined) {
              const message = new RegExp(`lacks the kernel ${lacking}`);
              return await rejects(async () => await program.run(), {
                name: "InputError",
                message,
              });
            }
            program.run();
            const value = (x: number[]) => objective(plain(x));
            const expected = differences(value, x);
            const bent = differences((x) => slope(value, x, u), x);
            close(`${name}`, await program.read("y"), plain([...x]), 3e-6);
            close(`${name}′`, await program.read("first"), expected, 3e-5);
            close(`${name}″`, await program.read("curved"), bent, 2e-4);
          });
        }
        workspace.dispose();
      },
    });
  }
}
