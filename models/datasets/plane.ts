/**
 * Points in the plane: the toys that density and adversarial models are shown on. `ring-8` and `grid-25`
 * are those of Gulrajani et al. (2017, arXiv 1704.00028, `gan_toy.py`), the ring's angles k·45° for
 * k = 0 … 7 without the doubled end angle of other sources; `two-moons`, `circles` and `swiss-roll` are
 * scikit-learn's shapes, as scaled by Grathwohl et al. (2019, "FFJORD", arXiv 1810.01367), from where
 * `pinwheel` and `checkerboard` are.
 *
 * @module
 */
import * as z from "zod";
import type { Dataset, Split } from "../../lab/core/dataset.ts";
import { exp } from "../../lab/core/elementary.ts";
import type { Generator } from "../../lab/core/random.ts";
import { cosine, sine } from "../../lab/core/sine.ts";
import { curve, evenly, gaussians, type LogDensity, pinwheelDensity } from "./densities.ts";
import { defineDataset } from "./define_dataset.ts";
import { drawSplits, splitFields } from "./split_fields.ts";

/** A point, and the number of the piece that it was drawn from. */
type Point = readonly [x: number, y: number, label: number];

/** Points of two coordinates that a function draws one by one. */
function definePlane(
  { name, summary, point, mixture, logDensity }: {
    readonly name: string;
    readonly summary: string;
    readonly point: (random: Generator) => Point;
    readonly mixture?: Dataset["mixture"];
    readonly logDensity: LogDensity;
  },
) {
  const draw = (count: number, random: Generator): Split => {
    const values = new Float32Array(2 * count);
    const labels = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
      [values[2 * i], values[2 * i + 1], labels[i]] = point(random);
    }
    return { count, values, labels };
  };
  return defineDataset({
    name,
    summary,
    holds: { kind: "points" },
    configuration: z.strictObject(
      splitFields("points", { least: 8, train: 50_000, validation: 10_000, test: 10_000 }),
    ),
    create: ({ configuration, stream }) => ({
      kind: "points",
      shape: [2],
      ...drawSplits(configuration, stream, draw),
      ...{ mixture, logDensity },
    }),
  });
}

/** The definition that {@linkcode definePlane} gives. */
type Plane = ReturnType<typeof definePlane>;

const RING = { scale: 1.414, deviation: 0.02 / 1.414 };
const HALF = Math.SQRT1_2;
/** The unit circle at k·45°, x and y interleaved. */
// deno-fmt-ignore
const CIRCLE = [1, 0, HALF, HALF, 0, 1, -HALF, HALF, -1, 0, -HALF, -HALF, 0, -1, HALF, -HALF];
const ringCenters = Float32Array.from(CIRCLE, (coordinate) => 2 * coordinate / RING.scale);

/** Draws from Gaussians of one deviation, each as often as the others. */
function mixturePoint(centers: Float32Array, deviation: number) {
  return (random: Generator): Point => {
    const mode = random.integers(centers.length / 2);
    const around = (axis: number) => centers[2 * mode + axis] + deviation * random.standardNormal();
    return [around(0), around(1), mode];
  };
}

/** Eight Gaussians: radius 2, deviation 0.02, all divided by 1.414. */
export const ring8: Plane = definePlane({
  name: "ring-8",
  summary: "Points of eight narrow Gaussians on a circle",
  mixture: { centers: ringCenters, deviation: RING.deviation },
  point: mixturePoint(ringCenters, RING.deviation),
  logDensity: gaussians(ringCenters, RING.deviation),
});

const GRID = { scale: 2.828, deviation: 0.05 / 2.828 };
const gridCenters = Float32Array.from(
  { length: 50 },
  (_, i) => 2 * ((i % 2 === 0 ? Math.floor(i / 10) : (i >> 1) % 5) - 2) / GRID.scale,
);

/** 25 Gaussians: centres 2·{−2 … 2}², deviation 0.05, all divided by 2.828. */
export const grid25: Plane = definePlane({
  name: "grid-25",
  summary: "Points of 25 narrow Gaussians on a square grid",
  mixture: { centers: gridCenters, deviation: GRID.deviation },
  point: mixturePoint(gridCenters, GRID.deviation),
  logDensity: gaussians(gridCenters, GRID.deviation),
});

