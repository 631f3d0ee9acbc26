/**
 * Sample sheets: generated samples as one picture, an image grid or a scatter of points.
 *
 * @module
 */
import type { Raster, Samples } from "../lab/core/picture.ts";

/** Pixels between the images of a grid. */
const GAP = 2;
/** Side of a scatter in pixels. */
const SCATTER_SIDE = 384;

/**
 * Images side by side, row by row, on a grey ground.
 *
 * @param values [count, H, W, C] in [0, 1] with C 1 or 3; clipped.
 * @param columns Images a row. Default: the square root of the count, rounded up.
 * @param zoom Pixels a pixel.
 */
export function imageSheet(
  values: Float32Array,
  shape: readonly [number, number, number],
  columns?: number,
  zoom = 2,
): Raster {
  const [height, width, depth] = shape;
  const channels = depth === 3 ? 3 : 1;
  const count = values.length / (height * width * depth);
  const across = columns ?? Math.ceil(Math.sqrt(count));
  const down = Math.ceil(count / across);
  const sheetWidth = across * (width * zoom + GAP) + GAP;
  const sheetHeight = down * (height * zoom + GAP) + GAP;
  const pixels = new Uint8Array(sheetWidth * sheetHeight * channels).fill(72);
  for (let image = 0; image < count; image++) {
    const left = GAP + (image % across) * (width * zoom + GAP);
    const top = GAP + Math.floor(image / across) * (height * zoom + GAP);
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
 * Originals in the upper row, what a model made of them below.
 *
 * @param originals [count, H, W, C]
 * @param reconstructions [count, H, W, C]
 */
export function reconstructionSheet(
  originals: Float32Array,
  reconstructions: Float32Array,
  shape: readonly [number, number, number],
): Raster {
  const values = new Float32Array(originals.length + reconstructions.length);
  values.set(originals);
  values.set(reconstructions, originals.length);
  return imageSheet(values, shape, originals.length / (shape[0] * shape[1] * shape[2]));
}

/**
 * Points in the plane over a square of ±`extent`, with a mixture's centres as rings where given.
 *
 * @param values [count, 2]
 */
export function scatterSheet(
  values: Float32Array,
  mixture?: { readonly centers: Float32Array; readonly deviation: number },
  extent = 2,
): Raster {
  const side = SCATTER_SIDE;
  const pixels = new Uint8Array(side * side * 3).fill(255);
  const toPixel = (value: number) => Math.round((value / extent + 1) * (side - 1) / 2);
  const paint = (x: number, y: number, color: readonly [number, number, number]) => {
    if (x >= 0 && y >= 0 && x < side && y < side) pixels.set(color, (y * side + x) * 3);
  };
  for (let i = 0; i < values.length; i += 2) {
    const x = toPixel(values[i]);
    const y = toPixel(-values[i + 1]);
    for (const [dx, dy] of [[0, 0], [1, 0], [0, 1], [1, 1]]) paint(x + dx, y + dy, [37, 99, 235]);
  }
  if (mixture !== undefined) {
    for (let i = 0; i < mixture.centers.length; i += 2) {
      drawRing(toPixel(mixture.centers[i]), toPixel(-mixture.centers[i + 1]), paint);
    }
  }
  return { width: side, height: side, channels: 3, pixels };
}

/** Ten hues that are told apart side by side, by class. */
// deno-fmt-ignore
const HUES: readonly (readonly [number, number, number])[] = [
  [37, 99, 235], [220, 38, 38], [22, 163, 74], [217, 119, 6], [147, 51, 234],
  [8, 145, 178], [219, 39, 119], [101, 163, 13], [71, 85, 105], [120, 53, 15],
];

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
  const spread = Array.from({ length: size }, (_, z) => {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < count; i++) {
      sum += codes[i * size + z];
      squares += codes[i * size + z] ** 2;
    }
    const mean = sum / count;
    return { z, mean, deviation: Math.sqrt(Math.max(0, squares / count - mean ** 2)) };
  });
  const [across, up] = spread.toSorted((a, b) => b.deviation - a.deviation);
  const side = SCATTER_SIDE;
  const pixels = new Uint8Array(side * side * 3).fill(255);
  const place = (i: number, { z, mean, deviation }: typeof across) => {
    const scaled = (codes[i * size + z] - mean) / (3 * deviation || 1);
    return Math.round((scaled + 1) * (side - 1) / 2);
  };
  for (let i = 0; i < count; i++) {
    const [x, y] = [place(i, across), side - 1 - place(i, up)];
    for (const [dx, dy] of [[0, 0], [1, 0], [0, 1], [1, 1]]) {
      if (x + dx < 0 || x + dx >= side || y + dy < 0 || y + dy >= side) continue;
      pixels.set(HUES[(labels?.[i] ?? 0) % HUES.length], ((y + dy) * side + x + dx) * 3);
    }
  }
  return { width: side, height: side, channels: 3, pixels };
}

/** The sheet that suits the samples. */
export function samplesSheet(
  samples: Samples,
  mixture?: { readonly centers: Float32Array; readonly deviation: number },
): Raster {
  if (samples.kind === "images") return imageSheet(samples.values, samples.shape);
  return scatterSheet(samples.values, mixture);
}

/** A ring of ten pixels' radius: every pixel whose distance rounds to ten. */
function drawRing(
  x: number,
  y: number,
  paint: (x: number, y: number, color: readonly [number, number, number]) => void,
): void {
  const radius = 10;
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) {
      if (Math.round(Math.sqrt(dx * dx + dy * dy)) === radius) paint(x + dx, y + dy, [220, 38, 38]);
    }
  }
}

function toByte(value: number): number {
  return Math.round(Math.min(1, Math.max(0, value)) * 255);
}
