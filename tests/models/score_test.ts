/** Pictures measured by the classes that a network names. */
import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import type { Dataset } from "../../lab/core/dataset.ts";
import type { FeatureNetwork } from "../../models/feature_network.ts";
import { frechetDistance, momentsOf } from "../../models/metrics/frechet.ts";
import { likeness, meanNearestDistance, neighborhoods } from "../../models/metrics/likeness.ts";
import {
  ofClass,
  scoreAsTheyAre,
  scoreImages,
  type ScoreName,
  wholeOf,
} from "../../models/score.ts";
import { fewTexts, halves } from "./laboratory.ts";

/** Sure that an image is of the first of five classes where its first pixel is above a half. */
const network: FeatureNetwork = {
  ...{ name: "first", of: "first", resize: "without resizing" },
  see: (values) => {
    const count = values.length / 16;
    const probabilities = new Float32Array(count * 5).fill(0.2);
    const features = new Float32Array(2 * count);
    for (let i = 0; i < count; i++) {
      features.set([values[16 * i], values[16 * i + 15]], 2 * i);
      if (values[16 * i] > 0.5) probabilities.set([1, 0, 0, 0, 0], 5 * i);
    }
    return Promise.resolve({ features, size: 2, probabilities });
  },
};

Deno.test("recognised is the share whose class the network is sure of, of samples and real images", async () => {
  const dataset = halves();
  const values = Float32Array.from({ length: 20 * 16 }, (_, i) => i < 5 * 16 ? 0.9 : 0.1);
  const bright = (values: Float32Array) => {
    const first = values.filter((_, i) => i % 16 === 0);
    return first.filter((value) => value > 0.5).length / first.length;
  };
  const { scores } = await scoreImages(values, dataset, network, ["recognised"]);
  deepStrictEqual(scores, [
    {
      name: "recognised",
      value: 0.25,
      real: bright(dataset.validation.values.subarray(0, 20 * 16)),
    },
  ]);
});

/** So many images of the same pixels, the first pixel of each among some. */
const imagesOf = (count: number, first: readonly number[]) =>
  Float32Array.from(
    { length: 16 * count },
    (_, i) => i % 16 === 0 ? first[i / 16 % first.length] : (i * 31 % 97) / 97,
  );

Deno.test("each measure is given where it is asked for, and no other", async () => {
  const values = imagesOf(20, [0.9, 0.1, 0.2]);
  const namesOf = async (...names: ScoreName[]) =>
    (await scoreImages(values, halves(), network, names)).scores.map(({ name }) => name);
  deepStrictEqual(await namesOf("fid"), ["fid_first"]);
  deepStrictEqual(await namesOf("kid"), ["kid_first"]);
  deepStrictEqual(await namesOf("inception-score"), ["inception_score_first"]);
  deepStrictEqual(await namesOf("recognised", "fid"), ["fid_first", "recognised"]);
  const alike = ["energy_distance", "precision", "recall", "density", "coverage", "nearest_train"];
  deepStrictEqual(await namesOf("likeness", "kid"), ["kid_first", ...alike]);
});

Deno.test("likeness is of features: of samples and of validation images to test and training images", async () => {
  const dataset = halves();
  const values = imagesOf(30, [0.9, 0.1, 0.2]);
  const { scores } = await scoreImages(values, dataset, network, ["likeness", "fid"]);
  const seen = async (images: Float32Array) => (await network.see(images)).features;
  const test = await seen(dataset.test.values);
  const real = dataset.validation.values.subarray(0, values.length);
  for (const [which, images] of [["value", values], ["real", real]] as const) {
    const made = await seen(images);
    const { energyDistance, ...shares } = likeness(neighborhoods(made, 2), neighborhoods(test, 2));
    const expected = {
      fid_first: frechetDistance(momentsOf(made, 2), momentsOf(test, 2)),
      energy_distance: energyDistance,
      ...shares,
      nearest_train: meanNearestDistance(made, await seen(dataset.train.values), 2),
    };
    deepStrictEqual(
      Object.fromEntries(scores.map((score) => [score.name, score[which]])),
      expected,
    );
  }
});

