/** What a comparison's page shows of its groups: sentences, tables, bars, sheets, histograms. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { answeredBy } from "../../web/ask.ts";
import type { ComparedGroup } from "../../web/comparison.ts";
import {
  Differences,
  inOrder,
  Statistics,
  Suite,
} from "../../web/components/comparison_tables.tsx";
import { Conclusion } from "../../web/components/conclusion.tsx";
import { Gallery } from "../../web/components/gallery.tsx";
import { ParallelSettings, SettingScatter } from "../../web/components/settings_plots.tsx";
import { Sheets } from "../../web/components/sheets.tsx";
import { Spreads } from "../../web/components/spreads.tsx";
import { paint } from "../../web/explorer/paint.ts";
import type { Finding } from "../../web/finding.ts";
import { chosenIteration, nearestTo } from "../../web/moment.ts";
import { reconnections } from "../../web/live.ts";
import { answered, Small, SmallPage } from "./small_page.ts";

const finding = (other: string, more: Partial<Finding> = {}): Finding => ({
  ...{ best: "ppo", other, probability: 0.875, seeds: [5, 5], told: false, equal: false },
  ...{ spread: { low: 0.5, high: 1, kind: "interval" }, p: null, detectable: null },
  ...more,
});

Deno.test("a comparison says whom the best one beats, by how much, and how that is known", () => {
  const said = (...findings: Finding[]) => {
    using page = new SmallPage(Conclusion, { findings });
    return page.textContent;
  };
  const told = { told: true };
  const cases: [Finding[], string][] = [
    [[], ""],
    [[finding("a2c", told)], "ppo beats a2c: P = 0.88 [0.50, 1.00], n = 5 each."],
    [
      [finding("a2c", { seeds: [5, 8], p: 0.0312, detectable: 12.5 })],
      "ppo is not told apart from a2c: P = 0.88 [0.50, 1.00], p = 0.031, n = 5 and 8, which " +
      "cannot tell means apart that differ by less than 12.5.",
    ],
    [
      [finding("a2c", { told: true, p: 0.0004, detectable: 3 })],
      "ppo beats a2c: P = 0.88 [0.50, 1.00], p < 0.001, n = 5 each, which cannot tell means apart " +
      "that differ by less than 3.",
    ],
    [
      [finding("a2c", { spread: null, seeds: [3, 3], p: 0.1 })],
      "ppo is ahead of a2c: P = 0.88, p = 0.100, n = 3 each, too few seeds for an interval, which " +
      "cannot tell means apart, however far: more seeds are needed.",
    ],
    [
      [finding("a2c", { p: 0.0312, detectable: 12.5, common: 4 })],
      "ppo is not told apart from a2c: P = 0.88 [0.50, 1.00], p = 0.031 (of 4 common seeds), n = 5 " +
      "each, which cannot tell means apart that differ by less than 12.5.",
    ],
    [
      [finding("a2c", { p: 0.0952, ofRanks: true })],
      "ppo is not told apart from a2c: P = 0.88 [0.50, 1.00], p = 0.095 (of ranks), n = 5 each.",
    ],
    [
      [finding("a2c", { common: 0 })],
      "ppo is not told apart from a2c: P = 0.88 [0.50, 1.00], no common seeds, n = 5 each.",
    ],
    [
      [finding("a2c", { spread: null, seeds: [2, 2] })],
      "ppo is ahead of a2c: P = 0.88, n = 2 each, too few seeds for an interval.",
    ],
    [
      [finding("a2c", { spread: null, probability: 0.5, seeds: [2, 2] })],
      "ppo is not told apart from a2c: P = 0.50, n = 2 each, too few seeds for an interval.",
    ],
    [
      [finding("a2c"), finding("dqn", told), finding("sac", told), finding("td3", told)],
      "ppo is not told apart from a2c: P = 0.88 [0.50, 1.00], n = 5 each. It beats dqn: " +
      "P = 0.88 [0.50, 1.00], n = 5 each, and 2 more.",
    ],
    [
      [finding("a2c", told), finding("dqn", told)],
      "ppo beats a2c: P = 0.88 [0.50, 1.00], n = 5 each.",
    ],
    // By the names that legend and table have.
    [
      [finding("ppo (c=13)", { ...told, best: "ppo (c=37)" })],
      "ppo (c=37) beats ppo (c=13): P = 0.88 [0.50, 1.00], n = 5 each.",
    ],
    [
      [finding("a2c", { equal: true, probability: 0.5, p: 1, detectable: 0 })],
      "ppo and a2c are equal at the top, by IQM, mean and P.",
    ],
    [
      [...["a2c", "dqn"].map((other) => finding(other, { equal: true })), finding("sac", told)],
      "ppo and a2c, and 1 more, are equal at the top, by IQM, mean and P. ppo beats sac: " +
      "P = 0.88 [0.50, 1.00], n = 5 each.",
    ],
  ];
  for (const [findings, wanted] of cases) strictEqual(said(...findings), wanted);
});

const seedOf = (run: string, figure: number | string | null, more = {}) => ({
  ...{
    run,
    seed: run.slice(1),
    status: "completed",
    counts: true,
    lacks: false,
    figure,
    x: [],
    y: [],
  },
  ...more,
});
const group = (label: string, more = {}) =>
  ({
    ...{ label, color: 0, seeds: [], mark: null, verdict: null, settings: {} },
    ...{ mean: { x: [], y: [], low: [], high: [] } },
    statistics: { iqm: 10, spread: null, mean: 11, median: 12 },
    ...more,
  }) as unknown as ComparedGroup;
const spread = (low: number, high: number, kind = "interval") => ({ low, high, kind });

const groups = [
  group("ppo", {
    ...{ color: 9, mark: 30, verdict: "learning" },
    seeds: [seedOf("a1", 20), seedOf("a2", 30, { status: "stopped" })],
    statistics: { iqm: 29.9996, spread: spread(20, 30), mean: 24, median: 26 },
  }),
  group("dqn", {
    seeds: [
      seedOf("b1", 10, { status: "running" }),
      seedOf("b2", null, { counts: false }),
      seedOf("b3", null, { counts: false, status: "failed" }),
    ],
    statistics: { iqm: 10, spread: spread(5, 15, "lowest and highest"), mean: 11, median: 12 },
  }),
  group("a2c", { statistics: { iqm: "NaN", spread: null, mean: "NaN", median: "NaN" } }),
  group("sac", {
    seeds: [seedOf("c1", "NaN", { status: "diverged" }), seedOf("c2", 7), seedOf("c3", 8)],
    statistics: { iqm: "NaN", spread: null, mean: "NaN", median: "NaN" },
  }),
];
const metric = "evaluation/return_mean";
const cells = (row: Small) =>
  [...row.all("th"), ...row.all("td")].map(({ textContent }) => textContent);

Deno.test("each group has its figures, what is known against the best, and its seeds", () => {
  const findings = [
    finding("dqn", { probability: 0.9375, p: 0.0123, detectable: 3 }),
  ];
  const looked: unknown[] = [];
  const look = (label: unknown) => void looked.push(label);
  {
    using page = new SmallPage(Statistics, { groups, findings, metric, look });
    const rows = page.get("tbody").all("tr");
    deepStrictEqual(
      rows.map(cells),
      [
        [" ppo", "29.9996", "", "20 … 30", "best", "–", "–", "learning", "24", "26", "1, 2"],
        [
          ...[" dqn", "10", "", "5 … 15, extremes", "0.94", "0.012", "3", "–", "11", "12"],
          "1 (running), 2 (older, not counted), 3 (failed, not counted)",
        ],
        [" a2c", "none", "", "–", "–", "–", "–", "–", "none", "none", ""],
        [
          ...[" sac", "none", "", "–", "–", "–", "–", "–", "none", "none"],
          "2 of 3, 1 diverged: 1 (diverged), 2, 3",
        ],
      ],
    );
    deepStrictEqual(rows.map((row) => row.isCalled(".best")), [true, false, false, false]);
    rows[1].happens("pointerenter");
    rows[1].happens("pointerleave");
    deepStrictEqual(looked, ["dqn", undefined]);
    // All bars reach from 5 to 30, over 188 of 200 pixels.
    const [first, second, ...others] = page.all("svg", ".interval");
    deepStrictEqual(others, []);
    const place = (value: number) => 6 + 188 * (value - 5) / 25;
    const numbers = (each: Small, ...names: string[]) =>
      names.map((name) => Number(each.getAttribute(name)));
    deepStrictEqual(numbers(first.get("rect"), "x", "width"), [place(20), place(30) - place(20)]);
    deepStrictEqual(numbers(second.get("line", ".middle"), "x1", "x2"), [place(10), place(10)]);
    deepStrictEqual(first.all("circle").map((each) => numbers(each, "cx")[0]), [
      ...[place(20), place(30)],
    ]);
    strictEqual(second.all("circle").length, 1);
    ok(first.isCalled(".series-1"));
    deepStrictEqual(rows[0].all("a").map((each) => each.getAttribute("href")), [
      ...["/runs/a1", "/runs/a2"],
    ]);
  }
  using page = new SmallPage(Statistics, {
    groups: groups.slice(2, 3),
    findings: [],
    metric,
    look,
  });
  strictEqual(page.get("tbody").all("td").length, 7);
});

Deno.test("groups of one IQM stand as they are ranked, and those that are equal at the top are the best", () => {
  const groups = ["a", "b", "c", "d"].map((label) =>
    group(label, { statistics: { iqm: 500, spread: null, mean: 500, median: 500 } })
  );
  const findings = [
    finding("b", { best: "d", equal: true, probability: 0.5 }),
    finding("a", { best: "d" }),
  ];
  const metric = "evaluation/return_mean";
  using page = new SmallPage(Statistics, { groups, findings, metric, look: () => undefined });
  const rows = page.get("tbody").all("tr").map((row) => [
    ...[row.get("th").textContent.trim(), row.isCalled(".best"), cells(row)[4]],
  ]);
  deepStrictEqual(rows, [
    ["d", true, "equal best"],
    ["b", true, "equal best"],
    ["a", false, "0.88"],
    ["c", false, "–"],
  ]);
});

Deno.test("groups stand with the best first, and by any column as its head is clicked", () => {
  const of = (
    label: string,
    iqm: number,
    mean: number,
    seeds: unknown[] = [seedOf(`${label}1`, iqm)],
  ) => group(label, { seeds, statistics: { iqm, spread: null, mean, median: 0 } });
  const groups = [
    of("a", 1, 30),
    of("b", 3, 20),
    of("c", 9, 90, [seedOf("c1", "NaN", { status: "diverged" })]),
    of("d", 2, 10),
    group("e", { statistics: { iqm: "NaN", spread: null, mean: "NaN", median: "NaN" } }),
  ];
  const props = { groups, findings: [], metric, look: () => {} };
  const shown = (page: Small) => ({
    names: page.get("tbody").all("th").map(({ textContent }) => textContent.trim()).join(""),
    sorted: page.get("thead").all("th").filter((head) =>
      !["none", null].includes(head.getAttribute("aria-sort"))
    ).map((head) => `${head.textContent} ${head.getAttribute("aria-sort")}`),
  });
  using page = new SmallPage(Statistics, props);
  // What has no figure is last, whichever way is shown.
  deepStrictEqual(shown(page), { names: "bdace", sorted: ["IQM descending"] });
  const click = (name: string) => page.get("thead").get("button", name).click();
  click("IQM");
  deepStrictEqual(shown(page), { names: "adbce", sorted: ["IQM ascending"] });
  click("Mean");
  deepStrictEqual(shown(page), { names: "abdce", sorted: ["Mean descending"] });
  click("Group");
  deepStrictEqual(shown(page), { names: "abcde", sorted: ["Group ascending"] });
  click("Group");
  deepStrictEqual(shown(page), { names: "edcba", sorted: ["Group descending"] });
  using less = new SmallPage(Statistics, { ...props, metric: "losses/loss" });
  deepStrictEqual(shown(less), { names: "adbce", sorted: ["IQM ascending"] });
  // Of a figure of which neither way is better the best is not known.
  using neither = new SmallPage(Statistics, { ...props, metric: "schedule/learning_rate" });
  deepStrictEqual(shown(neither), { names: "abcde", sorted: ["Group ascending"] });
  deepStrictEqual(
    inOrder(groups, { by: "median", descending: true }).map(({ label }) => label),
    ["a", "b", "d", "c", "e"],
  );
});

Deno.test("settings that differ come with those of all groups first, a missing one as a dash", () => {
  const settings = [{ a: "1", z: "1", b: "1" }, { a: "2", z: "1", b: "2" }, { a: "1", z: "1" }];
  const different = settings.map((settings, i) => group(`g${i}`, { settings }));
  {
    using page = new SmallPage(Differences, { groups: different });
    strictEqual(page.get("summary").textContent, "Settings that differ (2)");
    // Wider than its place it is scrolled by keys, too.
    const place = page.get("div", "Settings that differ");
    deepStrictEqual(["class", "role", "tabIndex"].map((name) => place.getAttribute(name)), [
      ...["scroll", "region", "0"],
    ]);
    deepStrictEqual(page.get("tbody").all("tr").map(cells), [
      ["a", "1", "2", "1"],
      ["b", "1", "2", "–"],
    ]);
  }
  using same = new SmallPage(Differences, { groups: different.slice(0, 1) });
  strictEqual(same.textContent, "");
});

Deno.test("agents over worlds are a row each", () => {
  const figure = (value: number, low: number) => ({ value, spread: spread(low, 2) });
  const suite = {
    worlds: ["A", "B"],
    agents: [
      { agent: "ppo", seeds: 5, iqm: figure(0.9, 0.5), gap: figure(0.25, 0.125) },
      {
        agent: "dqn",
        seeds: 3,
        iqm: { value: 0.5, spread: null },
        gap: { value: 1, spread: null },
      },
    ],
  };
  {
    // One of whose seeds some diverged, as JSON brings it.
    const none = { value: null, spread: null } as never;
    const agents = [{ ...suite.agents[0], iqm: none, gap: none }];
    using page = new SmallPage(Suite, { suite: { ...suite, agents } });
    deepStrictEqual(page.get("tbody").all("tr").map(cells), [
      ["ppo", "none", "–", "none", "–", "5"],
    ]);
  }
  using page = new SmallPage(Suite, { suite });
  strictEqual(page.get("thead").all("th").at(-1)!.textContent, "Fewest seeds a world");
  deepStrictEqual(page.get("tbody").all("tr").map(cells), [
    ["ppo", "0.9", "0.5 … 2", "0.25", "0.125 … 2", "5"],
    ["dqn", "0.5", "–", "1", "–", "3"],
  ]);
  strictEqual(page.get("h2").textContent, "Agents over 2 worlds");
  ok(page.get("p").textContent.startsWith("Over A, B together"));
});

Deno.test("settings stand on axes from left to right, each mark at its figure", () => {
  const tried = [
    {
      label: "g",
      color: 1,
      settings: { "a.x": "0", "a.y": "5" },
      value: 10,
      seeds: [
        { seed: "1", figure: 0 },
        { seed: "2", figure: 20 },
        { seed: "3", figure: null },
      ],
    },
    { label: "h", color: 2, settings: { "a.x": "4", "a.y": "6" }, value: 0, seeds: [] },
  ];
  const props = { tried, metric: "evaluation/return_mean", paths: ["a.x", "a.y"] };
  {
    using page = new SmallPage(ParallelSettings, props);
    const names = page.all("text").filter((each) => !each.isCalled(".tick"));
    deepStrictEqual(names.map((each) => [each.textContent, each.getAttribute("text-anchor")]), [
      ["x", "start"],
      ["y", "middle"],
      ["evaluation return mean", "end"],
    ]);
    deepStrictEqual(names.map((each) => Number(each.getAttribute("x"))), [20, 298, 576]);
    // The figure's name, which is long, stands a line below those that it would lie over.
    const heights = (page: Small) =>
      page.all("text").filter((each) => !each.isCalled(".tick")).map((each) =>
        Number(each.getAttribute("y"))
      );
    deepStrictEqual(heights(page), [278, 278, 278]);
    const [g, h] = page.all("polyline").map((each) =>
      each.getAttribute("points")!.split(" ").map((point) => point.split(",").map(Number))
    );
    deepStrictEqual([g.map(([x]) => x), h.map(([x]) => x)], [[20, 298, 576], [20, 298, 576]]);
    ok(g[0][1] > h[0][1] && g[1][1] > h[1][1] && g[2][1] < h[2][1]);
    deepStrictEqual(page.all("polyline").map((each) => each.textContent), ["g: 10", "h: 0"]);
    // Words of ticks stand beside their axis, on one height.
    const ticks = page.all("text", ".tick").map((each) =>
      ["x", "y", "text-anchor", "textContent"].map((name) =>
        name === "textContent" ? each.textContent : each.getAttribute(name)
      )
    );
    deepStrictEqual(ticks.map(([x, , anchor, text]) => [Number(x), anchor, text]), [
      ...[[26, "start", "0"], [26, "start", "4"], [304, "start", "5"], [304, "start", "6"]],
      ...[[582, "start", "0"], [582, "start", "10"]],
    ]);
    deepStrictEqual(ticks.map(([, y]) => Number(Number(y).toFixed(1))), [
      ...[g[0][1], h[0][1], g[1][1], h[1][1], h[2][1], g[2][1]].map((y) => y + 4),
    ]);
    deepStrictEqual(page.all("p", ".note"), []);
    for (const count of [5, 6]) {
      const paths = Array.from({ length: count }, (_, i) => `a.p${i}`);
      page.show({ ...props, paths });
      deepStrictEqual(page.all("p", ".note").map(({ textContent }) => textContent), [
        ...count > 5 ? ["The first 5 of 6 settings that differ."] : [],
      ]);
      deepStrictEqual(heights(page), [278, 278, 278, 278, 278, 298]);
      deepStrictEqual(page.get("svg").getAttribute("viewBox"), "0 0 640 308");
    }
    // Words end before the next axis, figures within the drawing; a shortened one is there to read.
    const settings = Object.fromEntries(
      Array.from({ length: 5 }, (_, i) => [`a.p${i}`, "orthogonal-initialization"]),
    );
    const long = [{ ...tried[0], settings, value: 0.0001234 }];
    page.show({ ...props, tried: long, paths: Object.keys(settings) });
    const words = page.all("text", ".tick");
    deepStrictEqual(words.slice(0, 5).map(({ textContent }) => textContent), [
      ...Array(5).fill("orthogonal-i…orthogonal-initialization"),
    ]);
    deepStrictEqual(words[5].textContent, "1.23e-4");
    const at = words.map((each) => Number(each.getAttribute("x")));
    ok(at.every((x, i) => x + 7 * (i < 5 ? 13 : 7) < (at[i + 1] ?? 640)), at.join(" "));
    ok(page.get("div", ".scroll").get("svg").isCalled(".axes"));
  }
  using page = new SmallPage(SettingScatter, props);
  deepStrictEqual(page.all("title").map((each) => each.textContent), [
    ...["g, seed 1: 0", "g, seed 2: 20"],
  ]);
  // Figures stand before the axis, at the height of their line; settings below it, under their place.
  const texts = page.all("text").map((each) => ({
    text: each.textContent,
    anchor: each.getAttribute("text-anchor"),
    x: Number(each.getAttribute("x")),
    y: Number(each.getAttribute("y")),
  }));
  const lines = page.all("line").map((each) => Number(each.getAttribute("y1")));
  const figures = texts.filter(({ anchor, x }) => anchor === "end" && x === 56);
  deepStrictEqual(figures.map(({ text }) => text), ["0", "5", "10", "15", "20"]);
  deepStrictEqual(figures.map(({ y }) => y), lines.map((y) => y + 4));
  deepStrictEqual(lines, lines.toSorted((a, b) => b - a));
  const below = texts.filter(({ anchor }) => anchor === "middle");
  deepStrictEqual(below.map(({ text, y }) => [text, y]), [["0", 280], ["4", 280]]);
  ok(below[0].x < below[1].x);
  // The setting's name has a row of its own, below those of its values.
  const bottoms = (page: Small) => {
    const [name] = page.all("text").filter((each) => each.textContent.startsWith("a.x"));
    return [Number(name.getAttribute("y")), page.get("svg").getAttribute("viewBox")];
  };
  deepStrictEqual(bottoms(page), [304, "0 0 640 312"]);
  const names = ["epsilon-greedy", "gradient", "thompson", "ucb"].map((name) => `${name}-bandit`);
  const named = names.map((name) => ({ ...tried[0], settings: { "a.x": name } }));
  page.show({ ...props, tried: named, paths: ["a.x"] });
  const categories = page.all("text").filter((each) =>
    each.getAttribute("text-anchor") === "middle"
  );
  deepStrictEqual(
    categories.map((each) => [each.textContent, each.getAttribute("y")]),
    names.map((name, i) => [name, i % 2 === 0 ? "280" : "304"]),
  );
  deepStrictEqual(bottoms(page), [328, "0 0 640 336"]);
});

Deno.test("what has no value has no place: a point is left out, a line broken or goes below, and it is told", () => {
  const one = (label: string, settings: Record<string, string>, value: number | string) => ({
    ...{ label, color: 1, settings, value, seeds: [{ seed: "1", figure: value }] },
  });
  const tried = [
    one("g", { "a.x": "1", "a.y": "5" }, 10),
    one("h", { "a.x": "4", "a.y": "6" }, "NaN"),
    one("i", { "a.x": "2" }, 0),
  ];
  const props = { tried, metric: "losses/loss", paths: ["a.x", "a.y"] };
  const notes = (page: Small) => page.all("p", ".note").map(({ textContent }) => textContent);
  {
    using page = new SmallPage(ParallelSettings, props);
    const lines = page.all("polyline").map((each) => [
      each.textContent,
      each.getAttribute("points")!.split(" ").map((point) => Number(point.split(",")[0])),
    ]);
    deepStrictEqual(lines, [
      ...[["g: 10", [20, 298, 576]], ["h: NaN", [20, 298]]],
      ["i: 0", [20, 298, 576]],
    ]);
    deepStrictEqual(notes(page), ["Of 3 lines 1 is broken, where the figure has no value."]);
    // What a line does not have is a place below the axis, above the axes' names.
    const heightOf = (text: string) =>
      Number(page.all("text").find(({ textContent }) => textContent === text)!.getAttribute("y"));
    const [, unset] = page.all("polyline")[2].getAttribute("points")!.split(" ")[1].split(",");
    deepStrictEqual([Number(unset), heightOf("–")], [270, 274]);
    ok(heightOf("y") > 290 && heightOf("6") < 270);
  }
  using page = new SmallPage(SettingScatter, { ...props, paths: ["a.y"] });
  deepStrictEqual(page.all("title").map(({ textContent }) => textContent), ["g, seed 1: 10"]);
  deepStrictEqual(notes(page), [
    "Of 3 seeds 2 are left out, without a finite figure or a place for a.y.",
  ]);
});

Deno.test("the moment that is looked at is the nearest one, of two the later, else the newest", () => {
  const all = [10, 20, 40].map((iteration) => ({ iteration }));
  const at = (iteration?: number) => nearestTo(all, iteration)?.iteration;
  deepStrictEqual([at(), at(0), at(15), at(14), at(30), at(29), at(99)], [
    40,
    10,
    20,
    10,
    40,
    20,
    40,
  ]);
  strictEqual(nearestTo([], 3), undefined);
});

const picture = (name: string, iteration: number, hash: string) => ({ name, iteration, hash });

/** Answers by the path; then the page is as it was. */
async function answering(
  answer: (path: string) => unknown,
  body: () => Promise<void>,
): Promise<void> {
  const before = answeredBy((path) => {
    const answered = answer(path);
    return Promise.resolve(answered instanceof Response ? answered : Response.json(answered));
  });
  try {
    await body();
  } finally {
    answeredBy(before);
    chosenIteration.value = undefined;
  }
}

