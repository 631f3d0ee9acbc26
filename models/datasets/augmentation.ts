/**
 * Augmentation: training images seen mirrored, moved, or as a square part of theirs, drawn anew each
 * time. One map from the seen image's pixels to places of the stored one does all three; what lies
 * between pixels is interpolated linearly, what lies outside repeats the edge.
 *
 * @module
 */
import * as z from "zod";
import { type Augmentation, type Dataset, isBit } from "../../lab/core/dataset.ts";
import { InputError } from "../../lab/core/errors.ts";
import type { Generator } from "../../lab/core/random.ts";

/** The fields of data sets that may hold images; none is there by default. */
export const augmentationFields = {
  flip: z.boolean().optional().meta({
    description: "Training images are mirrored left to right, every other one at random",
  }),
  shift: z.int().min(1).max(64).optional().meta({
    description: "Training images are moved by up to so many pixels each way",
    unit: "pixels",
  }),
  crop: z.number().min(0.1).lt(1).optional().meta({
    description: "Training images are square parts, enlarged: the least share of the side",
  }),
};

/** What the fields say; undefined where they say nothing. */
export function augmentationOf({ flip, shift, crop }: Partial<Augmentation>) {
  return flip === true || shift !== undefined || crop !== undefined
    ? { flip: flip === true, ...{ shift, crop } }
    : undefined;
}

/**
 * @throws InputError where examples are no images, or have partners, which would not move with them;
 *   where pixels of 0 and 1 would become greys.
 */
export function requireAugmentable(
  name: string,
  { kind, train }: Pick<Dataset, "kind" | "train">,
  { crop }: Augmentation,
): void {
  if (crop !== undefined && (train.reader?.binary ?? train.values.every(isBit))) {
    throw new InputError(`Cannot crop images of ${name} as its pixels must stay 0 or 1: ${crop}`);
  }
  if (kind === "images" && train.partners === undefined) return;
  const given = kind === "images" ? "pairs of images" : kind;
  throw new InputError(`Cannot augment ${name} as its examples must be images alone: ${given}`);
}

/** Where a pixel of the seen image lies in the stored one, along an axis of `count` pixels. */
function placesOf(count: number, from: number, scale: number, mirrored: boolean): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => {
    const place = from + (i + 0.5) * scale - 0.5;
    return Math.min(count - 1, Math.max(0, mirrored ? count - 1 - place : place));
  });
}

/**
 * Changes the first `rows` images of a batch.
 *
 * @param images [≥ rows, H, W, C], in place.
 * @param random Draws, for each image, what the augmentation asks for.
 */
export function augment(
  images: Float32Array,
  rows: number,
  [height, width, channels]: readonly number[],
  { flip, shift = 0, crop = 1 }: Augmentation,
  random: Generator,
): void {
  const size = height * width * channels;
  const seen = new Float32Array(size);
  for (let row = 0; row < rows; row++) {
    const stored = images.subarray(row * size, (row + 1) * size);
    const mirrored = flip && random.random() < 0.5;
    const [down, right] = shift === 0
      ? [0, 0]
      : [random.integers(-shift, shift + 1), random.integers(-shift, shift + 1)];
    const scale = crop === 1 ? 1 : crop + (1 - crop) * random.random();
    const within = (count: number) => scale === 1 ? 0 : (1 - scale) * count * random.random();
    const ys = placesOf(height, within(height) - down, scale, false);
    const xs = placesOf(width, within(width) - right, scale, mirrored);
    let at = 0;
    for (const y of ys) {
      const [top, below] = [Math.floor(y), y - Math.floor(y)];
      const bottom = Math.min(height - 1, top + 1);
      for (const x of xs) {
        const [left, beside] = [Math.floor(x), x - Math.floor(x)];
        const next = Math.min(width - 1, left + 1);
        for (let c = 0; c < channels; c++, at++) {
          const value = (i: number, j: number) => stored[(i * width + j) * channels + c];
          const upper = value(top, left) * (1 - beside) + value(top, next) * beside;
          const lower = value(bottom, left) * (1 - beside) + value(bottom, next) * beside;
          seen[at] = upper * (1 - below) + lower * below;
        }
      }
    }
    stored.set(seen);
  }
}
