/**
 * Sample sheets: generated samples as one picture, an image grid or a scatter of points.
 *
 * @module
 */
import type { Raster, Samples } from "../lab/core/picture.ts";
import { RunningMoments } from "../lab/core/running_moments.ts";
import { sizeOf } from "../lab/core/tensor_data.ts";

/** Pixels between the images of a grid. */
const GAP = 2;
/** The ground's grey. */
const GROUND = 72;
/** Most images side by side above what a model made of them. */
const ACROSS = 16;
/** Side of a scatter in pixels. */
const SCATTER_SIDE = 384;

/**
 * Images side by side, row by row, on a grey ground.
 *
 * @param values [count, H, W, C] in [0, 1] with C 1 or 3; clipped.
 * @param columns Images a row. Default: the square root of the count, rounded up.
 * @param zoom Pixels a pixel.
 * @param gap Pixels between the images, and around them.
 */
export function imageSheet(
  values: Float32Array,
  shape: readonly [number, number, number],
  columns?: number,
  zoom = 2,
  gap = GAP,
): Raster {
  const [height, width, depth] = shape;
  const channels = depth >= 3 ? 3 : 1;
  const count = values.length / (height * width * depth);
  const across = columns ?? Math.ceil(Math.sqrt(count));
  const down = Math.ceil(count / across);
  const sheetWidth = across * (width * zoom + gap) + gap;
  const sheetHeight = down * (height * zoom + gap) + gap;
  const pixels = new Uint8Array(sheetWidth * sheetHeight * channels).fill(GROUND);
  for (let image = 0; image < count; image++) {
    const left = gap + (image % across) * (width * zoom + gap);
    const top = gap + Math.floor(image / across) * (height * zoom + gap);
    for (let y = 0; y < height * zoom; y++) {
      for (let x = 0; x < width * zoom; x++) {
        const from = ((image * height + Math.floor(y / zoom)) * width + Math.floor(x / zoom)) *
          depth;
        const to = ((top + y) * sheetWidth + left + x) * channels;
        for (let c = 0; c < channels; c++) pixels[to + c] = toByte(values[from + c]);
      }
    }
  }
  return { width: sheetWidth, height: sheetHeight, channels, pixels };
}

/**
 * Originals in the upper row, what a model made of them below; as many such pairs of rows as it takes.
 *
 * @param originals [count, H, W, C]
 * @param reconstructions [count, H, W, C]
 */
export function reconstructionSheet(
  originals: Float32Array,
  reconstructions: Float32Array,
  shape: readonly [number, number, number],
): Raster {
  const size = sizeOf(shape);
  const count = originals.length / size;
  const across = Math.min(count, ACROSS);
  const row = across * size;
  const rows = Math.ceil(count / across);
  const values = new Float32Array(2 * rows * row).fill(GROUND / 255);
  for (let i = 0; i < rows; i++) {
    const part = [i * row, (i + 1) * row] as const;
    values.set(originals.subarray(...part), 2 * i * row);
    values.set(reconstructions.subarray(...part), (2 * i + 1) * row);
  }
  return imageSheet(values, shape, across);
}

/**
 * The same of images whose translations may have another size or number of channels: the images are
 * shown in the size of these, pixel by nearest pixel.
 *
 * @param images [count, H, W, C]
 * @param translations [count, H', W', C']
 */
export function translationSheet(
  images: Float32Array,
  shape: readonly [number, number, number],
  translations: Float32Array,
  partnerShape: readonly [number, number, number],
): Raster {
  const [[height, width, depth], [tall, wide, deep]] = [shape, partnerShape];
  const shown = new Float32Array(translations.length);
  for (let i = 0; i < shown.length; i++) {
    const pixel = Math.floor(i / deep);
    const x = Math.floor((pixel % wide) * width / wide);
    const y = Math.floor((Math.floor(pixel / wide) % tall) * height / tall);
    const image = Math.floor(pixel / (wide * tall));
    const at = ((image * height + y) * width + x) * depth;
    shown[i] = deep === depth ? images[at + i % deep] : greyOf(images.subarray(at, at + depth));
  }
  return reconstructionSheet(shown, translations, partnerShape);
}