Deno.test("sheets stand side by side: of a seed that all groups have, at one moment", async () => {
  const asked: string[] = [];
  const left = (hash: string, planes: unknown[] = []) => ({
    pictures: [
      ...[picture("codes", 10, `${hash}c`), picture("samples", 10, `${hash}1`)],
      picture("samples", 1000, `${hash}2`),
    ],
    planes,
  });
  await answering((path) => {
    asked.push(path);
    return { a2: left("a"), b2: left("b", [1]) };
  }, async () => {
    const compared = [
      group("ppo", { seeds: [seedOf("a1", 1), seedOf("a2", 1)] }),
      group("dqn", { seeds: [seedOf("b2", 1), seedOf("b3", 1)] }),
    ];
    using page = new SmallPage(Sheets, { groups: compared });
    await answered();
    deepStrictEqual(asked, ["/api/pictures?run=a2&run=b2"]);
    const shown = () =>
      page.all("img").map((each) => [
        each.getAttribute("src"),
        each.getAttribute("alt"),
        each.isCalled(".points-on-white"),
      ]);
    deepStrictEqual(shown(), [
      ["/artifacts/a2", "samples of ppo at iteration 1,000", false],
      ["/artifacts/b2", "samples of dqn at iteration 1,000", true],
    ]);
    page.get("input", "Iteration of the sheets").put("0");
    deepStrictEqual(shown().map(([src]) => src), ["/artifacts/a1", "/artifacts/b1"]);
    page.get("select").put("codes");
    deepStrictEqual(shown().map(([src, , onWhite]) => [src, onWhite]), [
      ["/artifacts/ac", true],
      ["/artifacts/bc", true],
    ]);
    page.all("input").find((each) => each.getAttribute("max") === "6")!.put("2.5");
    deepStrictEqual(page.all("img").map((each) => each.style.width), ["250%", "250%"]);
    // Groups come and go, and what others left is not theirs.
    page.show({ groups: [group("a2c", { seeds: [seedOf("c1", 1)] })] });
    deepStrictEqual(page.all("section").length, 0);
    page.show({ groups: compared.slice(1) });
    deepStrictEqual(shown().map(([src]) => src), ["/artifacts/bc"]);
    page.show({ groups: [] });
    deepStrictEqual(page.all("section").length, 0);
  });
});

