/**
 * Decoders that are WebAssembly: where their binaries lie, below a checkout or beside the installed lab.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

/** The binary of WebP's decoder, for data sets that read pictures. */
export async function webpBinary(): Promise<Uint8Array<ArrayBuffer>> {
  const { resolve } = createRequire(import.meta.url);
  return Uint8Array.from(await readFile(resolve("@jsquash/webp/codec/dec/webp_dec.wasm")));
}
