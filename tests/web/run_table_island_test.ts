/** The table of runs in a reader's hand. */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { answeredBy } from "../../web/ask.ts";
import { FIGURE } from "../../lab/experiment/metric_label.ts";
import RunTable from "../../web/islands/run_table.tsx";
import { type TableAnswer, type TableRequest, tableRequestOf } from "../../web/runs_query.ts";
import type { RunSummary } from "../../web/summary.ts";
import { hear } from "../../web/live.ts";
import { answered, type Small, SmallPage } from "./small_page.ts";

const rowOf = (id: string, more: Partial<RunSummary> = {}): RunSummary => ({
  ...{ id, name: `name-${id}`, experiment: "e", world: "w", method: "m", seed: id.slice(1) },
  ...{ status: "completed", backend: "cpu", tags: [], damage: null, progress: 1 },
  ...{ axis: "environmentSteps", unit: "environment steps", count: 500, budget: 1000 },
  ...{ wallSeconds: 90, createdAt: 0, headline: null, verdict: null, stamp: 1 },
  ...more,
});

const ids = ["r1", "r2", "r3", "r4"];
const single: TableAnswer = {
  ...{ filter: "", group: "" },
  ...{ total: 9, found: 4, length: 4, offset: 0, archived: 2, groups: [], keys: ["agent", "seed"] },
  columns: [
    { key: "losses/value", better: "down" },
    { key: "evaluation/return_mean", better: "up" },
    { key: "agent.gamma", better: null },
  ],
  rows: ids.map((id, i) => ({ row: rowOf(id), apart: [], cells: [i, null, "NaN"] })),
};
const cell = {
  iqm: 2,
  spread: { low: 1, high: 3, kind: "rough interval" },
  values: [1, 2, 3],
} as const;
const grouped: TableAnswer = {
  ...single,
  group: "agent",
  columns: single.columns.slice(0, 1),
  rows: [],
  groups: [
    { label: "ppo", runs: ["r1", "r2"], cells: [cell] },
    { label: "dqn", runs: ["r3"], cells: [{ iqm: 5, spread: null, values: [5] }] },
  ],
};

interface Table {
  readonly page: SmallPage;
  /** What the server was asked for, without the path. */
  readonly asked: string[];
}

type Answer = TableAnswer | { problem: string };

/** Shows a table whose server answers the same again, or what `later` says. */
async function shown(
  initial: TableAnswer,
  query: string,
  body: (table: Table) => void | Promise<void>,
  { readOnly = true, later = initial, problem, kept }: {
    readOnly?: boolean;
    /** Beside the address. */
    kept?: unknown;
    later?: Answer | ((query: URLSearchParams) => Answer);
    problem?: string;
  } = {},
): Promise<void> {
  const asked: string[] = [];
  const before = answeredBy((path) => {
    asked.push(path.replace("/api/runs?", ""));
    const [, query] = path.split("?");
    const answer = typeof later === "function" ? later(new URLSearchParams(query)) : later;
    return Promise.resolve(Response.json(answer));
  });
  const request: TableRequest = tableRequestOf(new URLSearchParams(query));
  try {
    using page = new SmallPage(RunTable, {
      ...{ initial, request, problem, readOnly, now: 120_000 },
      ...{ location: "/runs", program: { name: "lab" } },
    }, kept);
    await body({ page, asked });
    await answered();
  } finally {
    answeredBy(before);
  }
}

const rows = (page: Small) => page.get("tbody").all("tr");
const boxes = (page: Small) => rows(page).map((row) => row.get("input"));
const chosen = (page: Small) =>
  rows(page).flatMap((row, i) => row.isCalled(".chosen") ? [i + 1] : []);
const all = (page: Small) => page.get("input", "Choose all that are shown");
const cells = (row: Small) => row.all("td").slice(1).map(({ textContent }) => textContent);

Deno.test("rows are chosen one by one, by a stretch, and all at once", () =>
  shown(single, "", ({ page }) => {
    const note = () => page.get("small", `4 of 9 runs, 2 archived (tag=archived)${count()}`);
    const count = () => chosen(page).length > 0 ? `, ${chosen(page).length} chosen` : "";
    note();
    strictEqual(all(page).checked, false);
    boxes(page)[1].click();
    deepStrictEqual(chosen(page), [2]);
    boxes(page)[3].click({ shiftKey: true });
    deepStrictEqual(chosen(page), [2, 3, 4]);
    note();
    // A stretch upwards ends at the same rows.
    boxes(page)[0].click({ shiftKey: true });
    deepStrictEqual(chosen(page), [1, 2, 3, 4]);
    strictEqual(all(page).checked, true);
    boxes(page)[2].click();
    deepStrictEqual([chosen(page), all(page).checked], [[1, 2, 4], false]);
    all(page).put("");
    deepStrictEqual(chosen(page), [1, 2, 3, 4]);
    all(page).put("");
    deepStrictEqual([chosen(page), page.all("a", "Compare 4 found").length], [[], 0]);
    // The first row has no other to make a stretch with.
    boxes(page)[1].click();
    strictEqual(page.get("a", "Compare 1 chosen").getAttribute("href"), "/compare?run=r2");
  }));

