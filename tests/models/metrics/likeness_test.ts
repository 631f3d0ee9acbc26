/**
 * Two-sample measures against NumPy (recipe: tests/golden/numpy/likeness.py), and sets that look good
 * example by example.
 */
import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual } from "node:assert";
import { defaultRng } from "../../../lab/core/random.ts";
import type { Dataset } from "../../../lab/core/dataset.ts";
import { gatherRows } from "../../../lab/core/rows.ts";
import { sizeOf } from "../../../lab/core/tensor_data.ts";
import { glyphs } from "../../../models/datasets/glyphs.ts";
import { ring8 } from "../../../models/datasets/plane.ts";
import { judgeOf } from "../../../models/judge.ts";
import { likeness, meanNearestDistance, neighborhoods } from "../../../models/metrics/likeness.ts";
import { models } from "../../../models/mod.ts";
import { yardstick } from "../../../models/yardstick.ts";
import { fewTexts, halves, noFiles } from "../laboratory.ts";

const cases: {
  dimensions: number;
  samples: number[];
  real: number[];
  measures: Record<string, number>;
}[] = JSON.parse(
  await Deno.readTextFile(new URL("../../golden/numpy/likeness.json", import.meta.url)),
);

for (const [i, { dimensions, samples, real, measures }] of cases.entries()) {
  Deno.test(`case ${i}: two-sample measures are NumPy's`, () => {
    const [a, b] = [Float32Array.from(samples), Float32Array.from(real)];
    const found: Record<string, number> = {
      ...likeness(neighborhoods(a, dimensions), neighborhoods(b, dimensions)),
      nearest: meanNearestDistance(a, b, dimensions),
    };
    for (const [name, value] of Object.entries(measures)) {
      ok(Math.abs(found[name] - value) < 1e-9, `${name}: ${found[name]}, expected ${value}`);
    }
  });
}

/** The measures of samples, and the share of their ceiling that each named one reaches. */
async function shares(
  dataset: Dataset,
  samples: Float32Array,
  judge?: Parameters<typeof yardstick>[2],
) {
  const { measure, ceilings } = yardstick(dataset, samples.length / sizeOf(dataset.shape), judge);
  const [found, best] = [await measure(samples), await ceilings()];
  return { found, best, share: (name: string) => found[name] / best[name] };
}

Deno.test("ceilings are of as many examples as there are samples", async () => {
  const points = await ring8.create({
    configuration: { seed: 0, train: 5000, validation: 2500, test: 2500 },
    readFile: noFiles,
  });
  for (const dataset of [points, fewTexts(120, 60)]) {
    const { measure, ceilings } = yardstick(dataset, 30);
    const first = dataset.validation.values.subarray(0, 30 * sizeOf(dataset.shape));
    deepStrictEqual(await ceilings(), await measure(first));
    notDeepStrictEqual(await ceilings(), await measure(dataset.validation.values));
  }
});

Deno.test("eight constant points are no ring-8", async () => {
  const dataset = await ring8.create({
    configuration: { seed: 0, train: 5000, validation: 2500, test: 2500 },
    readFile: noFiles,
  });
  const { centers } = dataset.mixture!;
  const points = Float32Array.from({ length: 5000 }, (_, i) => centers[i % 16]);
  const { found, best, share } = await shares(dataset, points);
  // Mode by mode they are better than the data.
  ok(found.high_quality === 1 && best.high_quality < 1 && found.modes === 8);
  ok(found.mode_spread === 0 && Math.abs(best.mode_spread - 0.974) < 0.02);
  for (const name of ["recall", "coverage"]) ok(share(name) < 0.3, `${name}: ${share(name)}`);
  for (const name of ["recall", "coverage", "precision"]) ok(best[name] > 0.9, `${name}`);
  ok(found.nearest_train < best.nearest_train);
  ok(found.sliced_wasserstein > best.sliced_wasserstein, `${found.sliced_wasserstein}`);
});

Deno.test("a ring with a mode that is too rare has a greater energy distance and reverse KL", async () => {
  const dataset = await ring8.create({
    configuration: { seed: 0, train: 5000, validation: 2500, test: 2500 },
    readFile: noFiles,
  });
  const { values, labels, count } = dataset.train;
  const kept = values.filter((_, i) => labels![i >> 1] > 0 && i < 2 * count);
  const { found, best } = await shares(dataset, kept);
  ok(found.energy_distance > 10 * Math.abs(best.energy_distance), `${found.energy_distance}`);
  ok(found.mode_reverse_kl > Math.log(8 / 7) - 0.01 && best.mode_reverse_kl < 0.01);
});

