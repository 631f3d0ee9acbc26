/** What guidance trades, as a chart and as a table. */
import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { guidanceChart, guidanceTable, type Guided } from "../../evidence/guidance.ts";

const at = (scale: number, values: Record<string, number>): Guided => ({
  scale,
  scores: Object.entries(values).map(([name, value]) => ({ name, value })),
});
const guided = [
  at(0, { precision: 0.5, recall: 0.75, coverage: 0.25, asked_class: 0.125, density: 9 }),
  at(2, { precision: 1, recall: 0.5, coverage: 0.125, asked_class: 1, density: 9 }),
];

Deno.test("each share of samples is a line over the scale of guidance, and a column", () => {
  const { lines } = guidanceChart(guided);
  deepStrictEqual(lines.map(({ name, x, y }) => [name, x, y]), [
    ["asked class", [0, 2], [0.125, 1]],
    ["precision", [0, 2], [0.5, 1]],
    ["recall", [0, 2], [0.75, 0.5]],
    ["coverage", [0, 2], [0.25, 0.125]],
  ]);
  const [title, , ...rows] = guidanceTable(guided).split("\n");
  strictEqual(title, "| guidance | asked class | precision | recall | coverage |");
  deepStrictEqual(rows, ["| 0 | 0.125 | 0.5 | 0.75 | 0.25 |", "| 2 | 1 | 1 | 0.5 | 0.125 |"]);
});

Deno.test("a scale without one of the figures is named", () => {
  throws(() => guidanceChart([at(1, { precision: 1 })]), /no asked_class at guidance 1/);
});
