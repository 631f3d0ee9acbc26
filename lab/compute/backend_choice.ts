/**
 * Names of what computes, without loading any of it.
 *
 * @module
 */
import { unknownName } from "../core/errors.ts";

/**
 * What a user may ask for (`--backend`): steps compiled to WebAssembly (`wasm`; `wasm-strict`
 * never fuses multiply-adds; `native` leaves products to a library of the machine) or for the
 * graphics device (`webgpu`), or kernel by kernel with TensorFlow.js (`cpu`, `tfjs-wasm`,
 * `tfjs-webgpu`). `auto` leaves the choice to the lab.
 */
export const backendChoices = [
  "auto",
  "webgpu",
  "wasm",
  "wasm-strict",
  "native",
  "cpu",
  "tfjs-wasm",
  "tfjs-webgpu",
] as const;

/** A name in {@linkcode backendChoices}. */
export type BackendChoice = typeof backendChoices[number];

/**
 * The choice that takes the backend that a manifest names: `tfjs-cpu` is taken by `cpu`.
 *
 * @throws InputError for an unknown name (names the nearest).
 */
export function choiceOf(backend: string): BackendChoice {
  const name = backend === "tfjs-cpu" ? "cpu" : backend;
  const choice = backendChoices.find((each) => each === name);
  if (choice === undefined) {
    throw unknownName("open a workspace", "backend", backend, backendChoices);
  }
  return choice;
}
