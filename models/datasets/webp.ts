/**
 * WebP pictures by libwebp, compiled to WebAssembly (`@jsquash/webp`), whose binary the caller hands over.
 *
 * @module
 */
import instantiate from "@jsquash/webp/codec/dec/webp_dec.js";
import type { Picture } from "./pictures.ts";

/** What is used of the compiled library. */
interface Library {
  /** Red, green, blue and alpha as bytes; null where the file is damaged, or moves. */
  decode(bytes: Uint8Array): { width: number; height: number; data: ArrayLike<number> } | null;
}

/** The library's start, which takes a compiled module's instance where it is given one. */
type Start = (options: {
  readonly noInitialRun: boolean;
  instantiateWasm(
    imports: WebAssembly.Imports,
    ready: (made: WebAssembly.Instance) => void,
  ): object;
}) => Promise<Library>;

/**
 * A decoder of WebP pictures, which throws where one is damaged or moves.
 *
 * @param binary `webp_dec.wasm` of the package.
 */
export async function webpDecoder(
  binary: Uint8Array<ArrayBuffer>,
): Promise<(bytes: Uint8Array) => Picture> {
  const module = await WebAssembly.compile(binary);
  const library = await (instantiate as unknown as Start)({
    noInitialRun: true,
    instantiateWasm: (imports, ready) => {
      const instance = new WebAssembly.Instance(module, imports);
      ready(instance);
      return instance.exports;
    },
  });
  return (bytes) => {
    const decoded = library.decode(bytes);
    if (decoded === null) throw new Error("a damaged or moving WebP picture");
    const { width, height, data } = decoded;
    return { width, height, channels: 4, values: new Float32Array(data).map((byte) => byte / 255) };
  };
}
