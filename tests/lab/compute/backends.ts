/** The backends that a test can run on here. */
import type { BackendChoice } from "../../../lab/compute/backend_choice.ts";
import { type OpenedLibrary, openSource } from "../../../lab/compute/compile/library.ts";
import { InputError } from "../../../lab/core/errors.ts";
import { findLibrary } from "../../../lab/experiment/blas.ts";

/** Folder of the wasm backend's binaries. */
export const wasmPath = new URL(
  "../../../node_modules/@tensorflow/tfjs-backend-wasm/dist/",
  import.meta.url,
).pathname;

/** The machine's library, which is left every product, however small; undefined without one. */
export const library: OpenedLibrary | undefined = await opened();

async function opened(): Promise<OpenedLibrary | undefined> {
  try {
    const source = { ...findLibrary(), least: 1 };
    return { source, library: await openSource(source) };
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** What every backend can be opened with here. */
export const options = { wasmPath, library: library?.source };

/** A test on each backend of machine code: all of it ours, and every product by the library. */
export function onCompiled(
  name: string,
  fn: (backend: "wasm" | "native") => Promise<void>,
): void {
  for (const backend of ["wasm", "native"] as const) {
    const ignore = backend === "native" && library === undefined;
    Deno.test({ name: `${name}, on ${backend}`, ignore, fn: () => fn(backend) });
  }
}

const adapter = await globalThis.navigator?.gpu?.requestAdapter();

/** Each backend; `ignore` where it lacks what it needs (tests/run.ts says what to install). */
export const backends: readonly {
  readonly name: BackendChoice;
  /** As manifests name it. */
  readonly computes: string;
  /** The TensorFlow.js engine that it makes active. */
  readonly engine: "cpu" | "wasm" | "webgpu";
  readonly ignore: boolean;
}[] = [
  { name: "cpu", computes: "tfjs-cpu", engine: "cpu", ignore: false },
  { name: "wasm", computes: "wasm", engine: "cpu", ignore: false },
  { name: "wasm-strict", computes: "wasm-strict", engine: "cpu", ignore: false },
  { name: "native", computes: "native", engine: "cpu", ignore: library === undefined },
  { name: "tfjs-wasm", computes: "tfjs-wasm", engine: "wasm", ignore: false },
  { name: "webgpu", computes: "webgpu", engine: "cpu", ignore: !adapter },
  { name: "tfjs-webgpu", computes: "tfjs-webgpu", engine: "webgpu", ignore: !adapter },
];
