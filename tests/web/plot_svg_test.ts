import { deepStrictEqual, match, ok } from "node:assert";
import { type DrawnChart, svgOf } from "../../web/plot_svg.ts";

const chart: DrawnChart = {
  title: "a < b & c",
  xLabel: "examples",
  lines: [
    { label: "faint", color: 1, x: [0, 10], y: [0, 1], faint: true },
    { label: "broken", color: 0, x: [0, 5, 6, 10], y: [0, 1, "NaN", 0.5] },
    { label: "mean", color: 2, x: [0, 10], y: [0.5, 1], low: [0, 0.5], high: [1, 1] },
    { label: "once", color: 3, x: [10], y: [1] },
  ],
  levels: [{ y: 0.5, label: "solved at 0.5" }, { y: 7, label: "far away" }],
  moments: [],
  x: [0, 10],
  y: [0, 1],
  colors: {
    ...{ paper: "white", ink: "black", soft: "grey", grid: "silver", bad: "crimson" },
    moment: (kind) => ({ info: "grey", warning: "orange", error: "crimson", chosen: "teal" })[kind],
    line: (color) => ["red", "green", "blue", "pink"][color],
  },
};

Deno.test("a chart as SVG has its lines where the screen has them, gaps, bands, marks and names", () => {
  const svg = svgOf(chart);
  match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" .*<\/svg>\n$/s);
  // The frame is 68 … 700 across and 316 … 36 up.
  ok(svg.includes('d="M68 316L384 36M700 176" fill="none" stroke="red"'), svg);
  ok(svg.includes('d="M68 316L700 176L700 36L68 36Z" fill="blue"'), svg);
  ok(svg.includes('L68 36Z" fill="blue" opacity="0.16"/>'), svg);
  const [, , mean] = chart.lines;
  ok(svgOf({ ...chart, lines: [{ ...mean, quiet: true }] }).includes('fill="blue" opacity="0.06"'));
  match(svg, /transform="translate\(700 36\) scale\(1\.3\)" fill="pink"/);
  // Where a value is not finite stands a cross at the foot.
  deepStrictEqual(
    [...svg.matchAll(/<path d="(M\S+ \S+)l7 7m-7 0l7 -7"[^>]*crimson/g)].map(([, at]) => at),
    [
      "M443.7 305.5",
    ],
  );
  // A value between two gaps is a dot, behind others a pale one.
  ok(svg.includes('<circle cx="700" cy="176" r="2.5" fill="red"/>'), svg);
  const faint = { ...chart.lines[1], faint: true };
  ok(svgOf({ ...chart, lines: [faint] }).includes('r="1.5" fill="red" opacity="0.4"/>'));
  ok(svg.includes("<title>a &lt; b &amp; c</title>"));
  ok(svg.includes("solved at 0.5") && !svg.includes("far away"));
  deepStrictEqual(["faint", "broken", "mean", "once"].map((name) => svg.includes(`>${name}<`)), [
    ...[false, true, true, true],
  ]);
});

Deno.test("single points stand side by side with their intervals, seeds small and pale beside them", () => {
  const of = (color: number, y: number, more: object = {}) => ({
    ...{ label: `${color}`, color, x: [10], y: [y] },
    ...more,
  });
  const lines = [
    of(0, 0.25, { faint: true }),
    of(0, 0.5, { low: [0], high: [1] }),
    of(1, 0.5, { low: ["NaN"], high: ["NaN"] }),
    of(2, NaN as never, { y: ["NaN"] }),
  ];
  const svg = svgOf({ ...chart, levels: [], lines });
  const forms = [...svg.matchAll(/<path d="(\S+) [^"]*" transform="translate\((\S+) (\S+)\)/g)];
  const [[, circle, left, y], [, square, right]] = forms;
  deepStrictEqual([forms.length, y, Number(right) > Number(left) + 50], [2, "176", true]);
  ok(circle !== square);
  const at = Number(left);
  const interval = `d="M${at} 316V36M${at - 5} 316h10M${at - 5} 36h10" fill="none" stroke="red"`;
  ok(svg.includes(interval), svg);
  deepStrictEqual(svg.match(/V36M/g)?.length, 1);
  ok(svg.includes(`<circle cx="${at - 9}" cy="246" r="2" fill="red" opacity="0.6"/>`), svg);
  match(svg, /l7 7m-7 0l7 -7" fill="none" stroke="crimson"/);
});

Deno.test("what happened stands on the time line of a saved chart", () => {
  const moments = [
    { x: 5, label: "it spiked", kind: "warning" as const },
    { x: 10, label: "kept", kind: "chosen" as const },
    { x: 11, label: "beyond", kind: "error" as const },
  ];
  const svg = svgOf({ ...chart, lines: [], levels: [], moments });
  deepStrictEqual(
    [...svg.matchAll(/<path d="(\S+ \S+)" stroke="(\w+)" (\S+)=/g)].map((each) => each.slice(1)),
    [
      ["M384 36V316", "orange", "stroke-dasharray"],
      ["M700 36V316", "teal", "stroke-width"],
    ],
  );
});

Deno.test("below a chart each line that is told has its row, its colour and its dash", () => {
  const svg = svgOf(chart);
  const rows = [
    ...svg.matchAll(/<path d="M68 (\d+)h24" stroke="(\w+)".*?stroke-dasharray="(.*?)"/g),
  ]
    .map(([, y, color, dash]) => [Number(y), color, dash]);
  const [[first], [second]] = rows as number[][];
  const height = second - first;
  deepStrictEqual(rows, [
    [first, "red", "none"],
    [first + height, "blue", "2 3"],
    [first + 2 * height, "pink", "9 3 2 3"],
  ]);
  ok(height >= 15 && first > 316);
  const [, bottom] = /height="(\d+)" font-family/.exec(svg)!;
  ok(Number(bottom) >= first + 2 * height && Number(bottom) < first + 4 * height);
});