Deno.test("of more sheets than are shown it is said how many there are", async () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, i) => group(`g${i}`, { seeds: [seedOf(`r${i}`, 1)] }));
  const left = { pictures: [picture("samples", 10, "a")], planes: [] };
  await answering(() => Object.fromEntries(many(13).map((_, i) => [`r${i}`, left])), async () => {
    using page = new SmallPage(Sheets, { groups: many(13) });
    await answered();
    deepStrictEqual([page.all("img").length, page.get("p", ".note").textContent], [
      ...[12, "The first 12 of 13 groups."],
    ]);
    const seeds = Array.from({ length: 14 }, (_, i) => seedOf(`r${i}`, i));
    page.show({ groups: [group("g", { seeds })] });
    await answered();
    strictEqual(page.get("p", ".note").textContent, "The first 12 of 14 seeds.");
    page.show({ groups: many(12) });
    await answered();
    deepStrictEqual(page.all("p", ".note"), []);
  });
});

Deno.test("pictures are gone through name by name", () => {
  const contents = {
    pictures: [
      picture("samples", 10, "s1"),
      picture("codes", 20, "c"),
      picture("samples", 1000, "s2"),
    ],
  };
  using page = new SmallPage(Gallery, { contents, onWhite: false });
  deepStrictEqual(page.all("img").map((each) => each.getAttribute("alt")), [
    ...["samples at iteration 1,000", "codes at iteration 20"],
  ]);
  deepStrictEqual(page.all("img").map((each) => each.isCalled(".points-on-white")), [false, true]);
  deepStrictEqual(page.all("small").map((each) => each.textContent), [", 2 of 2"]);
  page.get("input").put("0");
  deepStrictEqual(page.all("img")[0].getAttribute("src"), "/artifacts/s1");
  page.get("input").put("1");
  strictEqual(chosenIteration.value, undefined);
});

