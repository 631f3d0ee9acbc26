/** The ring of Gaussians: eight different centres, equal shares, the stated deviation. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import type { DatasetDefinition } from "../../../lab/core/registry.ts";
import {
  checkerboard,
  circles,
  grid25,
  pinwheel,
  ring8,
  swissRoll,
  twoMoons,
} from "../../../models/datasets/plane.ts";
import { modeCoverage } from "../../../models/metrics/mode_coverage.ts";
import { noFiles } from "../laboratory.ts";

const ring = await ring8.create({
  configuration: ring8.configuration.parse({ train: 16_000, test: 100 }),
  readFile: noFiles,
});

Deno.test("the ring has eight centres at radius 2 / 1.414, none twice", () => {
  const { centers, deviation } = ring.mixture!;
  strictEqual(centers.length, 16);
  ok(Math.abs(deviation - 0.02 / 1.414) < 1e-12);
  const seen = new Set<string>();
  for (let i = 0; i < 16; i += 2) {
    ok(Math.abs(Math.hypot(centers[i], centers[i + 1]) - 2 / 1.414) < 1e-6);
    seen.add(`${centers[i].toFixed(3)} ${centers[i + 1].toFixed(3)}`);
  }
  strictEqual(seen.size, 8);
});

Deno.test("its points are as near to their centres as Gaussians are", () => {
  const { centers, deviation } = ring.mixture!;
  const { values, labels, count } = ring.train;
  strictEqual(count, 16_000);
  const { highQuality, shares, modes } = modeCoverage(values, centers, 2, deviation);
  strictEqual(modes, 8);
  // 1 − e^(−4.5) of a plane's Gaussian lies within three deviations.
  ok(Math.abs(highQuality - 0.98889) < 0.004, `${highQuality}`);
  ok(shares.every((share) => share > 0.11 && share < 0.14));
  let squared = 0;
  for (let i = 0; i < count; i++) {
    squared += (values[2 * i] - centers[2 * labels![i]]) ** 2;
  }
  ok(Math.abs(Math.sqrt(squared / count) / deviation - 1) < 0.03);
});

Deno.test("each split's points come from a stream of their own", () => {
  const { train, validation, test } = ring;
  strictEqual(test.count, 100);
  for (const [a, b] of [[test, train], [test, validation], [validation, train]]) {
    ok(a.values.subarray(0, 200).every((value, i) => value !== b.values[i]));
  }
  deepStrictEqual(ring.shape, [2]);
});

Deno.test("grid-25 has 25 centres 2 / 2.828 apart, its points about them", async () => {
  const { mixture, train } = await grid25.create({
    configuration: grid25.configuration.parse({ train: 10_000, validation: 8, test: 8 }),
    readFile: noFiles,
  });
  const { centers, deviation } = mixture!;
  const { modes, highQuality, spread } = modeCoverage(train.values, centers, 2, deviation);
  strictEqual(modes, 25);
  ok(Math.abs(highQuality - 0.98889) < 0.004 && Math.abs(spread - 0.974) < 0.02);
  const sides = new Set(Array.from(centers, (coordinate) => coordinate.toFixed(4)));
  deepStrictEqual([...sides].map(Number).sort((a, b) => a - b), [
    -1.4144,
    -0.7072,
    0,
    0.7072,
    1.4144,
  ]);
});

const shapes: [DatasetDefinition, (x: number, y: number) => number, deviation: number][] = [
  // The distance of a point to the curve that it was drawn about.
  [
    circles,
    (x, y) => Math.min(Math.abs(Math.hypot(x, y) - 1), Math.abs(Math.hypot(x, y) - 0.5)),
    0.08,
  ],
  [twoMoons, (x, y) => {
    const [u, v] = [(x + 1) / 2, (y + 0.2) / 2];
    return Math.min(Math.abs(Math.hypot(u, v) - 1), Math.abs(Math.hypot(u - 1, v - 0.5) - 1));
  }, 0.1],
  [swissRoll, (x, y) => {
    const [radius, angle] = [5 * Math.hypot(x, y), Math.atan2(y, x)];
    const turns = [0, 1, 2, 3].map((turn) => Math.abs(radius - (angle + 2 * Math.PI * turn)));
    return Math.min(...turns);
  }, 1],
];

for (const [definition, distance, deviation] of shapes) {
  Deno.test(`${definition.name}: points lie about their curve as the noise says`, async () => {
    const { train: { values, count } } = await definition.create({
      configuration: definition.configuration.parse({ train: 2000, validation: 8, test: 8 }),
      readFile: noFiles,
    });
    let squared = 0;
    for (let i = 0; i < count; i++) squared += distance(values[2 * i], values[2 * i + 1]) ** 2;
    const found = Math.sqrt(squared / count);
    ok(Math.abs(found / deviation - 1) < 0.12, `${found}`);
  });
}

Deno.test("the swiss roll goes from a turn and a half round to its end, evenly", async () => {
  const { train: { values, count } } = await swissRoll.create({
    configuration: swissRoll.configuration.parse({ train: 4000, validation: 8, test: 8 }),
    readFile: noFiles,
  });
  const radii = Array.from(
    { length: count },
    (_, i) => 5 * Math.hypot(values[2 * i], values[2 * i + 1]),
  );
  // t is even on [1.5π, 4.5π], and the radius t with a noise of 1.
  ok(radii.every((radius) => radius > 1.5 * Math.PI - 4.5 && radius < 4.5 * Math.PI + 4.5));
  const below = (t: number) => radii.filter((radius) => radius < t).length / count;
  ok(Math.abs(below(3 * Math.PI) - 0.5) < 0.04, `${below(3 * Math.PI)}`);
  ok(below(1.5 * Math.PI) < 0.08, `${below(1.5 * Math.PI)}`);
});

Deno.test("checkerboard: dark squares alone, all of them; pinwheel: five arms of equal share", async () => {
  const make = (definition: DatasetDefinition) =>
    definition.create({
      configuration: definition.configuration.parse({ train: 4000, validation: 8, test: 8 }),
      readFile: noFiles,
    });
  const { values } = (await make(checkerboard)).train;
  const counts = new Map<string, number>();
  for (let i = 0; i < values.length; i += 2) {
    const square = [values[i], values[i + 1]].map((x) => Math.floor(x / 2));
    strictEqual(Math.abs(square[0] + square[1]) % 2, 0, `${square}`);
    counts.set(`${square}`, (counts.get(`${square}`) ?? 0) + 1);
  }
  strictEqual(counts.size, 8);
  ok([...counts.values()].every((count) => count > 400 && count < 600));
  const { labels } = (await make(pinwheel)).train;
  for (let arm = 0; arm < 5; arm++) {
    const share = labels!.filter((label) => label === arm).length / 4000;
    ok(Math.abs(share - 0.2) < 0.03, `${share}`);
  }
});
