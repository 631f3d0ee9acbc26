/** Mode coverage and recognition on counted examples. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { evenness, modeCoverage, reverseKl } from "../../../models/metrics/mode_coverage.ts";
import { accuracyOf, recognition } from "../../../models/metrics/recognition.ts";

Deno.test("mode coverage counts high-quality samples by nearest centre", () => {
  // Six samples about (0,0), (2,0), (0,2) with deviation 0.05: two are too far, one is nowhere.
  // deno-fmt-ignore
  const samples = Float32Array.of(.01, .02, .1, .1, 2, .14, 2, .151, 1.9, -.1, .6, .6);
  const { modes, highQuality, shares } = modeCoverage(
    samples,
    Float32Array.of(0, 0, 2, 0, 0, 2),
    2,
    0.05,
  );
  strictEqual(modes, 2);
  deepStrictEqual([...shares].map((share) => Math.round(share * 6)), [2, 2, 0]);
  ok(Math.abs(highQuality - 4 / 6) < 1e-12);
});

Deno.test("nothing near a mode is no mode", () => {
  const coverage = modeCoverage(Float32Array.of(1, 1), Float32Array.of(0, 0), 2, 0.05);
  strictEqual(coverage.modes, 0);
  strictEqual(coverage.highQuality, 0);
});

Deno.test("a sample is recognised as its most probable class where that is sure", () => {
  // deno-fmt-ignore
  const probabilities = Float32Array.of(
    .95, .03, .02,
    .5, .3, .2,
    0, .08, .92,
    .01, .01, .98,
  );
  const { recognised, classShares } = recognition(probabilities, 3);
  strictEqual(recognised, 0.75);
  deepStrictEqual([...classShares], [0.25, 0, 0.5]);
  strictEqual(recognition(probabilities, 3, 0.5).recognised, 1);
});

Deno.test("a classifier that says the same of every class is never right", () => {
  const even = new Float32Array(12).fill(1 / 3);
  strictEqual(accuracyOf(even, Uint8Array.of(0, 1, 2, 0), 3), 0);
  // deno-fmt-ignore
  const probabilities = Float32Array.of(
    .5, .5, 0,
    .2, .7, .1,
    .6, .3, .1,
    0, 0, 1,
  );
  strictEqual(accuracyOf(probabilities, Uint8Array.of(0, 1, 2, 2), 3), 0.5);
});

Deno.test("the reverse KL is 0 for equal histograms, ln 1.5 with one of three modes lost", () => {
  const near = (actual: number, expected: number) => ok(Math.abs(actual - expected) < 1e-12);
  near(reverseKl([2, 2, 0], [1, 1, 1]), Math.log(1.5));
  near(reverseKl([0.1, 0.3], [20, 60]), 0);
  // Nothing anywhere is as bad as all in the rarest place.
  near(reverseKl([0, 0], [1, 3]), Math.log(4));
  near(reverseKl([5, 0], [1, 3]), Math.log(4));
});

Deno.test("a mode's spread is that about its own mean", () => {
  // Two modes of deviation 1: points at ±0.5 about (0.2, 0), and one point alone, which has none.
  const samples = Float32Array.of(0.7, 0, -0.3, 0, 0.2, 0.5, 0.2, -0.5, 100, 100);
  const { spread } = modeCoverage(samples, Float32Array.of(0, 0, 100, 100), 2, 1);
  // Squares 4 · 0.25 over 4 − 1 examples and 2 axes.
  ok(Math.abs(spread - Math.sqrt(1 / 6)) < 1e-6);
});

Deno.test("evenness is 1 of equal shares, 0 of a single one among several, and in between by entropy", () => {
  const near = (actual: number, expected: number) => ok(Math.abs(actual - expected) < 1e-12);
  strictEqual(evenness([0, 0, 0]), 0);
  strictEqual(evenness([0]), 0);
  strictEqual(evenness([0.3]), 1);
  near(evenness([5, 5, 5]), 1);
  near(evenness([0, 2, 0]), 0);
  const [a, b] = [0.75, 0.25];
  near(evenness([3, 1, 0]), -(a * Math.log(a) + b * Math.log(b)) / Math.log(3));
});

Deno.test("a sample is of high quality within three deviations, and no farther", () => {
  const centers = Float32Array.of(0, 0, 10, 0);
  const at = (x: number) => modeCoverage(Float32Array.of(x, 0), centers, 2, 0.5).highQuality;
  deepStrictEqual([1.49, 1.5, 1.51].map(at), [1, 0, 0]);
});

Deno.test("what is as sure as the threshold is recognised", () => {
  const { recognised, classShares } = recognition(Float32Array.of(0.25, 0.75, 0.5, 0.5), 2, 0.75);
  strictEqual(recognised, 0.5);
  deepStrictEqual([...classShares], [0, 0.5]);
  // NaN is sure of nothing.
  const nothing = recognition(new Float32Array(4).fill(NaN), 2);
  deepStrictEqual([nothing.recognised, ...nothing.classShares], [0, 0, 0]);
  // By itself nine tenths.
  strictEqual(recognition(Float32Array.of(0.89, 0.11, 0.91, 0.09), 2).recognised, 0.5);
});