Deno.test("a checkpoint's tensors are read once a reader asks, and drawn as histograms", async () => {
  const asked: string[] = [];
  const tensor = {
    ...{ name: "policy/kernel", shape: [2, 3], low: -1, high: 3, mean: 0.5, deviation: 0.25 },
    ...{ counts: [0, 1, 4], broken: 1 },
  };
  await answering((path) => {
    asked.push(path);
    if (path.endsWith("=7") && asked.length === 2) return new Response("Gone.", { status: 404 });
    return [tensor, { ...tensor, name: "b", shape: [], counts: [2], broken: 0 }];
  }, async () => {
    const kept = [{ id: 7, kind: "last", iteration: 1000 }, {
      id: 9,
      kind: "final",
      iteration: 2000,
    }];
    using page = new SmallPage(Spreads, { run: "r", part: "weights", kept });
    deepStrictEqual(asked, []);
    page.get("details").open = true;
    page.get("details").happens("toggle");
    await answered();
    deepStrictEqual(asked, ["/api/policy?run=r&part=weights&checkpoint=9"]);
    const [first, second] = page.all("figure");
    strictEqual(first.get("figcaption").textContent, "policy/kernel 2 × 3");
    strictEqual(second.get("figcaption").textContent, "b one number");
    deepStrictEqual(first.get("div", ".ends").all("small").map((each) => each.textContent), [
      ...["-1", "0.5 ± 0.25", "3"],
    ]);
    deepStrictEqual(first.all("rect").map((each) => Number(each.getAttribute("height"))), [
      0,
      11,
      44,
    ]);
    deepStrictEqual(first.all("rect").map((each) => Number(each.getAttribute("y"))), [44, 33, 0]);
    const place = (each: Small, ...names: string[]) =>
      names.map((name) => Number(each.getAttribute(name)));
    const [, x, width] = [0, ...place(first.all("rect")[1], "x", "width")];
    strictEqual(x, width);
    // A single bar stands in the middle.
    const [, , whole] = second.get("svg").getAttribute("viewBox")!.split(" ").map(Number);
    const [only] = second.all("rect");
    deepStrictEqual(place(only, "x", "width"), [(whole - width) / 2, width]);
    strictEqual(first.get("p").textContent, "1 of its numbers is not finite");
    deepStrictEqual(second.all("p"), []);
    ok(page.get("p", ".note").textContent.startsWith("At iteration 2,000: of the networks"));
    page.get("input").put("0");
    await answered();
    strictEqual(asked.at(-1), "/api/policy?run=r&part=weights&checkpoint=7");
    page.get("p", "Gone.");
    deepStrictEqual(page.all("p", ".note"), []);
    // Once the server is back it is asked again.
    reconnections.value += 1;
    await answered();
    deepStrictEqual([asked.at(-1), page.all("p", "Gone.")], [asked.at(-2), []]);
    for (const at of ["1", "0"]) {
      page.get("input").put(at);
      await answered();
      deepStrictEqual(page.all("p", "Gone."), []);
    }
  });
});

