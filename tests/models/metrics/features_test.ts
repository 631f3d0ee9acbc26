/**
 * Measures in the features of a network against NumPy and SciPy (recipe:
 * tests/golden/numpy/features.py), and against worked numbers.
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { Matrix } from "ml-matrix";
import { defaultRng } from "../../../lab/core/random.ts";
import { frechetDistance, momentsOf } from "../../../models/metrics/frechet.ts";
import {
  featureMeasures,
  featureNotes,
  realFeatures,
} from "../../../models/metrics/feature_measures.ts";
import { inceptionScore } from "../../../models/metrics/inception_score.ts";
import { kernelDistance } from "../../../models/metrics/kernel_distance.ts";
import {
  directionsOf,
  projectionsOf,
  slicedWasserstein,
  wasserstein,
} from "../../../models/metrics/sliced_wasserstein.ts";

const cases: {
  size: number;
  samples: number[];
  real: number[];
  directions: number[];
  probabilities: number[];
  measures: Record<"frechet" | "kernel" | "score" | "sliced", number>;
}[] = JSON.parse(
  await Deno.readTextFile(new URL("../../golden/numpy/features.json", import.meta.url)),
);

/** Within this share of the expected value. */
function near(actual: number, expected: number, within = 1e-9) {
  ok(Math.abs(actual - expected) <= within * Math.max(1, Math.abs(expected)), `${actual}`);
}

for (const [i, { size, measures, ...of }] of cases.entries()) {
  Deno.test(`case ${i}: measures of features are SciPy's`, () => {
    const [samples, real] = [of.samples, of.real].map((values) => Float32Array.from(values));
    const distance = frechetDistance(momentsOf(samples, size), momentsOf(real, size));
    // Schur's method loses half of the digits where a covariance is singular.
    near(distance, measures.frechet, i === 2 ? 1e-6 : 1e-9);
    near(kernelDistance(samples, real, size), measures.kernel);
    near(inceptionScore(Float32Array.from(of.probabilities), size), measures.score);
    const directions = Float64Array.from(of.directions);
    const [from, to] = [samples, real].map((points) => projectionsOf(points, directions, size));
    near(slicedWasserstein(from, to), measures.sliced);
    const named = featureMeasures(
      { features: samples, size, probabilities: Float32Array.from(of.probabilities) },
      realFeatures({ features: real, size }),
      "two-moons",
    );
    deepStrictEqual(Object.keys(named), [
      "fid_two_moons",
      "kid_two_moons",
      "inception_score_two_moons",
    ]);
    near(named.fid_two_moons, distance);
    near(named.kid_two_moons, measures.kernel);
    near(named.inception_score_two_moons, measures.score);
  });
}

Deno.test("the Fréchet distance of worked moments", () => {
  const moments = (mean: number[], covariance: number[][]) => (
    { count: 9, mean: Float64Array.from(mean), covariance: new Matrix(covariance) }
  );
  const distance = (...[a, b, c, d]: [number[], number[][], number[], number[][]]) =>
    frechetDistance(moments(a, b), moments(c, d));
  near(distance([0, 0], [[2, .5], [.5, 1]], [1, -1], [[1, -.3], [-.3, 3]]), 2.929311854968);
  near(distance([0, 0], [[4, 0], [0, 9]], [1, -1], [[1, 0], [0, 16]]), 4);
  near(distance([0, 0], [[1, 1], [1, 1]], [0, 0], [[1, 0], [0, 1]]), 1.171572875);
  near(distance([0, 0], [[1, 0], [0, 1]], [1, .5], [[2, .5], [.5, 1]]), 1.4978420434229707);
  near(distance([0, 0], [[1, .3], [.3, 2]], [1, .5], [[2, .5], [.5, 1]]), 1.6085459109352156);
  const own = moments([3, 1], [[2, .5], [.5, 1]]);
  near(frechetDistance(own, own), 0);
  for (const value of [NaN, Infinity]) {
    strictEqual(frechetDistance(own, moments([0, value], [[1, 0], [0, 1]])), NaN);
    const wrong = moments([0, 0], [[1, NaN], [NaN, value]]);
    deepStrictEqual([frechetDistance(own, wrong), frechetDistance(wrong, own)], [NaN, NaN]);
  }
});

Deno.test("Inception Scores of worked answers", () => {
  const answers = Float32Array.of(.9, .05, .05, .05, .9, .05, .05, .05, .9, .6, .2, .2);
  near(inceptionScore(answers, 3), 1.742871555, 1e-7);
  near(inceptionScore(Float32Array.of(.9, .1, .1, .9), 2), 1.4449348111684153, 1e-7);
  near(inceptionScore(new Float32Array(8).fill(.25), 4), 1);
  near(inceptionScore(Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), 3), 3);
  for (const wrong of [[NaN, NaN, NaN, NaN], [1, 0, NaN, 1]]) {
    strictEqual(inceptionScore(Float32Array.from(wrong), 2), NaN);
  }
});

Deno.test("W1 of sets of different size, and directions of length 1", () => {
  // Half of the mass goes from 0 to 1.
  near(wasserstein(Float64Array.of(0), Float64Array.of(0, 1)), 0.5);
  near(wasserstein(Float64Array.of(1, 3), Float64Array.of(1, 1, 3, 3)), 0);
  const directions = directionsOf(defaultRng(1), 20, 3);
  for (let row = 0; row < 60; row += 3) {
    near(directions.subarray(row, row + 3).reduce((sum, x) => sum + x * x, 0), 1);
  }
});

Deno.test("how many images and which features stand beside the measures", () => {
  const of = { network: "glyphs", of: "the judge", resize: "without resizing" };
  deepStrictEqual(featureNotes({ size: 128, samples: 1000, real: 2000 }, of), [{
    level: "info",
    message: "fid_glyphs and kid_glyphs compare 1,000 samples with 2,000 test images in 128 " +
      "features of the judge, without resizing",
  }]);
  const [, warning] = featureNotes({ size: 128, samples: 1000, real: 60 }, of);
  match(warning.message, /^fid_glyphs is too high .* fewer images than features: 60 of 128$/);
  deepStrictEqual(warning.level, "warning");
});
