/** What charts tell beside their canvas, and what they ask for. */
import type uPlot from "uplot";
import { drawSinglePoints } from "../../web/components/single_points.ts";
import { signal } from "@preact/signals";
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { makeEnv } from "../../envs/mod.ts";
import type { Moment } from "../../web/components/plot_options.ts";
import { answeredBy } from "../../web/ask.ts";
import { connected, hear, reconnections } from "../../web/live.ts";
import { Plot, Readout, spoken } from "../../web/components/plot.tsx";
import {
  About,
  between,
  linesOf,
  type Loaded,
  pathOf,
  SeriesChart,
} from "../../web/components/series_chart.tsx";
import { Result, TrainedHere } from "../../web/components/trained_here.tsx";
import RunCharts from "../../web/islands/run_charts.tsx";
import { viewFrom } from "../../web/run_view.ts";
import type { Line } from "../../web/lines.ts";
import { chosenIteration } from "../../web/moment.ts";
import { linesOf as linesOfBorne, Robustness } from "../../web/player/robustness_chart.tsx";
import { PageThreads } from "./page_threads.ts";
import { answered, settle, Small, SmallPage } from "./small_page.ts";

const lineOf = (label: string, color: number, y: Line["y"], more: Partial<Line> = {}): Line => ({
  ...{ label, color, y, x: y.map((_, i) => 100 * i) },
  ...more,
});
const spans = (page: Small) => page.get("p", ".readout").all("span");

Deno.test("under the cursor stand the values of all lines but faint ones, and what was near", () => {
  const cursor = signal<number | null>(null);
  const at = (x: number, label: string): Moment => ({ x, label, kind: "info" });
  const moments = [at(0, "a"), at(99, "b"), at(101.9, "c"), at(102.1, "d"), at(200, "e")];
  const lines = [
    lineOf("raw", 0, [9, 9, 9], { faint: true }),
    lineOf("ppo", 0, [1, 2, 3], { low: [0, 1, 2], high: [2, 3, 4] }),
    lineOf("dqn", 9, [4, "NaN"]),
    lineOf("late", 2, [7], { x: [150] }),
  ];
  using page = new SmallPage(Readout, { lines, xLabel: "steps", cursor, moments, named: false });
  const texts = () => spans(page).map(({ textContent }) => textContent.trim());
  deepStrictEqual(texts().filter((text) => text !== ""), ["ppo", "dqn", "late", "steps"]);
  cursor.value = 100;
  page.happens("pointermove");
  strictEqual(
    page.get("p").textContent.replaceAll(/\s+/g, " "),
    "100 steps 2 (1 … 3) NaNbc",
  );
  cursor.value = 149;
  page.happens("pointermove");
  // The curves by their nearest points; a single point within two hundredths of the axis.
  strictEqual(page.get("p").textContent.replaceAll(/\s+/g, " "), "149 steps 2 (1 … 3) 7");
  cursor.value = 145;
  page.happens("pointermove");
  strictEqual(page.get("p").textContent.replaceAll(/\s+/g, " "), "145 steps 2 (1 … 3)");
  // Where a stretch of the axis is shown, of that.
  page.show({
    lines,
    xLabel: "steps",
    cursor,
    moments,
    named: false,
    range: { from: 100, to: 150 },
  });
  cursor.value = 148;
  page.happens("pointermove");
  strictEqual(page.get("p").textContent.replaceAll(/\s+/g, " "), "148 steps 2 (1 … 3)");
});

Deno.test("of many lines the eight nearest to the pointer are told by their names, and how many more", () => {
  const lines = Array.from({ length: 10 }, (_, i) => lineOf(`run-a (rate=${i})`, i, [i, 10 * i]));
  const cursor = signal<number | null>(100);
  const props = { lines, xLabel: "steps", cursor, moments: [], named: false };
  const told = (more: object) => {
    using page = new SmallPage(Readout, { ...props, ...more });
    strictEqual(page.get("p").getAttribute("class"), "readout many");
    return spans(page).map(({ textContent }) => textContent.trim()).filter((text) => text !== "");
  };
  const values = (from: number) =>
    Array.from({ length: 8 }, (_, i) => `rate=${from + i} ${10 * (from + i)}`);
  deepStrictEqual(told({ pointed: signal(70) }), [...values(2), "2 more"]);
  deepStrictEqual(told({}), [...values(0), "2 more"]);
  deepStrictEqual(told({ lines: lines.slice(0, 7) }), [...values(0).slice(0, 7)]);
});

Deno.test("who hears a chart is told each line's name and value, of many lines eight", () => {
  const lines = [
    lineOf("raw", 0, [9, 9, 9], { faint: true }),
    lineOf("ppo", 0, [1, 2, 3], { low: [0, 1, 2], high: [2, 3, 4] }),
    lineOf("dqn", 9, [4, "NaN"]),
  ];
  const moments: Moment[] = [{ x: 101, label: "clipped", kind: "warning" }];
  const read = { xLabel: "steps", moments, x: 100 };
  strictEqual(spoken({ ...read, lines }), "100 steps: ppo 2 (1 to 3), dqn NaN, clipped.");
  // Where no line is, there is nothing to say.
  strictEqual(spoken({ ...read, lines, moments: [], x: 250 }), "250 steps: .");
  const many = Array.from({ length: 10 }, (_, i) => lineOf(`l${i}`, i, [i, i]));
  match(spoken({ ...read, lines: many, moments: [] }), /: l0 0, .*, l7 7, 2 more\.$/);
});

Deno.test("a chart can be gone to by keys and says which ones it answers to", () => {
  const lines = [lineOf("ppo", 0, [1, 3, 2])];
  const props = { title: "Return", xLabel: "steps", zoom: () => {}, range: undefined };
  using page = new SmallPage(Plot, { ...props, lines });
  const canvas = page.get("div", ".canvas");
  const told = ["role", "aria-roledescription", "aria-keyshortcuts"].map((name) =>
    canvas.getAttribute(name)
  );
  deepStrictEqual(told.slice(0, 2), ["application", "chart"]);
  match(told[2]!, /ArrowLeft .*Escape/);
  strictEqual(page.get("p", ".hidden").getAttribute("aria-live"), "polite");
});

