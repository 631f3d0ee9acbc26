/**
 * `ring-8`: eight equal Gaussians on a circle, the smallest test of mode collapse. Radius 2,
 * deviation 0.02, all divided by 1.414, as in Gulrajani et al. (2017), arXiv 1704.00028 (their
 * `gan_toy.py`); the angles are k·45° for k = 0 … 7, without the doubled end angle of other sources.
 *
 * @module
 */
import * as z from "zod";
import type { Split } from "../../lab/core/dataset.ts";
import type { Generator } from "../../lab/core/random.ts";
import { defineDataset } from "./define_dataset.ts";
import { drawSplits, splitFields } from "./split_fields.ts";

const configuration = z.strictObject(
  splitFields("points", { least: 8, train: 50_000, validation: 10_000, test: 10_000 }),
);

/** Configuration of {@linkcode ring8}. */
export type RingConfiguration = z.output<typeof configuration>;

const RADIUS = 2;
const DEVIATION = 0.02;
const SCALE = 1.414;
const HALF = Math.SQRT1_2;

/** The unit circle at k·45°, x and y interleaved. */
// deno-fmt-ignore
const CIRCLE = [1, 0, HALF, HALF, 0, 1, -HALF, HALF, -1, 0, -HALF, -HALF, 0, -1, HALF, -HALF];

const centers = Float32Array.from(CIRCLE, (coordinate) => RADIUS * coordinate / SCALE);
const deviation = DEVIATION / SCALE;

/** `count` points of the mixture; `labels` say from which centre each one is. */
export function drawRing(count: number, random: Generator): Split {
  const values = new Float32Array(2 * count);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const mode = random.integers(8);
    labels[i] = mode;
    values[2 * i] = centers[2 * mode] + deviation * random.standardNormal();
    values[2 * i + 1] = centers[2 * mode + 1] + deviation * random.standardNormal();
  }
  return { count, values, labels };
}

/** The data set that {@linkcode RingConfiguration} describes. */
export const ring8 = defineDataset<RingConfiguration>({
  name: "ring-8",
  summary: "Points of eight narrow Gaussians on a circle",
  holds: { kind: "points" },
  configuration,
  create: ({ configuration, stream }) => ({
    kind: "points",
    shape: [2],
    ...drawSplits(configuration, stream, drawRing),
    mixture: { centers, deviation },
  }),
});
