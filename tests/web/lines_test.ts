import { deepStrictEqual, ok, strictEqual } from "node:assert";
import type { ComparedGroup } from "../../web/comparison.ts";
import {
  aboveZero,
  bandAround,
  groupLines,
  indexAt,
  isSingle,
  type Line,
  lineFigures,
  middleOf,
  nearestIndex,
  placesIn,
  profileLines,
  readingsAt,
  valuesIn,
} from "../../web/lines.ts";

Deno.test("a line's figures are of its finite values, and the first other one is named", () => {
  const x = [1, 2, 3, 4, 5];
  deepStrictEqual(lineFigures({ label: "a", color: 0, x, y: [3, "Infinity", -2, "NaN", 1] }), {
    label: "a",
    until: 5,
    last: 1,
    lowest: -2,
    highest: 3,
    broken: { x: 2, value: "Infinity" },
  });
  const { until, last, lowest, broken } = lineFigures({ label: "b", color: 0, x: [], y: [] });
  deepStrictEqual([until, last, lowest, broken], [undefined, undefined, undefined, undefined]);
});

Deno.test("the nearest coordinate is found between the ends alone", () => {
  const xs = [0, 10, 11, 40];
  const near = [0, 4, 6, 10.4, 10.6, 25, 26, 40].map((x) => nearestIndex(xs, x));
  deepStrictEqual(near, [0, 0, 1, 1, 2, 2, 3, 3]);
  deepStrictEqual([nearestIndex(xs, -1), nearestIndex(xs, 41), nearestIndex([], 0)], [-1, -1, -1]);
});

function group(label: string, color: number, counts: boolean[]): ComparedGroup {
  const x = [1, 2];
  return {
    label,
    color,
    seeds: counts.map((counts, i) => ({
      run: `${label}${i}`,
      seed: String(i),
      status: "completed",
      counts,
      lacks: false,
      figure: 5,
      x,
      y: [i, i],
    })),
    mean: { x, y: [5, 5], low: [4, 4], high: [6, 6] },
    statistics: { iqm: 5, spread: null, mean: 5, median: 5 },
    mark: null,
    verdict: null,
    settings: {},
  };
}

Deno.test("single seeds stand behind their mean, a band around it where several count", () => {
  const groups = [
    group("a", 0, [true, true, false]),
    group("b", 5, [true]),
    group("c", 2, [true, true]),
  ];
  const lines = groupLines(groups, { seeds: true, hidden: new Set(["c"]) });
  deepStrictEqual(lines.map(({ label, color, faint, low }) => [label, color, !!faint, !!low]), [
    ["a, seed 0, a0", 0, true, false],
    ["a, seed 1, a1", 0, true, false],
    ["a, seed 2, a2", 0, true, false],
    ["a", 0, false, true],
    ["b", 5, false, false],
  ]);
  const means = groupLines(groups, { seeds: false, hidden: new Set() });
  deepStrictEqual(means.map(({ label }) => label), ["a", "b", "c"]);
});

Deno.test("of a seed without a figure a profile knows that it is the worst, or is left out", () => {
  const of = (label: string, figures: (number | string)[]): ComparedGroup => {
    const made = group(label, 0, figures.map(() => true));
    return { ...made, seeds: made.seeds.map((seed, i) => ({ ...seed, figure: figures[i] })) };
  };
  const groups = [of("a", [0, "NaN", 10]), of("b", [5, 6])];
  const ends = (metric: string) =>
    profileLines(groups, metric).map(({ label, y }) => [label, y[0], y.at(-1)]);
  deepStrictEqual(ends("evaluation/return_mean"), [["a", 2 / 3, 0], ["b", 1, 0]]);
  // Where less is better: those below.
  deepStrictEqual(ends("losses/loss"), [["a", 0, 2 / 3], ["b", 0, 1]]);
  deepStrictEqual(ends("schedule/learning_rate"), [["b", 1, 0]]);
  // Infinite figures are none to draw, and on the worse side of all.
  const infinite = [of("a", [0, "Infinity", 10]), groups[1]];
  deepStrictEqual(
    profileLines(infinite, "losses/loss").map(({ label, y }) => [label, y.at(-1)]),
    [["a", 2 / 3], ["b", 1]],
  );
  // Of one that came to its end without the metric nothing is known.
  const [{ seeds: [first, second, third], ...a }, b] = groups;
  const lacking = [{ ...a, seeds: [first, { ...second, lacks: true }, third] }, b];
  deepStrictEqual(profileLines(lacking, "evaluation/return_mean").map(({ label }) => label), ["b"]);
  const [{ x }] = profileLines(groups, "evaluation/return_mean");
  strictEqual(x[0], -0.2);
  ok(Math.abs(x.at(-1)! - 10.2) < 1e-12);
});