/** Pieces of a curve in whose middles its density is taken: far shorter than the noise is wide. */
const PIECES = 200;

/** Two half circles, t even on [0, π], noise 0.1; then ·2 + (−1, −0.2). */
export const twoMoons: Plane = definePlane({
  name: "two-moons",
  summary: "Points of two half circles that reach into each other",
  point: (random) => {
    const moon = random.integers(2);
    const t = Math.PI * random.random();
    const x = (moon === 0 ? cosine(t) : 1 - cosine(t)) + 0.1 * random.standardNormal();
    const y = (moon === 0 ? sine(t) : 0.5 - sine(t)) + 0.1 * random.standardNormal();
    return [2 * x - 1, 2 * y - 0.2, moon];
  },
  logDensity: gaussians([
    ...curve(PIECES, (u) => [2 * cosine(Math.PI * u) - 1, 2 * sine(Math.PI * u) - 0.2]),
    ...curve(PIECES, (u) => [1 - 2 * cosine(Math.PI * u), 0.8 - 2 * sine(Math.PI * u)]),
  ], 0.2),
});

/** (t cos t, t sin t) with t = 1.5π(1 + 2u), noise 1, all divided by 5. */
export const swissRoll: Plane = definePlane({
  name: "swiss-roll",
  summary: "Points of a spiral",
  point: (random) => {
    const t = 1.5 * Math.PI * (1 + 2 * random.random());
    const x = t * cosine(t) + random.standardNormal();
    const y = t * sine(t) + random.standardNormal();
    return [x / 5, y / 5, 0];
  },
  logDensity: gaussians(
    curve(2 * PIECES, (u) => {
      const t = 1.5 * Math.PI * (1 + 2 * u);
      return [t * cosine(t) / 5, t * sine(t) / 5];
    }),
    1 / 5,
  ),
});

/** Every other square of a board over [−4, 4]². */
export const checkerboard: Plane = definePlane({
  name: "checkerboard",
  summary: "Points of the dark squares of a board of 4 × 4",
  point: (random) => {
    const x = 4 * random.random() - 2;
    const odd = Math.abs(Math.floor(x) % 2);
    const upper = random.integers(2);
    return [2 * x, 2 * (random.random() - 2 * upper + odd), 0];
  },
  logDensity: evenly(32, (x, y) => {
    const inside = Math.max(Math.abs(x), Math.abs(y)) <= 4;
    return inside && (Math.floor(x / 2) + Math.floor(y / 2)) % 2 === 0;
  }),
});

/** Five arms: N(0, diag(0.3, 0.1)²) moved by (1, 0), turned by 2π·arm/5 + 0.25·e^x, then ·2. */
export const pinwheel: Plane = definePlane({
  name: "pinwheel",
  summary: "Points of five bent arms",
  point: (random) => {
    const arm = random.integers(5);
    const along = 1 + 0.3 * random.standardNormal();
    const across = 0.1 * random.standardNormal();
    const angle = 2 * Math.PI * arm / 5 + 0.25 * exp(along);
    const [c, s] = [cosine(angle), sine(angle)];
    return [2 * (c * along - s * across), 2 * (s * along + c * across), arm];
  },
  logDensity: pinwheelDensity({
    ...{ arms: 5, scale: 2, across: 0.1, twist: 0.25 },
    along: { mean: 1, deviation: 0.3 },
  }),
});

/** Two circles of radii 1 and 0.5, noise 0.08. */
export const circles: Plane = definePlane({
  name: "circles",
  summary: "Points of two circles, one in the other",
  point: (random) => {
    const inner = random.integers(2);
    const angle = 2 * Math.PI * random.random();
    const radius = inner === 1 ? 0.5 : 1;
    const x = radius * cosine(angle) + 0.08 * random.standardNormal();
    const y = radius * sine(angle) + 0.08 * random.standardNormal();
    return [x, y, inner];
  },
  logDensity: gaussians(
    [1, 0.5].flatMap((radius) =>
      curve(PIECES, (u) => [radius * cosine(2 * Math.PI * u), radius * sine(2 * Math.PI * u)])
    ),
    0.08,
  ),
});
