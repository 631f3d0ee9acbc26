/** What a chart draws on its canvas, its axes, and what it tells of the pointer. */
import { signal } from "@preact/signals";
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import uPlot from "uplot";
import {
  chartOptions,
  type ChartState,
  joined,
  type Level,
  type Moment,
} from "../../web/components/plot_options.ts";
import { dashOf } from "../../web/components/palette.ts";
import type { Range } from "../../web/curves.ts";
import type { Line } from "../../web/lines.ts";
import { colorOf } from "../../web/theme.ts";
import { Small, SmallPage } from "./small_page.ts";

const lineOf = (label: string, color: number, y: Line["y"], more: Partial<Line> = {}): Line => ({
  ...{ label, color, y, x: y.map((_, i) => 10 * i) },
  ...more,
});

interface Charted {
  readonly options: uPlot.Options;
  /** The lines, as they grow. */
  readonly lines: { current: readonly Line[] };
  readonly colors: (name: string, opacity?: number) => string;
  readonly cursor: ChartState["cursor"];
  readonly pointed: ChartState["cursor"];
  readonly zoomed: (Range | undefined)[];
  readonly picked: number[];
  /** What a hook draws or does on a plot of 200 × 180 pixels from (100, 20) on. */
  readonly on: (plot: object) => uPlot;
  readonly canvas: Small;
}

/** The options of a chart, on a screen of two pixels a point. */
function chart(
  lines: readonly Line[],
  test: (chart: Charted) => void,
  more: {
    readonly levels?: readonly Level[];
    readonly moments?: readonly Moment[];
    readonly named?: boolean;
    readonly linked?: boolean;
    readonly log?: boolean;
    readonly logX?: boolean;
    readonly trimmed?: boolean;
    readonly counts?: boolean;
    readonly width?: number;
  } = {},
): void {
  const { levels = [], moments = [], named = false, linked = false, width = 600 } = more;
  const { log = false, logX = false, trimmed = false, counts = false } = more;
  using _page = new SmallPage(() => null, {});
  Object.assign(globalThis, { devicePixelRatio: 2 });
  const canvas = new Small("canvas");
  const [zoomed, picked]: [(Range | undefined)[], number[]] = [[], []];
  const [cursor, pointed] = [signal<number | null>(null), signal<number | null>(null)];
  const growing = { current: lines };
  const state: ChartState = {
    ...{ linked, named, log, logX, trimmed, counts, cursor, pointed, xLabel: "steps" },
    lines: growing,
    ...{ whole: { current: undefined }, shown: { current: undefined } },
    zoom: { current: (range) => void zoomed.push(range) },
    pick: { current: (x) => void picked.push(x) },
    ...{ levels: { current: levels }, moments: { current: moments } },
  };
  const plot = {
    ctx: canvas.getContext(),
    bbox: { left: 100, top: 20, width: 200, height: 180 },
    scales: { x: { min: 0, max: 100 } },
    valToPos: (value: number, axis: string) => axis === "x" ? 100 + 2 * value : 200 - value,
    posToVal: (pixel: number) => (pixel - 100) / 2,
  };
  test({
    ...{ cursor, pointed, zoomed, picked, canvas, colors: colorOf, lines: growing },
    options: chartOptions(uPlot, state, { width, height: 200 }),
    on: (other) => ({ ...plot, ...other }) as unknown as uPlot,
  });
}

/** What was drawn, but for what sets up and restores. */
function drawnBy({ options, on, canvas }: Charted): unknown[][] {
  canvas.drawn.length = 0;
  (options.hooks!.draw![0] as (plot: uPlot) => void)(on({}));
  return canvas.drawn.map((each) => [...each]);
}

/** Series, and whether each has dots at the moment. */
const seriesOf = ({ series: [x, ...series] }: uPlot.Options) => [
  x,
  ...series.map(({ points, ...each }) => {
    const { show, filter: _, ...drawn } = points!;
    const isShown = typeof show === "function" ? (show as () => boolean)() : show;
    return { ...each, points: { ...drawn, show: isShown } };
  }),
];

