/**
 * What makes an example of a picture file's bytes, in whichever thread reads it.
 *
 * @module
 */
import type { DatasetContext } from "../../lab/core/registry.ts";
import { type Background, decodePicture, type Picture, squared } from "./pictures.ts";

/** Which examples come of pictures. */
export type Decoding = {
  /** Side of the square that a picture is cropped and resized to, in pixels. */
  readonly side: number;
  readonly channels: 1 | 3;
  /** What lies behind transparent places; left out: black. */
  readonly background?: Background;
  /** Whether there are WebP files among them. */
  readonly webp: boolean;
};

/** A picture's bytes to [side, side, channels] in [0, 1]. */
export type DecodePicture = (bytes: Uint8Array) => Float32Array;

/**
 * What decodes pictures; throws where one cannot be.
 *
 * @param look Shown each picture as it is stored.
 */
export async function decoderOf(
  { side, channels, webp, background }: Decoding,
  { webpBinary }: Pick<DatasetContext<unknown>, "webpBinary">,
  look: (picture: Picture) => void = () => {},
): Promise<DecodePicture> {
  const decodeWebp = webp && webpBinary !== undefined
    ? await (await import("./webp.ts")).webpDecoder(await webpBinary())
    : undefined;
  return (bytes) => {
    const picture = decodePicture(bytes, decodeWebp);
    look(picture);
    return squared(picture, side, channels, background);
  };
}
