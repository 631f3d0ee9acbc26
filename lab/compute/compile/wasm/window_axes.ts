/**
 * The axes along which windows and images are gone over, as moves and tables take them.
 *
 * @module
 */
import type { Axis } from "../copies.ts";
import { paddedShape, windowSize } from "../images.ts";
import type { Windows } from "../items.ts";

/**
 * The axes of an image's windows: in the image (rows of `width` pixels that lie `pixel` elements
 * apart), and as rows.
 */
export function windowAxes(w: Windows, width: number, pixel = w.channels): Axis[] {
  const size = windowSize(w);
  const c = w.channels;
  return [
    { length: w.outHeight, source: w.strideY * width * pixel, target: w.outWidth * size },
    { length: w.outWidth, source: w.strideX * pixel, target: size },
    { length: w.kernelHeight, source: w.dilationY * width * pixel, target: w.kernelWidth * c },
    { length: w.kernelWidth, source: w.dilationX * pixel, target: c },
    { length: c, source: 1, target: 1 },
  ];
}

/** The axes of what a padded image has of an image: there, and in the padded one. */
export function imageAxes(w: Windows, pixel = w.channels): Axis[] {
  const [rows, columns, c] = paddedShape(w);
  return [
    { length: Math.min(w.height, rows - w.padTop), source: w.width * pixel, target: columns * c },
    { length: Math.min(w.width, columns - w.padLeft), source: pixel, target: c },
    { length: c, source: 1, target: 1 },
  ];
}

/** The same axes, gone over from target to source. */
export function turned(axes: readonly Axis[]): Axis[] {
  return axes.map(({ length, source, target }) => ({ length, source: target, target: source }));
}
