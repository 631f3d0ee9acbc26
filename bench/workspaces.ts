/**
 * What is measured and what it is measured against: the lab's default backend, and TensorFlow.js
 * kernel by kernel with its stock kernels.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { openWorkspace } from "../lab/compute/backend.ts";
import { findLibrary } from "../lab/experiment/blas.ts";
import { revectorizes } from "../lab/experiment/engine_flags.ts";
import { PlainWorkspace } from "../lab/compute/plain_workspace.ts";
import type { Workspace } from "../lab/compute/workspace.ts";

/** Stock backends that stand beside the lab's own. */
export type Stock = "tfjs-wasm" | "tfjs-cpu";

/** The lab's own backends that can be measured: its default, and products left to a library. */
export const labBackends = ["auto", "native"] as const;
/** A name in {@linkcode labBackends}. */
export type LabBackend = typeof labBackends[number];

/**
 * An empty workspace on a backend of the lab.
 *
 * @throws InputError for `native` where there is no library.
 */
export async function labWorkspace(threads = 1, backend: LabBackend = "auto"): Promise<Workspace> {
  const library = backend === "native" ? findLibrary() : undefined;
  return (await openWorkspace(backend, { threads, library, revectorizes: revectorizes() }))
    .workspace;
}

let wasm: Promise<boolean> | undefined;

/**
 * An empty workspace on a stock backend. `tfjs-wasm` is the package as it comes: without the
 * kernels that the lab replaces for its own `--backend tfjs-wasm`.
 */
export async function stockWorkspace(stock: Stock): Promise<Workspace> {
  tf.enableProdMode();
  if (stock === "tfjs-cpu") {
    await tf.setBackend("cpu");
    return new PlainWorkspace("cpu");
  }
  await (wasm ??= startWasm());
  return new PlainWorkspace("wasm");
}

async function startWasm(): Promise<boolean> {
  const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  const files = new URL("../node_modules/@tensorflow/tfjs-backend-wasm/dist/", import.meta.url);
  setWasmPaths(files.pathname);
  return await tf.setBackend("wasm");
}