Deno.test("single points are read off wherever the cursor is, and a legend names six", () => {
  const cursor = signal<number | null>(1);
  const single = [lineOf("a", 0, [5], { x: [100] }), lineOf("b", 1, [6], { x: [100] })];
  const props = { xLabel: "steps", moments: [], named: false };
  const shown = (lines: readonly Line[], more = {}) => {
    using page = new SmallPage(Readout, { ...props, lines, cursor, ...more });
    return page.get("p").textContent.trim().replaceAll(/\s+/g, " ");
  };
  strictEqual(shown(single), "100 steps 5 6");
  // Of two places the one that is pointed at.
  const apart = [...single, lineOf("c", 2, [7], { x: [0] })];
  strictEqual(shown(apart), "1 steps 7");
  strictEqual(shown([single[0], lineOf("c", 2, [1, 2, 3])]), "1 steps 1");
  cursor.value = null;
  const many = Array.from({ length: 8 }, (_, i) => lineOf(`l${i}`, i, [1, 2]));
  strictEqual(shown(many), "l0 l1 l2 l3 l4 l5steps");
  strictEqual(shown(many.slice(0, 1)), "steps");
  strictEqual(shown(many, { named: true }), "steps");
});

Deno.test("a chart has a table of its figures, and says where a line broke first", () => {
  const zoomed: unknown[] = [];
  const props = { title: "Return", xLabel: "steps", zoom: (range: unknown) => zoomed.push(range) };
  const lines = [
    lineOf("seed 1", 0, [50], { faint: true }),
    lineOf("ppo", 0, [1, 3, 2]),
    lineOf("dqn", 1, [4, "NaN", "Infinity"]),
  ];
  {
    using page = new SmallPage(Plot, { ...props, lines, range: { from: 0, to: 50 } });
    const rows = page.get("tbody").all("tr").map((row) =>
      [...row.all("th"), ...row.all("td")].map(({ textContent }) => textContent)
    );
    deepStrictEqual(rows, [["ppo", "200", "2", "1", "3"], ["dqn", "200", "Infinity", "4", "4"]]);
    deepStrictEqual(page.all("p", ".problem").map(({ textContent }) => textContent), [
      "dqn: first NaN at 100 steps",
    ]);
    strictEqual(
      page.get("div", ".canvas").getAttribute("aria-label"),
      "Return. ppo: 2 at 200 steps; dqn: Infinity at 200 steps",
    );
    page.get("button", "Zoom out").click();
    deepStrictEqual(zoomed, [undefined]);
  }
  using whole = new SmallPage(Plot, { ...props, lines, range: undefined });
  deepStrictEqual(whole.all("button", "Zoom out"), []);
});

Deno.test("a chart with a logarithmic axis says how many values have no place on it", () => {
  const lines = [lineOf("raw", 0, [-1], { faint: true }), lineOf("loss", 0, [1, 0, -2, "NaN"])];
  const props = { title: "Loss", xLabel: "steps", lines, range: undefined, zoom: () => {} };
  const notes = (more: object) => {
    using page = new SmallPage(Plot, { ...props, ...more });
    return page.all("p", ".note").map(({ textContent }) => textContent)
      .filter((note) => !note.startsWith("Save"));
  };
  deepStrictEqual(notes({ log: true }), ["2 of 3 drawn values are 0 or less: gaps on this axis."]);
  deepStrictEqual(notes({}), []);
  deepStrictEqual(notes({ log: true, lines: [lineOf("loss", 0, [1, 2])] }), []);
});

Deno.test("a logarithmic x axis leaves out what stands at 0 or less, and says of how many", () => {
  const lines = [
    lineOf("raw", 0, [9, 9], { faint: true }),
    lineOf("loss", 0, [5, 4, 3], { low: [4, 3, 2], high: [6, 5, 4] }),
    lineOf("once", 1, [7]),
  ];
  const props = { title: "Loss", xLabel: "steps", lines, zoom: () => {}, logX: true };
  const shown = (more: object) => {
    using page = new SmallPage(Plot, { ...props, ...more });
    return {
      notes: page.all("p", ".note").map(({ textContent }) => textContent)
        .filter((note) => !note.startsWith("Save")),
      rows: page.get("tbody").all("tr").map((row) =>
        row.all("td").map(({ textContent }) => textContent)
      ),
    };
  };
  deepStrictEqual(shown({}), {
    notes: ["2 of 4 points stand at 0 or less, and are left out on this x axis."],
    rows: [["200", "3", "3", "4"], ["–", "–", "–", "–"]],
  });
  deepStrictEqual(shown({ logX: false }).notes, []);
  deepStrictEqual(shown({ lines: [lineOf("late", 0, [1, 2], { x: [1, 2] })] }).notes, []);
});

Deno.test("what is near a place of a logarithmic x axis is near on it", () => {
  const cursor = signal<number | null>(200);
  const moments: Moment[] = [{ x: 195, label: "near", kind: "info" }, {
    ...{ x: 0, label: "never", kind: "info" as const },
  }];
  const lines = [
    lineOf("long", 0, [1, 2, 3], { x: [1, 100, 1000] }),
    lineOf("once", 1, [7], { x: [800] }),
  ];
  const props = { lines, xLabel: "steps", moments, named: false, cursor };
  const read = (more: object) => {
    using page = new SmallPage(Readout, { ...props, ...more });
    return page.get("p").textContent.replaceAll(/\s+/g, " ");
  };
  // From 200 it is less far to 100 than to 1,000 in either way, from 400 in one alone.
  deepStrictEqual([read({ logX: true }), read({})], ["200 steps 2near", "200 steps 2near"]);
  cursor.value = 400;
  deepStrictEqual([read({ logX: true }), read({})], ["400 steps 3", "400 steps 2"]);
  cursor.value = 900;
  deepStrictEqual([read({ logX: true }), read({})], ["900 steps 3 7", "900 steps 3"]);
});

Deno.test("figures of a chart are on the side of each level that their values are on", () => {
  const levels = [{ y: 475, label: "solved" }, { y: 22, label: "random" }];
  const lines = [lineOf("ppo", 0, [22.004, 474.96], { low: [21.996, 474.5], high: [23, 475.01] })];
  const props = { lines, levels, xLabel: "steps", range: undefined };
  using page = new SmallPage(Plot, { ...props, title: "Return", zoom: () => {} });
  deepStrictEqual(page.get("tbody").all("td").map(({ textContent }) => textContent), [
    ...["100", "474.96", "22.004", "474.96"],
  ]);
  strictEqual(
    page.get("div", ".canvas").getAttribute("aria-label"),
    "Return. ppo: 474.96 at 100 steps",
  );
  const cursor = signal<number | null>(100);
  using read = new SmallPage(Readout, { ...props, cursor, moments: [], named: false });
  strictEqual(
    read.get("p").textContent.replaceAll(/\s+/g, " "),
    "100 steps 474.96 (474.5 … 475.01)",
  );
});

