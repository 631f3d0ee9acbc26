/** Kinds that examples are sorted into, and what models make of them in the place of classes. */
import { deepStrictEqual, notDeepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import type { Dataset, Split } from "../../lab/core/dataset.ts";
import { defaultRng } from "../../lab/core/random.ts";
import { fieldsOf } from "../../lab/experiment/fields.ts";
import { blockOf, kindsOf, requireSortable } from "../../models/kinds.ts";
import { blockMeans } from "../../models/datasets/blocks.ts";
import { ascending, kMeans } from "../../models/metrics/clusters.ts";
import { loadModel } from "../../models/model_file.ts";
import { models } from "../../models/mod.ts";
import { drawnKinds } from "../../models/samples.ts";
import { halves, known, smallOf, trainerOf, trainThrough } from "./laboratory.ts";

Deno.test("clusters of one size differ by one row at most, and the nearest rows come first", () => {
  // The third would be of the first cluster, where there is no room.
  const { clusters } = kMeans([0, 0.1, 0.2, 10], 4, 2, defaultRng(3), { even: true });
  deepStrictEqual([clusters[0], clusters[2]], [clusters[1], clusters[3]]);
  ok(clusters[0] !== clusters[2]);
  const random = defaultRng(4);
  for (const [count, k] of [[7, 3], [64, 64], [101, 10], [12, 4]]) {
    const values = Float32Array.from({ length: 2 * count }, () => random.standardNormal());
    const { clusters } = kMeans(values, count, k, random, { even: true, passes: 5 });
    const sizes = new Array(k).fill(0);
    for (const cluster of clusters) sizes[cluster]++;
    const larger = count % k;
    const expected = sizes.map((_, c) => Math.floor(count / k) + Number(c < larger));
    deepStrictEqual(sizes.sort((a, b) => b - a), expected);
  }
});

Deno.test("numbers are put in order as by comparison, whatever their size, and equal ones stay in theirs", () => {
  const random = defaultRng(6);
  for (const count of [0, 1, 2, 300]) {
    const values = Float64Array.from(
      { length: count },
      () => random.integers(3) === 0 ? random.integers(4) : 10 ** (600 * random.random() - 300),
    );
    values.set([Infinity, 0, 5e-324].slice(0, count));
    const given = values.slice();
    const expected = Array.from(values.keys()).sort((a, b) => values[a] - values[b] || a - b);
    deepStrictEqual([...ascending(values)], expected);
    deepStrictEqual(values, given);
  }
});

Deno.test("images are seen as the means of blocks that leave four of them each way", () => {
  const places = (count: number, side: number, channels: number) =>
    Float32Array.from({ length: count * side * side * channels }, (_, i) => i % 251);
  for (
    const [side, channels, block] of [[16, 1, 4], [28, 3, 4], [8, 2, 2], [12, 1, 2], [14, 1, 2]]
  ) {
    const values = places(2, side, channels);
    strictEqual(blockOf([side, side, channels]), block);
    const seen = blockMeans(values, [side, side, channels], block);
    // The mean of each block, by its image, row, column and channel.
    const few = side / block;
    const expected = Array.from({ length: 2 * few * few * channels }, (_, i) => {
      const [image, row, column, channel] = [
        Math.floor(i / (few * few * channels)),
        Math.floor(i / (few * channels)) % few,
        Math.floor(i / channels) % few,
        i % channels,
      ];
      let sum = 0;
      for (let y = row * block; y < (row + 1) * block; y++) {
        for (let x = column * block; x < (column + 1) * block; x++) {
          sum += values[((image * side + y) * side + x) * channels + channel];
        }
      }
      return sum / (block * block);
    });
    strictEqual(seen.length, expected.length);
    seen.forEach((value, i) => ok(Math.abs(value - expected[i]) < 1e-3, `${side}: ${i}`));
  }
  // No block is wide enough, or divides the sides.
  for (const side of [4, 7]) {
    const values = places(1, side, 1);
    strictEqual(blockOf([side, side, 1]), 1);
    deepStrictEqual(blockMeans(values, [side, side, 1], 1), values);
  }
});

Deno.test("kinds are equally frequent, and those of equal seeds are equal", () => {
  // Most lie about 0, and kinds take as many of them as of the others.
  const values = Float32Array.from({ length: 40 }, (_, i) => i < 30 ? i / 1000 : i);
  const of = (seed: number) => kindsOf({ count: 40, values }, [1], 4, defaultRng(seed));
  const sizes = new Array(4).fill(0);
  for (const kind of of(1)) sizes[kind]++;
  deepStrictEqual(sizes, [10, 10, 10, 10]);
  deepStrictEqual(of(1), of(1));
});

Deno.test("samples are of all kinds equally often, in an order that the generator draws", () => {
  const drawn = drawnKinds(25, 10, defaultRng(1));
  const sorted = (kinds: Uint8Array) => [...kinds].sort((a, b) => a - b);
  const all = Array.from({ length: 10 }, (_, kind) => kind);
  deepStrictEqual([sorted(drawn.subarray(0, 10)), sorted(drawn.subarray(10, 20))], [all, all]);
  strictEqual(new Set(drawn.subarray(20)).size, 5);
  notDeepStrictEqual(drawn.subarray(0, 10), drawn.subarray(10, 20));
  notDeepStrictEqual(drawnKinds(25, 10, defaultRng(2)), drawn);
  deepStrictEqual(drawnKinds(25, 10, defaultRng(1)), drawn);
});

Deno.test("there must be an example for each kind, and memory must hold them all", () => {
  const split: Split = { count: 3, values: Float32Array.of(0, 1, 2) };
  throws(() => requireSortable(split, 4), {
    name: "InputError",
    message: "Cannot sort examples into model.kinds as there must be one for each at least, 4: 3 " +
      "(add examples, or take fewer kinds by --set model.kinds=N, none by --set model.kinds=default)",
  });
  const reader = { size: 1, binary: false, gather: () => {} };
  throws(() => requireSortable({ ...split, reader }, 2), {
    name: "InputError",
    message: /^Cannot sort examples into model\.kinds as memory must hold them all/,
  });
});

/** Bright left or right halves of which nothing says which is which. */
function unlabelled(): Dataset {
  const { classes: _classes, ...dataset } = halves(600);
  const without = ({ labels: _labels, ...split }: Split): Split => split;
  const { train, validation, test } = dataset;
  return {
    ...dataset,
    ...{ train: without(train), validation: without(validation), test: without(test) },
  };
}

for (const { name, load } of models) {
  const definition = await load();
  const paths = fieldsOf(definition.configuration, "").map(({ path }) => path);
  if (!paths.includes("kinds")) continue;

  Deno.test(`${name} learns kinds without labels, of which its samples are`, async () => {
    const dataset = unlabelled();
    const plays = paths.includes("latentSize");
    const settings = {
      ...{ ...smallOf(definition), batchSize: 30, filters: [8], judge: false, kinds: 2 },
      ...known(definition.configuration, { averageDecay: 0.9, samplerSteps: 10 }),
      learningRate: plays ? 2e-3 : 1e-2,
    };
    const { trainer } = await trainerOf(definition, dataset, settings, {
      budget: plays ? 1500 : 4200,
      judges: [],
    });
    await trainThrough(trainer);

    const drawn = { random: defaultRng(3), count: 60 };
    const { values } = await trainer.sample!(drawn);
    const brighterOf = (values: Float32Array) =>
      Array.from({ length: values.length / 16 }, (_, i) => {
        const sum = (from: number) =>
          values.subarray(16 * i + from, 16 * i + from + 8).reduce((a, b) => a + b, 0);
        return Number(sum(0) > sum(8));
      });
    const brighter = brighterOf(values);
    // Whichever half is which kind.
    const kinds = drawnKinds(60, 2, defaultRng(3));
    const alike = brighter.filter((bright, i) => bright === kinds[i]).length / 60;
    ok(alike > 0.9 || alike < 0.1, `${alike}`);

    // A file of the model draws the same, and knows no classes.
    const file = loadModel(await trainer.exportModel!());
    strictEqual(file.classes, 0);
    file.sample!({ random: defaultRng(3), count: 60 }).values.forEach((value, i) =>
      ok(Math.abs(value - values[i]) < 1e-4, `${i}: ${value}, ${values[i]}`)
    );
    const one = { random: defaultRng(3), count: 2, label: 1 };
    throws(() => file.sample!(one), { name: "InputError", message: /is not conditional: 1$/ });
    await rejects(trainer.sample!(one), {
      name: "InputError",
      message: /^Cannot sample one class as .* is not conditional: 1$/,
    });

    // What is made of codes is of a kind, of all of them in turn where none is told.
    if (trainer.decode !== undefined) {
      const codes = new Float32Array(4 * file.codeSize);
      const made = await trainer.decode(codes, 4, Uint8Array.of(1, 1, 1, 1));
      file.decode!(codes).forEach((value, i) =>
        ok(Math.abs(value - made[i]) < 1e-4, `${i}: ${value}, ${made[i]}`)
      );
      const [first] = brighterOf(made);
      deepStrictEqual(brighterOf(made), [first, 1 - first, first, 1 - first]);
      strictEqual(first, brighter[kinds.indexOf(0)]);
      const other = file.decode!(codes, Uint8Array.of(1, 0, 1, 0));
      deepStrictEqual(other.subarray(0, 16), file.decode!(codes).subarray(16, 32));
    }

    // What kind an example is of is not known: nothing is told of it, whatever labels it has.
    if (trainer.logLikelihood !== undefined) {
      const { values, count } = dataset.test;
      const of = async (labels?: Uint8Array) =>
        (await trainer.logLikelihood!(values, { draws: 1, random: defaultRng(5), labels })).each;
      deepStrictEqual(await of(new Uint8Array(count).fill(1)), await of());
    }
    trainer.dispose();
  });

  Deno.test(`${name} needs an example for each kind before it begins`, async () => {
    const settings = { ...smallOf(definition), filters: [8], kinds: 200 };
    await rejects(trainerOf(definition, halves(), settings, { budget: 100, judges: [] }), {
      name: "InputError",
      message:
        /^Cannot sort examples into model\.kinds as there must be one for each at least, 200: /,
    });
  });

  if (!paths.includes("conditional")) continue;

  Deno.test(`${name} learns classes or kinds, not both`, async () => {
    const settings = { ...smallOf(definition), filters: [8], kinds: 2, conditional: true };
    await rejects(trainerOf(definition, halves(), settings, { budget: 100, judges: [] }), {
      name: "InputError",
      message: "Cannot learn classes and kinds at once as model.kinds is for conditional=false: 2",
    });
  });
}
