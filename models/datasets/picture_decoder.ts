/**
 * What makes an example of a picture file's bytes, in whichever thread reads it.
 *
 * @module
 */
import type { DatasetContext } from "../../lab/core/registry.ts";
import { decodePicture, squared } from "./pictures.ts";

/** Which examples come of pictures. */
export type Decoding = {
  /** Side of the square that a picture is cropped and resized to, in pixels. */
  readonly side: number;
  readonly channels: 1 | 3;
  /** Whether there are WebP files among them. */
  readonly webp: boolean;
};

/** A picture's bytes to [side, side, channels] in [0, 1]. */
export type DecodePicture = (bytes: Uint8Array) => Float32Array;

/** What decodes pictures; throws where one cannot be. */
export async function decoderOf(
  { side, channels, webp }: Decoding,
  { webpBinary }: Pick<DatasetContext<unknown>, "webpBinary">,
): Promise<DecodePicture> {
  const decodeWebp = webp && webpBinary !== undefined
    ? await (await import("./webp.ts")).webpDecoder(await webpBinary())
    : undefined;
  return (bytes) => squared(decodePicture(bytes, decodeWebp), side, channels);
}
