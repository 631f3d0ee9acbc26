/** What every data set is given: a seed of its own, three splits, a check of what was made. */
import { deepStrictEqual, notDeepStrictEqual, ok, rejects } from "node:assert";
import * as z from "zod";
import type { Split } from "../../../lab/core/dataset.ts";
import { datasets } from "../../../models/datasets/mod.ts";
import { defineDataset } from "../../../models/datasets/define_dataset.ts";
import { fieldsOf } from "../../../lab/experiment/fields.ts";
import { noFiles } from "../laboratory.ts";

/** Numbers 0, 1, 2, … as points, labelled by their last digit. */
function counted(count: number): Split {
  const values = Float32Array.from({ length: count }, (_, i) => i);
  return { count, values, labels: Uint8Array.from(values, (value) => value % 10) };
}

const counting = defineDataset({
  name: "counting",
  summary: "Numbers",
  configuration: z.strictObject({
    train: z.int().default(50).meta({ description: "Numbers to learn from" }),
  }),
  create: ({ configuration: { train }, stream }) => ({
    kind: "points",
    shape: [1],
    classes: 10,
    train: counted(train),
    test: { count: 1, values: Float32Array.of(stream("test").random()), labels: Uint8Array.of(3) },
  }),
});

const make = (fields: object) =>
  counting.create({ configuration: counting.configuration.parse(fields), readFile: noFiles });

for (const { name, load } of datasets) {
  Deno.test(`${name} has a seed of its own`, async () => {
    const fields = fieldsOf((await load()).configuration, "dataset");
    ok(fields.some(({ path }) => path === "dataset.seed"));
  });
}

Deno.test("a tenth of the training examples is held out where no validation split is made", async () => {
  const { train, validation } = await make({});
  deepStrictEqual([train.count, validation.count], [45, 5]);
  const all = [...train.values, ...validation.values].sort((a, b) => a - b);
  deepStrictEqual(all, [...counted(50).values]);
  for (const { values, labels } of [train, validation]) {
    deepStrictEqual([...labels!], Array.from(values, (value) => value % 10));
  }
  deepStrictEqual((await make({})).validation, validation);
  notDeepStrictEqual((await make({ seed: 1 })).validation, validation);
  notDeepStrictEqual((await make({ seed: 1 })).test.values, (await make({})).test.values);
  deepStrictEqual((await make({ seed: 4 })).seed, 4);
});

Deno.test("one example cannot be learned from and chosen by", async () => {
  await rejects(make({ train: 1 }), {
    name: "InputError",
    message:
      "Cannot use the data set counting as a validation split must be left of train.count: 1",
  });
});

Deno.test("what examples are paired with is checked as they are: length, range, NaN", async () => {
  const paired = (partners: Float32Array) => {
    const { create, configuration } = defineDataset({
      name: "paired",
      summary: "Two grey pixels each",
      create: () => {
        const split = { count: 3, values: new Float32Array(3), partners };
        return {
          ...{ kind: "images", shape: [1, 1, 1], partnerShape: [1, 2, 1] },
          ...{ train: split, test: split },
        };
      },
    });
    return create({ configuration: configuration.parse({}), readFile: noFiles });
  };
  const refused = (partners: Float32Array, message: string) =>
    rejects(paired(partners), {
      name: "InputError",
      message: `Cannot use the data set paired as train.${message}`,
    });
  await paired(new Float32Array(6));
  await refused(new Float32Array(5), "partners must have 3 × 2 elements: 5");
  const broken = new Float32Array(6).with(4, NaN);
  await refused(broken, "partners must be in [0, 1]: NaN at 4");
});