const some = (drawn: readonly unknown[][], ...names: string[]) =>
  drawn.filter(([name]) => names.includes(String(name)));

Deno.test("a level is a dotted line across the chart under its name, where it is in sight", () => {
  const levels = [{ y: 50, label: "solved" }, { y: 181, label: "above" }, {
    y: -1,
    label: "below",
  }];
  chart([], (charted) => {
    const drawn = drawnBy(charted);
    deepStrictEqual(some(drawn, "moveTo", "lineTo", "strokeText", "fillText"), [
      ["moveTo", 100, 150],
      ["lineTo", 300, 150],
      // An edge of paper, so that it can be read over a line.
      ["strokeText", "solved", 112, 142],
      ["fillText", "solved", 112, 142],
    ]);
    deepStrictEqual(some(drawn, "setLineDash", "font")[0], ["font", "22px system-ui, sans-serif"]);
    deepStrictEqual(some(drawn, "setLineDash"), [["setLineDash", [4, 6]], ["setLineDash", []]]);
    deepStrictEqual(some(drawn, "lineWidth")[0], ["lineWidth", 2]);
    deepStrictEqual(some(drawn, "strokeStyle", "fillStyle").slice(0, 2).map(([, color]) => color), [
      ...[charted.colors("--soft"), charted.colors("--soft")],
    ]);
    deepStrictEqual(
      some(drawn, "save").length,
      some(drawn, "restore").length,
    );
  }, { levels });
});

Deno.test("a level's name is where lines are farther from it", () => {
  // Of 0 to 90 on an axis to 100: near the level in the first third, far from it in the last.
  const rising = lineOf("a", 0, [50, 52, 60, 70, 80, 100, 120, 140, 160, 160]);
  const levels = [{ y: 50, label: "random" }, { y: 150, label: "solved" }];
  chart([rising], (charted) => {
    const drawn = drawnBy(charted);
    deepStrictEqual(some(drawn, "textAlign", "fillText").slice(0, 4), [
      ...[["textAlign", "right"], ["fillText", "random", 288, 142]],
      ...[["textAlign", "left"], ["fillText", "solved", 112, 42]],
    ]);
  }, { levels });
  // Just above the level all along, then far below it: the name goes below, while there is room.
  const waving = (y: number) => lineOf("a", 0, Array.from({ length: 10 }, () => y));
  // Near at both ends, far in the middle.
  const dipping = lineOf("a", 0, [58, 58, 58, 0, 0, 0, 0, 58, 58, 58]);
  chart([dipping], (charted) => {
    deepStrictEqual(some(drawnBy(charted), "textAlign", "fillText"), [
      ...[["textAlign", "center"], ["fillText", "random", 200, 142]],
    ]);
  }, { levels: [{ y: 50, label: "random" }] });
  for (const [y, level, at] of [[58, 50, 174], [42, 50, 142], [20, 10, 182]]) {
    chart([waving(y)], (charted) => {
      deepStrictEqual(some(drawnBy(charted), "fillText"), [["fillText", "random", 112, at]]);
    }, { levels: [{ y: level, label: "random" }] });
  }
});

Deno.test("a moment is an upright line with a flag in the colour of its kind", () => {
  const kinds = ["info", "warning", "error", "chosen"] as const;
  const moments = [...kinds.map((kind, i) => ({ x: 25 * i, kind, label: kind })), {
    ...{ x: -1, kind: "info" as const, label: "before" },
  }, { x: 101, kind: "info" as const, label: "after" }];
  chart([], (charted) => {
    const drawn = drawnBy(charted);
    deepStrictEqual(
      some(drawn, "moveTo", "lineTo"),
      [100, 150, 200, 250].flatMap((at) => [
        ...[["moveTo", at, 20], ["lineTo", at, 200], ["moveTo", at - 8, 20]],
        ...[["lineTo", at + 8, 20], ["lineTo", at, 32]],
      ]),
    );
    deepStrictEqual([some(drawn, "stroke").length, some(drawn, "fill").length], [5, 4]);
    deepStrictEqual(some(drawn, "setLineDash").map(([, dash]) => dash), [
      ...[[2, 6], [2, 6], [2, 6], []],
    ]);
    deepStrictEqual(some(drawn, "lineWidth").slice(0, 4).map(([, width]) => width), [2, 2, 2, 3]);
    const colors = some(drawn, "fillStyle").slice(1).map(([, color]) => color);
    deepStrictEqual(
      colors.slice(0, 4),
      ["--soft", "--warn", "--bad", "--accent"].map((name) => charted.colors(name)),
    );
  }, { moments });
});

