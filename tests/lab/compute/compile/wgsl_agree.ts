/** A step without state as WGSL, against the strict WebAssembly build, on whatever adapter is here. */
import { deepStrictEqual, ok } from "node:assert";
import type * as tf from "@tensorflow/tfjs";
import { openWorkspace } from "../../../../lab/compute/backend.ts";
import type { InputSpec } from "../../../../lab/compute/workspace.ts";
import { defaultRng } from "../../../../lab/core/random.ts";
import { backends } from "../backends.ts";

const { ignore } = backends.find(({ name }) => name === "webgpu")!;

type Given = Record<string, Float32Array | Int32Array>;
/** Tensors by name. */
export type Outputs = Record<string, tf.Tensor>;

/** Outputs of a stateless step on a backend. */
async function outputsOf(
  backend: "wasm-strict" | "webgpu",
  inputs: Record<string, InputSpec>,
  given: Given,
  step: (input: Record<string, tf.Tensor>) => Outputs,
): Promise<Record<string, Float32Array>> {
  const { workspace } = await openWorkspace(backend);
  let names: string[] = [];
  const program = workspace.compile({ name: "items", inputs }, ({ input }) => {
    const outputs = step(input);
    names = Object.keys(outputs);
    return { outputs };
  });
  // A run on other numbers leaves its marks in the memory, of which the next one must know nothing.
  for (const order of ["backward", "forward"]) {
    for (const name in given) {
      const values = order === "backward" ? given[name].toReversed() : given[name];
      (program.input[name] as Float32Array).set(values);
    }
    program.run();
  }
  const outputs: Record<string, Float32Array> = {};
  for (const name of names) outputs[name] = await program.read(name);
  workspace.dispose();
  return outputs;
}

/** One NaN for all, and no sign of zeros: WGSL's max and min may return either zero. */
const plain = (x: number) => Number.isNaN(x) ? NaN : x + 0;

/** How near two builds must come: relative to each element, to the largest one, or bit by bit. */
type Bound = { readonly ofEach: number } | { readonly ofLargest: number } | "bits";

/** A test that both builds agree. */
export function agree(
  name: string,
  bound: Bound,
  inputs: Record<string, InputSpec>,
  given: Given,
  step: (input: Record<string, tf.Tensor>) => Outputs,
): void {
  Deno.test({
    name,
    ignore,
    fn: async () => {
      const expected = await outputsOf("wasm-strict", inputs, given, step);
      const actual = await outputsOf("webgpu", inputs, given, step);
      deepStrictEqual(Object.keys(actual), Object.keys(expected));
      for (const output in expected) {
        const [wanted, got] = [expected[output], actual[output]];
        if (bound === "bits") {
          deepStrictEqual(got.map(plain), wanted.map(plain), output);
          continue;
        }
        const largest = wanted.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
        wanted.forEach((x, i) => {
          const most = "ofEach" in bound ? bound.ofEach * Math.abs(x) : bound.ofLargest * largest;
          ok(Math.abs(got[i] - x) <= most, `${output}[${i}]: ${got[i]}, not ${x}`);
        });
      }
    },
  });
}

/** Standard normal numbers. */
export function normal(size: number, seed = 1): Float32Array {
  const out = new Float32Array(size);
  defaultRng(seed).fillStandardNormal(out);
  return out;
}

/** Whole numbers from −8 to 7. */
export function whole(size: number, seed = 1): Int32Array {
  const random = defaultRng(seed);
  return Int32Array.from({ length: size }, () => random.integers(16) - 8);
}
