/** The page of a comparison: each choice asks for what it says, and stands in the address. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { answeredBy } from "../../web/ask.ts";
import Comparison from "../../web/islands/comparison.tsx";
import { hear } from "../../web/live.ts";
import { readableRequestOf, requestOf } from "../../web/routes/api/comparison.ts";
import type { RunSummary } from "../../web/summary.ts";
import { answered, type Small, SmallPage } from "./small_page.ts";

const group = (label: string, color: number, settings = {}) => ({
  ...{ label, color, verdict: null, settings },
  seeds: [{
    ...{
      run: `${label}1`,
      seed: "1",
      status: "completed",
      counts: true,
      lacks: false,
      figure: null,
      x: [],
      y: [],
    },
  }],
  mean: { x: [], y: [], low: [], high: [] },
  statistics: { iqm: "NaN", spread: null, mean: "NaN", median: "NaN" },
});
const names = ["evaluation/return_mean", "losses/kl", "losses/value"];
const comparison = {
  ...{ names, metric: names[0], axis: "environmentSteps", filter: "ppo", suite: null },
  groups: [group("ppo", 0), group("dqn", 1)],
  ...{ found: 2, left: 0, notes: ["left out, as damaged: r9"], findings: [] },
};
const request = { runs: [], filter: "ppo", smoothing: 0 };
/** News of a run, or of its way to the trash. */
const news = async (id: string, stamp?: number) => {
  const rows = stamp === undefined ? [] : [{ id, stamp } as RunSummary];
  hear({ complete: false, rows, removed: stamp === undefined ? [id] : [] });
  await answered();
};

/** The page over a server that compares the same, or says what it cannot. */
async function open(
  body: (page: SmallPage, asked: () => string[]) => Promise<void>,
  {
    initial = {},
    wanted = {},
    also = [] as string[],
    hidden = [] as readonly string[],
    problem = "",
  } = {},
): Promise<void> {
  const asked: string[] = [];
  const before = answeredBy((path) => {
    const { pathname, searchParams } = new URL(path, "http://page");
    if (pathname === "/api/pictures") {
      return Promise.resolve({ ok: true, json: () => Promise.resolve([]) } as Response);
    }
    strictEqual(pathname, "/api/comparison");
    asked.push(String(searchParams));
    const filter = searchParams.get("filter");
    if (filter === "gone") return Promise.reject(new TypeError("no server"));
    const metric = searchParams.get("metric") ?? names[0];
    const answer = filter === "x="
      ? { ok: false, text: () => Promise.resolve("There is no x.") }
      : { ok: true, json: () => Promise.resolve({ ...comparison, ...initial, metric }) };
    return Promise.resolve(answer as unknown as Response);
  });
  try {
    using page = new SmallPage(Comparison, {
      ...{
        initial: { ...comparison, ...initial },
        request: { ...request, ...wanted },
        also,
        hidden,
        problem,
      },
      program: { name: "lab" },
    });
    await answered();
    await body(page, () => asked.splice(0));
  } finally {
    answeredBy(before);
  }
}

const choiceOf = (page: Small, title: string) =>
  page.all("select").find((each) => each.parentElement!.textContent.startsWith(title))!;
const pressed = (page: Small) =>
  page.get("ul", "Groups").all("button").map((each) => each.getAttribute("aria-pressed"));

Deno.test("what is chosen is asked for, and kept in the address, where the first is drawn already", () =>
  open(async (page, asked) => {
    deepStrictEqual([asked(), page.addresses], [[], []]);
    const metric = encodeURIComponent(names[1]);
    const steps: [act: () => void, query: string][] = [
      [() => choiceOf(page, "Metric").put(names[1]), `smoothing=0&metric=${metric}&filter=ppo`],
      [
        () => choiceOf(page, "X axis").put("wallSeconds"),
        `smoothing=0&axis=wallSeconds&metric=${metric}&filter=ppo`,
      ],
      [
        () => page.all("input").find((each) => each.getAttribute("type") === "range")!.put("0.05"),
        `smoothing=0.05&axis=wallSeconds&metric=${metric}&filter=ppo`,
      ],
      [
        () => {
          page.get("input", "Equal seeds").checked = true;
          page.get("input", "Equal seeds").happens("change");
        },
        `smoothing=0.05&axis=wallSeconds&metric=${metric}&paired=1&filter=ppo`,
      ],
      [
        () => {
          page.get("input", "Equal seeds").checked = false;
          page.get("input", "Equal seeds").happens("change");
        },
        `smoothing=0.05&axis=wallSeconds&metric=${metric}&filter=ppo`,
      ],
      // Another filter has other metrics.
      [
        () => page.get("input", "Filter runs").put("dqn"),
        "smoothing=0.05&axis=wallSeconds&filter=dqn",
      ],
    ];
    for (const [act, query] of steps) {
      act();
      await answered();
      deepStrictEqual([asked(), page.addresses.splice(0)], [[query], [`?${query}`]]);
      strictEqual(page.all("p", ".problem").length, 0);
    }
    const read = requestOf(new URLSearchParams(steps[3][1]));
    deepStrictEqual([read.axis, read.smoothing, read.metric, read.paired], [
      ...["wallSeconds", 0.05, names[1], true],
    ]);
  }));