Deno.test("a series is asked for as the view shows it", () => {
  const view = { axis: "environmentSteps", smoothing: 0.05 } as const;
  strictEqual(
    pathOf("r1", { name: "losses/value" }, view),
    "/api/series?run=r1&name=losses%2Fvalue&axis=environmentSteps&smoothing=0.05",
  );
  strictEqual(
    pathOf("r1", { name: "a", at: "b" }, { ...view, range: { from: -1.5, to: 20 } }),
    "/api/series?run=r1&name=a&axis=environmentSteps&smoothing=0.05&at=b&from=-1.5&to=20",
  );
  // A logarithmic x axis has points of its own, a y axis has not.
  strictEqual(
    pathOf("r1", { name: "a" }, { ...view, log: true, logX: true }),
    "/api/series?run=r1&name=a&axis=environmentSteps&smoothing=0.05&xscale=log",
  );
});

const answerOf = (y: readonly (number | string)[], smoothed: readonly number[] | null = null) => ({
  ...{ x: y.map((_, i) => i), y, smoothed, iterations: y.map((_, i) => 10 * i) },
  ...{ axis: "iterations", total: y.length, last: y.at(-1) },
});

Deno.test("a figure has its band, its companions their labels, smoothed ones the raw behind", () => {
  const chart = {
    ...{ name: "evaluation/return_mean", deviation: "evaluation/return_std" },
    beside: [{ name: "evaluation/return_iqm", label: "IQM" }],
  };
  const of = (loaded: object) => linesOf(chart, loaded as Loaded);
  const [mean, deviation, iqm] = [answerOf([1, 2]), answerOf([0.5, 1]), answerOf([3, 4])];
  const loaded = {
    ...{ "evaluation/return_mean": mean, "evaluation/return_std": deviation },
    "evaluation/return_iqm": iqm,
  };
  const x = [0, 1];
  deepStrictEqual(of(loaded), [
    { label: "evaluation", color: 0, x, y: [1, 2], low: [0.5, 1], high: [1.5, 3] },
    { label: "IQM", color: 1, x, y: [3, 4] },
  ]);
  // Of a deviation that has fewer points there is no band.
  deepStrictEqual(of({ ...loaded, "evaluation/return_std": answerOf([1]) })[0], {
    ...{ label: "evaluation", color: 0, x, y: [1, 2] },
  });
  // Nor of one that has others.
  const others = { ...deviation, x: [0, 2] };
  deepStrictEqual(of({ ...loaded, "evaluation/return_std": others })[0], {
    ...{ label: "evaluation", color: 0, x, y: [1, 2] },
  });
  deepStrictEqual(of({ ...loaded, "evaluation/return_mean": answerOf([1, 2], [1.5]) }), [
    { label: "evaluation, raw", color: 0, x, y: [1, 2], faint: true },
    { label: "evaluation, smoothed", color: 0, x: [0], y: [1.5] },
    { label: "IQM", color: 1, x, y: [3, 4] },
  ]);
  const alone = { name: "losses/value", beside: [] };
  const [{ label }] = linesOf(alone, { "losses/value": answerOf([1]) } as unknown as Loaded);
  strictEqual(label, "value");
});

Deno.test("an iteration has its place between points, and beyond them that of the nearest", () => {
  const [iterations, steps] = [[10, 20, 20, 40], [100, 200, 300, 500]];
  const places = [0, 5, 10, 15, 20, 30, 40, 99].map((at) => between(iterations, steps, at));
  deepStrictEqual(places, [0, 50, 100, 150, 200, 400, 500, 500]);
  deepStrictEqual([between([], [], 3), between([0], [7], 0)], [0, 7]);
});

Deno.test("a policy's returns under a disturbance are a mean between lowest and highest", () => {
  const rounds = [[1, 10], [3, 40], [8, 10]];
  const borne = [{ checkpoint: "final", disturbance: "noise", rounds }, {
    ...{ checkpoint: "best", disturbance: "noise" },
    rounds: rounds.slice(0, 1),
  }];
  const x = [0, 0.1];
  deepStrictEqual(linesOfBorne(borne, x), [
    { label: "final", color: 0, x, y: [4, 20], low: [1, 10], high: [8, 40] },
    { label: "best", color: 1, x, y: [1, 10], low: [1, 10], high: [1, 10] },
  ]);
});

Deno.test("a disturbance is measured in a thread, until it is stopped or has failed", async () => {
  using threads = new PageThreads();
  const { all } = threads;
  const world = {
    ...{ id: "CartPole-v1", of: { id: "CartPole-v1" }, make: () => makeEnv("CartPole-v1") },
    constants: [
      { key: "gravity", title: "gravity", unit: "m/s²", value: 9.8, least: 1, most: 20 },
    ],
  };
  const bytes = Uint8Array.of(1);
  using page = new SmallPage(Robustness, {
    ...{ world, own: undefined, bytes, checkpoint: "final", episodeLimit: 200 },
  });
  const select = page.get("select");
  const options = page.all("option").map((each) => [each.value, each.textContent]);
  deepStrictEqual(options, [
    ...[["gravity", "gravity"], ["latency", "late actions"], ["noise", "noise on what it sees"]],
  ]);
  // Twelve values and its own, of a hundred episodes each.
  page.get("button", "Play 1.3K episodes");
  select.put("latency");
  strictEqual(select.disabled, false);
  page.get("button", "Play 800 episodes").click();
  await threads.started(1);
  strictEqual(select.disabled, true);
  strictEqual(page.get("small").textContent, "0 of 800 …");
  all[0].says({ kind: "listens" });
  deepStrictEqual(all[0].posted, [{
    ...{ world: { id: "CartPole-v1" }, own: undefined, bytes, disturbance: "latency" },
    ...{ episodes: 100, firstSeed: 1_000_000, episodeLimit: 200 },
  }]);
  page.get("button", "Stop").click();
  deepStrictEqual([all[0].ended, select.disabled], [true, false]);
  page.get("button", "Play 800 episodes").click();
  await threads.started(2);
  all[1].says({ kind: "problem", line: "It fell." });
  await answered();
  strictEqual(page.get("p", ".problem").textContent, "It fell.");
  deepStrictEqual([all[1].ended, select.disabled], [true, false]);
  // One that was stopped before it was there is never made.
  page.get("button", "Play 800 episodes").click();
  page.get("button", "Stop").click();
  strictEqual(select.disabled, false);
  await new Promise((next) => setTimeout(next));
  strictEqual(all.length, 2);
  threads.refuses = true;
  page.get("button", "Play 800 episodes").click();
  await threads.started(3);
  strictEqual(all.length, 2);
  strictEqual(page.get("p", ".problem").textContent, "The server does not answer.");
  strictEqual(select.disabled, false);
});

