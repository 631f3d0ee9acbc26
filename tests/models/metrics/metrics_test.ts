/** Mode coverage and recognition on counted examples. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { modeCoverage } from "../../../models/metrics/mode_coverage.ts";
import { recognition } from "../../../models/metrics/recognition.ts";

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
