import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { chartScene } from "../../../lab/core/chart.ts";
import type { Shape } from "../../../lab/core/scene.ts";

/** Shapes of one kind, of what a chart draws. */
function shapes<Kind extends Shape["kind"]>(kind: Kind, chart: Parameters<typeof chartScene>[0]) {
  return chartScene(chart).shapes.filter((each): each is Shape & { kind: Kind } =>
    each.kind === kind
  );
}

const chart = {
  xLabel: "steps",
  yLabel: "return",
  lines: [
    { name: "a", x: [0, 2, 4], y: [10, 20, 15], low: [5, 18, 15], high: [12, 25, 15] },
    { name: "b", x: [4], y: [5] },
  ],
};

Deno.test("a chart's grid is lines each way, each with what its axis says there", () => {
  const lines = shapes("line", chart).filter(({ color }) => color === "#e8e8e8");
  const at = [0, 1, 2, 3, 4].map((i) => i / 4);
  deepStrictEqual(lines.map(({ points }) => points), [
    ...at.map((share) => [[16 * share, 0], [16 * share, 9]]),
    ...at.map((share) => [[0, 9 * share], [16, 9 * share]]),
  ]);
  const texts = new Map(shapes("text", chart).map(({ text, at }) => [text, at]));
  // x from 0 to 4, y from 5 to 25: the least of the lower and the greatest of the upper bounds.
  for (const [i, share] of at.entries()) {
    deepStrictEqual(texts.get(`${i}`), [16 * share, -0.45]);
    strictEqual(shapes("text", chart).filter(({ text }) => text === `${5 + 5 * i}`).length, 1);
    deepStrictEqual(texts.get(`${5 + 5 * i}`), [-0.8, 9 * share]);
  }
});

Deno.test("a chart's grid stands at round numbers, six at most, wherever its axes begin and end", () => {
  const labels = (low: number, high: number) =>
    shapes("text", {
      ...{ xLabel: "x", yLabel: "y" },
      lines: [{ name: "a", x: [low, high], y: [0.5, 0.6] }],
    }).filter(({ at: [, y] }) => y === -0.45).map(({ text }) => text);
  deepStrictEqual(labels(5_120, 500_000), ["100K", "200K", "300K", "400K", "500K"]);
  deepStrictEqual(labels(-0.31, 0.29), ["-0.3", "-0.2", "-0.1", "0", "0.1", "0.2"]);
  deepStrictEqual(labels(1.1e-4, 5.1e-4), ["0.0002", "0.0003", "0.0004", "0.0005"]);
  deepStrictEqual(labels(1_200_000, 1_500_000), ["1.2M", "1.3M", "1.4M", "1.5M"]);
});

Deno.test("a chart's lines go through their points, over bands between their bounds", () => {
  const [first, second] = shapes("line", chart).filter(({ color }) => color !== "#e8e8e8");
  deepStrictEqual(first.points, [[0, 9 * 0.25], [8, 9 * 0.75], [16, 9 * 0.5]]);
  strictEqual(second, undefined);
  deepStrictEqual(shapes("circle", chart).map(({ center }) => center), [[16, 0]]);
  const [band, ...others] = shapes("polygon", chart);
  strictEqual(others.length, 0);
  deepStrictEqual(band.points, [
    ...[[0, 9 * 7 / 20], [8, 9], [16, 9 * 0.5]], // there along the upper bounds
    ...[[16, 9 * 0.5], [8, 9 * 13 / 20], [0, 0]], // and back along the lower ones
  ]);
  const kinds = chartScene(chart).shapes.map(({ kind }) => kind);
  ok(kinds.lastIndexOf("polygon") < kinds.indexOf("line"));
});

Deno.test("a chart names its axes, and each line in the line's colour", () => {
  const names = shapes("text", chart).filter(({ text }) => ["a", "b"].includes(text));
  const [line] = shapes("line", chart).filter(({ color }) => color !== "#e8e8e8");
  const [point] = shapes("circle", chart);
  deepStrictEqual(names.map(({ color }) => color), [line.color, point.fill]);
  ok(line.color !== point.fill);
  ok(names[0].at[1] > names[1].at[1]);
  for (const label of ["steps", "return"]) {
    strictEqual(shapes("text", chart).filter(({ text }) => text === label).length, 1);
  }
});

Deno.test("a chart of one value stands in the middle of its axes", () => {
  const [point] = shapes("circle", {
    ...{ xLabel: "x", yLabel: "y" },
    lines: [{ name: "a", x: [3], y: [7] }],
  });
  deepStrictEqual(point.center, [8, 4.5]);
});

Deno.test("a chart has gaps where a value is not finite, and its axes are those of the others", () => {
  const gaps = {
    ...{ xLabel: "x", yLabel: "y" },
    lines: [{
      ...{ name: "a", x: [0, 1, 2, 3, 4], y: [0, NaN, 10, 5, 10] },
      ...{ low: [0, NaN, 5, -Infinity, 10], high: [0, NaN, 10, 5, 10] },
    }],
  };
  const drawn = shapes("line", gaps).filter(({ color }) => color !== "#e8e8e8");
  deepStrictEqual(drawn.map(({ points }) => points), [[[8, 9], [12, 4.5], [16, 9]]]);
  deepStrictEqual(shapes("circle", gaps).map(({ center }) => center), [[0, 0]]);
  deepStrictEqual(shapes("polygon", gaps).map(({ points }) => points), [
    ...[[[0, 0], [0, 0]], [[8, 9], [8, 4.5]], [[16, 9], [16, 9]]],
  ]);
  const none = { ...gaps, lines: [{ name: "a", x: [0, 1], y: [NaN, Infinity] }] };
  ok(!JSON.stringify(chartScene(none)).includes("null"), "a place that is no number");
});

Deno.test("a chart holds more points than a call has arguments", () => {
  const y = Float64Array.from({ length: 300_000 }, (_, i) => i % 7);
  const lines = [{ name: "a", x: [...y.keys()], y: [...y] }];
  const [{ points }] = shapes("line", { xLabel: "x", yLabel: "y", lines })
    .filter(({ color }) => color !== "#e8e8e8");
  deepStrictEqual([points.length, points[0]], [300_000, [0, 0]]);
});