Deno.test("of many pictures a thousand are compared, and 250 looked for among the training images", async () => {
  const dataset = halves();
  const { train: { values: known } } = dataset;
  const first = Float32Array.from({ length: 250 * 16 }, (_, i) => known[i % known.length]);
  const thousand = Float32Array.of(...first, ...imagesOf(750, [0.3, 0.7]));
  const more = Float32Array.of(...thousand, ...imagesOf(100, [9]));
  const valuesOf = async (values: Float32Array) => {
    const { scores } = await scoreImages(values, dataset, network, ["likeness", "recognised"]);
    return Object.fromEntries(scores.map(({ name, value }) => [name, value]));
  };
  const [alone, measured] = [await valuesOf(thousand), await valuesOf(more)];
  strictEqual(measured.nearest_train, 0);
  ok(measured.recognised > alone.recognised);
  deepStrictEqual({ ...measured, recognised: 0 }, { ...alone, recognised: 0 });
});

Deno.test("asked classes are held against what the network names, real ones against their labels", async () => {
  const dataset = { ...halves(), classes: 5 };
  // Bright ones are surely of class 0; of the others every class is as probable, which is no answer.
  const values = imagesOf(12, [0.9, 0.1]);
  const asked = Uint8Array.from({ length: 12 }, (_, i) => i < 6 ? 0 : 1);
  const { scores } = await scoreImages(values, dataset, network, ["asked-class"], asked);
  const { validation: { values: real, labels } } = dataset;
  const first = Array.from(labels!.subarray(0, 12));
  const right = first.filter((label, i) => real[16 * i] > 0.5 && label === 0).length;
  deepStrictEqual(scores, [{ name: "asked_class", value: 3 / 12, real: right / 12 }]);
});

Deno.test("too few pictures or real images are refused, and what needs classes without any", async () => {
  const few = imagesOf(9, [0.1]);
  const refused = (
    message: RegExp,
    values: Float32Array,
    names: ScoreName[],
    dataset = halves(),
    by = network,
  ) => rejects(scoreImages(values, dataset, by, names), message);
  const enough = imagesOf(10, [0.9, 0.1]);
  await refused(/^InputError: Cannot score as there must be 10 images at least: 9$/, few, [
    "fid",
  ]);
  await refused(
    /^InputError: Cannot score as there must be 10 test images at least: 9$/,
    enough,
    ["fid"],
    halves(120, 9),
  );
  await refused(/^InputError: Cannot measure asked-class as the images must be/, enough, [
    "asked-class",
  ]);
  const blind: FeatureNetwork = {
    ...network,
    of: "eyes",
    see: async (values) => ({ ...await network.see(values), probabilities: undefined }),
  };
  for (const name of ["inception-score", "recognised"] as const) {
    await refused(
      new RegExp(
        `^InputError: Cannot measure ${name} as eyes must classify: it has features alone$`,
      ),
      ...[enough, ["fid", name] as ScoreName[], halves(), blind] as const,
    );
  }
  const { scores } = await scoreImages(enough, halves(120, 10), blind, ["fid", "likeness"]);
  strictEqual(scores[0].name, "fid_first");
  ok(scores.every(({ value, real }) => Number.isFinite(value) && Number.isFinite(real)));
});

Deno.test("without validation images enough nothing is said of real ones, and that is told", async () => {
  const whole = halves();
  const validation = {
    ...whole.validation,
    count: 9,
    values: whole.validation.values.subarray(0, 144),
  };
  const values = imagesOf(20, [0.9, 0.1]);
  const { scores, notes } = await scoreImages(values, { ...whole, validation }, network, ["kid"]);
  deepStrictEqual(scores.map((score) => Object.keys(score)), [["name", "value"]]);
  const told = {
    level: "warning",
    message:
      "what real images get is not measured as there must be 10 validation images at least: 9",
  };
  deepStrictEqual(notes.at(-1), told);
  deepStrictEqual(notes[0], {
    level: "info",
    message:
      "fid_first and kid_first compare 20 samples with 40 test images in 2 features of first, " +
      "without resizing",
  });
  const all = await scoreImages(values, whole, network, ["kid"]);
  deepStrictEqual(all.notes, notes.slice(0, -1));
});

