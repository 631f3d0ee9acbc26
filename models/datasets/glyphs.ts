/**
 * `glyphs` and `glyphs-letters`: grey digits, and capital letters, of 28 × 28 pixels (or 14 × 14 or
 * 32 × 32) drawn from strokes by seed, a stand-in for handwriting that needs no download. Each example jitters the points of a variant, bends them by a smooth elastic
 * field, rotates, slants, scales and moves them, and draws the strokes with a thickness of its own,
 * anti-aliased.
 *
 * Only additions, products, quotients and square roots of the generator's uniform numbers are
 * used, all of which IEEE 754 rounds exactly: a seed gives the same pixels on every machine.
 *
 * @module
 */
import * as z from "zod";
import type { Split } from "../../lab/core/dataset.ts";
import type { Generator } from "../../lab/core/random.ts";
import { binarized } from "./binarized.ts";
import { defineDataset, rowsOf } from "./define_dataset.ts";
import { letters } from "./letters.ts";
import { drawSplits, splitFields } from "./split_fields.ts";
import { digits, type Stroke } from "./strokes.ts";

const configuration = z.strictObject({
  ...splitFields("images", { least: 10, train: 10_000, validation: 1_000, test: 2_000 }),
  variation: z.number().min(0).max(2).default(1).meta({
    description: "Strength of jitter, bending, rotation, slant, scale and shift; 0 is a font",
  }),
  side: z.union([z.literal(14), z.literal(28), z.literal(32)]).default(28).meta({
    description: "Side of an image: 14, 28 or 32",
    unit: "pixels",
  }),
});

/** Configuration of {@linkcode glyphs}. */
export type GlyphsConfiguration = z.infer<typeof configuration>;

/** The side that the lengths below, in pixels, are of; other sides have all of them in proportion. */
const SIDE = 28;
/** Mean height of a digit: bent and scaled ones still fit the image. */
const BOX = 18;
/** Straight pieces between two points of a smooth stroke. */
const PIECES = 4;
/** Control points of the elastic field along each axis. */
const FIELD = 5;

/** Bell-shaped in (−1.5, 1.5) with deviation 1/2: the sum of three uniforms. */
function bell(random: Generator): number {
  return random.random() + random.random() + random.random() - 1.5;
}

/** Cubic B-spline weights of the four control points around fraction t in [0, 1]. */
function splineWeights(t: number, out: Float64Array): void {
  const s = 1 - t;
  out[0] = s * s * s / 6;
  out[1] = (3 * t * t * t - 6 * t * t + 4) / 6;
  out[2] = (3 * s * s * s - 6 * s * s + 4) / 6;
  out[3] = t * t * t / 6;
}

/** A smooth random displacement field over the unit box, and its surroundings. */
class ElasticField {
  readonly #shifts = new Float64Array(2 * FIELD * FIELD);
  readonly #across = new Float64Array(4);
  readonly #down = new Float64Array(4);

  /** Draws new control points with deviation `strength` in units of the box. */
  draw(random: Generator, strength: number): void {
    for (let i = 0; i < this.#shifts.length; i++) {
      this.#shifts[i] = 2 * strength * bell(random);
    }
  }

