/** A sweep's page in a reader's hand. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { answeredBy } from "../../web/ask.ts";
import { TrialChart } from "../../web/components/trial_chart.tsx";
import Sweep from "../../web/islands/sweep.tsx";
import Sweeps from "../../web/islands/sweeps.tsx";
import { hear } from "../../web/live.ts";
import type { SweepView, SweptRun, SweptTrial } from "../../web/sweeps.ts";
import { answered, type Small, SmallPage } from "./small_page.ts";

const runOf = (run: string, seed: string, figure: number | null, more: Partial<SweptRun> = {}) => ({
  ...{ run, seed, figure, status: figure === null ? "running" : "completed" },
  ...{ progress: figure === null ? 0.25 : 1 },
  ...more,
});
const trialOf = (trial: number, value: number | null, more: Partial<SweptTrial> = {}) => ({
  ...{ trial, value, pruned: false, spread: null, repeats: null },
  settings: { "agent.rate": String(0.001 * (trial + 1)), "agent.gamma": "0.9" },
  runs: value === null ? [] : [runOf(`t${trial}`, "1", value)],
  ...more,
});

const view: SweepView = {
  ...{ name: "rates", filter: "sweep=rates", experiment: "e", metric: "evaluation/return_mean" },
  ...{ better: "up", sampler: "tpe", pruner: "median", total: 8, seeds: 2, judged: null },
  paths: ["agent.rate", "agent.gamma"],
  kinds: { "agent.rate": "logarithmic" },
  trials: [
    trialOf(0, 10, { spread: { low: 9, high: 11, kind: "interval" } as never }),
    trialOf(1, 5),
    trialOf(2, 30),
    trialOf(3, 50, { pruned: true, runs: [runOf("p", "1", null, { status: "stopped" })] }),
    trialOf(4, 20),
    trialOf(5, null, { runs: [runOf("a", "1", 7), runOf("b", "2", null)] }),
    trialOf(6, null),
    trialOf(7, "NaN" as never),
  ],
  ...{ best: 2, over: false, next: [] },
  importance: [{ path: "agent.rate", share: 0.875 }, { path: "agent.gamma", share: 0.125 }],
};

const shown = (more: Partial<SweepView> = {}) =>
  new SmallPage(Sweep, { initial: { ...view, ...more }, program: { name: "lab" } });
const facts = (page: Small) =>
  page.get("dl").all("div").map((each) =>
    each.all("dt")[0].textContent + ": " +
    each.all("dd")[0].textContent.replaceAll("\u00a0", " ")
  );
const tables = (page: Small) =>
  page.get("tbody").all("tr").map((row) =>
    [...row.all("th"), ...row.all("td")].map((each) => each.textContent.replaceAll("\u00a0", " "))
  );

Deno.test("the axes of a sweep lie as its ranges were declared", () => {
  const drawn = (kinds: SweepView["kinds"]) => {
    using page = shown({ kinds });
    const title = page.all("text").find(({ textContent }) => textContent.startsWith("agent.rate"))!;
    const lines = page.all("polyline").map((each) => each.getAttribute("points")!.split(" ")[0]);
    return [title.textContent, ...lines];
  };
  const [[even, ...straight], [logarithmic, ...bent]] = [
    drawn({ "agent.rate": "linear" }),
    drawn({ "agent.rate": "logarithmic" }),
  ];
  deepStrictEqual([even, logarithmic], ["agent.rate", "agent.rate, logarithmic"]);
  ok(straight.length > 2 && straight.join() !== bent.join());
});

Deno.test("a sweep says how far it came, which trial leads and what trains", () => {
  {
    using page = shown();
    deepStrictEqual(facts(page), [
      ...["Trials: 6 of 8, 1 pruned", "Best evaluation return mean: 30 trial 2", "Now: 1 train"],
    ]);
  }
  const spread = { low: 25, high: 35, kind: "interval" } as never;
  const judged = {
    ...{ metric: view.metric, runs: [], value: 28, spread },
    verdict: "learning",
  } as const;
  {
    using page = shown({ judged, over: true });
    deepStrictEqual(facts(page).slice(2), [
      ...["On seeds that chose nothing: 28 25 … 35learning", "Now: over"],
    ]);
  }
  {
    // Chosen by validation examples, judged by others.
    using page = shown({ judged: { ...judged, metric: "evaluation/reconstruction" } });
    match(facts(page)[2], /^On seeds that chose nothing, evaluation reconstruction: 28 /);
  }
  {
    // A trial before the best one has no runs any more.
    using page = shown({ trials: view.trials.slice(1) });
    strictEqual(facts(page)[1], "Best evaluation return mean: 30 trial 2");
  }
  {
    const lost = [runOf("a", "101", 7), runOf("b", "102", null, { status: "diverged" })];
    using page = shown({
      judged: { metric: view.metric, runs: lost, value: "NaN", spread: null, verdict: null },
    });
    strictEqual(facts(page)[2], "On seeds that chose nothing: none, 1 diverged");
  }
  {
    using page = shown({ trials: [trialOf(0, null)], best: null });
    deepStrictEqual(facts(page), [
      ...["Trials: 0 of 8", "Best evaluation return mean: –", "Now: waits"],
    ]);
    page.get("p", ".empty");
    deepStrictEqual(page.all("svg"), []);
  }
});

Deno.test("trials stand the best first, pruned ones behind, then those that have no figure", () => {
  let lines = 0;
  {
    using page = shown();
    lines = page.all("polyline").length;
    ok(lines > 0);
    deepStrictEqual(tables(page), [
      ["2", "0.003", "0.9", "30", "", "1 ", "best"],
      ["4", "0.005", "0.9", "20", "", "1 ", ""],
      ["0", "0.001", "0.9", "10", "9 … 11", "1 ", ""],
      ["1", "0.002", "0.9", "5", "", "1 ", ""],
      ["3", "0.004", "0.9", "50", "", "1 ", "pruned at 25 %"],
      ["5", "0.006", "0.9", "–", "", "1 2 25 % ", "1 of 2 seeds"],
      ["6", "0.007", "0.9", "–", "", "", "waits"],
      ["7", "0.008", "0.9", "none", "", "1 ", ""],
    ]);
    const best = page.get("tbody").all("tr", ".best");
    deepStrictEqual(best.map((row) => row.all("th")[0].textContent), ["2"]);
    const links = page.get("tbody").all("a");
    deepStrictEqual(
      links.slice(5).map((each) => [each.getAttribute("href"), each.getAttribute("title")]),
      [["/runs/a", "7"], ["/runs/b", "running, 25 %"], ["/runs/t7", "NaN"]],
    );
  }
  {
    const repeated = trialOf(8, 20, { runs: [], repeats: 4 });
    using page = shown({ trials: [...view.trials, repeated], total: 9 });
    deepStrictEqual(tables(page)[2], ["8", "0.009", "0.9", "20", "", "", "as trial 4"]);
    // Its point is drawn once.
    strictEqual(page.all("polyline").length, lines);
  }
  using page = shown({ better: "down", best: 1 });
  deepStrictEqual(tables(page).map(([trial]) => trial), ["1", "0", "4", "2", "3", "5", "6", "7"]);
});

Deno.test("of many trials the first twenty are shown until all are asked for", () => {
  const trials = Array.from({ length: 21 }, (_, i) => trialOf(i, i));
  {
    using page = shown({ trials, total: 21, best: 20 });
    strictEqual(tables(page).length, 20);
    page.get("button", "All 21 trials").click();
    strictEqual(tables(page).length, 21);
    deepStrictEqual(page.all("button", "All 21 trials"), []);
  }
  using page = shown({ trials: trials.slice(0, 20), total: 21, best: 19 });
  deepStrictEqual(page.all("button"), []);
});

const chart = (page: Small) => page.get("svg", "evaluation return mean of 5 trials in their order");
const place = (mark: Small) => [mark.getAttribute("cx"), mark.getAttribute("cy")].map(Number);

Deno.test("the best trial stands out, and the line goes along the best so far", () => {
  const marks = (page: Small) => chart(page).all("circle");
  {
    using page = shown();
    deepStrictEqual(
      marks(page).map((
        each,
      ) => [each.getAttribute("class"), each.getAttribute("r"), each.textContent]),
      [
        ["trial series-0", "4.5", "trial 0: 10"],
        ["trial series-0", "4.5", "trial 1: 5"],
        ["trial series-1", "7", "trial 2: 30"],
        ["trial series-0 pruned", "4.5", "trial 3, pruned: 50"],
        ["trial series-0", "4.5", "trial 4: 20"],
      ],
    );
    // Eight trials between 64 and 620: each in the middle of its part; up means more.
    const [zero, one, two, , four] = marks(page).map(place);
    deepStrictEqual(zero[0], 64 + 556 / 16);
    ok(Math.abs(two[0] - (64 + 5 * 556 / 16)) < 1e-9 && one[1] > zero[1] && zero[1] > two[1]);
    const line = chart(page).get("polyline").getAttribute("points")!.split(" ")
      .map((each) => each.split(",").map(Number));
    const near = (points: number[][]) =>
      points.map((each) => each.map((x) => Number(x.toFixed(1))));
    deepStrictEqual(
      line,
      near([zero, [one[0], zero[1]], [two[0], zero[1]], two, [four[0], two[1]]]),
    );
    const below = chart(page).all("text").filter((each) => each.getAttribute("y") === "280");
    deepStrictEqual(below.map((each) => each.textContent), [..."01234567"]);
  }
  using page = shown({ better: "down", best: 1 });
  const [zero, one] = marks(page).map(place);
  const line = chart(page).get("polyline").getAttribute("points")!.split(" ");
  deepStrictEqual([line.length, Number(line.at(-1)!.split(",")[1])], [
    5,
    Number(one[1].toFixed(1)),
  ]);
  strictEqual(Number(line[0].split(",")[1]), Number(zero[1].toFixed(1)));
});

Deno.test("what matters is told of two fields and more, as shares", () => {
  {
    using page = shown();
    const [first, second] = page.get("ul", ".bars").all("li");
    deepStrictEqual([first.textContent, second.textContent], ["agent.rate88 %", "agent.gamma13 %"]);
    strictEqual(
      Number(first.get("meter").getAttribute("value") ?? first.get("meter").value),
      0.875,
    );
  }
  {
    using page = shown({ importance: view.importance.map((each) => ({ ...each, share: 0 })) });
    deepStrictEqual(page.all("ul", ".bars"), []);
    match(
      page.get("section").textContent,
      /What mattersNo field that these trials tell from chance/,
    );
  }
  using page = shown({ importance: view.importance.slice(1) });
  deepStrictEqual(page.all("ul", ".bars"), []);
});

Deno.test("settings are drawn for each trial that has a figure, the better the stronger", () => {
  using page = shown();
  const lines = page.get("svg", "Settings, and the evaluation return mean").all("polyline");
  deepStrictEqual(
    lines.map((each) => [each.textContent, Number(each.getAttribute("stroke-opacity"))]),
    [
      ["trial 1: 5", 0.25],
      ["trial 0: 10", 0.25 + 0.5 / 5],
      ["trial 4: 20", 0.25 + 0.5 * 2 / 5],
      ["trial 2: 30", 1],
      ["trial 3, pruned: 50", 0.12 + 0.5 * 4 / 5],
    ],
  );
  deepStrictEqual(lines.map((each) => each.getAttribute("class")), [
    ...["series-0", "series-0", "series-0", "series-1", "series-0"],
  ]);
  const scatter = () => page.all("svg").at(-1)!;
  strictEqual(
    scatter().getAttribute("aria-label"),
    "evaluation return mean of each seed over agent.rate",
  );
  const titles = scatter().all("title").map((each) => each.textContent);
  deepStrictEqual(titles.toSorted(), [
    ...["trial 0, seed 1: 10", "trial 1, seed 1: 5", "trial 2, seed 1: 30"],
    ...["trial 3, pruned, seed 1: 50", "trial 4, seed 1: 20"],
  ]);
  page.get("select").put("agent.gamma");
  strictEqual(
    scatter().getAttribute("aria-label"),
    "evaluation return mean of each seed over agent.gamma",
  );
});

Deno.test("what to run next is a command of the program, to copy", () => {
  const next = [{ text: "Widen it.", command: "" }, { text: "Judge it.", command: "run e" }];
  using page = shown({ next });
  deepStrictEqual(page.get("ul", ".commands").all("li").map((each) => each.textContent), [
    ...["Widen it. ", "Judge it. lab run e Copy"],
  ]);
  strictEqual(page.get("button").getAttribute("data-copy"), "lab run e");
  const links = page.all("p", ".note").flatMap((each) => each.all("a"));
  deepStrictEqual(links.map((each) => each.getAttribute("href")), [
    ...["/?filter=sweep%3Drates", "/compare?filter=sweep%3Drates"],
  ]);
});

Deno.test("news of runs fetch the sweep again, by its name", async () => {
  const asked: string[] = [];
  const before = answeredBy((path) => {
    asked.push(path);
    return Promise.resolve(Response.json({ ...view, over: true }));
  });
  try {
    using page = shown({ name: "a b" });
    deepStrictEqual(asked, []);
    hear({ rows: [{ id: "run", stamp: 1 }], removed: [] } as never);
    await answered();
    deepStrictEqual(asked, ["/api/sweep?name=a%20b"]);
    strictEqual(facts(page).at(-1), "Now: over");
  } finally {
    answeredBy(before);
  }
});

Deno.test("the page of all sweeps follows them, from none on", async () => {
  const row = {
    ...{
      name: "rates",
      paths: ["agent.rate"],
      ended: 2,
      total: 8,
      metric: "evaluation/return_mean",
    },
    ...{ best: 30, over: false, damage: null },
  };
  const before = answeredBy((path) => {
    strictEqual(path, "/api/sweeps");
    return Promise.resolve(Response.json([row]));
  });
  try {
    using page = new SmallPage(Sweeps, { initial: [], program: { name: "lab" } });
    ok(page.get("p").textContent.startsWith("No sweep yet. Begin one with lab run"));
    hear({ rows: [{ id: "run", stamp: 2 }], removed: [] } as never);
    await answered();
    deepStrictEqual([tables(page), page.all("p")], [
      [["rates", "agent.rate", "2 of 8, not over", "30", "evaluation return mean"]],
      [],
    ]);
  } finally {
    answeredBy(before);
  }
});

Deno.test("each trial stands above its number, the best so far goes in steps past those that were pruned", () => {
  const values = [10, 5, 30, 50, 20];
  const trials = values.map((value, i) => trialOf(i, value, { pruned: i === 3 }));
  const chart = (more: Partial<SweepView>) =>
    new SmallPage(TrialChart, { view: { ...view, trials, total: 18, ...more } });
  const numbers = (each: Small, ...names: string[]) =>
    names.map((name) => Number(each.getAttribute(name)));
  {
    using page = chart({});
    const dots = page.all("circle");
    const across = dots.map((each) => numbers(each, "cx")[0]);
    // Side by side, each in the middle of its eighteenth of the frame, from which nothing sticks out.
    const [{ 0: left, 1: right }] = page.all("line").map((each) => numbers(each, "x1", "x2"));
    across.forEach((at, i) => ok(Math.abs(at - (left + (i + 0.5) * (right - left) / 18)) < 0.01));
    const labels = page.all("text").filter((each) => each.getAttribute("text-anchor") === "middle");
    // Eight labels would do: every third.
    deepStrictEqual(labels.map(({ textContent }) => textContent), ["0", "3", "6", "9", "12", "15"]);
    ok(Math.abs(numbers(labels[1], "x")[0] - across[3]) < 0.01);
    const ups = dots.map((each) => numbers(each, "cy")[0]);
    // Heights are even: from 5 up to 50.
    for (const [i, value] of values.entries()) {
      const expected = ups[1] + (ups[3] - ups[1]) * (value - 5) / 45;
      ok(Math.abs(ups[i] - expected) < 0.01, `${i}`);
    }
    ok(ups[3] < ups[1]);
    deepStrictEqual(dots.map((each) => each.getAttribute("class")), [
      ...["trial series-0", "trial series-0", "trial series-1", "trial series-0 pruned"],
      "trial series-0",
    ]);
    const radii = dots.map((each) => numbers(each, "r")[0]);
    ok(radii[2] > radii[0] && new Set(radii.toSpliced(2, 1)).size === 1);
    deepStrictEqual(dots.map(({ textContent }) => textContent), [
      ...["trial 0: 10", "trial 1: 5", "trial 2: 30", "trial 3, pruned: 50", "trial 4: 20"],
    ]);
    const line = page.get("polyline").getAttribute("points")!.split(" ")
      .map((point) => point.split(",").map(Number));
    const at = (trial: number, value: number) => [across[trial], ups[values.indexOf(value)]];
    const steps = [at(0, 10), at(1, 10), at(2, 10), at(2, 30), at(4, 30)];
    deepStrictEqual(line, steps.map((point) => point.map((each) => Number(each.toFixed(1)))));
  }
  using page = chart({ better: "down", best: 1 });
  const [first, second, third, ...more] = page.get("polyline").getAttribute("points")!.split(" ")
    .map((point) => Number(point.split(",")[1]));
  ok(first === second && third > second && more.every((each) => each === third));
});