Deno.test("who comes back to the page has chosen what was chosen", async () => {
  let kept: unknown;
  await shown(single, "", async ({ page }) => {
    boxes(page)[1].click();
    boxes(page)[2].click();
    // Another view of the table changes the address, and nothing of the choice.
    page.get("input", "Filter runs").put("r");
    await answered();
    deepStrictEqual(page.addresses, ["?filter=r"]);
    kept = history.state;
  });
  await shown(single, "", ({ page }) => {
    deepStrictEqual([chosen(page), boxes(page).map(({ checked }) => checked)], [
      [2, 3],
      [false, true, true, false],
    ]);
    page.get("a", "Compare 2 chosen");
    // A browser ticks no box by itself.
    for (const box of [...boxes(page), all(page)]) {
      strictEqual(box.getAttribute("autocomplete"), "off");
    }
    boxes(page)[1].click();
    boxes(page)[2].click();
    deepStrictEqual(history.state, { chosen: [] });
  }, { kept });
});

Deno.test("a stretch begins at the run that was clicked, wherever it stands by then", async () => {
  const of = (names: readonly string[], offset = 0): TableAnswer => ({
    ...single,
    ...{ found: 8, length: 8, offset },
    rows: names.map((id) => ({ row: rowOf(id), apart: [], cells: [0, 0, 0] })),
  });
  const newer = of(["r0", ...ids]);
  const later = (query: URLSearchParams) =>
    query.has("offset") ? of(["r5", "r6", "r7", "r8"], 4) : newer;
  await shown(of(ids), "limit=4", async ({ page }) => {
    boxes(page)[2].click();
    hear({ complete: false, removed: [], rows: [rowOf("r0")] });
    await answered();
    deepStrictEqual([rows(page).length, chosen(page)], [5, [4]]);
    boxes(page)[4].click({ shiftKey: true });
    deepStrictEqual(chosen(page), [4, 5]);
    // Of another page it is a click as any other.
    page.get("button", "Next").click();
    await answered();
    boxes(page)[2].click({ shiftKey: true });
    deepStrictEqual(chosen(page), [3]);
  }, { later });
});

Deno.test("an empty store says what to type until the first run is there", () => {
  const empty = { ...single, total: 0, found: 0, length: 0, rows: [], columns: [] };
  return shown(empty, "", async ({ page }) => {
    const [line] = page.all("p", ".empty");
    ok(line.textContent.startsWith("No run yet in /runs. Train some with lab run cartpole-ppo"));
    hear({ rows: [rowOf("r1")], removed: [] } as unknown as Parameters<typeof hear>[0]);
    await answered();
    deepStrictEqual([page.all("p", ".empty"), rows(page).length], [[], 4]);
  }, { later: single });
});

Deno.test("what is chosen and no longer shown is counted, and given up by a click", () => {
  const later = { ...single, found: 2, length: 2, rows: single.rows.slice(2) };
  return shown(single, "", async ({ page }) => {
    for (const i of [0, 1, 2]) boxes(page)[i].click();
    const name = "Leave them out";
    strictEqual(page.all("button", name).length, 0);
    page.get("input", "Filter runs").put("r3");
    await answered();
    page.get("small", "2 of 9 runs, 2 archived (tag=archived), 3 chosen, 2 of them not shown");
    page.get("button", name).click();
    page.get("small", "2 of 9 runs, 2 archived (tag=archived), 1 chosen");
    deepStrictEqual([chosen(page), page.all("button", name).length], [[1], 0]);
  }, { later });
});

Deno.test("what compares takes the chosen runs, else the found ones, else the newest", () =>
  shown({ ...single, filter: "ppo x" }, "filter=ppo%20x", async ({ page }) => {
    strictEqual(page.get("a", "Compare 4 found").getAttribute("href"), "/compare?filter=ppo+x");
    boxes(page)[0].click({ shiftKey: true });
    deepStrictEqual(chosen(page), [1]);
    boxes(page)[2].click();
    const { attributes } = page.get("a", "Compare 2 chosen");
    strictEqual(attributes.get("href"), "/compare?run=r1&run=r3");
    page.get("input", "Filter runs").put(" ");
    await answered();
    page.all("input", "Choose name-r1, seed 1, r1")[0].click();
    boxes(page)[2].click();
    strictEqual(page.get("a", "Compare the newest").getAttribute("href"), "/compare");
  }, { later: single }));

