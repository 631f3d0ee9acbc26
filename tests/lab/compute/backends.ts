/** The backends that a test can run on here. */
import type { BackendChoice } from "../../../lab/compute/backend_choice.ts";

/** Folder of the wasm backend's binaries. */
export const wasmPath = new URL(
  "../../../node_modules/@tensorflow/tfjs-backend-wasm/dist/",
  import.meta.url,
).pathname;

const adapter = await globalThis.navigator?.gpu?.requestAdapter();

/** Each backend; `ignore` where there is no adapter (tests/run.ts says what to install). */
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
  { name: "tfjs-wasm", computes: "tfjs-wasm", engine: "wasm", ignore: false },
  { name: "webgpu", computes: "webgpu", engine: "cpu", ignore: !adapter },
  { name: "tfjs-webgpu", computes: "tfjs-webgpu", engine: "webgpu", ignore: !adapter },
];
