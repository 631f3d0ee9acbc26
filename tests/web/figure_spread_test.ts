import { deepStrictEqual, strictEqual } from "node:assert";
import { iqm, spreadOf } from "../../lab/statistics/mod.ts";
import { figureSpread } from "../../web/figure_spread.ts";

Deno.test("bounds are those of the command line, of fewer resamples for many figures", () => {
  const figures = (count: number) => Array.from({ length: count }, (_, i) => (i * i) % 37);
  deepStrictEqual(figureSpread(figures(50)), spreadOf(figures(50), iqm));
  deepStrictEqual(figureSpread(figures(51)), spreadOf(figures(51), iqm, { repeats: 5000 }));
  strictEqual(figureSpread([1, NaN, 3]), null);
  strictEqual(figureSpread([1]), null);
});