Deno.test("heads and what compares are of what is shown, also where what was asked for is refused", () =>
  shown({ ...single, filter: "ppo" }, "filter=ppo", async ({ page }) => {
    const heads = page.all("th").map(({ textContent }) => textContent);
    page.get("input", "Group by").put("agent.gama");
    await answered();
    page.get("input", "Filter runs").put("ppo or a2c");
    await answered();
    strictEqual(page.get("p", ".problem").textContent, "no such field");
    deepStrictEqual(page.all("th").map(({ textContent }) => textContent), heads);
    strictEqual(page.get("a", "Compare 4 found").getAttribute("href"), "/compare?filter=ppo");
  }, { later: { problem: "no such field" } }));

Deno.test("a link names no more runs than an address holds, and says so", () => {
  const runs = Array.from({ length: 5001 }, (_, i) => `r${i}`);
  const [first] = grouped.groups;
  return shown({ ...grouped, groups: [{ ...first, runs }] }, "group=agent", ({ page }) => {
    boxes(page)[0].click();
    const link = page.get("a", "Compare the first 5,000 of 5,001 chosen");
    const [, query] = link.getAttribute("href")!.split("?");
    const named = new URLSearchParams(query).getAll("run");
    deepStrictEqual(named, runs.slice(0, 5000));
  }).then(() =>
    shown(
      { ...grouped, groups: [{ ...first, runs: runs.slice(1) }] },
      "group=agent",
      ({ page }) => {
        boxes(page)[0].click();
        page.get("a", "Compare 5000 chosen");
      },
    )
  );
});

Deno.test("a group is chosen with all of its runs, and shows their figures", () =>
  shown(grouped, "group=agent", ({ page }) => {
    const [ppo, dqn] = rows(page);
    deepStrictEqual(
      [ppo, dqn].map((row) => [row.get("a").getAttribute("href"), row.get("th").textContent]),
      [["/compare?run=r1&run=r2", "2 runs ppo"], ["/compare?run=r3", "1 run dqn"]],
    );
    // A narrow column hides the end of a name, a narrow page the heads.
    const [, value] = ppo.all("td").map((each) => each.getAttribute("data-label"));
    deepStrictEqual([ppo.get("th").getAttribute("title"), value], ["ppo", "value"]);
    deepStrictEqual([cells(ppo), cells(dqn)], [[" 21 … 3, rough"], [" 5"]]);
    strictEqual(ppo.all("circle").length, 3);
    strictEqual(page.get("table").isCalled(".grouped"), true);
    boxes(page)[0].click();
    deepStrictEqual([chosen(page), all(page).checked], [[1], false]);
    page.get("a", "Compare 2 chosen");
    boxes(page)[1].click();
    strictEqual(all(page).checked, true);
    boxes(page)[0].click();
    deepStrictEqual([chosen(page), page.all("a", "Compare 1 chosen").length], [[2], 1]);
  }));

Deno.test("dots of all groups of a column lie on one scale, figures of one metric each on theirs", () => {
  const of = (label: string, values: number[], metric: string, ...others: number[]) => ({
    ...{ label, runs: values.map((_, i) => `${label}${i}`) },
    cells: [
      { iqm: values[0], spread: null, values, metrics: [metric] },
      { iqm: 1, spread: null, values: others },
    ],
  });
  const groups = [
    of("none of another metric", [0, 50], "return"),
    of("a", [0, 100], "return", 1, 2),
    of("b", [50, 75], "return", 3, 3),
    of("c", [3, 4], "loss", 5),
    of("d", [8, 8], "loss"),
  ];
  const columns = ["figure", "seed"].map((key) => ({ key, better: null }));
  return shown({ ...grouped, columns, groups }, "group=agent", ({ page }) => {
    const dots = rows(page).map((row) =>
      row.all("svg", ".seeds").map((svg) =>
        svg.all("circle").map((dot) => Number(dot.getAttribute("cx")))
      )
    );
    // From 4 to 60 of 64 pixels; of a single one none.
    deepStrictEqual(dots, [
      [[4, 32]],
      [[4, 60], [4, 18]],
      [[32, 46], [32, 32]],
      [[4, 4 + 56 / 5]],
      [[60, 60]],
    ]);
  });
});

