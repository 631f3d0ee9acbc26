/** What applications are measured by, against worked numbers. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { defaultRng } from "../../../lab/core/random.ts";
import { kMeans, purity, silhouette } from "../../../models/metrics/clusters.ts";
import {
  peakSignalToNoise,
  structuralSimilarity,
  windowSimilarity,
} from "../../../models/metrics/image_quality.ts";
import { linearAccuracy, principalError } from "../../../models/metrics/linear.ts";
import { areaUnderRoc, averagePrecision } from "../../../models/metrics/ranking.ts";

const near = (actual: number, expected: number, tolerance = 1e-12) =>
  ok(Math.abs(actual - expected) <= tolerance, `${actual}, not ${expected}`);

Deno.test("areas and precisions of rankings are those of pairs counted by hand", () => {
  // scikit-learn's documentation of roc_auc_score and average_precision_score.
  near(areaUnderRoc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]), 0.75);
  near(averagePrecision([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]), 0.5 + 1 / 3);
  // Pairs (positive, other): 2 > 1, 2 > 2 half, 1 > 1 half, 1 > 2 not.
  near(areaUnderRoc([2, 1, 1, 2], [1, 1, 0, 0]), 0.5);
  near(areaUnderRoc([3, 1, 1, 2], [true, true, false, false]), 2.5 / 4);
  // Thresholds 3: precision 1, recall 1/2; 2: none added; 1: precision 2/4, recall 1.
  near(averagePrecision([3, 1, 1, 2], [true, true, false, false]), 0.75);
  deepStrictEqual([areaUnderRoc([1, 2], [1, 1]), averagePrecision([1], [0])], [NaN, NaN]);
  // Nothing is known of a score that is NaN.
  const unknown = [NaN, 1, 2];
  deepStrictEqual(
    [areaUnderRoc(unknown, [0, 0, 1]), averagePrecision(unknown, [0, 0, 1])],
    [NaN, NaN],
  );
});

Deno.test("signal to noise and structural similarity are those of the published pair", () => {
  // Worked out by hand: MSE 51.25 of 255 levels, one window of equal weights.
  const image = [0, 64, 128, 255].map((level) => level / 255);
  const made = [10, 60, 120, 250].map((level) => level / 255);
  near(peakSignalToNoise(made, image), 31.033865, 1e-6);
  near(windowSimilarity(image, made, [0.25, 0.25, 0.25, 0.25]), 0.997040726, 1e-9);
  strictEqual(peakSignalToNoise(image, image), Infinity);
  const random = defaultRng(1);
  const noise = Float64Array.from({ length: 12 * 13 * 3 }, () => random.random());
  near(structuralSimilarity(noise, noise, [12, 13, 3]), 1);
  // Constant images have means alone: (2ab + C1) / (a² + b² + C1).
  const flat = (value: number) => new Float64Array(12 * 13).fill(value);
  near(
    structuralSimilarity(flat(0.2), flat(0.6), [12, 13, 1]),
    (2 * 0.2 * 0.6 + 1e-4) / (0.04 + 0.36 + 1e-4),
    1e-9,
  );
  // Only one channel differs, by a constant.
  const shifted = noise.map((value, i) => i % 3 === 1 ? value + 0.1 : value);
  const similarity = structuralSimilarity(noise, shifted, [12, 13, 3]);
  ok(similarity < 1 && similarity > 2 / 3, `${similarity}`);
});

Deno.test("structural similarity looks through every window of every channel, and knows no direction", () => {
  const random = defaultRng(2);
  const [height, width, channels] = [12, 14, 2];
  const places = Array.from(
    { length: height * width * channels },
    (_, i) => [Math.floor(i / channels / width), Math.floor(i / channels) % width, i % channels],
  );
  const [a, b] = [0, 1].map(() => places.map(() => random.random()));
  // The Gaussian window is even in both axes and alike along them: flips and turns change nothing.
  const expected = structuralSimilarity(a, b, [height, width, channels]);
  const ways: readonly ((place: number[]) => number)[] = [
    ([y, x, c]) => ((height - 1 - y) * width + x) * channels + c,
    ([y, x, c]) => (y * width + width - 1 - x) * channels + c,
    ([y, x, c]) => (y * width + x) * channels + 1 - c,
  ];
  for (const way of ways) {
    const moved = (image: number[]) => places.map((place) => image[way(place)]);
    near(structuralSimilarity(moved(a), moved(b), [height, width, channels]), expected);
  }
  const turned = (image: number[]) =>
    places.map((_, i) => {
      const [x, y] = [Math.floor(i / channels / height), Math.floor(i / channels) % height];
      return image[(y * width + x) * channels + i % channels];
    });
  near(structuralSimilarity(turned(a), turned(b), [width, height, channels]), expected);
});

Deno.test("clusters far apart are found, and their silhouette is counted by hand", () => {
  const values = [0, 1, 10, 12];
  const { clusters, centers } = kMeans(values, 4, 2, defaultRng(3));
  strictEqual(clusters[0], clusters[1]);
  strictEqual(clusters[2], clusters[3]);
  deepStrictEqual([...centers].sort((a, b) => a - b), [0.5, 11]);
  // a = 1, 1, 2, 2; b = 11, 10, 9.5, 11.5.
  const expected = (10 / 11 + 9 / 10 + 7.5 / 9.5 + 9.5 / 11.5) / 4;
  near(silhouette(values, [0, 0, 1, 1]), expected);
  near(silhouette(values, [0, 0, 1, 2]), (9 / 10 + 8 / 9) / 4);
  // Rousseeuw's s(i) is 0 where a = b, as of points that are all one.
  strictEqual(silhouette([3, 3, 3, 3], [0, 0, 1, 1]), 0);
  strictEqual(silhouette([3, NaN, 3, 3], [0, 0, 1, 1]), NaN);
  near(purity([0, 0, 0, 1], [5, 5, 6, 6]), 0.75);
});

Deno.test("principal components leave the variance of the other axes", () => {
  const random = defaultRng(5);
  const deviations = [3, 2, 1, 0.5];
  const count = 5000;
  const values = Float64Array.from(
    { length: 4 * count },
    (_, i) => 7 + deviations[i % 4] * random.standardNormal(),
  );
  near(principalError(values, count, 2, random), (1 + 0.25) / 4, 0.01);
  near(principalError(values, count, 4, random), 0, 1e-9);
});

Deno.test("components beyond the rank of the data leave nothing, and take nothing twice", () => {
  const random = defaultRng(8);
  const axes = Float64Array.from({ length: 3 * 20 }, () => random.standardNormal());
  const rows = (count: number) =>
    Array.from({ length: count }, () => {
      const [a, b, c] = [0, 1, 2].map(() => random.standardNormal());
      return Array.from(
        { length: 20 },
        (_, d) => a * axes[d] + b * axes[20 + d] + c * axes[40 + d],
      );
    }).flat();
  const values = rows(200);
  ok(principalError(values, 200, 2, random) > 0.1);
  for (const k of [3, 10, 20]) near(principalError(values, 200, k, random), 0, 1e-9);
  // Five rows have four directions.
  near(principalError(rows(5), 5, 8, random), 0, 1e-9);
  strictEqual(principalError(new Float64Array(60).fill(0.5), 3, 4, random), 0);
});

Deno.test("a linear classifier names what lies apart, and chance where nothing is to be seen", () => {
  const random = defaultRng(6);
  const rows = (count: number, apart: number) => {
    const labels = Array.from({ length: count }, (_, i) => i % 3);
    const values = labels.flatMap((label) =>
      [0, 1, 2].map((c) => (c === label ? apart : 0) + 0.3 * random.standardNormal())
    );
    return { values, labels };
  };
  ok(linearAccuracy(rows(60, 2), rows(300, 2), 3) > 0.98);
  const chance = linearAccuracy(rows(60, 0), rows(300, 0), 3);
  ok(chance > 0.2 && chance < 0.5, `${chance}`);
});

Deno.test("a linear classifier divides where penalised likelihood does, its bias left free", () => {
  const random = defaultRng(9);
  const count = 200;
  const [values, labels]: [number[], number[]] = [[], []];
  for (let i = 0; i < count; i++) {
    labels.push(Number(i % 20 === 0));
    values.push(labels[i] + random.standardNormal());
  }
  const average = values.reduce((sum, x) => sum + x / count, 0);
  const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - average) ** 2 / count, 0));
  // Of two classes the difference of their logits is w·x + b, and the penalty ½·10⁻³·2(w/2)²: Newton's method.
  let [w, b] = [0, 0];
  for (let step = 0; step < 50; step++) {
    let [gw, gb, ww, wb, bb] = [5e-4 * w, 0, 5e-4, 0, 0];
    values.forEach((value, i) => {
      const x = (value - average) / deviation;
      const p = 1 / (1 + Math.exp(-w * x - b));
      gw += (p - labels[i]) * x / count;
      gb += (p - labels[i]) / count;
      ww += p * (1 - p) * x * x / count;
      wb += p * (1 - p) * x / count;
      bb += p * (1 - p) / count;
    });
    const determinant = ww * bb - wb * wb;
    [w, b] = [
      w - (bb * gw - wb * gb) / determinant,
      b - (ww * gb - wb * gw) / determinant,
    ];
  }
  // The share of a grid over 12 deviations that lies beyond the boundary.
  const grid = Array.from(
    { length: 20_000 },
    (_, i) => average + deviation * (12 * i / 20_000 - 4),
  );
  const named = linearAccuracy({ values, labels }, { values: grid, labels: grid.map(() => 1) }, 2);
  near(8 - 12 * named, -b / w, 5e-3);
});
