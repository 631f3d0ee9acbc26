/**
 * `sine`: sequences of a sine with noise, some of them with an anomaly, for sequence autoencoders and
 * for detectors. Length 64, period 16 to 32, any phase, amplitude 1, noise of deviation 0.05. One in
 * twenty has a spike, a jump of its phase, or a flat stretch; the labels say which.
 *
 * @module
 */
import * as z from "zod";
import type { Split } from "../../lab/core/dataset.ts";
import type { Generator } from "../../lab/core/random.ts";
import { sine as sineOf } from "../../lab/core/sine.ts";
import { defineDataset } from "./define_dataset.ts";
import { drawSplits, splitFields } from "./split_fields.ts";

const configuration = z.strictObject({
  ...splitFields("sequences", { least: 20, train: 5000, validation: 1000, test: 2000 }),
  anomalies: z.number().min(0).max(1).default(0.05).meta({
    description: "Share of the sequences that have an anomaly",
  }),
});

const LENGTH = 64;
const NOISE = 0.05;
/** What a label says. */
export const anomalyNames = ["none", "spike", "phase jump", "flat"] as const;

/** `count` sequences [64, 1] and what is odd about each. */
export function drawSines(count: number, anomalies: number, random: Generator): Split {
  const values = new Float32Array(count * LENGTH);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const odd = random.random() < anomalies;
    const kind = labels[i] = odd ? 1 + random.integers(anomalyNames.length - 1) : 0;
    const step = 2 * Math.PI / (16 + 16 * random.random());
    const phase = 2 * Math.PI * random.random();
    // Inside, so that a jump has two sides.
    const at = 8 + random.integers(LENGTH - 24);
    const jump = Math.PI * (0.5 + random.random());
    const spike = (random.integers(2) === 0 ? -1 : 1) * (1.5 + random.random());
    for (let t = 0; t < LENGTH; t++) {
      let value = sineOf(phase + step * t);
      if (kind === 1 && t === at) value += spike;
      if (kind === 2 && t >= at) value = sineOf(phase + step * t + jump);
      if (kind === 3 && t >= at && t < at + 16) value = sineOf(phase + step * at);
      values[i * LENGTH + t] = value + NOISE * random.standardNormal();
    }
  }
  return { count, values, labels };
}

/** Sines, most of them whole. */
export const sine = defineDataset({
  name: "sine",
  summary: "Sequences of a noisy sine, one in twenty with an anomaly",
  holds: { kind: "sequences", labels: true },
  configuration,
  create: ({ configuration, stream }) => ({
    kind: "sequences",
    shape: [LENGTH, 1],
    classes: anomalyNames.length,
    classNames: anomalyNames,
    anomalous: [1, 2, 3],
    ...drawSplits(
      configuration,
      stream,
      (count, random) => drawSines(count, configuration.anomalies, random),
    ),
  }),
});
