/** What fields of sampling trade, as a chart and as tables. */
import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { type Scored, tradeChart, trades, tradeTable } from "../../evidence/sampling.ts";

const at = (value: number, values: Record<string, number>): Scored => ({
  value,
  scores: Object.entries(values).map(([name, value]) => ({ name, value })),
});
const guided = [
  at(0, { precision: 0.5, recall: 0.75, coverage: 0.25, asked_class: 0.125, density: 9 }),
  at(2, { precision: 1, recall: 0.5, coverage: 0.125, asked_class: 1, density: 9 }),
];

Deno.test("each share of samples is a line over the scale of guidance, and a column", () => {
  const { lines, xLabel } = tradeChart(trades.guidance, guided);
  strictEqual(xLabel, "guidance");
  deepStrictEqual(lines.map(({ name, x, y }) => [name, x, y]), [
    ["asked class", [0, 2], [0.125, 1]],
    ["precision", [0, 2], [0.5, 1]],
    ["recall", [0, 2], [0.75, 0.5]],
    ["coverage", [0, 2], [0.25, 0.125]],
  ]);
  const [title, , ...rows] = tradeTable(trades.guidance, guided).split("\n");
  strictEqual(title, "| guidance | asked class | precision | recall | coverage |");
  deepStrictEqual(rows, ["| 0 | 0.125 | 0.5 | 0.75 | 0.25 |", "| 2 | 1 | 1 | 0.5 | 0.125 |"]);
});

Deno.test("a number of steps has its line, with the distance to real images first", () => {
  const figures = { fid_glyphs: 6, recognised: 0.5, energy_distance: -1, precision: 1, recall: 0 };
  deepStrictEqual(tradeTable(trades.steps, [at(10, figures)]).split("\n").toSpliced(1, 1), [
    "| steps | FID | recognised | energy distance | precision | recall |",
    "| 10 | 6 | 0.5 | -1 | 1 | 0 |",
  ]);
});

Deno.test("a value without one of the figures is named", () => {
  throws(
    () => tradeChart(trades.guidance, [at(1, { precision: 1 })]),
    /no asked_class at guidance 1/,
  );
});
