/**
 * `shapes`: images whose factors are known exactly, for measures of disentanglement: every combination
 * of shape, scale, rotation, x and y once, as in dSprites (Matthey et al. 2017), at 32 × 32 pixels and
 * with 3 shapes × 4 scales × 8 rotations × 8 × 8 places. With `colors` above 1 a sixth factor paints
 * them.
 *
 * @module
 */
import * as z from "zod";
import type { Split } from "../../lab/core/dataset.ts";
import { cosine, sine } from "../../lab/core/sine.ts";
import { defineDataset, rowsOf } from "./define_dataset.ts";

const configuration = z.strictObject({
  colors: z.int().min(1).max(6).default(1).meta({
    description: "Colours: with 1 images are white on black, of one channel, else of three",
  }),
});

const SIDE = 32;
/** Factors but for the colour, the last one changing fastest. */
const FACTORS = { shape: 3, scale: 4, rotation: 8, x: 8, y: 8 };
/** Red, green, blue, and their mixtures. */
const COLORS = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 1, 1], [1, 0, 1]];

/** Whether a point of the unit shape, y upwards, is in it: a square, an ellipse, a heart. */
const inside: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => Math.max(Math.abs(x), Math.abs(y)) <= 0.7,
  (x, y) => x * x + 4 * y * y <= 1,
  (x, y) => {
    const [u, v] = [1.25 * x, 1.25 * y + 0.1];
    const round = u * u + v * v - 1;
    return round * round * round - u * u * v * v * v <= 0;
  },
];

/** Classes of each factor by the number of an example, the last one changing fastest. */
function classesOf(index: number, sizes: readonly number[]): number[] {
  const classes: number[] = [];
  for (const size of sizes.toReversed()) {
    classes.unshift(index % size);
    index = Math.floor(index / size);
  }
  return classes;
}

/** Coverage of the pixels, [32, 32], by four points each. */
function drawShape(
  [shape, scale, rotation, x, y]: readonly number[],
  coverage: Float32Array,
): void {
  const radius = 4 + 5 * scale / (FACTORS.scale - 1);
  const angle = 2 * Math.PI * rotation / FACTORS.rotation;
  const [c, s] = [cosine(angle) / radius, sine(angle) / radius];
  const place = (k: number, count: number) => 9 + k * (SIDE - 18) / (count - 1);
  const [left, top] = [place(x, FACTORS.x), place(y, FACTORS.y)];
  for (let pixel = 0; pixel < SIDE * SIDE; pixel++) {
    let covered = 0;
    for (let part = 0; part < 4; part++) {
      const dx = pixel % SIDE + 0.25 + 0.5 * (part % 2) - left;
      const dy = top - (Math.floor(pixel / SIDE) + 0.25 + 0.5 * (part >> 1));
      if (inside[shape](c * dx + s * dy, c * dy - s * dx)) covered++;
    }
    coverage[pixel] = covered / 4;
  }
}

/** Every combination of the factors once. */
export function drawShapes(colors: number): Split {
  const sizes = [...colors > 1 ? [colors] : [], ...Object.values(FACTORS)];
  const count = sizes.reduce((product, size) => product * size, 1);
  const channels = colors > 1 ? 3 : 1;
  const values = new Float32Array(count * SIDE * SIDE * channels);
  const factors = new Uint8Array(count * sizes.length);
  const labels = new Uint8Array(count);
  const coverage = new Float32Array(SIDE * SIDE);
  for (let i = 0; i < count; i++) {
    const classes = classesOf(i, sizes);
    factors.set(classes, i * sizes.length);
    const own = colors > 1 ? classes.slice(1) : classes;
    labels[i] = own[0];
    drawShape(own, coverage);
    const color = colors > 1 ? COLORS[classes[0]] : [1];
    coverage.forEach((value, pixel) => {
      const at = (i * SIDE * SIDE + pixel) * channels;
      for (let c = 0; c < channels; c++) values[at + c] = value * color[c];
    });
  }
  return { count, values, labels, factors };
}

/** Shapes of known factors; a tenth of them each is for validation and for testing. */
export const shapes = defineDataset({
  name: "shapes",
  summary: "32×32 squares, ellipses and hearts of known scale, rotation and place",
  holds: { kind: "images", labels: true },
  configuration,
  create: ({ configuration: { colors }, stream }) => {
    const all = drawShapes(colors);
    const order = stream("splits").permutation(all.count);
    const tenth = Math.floor(all.count / 10);
    return {
      kind: "images",
      shape: [SIDE, SIDE, colors > 1 ? 3 : 1],
      classes: FACTORS.shape,
      factors: {
        names: [...colors > 1 ? ["color"] : [], ...Object.keys(FACTORS)],
        sizes: [...colors > 1 ? [colors] : [], ...Object.values(FACTORS)],
      },
      validation: rowsOf(all, order.slice(0, tenth)),
      test: rowsOf(all, order.slice(tenth, 2 * tenth)),
      train: rowsOf(all, order.slice(2 * tenth)),
    };
  },
});
