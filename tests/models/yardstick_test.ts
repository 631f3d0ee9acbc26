/** What samples are measured by: the judge's classes and features, the splits, and how many of each. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import type { Dataset, Split } from "../../lab/core/dataset.ts";
import type { Judge } from "../../models/judge.ts";
import { kernelDistance } from "../../models/metrics/kernel_distance.ts";
import { likeness, meanNearestDistance, neighborhoods } from "../../models/metrics/likeness.ts";
import { yardstick } from "../../models/yardstick.ts";

/** Images of two pixels, of three classes; the first pixel tells the class. */
function dataset(counts: Partial<Record<"train" | "validation" | "test", number>> = {}): Dataset {
  const split = (count: number, shift: number): Split => ({
    count,
    values: Float32Array.from({ length: 2 * count }, (_, i) => ((i + shift) * 37 % 101) / 101),
    // Twice as many of the first class as of each other.
    labels: Uint8Array.from({ length: count }, (_, i) => [0, 1, 2, 0][i % 4]),
  });
  return {
    ...{ name: "pair", seed: 3, kind: "images", shape: [1, 2, 1], classes: 3 },
    train: split(counts.train ?? 50, 5),
    validation: split(counts.validation ?? 40, 11),
    test: split(counts.test ?? 60, 23),
  };
}

/** Features are images times three, with their sum; classes: the first pixel's thirds, sure of the outer ones. */
const judge = {
  features: (values: Float32Array) =>
    Promise.resolve(
      Float32Array.from({ length: values.length / 2 * 3 }, (_, i) => {
        const [image, feature] = [Math.floor(i / 3), i % 3];
        const [a, b] = [3 * values[2 * image], 3 * values[2 * image + 1]];
        return feature === 2 ? a + b : [a, b][feature];
      }),
    ),
  probabilities: (values: Float32Array) =>
    Promise.resolve(
      Float32Array.from(values.filter((_, i) => i % 2 === 0)).reduce<Float32Array>(
        (all, value, i) => {
          all.set(
            value < 0.3 ? [0.98, 0.01, 0.01] : value < 0.6 ? [0.1, 0.5, 0.4] : [0, 0, 1],
            3 * i,
          );
          return all;
        },
        new Float32Array(3 * values.length / 2),
      ),
    ),
} as unknown as Judge;

/** So many images whose first pixels are these, again and again. */
const imagesOf = (count: number, first: readonly number[]) =>
  Float32Array.from(
    { length: 2 * count },
    (_, i) => i % 2 === 0 ? first[i / 2 % first.length] : (i * 29 % 83) / 83,
  );

Deno.test("classes that a judge names stand beside those of the test split", async () => {
  const measured = await yardstick(dataset(), 20, judge).measure(
    imagesOf(20, [0.1, 0.2, 0.4, 0.9, 0.1]),
  );
  const near = (name: string, value: number) =>
    ok(Math.abs(measured[name] - value) < 1e-9, `${name}: ${measured[name]}`);
  // Three of five are the first class, one the last, one is none for sure.
  near("recognised", 0.8);
  near("class_share_min", 0);
  const [a, b] = [0.75, 0.25];
  near("class_entropy", -(a * Math.log(a) + b * Math.log(b)) / Math.log(3));
  near("class_reverse_kl", a * Math.log(a / 0.5) + b * Math.log(b / 0.25));
  strictEqual(measured.dominant, 0);
  near("dominant_share", 0.6);
  const last = await yardstick(dataset(), 20, judge).measure(imagesOf(20, [0.9, 0.7, 0.1]));
  strictEqual(last.dominant, 2);
});

Deno.test("distances are taken between the judge's features, without one between pixels", async () => {
  const set = dataset();
  const samples = imagesOf(30, [0.1, 0.5, 0.7]);
  for (const given of [judge, undefined]) {
    const measured = await yardstick(set, 30, given).measure(samples);
    const seen = async (values: Float32Array) => given ? await given.features(values) : values;
    const [made, real, learned] = await Promise.all(
      [samples, set.test.values, set.train.values].map(seen),
    );
    const wide = given ? 3 : 2;
    const around = [made, real].map((values) => neighborhoods(values, wide));
    const { energyDistance, ...shares } = likeness(around[0], around[1]);
    strictEqual(measured.energy_distance, energyDistance);
    for (const [name, share] of Object.entries(shares)) strictEqual(measured[name], share);
    strictEqual(measured.diversity, around[0].spread / around[1].spread);
    strictEqual(measured.nearest_train, meanNearestDistance(made, learned, wide));
    if (given) strictEqual(measured.kid_pair, kernelDistance(made, real, wide));
    deepStrictEqual(
      ["fid_pair", "kid_pair", "inception_score_pair", "recognised"].map((name) =>
        name in measured
      ),
      Array(4).fill(given !== undefined),
    );
    ok(!("sliced_wasserstein" in measured) && !("modes" in measured));
  }
});

