import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import {
  discountedReturns,
  explainedVariance,
  generalizedAdvantages,
  type RolloutColumns,
  standardize,
} from "../../../agents/returns/advantages.ts";

/** One episode of three steps: rewards 1, values 0.5 to 0.7, and 0.8 where it was cut off. */
function threeSteps(ending: "terminated" | "truncated"): RolloutColumns {
  return {
    environments: 1,
    rewards: Float64Array.of(1, 1, 1),
    values: Float64Array.of(0.5, 0.6, 0.7),
    nextValues: Float64Array.of(0.6, 0.7, 0.8),
    terminated: Uint8Array.of(0, 0, ending === "terminated" ? 1 : 0),
    truncated: Uint8Array.of(0, 0, ending === "truncated" ? 1 : 0),
  };
}

function close(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-12) {
  strictEqual(actual.length, expected.length);
  expected.forEach((value, i) =>
    ok(Math.abs(actual[i] - value) <= tolerance, `${[...Array.from(actual)]} is not ${expected}`)
  );
}

Deno.test("GAE of three steps is δ plus γλ times the next one's", () => {
  const decay = 0.99 * 0.95;
  // δ = r + γV(s′) − V(s), without V(s′) at a terminal state.
  const [first, second] = [1 + 0.99 * 0.6 - 0.5, 1 + 0.99 * 0.7 - 0.6];
  for (
    const [ending, last] of [["terminated", 1 - 0.7], ["truncated", 1 + 0.99 * 0.8 - 0.7]] as const
  ) {
    const { advantages, returns } = generalizedAdvantages(threeSteps(ending), 0.99, 0.95);
    const expected = [first + decay * (second + decay * last), second + decay * last, last];
    close(advantages, expected);
    close(returns, expected.map((advantage, i) => advantage + [0.5, 0.6, 0.7][i]));
  }
});

Deno.test("GAE with λ = 0 is the one-step advantage, with λ = 1 return minus value", () => {
  const rollout = threeSteps("truncated");
  close(generalizedAdvantages(rollout, 0.99, 0).advantages, [1.094, 1.093, 1.092]);
  close(generalizedAdvantages(rollout, 0.99, 1).advantages, [3.2463392, 2.17408, 1.092]);
});

Deno.test("the three-step return of the worked example bootstraps from the fourth value", () => {
  const { returns } = generalizedAdvantages(threeSteps("truncated"), 0.99, 1);
  close([returns[0]], [3.7463392]);
});

Deno.test("GAE does not cross the reset between two episodes", () => {
  const rollout: RolloutColumns = {
    environments: 1,
    rewards: Float64Array.of(1, 1, 1, 1),
    values: Float64Array.of(0, 0, 0, 0),
    nextValues: Float64Array.of(0, 10, 0, 0),
    terminated: Uint8Array.of(0, 0, 0, 1),
    truncated: Uint8Array.of(0, 1, 0, 0),
  };
  close(generalizedAdvantages(rollout, 0.5, 1).advantages, [4, 6, 1.5, 1]);
});

Deno.test("environments side by side have the advantages that each would have alone", () => {
  const column = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), {
    minLength: 12,
    maxLength: 12,
  });
  const flags = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 12, maxLength: 12 });
  fc.assert(
    fc.property(column, column, column, flags, flags, (r, v, w, terminal, cut) => {
      const pick = (n: number, stride: number) => (_: unknown, i: number) => i % stride === n;
      const build = (keep: (x: unknown, i: number) => boolean, environments: number) => ({
        environments,
        rewards: Float64Array.from(r.filter(keep)),
        values: Float64Array.from(v.filter(keep)),
        nextValues: Float64Array.from(w.filter(keep)),
        terminated: Uint8Array.from(terminal.filter(keep)),
        truncated: Uint8Array.from(cut.filter(keep)),
      });
      const together = generalizedAdvantages(build(() => true, 3), 0.9, 0.8).advantages;
      for (let n = 0; n < 3; n++) {
        const alone = generalizedAdvantages(build(pick(n, 3), 1), 0.9, 0.8).advantages;
        deepStrictEqual(together.filter(pick(n, 3)), alone);
      }
    }),
    { numRuns: 50 },
  );
});

Deno.test("discounted returns are the worked examples'", () => {
  const alone = [0, 0, 0];
  close([discountedReturns([1, 1, 1], alone, [0], 0.99)[0]], [2.9701]);
  close(discountedReturns([1, 0.5], alone, [0], 0.99), [1.495, 0.5]);
  const longest = discountedReturns(new Float64Array(500).fill(1), new Uint8Array(500), [0], 0.99);
  close([longest[0]], [99.34295169575854], 1e-11);
});

Deno.test("discounted returns bootstrap each episode and keep interleaved ones apart", () => {
  close(discountedReturns([1, 5, 1], [0, 1, 0], [0, 2], 0.5), [1.5, 6, 1]);
});

Deno.test("discounted returns are GAE's value targets with λ = 1", () => {
  const rollout = threeSteps("truncated");
  const { returns } = generalizedAdvantages(rollout, 0.99, 1);
  close(discountedReturns(rollout.rewards, [0, 0, 0], [0.8], 0.99), [...returns]);
});

Deno.test("standardizing gives mean 0 and the sample's deviation 1", () => {
  const out = new Float64Array(2);
  standardize([1.495, 0.5], out);
  close(out, [0.7071067811865475, -0.7071067811865475], 1e-7);
  standardize([3, 3], out);
  close(out, [0, 0]);
  standardize([3], out.subarray(1));
  close(out, [0, 0]);
});

Deno.test("explained variance is 1 for perfect values, 0 for a constant, NaN without spread", () => {
  strictEqual(explainedVariance([1, 2, 3], [1, 2, 3]), 1);
  strictEqual(explainedVariance([7, 7, 7], [1, 2, 3]), 0);
  close([explainedVariance([3, 2, 1], [1, 2, 3])], [-3]);
  ok(Number.isNaN(explainedVariance([1, 2], [5, 5])));
  const rounded = [0.1 + 0.2, 0.3, 0.1 + 0.2];
  ok(Number.isNaN(explainedVariance([1, 2, 3], rounded)), "equal but for rounding");
});