Deno.test("a group of which a run failed says so in the place of its figures", () => {
  const [{ runs }] = grouped.groups;
  const broken = { iqm: null, spread: null, values: [5], lost: "1 of 2, 1 failed" };
  const groups = [{ label: "ppo", runs, cells: [broken] }];
  return shown({ ...grouped, groups }, "group=agent", ({ page }) => {
    deepStrictEqual(rows(page).map(cells), [[" –1 of 2, 1 failed"]]);
  });
});

Deno.test("the column of figures says of which metric each is, and of none that there is no mean", async () => {
  const headline = (name: string) => ({ headline: { name, series: name, value: 3 } });
  const columns = [{ key: "figure", better: null }];
  const rows = [
    { row: rowOf("r1", headline("evaluation/return_mean")), apart: [], cells: [3] },
    { row: rowOf("r2", headline("evaluation/energy_distance")), apart: [], cells: [0.5] },
    { row: rowOf("r3"), apart: [], cells: [null] },
  ];
  const texts = (page: Small) => page.all("td", ".number").map(({ textContent }) => textContent);
  await shown({ ...single, columns, rows }, "", ({ page }) => {
    const found = texts(page).filter((_, i) => i % 4 === 1);
    deepStrictEqual(found, ["return 3", "energy distance 0.5", "–"]);
  });
  const metrics = ["evaluation/return_mean", "evaluation/energy_distance"];
  const none = { iqm: null, spread: null, values: [], metrics };
  const groups = [
    { label: "ppo", runs: ["r1"], cells: [{ ...cell, metrics: metrics.slice(0, 1) }] },
    { label: "all", runs: ["r1", "r2"], cells: [none] },
  ];
  await shown({ ...grouped, columns, groups }, "group=agent", ({ page }) => {
    deepStrictEqual(texts(page).map((text) => text.trim().replaceAll(/\s+/g, " ")), [
      "return 21 … 3, rough",
      "return, energy distance –",
    ]);
  });
});

Deno.test("moments are told by how long ago they were, a group's without an interval", async () => {
  const columns = [{ key: "ended", better: null, isMoment: true }];
  const moment = 120_000 - 3 * 3600_000 - 1000;
  const texts = (page: Small) => page.all("td", ".number").map(({ textContent }) => textContent);
  const rows = [{ row: rowOf("r1"), apart: [], cells: [moment] }];
  await shown({ ...single, columns, rows }, "", ({ page }) => {
    strictEqual(texts(page)[1], "3 h ago");
  });
  const spread = { low: moment - 1, high: moment, kind: "rough interval" } as const;
  const cells = [{ iqm: moment, spread, values: [moment - 1, moment] }];
  const groups = [{ label: "ppo", runs: ["r1", "r2"], cells }];
  await shown({ ...grouped, columns, groups }, "group=agent", ({ page }) => {
    strictEqual(texts(page)[0].trim(), "3 h ago");
  });
});

Deno.test("a group of which some runs are chosen is not", () =>
  shown(single, "", async ({ page }) => {
    boxes(page)[0].click();
    // Every key is proposed once.
    const proposed = page.all("datalist").map((list) =>
      list.all("option").map((each) => each.getAttribute("value") ?? each.value)
    );
    deepStrictEqual(proposed[0], ["agent", "seed"]);
    deepStrictEqual(new Set(proposed[1]).size, proposed[1].length);
    ok(proposed[0].every((key) => proposed[1].includes(key)));
    page.get("input", "Group by").put("agent");
    await answered();
    deepStrictEqual([rows(page).length, chosen(page)], [2, []]);
    boxes(page)[0].click();
    deepStrictEqual(chosen(page), [1]);
  }, { later: grouped }));

Deno.test("keys go down and up, choose and open, and stop at both ends", () =>
  shown(single, "", ({ page }) => {
    const at = () =>
      rows(page).flatMap((row, i) => row.getAttribute("aria-current") ? [i + 1] : []);
    const press = (keys: string) => [...keys].forEach((key) => page.press(key));
    press("x");
    deepStrictEqual([at(), chosen(page)], [[], []]);
    press("k");
    deepStrictEqual(at(), [1]);
    press("jj");
    deepStrictEqual(at(), [3]);
    press("x");
    deepStrictEqual(chosen(page), [3]);
    press("jjj");
    deepStrictEqual(at(), [4]);
    press("kx");
    deepStrictEqual([at(), chosen(page)], [[3], []]);
    const opened: string[] = [];
    rows(page)[2].get("a").listeners.set("click", () => opened.push("r3"));
    page.press("Enter");
    deepStrictEqual(opened, ["r3"]);
    for (const toggle of [() => press("?"), () => page.get("button", "Keys").click()]) {
      for (const isOpen of [true, false]) {
        toggle();
        strictEqual(page.all("kbd").length > 0, isOpen);
      }
    }
  }));