Deno.test("while another view is compared it is said of how many runs, where that is known", () =>
  open(async (page) => {
    const said = () => page.get("small", ".waiting").textContent;
    strictEqual(page.get("small", ".waiting").getAttribute("role"), "status");
    strictEqual(said(), "");
    choiceOf(page, "Metric").put(names[1]);
    strictEqual(said(), "Comparing 2 runs …");
    await answered();
    strictEqual(said(), "");
    page.all("input")[0].put("sac");
    strictEqual(said(), "Comparing runs …");
    await answered();
    // What cannot be compared is waited for no longer.
    page.all("input")[0].put("x=");
    await answered();
    strictEqual(said(), "");
  }));

Deno.test("axes of all charts are logarithmic as the address says, and x has points of its own", () =>
  open(async (page, asked) => {
    asked();
    const choose = async (axis: string, checked: boolean) => {
      const choice = page.get("input", `Log ${axis} axis`);
      choice.checked = checked;
      choice.happens("change");
      await answered();
      return [asked().length, page.addresses.at(-1)];
    };
    const usual = "?smoothing=0&filter=ppo";
    deepStrictEqual(await choose("y", true), [0, `${usual}&scale=log`]);
    deepStrictEqual(await choose("x", true), [1, `${usual}&xscale=log&scale=log`]);
    deepStrictEqual(await choose("y", false), [0, `${usual}&xscale=log`]);
    deepStrictEqual(await choose("x", false), [1, usual]);
    const outliers = page.get("input", "Ignore outliers");
    outliers.checked = true;
    outliers.happens("change");
    await answered();
    deepStrictEqual([asked().length, page.addresses.at(-1)], [0, `${usual}&outliers=ignored`]);
  }));

Deno.test("metrics stand beside the first one until they are taken away", () =>
  open(async (page, asked) => {
    deepStrictEqual(asked(), [`smoothing=0&metric=${encodeURIComponent(names[2])}&filter=ppo`]);
    const heads = () =>
      page.all("h3").map((each) => each.all("span")[0]?.textContent).filter(Boolean);
    deepStrictEqual(heads(), ["evaluation return mean", "losses value"]);
    const beside = choiceOf(page, "Beside it");
    deepStrictEqual(beside.all("option").map((each) => each.getAttribute("value") ?? each.value), [
      ...["", names[1]],
    ]);
    beside.put(names[1]);
    await answered();
    deepStrictEqual(heads(), ["evaluation return mean", "losses value", "losses KL"]);
    const also = (...all: string[]) =>
      all.map((name) => `&also=${encodeURIComponent(name)}`).join("");
    strictEqual(page.addresses.at(-1), `?smoothing=0&filter=ppo${also(names[2], names[1])}`);
    page.get("button", "Take losses value away").click();
    await answered();
    deepStrictEqual(heads(), ["evaluation return mean", "losses KL"]);
    strictEqual(page.addresses.at(-1), `?smoothing=0&filter=ppo${also(names[1])}`);
  }, { also: [names[2]] }));

Deno.test("a metric beside the first one that no run has is named, and taken away", () =>
  open(async (page) => {
    strictEqual(page.get("p", ".problem").textContent, "None of these runs has nope. Take it away");
    page.get("button", "Take it away").click();
    await answered();
    deepStrictEqual(page.all("p", ".problem").map(({ textContent }) => textContent), []);
    strictEqual(page.addresses.at(-1), "?smoothing=0&filter=ppo");
  }, { also: ["nope"] }));

