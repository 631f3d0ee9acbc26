/**
 * What the engine was started with.
 *
 * @module
 */

/** Where the lab's tasks leave V8's flags: a program cannot ask V8. */
const variable = "REVERIE_V8_FLAGS";
/** The flag by which V8 re-vectorises WebAssembly. */
export const REVECTORIZE = "--experimental-wasm-revectorize";

/** Whether V8 re-vectorises WebAssembly; undefined where this program may not know. */
export function revectorizes(): boolean | undefined {
  const granted = globalThis.Deno?.permissions.querySync({ name: "env", variable }).state;
  if (granted !== "granted") return undefined;
  return Deno.env.get(variable)?.split(",").includes(REVECTORIZE);
}
