/** What every data set is given: a seed of its own, three splits, a check of what was made. */
import { deepStrictEqual, notDeepStrictEqual, ok, rejects, throws } from "node:assert";
import { encode as encodePng } from "fast-png";
import * as z from "zod";
import type { Split } from "../../../lab/core/dataset.ts";
import { streamOf } from "../../../lab/core/random.ts";
import { datasets } from "../../../models/datasets/mod.ts";
import { defineDataset, drawnOut } from "../../../models/datasets/define_dataset.ts";
import { images } from "../../../models/datasets/images.ts";
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
  const { train, validation } = await make({ train: 100 });
  deepStrictEqual([train.count, validation.count], [90, 10]);
  const all = [...train.values, ...validation.values].sort((a, b) => a - b);
  deepStrictEqual(all, [...counted(100).values]);
  for (const { values, labels } of [train, validation]) {
    deepStrictEqual([...labels!], Array.from(values, (value) => value % 10));
  }
  deepStrictEqual((await make({ train: 100 })).validation, validation);
  notDeepStrictEqual((await make({ train: 100, seed: 1 })).validation, validation);
  notDeepStrictEqual((await make({ seed: 1 })).test.values, (await make({})).test.values);
  deepStrictEqual((await make({ seed: 4 })).seed, 4);
});

Deno.test("a share is drawn of each class: one example at least, and never all", () => {
  /** How many of each class are drawn of so many, and whether each example is drawn or left once. */
  const drawn = (sizes: readonly number[], share: number, size?: number) => {
    const labels = Uint8Array.from(sizes.flatMap((size, label) => new Array(size).fill(label)));
    const count = labels.length;
    const reader = size === undefined ? undefined : { size, binary: false, gather: () => {} };
    const [held, rest] = drawnOut({ count, labels, reader }, share, streamOf(1, "splits"));
    deepStrictEqual([...held, ...rest].sort((a, b) => a - b), Array.from(labels, (_, i) => i));
    return sizes.map((_, label) => held.filter((row) => labels[row] === label).length);
  };
  deepStrictEqual(drawn([1000, 96, 6, 3, 2, 1], 0.1), [100, 10, 1, 1, 1, 0]);
  deepStrictEqual(drawn([10, 2, 40], 0.9), [9, 1, 36]);
  // Fewer where memory is to hold no more: 1,000 of large examples, less a place for each of 256 classes.
  deepStrictEqual(drawn([6000, 2000, 2], 0.5, 1 << 20), [558, 186, 1]);
});

