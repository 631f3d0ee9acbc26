import { deepStrictEqual, strictEqual } from "node:assert";
import { detectableText, pText, testText } from "../../../lab/statistics/p_value.ts";

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
  strictEqual(detectableText({ p: 0.5, detectable: NaN, ofRanks: true }, String), "–");
  deepStrictEqual([text(NaN, 12), text(null, 12), text(null, null)], ["–", "–", "–"]);
});

Deno.test("of a test is said that it is of ranks, and of how many common seeds", () => {
  deepStrictEqual(
    [{}, { common: 4 }, { ofRanks: true }, { common: 1, ofRanks: true }, { common: 0 }]
      .map((more) => testText({ p: 0.25, ...more })),
    [
      "0.250",
      "0.250 (of 4 common seeds)",
      "0.250 (of ranks)",
      "0.250 (of ranks, of 1 common seed)",
      "no common seeds",
    ],
  );
});