Deno.test("groups are hidden and shown, more of them are asked for, and notes are said", () =>
  open(async (page, asked) => {
    deepStrictEqual(pressed(page), ["true", "true"]);
    const [, dqn] = page.get("ul", "Groups").all("button");
    dqn.click();
    deepStrictEqual(pressed(page), ["true", "false"]);
    strictEqual(page.addresses.at(-1), "?smoothing=0&filter=ppo&hide=dqn1");
    dqn.click();
    deepStrictEqual(pressed(page), ["true", "true"]);
    deepStrictEqual([page.addresses.at(-1), asked()], ["?smoothing=0&filter=ppo", []]);
    const notes = page.all("p", ".note").map(({ textContent }) => textContent);
    ok(notes.includes("left out, as damaged: r9"));
    ok(notes.some((note) => note.startsWith("The newest 2 of 7 groups are shown.")));
    page.get("button", "Show all").click();
    await answered();
    deepStrictEqual(asked(), ["smoothing=0&groups=7&filter=ppo"]);
  }, { initial: { found: 7, left: 5 } }));

Deno.test("groups that the address hides are hidden, and shown by a click", () =>
  open((page) => {
    deepStrictEqual(pressed(page), ["true", "false"]);
    page.get("ul", "Groups").all("button")[1].click();
    deepStrictEqual(pressed(page), ["true", "true"]);
    return Promise.resolve();
  }, { hidden: readableRequestOf(new URLSearchParams("hide=dqn&hide=gone")).hidden }));

Deno.test("a group stays hidden by its run, whatever it is called beside others", () =>
  open((page) => {
    deepStrictEqual(pressed(page), ["true", "false"]);
    page.get("ul", "Groups").all("button")[1].click();
    deepStrictEqual(pressed(page), ["true", "true"]);
    strictEqual(page.addresses.at(-1), "?smoothing=0&filter=ppo");
    return Promise.resolve();
  }, { hidden: ["dqn1"] }));

Deno.test("what cannot be compared is said, and what was there stays", () =>
  open(async (page, asked) => {
    page.get("input", "Filter runs").put("x=");
    await answered();
    deepStrictEqual(page.all("p", ".problem").map(({ textContent }) => textContent), [
      "There is no x.",
    ]);
    strictEqual(pressed(page).length, 2);
    page.get("input", "Filter runs").put("gone");
    await answered();
    page.get("input", "Filter runs").put("ppo");
    await answered();
    strictEqual(page.all("p", ".problem").length, 0);
    deepStrictEqual(asked().length, 3);
  }, { initial: { filter: "" }, wanted: { runs: ["r1", "r2"], filter: "" } }));

Deno.test("a page follows every run that it may take in, figures or none, by the filter it opened with", () =>
  open(async (page, asked) => {
    const followed = "smoothing=0&filter=ppo";
    await news("r7", 1);
    deepStrictEqual(asked(), [followed]);
    // Its first figures come after its first row.
    await news("r7", 2);
    deepStrictEqual(asked(), [followed]);
    await news("r7");
    deepStrictEqual(asked(), [followed]);
    strictEqual(page.addresses.length, 0);
  }, { wanted: { filter: "" } }));

Deno.test("a page of chosen runs follows those alone, figures or none", () =>
  open(async (_, asked) => {
    await news("r7", 3);
    deepStrictEqual(asked(), []);
    await news("r8", 4);
    deepStrictEqual(asked(), ["smoothing=0&run=r8&run=r9"]);
    await news("r9");
    deepStrictEqual(asked(), ["smoothing=0&run=r8&run=r9"]);
  }, { initial: { filter: "" }, wanted: { runs: ["r8", "r9"], filter: "" } }));

Deno.test("where nothing is found it is said why", async () => {
  const cases = [
    [{ groups: [] }, {}, "None of these runs has evaluation return mean."],
    [{ groups: [], names: [], filter: "" }, { filter: "" }, "None of these runs has figures yet."],
    [
      { groups: [], names: [], filter: "", found: 0 },
      { filter: "" },
      "No figures to compare yet. Train some runs with lab run cartpole-ppo-quick.",
    ],
    [{ groups: [], names: [] }, {}, "No run with figures matches “ppo”."],
    [{ groups: [], names: [] }, { filter: "dqn" }, "No run with figures matches “dqn”."],
  ] as const;
  for (const [initial, wanted, line] of cases) {
    await open((page) => {
      strictEqual(page.get("p", ".empty").textContent, line);
      return Promise.resolve();
    }, { initial, wanted });
  }
});

Deno.test("a filter that no run can answer stays in its field, with what is wrong, to be mended", () => {
  const problem = 'No run has a field "agent.foo"';
  const nothing = { metric: "", names: [], groups: [], findings: [], found: 0, filter: "" };
  return open(async (page, asked) => {
    strictEqual(page.get("p", ".problem").textContent, problem);
    deepStrictEqual(page.all("p", ".empty"), []);
    const field = page.get("input", "Filter runs");
    strictEqual(field.value, "agent.foo<3");
    field.put("ppo");
    await answered();
    deepStrictEqual([asked(), page.all("p", ".problem")], [["smoothing=0&filter=ppo"], []]);
  }, { initial: nothing, wanted: { filter: "agent.foo<3" }, problem });
});