Deno.test("each round of a disturbance is drawn as it comes; the last one ends it, another policy adds a line", async () => {
  using threads = new PageThreads();
  const { all } = threads;
  const world = {
    ...{ id: "CartPole-v1", of: { id: "CartPole-v1" }, make: () => makeEnv("CartPole-v1") },
    constants: [],
  };
  const props = { world, own: undefined, bytes: Uint8Array.of(1) };
  using page = new SmallPage(Robustness, { ...props, checkpoint: "final" });
  // A chart that stayed on the page while something is awaited would be drawn, which takes a browser.
  const turn = (disturbance: string) => page.get("select").put(disturbance);
  let begins = 0;
  const begun = async () => {
    turn("latency");
    page.get("button", "Play 800 episodes").click();
    turn("noise");
    await threads.started(++begins);
  };
  const round = (returned: number) => {
    all.at(-1)!.says({ kind: "round", returns: Array(8).fill(returned) });
    settle();
  };
  const ended = () => all.filter(({ ended }) => ended).length;
  const lines = () =>
    page.all("tbody").flatMap((body) =>
      body.all("tr").map((row) => [row.get("th"), ...row.all("td")].map((each) => each.textContent))
    );
  const note = () => page.all("p", ".note").map(({ textContent }) => textContent);
  deepStrictEqual(lines(), []);
  await begun();
  turn("latency");
  round(10);
  strictEqual(page.get("small").textContent, "8 of 800 …");
  round(20);
  strictEqual(page.get("small").textContent, "16 of 800 …");
  // Until its tenth step late: the mean of both rounds everywhere.
  deepStrictEqual(lines(), [["final", "10", "15", "15", "15"]]);
  ok(note().some((text) => text.startsWith("Means of 2 episodes, the same ones")));
  page.get("button", "Stop").click();
  // Begun anew it has nothing of the rounds before.
  await begun();
  turn("latency");
  round(40);
  deepStrictEqual(lines().map(([, , last]) => last), ["40"]);
  for (let i = 1; i < 100; i++) {
    strictEqual(ended(), 1);
    round(40);
  }
  strictEqual(ended(), 2);
  strictEqual(page.get("button", "Another checkpoint adds a line").disabled, true);
  deepStrictEqual(page.all("small"), []);
  page.show({ ...props, checkpoint: "best" });
  await begun();
  turn("latency");
  round(7);
  deepStrictEqual(lines().map(([name, , last]) => [name, last]), [["final", "40"], [
    "best",
    "7",
  ]]);
  ok(note().some((text) => text.startsWith("Means of 100 episodes")));
  for (const message of ["It broke.", ""]) {
    ok(all.at(-1)!.breaks(message));
    settle();
    strictEqual(
      page.get("p", ".problem").textContent,
      message || "The script of the thread cannot be loaded",
    );
    await begun();
    turn("latency");
  }
  page.get("button", "Stop").click();
  page.get("button", "Play 800 episodes");
  // What was drawn of another disturbance is none of this one.
  turn("noise");
  deepStrictEqual(lines(), []);
});

const contents = {
  names: [
    ...["evaluation/return_mean", "evaluation/return_std", "rollout/episode_return_mean"],
    ...["losses/policy", "losses/value", "schedule/learning_rate", "timing/iteration_seconds"],
  ],
  ...{ pictures: [], planes: [], policies: [], models: [], events: [], eventCount: 0 },
  ...{ message: null, tone: "problem" as const, digest: null, note: "" },
};

Deno.test("how figures are looked at stands in the address, and is read from there", () => {
  const shown = (query: string) => {
    const { view } = viewFrom(new URLSearchParams(query), "environmentSteps");
    return {
      ...{ run: "r", contents, axis: "environmentSteps", guide: {}, levels: [], view },
      ...{ status: "completed", explores: false, isPlane: false },
    };
  };
  const axisOf = (page: Small) =>
    page.all("select").find((each) => each.parentElement!.textContent.startsWith("X axis"))!;
  const smoothingOf = (page: Small) =>
    page.all("input").find((each) => each.getAttribute("type") === "range")!;
  {
    using page = new SmallPage(RunCharts, shown(""));
    deepStrictEqual(page.addresses, []);
    axisOf(page).put("wallSeconds");
    smoothingOf(page).put("0.05");
    deepStrictEqual(page.addresses, ["?axis=wallSeconds", "?axis=wallSeconds&smoothing=0.05"]);
    axisOf(page).put("environmentSteps");
    smoothingOf(page).put("0");
    strictEqual(page.addresses.at(-1), "/");
  }
  {
    using page = new SmallPage(RunCharts, shown("axis=wallSeconds&smoothing=0.05&from=2&to=5"));
    deepStrictEqual([axisOf(page).value, Number(smoothingOf(page).value)], ["wallSeconds", 0.05]);
    smoothingOf(page).put("0.1");
    deepStrictEqual(page.addresses, ["?axis=wallSeconds&smoothing=0.1&from=2&to=5"]);
    // Of another axis the zoom means nothing.
    axisOf(page).put("iterations");
    strictEqual(page.addresses.at(-1), "?axis=iterations&smoothing=0.1");
  }
  {
    using page = new SmallPage(RunCharts, shown("xscale=log"));
    const logs = (["x", "y"] as const).map((of) => page.get("input", `Log ${of} axis`));
    deepStrictEqual(logs.map(({ checked }) => checked), [true, false]);
    logs[1].checked = true;
    logs[1].happens("change");
    logs[0].checked = false;
    logs[0].happens("change");
    deepStrictEqual(page.addresses, ["?scale=log&xscale=log", "?scale=log"]);
    const outliers = page.get("input", "Ignore outliers");
    outliers.checked = true;
    outliers.happens("change");
    strictEqual(page.addresses.at(-1), "?scale=log&outliers=ignored");
  }
  {
    using page = new SmallPage(RunCharts, shown("open=timing&search=kl"));
    strictEqual(page.get("input", "Search metrics").value, "kl");
    page.get("input", "Search metrics").put("");
    const sections = page.all("details", ".section");
    deepStrictEqual(sections.map((each) => each.all("h3").length), [0, 1]);
    sections[0].open = true;
    sections[0].happens("toggle");
    page.get("input", "Search metrics").put("policy loss");
    deepStrictEqual(page.addresses, [
      ...["?open=timing", "?open=timing&open=schedule"],
      "?search=policy+loss&open=timing&open=schedule",
    ]);
  }
  // The page that trains has an address of its own.
  using page = new SmallPage(RunCharts, { ...shown(""), view: undefined });
  axisOf(page).put("wallSeconds");
  deepStrictEqual(page.addresses, []);
  deepStrictEqual(
    viewFrom(new URLSearchParams("smothing=0.1"), "examples").passed,
    'Passed over in the address, as this page does not know it: "smothing" (did you mean "smoothing"?).',
  );
  deepStrictEqual(
    viewFrom(new URLSearchParams("axis=foo&smoothing=9&from=3&xscale=l"), "examples"),
    {
      view: { axis: "examples", smoothing: 0 },
      passed: undefined,
      problems: [
        'Cannot zoom as "from" and "to" must both be given: to is not',
        'Cannot show the curve as there is no x axis "foo": known are ' +
        "environmentSteps, gradientSteps, examples, wallSeconds, iterations",
        "Cannot show it as smoothing must be from 0 to 1: 9",
        'Cannot show the curve as there is no x axis "l": known are linear, log',
      ],
    },
  );
});