Deno.test("an axis has lines at round numbers, each with its number at its end", () => {
  const svg = svgOf({ ...chart, lines: [], levels: [], x: [0, 30], y: [-1, 1] });
  const marks = [...svg.matchAll(
    /<path d="M(\d+(?:\.\d)?) (\d+(?:\.\d)?)([VH])\d+"\/><text x="([\d.]+)" y="([\d.]+)".*?text-anchor="(\w+)" >(.*?)</g,
  )].map(([, x, y, way, atX, atY, anchor, label]) => ({
    ...{ way, x: Number(x), y: Number(y), atX: Number(atX), atY: Number(atY), anchor, label },
  }));
  const counted = svgOf({ ...chart, lines: [], levels: [], x: [1, 3], counts: true });
  deepStrictEqual([...counted.matchAll(/text-anchor="middle" >(.*?)</g)].map(([, tick]) => tick), [
    ...["1", "2", "3"],
  ]);
  const upright = marks.filter(({ way }) => way === "V");
  const level = marks.filter(({ way }) => way === "H");
  ok(upright.length >= 3 && level.length >= 3, svg);
  for (const { x, y, atX, atY, anchor, label } of upright) {
    // 632 pixels of 30.
    ok(Math.abs(x - (68 + 632 * Number(label) / 30)) < 0.1, label);
    deepStrictEqual([y, atX, anchor, atY > 316], [36, x, "middle", true]);
  }
  for (const { x, y, atX, atY, anchor, label } of level) {
    // 280 pixels of 2; a number stands before the frame, its middle at the line.
    const value = Number(label.replace("\u2212", "-"));
    ok(Math.abs(y - (316 - 280 * (value + 1) / 2)) < 0.1, label);
    deepStrictEqual([x, anchor, atX < 68, atY - y], [68, "end", true, 4]);
  }
});

Deno.test("a line has its dash where its colour has one, faint ones are thin and pale", () => {
  const paths = (color: number, faint: boolean) => {
    const line = { label: "a", color, x: [0, 10], y: [0, 1], faint };
    const svg = svgOf({ ...chart, lines: [line], levels: [] });
    return /stroke="\w+" (stroke-width[^/]*)\/>/.exec(svg)![1];
  };
  deepStrictEqual([paths(0, false), paths(2, false), paths(2, true)], [
    ...['stroke-width="2" stroke-dasharray="none"', 'stroke-width="2" stroke-dasharray="2 3"'],
    'stroke-width="1" opacity="0.4"',
  ]);
});

Deno.test("on a logarithmic axis each power of ten takes as much, and 0 is a gap", () => {
  const line = { label: "a", color: 0, x: [0, 5, 6, 10], y: [1, 100, 0, 10], low: [0, 1, 1, 1] };
  const svg = svgOf({
    ...{ ...chart, levels: [], log: true, y: [1, 100] },
    lines: [{ ...line, high: [100, 100, 100, 100] }],
  });
  // The frame is 316 … 36 up: 140 a power.
  ok(svg.includes('d="M68 316L384 36M700 176" fill="none" stroke="red"'), svg);
  ok(svg.includes('d="M68 316L384 316L'), svg);
  const labels = [...svg.matchAll(/<path d="M68 (\S+)H700"\/><text [^>]*>(.*?)</g)]
    .map(([, at, label]) => [at, label]);
  deepStrictEqual(labels, [
    ...[["316", "1"], ["273.9", "2"], ["218.1", "5"], ["176", "10"]],
    ...[["133.9", "20"], ["78.1", "50"], ["36", "100"]],
  ]);
});

Deno.test("a step has its corners where its value changes", () => {
  const path = (step: "after" | "before") => {
    const line = { label: "a", color: 0, x: [0, 5, 10], y: [0, 1, 0.5], step };
    return /d="([^"]*)" fill="none"/.exec(svgOf({ ...chart, levels: [], lines: [line] }))![1];
  };
  deepStrictEqual([path("after"), path("before")], [
    "M68 316L384 316L384 36L700 36L700 176",
    "M68 316L68 36L384 36L384 176L700 176",
  ]);
});

Deno.test("a logarithmic x axis has powers of ten at even distances", () => {
  const line = { label: "a", color: 0, x: [1, 10, 100], y: [0, 1, 0] };
  const svg = svgOf({ ...chart, lines: [line], levels: [], x: [1, 100], y: [0, 1], logX: true });
  ok(svg.includes('d="M68 316L384 36L700 316" fill="none" stroke="red"'), svg);
  const named = [...svg.matchAll(/<text x="([\d.]+)" y="334".*?>(.*?)</g)].map((
    [, x, name],
  ) => [x, name]);
  const tens = named.filter(([, name]) => /^10*$/.test(name));
  deepStrictEqual(tens, [["68", "1"], ["384", "10"], ["700", "100"]]);
});

Deno.test("a name that is too long is cut between letters, whatever bytes they take", () => {
  for (const before of [97, 98, 99]) {
    const label = `${"x".repeat(before)}${"🎲".repeat(9)}`;
    const svg = svgOf({ ...chart, lines: [{ ...chart.lines[2], label }] });
    encodeURIComponent(svg); // what a PNG is drawn of
    ok(svg.includes(`>${"x".repeat(before)}${"🎲".repeat(99 - before)}…</text>`), `${before}`);
  }
});
