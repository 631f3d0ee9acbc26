/** The backends that a test can run on here. */
import type { BackendChoice } from "../../../lab/compute/backend.ts";

/** Folder of the wasm backend's binaries. */
export const wasmPath = new URL(
  "../../../node_modules/@tensorflow/tfjs-backend-wasm/dist/",
  import.meta.url,
).pathname;

const adapter = await globalThis.navigator?.gpu?.requestAdapter();

/** Each backend; `ignore` where there is no adapter (tests/run.ts says what to install). */
export const backends: readonly { name: BackendChoice & string; ignore: boolean }[] = [
  { name: "cpu", ignore: false },
  { name: "wasm", ignore: false },
  { name: "webgpu", ignore: !adapter },
];
