import { deepStrictEqual, strictEqual } from "node:assert";
import { detectableText, pText } from "../../../lab/statistics/p_value.ts";

Deno.test("a p has three decimals, or the bound that it is below", () => {
  deepStrictEqual([1, 0.0496, 0.001, 0.00099, 0].map(pText), [
    ...["1.000", "0.050", "0.001", "< 0.001", "< 0.001"],
  ]);
  for (const none of [null, undefined, NaN]) strictEqual(pText(none), "–");
});

Deno.test("a difference that a test sees is shown, of few seeds none, and without a test a dash", () => {
  const text = (p: number | null, detectable: number | null) =>
    detectableText({ p, detectable }, (value) => `±${value}`);
  deepStrictEqual([text(0.5, 12), text(0.5, 0), text(0, 3)], ["±12", "±0", "±3"]);
  deepStrictEqual([text(0.5, NaN), text(0.5, null)], ["never", "never"]);
  deepStrictEqual([text(NaN, 12), text(null, 12), text(null, null)], ["–", "–", "–"]);
});