  /** Moves point `index` of interleaved `points`. */
  apply(points: Float64Array, index: number): void {
    const cells = FIELD - 3;
    const u = Math.min(Math.max(points[2 * index], 0), 0.999999) * cells;
    const v = Math.min(Math.max(points[2 * index + 1], 0), 0.999999) * cells;
    const column = Math.floor(u);
    const row = Math.floor(v);
    splineWeights(u - column, this.#across);
    splineWeights(v - row, this.#down);
    let dx = 0;
    let dy = 0;
    for (let j = 0; j < 4; j++) {
      for (let i = 0; i < 4; i++) {
        const weight = this.#down[j] * this.#across[i];
        const at = 2 * ((row + j) * FIELD + column + i);
        dx += weight * this.#shifts[at];
        dy += weight * this.#shifts[at + 1];
      }
    }
    points[2 * index] += dx;
    points[2 * index + 1] += dy;
  }
}

/** From the unit box around its middle to pixels: X = x + a·u + b·v, Y = y + c·u + d·v. */
interface Affine {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly x: number;
  readonly y: number;
}

function drawAffine(random: Generator, variation: number, side: number): Affine {
  // The tangent of half the angle gives sine and cosine by division alone.
  const half = 0.07 * variation * bell(random);
  const cosine = (1 - half * half) / (1 + half * half);
  const sine = 2 * half / (1 + half * half);
  const slant = variation * (0.1 + 0.22 * bell(random));
  const scale = side / SIDE;
  const width = scale * BOX * (0.9 + variation * 0.25 * bell(random));
  const height = scale * BOX * (1 + variation * 0.2 * bell(random));
  return {
    a: cosine * width,
    b: -(cosine * slant + sine) * height,
    c: sine * width,
    d: (cosine - sine * slant) * height,
    x: side / 2 + scale * variation * 0.6 * bell(random),
    y: side / 2 + scale * variation * 0.6 * bell(random),
  };
}

/** Lowers `distances` to the squared distance from each pixel's centre to a segment, near it. */
function drawSegment(
  distances: Float64Array,
  side: number,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  reach: number,
): void {
  const left = Math.max(0, Math.floor(Math.min(x0, x1) - reach));
  const right = Math.min(side - 1, Math.ceil(Math.max(x0, x1) + reach));
  const top = Math.max(0, Math.floor(Math.min(y0, y1) - reach));
  const bottom = Math.min(side - 1, Math.ceil(Math.max(y0, y1) + reach));
  const dx = x1 - x0;
  const dy = y1 - y0;
  const scale = 1 / Math.max(dx * dx + dy * dy, 1e-12);
  for (let row = top; row <= bottom; row++) {
    const py = row + 0.5 - y0;
    for (let column = left; column <= right; column++) {
      const px = column + 0.5 - x0;
      const t = Math.min(1, Math.max(0, (px * dx + py * dy) * scale));
      const ex = px - t * dx;
      const ey = py - t * dy;
      const squared = ex * ex + ey * ey;
      const at = row * side + column;
      if (squared < distances[at]) distances[at] = squared;
    }
  }
}

/** The stroke's pieces through interleaved `points`, in pixels. */
function drawStroke(
  distances: Float64Array,
  side: number,
  points: Float64Array,
  count: number,
  smooth: boolean,
  reach: number,
): void {
  const at = (i: number, axis: number) => points[2 * Math.min(Math.max(i, 0), count - 1) + axis];
  for (let i = 0; i + 1 < count; i++) {
    const pieces = smooth ? PIECES : 1;
    let x = at(i, 0);
    let y = at(i, 1);
    for (let piece = 1; piece <= pieces; piece++) {
      const t = piece / pieces;
      const nextX = catmullRom(at(i - 1, 0), at(i, 0), at(i + 1, 0), at(i + 2, 0), t);
      const nextY = catmullRom(at(i - 1, 1), at(i, 1), at(i + 1, 1), at(i + 2, 1), t);
      drawSegment(distances, side, x, y, nextX, nextY, reach);
      x = nextX;
      y = nextY;
    }
  }
}

/** The cubic through p1 (t = 0) and p2 (t = 1) with slopes (p2 − p0)/2 and (p3 − p1)/2. */
function catmullRom(p0: number, p1: number, p2: number, p3: number, t: number): number {
  const slope1 = (p2 - p0) / 2;
  const slope2 = (p3 - p1) / 2;
  const cubic = 2 * p1 - 2 * p2 + slope1 + slope2;
  const square = 3 * p2 - 3 * p1 - 2 * slope1 - slope2;
  return ((cubic * t + square) * t + slope1) * t + p1;
}

/** Draws one character into `image` ([side, side], values in [0, 1]). */
function drawCharacter(
  image: Float32Array,
  side: number,
  strokes: readonly Stroke[],
  variation: number,
  random: Generator,
  scratch: { field: ElasticField; points: Float64Array; distances: Float64Array },
): void {
  const { field, points, distances } = scratch;
  field.draw(random, 0.178 * variation);
  const affine = drawAffine(random, variation, side);
  const radius = side / SIDE * (1.15 + 0.3 * bell(random));
  const reach = radius + 0.5;
  distances.fill(Infinity);
  for (const stroke of strokes) {
    const count = stroke.points.length / 2;
    for (let i = 0; i < count; i++) {
      points[2 * i] = stroke.points[2 * i] + 0.02 * variation * bell(random);
      points[2 * i + 1] = stroke.points[2 * i + 1] + 0.02 * variation * bell(random);
      field.apply(points, i);
      const x = points[2 * i] - 0.5;
      const y = points[2 * i + 1] - 0.5;
      points[2 * i] = affine.x + affine.a * x + affine.b * y;
      points[2 * i + 1] = affine.y + affine.c * x + affine.d * y;
    }
    drawStroke(distances, side, points, count, stroke.smooth, reach);
  }
  for (let i = 0; i < image.length; i++) {
    if (distances[i] === Infinity) continue;
    image[i] = Math.min(1, Math.max(0, reach - Math.sqrt(distances[i])));
  }
}

/** Characters by class; each class lists its variants, each variant its strokes. */
type Alphabet = readonly (readonly (readonly Stroke[])[])[];

/** `count` characters whose classes take turns: label i is i mod the alphabet's length. */
export function drawGlyphs(
  count: number,
  variation: number,
  random: Generator,
  { alphabet = digits, side = SIDE }: { readonly alphabet?: Alphabet; readonly side?: number } = {},
): Split {
  const size = side * side;
  const values = new Float32Array(count * size);
  const labels = new Uint8Array(count);
  const scratch = {
    field: new ElasticField(),
    points: new Float64Array(64),
    distances: new Float64Array(size),
  };
  for (let i = 0; i < count; i++) {
    labels[i] = i % alphabet.length;
    const variants = alphabet[labels[i]];
    const strokes = variants[Math.floor(random.random() * variants.length)];
    const image = values.subarray(i * size, (i + 1) * size);
    drawCharacter(image, side, strokes, variation, random, scratch);
  }
  return { count, values, labels };
}

function defineGlyphs(name: string, summary: string, alphabet: Alphabet, classNames: string) {
  return defineDataset<GlyphsConfiguration>({
    name,
    summary,
    holds: { kind: "images", labels: true },
    configuration,
    create: ({ configuration, stream }) => {
      const { side, variation } = configuration;
      return {
        kind: "images",
        shape: [side, side, 1],
        classes: alphabet.length,
        classNames: [...classNames],
        ...drawSplits(
          configuration,
          stream,
          (count, random) => drawGlyphs(count, variation, random, { alphabet, side }),
        ),
      };
    },
  });
}

/** Digits of which one is left out of all that is learned from and chosen by. */
export const glyphsAnomaly = defineDataset({
  name: "glyphs-anomaly",
  summary: "28×28 digits, one of which only the test images show",
  holds: { kind: "images", labels: true },
  configuration: configuration.extend({
    leftOut: z.int().min(0).max(9).default(2).meta({ description: "The digit that is left out" }),
  }),
  create: ({ configuration, stream }) => {
    const { side, variation, leftOut } = configuration;
    const { test, ...seen } = drawSplits(
      configuration,
      stream,
      (count, random) => drawGlyphs(count, variation, random, { side }),
    );
    const without = (split: Split) => {
      const usual = split.labels!.keys().filter((i) => split.labels![i] !== leftOut);
      return rowsOf(split, Int32Array.from(usual));
    };
    return {
      kind: "images",
      shape: [side, side, 1],
      classes: digits.length,
      anomalous: [leftOut],
      train: without(seen.train),
      validation: without(seen.validation),
      test,
    };
  },
});

/** Digits of black and white pixels, drawn once with the greys as probabilities. */
export const glyphsBinarized = defineDataset({
  name: "glyphs-binarized",
  summary: "28×28 digits drawn from strokes, of black and white pixels",
  holds: { kind: "images", labels: true, binary: true },
  configuration,
  create: ({ configuration, stream }) => {
    const { side, variation } = configuration;
    const draw = (count: number, random: Generator) => {
      const { values, ...others } = drawGlyphs(count, variation, random, { side });
      return { ...others, values: binarized(values, random) };
    };
    return {
      kind: "images",
      shape: [side, side, 1],
      classes: digits.length,
      ...drawSplits(configuration, stream, draw),
    };
  },
});

/** What {@linkcode defineGlyphs} gives. */
type Glyphs = ReturnType<typeof defineGlyphs>;

/** Digits. */
export const glyphs: Glyphs = defineGlyphs(
  "glyphs",
  "28×28 digits drawn from strokes, ten classes",
  digits,
  "0123456789",
);

/** Capital letters. */
export const glyphsLetters: Glyphs = defineGlyphs(
  "glyphs-letters",
  "28×28 capital letters drawn from strokes, 26 classes",
  letters,
  "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
);