Deno.test("the figures of a run: one in front, losses beside it, the others in sections", () => {
  const props = {
    ...{ run: "r", contents, axis: "environmentSteps", guide: {}, levels: [] },
    ...{ status: "running", explores: false, isPlane: false },
  };
  const heads = (within: Small) => within.all("h3").map((each) => each.textContent.trim());
  using page = new SmallPage(RunCharts, props);
  const [front] = page.all("div", ".front");
  deepStrictEqual(heads(front), ["evaluation return", "losses policy", "losses value"]);
  const sections = page.all("details", ".section");
  deepStrictEqual(sections.map((each) => each.get("h2").textContent), [
    ...["Schedules (1)", "Speed and memory (1)"],
  ]);
  deepStrictEqual(sections.map(heads), [[], []]);
  sections[1].open = true;
  sections[1].happens("toggle");
  deepStrictEqual(sections.map(heads), [[], ["timing iteration seconds"]]);
  sections[1].open = false;
  sections[1].happens("toggle");
  deepStrictEqual(sections.map(heads), [[], []]);
  const search = page.get("input", "Search metrics");
  strictEqual(search.getAttribute("placeholder"), "Search 7 metrics");
  for (
    const [words, found] of [
      ["loss val", ["losses value"]],
      ["STD", ["evaluation return"]],
      ["training return", []],
      ["episode_return", ["evaluation return"]],
      ["learning rate", ["schedule learning rate"]],
      ["absent", []],
    ] as const
  ) {
    search.put(words);
    deepStrictEqual([words, heads(page)], [words, found]);
    deepStrictEqual(page.all("p", ".empty").map(({ textContent }) => textContent), [
      ...found.length === 0 ? [`No metric matches “${words}”.`] : [],
    ]);
  }
  search.put(" ");
  deepStrictEqual(heads(page).length, 3);
  strictEqual(page.all("p", ".empty").length, 0);
  using none = new SmallPage(RunCharts, { ...props, contents: { ...contents, names: [] } });
  strictEqual(
    none.get("p", ".empty").textContent,
    "No figure yet: the first ones come with the first iteration.",
  );
  none.show({ ...props, status: "completed", contents: { ...contents, names: [] } });
  strictEqual(none.get("p", ".empty").textContent, "This run has left no figure.");
  strictEqual(chosenIteration.value, undefined);
  const kept = { ...contents, models: [{ id: 1, kind: "last", iteration: 5 }] };
  using model = new SmallPage(RunCharts, { ...props, contents: kept });
  deepStrictEqual([none, model].map((page) => page.textContent.includes("The model at work")), [
    ...[false, true],
  ]);
});

Deno.test("what a run shows stands beside its figure: a policy, a model over the plane, else pictures", () => {
  const props = {
    ...{ run: "r", axis: "environmentSteps", guide: {}, levels: [] },
    ...{ status: "running", explores: false, isPlane: false },
  };
  const picture = (name: string) => ({ name, iteration: 5, hash: name, isText: false });
  const pictures = [picture("samples")];
  const models = [{ id: 1, kind: "last", iteration: 5 }];
  const policies = [{ id: 1, kind: "last", iteration: 5, evaluation: null, score: null }];
  const player = {
    ...{ run: "r", agent: "a", seed: "1", episodes: 3, gamma: 1 },
    world: { id: "CartPole-v1" },
  };
  const parts = { gallery: "section", explorer: "div", player: "div" };
  /** What is there, and where: before the figure's side, in it, in a row below or by itself. */
  const places = (has: object, more: object = {}) => {
    using page = new SmallPage(RunCharts, { ...props, ...more, contents: { ...contents, ...has } });
    const [front] = page.all("div", ".front");
    const where = Object.entries(parts).flatMap(([part, tag]) =>
      page.all(tag, `.${part}`).map((each) => {
        const around = each.around().slice(1).map((one) => one.getAttribute("class") ?? "");
        const place = ["beside", "sheet-row"].find((name) => around.includes(name)) ?? "below";
        return `${part} ${place}`;
      })
    );
    const [four] = page.all("div", ".four");
    const [row] = page.all("div", ".sheet-row");
    const isBelow = row?.contains(four) ?? false;
    return [front.getAttribute("class"), ...where, isBelow ? "four below" : "four in front"];
  };
  deepStrictEqual(places({}), ["front", "four in front"]);
  deepStrictEqual(places({ pictures }), ["front two", "gallery beside", "four in front"]);
  deepStrictEqual(places({ models }), ["front", "explorer below", "four in front"]);
  deepStrictEqual(places({}, { explores: true }), ["front", "explorer below", "four in front"]);
  deepStrictEqual(places({ models, pictures }), [
    ...["front two", "gallery beside", "explorer below", "four in front"],
  ]);
  // Over the plane of its data the model has the place; one sheet has a row with the small figures.
  deepStrictEqual(places({ models, pictures }, { isPlane: true }), [
    ...["front two", "gallery sheet-row", "explorer beside", "four below"],
  ]);
  const more = [...pictures, picture("codes")];
  deepStrictEqual(places({ models, pictures: more }, { isPlane: true }), [
    ...["front two", "gallery below", "explorer beside", "four in front"],
  ]);
  deepStrictEqual(places({ policies, pictures }, { player }), [
    ...["front two playing", "gallery sheet-row", "player beside", "four below"],
  ]);
  // No policy yet, or no world to play it in.
  deepStrictEqual(places({ pictures }, { player }), [
    ...["front two", "gallery beside", "four in front"],
  ]);
  deepStrictEqual(places({ policies }), ["front", "four in front"]);
  const spreads = (has: object, served: boolean) => {
    using page = new SmallPage(RunCharts, {
      ...{ ...props, served, contents: { ...contents, ...has } },
    });
    return page.all("details").length;
  };
  const without = spreads({ policies }, false);
  deepStrictEqual([spreads({ policies }, true), spreads({}, true)], [without + 2, without]);
});