/** The mean of a pixel's channels. */
function greyOf(pixel: Float32Array): number {
  return pixel.reduce((sum, value) => sum + value, 0) / pixel.length;
}

type Color = readonly [red: number, green: number, blue: number];

/** A white square on which points of [−1, 1]² are painted, y upwards; others are left out. */
function plane() {
  const side = SCATTER_SIDE;
  const pixels = new Uint8Array(side * side * 3).fill(255);
  const toPixel = (value: number) => Math.round((value + 1) * (side - 1) / 2);
  /** Paints pixels at offsets from a point. */
  const paint = (x: number, y: number, offsets: readonly (readonly number[])[], color: Color) => {
    for (const [dx, dy] of offsets) {
      const [column, row] = [toPixel(x) + dx, toPixel(-y) + dy];
      const isInside = column >= 0 && row >= 0 && column < side && row < side;
      if (isInside) pixels.set(color, (row * side + column) * 3);
    }
  };
  return { paint, raster: { width: side, height: side, channels: 3, pixels } as const };
}

/** Ten hues that are told apart side by side, by class. */
// deno-fmt-ignore
const HUES: readonly Color[] = [
  [37, 99, 235], [220, 38, 38], [22, 163, 74], [217, 119, 6], [147, 51, 234],
  [8, 145, 178], [219, 39, 119], [101, 163, 13], [71, 85, 105], [120, 53, 15],
];

/** Offsets of a point's four pixels. */
const DOT = [[0, 0], [1, 0], [0, 1], [1, 1]];
/** Offsets of a ring of ten pixels' radius: every pixel whose distance rounds to ten. */
const RING = Array.from({ length: 21 * 21 }, (_, i) => [i % 21 - 10, Math.floor(i / 21) - 10])
  .filter(([dx, dy]) => Math.round(Math.sqrt(dx * dx + dy * dy)) === 10);

/**
 * Points in the plane over a square of ±`reach`, with a mixture's centres as rings where given.
 *
 * @param values [count, 2]
 */
export function scatterSheet(
  values: Float32Array,
  mixture?: { readonly centers: Float32Array },
  reach = 2,
): Raster {
  const { paint, raster } = plane();
  const paintAll = (points: Float32Array, offsets: typeof DOT, color: Color) => {
    for (let i = 0; i < points.length; i += 2) {
      paint(points[i] / reach, points[i + 1] / reach, offsets, color);
    }
  };
  paintAll(values, DOT, HUES[0]);
  if (mixture !== undefined) paintAll(mixture.centers, RING, HUES[1]);
  return raster;
}

/**
 * Codes as points in the plane of the two coordinates that vary most, each scaled to ±3 of its
 * deviations; coloured by label where there are some.
 *
 * @param codes [count, Z] with Z ≥ 2
 * @param labels [count] or more
 */
export function codesSheet(
  codes: Float32Array,
  count: number,
  labels?: ArrayLike<number>,
): Raster {
  const size = codes.length / count;
  const moments = new RunningMoments(size);
  for (let i = 0; i < count; i++) moments.update(codes, i * size);
  const axes = Array.from(moments.mean, (mean, z) => {
    return { z, mean, deviation: Math.sqrt(moments.variance[z]) };
  });
  const [across, up] = axes.toSorted((a, b) => b.deviation - a.deviation);
  const place = (i: number, { z, mean, deviation }: typeof across) => (
    (codes[i * size + z] - mean) / (3 * deviation || 1)
  );
  const { paint, raster } = plane();
  for (let i = 0; i < count; i++) {
    paint(place(i, across), place(i, up), DOT, HUES[(labels?.[i] ?? 0) % HUES.length]);
  }
  return raster;
}

/**
 * The sheet that suits the samples.
 *
 * @param columns Images a row; see {@linkcode imageSheet}.
 */
export function samplesSheet(samples: Samples, columns?: number): Raster {
  if (samples.kind === "images") return imageSheet(samples.values, samples.shape, columns);
  return scatterSheet(samples.values, undefined, reachOf(samples.values));
}

/** Half the side of a square that shows points [count, 2] about 0: 2 at least. */
export function reachOf(values: Float32Array): number {
  return Math.max(2, 1.1 * values.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
}

function toByte(value: number): number {
  return Math.round(Math.min(1, Math.max(0, value)) * 255);
}
