/** The page of a comparison: each choice asks for what it says, and stands in the address. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { answeredBy } from "../../web/ask.ts";
import Comparison from "../../web/islands/comparison.tsx";
import { hear } from "../../web/live.ts";
import { requestOf } from "../../web/routes/api/comparison.ts";
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
  { initial = {}, wanted = {}, also = [] as string[], problem = "" } = {},
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
    deepStrictEqual(heads(), ["evaluation return mean", "losses value", "losses kl"]);
    const also = (...all: string[]) =>
      all.map((name) => `&also=${encodeURIComponent(name)}`).join("");
    strictEqual(page.addresses.at(-1), `?smoothing=0&filter=ppo${also(names[2], names[1])}`);
    page.get("button", "Take losses value away").click();
    await answered();
    deepStrictEqual(heads(), ["evaluation return mean", "losses kl"]);
    strictEqual(page.addresses.at(-1), `?smoothing=0&filter=ppo${also(names[1])}`);
  }, { also: [names[2]] }));

Deno.test("groups are hidden and shown, more of them are asked for, and notes are said", () =>
  open(async (page, asked) => {
    deepStrictEqual(pressed(page), ["true", "true"]);
    const [, dqn] = page.get("ul", "Groups").all("button");
    dqn.click();
    deepStrictEqual(pressed(page), ["true", "false"]);
    dqn.click();
    deepStrictEqual(pressed(page), ["true", "true"]);
    const notes = page.all("p", ".note").map(({ textContent }) => textContent);
    ok(notes.includes("left out, as damaged: r9"));
    ok(notes.some((note) => note.startsWith("The newest 2 of 7 groups are shown.")));
    page.get("button", "Show all").click();
    await answered();
    deepStrictEqual(asked(), ["smoothing=0&groups=7&filter=ppo"]);
  }, { initial: { found: 7, left: 5 } }));

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