Deno.test("a folded section has a spark of each figure, fetched anew as the run goes on but not at every word", async () => {
  const asked: string[] = [];
  const timers: { readonly call: () => void; readonly wait: number }[] = [];
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  const clock = Object.getOwnPropertyDescriptor(performance, "now");
  let now = 10_000;
  Object.defineProperty(performance, "now", { value: () => now, configurable: true });
  Object.assign(globalThis, {
    setTimeout: (call: () => void, wait: number) => timers.push({ call, wait }),
    clearTimeout: (timer: number) => timers.splice(timer - 1, 1, { call() {}, wait: NaN }),
  });
  let [last, end]: [number | string, null[]] = [2.5, []];
  const before = answeredBy((path) => {
    if (path.startsWith("/api/sparks")) asked.push(path);
    return Promise.resolve(
      Response.json({ "schedule/learning_rate": { values: [1, 3, 2.5, ...end], last } }),
    );
  });
  const hearOf = (stamp: number) =>
    hear({ complete: false, rows: [{ id: "r", stamp } as never], removed: [] });
  try {
    using page = new SmallPage(RunCharts, {
      ...{ run: "r", contents, axis: "environmentSteps", guide: {}, levels: [] },
      ...{ status: "running", explores: false, isPlane: false },
    });
    const due = async () => {
      timers.at(-1)!.call();
      await answered();
    };
    strictEqual(timers.at(-1)!.wait, 0);
    await due();
    deepStrictEqual(asked, ["/api/sparks?run=r"]);
    const [schedule] = page.all("details", ".section");
    match(schedule.get("h2").textContent, /^Schedules \(\d+\)$/);
    strictEqual(schedule.get("h2").textContent, `Schedules (${schedule.all("b").length})`);
    strictEqual(schedule.get("b").textContent, "2.5");
    strictEqual(schedule.get("path").getAttribute("d"), "M2.0 16.0L36.0 2.0L70.0 5.5");
    now += 1500;
    hearOf(101);
    await answered();
    strictEqual(timers.at(-1)!.wait, 3500);
    hearOf(102);
    await answered();
    // One wait alone is left.
    deepStrictEqual(timers.filter(({ wait }) => wait > 0).map(({ wait }) => wait), [3500]);
    strictEqual(asked.length, 1);
    [last, end] = ["NaN", [null]];
    await due();
    strictEqual(asked.length, 2);
    // A cross where it broke, at its end.
    strictEqual(schedule.get("b").textContent, "NaN");
    deepStrictEqual(schedule.all("path").map((path) => path.getAttribute("class")), [
      null,
      "broken",
    ]);
    now += 9000;
    hearOf(103);
    await answered();
    strictEqual(timers.at(-1)!.wait, 0);
  } finally {
    answeredBy(before);
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
    if (clock === undefined) delete (performance as { now?: unknown }).now;
    else Object.defineProperty(performance, "now", clock);
  }
});

Deno.test("what is left of a training here: its digest, whose it is, and the file", async () => {
  const run = (more = {}, determined = {}) => ({
    ...{ digest: "abc", status: "completed" },
    manifest: {
      determined: {
        ...{ experiment: "e", seed: "3", backend: "wasm", configuration: { agent: {} } },
        ...determined,
      },
    },
    ...more,
  });
  const files: string[] = [];
  const here = {
    file: (part: string) => {
      files.push(part);
      return Promise.reject(new Error("It is gone."));
    },
  };
  const setting = { base: { experiment: "e" }, seed: "3", backend: "wasm", set: {} };
  const base = { seed: "3", backend: "wasm", digest: "abc" };
  const show = (run: object, asked: object = { setting }) =>
    new SmallPage(Result, { here, trained: { run, asked }, program: { name: "lab" } });
  const said = (...args: Parameters<typeof show>) => {
    using page = show(...args);
    return page.all("p")[0].textContent.replace(/^Digest abc Copy/, "");
  };
  const moved = "It has no digest, as its data were moved by hand, which no setting says.";
  const early = "It has no digest, as it did not come to its end.";
  for (const [status, words] of [["completed", moved], ["stopped", moved], ["failed", early]]) {
    strictEqual(said(run({ digest: null, status })), words);
  }
  strictEqual(
    said(run()),
    "The command line's has the same: lab run e --seed 3 --backend wasm",
  );
  strictEqual(said(run(), { setting, base }), "It is that of the run: the same bits.");
  strictEqual(
    said(run(), { setting, base: { ...base, digest: "other" } }),
    "The run has another one: the lab's code has changed since.",
  );
  strictEqual(
    said(run(), { setting, base: { ...base, digest: "other", backend: "native" } }),
    "The run has another one: it was trained on native.",
  );
  // Another seed, other values or a run without a digest are held against nothing.
  const others = [
    { setting, base: { ...base, seed: "4" } },
    { setting: { ...setting, set: { budget: "9" } }, base },
    { setting, base: { ...base, digest: null } },
  ];
  for (const asked of others) ok(said(run(), asked).startsWith("The command line's"));
  const resumed = { ...setting, base: { run: "r1" } };
  strictEqual(
    said(run(), { setting: resumed, base: { ...base, seed: "4" } }),
    "A run of this configuration has the same on the command line.",
  );
  strictEqual(
    said(run({}, { backend: "wasm-strict" })),
    "It is that of --backend wasm-strict, not of wasm: this browser has no relaxed SIMD, by which " +
      "multiply-adds are rounded once.",
  );
  strictEqual(
    said(run({}, { backend: "webgpu" })),
    "Of the same bits as elsewhere on this graphics adapter and its driver alone.",
  );
  for (const [configuration, part] of [[{ agent: {} }, "policy"], [{ model: {} }, "model"]]) {
    using page = show(run({}, { configuration }));
    strictEqual(page.get("button", "Copy the digest").getAttribute("data-copy"), "abc");
    page.get("button", `Take the ${part} away`).click();
    await answered();
    strictEqual(files.at(-1), part);
    strictEqual(page.get("span", ".problem").textContent, "It is gone.");
  }
});