Deno.test("an image is painted pixel by pixel in its channels, a sequence as a line", () => {
  using _page = new SmallPage(() => null, {});
  const painted = (values: number[], shape: number[]) => {
    const canvas = new Small("canvas");
    paint(canvas as unknown as HTMLCanvasElement, values, shape);
    return { canvas, drawn: canvas.drawn };
  };
  const data = (
    { drawn }: ReturnType<typeof painted>,
  ) => [...(drawn.find(([name]) => name === "putImageData")![1] as ImageData).data];
  const gray = painted([0, 0.5, 1, 0.25, 0, 1], [2, 3, 1]);
  deepStrictEqual([gray.canvas.width, gray.canvas.height], [3, 2]);
  deepStrictEqual(data(gray).slice(0, 8), [0, 0, 0, 255, 128, 128, 128, 255]);
  deepStrictEqual(data(painted([1, 0.2, 0, 0, 1, 0.4], [1, 2, 3])), [
    255,
    51,
    0,
    255,
    0,
    255,
    102,
    255,
  ]);
  const line = painted([0, 1, -1], [3]).drawn.filter(([name]) => name === "lineTo");
  deepStrictEqual(line.map(([, ...at]) => at), [[0, 70], [140, 0], [280, 140]]);
  const high = painted([0, 3], [2]).drawn.filter(([name]) => name === "lineTo");
  deepStrictEqual(high.map(([, ...at]) => at), [[0, 105], [280, 0]]);
});