Deno.test("the keys' row is the same run where others come above it, and none once it is gone", () => {
  let ids = ["r1", "r2", "r3", "r4"];
  const answer = (): TableAnswer => ({
    ...single,
    rows: ids.map((id) => ({ row: rowOf(id), apart: [], cells: [0, null, "NaN"] })),
  });
  return shown(answer(), "", async ({ page }) => {
    const at = () =>
      rows(page).flatMap((row, i) => row.getAttribute("aria-current") ? [ids[i]] : []);
    const news = async (next: string[]) => {
      ids = next;
      hear({ complete: false, rows: [rowOf("r9")], removed: [] } as never);
      await answered();
    };
    page.press("j");
    page.press("j");
    await news(["r9", "r1", "r2", "r3"]);
    deepStrictEqual(at(), ["r2"]);
    page.press("x");
    deepStrictEqual(chosen(page), [3]);
    await news(["r9", "r1", "r3", "r4"]);
    deepStrictEqual(at(), []);
    page.press("Enter");
    page.press("j");
    deepStrictEqual(at(), ["r9"]);
  }, { later: answer });
});

Deno.test("keys that mean nothing, are typed in a field or are the browser's own, are left alone", () =>
  shown(single, "", ({ page }) => {
    const taken: string[] = [];
    const opened: string[] = [];
    const press = (key: string, more: object = {}) =>
      page.press(key, { preventDefault: () => taken.push(key), ...more });
    const at = () => rows(page).findIndex((row) => row.getAttribute("aria-current") !== null);
    for (const row of rows(page)) row.get("a").listeners.set("click", () => opened.push("a"));
    // No row is pointed at yet.
    press("Enter");
    deepStrictEqual([taken, opened, at()], [[], [], -1]);
    press("j");
    for (const key of ["q", "J", "Escape"]) press(key);
    deepStrictEqual([taken, opened, at(), chosen(page)], [["j"], [], 0, []]);
    const typing = ["INPUT", "SELECT", "TEXTAREA"].map((tagName) => ({ target: { tagName } }));
    for (const more of [...typing, { metaKey: true }, { ctrlKey: true }, { altKey: true }]) {
      press("j", more);
    }
    deepStrictEqual([taken, at()], [["j"], 0]);
    // A box that was clicked keeps no key; what it does by Enter belongs to a link or a button.
    press("j", { target: { tagName: "INPUT", type: "checkbox" } });
    press("j", { target: { tagName: "A" } });
    deepStrictEqual([taken, at()], [["j", "j", "j"], 2]);
    for (const tagName of ["A", "BUTTON"]) press("Enter", { target: { tagName } });
    deepStrictEqual([taken.length, opened], [3, []]);
    press("Enter");
    deepStrictEqual([taken.length, opened], [4, ["a"]]);
    const search = page.get("input", "Filter runs");
    let focused = 0;
    search.focus = () => void focused++;
    press("/");
    deepStrictEqual([focused, taken.at(-1)], [1, "/"]);
    // Other rows, other places.
    search.put("r");
    strictEqual(at(), -1);
  }));

Deno.test("a head sorts by the better end first, then the other way round", async () => {
  const first = {
    ...{ Run: "name", Seed: "seed", Status: "status", Time: "time" },
    ...{ "losses value": "losses/value" },
  };
  for (const [title, key] of Object.entries(first)) {
    await shown(single, "", async ({ page, asked }) => {
      page.get("button", title).click();
      await answered();
      deepStrictEqual(asked, [`sort=${encodeURIComponent(key)}`]);
      page.get("button", title).click();
      await answered();
      deepStrictEqual(asked.slice(1), [`sort=${encodeURIComponent(`-${key}`)}`]);
      deepStrictEqual(page.addresses, asked.map((query) => `?${query}`));
    });
  }
  // Of figures of several metrics as well, of one by that.
  for (
    const [better, sort, title] of [
      [null, "-figure", "metric by metric, the better end first"],
      ["down", "figure", "less is better"],
    ] as const
  ) {
    const columns = [{ key: FIGURE, better }];
    await shown({ ...single, columns, rows: [] }, "", async ({ page, asked }) => {
      const [head] = page.all("th").filter(({ textContent }) => textContent === FIGURE);
      deepStrictEqual([head.getAttribute("title"), head.getAttribute("aria-sort")], [
        title,
        "none",
      ]);
      head.get("button").click();
      await answered();
      deepStrictEqual(asked, [`sort=${sort}`]);
      const order = sort === FIGURE ? "ascending" : "descending";
      strictEqual(head.getAttribute("aria-sort"), order);
    });
  }
  await shown(single, "sort=name", async ({ page, asked }) => {
    const sorts = () =>
      page.get("thead").all("th").slice(1).map((each) => each.getAttribute("aria-sort"));
    deepStrictEqual(sorts(), ["ascending", ...Array(7).fill("none")]);
    page.get("button", "evaluation return mean").click();
    await answered();
    page.get("button", "Started").click();
    await answered();
    deepStrictEqual(asked, ["sort=-evaluation%2Freturn_mean", ""]);
    deepStrictEqual(sorts(), [...Array(7).fill("none"), "descending"]);
    const titles = page.all("th").map((each) => each.getAttribute("title"));
    deepStrictEqual(titles.filter((each) => each?.includes("better")), [
      ...["less is better", "more is better"],
    ]);
  });
});