Deno.test("a training here is paused, goes on and is stopped by its buttons, as it stands", () => {
  const done: unknown[] = [];
  const store = {
    ...{ seriesNames: () => [], artifacts: () => [], checkpoints: () => [], events: () => [] },
    ...{ eventCount: () => 0, series: () => ({ iterations: [] }) },
  };
  const determined = {
    ...{ experiment: "e", seed: "3", backend: "wasm", version: 1 },
    configuration: { model: { name: "vae" }, dataset: { name: "ring" }, budget: 10 },
  };
  const run = {
    ...{
      id: "here",
      name: "e",
      status: "running",
      active: true,
      tags: [],
      attempt: 1,
      digest: null,
      note: "",
    },
    ...{ message: null, wallSeconds: 1, createdAt: 0, environmentSteps: 0, gradientSteps: 0 },
    ...{ examples: 5, iterations: 1, manifest: { determined, budgetUnit: "examples" } },
  };
  const setting = { base: { experiment: "e" }, seed: "3", backend: "wasm", set: {} };
  const trained = { run, asked: { setting }, figures: {}, store, learned: [] };
  const show = (stand: string, more: object = {}) =>
    new SmallPage(TrainedHere, {
      here: {
        ...{ trained: { value: trained }, problem: { value: "" } },
        ...{ stand: { value: stand }, shifts: { value: {} }, move: () => {} },
        pause: (paused: boolean) => done.push(["pause", paused]),
        stop: () => done.push(["stop"]),
        ...more,
      },
      ...{ description: undefined, ahead: undefined, program: { name: "lab" } },
    });
  const buttons = (page: Small) =>
    page.all("button").slice(0, 2).map(({ textContent, disabled }) => [textContent, disabled]);
  const stopping = "It stops after this iteration";
  const stands = {
    training: [["Pause", false], ["Stop", false]],
    paused: [["Go on", false], ["Stop", false]],
    opening: [["Pause", true], ["Stop", false]],
    stopping: [["Pause", true], [stopping, true]],
  };
  for (const [stand, wanted] of Object.entries(stands)) {
    using page = show(stand);
    deepStrictEqual([stand, buttons(page)], [stand, wanted]);
    deepStrictEqual(page.all("p", ".note").map(({ textContent }) => textContent), [
      ...stand === "opening" ? ["It begins."] : [],
    ]);
    for (const button of page.all("button").slice(0, 2)) if (!button.disabled) button.click();
    deepStrictEqual(page.all("div", ".result"), []);
  }
  deepStrictEqual(done, [
    ...[["pause", true], ["stop"], ["pause", false], ["stop"], ["stop"]],
  ]);
  using idle = show("idle", { problem: { value: "It broke." } });
  strictEqual(idle.get("p", ".problem").textContent, "It broke.");
  strictEqual(idle.all("div", ".result").length, 1);
  deepStrictEqual(idle.all("button", "Stop"), []);
});

Deno.test("a page that trains explains its figures, and shows the four of the method's page", async () => {
  const meaning = (text: string) => ({ meaning: text, healthy: "", sick: "" });
  const guide = Object.fromEntries(
    ["e", "d", "c", "b"].map((name) => [`losses/${name}`, meaning(`It is ${name}.`)]),
  );
  const before = answeredBy((path) =>
    Promise.resolve(Response.json(path.startsWith("/api/guide?method=vae") ? guide : {}))
  );
  try {
    const names = ["a", "b", "c", "d", "e"].map((name) => `losses/${name}`);
    const store = {
      ...{ artifacts: () => [], checkpoints: () => [], events: () => [], eventCount: () => 0 },
      ...{ seriesNames: () => names, series: () => ({ iterations: [] }) },
    };
    const configuration = { model: { name: "vae" }, dataset: { name: "ring" }, budget: 10 };
    const run = {
      ...{ id: "here", name: "e", status: "running", active: true, tags: [], attempt: 1 },
      ...{
        digest: null,
        message: null,
        note: "",
        wallSeconds: 1,
        createdAt: 0,
        environmentSteps: 0,
      },
      ...{ gradientSteps: 0, examples: 5, iterations: 1 },
      manifest: {
        determined: { experiment: "e", seed: "3", backend: "wasm", version: 1, configuration },
        budgetUnit: "examples",
      },
    };
    const setting = { base: { experiment: "e" }, seed: "3", backend: "wasm", set: {} };
    const trained = { run, asked: { setting }, figures: {}, store, learned: [] };
    using page = new SmallPage(TrainedHere, {
      here: {
        ...{ trained: { value: trained }, problem: { value: "" } },
        ...{ stand: { value: "training" }, shifts: { value: {} }, move: () => {} },
      },
      description: { fields: [{ path: "model.name", value: "vae" }] },
      ...{ ahead: undefined, program: { name: "lab" } },
    });
    const four = () => page.get("div", ".four").all("h3").map(({ textContent }) => textContent);
    await answered();
    deepStrictEqual(four().map((text) => /^losses (.)/.exec(text.trim())?.[1] ?? text), [
      ...["e", "d", "c", "b"],
    ]);
    ok(page.all("p", ".about").some(({ textContent }) => textContent === "It is e."));
  } finally {
    answeredBy(before);
  }
});

Deno.test("a figure's meaning unfolds to what is healthy and what is sick, where that is known", () => {
  const said = (more: object) => {
    const about = { meaning: "It is so.", healthy: "", sick: "", ...more };
    using page = new SmallPage(About, about);
    return page.all("p").map((each) => [each.getAttribute("class"), each.textContent]);
  };
  const [good, bad] = [[null, "healthy it falls"], [null, "sick it stays"]];
  deepStrictEqual(said({}), [["about", "It is so."]]);
  deepStrictEqual(said({ healthy: "it falls" }), [good]);
  deepStrictEqual(said({ sick: "it stays" }), [bad]);
  deepStrictEqual(said({ healthy: "it falls", sick: "it stays" }), [good, bad]);
});

Deno.test("of a series that is drawn by some of its points it is said of how many", async () => {
  const answers = { total: 12_000, last: 3.25, axis: "iterations", iterations: [] };
  let answer: object = { ...answers, x: [], y: [], smoothed: null };
  const before = answeredBy(() =>
    Promise.resolve({ ok: true, json: () => Promise.resolve(answer) } as Response)
  );
  try {
    const chart = { name: "losses/value", beside: [] };
    const view = { axis: "iterations", smoothing: 0 };
    const props = { run: "r", chart, view, zoom: () => {}, single: true };
    using page = new SmallPage(SeriesChart, props);
    page.scroll(true);
    await answered();
    strictEqual(page.get("small", ".badge").textContent, "0 of 12K points");
    strictEqual(page.get("span", ".last").textContent, "3.25");
    // A logarithmic axis is that of its own chart.
    answer = { ...answers, x: [], y: [0, 1], smoothed: null };
    using log = new SmallPage(SeriesChart, { ...props, view: { ...props.view, log: true } });
    log.scroll(true);
    await answered();
    ok(log.textContent.includes("1 of 2 drawn values are 0 or less"));
    // One that is drawn whole has nothing to say of it.
    answer = { ...answers, total: 0, x: [], y: [], smoothed: null };
    using whole = new SmallPage(SeriesChart, props);
    whole.scroll(true);
    await answered();
    deepStrictEqual(whole.all("small", ".badge").length, 0);
    strictEqual(whole.get("span", ".last").textContent, "3.25");
  } finally {
    answeredBy(before);
  }
});

