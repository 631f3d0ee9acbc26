/** Noise of functions of rows in model files: what is given, what is drawn, and what all rows share. */
import { deepStrictEqual, ok, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { defaultRng } from "../../lab/core/random.ts";
import { defineModel } from "../../models/define_model.ts";
import { exampleFields } from "../../models/fields.ts";
import { loadModel } from "../../models/model_file.ts";
import { dense } from "../../models/networks.ts";
import { drawNoise, type FileNoise, rowsOf } from "../../models/row_program.ts";
import { fewPoints, trainerOf } from "./laboratory.ts";

const noise: FileNoise = {
  each: ["normal", [2]],
  shared: ["uniform", [3], "batch"],
  last: ["uniform", []],
};

Deno.test("rows of a range are cut from each column, however wide", () => {
  const columns = { a: Float32Array.of(1, 2, 3, 4), b: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
  deepStrictEqual(rowsOf(columns, 4, { first: 1, length: 2 }), {
    ...{ a: Float32Array.of(2, 3), b: Float32Array.of(3, 4, 5, 6) },
  });
});

Deno.test("noise is drawn in order for all rows that are drawn together, and the first ones taken", () => {
  const random = defaultRng(1);
  const range = { first: 4, length: 2 };
  const { columns, whole } = drawNoise(noise, { range, count: 9, drawn: 5, random });
  const expected = defaultRng(1);
  const [each, shared, last] = [new Float32Array(10), new Float32Array(3), new Float32Array(5)];
  expected.fillStandardNormal(each);
  for (const values of [shared, last]) values.forEach((_, i) => values[i] = expected.random());
  deepStrictEqual(Object.keys(columns), ["noise/each", "noise/last"]);
  deepStrictEqual(columns["noise/each"], each.subarray(0, 4));
  deepStrictEqual(columns["noise/last"], last.subarray(0, 2));
  deepStrictEqual(Object.keys(whole), ["noise/shared"]);
  deepStrictEqual(whole["noise/shared"], shared);
});

Deno.test("noise that is given is that of the range, and what all rows share is given whole", () => {
  const given = {
    each: Float32Array.from({ length: 8 }, (_, i) => i),
    shared: Float32Array.of(7, 8, 9),
    last: Float32Array.of(1, 2, 3, 4),
  };
  const { columns, whole } = drawNoise(noise, {
    ...{ range: { first: 1, length: 2 }, count: 4, drawn: 5, given },
  });
  deepStrictEqual(columns, {
    "noise/each": Float32Array.of(2, 3, 4, 5),
    "noise/last": Float32Array.of(2, 3),
  });
  deepStrictEqual(whole, { "noise/shared": given.shared });
  const { each, last } = given;
  throws(
    () =>
      drawNoise(noise, {
        range: { first: 0, length: 1 },
        count: 4,
        drawn: 5,
        given: { each, last },
      }),
    /^InputError: Cannot sample as the noise "shared" must be given or drawn by random$/,
  );
});

/** Samples are a row's own noise, moved by what all of them share. */
const moved = defineModel({
  name: "trial-moved",
  summary: "Points about a place that all of a batch share",
  takes: { examples: ["points"] },
  configuration: z.strictObject(exampleFields),
  budget: "examples",
  networks: ({ size }) => ({ unused: dense([size, size]) }),
  noise: () => ({ place: ["normal", [2], "batch"], own: ["uniform", [2]] }),
  steps: [{
    name: "fit",
    loss: ({ unused }, { x }) => ({ loss: tf.sum(tf.square(tf.sub(unused(x), x)), 1) }),
  }],
  sample: (_, { noise: { place, own } }) => tf.add(own, place) as tf.Tensor,
});

Deno.test("what samples share is one draw for all of them, in the file as in the trainer", async () => {
  const { trainer } = await trainerOf(moved, await fewPoints(60, 20), { batchSize: 20 }, {
    backend: "wasm-strict",
  });
  const model = loadModel(await trainer.exportModel!());
  deepStrictEqual(model.noise, { place: ["normal", [2], "batch"], own: ["uniform", [2]] });
  for (const count of [3, 37, 40]) {
    const drawn = model.sample!({ count, random: defaultRng(2) });
    deepStrictEqual(drawn, await trainer.sample!({ count, random: defaultRng(2) }));
    const own = Float32Array.from({ length: 2 * count }, (_, i) => i % 7);
    const { values } = model.sample!({ count, noise: { place: Float32Array.of(10, -20), own } });
    ok(values.every((value, i) => value === own[i] + (i % 2 === 0 ? 10 : -20)), `${values}`);
  }
  throws(
    () => model.sample!({ count: 3, noise: { place: new Float32Array(6) }, random: defaultRng(1) }),
    /the noise "place" must have 2 numbers: 6$/,
  );
  trainer.dispose();
});