Deno.test("samples that are not finite have distances that are no numbers, and end in no error", async () => {
  for (const value of [NaN, Infinity]) {
    for (const part of [imagesOf(30, [0.1, 0.5]), imagesOf(30, [value])]) {
      part[2] = value;
      for (const given of [judge, undefined]) {
        const measured = await yardstick(dataset(), 30, given).measure(part);
        const named = ["energy_distance", ...given ? ["fid_pair", "kid_pair"] : []];
        for (const name of named) ok(!Number.isFinite(measured[name]), `${name} ${measured[name]}`);
      }
    }
  }
});

Deno.test("of many images a thousand are compared, and 250 looked for among the training examples", async () => {
  const set = dataset();
  // Images of the training split first, then far ones, then all of another class.
  const part = (count: number, value: number) => new Float32Array(2 * count).fill(value);
  const { train } = set;
  const first = Float32Array.from({ length: 500 }, (_, i) => train.values[i % train.values.length]);
  const samples = Float32Array.of(...first, ...part(750, 0.2), ...part(1000, 7));
  const measured = await yardstick(set, 2000, judge).measure(samples);
  strictEqual(measured.nearest_train, 0);
  const thousand = samples.subarray(0, 2000);
  const features = await judge.features(thousand);
  const real = await judge.features(set.test.values);
  strictEqual(
    measured.energy_distance,
    likeness(neighborhoods(features, 3), neighborhoods(real, 3)).energyDistance,
  );
  const alone = await yardstick(set, 1000, judge).measure(thousand);
  for (const name of ["fid_pair", "kid_pair", "inception_score_pair"]) {
    strictEqual(measured[name], alone[name], name);
  }
  // Classes are counted of all.
  ok(measured.recognised > alone.recognised && measured.dominant === 2 && alone.dominant === 0);
});

Deno.test("a model is chosen by the validation split, and scored by the test split", async () => {
  const set = dataset();
  const samples = imagesOf(25, [0.3, 0.8]);
  const chosen = await yardstick(set, 25, judge).distanceToChooseBy(samples);
  const features = await Promise.all([samples, set.validation.values].map(judge.features));
  const [made, real] = features.map((values) => neighborhoods(values, 3));
  strictEqual(chosen, likeness(made, real).energyDistance);
});

Deno.test("what is said of the features counts samples and test images, and nothing without a judge", async () => {
  const [{ level, message }, ...others] = await yardstick(dataset(), 2500, judge).notes();
  strictEqual(level, "info");
  strictEqual(
    message,
    "fid_pair and kid_pair compare 1,000 samples with 60 test images in 3 features of the judge, " +
      "without resizing",
  );
  deepStrictEqual(others, []);
  const [few] = await yardstick(dataset(), 20, judge).notes();
  ok(few.message.includes("compare 20 samples"), few.message);
  deepStrictEqual(await yardstick(dataset(), 20).notes(), []);
});

Deno.test("a split of one example measures nothing, and says so", async () => {
  for (const part of ["test", "validation"] as const) {
    const one = yardstick(dataset({ [part]: 1 }), 20);
    deepStrictEqual(await one.measure(imagesOf(20, [0.1])), {});
    deepStrictEqual(await one.ceilings(), {});
    deepStrictEqual(await one.notes(), [{
      level: "warning",
      message: `samples are not measured as the ${part} split must have 2 examples at least: 1`,
    }]);
  }
  const two = yardstick(dataset({ test: 2, validation: 2 }), 20);
  ok("energy_distance" in await two.measure(imagesOf(20, [0.1, 0.9])));
});

Deno.test("beside examples that are all alike samples have no diversity", async () => {
  const alike = (count: number): Split => ({
    count,
    values: new Float32Array(2 * count).fill(0.5),
  });
  const one = { ...dataset(), train: alike(50), validation: alike(40), test: alike(60) };
  const { measure, ceilings } = yardstick({ ...one, kind: "points", shape: [2] }, 20);
  const samples = Float32Array.from({ length: 40 }, (_, i) => i / 40);
  for (const measured of [await measure(samples), await ceilings()]) {
    strictEqual(measured.diversity, undefined);
    for (const [name, value] of Object.entries(measured)) ok(Number.isFinite(value), name);
  }
});
