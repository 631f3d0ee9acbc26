/**
 * Pictures as PNG files.
 *
 * @module
 */
import { encode } from "fast-png";
import type { Raster } from "./picture.ts";

/** The bytes of an 8-bit PNG file that holds `raster`. */
export function encodePng(raster: Raster): Uint8Array {
  const { width, height, channels, pixels } = raster;
  return encode({ width, height, channels, depth: 8, data: pixels });
}
