/**
 * Whole updates of agents beside the values that a script under tests/golden/numpy computed.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import type { Workspace } from "../../lab/compute/workspace.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";

/** Tensors by name, as the scripts write them. */
export type Golden = Record<string, { shape: number[]; values: number[] }>;

/** Some updates of one agent. */
export interface GoldenCase {
  /** Of NumPy's generator that the noise was drawn from. */
  readonly noiseSeed: number;
  readonly parameters: Golden;
  /** What each update was given and what it computed. */
  readonly steps: { readonly batch: Golden; readonly outputs: Golden }[];
  /** The groups in the end. */
  readonly after: { readonly parameters: Golden; readonly target: Golden };
}

/** The cases of a file under tests/golden/numpy. */
export async function goldenCases<Case = GoldenCase>(file: string): Promise<Record<string, Case>> {
  const url = new URL(`../golden/numpy/${file}`, import.meta.url);
  return JSON.parse(await Deno.readTextFile(url));
}

/** As a workspace takes them. */
export function tensors(golden: Golden): NamedTensors {
  return Object.fromEntries(
    Object.entries(golden).map(([name, { shape, values }]) => [
      name,
      { shape, dtype: "float32" as const, values: Float32Array.from(values) },
    ]),
  );
}

/** Within 2e-5 of the larger of 1 and the value. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  what: string,
): void {
  strictEqual(actual.length, expected.length, what);
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i] - expected[i]);
    ok(error <= 2e-5 * Math.max(1, Math.abs(expected[i])), `${what}: ${actual} is not ${expected}`);
  }
}

/** Writes a batch into the inputs of a program that have its names. */
export function fill(input: object, batch: Golden): void {
  for (const [name, view] of Object.entries(input)) view.set(batch[name].values);
}

/** The outputs of a program's last run. */
export async function expectOutputs(
  program: { read(name: never): Promise<Float32Array> },
  outputs: Golden,
): Promise<void> {
  for (const [name, { values }] of Object.entries(outputs)) {
    expectClose(await program.read(name as never), values, name);
  }
}

/** Parameters and target network in the end, by the same names. */
export async function expectAfter(workspace: Workspace, { after }: GoldenCase): Promise<void> {
  for (const group of ["parameters", "target"] as const) {
    const reached = await workspace.read(group);
    deepStrictEqual(Object.keys(reached).sort(), Object.keys(after[group]).sort());
    for (const [name, { shape, values }] of Object.entries(after[group])) {
      deepStrictEqual(reached[name].shape, shape, `${group}/${name}`);
      expectClose(reached[name].values as Float32Array, values, `${group}/${name}`);
    }
  }
}