Deno.test("columns are moved, taken away and added, each at once asked for", () =>
  shown(single, "offset=3", async ({ page, asked }) => {
    const columns = page.get("details");
    const last = () => new URLSearchParams(asked.at(-1)!);
    strictEqual(columns.all("button", "Move losses/value forward").length, 0);
    const cases: [() => void, string][] = [
      [
        () => columns.get("button", "Move agent.gamma forward").click(),
        "losses/value,agent.gamma,evaluation/return_mean",
      ],
      [
        () => columns.get("button", "Move evaluation/return_mean forward").click(),
        "losses/value,evaluation/return_mean,agent.gamma",
      ],
      [
        () => columns.get("button", "Take losses/value away").click(),
        "evaluation/return_mean,agent.gamma",
      ],
      [
        () => columns.get("input").put(" seed "),
        "evaluation/return_mean,agent.gamma,seed",
      ],
      [
        () => columns.get("input").put("losses/value"),
        "evaluation/return_mean,agent.gamma,seed,losses/value",
      ],
    ];
    for (const [act, wanted] of cases) {
      act();
      await answered();
      deepStrictEqual([last().get("columns"), last().get("offset")], [wanted, null]);
      strictEqual(columns.get("input").value, "");
    }
    const { length } = asked;
    columns.get("input").put(" ");
    await answered();
    strictEqual(asked.length, length);
  }));

Deno.test("a column that no run knows can be taken away", () =>
  shown(single, "columns=agent.gama", async ({ page, asked }) => {
    page.get("details").get("button", "Take agent.gama away").click();
    await answered();
    strictEqual(new URLSearchParams(asked.at(-1)!).get("columns"), null);
  }));

Deno.test("the last column stays", () =>
  shown(grouped, "group=agent", ({ page }) => {
    deepStrictEqual(page.get("details").all("button").map((each) => each.textContent), []);
  }));

const nine = (query: URLSearchParams): TableAnswer => {
  const offset = Math.min(8, Number(query.get("offset") ?? 0));
  return { ...single, length: 9, offset };
};

Deno.test("pages go to their ends and no further", () =>
  shown(nine(new URLSearchParams("offset=4")), "offset=4&limit=4", async ({ page, asked }) => {
    const ends = () =>
      page.all("span").map((each) => each.textContent).find((text) => / of 9/.test(text));
    strictEqual(ends(), "5 to 8 of 9");
    page.get("button", "Next").click();
    await answered();
    strictEqual(ends(), "9 to 9 of 9");
    throws(() => page.get("button", "Next").click(), /disabled/);
    page.get("button", "Previous").click();
    page.get("button", "Previous").click();
    await answered();
    strictEqual(ends(), "1 to 4 of 9");
    throws(() => page.get("button", "Previous").click(), /disabled/);
    deepStrictEqual(asked.filter((query) => query !== "offset=4&limit=4"), [
      ...["offset=8&limit=4", "limit=4"],
    ]);
    page.get("input", "Group by").put(" agent ");
    await answered();
    strictEqual(asked.at(-1), "group=agent&limit=4");
  }, { later: nine }));

Deno.test("where the runs of a page are gone the last one is shown, with the way back", () =>
  shown(nine(new URLSearchParams("offset=16")), "offset=16&limit=4", async ({ page, asked }) => {
    page.get("span", "9 to 9 of 9");
    page.get("button", "Previous").click();
    await answered();
    strictEqual(asked.at(-1), "offset=4&limit=4");
  }, { later: nine }));

