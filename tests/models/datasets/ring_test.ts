/** The ring of Gaussians: eight different centres, equal shares, the stated deviation. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { ring8 } from "../../../models/datasets/ring.ts";
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

Deno.test("train and test points come from streams of their own", () => {
  strictEqual(ring.test.count, 100);
  ok(ring.test.values.every((value, i) => value !== ring.train.values[i]));
  deepStrictEqual(ring.shape, [2]);
});