Deno.test("each value that is not finite is a cross at the foot, those of faint lines are not", () => {
  const lines = [
    lineOf("a", 0, [1, "NaN", 2, "Infinity"]),
    lineOf("b", 1, ["NaN", 1], { faint: true }),
    lineOf("c", 2, ["NaN", 1], { x: [200, 0] }),
  ];
  chart(lines, (charted) => {
    const drawn = drawnBy(charted);
    deepStrictEqual(
      some(drawn, "moveTo", "lineTo"),
      [120, 160].flatMap((x) => [
        ...[["moveTo", x - 7, 179], ["lineTo", x + 7, 193]],
        ...[["moveTo", x - 7, 193], ["lineTo", x + 7, 179]],
      ]),
    );
    deepStrictEqual(some(drawn, "strokeStyle").at(-1), ["strokeStyle", charted.colors("--bad")]);
  });
});

Deno.test("lines are named at their ends in their colours, where the chart is wide enough", () => {
  const lines = [
    lineOf("ppo seed 1", 0, [1, 2], { faint: true }),
    lineOf("cartpole-ppo", 1, [5, 100, "NaN"]),
    lineOf("cartpole-a2c", 2, [9, 9, 95]),
    // Beyond the stretch that is shown its value does not count.
    lineOf("cartpole-dqn", 9, [9, 30, 150], { x: [0, 50, 101] }),
  ];
  const short = ["ppo", "a2c", "dqn"];
  for (const width of [439, 440]) {
    chart(lines, (charted) => {
      strictEqual((charted.options.padding as number[])[1], width < 440 ? 22 : 26 + 7 * 3);
      const texts = some(drawnBy(charted), "fillText");
      if (width < 440) return deepStrictEqual(texts, []);
      // 100 and 105 are wanted and 28 pixels kept between them: about their middle.
      deepStrictEqual(texts, [
        ["fillText", short[0], 316, 88.5],
        ["fillText", short[1], 316, 116.5],
        ["fillText", short[2], 316, 170],
      ]);
      const colors = some(drawnBy(charted), "fillStyle").map(([, color]) => color);
      deepStrictEqual(
        colors.filter((color) => color !== charted.colors("--soft")),
        [1, 2, 1].map((color) => charted.colors(`--series-${color}`)),
      );
    }, { named: true, width });
  }
  chart(lines, (charted) => {
    strictEqual((charted.options.padding as number[])[1], 22);
    deepStrictEqual(some(drawnBy(charted), "fillText"), []);
  });
  const long = ["x".repeat(30), "y".repeat(26)];
  chart(long.map((label, i) => lineOf(label, i, [1, 2])), (charted) => {
    const texts = some(drawnBy(charted), "fillText").map(([, text]) => text);
    deepStrictEqual(texts.toSorted(), [`${"x".repeat(25)}…`, "y".repeat(26)]);
  }, { named: true });
  // The settings by which two differ are at their ends.
  const rates = ["0.0003", "0.001"].map((rate) => `ppo quick agent.learningRate=${rate} wide`);
  chart([...rates, "dqn"].map((label, i) => lineOf(label, i, [1, 2])), (charted) => {
    const texts = some(drawnBy(charted), "fillText").map(([, text]) => text);
    deepStrictEqual(texts.toSorted(), [
      ...["dqn", "ppo quick age…=0.0003 wide", "ppo quick age…e=0.001 wide"],
    ]);
  }, { named: true });
  const many = Array.from({ length: 13 }, (_, i) => lineOf(`line ${i}`, i, [i, i]));
  for (const [count, named] of [[13, 0], [12, 12], [1, 0]]) {
    chart(many.slice(0, count), (charted) => {
      strictEqual(some(drawnBy(charted), "fillText").length, named);
    }, { named: true });
  }
});