Deno.test("a filter that no run knows stays to be mended, and what was said of it goes", () =>
  shown(single, "filter=agnt%3Dppo", async ({ page }) => {
    strictEqual(page.get("input", "Filter runs").value, "agnt=ppo");
    strictEqual(page.get("p", ".problem").textContent, "no field agnt");
    page.get("input", "Filter runs").put("agent=ppo");
    await answered();
    deepStrictEqual(page.all("p", ".problem"), []);
  }, { problem: "no field agnt" }));

Deno.test("when a run started is told by the time as it goes on; of a damaged one it is not known", async () => {
  const { setInterval: before } = globalThis;
  const begun: { again: () => void; every?: number }[] = [];
  const clock = { now: 5_000_000 };
  const { now } = Date;
  Object.assign(globalThis, {
    setInterval: (again: () => void, every?: number) => begun.push({ again, every }),
  });
  Date.now = () => clock.now;
  try {
    const [first, second] = single.rows;
    const damaged = { ...second, row: { ...second.row, damage: "it is cut off" } };
    await shown({ ...single, rows: [first, damaged] }, "", async ({ page }) => {
      const started = () => rows(page).map((row) => row.all("td").at(-1)!.textContent);
      deepStrictEqual(started(), ["2 min ago", "–"]);
      clock.now += 3_600_000;
      for (const { again, every } of begun) if (every === 30_000) again();
      await answered();
      deepStrictEqual(started(), ["1 h ago", "–"]);
    });
  } finally {
    Object.assign(globalThis, { setInterval: before });
    Date.now = now;
  }
});

Deno.test("one page has no way to another", () =>
  shown({ ...single, length: 4 }, "limit=4", ({ page }) => {
    deepStrictEqual(page.all("button", "Next"), []);
  }));

Deno.test("what no run matches is said, unless the filter is wrong", async () => {
  const none = { ...single, rows: [], found: 0, length: 0 };
  await shown({ ...none, filter: "zzz" }, "filter=zzz", ({ page }) => {
    page.get("p", "No run matches “zzz”.");
    strictEqual(all(page).checked, false);
    deepStrictEqual(page.all("a"), []);
  });
  await shown(none, "", async ({ page }) => {
    page.get("input", "Filter runs").put("a<");
    await answered();
    strictEqual(page.get("p", ".problem").textContent, "it is wrong");
    deepStrictEqual(page.all("p", ".empty"), []);
  }, { later: { problem: "it is wrong" } });
  await shown({ ...none, total: 0 }, "", ({ page }) => {
    ok(page.get("p", ".empty").textContent.startsWith("No run yet"));
  });
});

Deno.test("the figure of a row is on the side of what counts as solved that its value is on", async () => {
  const name = "evaluation/return_mean";
  const row = rowOf("r7", { headline: { name, series: name, value: 474.96, mark: 475 } });
  const columns = [FIGURE, name, "agent.gamma"].map((key) => ({ key, better: null }));
  const answer = {
    ...single,
    columns,
    rows: [{ row, apart: [], cells: [474.96, 474.96, 474.96] }],
  };
  await shown(answer, "", ({ page }) => {
    deepStrictEqual(cells(rows(page)[0]).slice(2, 5).map((each) => each.match(/[\d.]+$/)?.[0]), [
      ...["474.96", "474.96", "475"],
    ]);
  });
});

Deno.test("a row says what is known of a run, each in its column", async () => {
  const row = rowOf("r7", {
    ...{ status: "running", tags: ["starred"], damage: "its clock is wrong", verdict: "learning" },
    ...{ progress: 0.25, count: 250, wallSeconds: 50, world: "Pendulum-v1", method: "sac" },
  });
  const answer = {
    ...single,
    rows: [{ row, apart: ["gamma=0.9", "lambda=1"], cells: [0.125, null, "NaN"] }],
  };
  await shown(answer, "", ({ page }) => {
    const [line] = rows(page);
    deepStrictEqual(cells(line), [
      ...["7", "running25 %5 steps/s, 2 min 30 s leftlearning", "0.125", "–", "NaN", "50 s"],
      "–",
    ]);
    const head = line.get("th");
    deepStrictEqual(
      [head.textContent, head.getAttribute("title"), head.get("a").getAttribute("href")],
      ["name-r7starredgamma=0.9, lambda=1its clock is wrong", "its clock is wrong", "/runs/r7"],
    );
    strictEqual(line.all("td").at(-2)!.getAttribute("title"), "250 environment steps");
    const labels = line.all("td").map((each) => each.getAttribute("data-label"));
    deepStrictEqual(labels.filter((each) => each !== null), [
      ...["seed", "value", "return mean", "gamma"],
    ]);
    const classes = line.all("td").slice(3, 6).map((each) => each.getAttribute("class"));
    deepStrictEqual(classes, ["number", "number none", "number"]);
  });
  await shown(single, "", ({ page }) => {
    strictEqual(rows(page)[0].get("th").getAttribute("title"), "name-r1 (r1): m on w");
    ok(!rows(page)[0].textContent.includes("%"));
  });
  // What there is no room for is said to who points at the row.
  const [first] = single.rows;
  await shown({ ...single, rows: [{ ...first, apart: ["gamma=0.9"] }] }, "", ({ page }) => {
    strictEqual(rows(page)[0].get("th").getAttribute("title"), "name-r1 (r1): m on w, gamma=0.9");
  });
});