Deno.test("a profile is a step at each seed's own figure, where its share is the one beyond", () => {
  const of = (label: string, figures: number[]) =>
    ({
      ...group(label, 0, figures.map(() => true)),
      seeds: figures.map((figure) => ({ figure, counts: true })),
    }) as unknown as ComparedGroup;
  const groups = [of("a", [1, 3, 3, 11]), of("b", [2])];
  const [a, b] = profileLines(groups, "evaluation/return_mean");
  deepStrictEqual(a.x, [0.8, 1, 2, 3, 11, 11.2]);
  deepStrictEqual([a.y, b.y], [[1, 0.75, 0.75, 0.25, 0, 0], [1, 1, 0, 0, 0, 0]]);
  const [less] = profileLines(groups, "losses/loss");
  deepStrictEqual(less.y, [0, 0, 0.25, 0.25, 0.75, 1]);
  deepStrictEqual([a.step, less.step], ["after", "before"]);
  // What is read off at a place is what is drawn there.
  const read = (line: Line, x: number) => line.y[indexAt(line, x, 0)];
  deepStrictEqual([0, 0.9, 1, 2.9, 3, 10.9, 12].map((x) => read(a, x)), [
    ...[undefined, 1, 0.75, 0.75, 0.25, 0.25, undefined],
  ]);
  deepStrictEqual([0, 0.9, 1, 1.1, 3, 3.1, 12].map((x) => read(less, x)), [
    ...[undefined, 0, 0, 0.25, 0.25, 0.75, undefined],
  ]);
});

Deno.test("a group that is pointed at shows its seeds and its band alone, of many the bands are pale", () => {
  const groups = [group("a", 0, [true, true]), group("b", 5, [true, true])];
  const of = (style: object) =>
    groupLines(groups, { seeds: true, hidden: new Set(), ...style })
      .map(({ label, low, quiet }) => [label, low !== undefined, quiet === true]);
  const seedsOf = (label: string) =>
    [0, 1].map((i) => [`${label}, seed ${i}, ${label}${i}`, false, false]);
  const all = (quiet: boolean) => [
    ...[...seedsOf("a"), ["a", true, quiet], ...seedsOf("b"), ["b", true, quiet]],
  ];
  deepStrictEqual([of({}), of({ quiet: true })], [all(false), all(true)]);
  const looked = [["a", false, false], ...seedsOf("b"), ["b", true, false]];
  deepStrictEqual(of({ looked: "b" }), looked);
  // Also where seeds are not asked for, and never pale.
  deepStrictEqual(of({ looked: "b", seeds: false, quiet: true }), looked);
  deepStrictEqual(of({ seeds: false }), [["a", true, false], ["b", true, false]]);
});

Deno.test("a band lies a deviation about its values, and has a gap where either is none", () => {
  deepStrictEqual(bandAround([1, "NaN", 3, 4], [0.5, 1, "Infinity", 2]), {
    low: [0.5, "NaN", "NaN", 2],
    high: [1.5, "NaN", "NaN", 6],
  });
});

