import { deepStrictEqual, strictEqual } from "node:assert";
import { boundText, isReached } from "../../../lab/experiment/stop_rule.ts";

Deno.test("a rule is reached at its bound and beyond, by what is missing or NaN never", () => {
  const metric = "evaluation/m";
  const values = [2.9, 3, 3.1, Infinity, -Infinity, NaN, undefined as unknown as number];
  const reached = (bound: { atLeast: number } | { atMost: number }) =>
    values.map((value) => isReached({ metric, ...bound }, value));
  deepStrictEqual(reached({ atLeast: 3 }), [false, true, true, true, false, false, false]);
  deepStrictEqual(reached({ atMost: 3 }), [true, true, false, false, true, false, false]);
});

Deno.test("a rule is said with its bound", () => {
  const metric = "evaluation/return_mean";
  strictEqual(boundText({ metric, atLeast: 475 }), "evaluation/return_mean ≥ 475");
  strictEqual(boundText({ metric, atMost: 0.05 }), "evaluation/return_mean ≤ 0.05");
  // An upper bound of 0 is one.
  deepStrictEqual(isReached({ metric, atMost: 0 }, 1), false);
  strictEqual(boundText({ metric, atMost: 0 }), "evaluation/return_mean ≤ 0");
});
