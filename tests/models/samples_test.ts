/** Samples as plain data: which class each is asked to be, what a text begins with, what they are of. */
import { deepStrictEqual, ok, rejects, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import type { Dataset } from "../../lab/core/dataset.ts";
import { defaultRng, streamOf } from "../../lab/core/random.ts";
import { defineModel } from "../../models/define_model.ts";
import { exampleFields } from "../../models/fields.ts";
import { dense } from "../../models/networks.ts";
import { askedClasses, promptOf, samplesOf } from "../../models/samples.ts";
import { trainerOf } from "./laboratory.ts";

/** Points at 0 of one class, and a tenth of them at 4 of another. */
function uneven(): Dataset {
  const split = (part: string) => {
    const random = streamOf(7, part);
    const labels = Uint8Array.from({ length: 400 }, () => Number(random.random() < 0.1));
    const values = Float32Array.from(
      { length: 800 },
      (_, i) => 4 * labels[i >> 1] + 0.1 * random.standardNormal(),
    );
    return { count: 400, values, labels };
  };
  return {
    ...{ name: "uneven", seed: 7, kind: "points", shape: [2], classes: 2 },
    ...{ train: split("train"), validation: split("validation"), test: split("test") },
  };
}

/** What draws each class as it is. */
const perfect = defineModel({
  name: "perfect",
  summary: "Knows",
  takes: { examples: ["points"], labels: "required" },
  configuration: z.strictObject(exampleFields),
  budget: "examples",
  networks: () => ({ none: dense([1, 1]) }),
  steps: [{
    name: "none",
    loss: ({ none }, { x }) => ({ loss: tf.sum(none(tf.slice(x, [0, 0], [-1, 1])), 1) }),
  }],
  sampleNoise: ({ size }) => ({ noise: ["normal", [size]] }),
  sample: (_, { labels, noise: { noise } }) =>
    tf.add(tf.mul(4, tf.slice(labels, [0, 1], [-1, 1])), tf.mul(0.1, noise)),
});

Deno.test("samples are scored beside a split as its own classes, however rare one is", async () => {
  const { trainer } = await trainerOf(perfect, uneven(), { batchSize: 50 }, { budget: 100 });
  const { metrics } = await trainer.evaluate({ random: defaultRng(1) });
  const ceiling = metrics["ceiling/energy_distance"];
  for (const distance of ["evaluation/energy_distance", "validation/energy_distance"]) {
    ok(Math.abs(metrics[distance] - ceiling) < 0.02, `${distance} ${metrics[distance]} ${ceiling}`);
  }
  const { values } = await trainer.sample!({ random: defaultRng(1), count: 3, label: [1, 0, 1] });
  deepStrictEqual(Array.from(values, (value) => value > 2), [true, true, false, false, true, true]);
  for (const label of [[1, 0], [1, 0, 2]]) {
    await rejects(trainer.sample!({ random: defaultRng(1), count: 3, label }), {
      name: "InputError",
    });
  }
  trainer.dispose();
});

Deno.test("samples are asked to be of all classes in turn, or all of one", () => {
  deepStrictEqual([...askedClasses(7, 3)], [0, 1, 2, 0, 1, 2, 0]);
  deepStrictEqual([...askedClasses(3, 3, 0)], [0, 0, 0]);
  deepStrictEqual([...askedClasses(2, 3, 2)], [2, 2]);
});

Deno.test("every row begins with the prompt, and is free behind it", () => {
  deepStrictEqual([...promptOf("ba", 2, 3, ["a", "b"])], [1, 0, -1, 1, 0, -1]);
  deepStrictEqual([...promptOf("aba", 1, 3, ["a", "b"])], [0, 1, 0]);
  deepStrictEqual([...promptOf("", 2, 2, ["a", "b"])], [-1, -1, -1, -1]);
  throws(
    () => promptOf("abab", 1, 3, ["a", "b"]),
    /^InputError: Cannot go on from the prompt as it must have at most 3 characters, the length of a sample: 4$/,
  );
  throws(() => promptOf("c", 1, 3, ["a", "b"]), /^InputError: Cannot go on from the prompt as /);
});

Deno.test("values are samples of what the data set holds", () => {
  const values = new Float32Array(12);
  deepStrictEqual(samplesOf({ kind: "images", shape: [2, 3, 1] }, 2, values), {
    ...{ kind: "images", count: 2, shape: [2, 3, 1], values },
  });
  deepStrictEqual(samplesOf({ kind: "text", shape: [6], vocabulary: ["a"] }, 2, values), {
    ...{ kind: "text", count: 2, length: 6, vocabulary: ["a"], values },
  });
  for (const [kind, shape] of [["points", [3]], ["sequences", [3, 1]]] as const) {
    const points = { kind: "points", count: 4, dimensions: 3, values };
    deepStrictEqual(samplesOf({ kind, shape }, 4, values), points);
  }
});