Deno.test("a series that cannot be read says why, and is asked for again once the server is back", async () => {
  const series = { total: 0, last: 3.25, axis: "iterations", iterations: [], x: [], y: [] };
  let answer: () => Promise<Response> = () =>
    Promise.resolve(new Response("Series losses/value is damaged", { status: 500 }));
  const before = answeredBy(() => answer());
  try {
    connected.value = true;
    const view = { axis: "iterations", smoothing: 0 };
    const chart = { name: "losses/value", beside: [] };
    using page = new SmallPage(SeriesChart, { run: "r", chart, view, zoom: () => {} });
    page.scroll(true);
    await answered();
    strictEqual(page.get("p", ".problem").textContent, "Series losses/value is damaged");
    // A run that is gone is told of once.
    const told = (news: object) =>
      hear(
        { complete: false, removed: [], rows: [], ...news } as unknown as Parameters<
          typeof hear
        >[0],
      );
    told({ removed: ["r"] });
    await answered();
    deepStrictEqual(page.all("p", ".problem"), []);
    told({ rows: [{ id: "r", status: "completed", stamp: 1 }] });
    await answered();
    strictEqual(page.get("p", ".problem").textContent, "Series losses/value is damaged");
    answer = () => Promise.resolve(Response.json({ ...series, smoothed: null }));
    reconnections.value += 1;
    await answered();
    deepStrictEqual([page.all("p", ".problem"), page.get("span", ".last").textContent], [
      ...[[], "3.25"],
    ]);
    // That nobody answers the page says in one place.
    answer = () => Promise.reject(new TypeError("Failed to fetch"));
    reconnections.value += 1;
    await answered();
    deepStrictEqual(page.all("p", ".problem"), []);
  } finally {
    connected.value = undefined;
    answeredBy(before);
  }
});

Deno.test("a figure's series are asked for once they are seen, and anew with the view and the end", async () => {
  const [asked, bands]: [string[], string[]] = [[], []];
  let value = 1.5;
  const before = answeredBy((path, options) => {
    const query = new URL(path, "http://page").searchParams;
    if (query.has("at")) bands.push(`${query.get("name")} at ${query.get("at")}`);
    asked.push(`${query.get("name")} ${query.get("axis")} ${query.get("smoothing")}`);
    strictEqual(options?.signal?.aborted, false);
    const answer = { ...answerOf([value]), axis: "iterations" };
    return Promise.resolve({ ok: true, json: () => Promise.resolve(answer) } as Response);
  });
  const hearing = (status: string) =>
    hear(
      {
        ...{ complete: true, removed: [], rows: [{ id: "r7", status, stamp: 1 }] },
      } as unknown as Parameters<typeof hear>[0],
    );
  const chart = {
    ...{ name: "evaluation/return_mean", deviation: "evaluation/return_std" },
    beside: [{ name: "evaluation/return_iqm", label: "IQM" }],
  };
  const view = { axis: "iterations", smoothing: 0 } as const;
  const props = { run: "r7", chart, view, zoom: () => {} };
  const names = ["return_mean", "return_std", "return_iqm"];
  const all = (rest: string) => names.map((name) => `evaluation/${name} ${rest}`);
  try {
    hearing("running");
    using page = new SmallPage(SeriesChart, props);
    const last = () => page.get("span", ".last").textContent;
    const taken = () => asked.splice(0);
    await answered();
    deepStrictEqual([taken(), last()], [[], ""]);
    page.scroll(true);
    await answered();
    deepStrictEqual([taken(), last()], [all("iterations 0"), "1.5"]);
    deepStrictEqual(bands, ["evaluation/return_std at evaluation/return_mean"]);
    strictEqual(page.get("h3").textContent.trim(), "evaluation return1.5");
    value = 2.5;
    hearing("running");
    await answered();
    deepStrictEqual(taken(), []);
    hearing("completed");
    await answered();
    deepStrictEqual([taken(), last()], [all("iterations 0"), "2.5"]);
    page.show({ ...props, view: { axis: "examples", smoothing: 0.05 } });
    await answered();
    deepStrictEqual(taken(), all("examples 0.05"));
    page.show({ ...props, run: "r8" });
    await answered();
    deepStrictEqual(taken(), all("iterations 0"));
    page.scroll(false);
    page.show({ ...props, view: { axis: "examples", smoothing: 0 } });
    await answered();
    deepStrictEqual(taken(), []);
    page.scroll(true);
    await answered();
    deepStrictEqual(taken(), all("examples 0"));
  } finally {
    answeredBy(before);
    hear({ complete: true, removed: [], rows: [] } as unknown as Parameters<typeof hear>[0]);
  }
});

Deno.test("a mark has its interval about it, and its seeds beside it; what is no number is left out", () => {
  using _ = new SmallPage(() => null, {});
  const { Path2D } = globalThis as { Path2D?: unknown };
  Object.assign(globalThis, { Path2D: class {}, devicePixelRatio: 2 });
  const line = (color: number, ...x: number[]) => ({
    ...{ label: `line ${color}`, color, x, y: x.map(() => 1) },
  });
  try {
    const canvas = new Small("canvas");
    const plot = {
      ctx: canvas.getContext(),
      bbox: { left: 0, width: 1000 },
      // x times 10, and y down from 100.
      valToPos: (value: number, axis: string, isCanvas: boolean) =>
        isCanvas ? (axis === "x" ? 10 * value : 100 - value) : NaN,
    } as unknown as uPlot;
    const mark = { ...line(3, 50), y: [40], low: [30], high: [60] };
    drawSinglePoints(plot, [
      mark,
      { ...line(3, 50), y: [35], faint: true },
      { ...line(5, 50), y: ["NaN" as unknown as number] },
      line(7, 10, 20),
      line(9, 500),
    ], false);
    const calls = (name: string) =>
      canvas.drawn.filter(([each]) => each === name).map(([, ...args]) => args);
    // Pixels count twice.
    // Beside a curve it stands at its own place.
    const place = 500;
    deepStrictEqual(calls("translate"), [[place, 60]]);
    deepStrictEqual(calls("scale"), [[2.6, 2.6]]);
    deepStrictEqual(calls("arc"), [[place - 18, 65, 4, 0, 2 * Math.PI]]);
    deepStrictEqual(calls("moveTo"), [[place, 70], [place - 10, 70], [place - 10, 40]]);
    deepStrictEqual(calls("lineTo"), [[place, 40], [place + 10, 70], [place + 10, 40]]);
    deepStrictEqual(calls("lineWidth"), [[3]]);
  } finally {
    Object.assign(globalThis, { Path2D });
  }
});