Deno.test("where there are fewer real images than were measured that is told, of what was measured", async () => {
  const notesOf = async (count: number, ...names: ScoreName[]) => {
    const { notes } = await scoreImages(imagesOf(count, [0.9, 0.1]), halves(), network, names);
    return notes.map(({ message }) => message).filter((note) => /of real images/.test(note));
  };
  deepStrictEqual(await notesOf(40, "fid", "likeness"), []);
  const few = "of real images 40 are measured beside 41: fewer images have ";
  deepStrictEqual(await notesOf(41, "fid"), [`${few}a higher FID`]);
  deepStrictEqual(await notesOf(41, "likeness"), [`${few}a lower coverage and recall`]);
  deepStrictEqual(await notesOf(41, "inception-score", "fid", "likeness"), [
    `${few}a higher FID, a lower Inception Score and a lower coverage and recall`,
  ]);
  // Shares of each image alone hang on no number.
  deepStrictEqual(await notesOf(41, "recognised", "kid"), []);
});

Deno.test("likeness is told to be of the first images, and real ones are enough that fill those", async () => {
  const notesOf = async (count: number, real: number, names: ScoreName[]) => {
    const { notes } = await scoreImages(
      imagesOf(count, [0.9, 0.1]),
      halves(120, real),
      network,
      names,
    );
    return notes.map(({ message }) => message).slice(names.includes("fid") ? 1 : 0);
  };
  const first = (samples: number, real: number) =>
    `likeness compares ${samples} of them with ${real} test images, and nearest_train is of 250`;
  deepStrictEqual((await notesOf(250, 40, ["likeness"])).filter((note) => /^like/.test(note)), []);
  deepStrictEqual((await notesOf(251, 40, ["likeness"]))[1], first(251, 40));
  deepStrictEqual(await notesOf(1200, 1000, ["fid", "likeness"]), [
    first(1000, 1000),
    "of real images 1000 are measured beside 1200: fewer images have a higher FID",
  ]);
  deepStrictEqual(
    (await notesOf(1200, 999, ["likeness"])).at(-1),
    "of real images 999 are measured beside 1200: fewer images have a lower coverage and recall",
  );
});

Deno.test("of text what is told is of the distance that was taken", async () => {
  const dataset = fewTexts(60, 20);
  const { scores, notes } = await scoreAsTheyAre(dataset.train.values, dataset);
  deepStrictEqual(scores.map(({ name }) => name), ["trigram_distance"]);
  deepStrictEqual(notes.map(({ message }) => message), [
    "trigram_distance compares 60 texts with 20 test texts: the fewer there are, the greater it is by chance",
    "of real texts 20 are measured beside 60: fewer texts have a greater trigram distance",
  ]);
});

/** All values of a data set, in an order of their own. */
const everyValue = ({ train, validation, test }: Dataset) =>
  Float32Array.of(...train.values, ...test.values, ...validation.values);

