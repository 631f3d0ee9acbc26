/**
 * What the tests of single kernels share: the same function of tensors, compiled in both builds
 * and run by TensorFlow.js on the cpu.
 */
import * as tf from "@tensorflow/tfjs";
import { fail } from "node:assert";
import { CompiledWorkspace } from "../../../../lab/compute/compile/workspace.ts";
import { sizeOf } from "../../../../lab/core/tensor_data.ts";
import type { Tensors } from "../../../../lab/compute/workspace.ts";
import { library } from "../backends.ts";

tf.enableProdMode();
await tf.setBackend("cpu");

/** A tensor that a function is given. */
export interface Given {
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int32";
  readonly values: ArrayLike<number>;
}

/** How far a result may lie from its reference: absolute + relative·|reference|. */
export interface Bound {
  readonly absolute?: number;
  readonly relative?: number;
}

/** How programs are built: in either rounding, and with every product left to a library. */
type Build = "relaxed" | "strict" | "native";

const workspaces = new Map<Build, CompiledWorkspace>([
  ["relaxed", new CompiledWorkspace("relaxed", { fallback: false })],
  ["strict", new CompiledWorkspace("strict", { fallback: false })],
]);
if (library !== undefined) {
  workspaces.set("native", new CompiledWorkspace("strict", { fallback: false, library }));
}

/** Numbers that look like noise, the same in every run: multiplicative hashing into [−2, 2). */
export function noise(shape: readonly number[], seed = 1, scale = 2): Given {
  const values = Float32Array.from(
    { length: sizeOf(shape) },
    (_, i) => (Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(seed, 0x85ebca6b)) / 2 ** 31 * scale,
  );
  return { shape, dtype: "float32", values };
}

/** Whole numbers in [low, high), likewise. */
export function wholes(shape: readonly number[], low: number, high: number, seed = 1): Given {
  const values = noise(shape, seed, 1).values;
  const within = (x: number) => low + Math.floor((x + 1) / 2 * (high - low));
  return { shape, dtype: "int32", values: Int32Array.from(values, within) };
}

/** The values of a function's results, by the compiler. */
export function compiled(
  build: Build,
  given: Record<string, Given>,
  f: (tensors: Tensors) => Tensors,
): Record<string, Float32Array> {
  const workspace = workspaces.get(build)!;
  const inputs = Object.fromEntries(
    Object.entries(given).map(([name, { shape, dtype }]) => [name, [shape, dtype] as const]),
  );
  const names: string[] = [];
  const program = workspace.compile({ name: "case", inputs }, ({ input }) => {
    const outputs = f(input as Tensors);
    names.splice(0, names.length, ...Object.keys(outputs));
    return { outputs };
  });
  // A run on other numbers leaves its marks in the memory, of which the next one must know nothing.
  for (const order of ["backward", "forward"]) {
    for (const name in given) {
      const values = Array.from(given[name].values);
      program.input[name].set((order === "backward" ? values.reverse() : values) as never);
    }
    program.run();
  }
  return Object.fromEntries(names.map((name) => [name, program.readNow(name as never)]));
}

/** The same by TensorFlow.js on the cpu. */
export function reference(
  given: Record<string, Given>,
  f: (tensors: Tensors) => Tensors,
): Record<string, Float32Array> {
  void tf.setBackend("cpu");
  const results: Record<string, Float32Array> = {};
  tf.tidy(() => {
    const tensors = Object.entries(given).map(([name, { shape, dtype, values }]) => {
      const typed = dtype === "float32" ? Float32Array.from(values) : Int32Array.from(values);
      return [name, tf.tensor(typed, [...shape], dtype)];
    });
    const outputs = f(Object.fromEntries(tensors));
    for (const name in outputs) results[name] = Float32Array.from(outputs[name].dataSync());
  });
  return results;
}

/** Fails where a compiled result lies outside the bound of the reference. */
export function agree(
  what: string,
  given: Record<string, Given>,
  f: (tensors: Tensors) => Tensors,
  bound: Bound = {},
): void {
  const expected = reference(given, f);
  for (const build of workspaces.keys()) {
    const found = compiled(build, given, f);
    for (const name in expected) {
      near(`${what}, ${name}, ${build}`, found[name], expected[name], bound);
    }
  }
}

/** Fails at the first element outside the bound; NaN only equals NaN, an infinity itself. */
export function near(
  what: string,
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  { absolute = 0, relative = 0 }: Bound,
): void {
  if (found.length !== expected.length) {
    fail(`${what}: ${found.length} elements, expected ${expected.length}`);
  }
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [found[i], expected[i]];
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    if (Number.isFinite(b) && Math.abs(a - b) <= absolute + relative * Math.abs(b)) continue;
    fail(`${what}: element ${i} is ${a}, expected ${b}`);
  }
}

/**
 * Fails where a result is further than `bound` float32 spacings from its float64 reference; NaN only
 * equals NaN, an infinity itself.
 */
export function within(
  what: string,
  bound: number,
  x: ArrayLike<number>,
  found: ArrayLike<number>,
  exact: (x: number) => number,
): void {
  for (let i = 0; i < x.length; i++) {
    const expected = exact(x[i]);
    if (Object.is(found[i], Math.fround(expected))) continue;
    const spacing = 2 ** (Math.max(-126, Math.floor(Math.log2(Math.abs(expected)))) - 23);
    const near = Math.abs(found[i] - expected) <= bound * spacing;
    if (near && Number.isFinite(expected)) continue;
    fail(`${what}: at ${x[i]} it is ${found[i]}, expected ${expected} within ${bound} ulp`);
  }
}