Deno.test("the splits of few examples have every class of three examples", async () => {
  const picture = encodePng({ width: 4, height: 4, channels: 1, data: new Uint8Array(16) });
  const { train, validation, test } = await images.create({
    configuration: images.configuration.parse({ folder: "few", side: 4, grey: true }),
    readFile: () => Promise.resolve(picture),
    listFolder: (path) =>
      Promise.resolve(path === "few" ? ["a/", "b/", "c/", "d/"] : ["1.png", "2.png", "3.png"]),
  });
  for (const { labels } of [train, validation, test]) {
    deepStrictEqual(labels!.sort(), Uint8Array.of(0, 1, 2, 3));
  }
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

Deno.test("what a source makes is refused where it lacks a split, numbers, axes or classes", async () => {
  const split = { count: 2, values: new Float32Array(2) };
  const made = (parts: object) =>
    defineDataset({
      name: "own",
      summary: "A grey pixel each",
      create: () =>
        ({ kind: "images", shape: [1, 1, 1], train: split, test: split, ...parts }) as never,
    });
  const refused = (parts: object, line: string) => {
    const { create, configuration } = made(parts);
    return rejects(
      Promise.resolve(create({ configuration: configuration.parse({}), readFile: noFiles })),
      { name: "InputError", message: `Cannot use the data set own as ${line}` },
    );
  };
  await refused({ test: undefined }, "test must be an object: undefined");
  await refused({ shape: undefined }, "shape must be a list: undefined");
  await refused(
    { kind: "image" },
    'there is no kind "image" (did you mean "images"?): known are images, points, sequences, text',
  );
  await refused(
    { valid: split },
    'there is no field "valid" (did you mean "validation"?): there are 17',
  );
  await refused(
    { train: { ...split, values: [0, 1] } },
    "train.values must be a Float32Array: Array",
  );
  await refused({ shape: [1] }, "the shape of images must have 3 axes: [1]");
  await refused({ kind: "points", shape: [2, 1] }, "the shape of points must have 1 axis: [2,1]");
  await refused({ kind: "text", shape: [] }, "the shape of text must have 1 axis: []");
  for (const sizes of [[], [0], [0.5, 4], ["2"]]) {
    const line = (sizes: readonly unknown[]) =>
      `must be whole numbers ≥ 1: ${JSON.stringify(sizes)}`;
    const shape = [1, 1, ...sizes].slice(-3);
    if (sizes.length > 0) await refused({ shape }, `shape ${line(shape)}`);
    await refused({ partnerShape: sizes }, `partnerShape ${line(sizes)}`);
  }
  for (const classes of [0, 2.5, 257]) {
    await refused({ classes }, `classes must be a whole number, 1 … 256: ${classes}`);
  }
  for (const classNames of [["a"], ["a", 2]]) {
    const line = `classNames must be a text for each of 2 classes: ${JSON.stringify(classNames)}`;
    await refused({ classes: 2, classNames }, line);
  }
  await refused({ classes: 2, classNames: ["a", "a"] }, "classNames must differ: a");
  const labelled = (labels: unknown) => {
    const each = { ...split, labels };
    return { classes: 2, train: each, test: each };
  };
  await refused(labelled([0, 1]), "train.labels must be a Uint8Array: Array");
  await refused(labelled(Uint8Array.of(1)), "train.labels must have 2 elements: 1");
  await refused(
    labelled(Uint8Array.of(0, 2)),
    "train.labels must be whole numbers from 0 on, below classes, 2: 2",
  );
});

Deno.test("what is known of examples is refused where it does not fit them, and kept where it does", async () => {
  const split = { count: 2, values: Float32Array.of(0, 1) };
  const both = (parts: object) => ({ train: { ...split, ...parts }, test: { ...split, ...parts } });
  const made = (parts: object, about: object = {}) => {
    const { create, configuration } = defineDataset({
      name: "own",
      summary: "A number each",
      create: () => ({ kind: "points", shape: [1], train: split, test: split, ...parts }) as never,
      ...about,
    });
    return Promise.resolve(
      create({ configuration: configuration.parse({}) as never, readFile: noFiles }),
    );
  };
  const factors = { names: ["a", "b"], sizes: [2, 3] };
  const factored = (...values: number[]) => ({
    factors,
    ...both({ factors: Uint8Array.of(...values) }),
  });
  const mixture = { centers: Float32Array.of(0, 1), deviation: 0.1 };
  const text = (vocabulary: unknown) => ({ kind: "text", vocabulary });
  const sound: [parts: object, about?: object][] = [
    [factored(1, 2, 0, 0)],
    [{ mixture }],
    [text(["a", "😀"])],
    [{ classes: 2, ...both({ labels: Uint8Array.of(0, 1) }) }, { holds: { kind: "points" } }],
    [{ channels: { train: split } }],
    [{ logDensity: (values: Float32Array) => Float64Array.from(values) }],
  ];
  for (const given of sound) await made(...given);

  const refused: [line: string, parts: object, about?: object][] = [
    ["kind must be that of its definition, images: points", {}, { holds: { kind: "images" } }],
    ["kind must be that of its definition, text: points", {}, { kind: "text" }],
    [
      "labels must stand in all splits or in none: not in train",
      { classes: 2, test: { ...split, labels: new Uint8Array(2) } },
    ],
    [
      "partners must stand in all splits or in none: not in validation, test",
      { train: { ...split, partners: new Float32Array(2) }, validation: split },
    ],
    [
      "factors must be named where splits have them, and nowhere else: undefined",
      both({ factors: new Uint8Array(4) }),
    ],
    [
      `factors must be named where splits have them, and nowhere else: ${JSON.stringify(factors)}`,
      { factors },
    ],
    [
      "factors.sizes must be a whole number, 1 … 256, for each of 2 names: [2]",
      { ...factored(0, 0), factors: { ...factors, sizes: [2] } },
    ],
    ["train.factors must have 2 × 2 elements: 2", factored(0, 0)],
    ["train.factors must be whole numbers below their sizes, 2, 3: 2 at 2", factored(1, 2, 2, 0)],
    [
      "train.factors must be a Uint8Array: Array",
      { factors, ...both({ factors: [0, 0, 0, 0] }) },
    ],
    [
      'vocabulary must be different texts of one character each: "ab" at 1',
      text(["a", "ab"]),
    ],
    ['vocabulary must be different texts of one character each: "a" at 1', text(["a", "a"])],
    [
      "mixture.deviation must be a number > 0: 0",
      { mixture: { ...mixture, deviation: 0 } },
    ],
    [
      "mixture.centers must be a Float32Array of 1 numbers each: Float32Array()",
      { mixture: { ...mixture, centers: new Float32Array(0) } },
    ],
    [
      "mixture.centers must be a Float32Array of 2 numbers each: Float32Array(0,1,2)",
      {
        ...{ shape: [2], mixture: { ...mixture, centers: Float32Array.of(0, 1, 2) } },
        ...{ train: { ...split, count: 1 }, test: { ...split, count: 1 } },
      },
    ],
    ["channels must be a data set with training examples: {}", { channels: {} }],
    [
      "logDensity must give a number for each of 2 examples: 1",
      { logDensity: () => new Float64Array(1) },
    ],
  ];
  for (const [line, ...given] of refused) {
    await rejects(made(...given), {
      name: "InputError",
      message: `Cannot use the data set own as ${line}`,
    });
  }
});

Deno.test("what a reader gives is held to the same as what is in memory", async () => {
  const values = new Float32Array(2 * 300);
  const made = (reader: object) => {
    const { create, configuration } = defineDataset({
      name: "read",
      summary: "Two grey pixels each",
      create: () => {
        const split = { count: 300, values };
        const read = { size: 2, binary: false, gather: () => {}, ...reader };
        return { kind: "images", shape: [1, 2, 1], train: { ...split, reader: read }, test: split };
      },
    });
    return Promise.resolve(
      create({ configuration: configuration.parse({}), readFile: noFiles }),
    );
  };
  const refused = (reader: object, line: string) =>
    rejects(made(reader), {
      name: "InputError",
      message: `Cannot use the data set read as train.reader${line}`,
    });
  /** Gives rows of zeros but for one number of the row 3. */
  const giving = (value: number) => (rows: ArrayLike<number>, to: Float32Array) => {
    for (let i = 0; i < rows.length; i++) if (rows[i] === 3) to[2 * i + 1] = value;
  };
  for (const size of [1, 4, NaN]) {
    await refused({ size }, `.size must be that of an example, 2: ${size}`);
  }
  await made({ gather: giving(0.5) });
  await refused({ gather: giving(7) }, " must be in [0, 1]: 7 at 7");
  await made({ binary: true, gather: giving(1) });
  await refused(
    { binary: true, gather: giving(0.5) },
    ".binary must be false where there are other numbers than 0 and 1: true",
  );
});

Deno.test("a data set and its splits have no field that none has", async () => {
  const split = { count: 2, values: new Float32Array(2) };
  const source = {
    name: "own",
    summary: "A grey pixel each",
    create: () => ({ kind: "images", shape: [1, 1, 1], train: split, test: split }),
  };
  const define = (parts: object) => defineDataset({ ...source, ...parts } as never);
  const refused: [parts: object, line: RegExp][] = [
    [
      { sumary: "A" },
      /^Cannot define the data set own as .* "sumary" \(did you mean "summary"\?\)/,
    ],
    [{ name: "" }, /^Cannot define the data set as its name must not be empty: ""$/],
    [{ summary: undefined }, / own as summary must be a text: undefined$/],
    [{ create: undefined }, / own as create must be a function: undefined$/],
    [{ kind: "image" }, / own as there is no kind "image" \(did you mean "images"\?\)/],
    [
      { holds: { kind: "images", label: true } },
      / own by what it holds as there is no field "label" \(did you mean "labels"/,
    ],
  ];
  for (const [parts, message] of refused) {
    throws(() => define(parts), { name: "InputError", message });
  }
  throws(() => defineDataset(null as never), {
    name: "InputError",
    message: "Cannot define the data set as it must be an object: null",
  });
  const made = (test: object) => {
    const { create, configuration } = define({ create: () => ({ ...source.create(), test }) });
    return create({ configuration: configuration.parse({}), readFile: noFiles });
  };
  await rejects(async () => await made({ ...split, label: new Uint8Array(2) }), {
    name: "InputError",
    message: /^Cannot use test of the data set own as there is no field "label" .*"labels"/,
  });
  const reader = { size: 1, binary: false, gather: () => {}, prefech: () => {} };
  await rejects(async () => await made({ ...split, reader }), {
    name: "InputError",
    message: /^Cannot use the reader of test as there is no field "prefech" .*"prefetch"/,
  });
  class Streamed {
    readonly count = 2;
    readonly values = new Float32Array(2);
    readonly file = "pixels";
  }
  deepStrictEqual((await made(new Streamed())).test.count, 2);
});

Deno.test("what is left stands in the order in which it was, what is held out as it was drawn", async () => {
  // The first examples are compared: in the order of a file they might be of one class.
  const { train, validation } = await make({ train: 100 });
  deepStrictEqual(train.values, train.values.slice().sort());
  notDeepStrictEqual(validation.values, validation.values.slice().sort());
});