Deno.test("every chart shows the stretch that is asked for, and lets it go for all of them", () =>
  open(async (page, asked) => {
    asked();
    const wholes = () => page.all("button").filter((each) => each.isCalled("Zoom out"));
    strictEqual(wholes().length, 2);
    wholes()[1].click();
    await answered();
    strictEqual(wholes().length, 0);
    deepStrictEqual(asked().map((query) => /from|to=/.test(query)), [false, false]);
    ok(!page.addresses.at(-1)!.includes("from="));
  }, { also: [names[2]], wanted: { range: { from: 2, to: 5 } } }));

Deno.test("settings that differ come in an order: those that all groups have, those with most values, by name", () => {
  const settings = [
    { b: "1", a: "1", many: "1", some: "1", same: "x" },
    { b: "2", a: "2", many: "2", some: "2", same: "x" },
    { b: "1", a: "1", many: "3", same: "x" },
  ];
  const groups = settings.map((each, i) => group(`g${i}`, i, each));
  return open((page) => {
    const [choice] = page.all("select").filter((each) =>
      each.all("option").some(({ textContent }) => textContent === "many")
    );
    deepStrictEqual(choice.all("option").map(({ textContent }) => textContent), [
      ...["many", "a", "b", "some"],
    ]);
    return Promise.resolve();
  }, { initial: { groups } });
});

Deno.test("seeds are drawn one by one of few groups, of more where that is asked for", async () => {
  const seeds = (page: Small) => page.get("input", "Single seeds");
  for (const count of [3, 4]) {
    const groups = Array.from({ length: count }, (_, i) => group(`g${i}`, i));
    await open((page) => {
      strictEqual(seeds(page).checked, count === 3);
      seeds(page).checked = count !== 3;
      seeds(page).happens("change");
      strictEqual(seeds(page).checked, count !== 3);
      return Promise.resolve();
    }, { initial: { groups, found: count } });
  }
});

Deno.test("a profile tells the better side of its metric, and is of groups that are shown", async () => {
  const withFigure = (label: string, color: number, figures: readonly number[]) => {
    const { seeds: [seed], ...more } = group(label, color);
    return { ...more, seeds: figures.map((figure) => ({ ...seed, figure })) };
  };
  const groups = [withFigure("ppo", 0, [1, 2]), withFigure("dqn", 1, [3, 5])];
  for (const [metric, side] of [[names[0], "above"], ["evaluation/energy_distance", "below"]]) {
    await open((page) => {
      page.get("h3", `Performance profile: share of seeds ${side} a value`);
      const chart = () =>
        page.all("div", ".canvas").map((each) => each.getAttribute("aria-label")!)
          .find((label) => label.startsWith(`Share of each group's seeds ${side} a value`))!;
      ok(chart().includes("ppo:") && chart().includes("dqn:"), chart());
      page.get("ul", "Groups").all("button")[1].click();
      ok(chart().includes("ppo:") && !chart().includes("dqn:"), chart());
      return Promise.resolve();
    }, { initial: { groups, metric } });
  }
});

Deno.test("a filter finds others in place of the chosen runs, and what was asked for is given up with the page", async () => {
  await open(async (page, asked) => {
    const field = page.get("input", "Filter runs");
    strictEqual(field.getAttribute("placeholder"), "2 chosen runs; a filter finds others");
    field.put("dqn");
    await answered();
    deepStrictEqual(asked(), ["smoothing=0&filter=dqn"]);
    ok(page.get("input", "Filter runs").getAttribute("placeholder")!.startsWith("Filter: ppo"));
    deepStrictEqual(
      choiceOf(page, "Beside it").all("option").map(({ textContent }) => textContent),
      ["another metric …", "losses KL", "losses value"],
    );
  }, { initial: { filter: "" }, wanted: { runs: ["r1", "r2"], filter: "" } });
  let signal: AbortSignal | undefined;
  await open((page) => {
    const before = answeredBy((_, options) => {
      signal = options?.signal ?? undefined;
      return new Promise(() => {});
    });
    choiceOf(page, "Metric").put(names[1]);
    answeredBy(before);
    strictEqual(signal!.aborted, false);
    return Promise.resolve();
  });
  strictEqual(signal!.aborted, true);
});