Deno.test("levels near the values widen the axis, far ones do not", () => {
  const range = (low: number | null, high: number | null, ...levels: number[]) => {
    let found: unknown;
    chart([], ({ options }) => {
      const { range } = options.scales!.y as { range: (...args: unknown[]) => unknown };
      found = range(undefined, low, high, "y");
    }, { levels: levels.map((y) => ({ y, label: "" })) });
    return found as [number, number];
  };
  deepStrictEqual(range(null, null, 5), [0, 1]);
  deepStrictEqual(range(5, 5), [4.5, 5.5]);
  const own = range(10, 20);
  ok(own[0] <= 10 && own[1] >= 20 && own[1] < 25, String(own));
  for (const level of [0, 30, -100, 1000]) deepStrictEqual(range(10, 20, level), own);
  const [low] = range(10, 20, 1);
  const [, high] = range(10, 20, 29);
  ok(low <= 1 && high >= 29);
});

Deno.test("without outliers an axis fits the middle of what is shown, on a logarithmic one of what is above 0", () => {
  const range = (values: readonly number[], log: boolean) => {
    let found: unknown;
    chart([], ({ options }) => {
      const { range } = options.scales!.y as { range: (...args: unknown[]) => unknown };
      // Of 24 places the first and the last lie beyond the ends of the x axis.
      const y = [9e9, ...values, 9e9];
      const plot = { data: [y.map((_, i) => i), y], series: [{ idxs: [1, values.length] }] };
      found = range(plot, -9e9, 9e9, "y");
    }, { trimmed: true, log });
    return found as [number, number];
  };
  const values = [...Array.from({ length: 20 }, (_, i) => 10 + i), -1e6, 1e6];
  const [low, high] = range(values, false);
  ok(low < 10 && low > 5 && high > 29 && high < 35, `${low} ${high}`);
  const [foot, head] = range(values, true);
  ok(foot < 11 && foot > 5 && head > 29 && head < 35, `${foot} ${head}`);
  deepStrictEqual(range([], false), [0, 1]);
});

Deno.test("a logarithmic x axis goes from end to end, and its ticks are powers of ten", () => {
  chart([lineOf("a", 0, [1, 2], { x: [10, 9e4] })], ({ options }) => {
    const { x, y } = options.scales!;
    deepStrictEqual([x.distr, y.distr], [3, undefined]);
    const range = x.range as (...args: unknown[]) => [number, number];
    deepStrictEqual([range(null, 10, 9e4), range(null, null, null)], [[10, 9e4], [1, 10]]);
    const [low, high] = range(null, 100, 100);
    ok(low > 20 && low < 40 && high > 250 && high < 400, `${low} ${high}`);
    const axis = options.axes![0] as Record<string, (...args: unknown[]) => unknown>;
    const ticks = (width: number) => axis.splits({ width, height: 30 }, 0, 10, 9e4);
    deepStrictEqual(ticks(600), [10, 100, 1000, 1e4]);
    deepStrictEqual(ticks(140), [10, 1000]);
    deepStrictEqual(axis.values(null, ticks(600)), ["10", "100", "1K", "10K"]);
  }, { logX: true });
  // Marks of one place stand at it.
  chart([lineOf("a", 0, [1], { x: [7] })], ({ options }) => {
    deepStrictEqual((options.axes![0].splits as () => number[])(), [7]);
  }, { logX: true });
});

