/** Running moments against those of all values at once. */
import { deepStrictEqual, ok } from "node:assert";
import { defaultRng } from "../../../lab/core/random.ts";
import { RunningMoments } from "../../../lab/core/running_moments.ts";

Deno.test("moments begin at mean 0 and variance 1", () => {
  const moments = new RunningMoments(2);
  deepStrictEqual([[...moments.mean], [...moments.variance]], [[0, 0], [1, 1]]);
});

Deno.test("running moments are those of all vectors and of a ten-thousandth of one of mean 0, variance 1", () => {
  const random = defaultRng(4);
  const moments = new RunningMoments(3);
  const values = Array.from({ length: 3 * 40 }, () => random.normal(2, 3));
  for (let row = 0; row < 40; row++) {
    if (row % 2 === 0) moments.update(values, 3 * row);
    else moments.update(values.slice(3 * row, 3 * row + 3));
  }
  const [start, total] = [1e-4, 40 + 1e-4];
  for (let i = 0; i < 3; i++) {
    const column = values.filter((_, at) => at % 3 === i);
    const mean = column.reduce((sum, value) => sum + value, 0) / total;
    // The starting weight has the second moment 1 about 0.
    const second = (start + column.reduce((sum, value) => sum + value * value, 0)) / total;
    ok(Math.abs(moments.mean[i] - mean) < 1e-12, `${moments.mean[i]} ${mean}`);
    ok(Math.abs(moments.variance[i] - (second - mean * mean)) < 1e-10);
  }
});

Deno.test("moments go on from a snapshot as if nothing had been", () => {
  const [all, first, second] = [0, 1, 2].map(() => new RunningMoments(1));
  for (const value of [3, -1, 7]) {
    all.update([value]);
    first.update([value]);
  }
  second.update([100]);
  const snapshot = first.snapshot();
  first.update([50]); // a snapshot is no view
  second.restore(snapshot);
  deepStrictEqual(second.snapshot(), all.snapshot());
  for (const moments of [all, second]) moments.update([12]);
  deepStrictEqual(second.snapshot(), all.snapshot());
  deepStrictEqual([second.mean, second.variance], [all.mean, all.variance]);
});