Deno.test("numbers stand to the right, written ones too, and words to the left", () => {
  const columns = ["agent.size", "agent.rate", "agent.optimizer", "agent.low"].map((key) => ({
    ...{ key, better: null },
  }));
  const rowsOf = [{ row: rowOf("r1"), apart: [], cells: [3, "-0.5", "adam 2", "-Infinity"] }];
  return shown({ ...single, columns, rows: rowsOf }, "", ({ page }) => {
    const found = rows(page)[0].all("td").slice(3, 7);
    deepStrictEqual(found.map((each) => [each.textContent, each.getAttribute("class")]), [
      ...[["3", "number"], ["-0.5", "number"], ["adam 2", null], ["-Infinity", "number"]],
    ]);
  });
});

Deno.test("a group's metrics are asked for once its row is seen, and drawn each in its column", async () => {
  const runs = Array.from({ length: 51 }, (_, i) => `r${i}`);
  const columns = ["figure", "agent.gamma", "losses/value"].map((key) => ({ key, better: null }));
  const judged = { ...cell, metrics: ["evaluation/return_mean"] };
  const groups = [
    { label: "ppo", runs, cells: [judged, cell, cell] },
    // A column of several metrics has no trend.
    { label: "all", runs: ["r1"], cells: [{ ...cell, metrics: ["a", "b"] }, cell, cell] },
  ];
  await shown({ ...grouped, columns, groups }, "group=agent", async ({ page }) => {
    const questions: [string[], string[]][] = [];
    const before = answeredBy((path) => {
      const [at, query] = path.split("?");
      strictEqual(at, "/api/trends");
      const asked = new URLSearchParams(query);
      questions.push([asked.getAll("metric"), asked.getAll("run")]);
      return Promise.resolve(
        Response.json({ "evaluation/return_mean": [1, 2], "losses/value": [3, null, 1, 2] }),
      );
    });
    try {
      page.scroll(false);
      await answered();
      deepStrictEqual([questions, page.all("path").length], [[], 0]);
      page.scroll(true);
      await answered();
      page.scroll(true);
      await answered();
    } finally {
      answeredBy(before);
    }
    deepStrictEqual(questions, [
      [["evaluation/return_mean", "losses/value"], runs.slice(0, 50)],
      [["losses/value"], ["r1"]],
    ]);
    const sparks = rows(page).map((row) =>
      row.all("td").slice(1).map((each) => each.all("path").map((path) => path.getAttribute("d")))
    );
    const value = "M2.0 2.0M47.3 16.0L70.0 9.0";
    deepStrictEqual(sparks, [[["M2.0 16.0L70.0 2.0"], [], [value]], [[], [], [value]]]);
    const titles = rows(page).map((row) => row.all("title").map(({ textContent }) => textContent));
    deepStrictEqual(titles, [
      Array(2).fill("IQM over training, of the newest 50 runs"),
      ["IQM over training"],
    ]);
  });
});

Deno.test("a column is dragged or moved by keys, and the address keeps what it ended at", () =>
  shown(single, "", async ({ page }) => {
    const grip = () => page.get("span", "Width of Run");
    const now = () => grip().getAttribute("aria-valuenow");
    grip().happens("pointerdown", { clientX: 100, pointerId: 1 });
    grip().happens("pointermove", { clientX: 160 });
    strictEqual(now(), "360");
    deepStrictEqual(page.addresses, []);
    grip().happens("pointerup", { clientX: 150 });
    grip().happens("pointermove", { clientX: 400 });
    await answered();
    deepStrictEqual([now(), page.addresses], ["350", ["?widths=name%3A350"]]);
    grip().happens("keydown", { key: "ArrowLeft" });
    await answered();
    deepStrictEqual([now(), page.addresses.length], ["284", 2]);
    grip().happens("dblclick");
    await answered();
    deepStrictEqual([now(), page.addresses.at(-1)], ["0", "/"]);
    grip().happens("pointerdown", { clientX: 100, pointerId: 1 });
    grip().happens("pointerup", { clientX: 100 });
    strictEqual(now(), "0");
  }));