Deno.test("on a logarithmic axis values of 0 or less are gaps, and ticks are powers of ten", () => {
  const band = { low: [-1, 1], high: [2, 3] };
  const lines = [lineOf("a", 0, [1, 0, -2, 1e30]), lineOf("b", 1, [1, 2], band)];
  deepStrictEqual(joined(uPlot, lines.slice(0, 1), true), [[0, 10, 20, 30], [1, null, null, 1e30]]);
  // The lower edge of a band goes to the foot of the axis.
  deepStrictEqual(joined(uPlot, lines.slice(1), true).slice(2), [[-1, 1], [2, 3]]);
  const levels = [{ y: 50, label: "near" }, { y: 0, label: "none" }, { y: 1e5, label: "far" }];
  chart(lines, (charted) => {
    const { y } = charted.options.scales!;
    deepStrictEqual([y.distr, (y.clamp as (...args: unknown[]) => number)(null, -1, 0.1)], [
      3,
      0.1,
    ]);
    const range = y.range as (...args: unknown[]) => [number, number];
    deepStrictEqual(range(null, null, null), [1, 10]);
    const [low, high] = range(null, 1, 100);
    ok(low > 0.7 && low < 1 && high > 100 && high < 130, `${low} ${high}`);
    ok(range(null, 60, 100)[0] < 50);
    const axis = charted.options.axes![1] as Record<string, (...args: unknown[]) => unknown>;
    const splits = axis.splits({ width: 900, height: 200 }, 1, 0.5, 2000);
    deepStrictEqual(splits, [1, 10, 100, 1000]);
    deepStrictEqual(axis.values(null, splits), ["1", "10", "100", "1,000"]);
    deepStrictEqual(axis.filter(null, splits), splits);
    const texts = some(drawnBy(charted), "fillText").map(([, text]) => text);
    deepStrictEqual(texts, ["near"]);
  }, { levels, log: true });
  chart(lines, ({ options }) => {
    strictEqual(options.scales!.y.distr, undefined);
  });
  // A name stands at the last value that is drawn, and a single point of 0 is no mark.
  const named = [lineOf("a", 0, [100, 50, 0]), lineOf("b", 1, [9, 9, 9])];
  chart(named, (charted) => {
    deepStrictEqual(some(drawnBy(charted), "fillText")[0], ["fillText", "a", 316, 150]);
  }, { named: true, log: true });
  Object.assign(globalThis, { Path2D: class {} });
  for (const [log, count] of [[false, 2], [true, 1]] as const) {
    chart([lineOf("a", 0, [0]), lineOf("b", 1, [5])], (charted) => {
      strictEqual(some(drawnBy(charted), "translate").length, count);
    }, { log });
  }
  Reflect.deleteProperty(globalThis, "Path2D");
});

Deno.test("a line has its dash, a band its edges, and a short line dots", () => {
  const lines = [
    lineOf("a", 1, [1, 2]),
    lineOf("b", 2, [1, 2], { low: [0, 1], high: [2, 3] }),
    lineOf("c", 3, [1, 2], { low: [0, 1], high: [2, 3], quiet: true }),
    lineOf("d", 4, [1, 2], { faint: true }),
    lineOf("e", 5, [1]),
    lineOf("f", 6, Array.from({ length: 41 }, (_, i) => i)),
    lineOf("g", 10, Array.from({ length: 40 }, (_, i) => i)),
  ];
  chart(lines, ({ options, colors }) => {
    const [x, ...series] = seriesOf(options);
    deepStrictEqual(x, {});
    const edge = { stroke: "transparent", width: 0, points: { show: false } };
    const own = (color: number, dots: boolean) => ({
      ...{ stroke: colors(`--series-${color % 8}`), width: 2, dash: [...dashOf(color)] },
      points: { show: dots, size: 5, fill: colors(`--series-${color % 8}`) },
    });
    const pale = colors("--series-4", 0.4);
    deepStrictEqual(series, [
      ...[own(1, true), own(2, false), edge, edge, own(3, false), edge, edge],
      {
        ...{ ...own(4, false), stroke: pale, width: 1, dash: [] },
        points: { show: false, size: 3, fill: pale },
      },
      ...[own(5, false), own(6, false), own(10, true)],
    ]);
    // Of a band the upper edge and the lower one.
    deepStrictEqual(options.bands, [
      { series: [4, 3], fill: colors("--series-2", 0.16) },
      { series: [7, 6], fill: colors("--series-3", 0.06) },
    ]);
  });
  deepStrictEqual(joined(uPlot, lines.slice(0, 2), false), [
    ...[[0, 10], [1, 2], [1, 2], [0, 1], [2, 3]],
  ]);
  const broken = [lineOf("a", 0, [1, "NaN", 3]), lineOf("b", 1, [5], { x: [10] })];
  deepStrictEqual(joined(uPlot, broken, false), [[0, 10, 20], [1, null, 3], [
    undefined,
    5,
    undefined,
  ]]);
});