Deno.test("a single point is read off within reach of it, a curve between its ends", () => {
  const line = (x: number[]) => ({ label: "a", color: 0, x, y: x });
  const [single, curve] = [line([10]), line([0, 10])];
  deepStrictEqual([7.9, 8, 10, 12, 12.1].map((x) => indexAt(single, x, 2)), [-1, 0, 0, 0, -1]);
  deepStrictEqual([-1, 4, 6, 11].map((x) => indexAt(curve, x, 2)), [-1, 0, 1, -1]);
  deepStrictEqual([indexAt(line([]), 0, 9), [single, curve, line([])].map(isSingle)], [
    ...[-1, [true, false, false]],
  ]);
});

Deno.test("places are those of all lines that are read off, within a stretch, each once", () => {
  const of = (x: number[], more: Partial<Line> = {}): Line => ({
    ...{ label: "a", color: 0, x, y: x },
    ...more,
  });
  const lines = [of([5, 10, 30]), of([1, 10, 20, 40]), of([15], { faint: true })];
  deepStrictEqual(placesIn(lines, { from: 5, to: 30 }), [5, 10, 20, 30]);
  deepStrictEqual(placesIn(lines, { from: 11, to: 19 }), []);
});

Deno.test("what is read off has a name, a colour and, where there is one, its band", () => {
  const banded = { low: [0, 1], high: [2, "NaN"] };
  const lines: Line[] = [
    { label: "raw", color: 0, x: [0, 10], y: [9, 9], faint: true },
    { label: "a", color: 3, x: [0, 10], y: [1, "NaN"], ...banded },
    { label: "b", color: 4, x: [4], y: [7] },
  ];
  deepStrictEqual(readingsAt(lines, 9, 2), [
    { label: "a", color: 3, value: "NaN", band: [1, "NaN"] },
  ]);
  deepStrictEqual(readingsAt(lines, 3, 2), [
    { label: "a", color: 3, value: 1, band: [0, 2] },
    { label: "b", color: 4, value: 7 },
  ]);
});

Deno.test("above 0 a line has the points that are left, with their band, and is the same where all are", () => {
  const line: Line = {
    label: "a",
    color: 0,
    x: [-1, 0, 2],
    y: [1, 2, 3],
    low: [0, 1, 2],
    high: [2, 3, 4],
  };
  const whole: Line = { label: "b", color: 1, x: [1, 2], y: [1, "NaN"] };
  const [cut, same] = aboveZero([line, whole]);
  deepStrictEqual(cut, { ...line, x: [2], y: [3], low: [2], high: [4] });
  strictEqual(same, whole);
  deepStrictEqual(aboveZero([{ ...whole, x: [0] }])[0].x, []);
});

Deno.test("the middle leaves out a twentieth at each end, of fewer than twenty values none", () => {
  const upTo = (count: number) => Array.from({ length: count }, (_, i) => (7 * i) % count);
  strictEqual(middleOf([]), undefined);
  deepStrictEqual(middleOf([-5]), [-5, -5]);
  deepStrictEqual(middleOf([100, 20, 3]), [3, 100]);
  deepStrictEqual(middleOf(upTo(19)), [0, 18]);
  deepStrictEqual(middleOf(upTo(20)), [1, 18]);
  deepStrictEqual(middleOf(upTo(100)), [5, 94]);
});

Deno.test("what is drawn in a stretch is each line's values there with the edges of its band", () => {
  const band: Line = {
    ...{ label: "a", color: 0, x: [1, 2, 3], y: [1, "NaN", 3] },
    ...{ low: [0, 1, 2], high: [2, 3, 4] },
  };
  const line: Line = { label: "b", color: 1, x: [2, 9], y: [7, 8] };
  deepStrictEqual(valuesIn([band, line], { from: 2, to: 3 }), ["NaN", 3, 1, 2, 3, 4, 7]);
  deepStrictEqual(valuesIn([line], undefined), [7, 8]);
});
