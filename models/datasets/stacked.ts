/**
 * `glyphs-stacked`: three drawn digits of 14 × 14 pixels as the red, green and blue of one image: a
 * thousand modes that a classifier of digits can count. After the stacked MNIST of Metz, Poole, Pfau,
 * Sohl-Dickstein (2017, arXiv 1611.02163), section 3.3.1.
 *
 * @module
 */
import * as z from "zod";
import type { Split } from "../../lab/core/dataset.ts";
import type { Generator } from "../../lab/core/random.ts";
import { defineDataset } from "./define_dataset.ts";
import { glyphs } from "./glyphs.ts";
import { splitFields } from "./split_fields.ts";

const SIDE = 14;
const PIXELS = SIDE * SIDE;
const CHANNELS = 3;

const configuration = z.strictObject(
  splitFields("images", { least: 10, train: 26_000, validation: 1_000, test: 2_000 }),
);

/** Images of three random digits each. */
export function stack(digits: Split, count: number, random: Generator): Split {
  const values = new Float32Array(count * PIXELS * CHANNELS);
  for (let i = 0; i < count; i++) {
    for (let channel = 0; channel < CHANNELS; channel++) {
      const digit = random.integers(digits.count);
      const image = digits.values.subarray(digit * PIXELS, (digit + 1) * PIXELS);
      image.forEach((pixel, at) => values[(i * PIXELS + at) * CHANNELS + channel] = pixel);
    }
  }
  return { count, values };
}

/** Three digits as colours. */
export const stackedGlyphs = defineDataset({
  name: "glyphs-stacked",
  summary: "14×14 images of three drawn digits, one a colour: a thousand modes",
  holds: { kind: "images" },
  configuration,
  create: async ({ configuration, stream, ...context }) => {
    const channels = await glyphs.create({
      ...context,
      configuration: glyphs.configuration.parse({ side: SIDE }),
    });
    const stacked = (part: "train" | "validation" | "test") =>
      stack(channels[part], configuration[part], stream(part));
    return {
      kind: "images",
      shape: [SIDE, SIDE, CHANNELS],
      channels,
      train: stacked("train"),
      validation: stacked("validation"),
      test: stacked("test"),
    };
  },
});