Deno.test("a line that grows loses its dots where it has too many, also while it is drawn", () => {
  const grown = (count: number) => [lineOf("a", 0, Array.from({ length: count }, (_, i) => i))];
  chart(grown(5), ({ options, lines }) => {
    const dots = () => seriesOf(options)[1].points!.show;
    strictEqual(dots(), true);
    lines.current = grown(41);
    strictEqual(dots(), false);
    lines.current = grown(40);
    strictEqual(dots(), true);
  });
});

Deno.test("a value between two gaps is a dot, where not all are; a single point is a mark", () => {
  const y = Array.from({ length: 60 }, (_, i) => i % 3 === 0 ? i : i % 3 === 1 ? "NaN" : -1);
  const lines = [
    lineOf("gaps", 0, y),
    lineOf("seed", 1, y, { faint: true }),
    // Its points stand between those of the others.
    lineOf("band", 2, ["NaN", 1, 2, "NaN", 3], {
      ...{ x: [5, 15, 25, 35, 45], low: y.slice(0, 5), high: y.slice(0, 5) },
    }),
    lineOf("short", 3, [1, "NaN", 3]),
    lineOf("once", 4, [1]),
  ];
  const dotsOf = (log: boolean) => {
    let found: (number[] | null)[] = [];
    chart(lines, ({ options }) => {
      const data = joined(uPlot, lines, log);
      found = options.series.flatMap(({ points, paths: _ }, i) => {
        if (typeof points?.filter !== "function") return [];
        const show = (points.show as () => boolean)();
        const places = points.filter({ data } as unknown as uPlot, i, show);
        return [places && places.map((place) => data[0][place])];
      });
    }, { log });
    return found;
  };
  const thirds = Array.from({ length: 19 }, (_, i) => 30 * (i + 1));
  // Of the values that go in twos a line shows all but those at its ends.
  deepStrictEqual(dotsOf(false), [[0, 590], [0, 590], [45], null, null]);
  deepStrictEqual(dotsOf(true), [thirds, thirds, [45], null, null]);
});

Deno.test("a step holds its value to the next point, or from the one before, and has no dots", () => {
  const asked: unknown[] = [];
  const before = uPlot.paths;
  try {
    const stepped = (options: unknown) => asked.push(options);
    Object.assign(uPlot, { paths: { ...before, stepped } });
    const lines = ["after", "before", undefined].map((step, i) =>
      lineOf("a", i, [1, 2], { step } as Partial<Line>)
    );
    chart(lines, ({ options }) => {
      const [, ...series] = seriesOf(options);
      deepStrictEqual(series.map(({ points }) => points!.show), [false, false, true]);
      deepStrictEqual(series.map(({ paths }) => paths), [1, 2, undefined]);
    });
  } finally {
    Object.assign(uPlot, { paths: before });
  }
  deepStrictEqual(asked, [{ align: 1 }, { align: -1 }]);
});

