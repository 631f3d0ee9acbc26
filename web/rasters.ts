/**
 * Pictures that the page has made itself, by what they are called in the place of a hash.
 *
 * @module
 */
import type { Raster } from "../lab/core/picture.ts";

/** Those at hand; others are asked for. */
export const rasters: Map<string, Raster> = new Map();

/** A picture as a canvas takes it. */
export function imageOf({ width, height, channels, pixels }: Raster): ImageData {
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) {
      image.data[4 * i + c] = pixels[i * channels + (channels === 1 ? 0 : c)];
    }
    image.data[4 * i + 3] = channels === 4 ? pixels[4 * i + 3] : 255;
  }
  return image;
}