Deno.test("a data set as a whole has all its examples, and one half of them beside the other", async () => {
  const dataset = halves(40, 12);
  const values = everyValue(dataset);
  const whole = wholeOf(dataset, 64);
  deepStrictEqual([whole.test.count, whole.validation.count, whole.others!.count], [64, 32, 32]);
  deepStrictEqual(
    [whole.validation, whole.others!].flatMap(({ labels }) => [...labels!]),
    [dataset.test, dataset.validation, dataset.train].flatMap(({ labels }) => [...labels!]),
  );
  const { scores, notes } = await scoreImages(values, whole, network, ["fid", "likeness"]);
  const [byName, real] = (["value", "real"] as const).map((which) =>
    Object.fromEntries(scores.map((score) => [score.name, score[which]!]))
  );
  ok(Math.abs(byName.fid_first) < 1e-6, `${byName.fid_first}`);
  deepStrictEqual([byName.nearest_train, byName.precision, byName.recall], [0, 1, 1]);
  // What real ones get is of images that they are not among.
  ok(real.fid_first > 1e-4 && real.nearest_train > 0);
  const half = { ...whole, test: whole.others!, train: whole.others!, others: undefined };
  const alone = await scoreImages(whole.validation.values, half, network, ["fid", "likeness"]);
  deepStrictEqual(real, Object.fromEntries(alone.scores.map(({ name, value }) => [name, value])));
  deepStrictEqual(notes.map(({ message }) => message), [
    "fid_first and kid_first compare 64 samples with 64 images in 2 features of first, without resizing",
    "of real images 32 are measured against the 32 others: fewer images have a higher FID and a lower " +
    "coverage and recall",
  ]);
  const asTheyAre = await scoreAsTheyAre(values, whole);
  const nearest = asTheyAre.scores.find(({ name }) => name === "nearest_train")!;
  strictEqual(nearest.value, 0);
  ok(nearest.real! > 0);
  // Fewer than half are held against more of the others.
  const few = wholeOf(dataset, 10);
  deepStrictEqual([few.validation.count, few.others!.count], [10, 54]);
  const small = await scoreAsTheyAre(values, wholeOf(halves(11, 4), 64));
  ok(small.scores.length > 0 && small.scores.every(({ real }) => real === undefined));
  strictEqual(
    small.notes.at(-1)!.message,
    "what real images get is not measured as there must be 20 images to be halved at least: 19",
  );
  await rejects(
    scoreAsTheyAre(values, wholeOf(halves(3, 3), 64)),
    /^InputError: Cannot score as there must be 10 images to hold them against at least: 9$/,
  );
});

Deno.test("a network sees each picture once, however often it is compared", async () => {
  let seen = 0;
  const counting: FeatureNetwork = {
    ...network,
    see: (values) => {
      seen += values.length / 16;
      return network.see(values);
    },
  };
  const dataset = halves(40, 12);
  await scoreImages(everyValue(dataset), wholeOf(dataset, 64), counting, ["fid", "likeness"]);
  strictEqual(seen, 64 + 64);
});

Deno.test("samples are measured where there are too few validation examples to measure beside them", async () => {
  const dataset = halves(120, 40);
  const one = { ...dataset.validation, count: 1, values: dataset.validation.values.slice(0, 16) };
  const { scores, notes } = await scoreAsTheyAre(everyValue(dataset), {
    ...dataset,
    validation: one,
  });
  deepStrictEqual(
    scores,
    (await scoreAsTheyAre(everyValue(dataset), dataset)).scores
      .map(({ name, value }) => ({ name, value })),
  );
  ok(scores.length > 5);
  match(notes.at(-1)!.message, /not measured as there must be 10 validation images at least: 1$/);
});

Deno.test("samples of a class are held against that class, and so are real ones", async () => {
  const dataset = halves();
  const own = ofClass(dataset, 1);
  for (const part of ["train", "validation", "test"] as const) {
    const rows = Array.from(dataset[part].labels!.keys())
      .filter((row) => dataset[part].labels![row] === 1);
    deepStrictEqual([...own[part].labels!], rows.map(() => 1));
    deepStrictEqual(
      [...own[part].values],
      rows.flatMap((row) => [...dataset[part].values.subarray(16 * row, 16 * row + 16)]),
    );
  }
  const few = ofClass(halves(120, 12), 1);
  const values = imagesOf(20, [0.9, 0.1]);
  ok(few.test.count < 10);
  await rejects(
    scoreImages(values, few, network, ["fid", "recognised"]),
    /^InputError: Cannot score as there must be 10 test images of class 1 at least: \d$/,
  );
  // What looks at each image alone is compared with none.
  const { scores, notes } = await scoreImages(values, few, network, ["recognised"]);
  deepStrictEqual(scores, [{ name: "recognised", value: 0.5 }]);
  strictEqual(notes.length, 1);
});