Deno.test("marks side by side have one tick, other lines those of the axis", () => {
  const axes = (lines: readonly Line[]) => {
    let found: uPlot.Axis[] = [];
    chart(lines, ({ options }) => found = options.axes!);
    return found;
  };
  const [single] = axes([lineOf("a", 0, [1], { x: [7] }), lineOf("b", 1, [2], { x: [7] })]);
  deepStrictEqual((single.splits as () => unknown)(), [7]);
  const [curve, y] = axes([lineOf("a", 0, [1, 2])]);
  const splits = curve.splits as unknown as (...args: unknown[]) => number[];
  deepStrictEqual(splits(null, 0, 0.99, 2.31, 0.5), [1, 1.5, 2]);
  const width = y.size as (plot: unknown, labels: readonly string[] | null) => number;
  deepStrictEqual([width(null, null), width(null, ["1", "123456"])], [46, 60]);
  const room = y.space as (...args: unknown[]) => number;
  deepStrictEqual([room(null, 1, 0, 1, 80), room(null, 1, 0, 1, 300)], [20, 30]);
  const labels = y.values as unknown as (
    plot: unknown,
    splits: readonly number[],
  ) => readonly string[];
  deepStrictEqual(labels(null, [0, 0.5]), ["0", "0.5"]);
});

Deno.test("an axis of counts has no steps between whole numbers, one of seconds has", () => {
  for (const counts of [true, false]) {
    chart([lineOf("a", 0, [0.5, 1])], ({ options }) => {
      const [x, y] = options.axes!.map(({ incrs }) => typeof incrs === "function" ? [] : incrs!);
      strictEqual(x.every(Number.isInteger), counts);
      deepStrictEqual(x.filter((step) => step >= 1 && step < 30), [
        ...[1, 2, ...counts ? [] : [2.5], 5, 10, 20, 25],
      ]);
      deepStrictEqual(y, []);
    }, { counts });
  }
});

Deno.test("a chart tells of the x that is pointed at, clicked or dragged over", () => {
  chart([], ({ options, on, cursor, pointed, zoomed, picked }) => {
    type Hook = (plot: uPlot) => void;
    const [point, select] = [options.hooks!.setCursor![0], options.hooks!.setSelect![0]] as Hook[];
    point(on({ cursor: { left: 150 } }));
    strictEqual(cursor.value, 25);
    // Also how high, unless keys or another chart put it there.
    point(on({ cursor: { left: 150, top: 120 } }));
    strictEqual(pointed.value, 10);
    for (const top of [0, -10]) {
      point(on({ cursor: { left: 150, top } }));
      strictEqual(pointed.value, null);
    }
    point(on({ cursor: { left: 0 } }));
    strictEqual(cursor.value, -50);
    for (const left of [-10, null, undefined]) {
      cursor.value = 1;
      point(on({ cursor: { left } }));
      strictEqual(cursor.value, null);
    }
    const set: unknown[] = [];
    const setSelect = (...args: unknown[]) => set.push(args);
    select(on({ setSelect, select: { left: 120, width: 0 } }));
    deepStrictEqual([zoomed, set], [[], []]);
    select(on({ setSelect, select: { left: 120, width: 60 } }));
    deepStrictEqual(zoomed, [{ from: 10, to: 40 }]);
    deepStrictEqual(set, [[{ left: 0, top: 0, width: 0, height: 0 }, false]]);
    const bind = options.cursor!.bind as Record<string, (plot: uPlot) => () => unknown>;
    const heard = new Map<string, (event: unknown) => void>();
    const over = {
      addEventListener: (type: string, hear: (event: unknown) => void) => heard.set(type, hear),
      getBoundingClientRect: () => ({ left: 40 }),
    };
    (options.hooks!.ready![0] as Hook)(on({ over }));
    heard.get("click")!({ clientX: 200 });
    deepStrictEqual(picked, [30]);
    bind.dblclick(on({}))();
    deepStrictEqual(zoomed.at(-1), undefined);
    strictEqual(zoomed.length, 2);
    strictEqual(options.cursor!.sync, undefined);
  });
  chart([], ({ options }) => {
    const { key, scales, filters } = options.cursor!.sync!;
    deepStrictEqual([key, scales], [uPlot.sync("steps").key, ["x", null]]);
    const told = ["mousemove", "mouseleave", "mousedown", "mouseup", "dblclick"].map((type) =>
      (filters!.pub as (type: string) => boolean)(type)
    );
    deepStrictEqual(told, [true, true, false, false, false]);
  }, { linked: true });
});