Deno.test("where the test split lacks a class, nothing is said of how often each should come", async () => {
  const dataset = halves();
  const alone = { ...dataset.test, labels: new Uint8Array(dataset.test.count) };
  for (const [test, is] of [[dataset.test, true], [alone, false]] as const) {
    const judge = await judgeOf(dataset, models);
    const { found, best } = await shares({ ...dataset, test }, dataset.train.values, judge);
    for (const { class_reverse_kl } of [found, best]) ok(is === Number.isFinite(class_reverse_kl));
    ok("class_reverse_kl" in found === is);
    judge!.dispose();
  }
});

Deno.test("ten prototypes are no glyphs, and copied training images are seen", async () => {
  const dataset = await glyphs.create({
    configuration: glyphs.configuration.parse({ train: 2000, validation: 1000, test: 1000 }),
    readFile: noFiles,
  });
  const judge = await judgeOf(dataset, models);
  const { train } = dataset;
  const copies = (rows: (i: number) => number) => {
    const images = new Float32Array(1000 * 784);
    gatherRows(train.values, Array.from({ length: 1000 }, (_, i) => rows(i)), 784, images);
    return images;
  };
  // Of each class the image that the judge is surest of.
  const sure = await judge!.probabilities(train.values);
  const prototypes = Array.from({ length: 10 }, (_, label) => {
    const own = Array.from({ length: 200 }, (_, i) => 10 * i + label);
    return own.reduce((best, i) => sure[10 * i + label] > sure[10 * best + label] ? i : best);
  });
  const { found, best, share } = await shares(dataset, copies((i) => prototypes[i % 10]), judge);
  ok(found.recognised === 1 && found.class_share_min === 0.1, `${found.recognised}`);
  for (const name of ["recall", "coverage"]) ok(share(name) < 0.1, `${name}: ${share(name)}`);
  ok(found.energy_distance > 10 * Math.abs(best.energy_distance));
  ok(found.fid_glyphs > 10 * best.fid_glyphs, `${found.fid_glyphs}, ${best.fid_glyphs}`);
  ok(found.kid_glyphs > 10 * Math.abs(best.kid_glyphs), `${found.kid_glyphs}`);
  // Ten sure answers have the best score of all: it does not see that there are ten images.
  ok(found.inception_score_glyphs > best.inception_score_glyphs);
  ok(best.recall > 0.8 && best.coverage > 0.8 && best.precision > 0.8, JSON.stringify(best));
  // What was learned by heart is as like the test images as others are, and nearer to the training's.
  const order = defaultRng(1).permutation(2000);
  const learned = await shares(dataset, copies((i) => order[i]), judge);
  ok(learned.share("recall") > 0.9);
  ok(learned.found.nearest_train === 0 && learned.best.nearest_train > 0.1);
  // A data set has one judge, of one digest.
  const again = await judgeOf(dataset, models);
  ok(again!.digest === judge!.digest && /^[0-9a-f]{64}$/.test(again!.digest));
  const same = await again!.probabilities(train.values);
  ok(same.every((p, i) => p === sure[i]));
  for (const each of [judge, again]) each!.dispose();
});

Deno.test("samples vary as much as the test split, whatever the validation split does", async () => {
  const { validation, test, ...rest } = await ring8.create({
    configuration: { seed: 0, train: 60, validation: 40, test: 40 },
    readFile: noFiles,
  });
  const wide = { ...validation, values: validation.values.map((value) => 3 * value) };
  const { measure } = yardstick({ ...rest, name: "ring", seed: 0, test, validation: wide }, 40);
  strictEqual((await measure(test.values)).diversity, 1);
  const narrow = (await measure(test.values.map((value) => value / 2))).diversity;
  ok(Math.abs(narrow - 0.5) < 1e-6, `${narrow}`);
});

Deno.test("samples that are no numbers are near to nothing", () => {
  const seen = Float32Array.of(0, 0, 3, 4);
  strictEqual(meanNearestDistance(Float32Array.of(0, 1), seen, 2), 1);
  for (const wrong of [[NaN, NaN], [0, NaN], [0, 1, NaN, 0]]) {
    strictEqual(meanNearestDistance(Float32Array.from(wrong), seen, 2), NaN);
  }
});
