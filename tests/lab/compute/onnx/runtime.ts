/**
 * ONNX Runtime, which computes what the lab has written.
 *
 * @module
 */
import { ok, strictEqual } from "node:assert";
import { env, InferenceSession, Tensor } from "onnxruntime-web/wasm";
import type { Trainer } from "../../../../lab/core/trainer.ts";
import { onnxOf } from "../../../../lab/compute/onnx/onnx.ts";
import type { RowStep } from "../../../../lab/compute/row_step.ts";

env.wasm.numThreads = 1;
env.wasm.wasmBinary = await Deno.readFile(
  new URL(import.meta.resolve("onnxruntime-web/wasm")).pathname
    .replace(/[^/]*$/, "ort-wasm-simd-threaded.wasm"),
);

/** Rows by name: [count, …] each. */
type Rows = Readonly<Record<string, Float32Array>>;

/** A network in its file, ready to run. */
export interface OpenNetwork {
  /** Shapes of what it reads, for so many rows. */
  shapes(count: number): Readonly<Record<string, readonly number[]>>;
  /** Outputs for those of the given rows that it reads. */
  run(count: number, given: Rows): Promise<Rows>;
}

/** Opens a file. */
export async function opened(bytes: Uint8Array, step: RowStep): Promise<OpenNetwork> {
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const shapes = (count: number) => {
    const inputs = step.inputs(count);
    return Object.fromEntries(session.inputNames.map((name) => [name, inputs[name][0]]));
  };
  return {
    shapes,
    async run(count, given) {
      const feeds = Object.entries(shapes(count)).map(([name, shape]) => [
        name,
        new Tensor("float32", given[name], shape),
      ]);
      const outputs = await session.run(Object.fromEntries(feeds));
      return Object.fromEntries(
        Object.entries(outputs).map(([name, { data }]) => [name, data as Float32Array]),
      );
    },
  };
}

/** What a trainer's networks compute, by ONNX Runtime. */
export async function networksOf(trainer: Trainer): Promise<Record<string, OpenNetwork>> {
  const networks: Record<string, OpenNetwork> = {};
  for (const step of await trainer.rowSteps!() as readonly RowStep[]) {
    networks[step.name] = await opened(onnxOf(step), step);
  }
  return networks;
}

/** Asserts that values agree: within 1e-5, or so much of a greater one. */
export function agree(given: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  strictEqual(given.length, expected.length, what);
  for (let i = 0; i < given.length; i++) {
    const far = Math.abs(given[i] - expected[i]);
    ok(
      far <= 1e-5 * Math.max(1, Math.abs(expected[i])),
      `${what} ${i}: ${given[i]} ${expected[i]}`,
    );
  }
}
