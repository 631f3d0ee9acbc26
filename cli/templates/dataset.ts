/**
 * my-dataset: small pictures of bars. Change what is drawn, or read files, and keep the shape.
 *
 *   deno task -q experiment run my-dataset.ts
 */
import { defineDataset, defineExperiment, type Generator } from "reverie";
import * as z from "zod";

const SIDE = 8;

/** `count` pictures [SIDE, SIDE, 1] with values in [0, 1]; the label is the bar's direction. */
function draw(count: number, random: Generator) {
  const values = new Float32Array(count * SIDE * SIDE);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const place = random.integers(SIDE);
    labels[i] = random.integers(2);
    for (let along = 0; along < SIDE; along++) {
      const pixel = labels[i] === 0 ? place * SIDE + along : along * SIDE + place;
      values[i * SIDE * SIDE + pixel] = 1;
    }
  }
  return { count, values, labels };
}

export const dataset = defineDataset({
  name: "my-dataset",
  summary: "Bars across and along, 8 × 8",
  configuration: z.strictObject({
    train: z.int().min(100).default(2000).meta({ description: "Pictures to learn from" }),
    test: z.int().min(100).default(500).meta({ description: "Pictures to measure on" }),
  }),
  // Named streams of the data set's own field `seed`: runs of any seed learn from the same pictures.
  // `readFile(path)` reads a file instead. A tenth of `train` becomes the validation split, unless
  // one is made here.
  create: ({ configuration, stream }) => ({
    kind: "images",
    shape: [SIDE, SIDE, 1],
    classes: 2,
    train: draw(configuration.train, stream("train")),
    test: draw(configuration.test, stream("test")),
  }),
});

export default defineExperiment({
  name: "my-dataset-autoencoder",
  summary: "An autoencoder learns bars",
  dataset, // or with other fields: { definition: dataset, train: 5000 }
  model: { name: "autoencoder", hiddenSizes: [32], codeSize: 8 },
  budget: 20_000, // examples
});
