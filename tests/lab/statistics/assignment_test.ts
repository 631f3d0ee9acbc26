/** Assignments against SciPy's (recipe: tests/golden/numpy/assignment.py) and against every permutation. */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { defaultRng } from "../../../lab/core/random.ts";
import { assignment, squaredWasserstein } from "../../../lab/statistics/assignment.ts";
import golden from "../../golden/numpy/assignment.json" with { type: "json" };

function total(costs: ArrayLike<number>, n: number): number {
  const columns = assignment(costs, n);
  deepStrictEqual(new Set(columns), new Set(Array.from({ length: n }, (_, i) => i)));
  return columns.reduce((sum, column, row) => sum + costs[n * row + column], 0);
}

Deno.test("assignments cost what SciPy's do", () => {
  for (const { n, costs, total: expected } of golden) {
    ok(Math.abs(total(costs, n) - expected) < 1e-9, `${n}: ${total(costs, n)}, ${expected}`);
  }
});

Deno.test("no permutation costs less", () => {
  const random = defaultRng(1);
  const least = (costs: Float64Array, n: number, row = 0, taken = 0): number => {
    if (row === n) return 0;
    let best = Infinity;
    for (let j = 0; j < n; j++) {
      if ((taken >> j & 1) === 1) continue;
      best = Math.min(best, costs[n * row + j] + least(costs, n, row + 1, taken | 1 << j));
    }
    return best;
  };
  for (let i = 0; i < 200; i++) {
    const n = 1 + i % 6;
    const costs = Float64Array.from({ length: n * n }, () => random.integers(7) - 3);
    strictEqual(total(costs, n), least(costs, n));
  }
});

Deno.test("the squared Wasserstein distance of points on a line is that of the sorted ones", () => {
  const random = defaultRng(2);
  const [x, y] = [0, 1].map(() => Float64Array.from({ length: 50 }, () => random.standardNormal()));
  const [sortedX, sortedY] = [x, y].map((each) => each.toSorted());
  const expected = sortedX.reduce((sum, each, i) => sum + (each - sortedY[i]) ** 2, 0) / 50;
  ok(Math.abs(squaredWasserstein(x, y, 1) - expected) < 1e-12);
  strictEqual(squaredWasserstein([0, 0, 3, 4], [3, 4, 0, 0], 2), 0);
  strictEqual(squaredWasserstein([0, 0, 3, 4], [0, 0, 0, 0], 2), 12.5);
});

Deno.test("the distance to points that are not finite is NaN, and no row is assigned by such costs", () => {
  for (const bad of [NaN, Infinity]) {
    strictEqual(squaredWasserstein([bad, bad, bad, 1], [0, 1, 2, 3], 1), NaN);
    strictEqual(squaredWasserstein([0, 1, 2, 3], [0, bad, 2, bad], 1), NaN);
    throws(() => assignment([1, 2, bad, 4], 2), RangeError);
  }
});
