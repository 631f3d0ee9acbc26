/** Parts of pages in a reader's hand: forms, sliders, handles, drawings. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import type { Environment } from "../../lab/core/environment.ts";
import { Box } from "../../lab/core/space.ts";
import { AheadView } from "../../web/components/ahead_view.tsx";
import { ChangeBar } from "../../web/components/change_bar.tsx";
import { AxisChoice, SmoothingChoice } from "../../web/components/choices.tsx";
import { Film } from "../../web/components/film.tsx";
import { SettingForm } from "../../web/components/setting_form.tsx";
import { answeredBy } from "../../web/ask.ts";
import { Spark } from "../../web/components/spark.tsx";
import type { Contents } from "../../web/contents.ts";
import { Gallery } from "../../web/components/gallery.tsx";
import { Bars } from "../../web/explorer/bars.tsx";
import { CodeMap } from "../../web/explorer/map.tsx";
import { Modes } from "../../web/explorer/modes.tsx";
import { Pad } from "../../web/explorer/pad.tsx";
import { PointsExplorer } from "../../web/explorer/points.tsx";
import RunCommands from "../../web/islands/run_commands.tsx";
import RunDigest from "../../web/islands/run_digest.tsx";
import RunEvents from "../../web/islands/run_events.tsx";
import RunNote from "../../web/islands/run_note.tsx";
import { NoteKeeper } from "../../web/note_keeper.ts";
import { Status } from "../../web/components/status.tsx";
import { statuses } from "../../lab/store/run_status.ts";
import RunStatus from "../../web/islands/run_status.tsx";
import { hear } from "../../web/live.ts";
import { chosenIteration } from "../../web/moment.ts";
import { Stage } from "../../web/player/stage.tsx";
import { StripView } from "../../web/player/strip_view.tsx";
import type { FormField } from "../../web/training/form.ts";
import type { Description } from "../../web/training/protocol.ts";
import { imageOf, rasters } from "../../web/rasters.ts";
import type { RunSummary } from "../../web/summary.ts";
import { answered, type Drawn, settle, type Small, SmallPage } from "./small_page.ts";

const fieldOf = (path: string, value: FormField["value"], more: Partial<FormField> = {}) => ({
  ...{ path, value, usual: value, default: value, type: "number", description: "", choices: [] },
  ...more,
});

/** Shows a form, and tells what each touch of it chooses. */
function formWith(
  fields: readonly FormField[],
  set: Record<string, string>,
  problem: string,
  body: (page: Small, chosen: Record<string, string>[]) => void,
): void {
  const chosen: Record<string, string>[] = [];
  const setting = { base: { experiment: "e" }, seed: "", backend: "wasm", set } as const;
  const description = { fields } as unknown as Description;
  const choose = (next: { readonly set: Readonly<Record<string, string>> }) =>
    void chosen.push({ ...next.set });
  using page = new SmallPage(SettingForm, { setting, description, problem, choose });
  body(page, chosen);
}

Deno.test("a field that is set to what it was, or to nothing, is set no more", () => {
  const fields = [
    fieldOf("budget", 500, { usual: 1000, unit: "steps", range: "> 0", description: "how long" }),
    fieldOf("agent.gamma", 0.99),
    fieldOf("agent.kind", "tanh", { choices: ["tanh", "relu"] }),
  ];
  formWith(fields, { budget: "500", "agent.kind": "relu" }, "", (page, chosen) => {
    const input = (name: string) =>
      [...page.all("input"), ...page.all("select")].find((each) =>
        each.getAttribute("id") === `field-${name}`
      )!;
    deepStrictEqual(["budget", "agent.gamma", "agent.kind"].map((name) => input(name).value), [
      ...["500", "0.99", "relu"],
    ]);
    input("agent.gamma").put(" 0.9 ");
    input("agent.gamma").put("0.99");
    input("agent.gamma").put("  ");
    input("budget").put("1000");
    input("agent.kind").put("tanh");
    const usual = { budget: "500", "agent.kind": "relu" };
    // A text field tells its change once, as it is left.
    deepStrictEqual(chosen, [
      { ...usual, "agent.gamma": "0.9" },
      usual,
      usual,
      { "agent.kind": "relu" },
      { budget: "500" },
    ]);
    const [budget] = page.all("div", ".field");
    strictEqual(budget.get("small").textContent, "steps · > 0 · how long back to 1,000");
    budget.get("button").click();
    deepStrictEqual(chosen.at(-1), { "agent.kind": "relu" });
    strictEqual(page.get("details").getAttribute("open"), null);
    strictEqual(page.get("summary").textContent, "agent  2 fields");
    deepStrictEqual(page.all("option").map((each) => [each.value, each.selected]), [
      ["tanh", false],
      ["relu", true],
    ]);
  });
});

Deno.test("what is wrong stands at its field, in a group that is open then", () => {
  const fields = [
    fieldOf("budget", 1000),
    fieldOf("agent.name", "dqn"),
    fieldOf("agent.gamma", 0.99),
    fieldOf("model.name", "vae"),
  ];
  const problem = "Cannot set agent.gamma as it must be 0 … 1: 2";
  formWith(fields, { "agent.gamma": "2" }, problem, (page) => {
    const shown = page.all("details").map((each) => [each.open, each.get("summary").textContent]);
    deepStrictEqual(shown, [[true, "agent dqn 2 fields, 1 changed"], [false, "model vae 1 field"]]);
    const wrong = page.all("span", ".problem");
    deepStrictEqual(wrong.map((each) => each.textContent), [problem]);
    const invalid = page.all("input").filter((each) =>
      each.getAttribute("aria-invalid") === "true"
    );
    deepStrictEqual(invalid.map((each) => [each.getAttribute("id"), each.value]), [
      ["field-agent.gamma", "2"],
    ]);
  });
});

const facts = (page: Small) =>
  page.get("dl").all("div").map((each) =>
    `${each.all("dt")[0].textContent}: ${each.all("dd")[0].textContent.replaceAll("\u00a0", " ")}`
  );

Deno.test("before training it is said what will be trained, for how long, judged how", () => {
  const fields = [
    fieldOf("agent.name", "dqn"),
    fieldOf("environment.id", "CartPole-v1"),
    ...[fieldOf("budget", 2000, { usual: 1000 }), fieldOf("evaluation.every", 500)],
    ...[fieldOf("evaluation.episodes", 20), fieldOf("stop.metric", "evaluation/return_mean")],
    ...[fieldOf("stop.atLeast", 475), fieldOf("stop.times", 2)],
  ];
  const description = { fields, unit: "environmentSteps", seconds: 30 } as unknown as Description;
  {
    const ahead = { threshold: 475, random: 22, isPlane: false };
    using page = new SmallPage(AheadView, { description, ahead });
    strictEqual(page.get("h2").textContent, "dqn on CartPole-v1");
    deepStrictEqual(facts(page), [
      "Learns for: at most 2,000 environment steps",
      "Is judged: every 500 environment steps, by 20 episodes",
      "Ends early: where return is 475 or more, 2 times in a row",
      "Counts as solved: at 475",
      "Random actions: return 22",
      "Takes: about 1 min 0 s on the command line, here up to twice that",
    ]);
  }
  const model = {
    fields: [fieldOf("model.name", "vae"), fieldOf("dataset.name", "glyphs"), fieldOf("budget", 9)],
    ...{ unit: "examples", seconds: null },
  } as unknown as Description;
  {
    using page = new SmallPage(AheadView, {
      description: model,
      ahead: undefined,
      isRefused: true,
    });
    page.get("p", "The start is drawn once the setting can be trained.");
  }
  using page = new SmallPage(AheadView, { description: model, ahead: undefined });
  strictEqual(page.get("h2").textContent, "vae on glyphs");
  deepStrictEqual(facts(page), ["Learns for: at most 9 examples"]);
  page.get("p", "The start is being drawn.");
});

Deno.test("before a training stands how an episode begins, else what it learns from", () => {
  const fields = [fieldOf("model.name", "vae"), fieldOf("dataset.name", "glyphs")];
  const show = (ahead: object) =>
    new SmallPage(AheadView, {
      ahead: { isPlane: false, ...ahead },
      description: { fields, unit: "examples", seconds: null } as unknown as Description,
    });
  const raster = { width: 2, height: 1, channels: 1, pixels: Uint8Array.of(0, 255) };
  {
    const disc = { kind: "circle", center: [0.5, 0.5], radius: 0.25, fill: [1, 2, 3] };
    const scene = { view: [0, 0, 1, 1], background: [255, 255, 255], shapes: [disc] };
    using page = show({ scene });
    strictEqual(page.get("figcaption").textContent, "As an episode begins");
    const label = page.get("canvas").getAttribute("aria-label");
    strictEqual(label, "glyphs as an episode begins");
  }
  for (const [isPlane, style] of [[false, "sheet"], [true, "sheet points-on-white"]]) {
    using page = show({ examples: { raster }, isPlane });
    strictEqual(page.get("figcaption").textContent, "What it learns from");
    const canvas = page.get("canvas", "Examples of glyphs");
    deepStrictEqual([canvas.getAttribute("class"), canvas.width], [style, 2]);
  }
  {
    using page = show({ examples: { text: "a cab" } });
    strictEqual(page.get("pre", "Examples of glyphs").textContent, "a cab");
  }
  using page = show({});
  deepStrictEqual(page.all("figure"), []);
});

Deno.test("a probability is a bar and a share of a hundred, beside its class", () => {
  using page = new SmallPage(Bars, { names: ["cat"], values: [0.875, 0.125] });
  deepStrictEqual(page.all("li").map((each) => each.textContent), ["cat88 %", "113 %"]);
  deepStrictEqual(page.all("meter").map((each) => each.getAttribute("aria-label")), [
    ...["Probability of cat", "Probability of 1"],
  ]);
});

const drawn = (page: Small) => page.get("canvas").drawn;
const called = (all: readonly Drawn[], name: string) =>
  all.filter(([each]) => each === name).map(([, ...args]) => args);

Deno.test("the strip has a column a step, and a stroke where the episode stands", () => {
  // 300 × 60 pixels of the page are 600 × 120 of the screen; 100 steps of 6.
  const rows = Array.from({ length: 100 }, () => [0.25, 0.75]);
  const strip = { kind: "probabilities", range: [0, 1], rows } as const;
  {
    using page = new SmallPage(StripView, { strip, at: 40, names: ["left"], color: 4 });
    const bars = called(drawn(page), "fillRect");
    deepStrictEqual([bars[0], bars[1]], [[0, 90, 6.5, 30], [0, 0, 6.5, 90]]);
    deepStrictEqual([bars[2], bars.at(-1)], [[6, 90, 6.5, 30], [238, 0, 4, 120]]);
    strictEqual(bars.length, 201);
    const said = page.get("figcaption").textContent;
    strictEqual(said, "Probability of each actionleft 0.251 0.75");
    const colors = called(drawn(page), "fillStyle").map(([color]) => color);
    strictEqual(new Set(colors).size, 3);
    deepStrictEqual(page.all("span").map((each) => each.getAttribute("class")), [
      ...["series-4 key", "series-5 key"],
    ]);
  }
  const values = { kind: "values", range: [-1, 1], rows: [[1, -1], undefined, [0, 0]] } as const;
  using page = new SmallPage(StripView, { strip: values, at: 1, names: [] });
  // Fewer than fifty steps do not fill it: 12 pixels each. 2 pixels are left above and below.
  deepStrictEqual(called(drawn(page), "lineTo"), [[6, 2], [30, 60], [6, 118], [30, 60]]);
  deepStrictEqual(called(drawn(page), "fillRect"), [[10, 0, 4, 120]]);
  strictEqual(
    page.get("figcaption").textContent,
    "What each action is worth (Q)0 11 -1-1 … 1",
  );
  // A figure has as many digits as its bounds.
  page.show({
    strip: { ...values, range: [-542_423, -542_421], rows: [[-542_422]] },
    at: 1,
    names: [],
  });
  strictEqual(
    page.get("figcaption").textContent,
    "What each action is worth (Q)0 -542,422-542,423 … -542,421",
  );
});

Deno.test("what stands still is drawn anew where its size or the page's theme changes", () => {
  const strip = { kind: "values", rows: [[1], [2]], range: [1, 2] };
  using page = new SmallPage(StripView, { strip, at: 1, names: ["a"] });
  const canvas = page.get("canvas");
  const drawn = () => canvas.drawn.splice(0).filter(([name]) => name === "clearRect").length;
  strictEqual(drawn(), 1);
  page.resize();
  strictEqual(drawn(), 1);
  (document as unknown as Small).happens("themechange");
  strictEqual(drawn(), 1);
  // Of what is shown now.
  page.show({ strip: { ...strip, rows: [[1], [2], [1]] }, at: 3, names: ["a"] });
  drawn();
  page.resize();
  strictEqual(canvas.drawn.filter(([name]) => name === "lineTo").length, 3);
});

Deno.test("a hand drags a part while it is held, and a click pushes it once", () => {
  const hand: unknown[][] = [];
  const environment = {
    observationSpace: new Box({ low: 0, high: 1, shape: [1] }),
    scene: () => ({ view: [0, 0, 30, 6], shapes: [] }),
    snapshot: () => ({ state: [7] }),
  } as unknown as Environment;
  const standing = { end: null as string | null };
  const episodes = {
    environment,
    standing,
    touch: (change: (state: unknown) => unknown) => hand.push([change([7])]),
  };
  const handle = {
    parts: "the part",
    partAt: (_: unknown, [x]: readonly number[]) => x < 20 ? "pole" : undefined,
    dragged: (_: unknown, part: string, point: readonly number[]) => ["dragged", part, ...point],
    kicked: (_: unknown, part: string, point: readonly number[]) => ["kicked", part, ...point],
  };
  const told: string[] = [];
  const props = {
    ...{ episodes, label: "world", frame: 1, handle, length: 1, over: (scene: unknown) => scene },
    touched: () => told.push("touched"),
  };
  using page = new SmallPage(Stage, props);
  const canvas = page.get("canvas");
  const at = (type: string, clientX: number, clientY: number) =>
    canvas.happens(type, { clientX: clientX + 40, clientY: clientY + 20, pointerId: 1 });
  const taken = () => hand.splice(0).map(([change]) => change);
  // 300 × 60 pixels show 30 × 6 units, as wide and as high as they are.
  strictEqual(canvas.style.aspectRatio, "5");
  at("pointerdown", 100, 20);
  at("pointermove", 102, 20);
  deepStrictEqual(taken(), []);
  at("pointerup", 102, 20);
  deepStrictEqual([taken(), told.length], [[["kicked", "pole", 10.2, 4]], 1]);
  at("pointermove", 150, 20);
  deepStrictEqual(taken(), []);
  at("pointerdown", 100, 20);
  at("pointermove", 110, 30);
  at("pointermove", 101, 20);
  deepStrictEqual(taken(), [["dragged", "pole", 11, 3], ["dragged", "pole", 10.1, 4]]);
  at("pointerup", 101, 20);
  at("pointermove", 150, 20);
  deepStrictEqual(taken(), []);
  at("pointerdown", 250, 20);
  at("pointerup", 250, 20);
  at("pointerdown", 100, 20);
  at("pointercancel", 100, 20);
  at("pointerup", 100, 20);
  deepStrictEqual(taken(), []);
  // A finger on a part moves that, one beside it the page.
  const keepsPage = (x: number) => {
    let isKept = false;
    const touches = [{ clientX: x + 40, clientY: 40 }];
    canvas.happens("touchstart", { touches, preventDefault: () => isKept = true });
    return isKept;
  };
  deepStrictEqual([keepsPage(100), keepsPage(250)], [true, false]);
  standing.end = "terminated";
  strictEqual(keepsPage(100), false);
  at("pointerdown", 100, 20);
  at("pointerup", 100, 20);
  deepStrictEqual(taken(), []);
});

Deno.test("a film goes to the moment after, from the last to the first, once it is there", () => {
  const moments = [{ iteration: 10 }, { iteration: 20 }, { iteration: 30 }];
  const begun: { again: () => void; every: number }[] = [];
  const { setInterval: before } = globalThis;
  const show = (isThere: boolean) =>
    new SmallPage(Film, { name: "it", title: "now", moments, isThere });
  Object.assign(globalThis, {
    setInterval: (again: () => void, every: number) => begun.push({ again, every }),
  });
  try {
    {
      using page = show(true);
      const slider = page.get("input");
      deepStrictEqual([slider.value, slider.getAttribute("max")], [2, "2"]);
      slider.put("0");
      strictEqual(chosenIteration.value, 10);
      slider.put("2");
      strictEqual(chosenIteration.value, undefined);
      page.get("button", "Play it over training").click();
      strictEqual(begun[0].every, 350);
      begun[0].again();
      strictEqual(chosenIteration.value, 10);
      begun[0].again();
      strictEqual(chosenIteration.value, 20);
      // Moments that come meanwhile keep no film back.
      page.show({ ...{ name: "it", title: "now", isThere: true }, moments: [...moments] });
      strictEqual(begun.length, 1);
      page.get("button", "Stop it").click();
      page.get("button", "Play it over training");
    }
    const { length } = begun;
    {
      using page = show(false);
      page.get("button", "Play it over training").click();
      strictEqual(begun.length, length);
    }
    using alone = new SmallPage(Film, { name: "it", title: "", moments: moments.slice(1, 2) });
    strictEqual(alone.textContent, "");
  } finally {
    Object.assign(globalThis, { setInterval: before });
    chosenIteration.value = undefined;
  }
});

/** Answers what is asked of the server, and keeps it. */
async function changing(
  response: () => Response | Promise<Response>,
  body: (asked: unknown[]) => Promise<void>,
): Promise<void> {
  const asked: unknown[] = [];
  const { fetch: before } = globalThis;
  globalThis.fetch = (path, options) => {
    strictEqual(path, "/api/change");
    asked.push(JSON.parse(String(options?.body)));
    return Promise.resolve(response());
  };
  try {
    await body(asked);
  } finally {
    globalThis.fetch = before;
  }
}

Deno.test("each button of the chosen runs asks for its change, and for its opposite", async () => {
  const runs = ["a", "b"];
  const put = (label: string, text: string) => (page: Small) => {
    page.get("input", label).put(text);
    page.get("input", label).happens("keydown", { key: "Enter" });
    strictEqual(page.get("input", label).value, "");
  };
  const press = (name: string) => (page: Small) => page.get("button", name).click();
  const tag = (tag: string) => ({ action: "tag", tag });
  const untag = (tag: string) => ({ action: "untag", tag });
  const cases = [
    [press("Star"), tag("starred"), untag("starred"), "2 runs starred.", false],
    [put("Tag", " x "), tag("x"), untag("x"), "2 runs tagged “x”.", false],
    [put("Take the tag away", "x"), untag("x"), tag("x"), "2 runs without “x”.", false],
    [press("Archive"), tag("archived"), untag("archived"), "2 runs archived.", true],
    [
      press("Move to the trash"),
      { action: "trash" },
      { action: "restore" },
      "2 runs moved to the trash.",
      true,
    ],
  ] as const;
  for (const [act, change, back, text, leaves] of cases) {
    await changing(() => Response.json({ changed: ["b"] }), async (asked) => {
      const left: string[] = [];
      using page = new SmallPage(ChangeBar, {
        chosen: new Set(runs),
        left: () => void left.push("left"),
      });
      act(page);
      await answered();
      deepStrictEqual([asked, left.length > 0], [[{ runs, change }], leaves]);
      ok(page.get("span").textContent.startsWith(text), page.get("span").textContent);
      page.get("button", "Undo").click();
      await answered();
      // The other run was so before.
      deepStrictEqual(asked.at(-1), { runs: ["b"], change: back });
      strictEqual(page.get("span").textContent, "Undone. ");
    });
  }
  await changing(() => Response.json({ changed: [] }), async () => {
    using page = new SmallPage(ChangeBar, { chosen: new Set(runs), left: () => {} });
    page.get("button", "Star").click();
    await answered();
    deepStrictEqual(page.get("span").textContent, "2 runs starred. ");
    deepStrictEqual(page.all("button", "Undo"), []);
  });
  await changing(() => new Response("It is gone.", { status: 404 }), async (asked) => {
    const left: string[] = [];
    using page = new SmallPage(ChangeBar, {
      chosen: new Set(["a"]),
      left: () => void left.push("left"),
    });
    const tag = page.get("input", "Tag");
    tag.put("  ");
    tag.happens("keydown", { key: "Enter" });
    // A tag that is not entered is none, also where the field is left.
    tag.put("half a ta");
    tag.happens("keydown", { key: "g" });
    tag.happens("blur");
    strictEqual(tag.value, "half a ta");
    tag.happens("keydown", { key: "Escape" });
    deepStrictEqual([asked, tag.value], [[], ""]);
    strictEqual(tag.getAttribute("maxlength") ?? tag.getAttribute("maxLength"), "50");
    page.get("button", "Archive").click();
    await answered();
    deepStrictEqual([page.get("span", ".refused").textContent, left], ["It is gone.", []]);
    deepStrictEqual(page.all("button", "Undo"), []);
  });
  // What was done before stays, with its way back, beside why the next was not.
  const made = () => Response.json({ changed: ["a"] });
  const answers = [made(), new Response("It is full.", { status: 409 }), made()];
  await changing(() => answers.shift()!, async (asked) => {
    using page = new SmallPage(ChangeBar, { chosen: new Set(["a"]), left: () => {} });
    const told = () => page.all("span").map(({ textContent }) => textContent);
    put("Tag", "good")(page);
    await answered();
    put("Tag", "other")(page);
    await answered();
    deepStrictEqual(told(), ["1 run tagged “good”. Undo", "It is full."]);
    page.get("button", "Undo").click();
    await answered();
    deepStrictEqual(asked.at(-1), { runs: ["a"], change: untag("good") });
    deepStrictEqual(told(), ["Undone. "]);
  });
  using none = new SmallPage(ChangeBar, { chosen: new Set<string>(), left: () => {} });
  strictEqual(none.textContent, "");
});

Deno.test("what can be typed next follows the run", () => {
  const row = { id: "next", isComputed: true, axis: "examples", status: "running" } as const;
  const nothing = { names: [], pictures: [], policies: [], models: [] };
  const props = { row, contents: nothing, program: { name: "lab" } };
  using page = new SmallPage(RunCommands, props);
  const offered = () => page.all("code").map(({ textContent }) => textContent.split(" ")[1]);
  const usual = ["evaluate", "export"];
  // Without anything that a command takes up, not even a heading.
  strictEqual(page.textContent, "");
  const heard = (status: string, contents: object | null) => {
    const rows = [{ ...row, status } as unknown as RunSummary];
    hear({ complete: false, rows, removed: [], contents: contents as Contents });
    settle();
  };
  const trained = { ...nothing, names: ["losses/loss"], models: [{}] };
  heard("running", trained);
  deepStrictEqual(offered(), usual);
  ok(page.textContent.startsWith("Do more with it"));
  const contents = { ...trained, pictures: [{ name: "heads" }, { name: "samples" }] };
  heard("running", contents);
  deepStrictEqual(offered(), [...usual, "sample"]);
  heard("interrupted", contents);
  deepStrictEqual(offered(), ["resume", ...usual, "sample"]);
  // What was heard stays in the page: other tests have pages of their own.
  heard("interrupted", null);
});

Deno.test("a run's digest stands on its page as it ends", () => {
  using page = new SmallPage(RunDigest, { digest: null });
  strictEqual(page.textContent, "not finished");
  const heard = (contents: object | null) => {
    hear({ complete: false, rows: [], removed: [], contents: contents as Contents });
    settle();
  };
  heard({ digest: "c0ffee" });
  strictEqual(page.textContent, "c0ffee");
  heard(null);
});

Deno.test("a note is kept as it is left, and who only reads has no field for it", async () => {
  await changing(() => Response.json({ changed: ["r"] }), async (asked) => {
    using page = new SmallPage(RunNote, { run: "r", note: "one\ntwo", readOnly: false });
    const area = page.get("textarea");
    deepStrictEqual([area.value, area.getAttribute("rows")], ["one\ntwo", "2"]);
    // As high as what is typed.
    for (const [typed, rows] of [["x".repeat(200), "4"], ["\n".repeat(40), "16"], ["", "1"]]) {
      area.write(typed);
      settle();
      strictEqual(area.getAttribute("rows"), rows);
    }
    area.put("three");
    await answered();
    const change = { action: "note", note: "three", before: "one\ntwo" };
    deepStrictEqual(asked.splice(0), [{ runs: ["r"], change }]);
    strictEqual(page.get("small").textContent, "kept");
    area.write("thr");
    strictEqual(page.get("small").textContent, "");
    ok(page.leave());
    await answered();
    deepStrictEqual(asked, [{ runs: ["r"], change: { ...change, note: "thr", before: "three" } }]);
  });
  using read = new SmallPage(RunNote, { run: "r", note: "one", readOnly: true });
  deepStrictEqual([read.get("p").textContent, read.all("textarea").length], ["one", 0]);
});

Deno.test("a note is kept after a pause, the newest text last, and again once the server is back", async () => {
  let answer = Promise.withResolvers<Response>();
  await changing(() => answer.promise, async (asked) => {
    const rings: (() => void)[] = [];
    const before = { setTimeout, clearTimeout };
    Object.assign(globalThis, {
      setTimeout: (ring: () => void) => rings.push(ring),
      clearTimeout: (index: number) => delete rings[index - 1],
    });
    const ring = () => rings.splice(0).forEach((each) => each());
    try {
      const keeper = new NoteKeeper("r", "");
      const change = (note: string, before: string) => ({
        ...{ runs: ["r"], change: { action: "note", note, before } },
      });
      keeper.type("a");
      keeper.type("ab");
      deepStrictEqual(asked, []);
      ring();
      keeper.type("abc");
      ring();
      deepStrictEqual(asked.splice(0), [change("ab", "")]);
      answer.resolve(Response.json({ changed: ["r"] }));
      answer = Promise.withResolvers();
      await answered();
      deepStrictEqual([asked.splice(0), keeper.isKept.value], [[change("abc", "ab")], false]);
      keeper.type("abcd");
      keeper.leave();
      deepStrictEqual(asked.splice(0), [change("abcd", "abc")]);
      answer.reject(new TypeError("Failed to fetch"));
      await answered();
      deepStrictEqual([keeper.problem.value, keeper.isKept.value], [
        ...["Not kept: The server does not answer.", false],
      ]);
      answer = Promise.withResolvers();
      answer.resolve(Response.json({ changed: ["r"] }));
      await keeper.keep();
      deepStrictEqual([asked, keeper.problem.value, keeper.isKept.value], [
        ...[[change("abcd", "ab")], "", true],
      ]);
    } finally {
      Object.assign(globalThis, before);
    }
  });
});

Deno.test("a note that was written elsewhere is shown beside what is typed, and one of them chosen", async () => {
  for (const name of ["Keep what is typed here", "Take the other one"]) {
    const answers = [
      Response.json({ note: "theirs" }, { status: 409 }),
      Response.json({ changed: name.startsWith("Keep") ? ["r"] : [] }),
    ];
    await changing(() => answers.shift()!, async (asked) => {
      using page = new SmallPage(RunNote, { run: "r", note: "", readOnly: false });
      const area = page.get("textarea");
      area.put("mine");
      await answered();
      strictEqual(page.get("blockquote").textContent, "theirs");
      deepStrictEqual([area.value, page.get("small").textContent], ["mine", ""]);
      strictEqual(page.leave(), false);
      area.put("mine too");
      strictEqual(asked.splice(0).length, 1);
      page.get("button", name).click();
      await answered();
      strictEqual(page.all("blockquote").length, 0);
      ok(page.leave());
      const keeps = name.startsWith("Keep");
      strictEqual(area.value, keeps ? "mine too" : "theirs");
      // Whether the other one is still there is asked by what changes nothing.
      const note = keeps ? "mine too" : "theirs";
      deepStrictEqual(asked, [
        { runs: ["r"], change: { action: "note", note, before: "theirs" } },
      ]);
    });
  }
});

Deno.test("a note that is written elsewhere is shown where nothing else is typed", async () => {
  const heard = (note: string) => {
    hear({ complete: false, rows: [], removed: [], contents: { note } as Contents });
    settle();
  };
  await changing(() => Response.json({ changed: ["r"] }), async (asked) => {
    try {
      using page = new SmallPage(RunNote, { run: "r", note: "one", readOnly: false });
      const area = page.get("textarea");
      heard("two");
      strictEqual(area.value, "two");
      area.put("three");
      await answered();
      area.put("four");
      await answered();
      const changes = asked as { readonly change: { readonly before: string } }[];
      deepStrictEqual(changes.map(({ change }) => change.before), ["two", "three"]);
      // What was kept from here is said late.
      for (const late of ["three", "four"]) {
        heard(late);
        strictEqual(area.value, "four");
      }
      area.write("fourt");
      heard("five");
      strictEqual(area.value, "fourt");
      using read = new SmallPage(RunNote, { run: "r", note: "one", readOnly: true });
      strictEqual(read.get("p").textContent, "five");
    } finally {
      hear({ complete: false, rows: [], removed: [], contents: null as unknown as Contents });
    }
  });
});

Deno.test("the other note that is taken is the stored one, however often it was changed meanwhile", async () => {
  const conflict = (note: string) => Response.json({ note }, { status: 409 });
  const answers: (() => Response | Promise<Response>)[] = [
    () => conflict("A1"),
    () => conflict("A2"),
    () => conflict("A3"),
    () => Promise.reject(new TypeError("Failed to fetch")),
    () => Response.json({ changed: [] }),
  ];
  await changing(() => answers.shift()!(), async (asked) => {
    using page = new SmallPage(RunNote, { run: "noted", note: "", readOnly: false });
    const area = page.get("textarea");
    const shown = () => page.all("blockquote").map(({ textContent }) => textContent);
    area.put("B1");
    await answered();
    deepStrictEqual(shown(), ["A1"]);
    // The store tells of a change of the run.
    const rows = [{ id: "noted", stamp: 7 } as unknown as RunSummary];
    hear({ complete: false, rows, removed: [] });
    settle();
    await answered();
    deepStrictEqual(shown(), ["A2"]);
    const take = async () => {
      page.get("button", "Take the other one").click();
      await answered();
    };
    // What nobody saw is not taken.
    await take();
    deepStrictEqual([shown(), area.value], [["A3"], "B1"]);
    await take();
    deepStrictEqual([shown(), area.value], [["A3"], "B1"]);
    strictEqual(page.all("p", ".problem")[0].textContent, "Not kept: The server does not answer.");
    await take();
    deepStrictEqual([shown(), area.value, page.all("p", ".problem").length], [[], "A3", 0]);
    strictEqual(asked.length, 5);
  });
});

Deno.test("axis and smoothing are chosen by their names", () => {
  const chosen: unknown[] = [];
  const choose = (each: unknown) => void chosen.push(each);
  {
    using page = new SmallPage(AxisChoice, { axis: "iterations", choose });
    const selected = page.all("option").filter((each) => each.selected);
    deepStrictEqual(selected.map((each) => each.value), ["iterations"]);
    page.get("select").put("wallSeconds");
  }
  for (const [share, told] of [[0, "off"], [0.125, "12.5 %"]] as const) {
    using page = new SmallPage(SmoothingChoice, { share, choose });
    strictEqual(page.get("output").textContent, told);
    strictEqual(page.get("input").getAttribute("aria-valuetext"), told);
    page.get("input").put("0.05");
  }
  deepStrictEqual(chosen, ["wallSeconds", 0.05, 0.05]);
});

Deno.test("a status is said once, with what is used of the budget, and what it is worth if that is more", () => {
  const row = {
    ...{ budget: 10_000, count: 2500, wallSeconds: 50, progress: 0.25, verdict: null },
    unit: "environment steps",
  };
  const said = (more: object) => {
    using page = new SmallPage(Status, { row: { ...row, ...more } });
    const [status] = page.all("span");
    ok(status.isCalled(`.${(more as { status: string }).status}`));
    return page.textContent;
  };
  {
    // As a training that the page holds stands: no pace, and no time that is left.
    using page = new SmallPage(Status, { row: { ...row, status: "running" }, isPaused: true });
    strictEqual(page.textContent, "paused25 %");
  }
  for (const status of statuses) {
    const word = status === "stopped" ? "stopped early" : status;
    // 50 a second, 7,500 to go.
    const goes = status === "running" ? "25 %50 steps/s, 2 min 30 s left" : "";
    strictEqual(said({ status }), word + goes);
    const [learning, random] = ["learning", "no better than random"];
    for (const verdict of ["solved", learning, `training ${random}`, random, "diverged"]) {
      const worth = verdict === status ? "" : verdict;
      strictEqual(said({ status, verdict }), word + goes + worth);
    }
    // Why a run diverged that does not say so itself is no matter of pointing.
    const reason = "losses/own is Infinity";
    const why = status === "diverged" ? "" : `diverged: ${reason}`;
    strictEqual(said({ status, verdict: "diverged", reason }), word + goes + why);
  }
  {
    const judged = {
      status: "completed",
      verdict: `training no better than random`,
      reason: "why",
    };
    using page = new SmallPage(Status, { row: { ...row, ...judged } });
    strictEqual(page.all("span").at(-1)!.getAttribute("title"), "why");
    strictEqual(page.textContent, "completedtraining no better than random");
  }
  strictEqual(said({ status: "running", budget: 0 }), "running50 steps/s");
  strictEqual(said({ status: "running", count: 0 }), "running25 %");
  strictEqual(
    said({ status: "running", count: 12_000, progress: 1 }),
    "running100 %240 steps/s, 0.0 s left",
  );
});

Deno.test("a run that has left the store lies in the trash, or was deleted for good", async () => {
  const row = {
    ...{ id: "gone", name: "n", status: "completed", verdict: null, unit: "examples", count: 1 },
    ...{ budget: 0, wallSeconds: 1, seed: "1", backend: "wasm", progress: 1, tags: [] },
    headline: null,
  };
  let lying: readonly object[] = [{ id: "other" }, { id: "gone" }];
  const asked: string[] = [];
  const before = answeredBy((path) => {
    asked.push(path);
    return Promise.resolve(Response.json(lying));
  });
  try {
    using page = new SmallPage(RunStatus, { row, readOnly: false, program: { name: "lab" } });
    deepStrictEqual([page.all("p").length, asked], [0, []]);
    const leaves = async () => {
      hear({ complete: false, rows: [], removed: ["gone"] });
      await answered();
      return [page.get("p").textContent, page.all("button", "Restore").length];
    };
    deepStrictEqual(await leaves(), [
      "This run is no longer in the store: from the trash lab delete --restore gone takes it back.",
      1,
    ]);
    lying = [{ id: "other" }];
    deepStrictEqual(await leaves(), ["This run was deleted for good.", 0]);
    deepStrictEqual(asked, ["/api/trash", "/api/trash"]);
  } finally {
    answeredBy(before);
  }
});

Deno.test("a run's figures stand under their names, and its end and events below", () => {
  const row = {
    ...{ id: "r", name: "n", status: "stopped", verdict: "solved", unit: "examples", count: 2500 },
    ...{ budget: 10_000, wallSeconds: 65, seed: "3", backend: "wasm", progress: 0.25 },
    tags: [],
    headline: {
      ...{ name: "evaluation/return_mean", series: "evaluation/return_mean", value: 475.25 },
    },
  };
  {
    using page = new SmallPage(RunStatus, { row, readOnly: true, program: { name: "lab" } });
    const all = (returned: string) => [
      ...["Status: stopped earlysolved", `evaluation return mean: ${returned}`],
      ...["examples: 2,500 of 10,000", "Time: 1 min 5 s", "Seed: 3", "Backend: wasm"],
    ];
    deepStrictEqual([facts(page), page.all("p").length], [all("475.3"), 0]);
    // What was heard last stays on the page of a run that went to the trash.
    const changes = (rows: readonly object[], removed: readonly string[]) => {
      hear({ complete: false, rows: rows as readonly RunSummary[], removed });
      settle();
    };
    changes([{ ...row, headline: { ...row.headline, value: 480 } }], []);
    deepStrictEqual(facts(page), all("480"));
    changes([{ ...row, headline: { ...row.headline, value: 474.96, mark: 475 } }], []);
    deepStrictEqual(facts(page), all("474.96"));
    changes([{ ...row, headline: { ...row.headline, value: 480 } }], []);
    changes([], ["r"]);
    deepStrictEqual([facts(page), page.get("p").textContent], [
      all("480"),
      // Whether it lies in the trash is asked for.
      "This run is no longer in the store.",
    ]);
    changes([row], []);
    deepStrictEqual([facts(page), page.all("p").length, page.all("button").length], [
      ...[all("475.3"), 0, 0],
    ]);
    // A loop of a user's own has no budget.
    changes([{ ...row, budget: 0 }], []);
    strictEqual(facts(page)[2], "examples: 2,500");
    // What is no evaluation's figure is not called by its name.
    changes([{ ...row, headline: { ...row.headline, series: "score/return_mean" } }], []);
    strictEqual(facts(page)[1], "score return mean: 475.3");
    // Tags follow what is changed elsewhere.
    changes([{ ...row, tags: ["first", "starred"] }], []);
    strictEqual(facts(page).at(-1), "Tags: firststarred");
    deepStrictEqual(page.all("span", ".tag").map(({ textContent }) => textContent), [
      ...["first", "starred"],
    ]);
  }
  const event = (iteration: number) => ({ iteration, message: "m", level: "warning" });
  const contents = (count: number, tone: string) => ({
    ...{ message: "it ended", tone, eventCount: 1200 },
    events: Array.from({ length: count }, (_, i) => event(1000 * i)),
  });
  for (const [count, tone, isOpen] of [[8, "success", true], [9, "problem", false]] as const) {
    using page = new SmallPage(RunEvents, { contents: contents(count, tone) });
    strictEqual(page.get("p").getAttribute("class"), tone);
    strictEqual(page.get("details").open, isOpen);
    strictEqual(page.get("summary").textContent, `Events (1,200, the newest ${count})`);
    strictEqual(page.all("li")[1].textContent, "iteration 1,000 m");
  }
  // The calls that an error came from are lines.
  const calls = ["at step (a.ts:1:2)", "at async run (b.ts:3:4)"];
  const message = "boom at 3 (a.ts:1:2)";
  using failed = new SmallPage(RunEvents, {
    contents: {
      ...{ message, tone: "problem", eventCount: 2 },
      events: [
        event(1),
        { iteration: 2, level: "error", message: [message, ...calls].join(" ") },
      ],
    },
  });
  deepStrictEqual(failed.all("pre").map(({ textContent }) => textContent), [calls.join("\n")]);
  strictEqual(failed.all("li")[1].textContent, `iteration 2 ${message}${calls.join("\n")}`);
  // What else follows the message is none.
  const again = `${message}: goes on at the next chance`;
  using resumed = new SmallPage(RunEvents, {
    contents: {
      message,
      tone: "problem",
      eventCount: 1,
      events: [{ ...event(1), message: again }],
    },
  });
  deepStrictEqual(resumed.all("pre").length, 0);
  strictEqual(resumed.get("li").textContent, `iteration 1 ${again}`);
});

Deno.test("a mode is moved by keys and by the pointer, and stays within the plane", () => {
  // 300 × 60 pixels show the plane from −1 to 1 and from 0 to 2.
  const bounds = { x: [-1, 1], y: [0, 2] } as const;
  const moved: Record<number, readonly number[]>[] = [];
  const modes = [{ label: 0, x: 0, y: 1 }, { label: 1, x: 0.5, y: 1.5 }];
  using page = new SmallPage(Modes, {
    ...{ modes, bounds, shifts: { 1: [0.25, -0.5] } },
    move: (shifts: never) => moved.push(shifts),
    children: null,
  });
  const [first, second] = page.all("button");
  const last = (label: number) =>
    moved.splice(0).map((each) => each[label].map((x) => Number(x.toFixed(6))));
  strictEqual(first.getAttribute("aria-label")!.split(":")[0], "Mode 1, at 0.00, 1.00");
  strictEqual(second.getAttribute("aria-label")!.split(":")[0], "Mode 2, at 0.75, 1.00");
  deepStrictEqual([second.style.left, second.style.top], ["87.5%", "50%"]);
  for (const key of ["ArrowLeft", "ArrowRight", "ArrowDown", "ArrowUp", "a"]) {
    first.happens("keydown", { key });
  }
  deepStrictEqual(last(0), [[-0.04, 0], [0.04, 0], [0, -0.04], [0, 0.04]]);
  first.happens("keydown", { key: "ArrowUp", shiftKey: true });
  deepStrictEqual(last(0), [[0, 0.2]]);
  // Taken beside its middle it does not jump there.
  second.happens("pointerdown", { clientX: 310, clientY: 50, pointerId: 1 });
  first.happens("pointermove", { clientX: 40, clientY: 20 });
  second.happens("pointermove", { clientX: 280, clientY: 35 });
  deepStrictEqual(last(1), [[0.05, 0]]);
  second.happens("pointermove", { clientX: 940, clientY: -880 });
  deepStrictEqual(last(1), [[0.4, 0.4]]);
  second.happens("pointerup", {});
  second.happens("pointermove", { clientX: 280, clientY: 35 });
  deepStrictEqual(moved, []);
});

Deno.test("codes lie where they are encoded to, and the point follows the pointer", () => {
  const moved: number[][] = [];
  const examples = { labels: Uint8Array.of(1, 0), names: ["a", "b"], count: 2, values: [] };
  using page = new SmallPage(CodeMap, {
    ...{ bounds: { x: [0, 3], y: [-1, 1] }, axes: [2, 0], examples },
    codes: Float32Array.of(1, 9, 0, -1, 9, 3),
    code: Float32Array.of(0, 5, 1.5),
    move: (x: number, y: number) => moved.push([x, y]),
  });
  // Between the corners its edges have their numbers.
  const edges = [["1", 200, 110], ["2", 400, 110], ["0", 14, 60], ["0.5", 14, 30]];
  deepStrictEqual(called(drawn(page), "fillText"), [["b", 0, 0], ["a", 600, 120], ...edges]);
  deepStrictEqual(called(drawn(page), "arc")[0].slice(0, 2), [300, 60]);
  const canvas = page.get("canvas");
  strictEqual(
    canvas.getAttribute("aria-label"),
    "Codes over coordinates 3 and 1; the point is at 1.50, 0.00",
  );
  canvas.happens("pointermove", { clientX: 140, clientY: 35 });
  canvas.happens("pointerdown", { clientX: 140, clientY: 35, pointerId: 1 });
  canvas.happens("pointermove", { clientX: 240, clientY: 80 });
  canvas.happens("pointerup", {});
  canvas.happens("pointermove", { clientX: 40, clientY: 20 });
  deepStrictEqual(moved, [[1, 0.5], [2, -1]]);
});

Deno.test("each press of New samples draws from another seed", () => {
  const seeds: number[] = [];
  const model = {
    ...{ kind: "points", shape: [2], classes: 0, kinds: 0, codeSize: 0 },
    sample: ({ random }: { random: { random(): number } }) => {
      seeds.push(random.random());
      return { values: Float32Array.of(0.5, 0.5) };
    },
  };
  const values = Float32Array.of(0, 0, 1, 1);
  const examples = { values, labels: undefined, count: 2, names: [] };
  using page = new SmallPage(PointsExplorer, {
    model,
    examples,
  });
  for (let i = 0; i < 2; i++) page.get("button", "New samples").click();
  strictEqual(new Set(seeds).size, 3);
});

Deno.test("samples go their way in the order in which they were drawn, batch by batch", () => {
  const model = {
    ...{ kind: "points", shape: [2], classes: 0, kinds: 0, codeSize: 0 },
    field: { by: "time", moments: [0, 0.5], ofSteps: true, at: () => new Float32Array(2000) },
    sample: ({ count, watch }: {
      count: number;
      watch: (step: number, x: Float32Array, first: number) => void;
    }) => {
      const row = (i: number, step: number) => [i / count, step / 4];
      for (let step = 0; step < 2; step++) {
        for (const [from, to] of [[0, 300], [300, count]]) {
          const rows = Array.from({ length: to - from }, (_, i) => row(from + i, step)).flat();
          watch(step, Float32Array.from(rows), from);
        }
      }
      return {
        values: Float32Array.from(Array.from({ length: count }, (_, i) => row(i, 2)).flat()),
      };
    },
  };
  const values = Float32Array.of(0, 0, 1, 1);
  const examples = { values, labels: undefined, count: 2, names: [] };
  using page = new SmallPage(PointsExplorer, { model, examples });
  const told = page.get("output");
  const slider = page.get("input", "Moment of the field");
  let before = Infinity;
  for (const [moment, words] of [[0, "time 0"], [1, "time 0.5"], [2, "samples"]] as const) {
    drawn(page).splice(0);
    slider.put(String(moment));
    strictEqual(told.textContent, words);
    const dots = called(drawn(page), "arc").filter(([, , radius]) => radius === 4.8);
    strictEqual(dots.length, 500);
    const steps = dots.slice(1).map(([x], i) => Number(x) - Number(dots[i][0]));
    ok(steps.every((step) => Math.abs(step - steps[0]) < 1e-3 && step > 0));
    ok(dots.every(([, y]) => Math.abs(Number(y) - Number(dots[0][1])) < 1e-9));
    // Up the page, moment by moment.
    ok(Number(dots[0][1]) < before);
    before = Number(dots[0][1]);
  }
});

Deno.test("each choice of a plane draws its own, under the label at hand", () => {
  const asked: [what: string, labels: number[] | undefined][] = [];
  let net: Float32Array = new Float32Array(0);
  const kept = (what: string, labels: Uint8Array | undefined) =>
    void asked.push([what, labels && [...new Set(labels)]]);
  const model = {
    ...{ kind: "points", shape: [2], classes: 2, kinds: 0, codeSize: 2 },
    // Grows from left to right.
    score: (values: Float32Array, labels?: Uint8Array) => {
      kept("score", labels);
      return Float32Array.from({ length: values.length / 2 }, (_, i) => values[2 * i]);
    },
    decode: (codes: Float32Array, labels?: Uint8Array) => {
      kept("decode", labels);
      net = codes;
      return codes;
    },
    sample: ({ count, label }: { count: number; label?: number }) => {
      asked.push(["sample", label === undefined ? undefined : [label]]);
      return { values: new Float32Array(2 * count) };
    },
  };
  const values = Float32Array.of(-1, -1, 1, 1, 0, 0);
  const labels = Uint8Array.of(0, 1, 0);
  const examples = { values, labels, count: 3, names: ["cat", "dog"] };
  using page = new SmallPage(PointsExplorer, { model, examples });
  const made: Small[] = [];
  const { createElement } = document as unknown as { createElement: (name: string) => Small };
  Object.assign(document, {
    createElement: (name: string) => (made.push(createElement(name)), made.at(-1)!),
  });
  const plane = page.all("canvas")[0];
  const box = (name: string) => page.get("input", name);
  /** What is on the plane: dots of data and of samples, a surface, arrows, lines of codes. */
  const shown = () => {
    plane.drawn.splice(0);
    page.show({ model, examples, held: { shifts: {} } });
    const dots = called(plane.drawn, "arc");
    const strokes = called(plane.drawn, "stroke").length;
    const turns = called(plane.drawn, "lineTo").length;
    return {
      data: dots.filter(([, , radius]) => radius === 3).length,
      samples: dots.filter(([, , radius]) => radius === 4.8).length,
      surface: called(plane.drawn, "drawImage").length,
      arrows: called(plane.drawn, "fillRect").filter(([, , width]) => width === 3).length,
      codes: turns - called(plane.drawn, "fillRect").filter(([, , w]) => w === 3).length,
      strokes,
    };
  };
  const usual = shown();
  deepStrictEqual([usual.data, usual.samples, usual.surface, usual.codes], [3, 500, 1, 0]);
  ok(usual.arrows > 50 && usual.strokes === usual.arrows);
  // Arrows go to the right, and to no side.
  const [from, to] = ["moveTo", "lineTo"].map((name) => called(plane.drawn, name) as number[][]);
  ok(from.every(([x, y], i) => to[i][0] > x && Math.abs(to[i][1] - y) < 1e-3));
  // The surface is fainter on the left, row by row.
  const cells = made.at(-1)!;
  const fills = cells.drawn.filter(([name]) => name === "fillStyle").map(([, color]) => color);
  const places = called(cells.drawn, "fillRect");
  strictEqual(fills.length, cells.width * cells.height);
  deepStrictEqual([places[0], places[1], places[cells.width]], [
    ...[[0, 0, 1, 1], [1, 0, 1, 1], [0, 1, 1, 1]],
  ]);
  const opacity = (color: unknown) => Number(/[\d.]+(?=\))/.exec(String(color))![0]);
  deepStrictEqual([opacity(fills[0]), opacity(fills[cells.width - 1])], [0, 0.55]);
  ok(fills.slice(1, cells.width).every((color, i) => opacity(color) >= opacity(fills[i])));
  for (
    const [title, key, count] of [
      ...[["Data", "data", 0], ["Samples", "samples", 0], ["Its gradient", "arrows", 0]] as const,
      ...[["Surface of its score", "surface", 0]] as const,
      // Thirteen lines along each axis, of 49 points.
      ["Its codes as a net", "codes", 26 * 49],
    ] as const
  ) {
    const before = box(title).checked;
    strictEqual(before, key !== "codes");
    box(title).checked = !before;
    box(title).happens("change");
    const { strokes: _, ...now } = shown();
    const { strokes: __, ...rest } = usual;
    deepStrictEqual(now, { ...rest, [key]: count }, title);
    box(title).checked = before;
    box(title).happens("change");
  }
  deepStrictEqual(shown(), usual);
  deepStrictEqual(asked.splice(0), [["score", [0]], ["sample", [0]], ["decode", [0]]]);
  // Thirteen lines along the first axis from −2 to 2, then thirteen along the second.
  strictEqual(net.length, 2 * 26 * 49);
  const code = (line: number, point: number) =>
    [...net.subarray(2 * (49 * line + point))].slice(0, 2);
  deepStrictEqual([code(0, 0), code(0, 48), code(6, 24), code(12, 48)], [
    ...[[-2, -2], [2, -2], [0, 0], [2, 2]],
  ]);
  deepStrictEqual([code(13, 0), code(13, 48), code(25, 0), code(25, 48)], [
    ...[[-2, -2], [-2, 2], [2, -2], [2, 2]],
  ]);
  const label = page.all("select")[0];
  deepStrictEqual(label.all("option").map(({ textContent }) => textContent), ["cat", "dog"]);
  label.put("1");
  deepStrictEqual(asked.splice(0), [["score", [1]], ["sample", [1]], ["decode", [1]]]);
  page.get("button", "New samples").click();
  deepStrictEqual(asked.splice(0), [["sample", [1]]]);
});

Deno.test("modes can be dragged while somebody takes them, and be put back once they are away", () => {
  const values = Float32Array.of(0, 0, 1, 1, 2, 0);
  const examples = { values, labels: Uint8Array.of(0, 1, 1), count: 3, names: ["a", "b"] };
  const labels: unknown[] = [];
  const model = {
    ...{ kind: "points", shape: [2], classes: 0, kinds: 0, codeSize: 0 },
    sample: ({ count, label }: { count: number; label?: number }) => {
      labels.push(label);
      return { values: new Float32Array(2 * count) };
    },
  };
  const moves: object[] = [];
  const move = (shifts: object) => void moves.push(shifts);
  const back = (page: Small) => page.all("button", "Put the modes back");
  {
    using page = new SmallPage(PointsExplorer, { model, examples, held: { shifts: {}, move } });
    strictEqual(back(page)[0].disabled, true);
    page.show({ model, examples, held: { shifts: { 1: [0.5, 0] }, move } });
    back(page)[0].click();
    deepStrictEqual(moves, [{}]);
    page.show({ model, examples, held: { shifts: { 1: [0.5, 0] } } });
    deepStrictEqual(back(page), []);
  }
  deepStrictEqual(labels, [undefined]);
  // Points of one mode, or of none, are dragged by nobody.
  for (const own of [Uint8Array.of(1, 1, 1), undefined]) {
    const alone = { ...examples, labels: own };
    using page = new SmallPage(PointsExplorer, {
      model,
      examples: alone,
      held: { shifts: {}, move },
    });
    deepStrictEqual(back(page), []);
  }
});

Deno.test("a field of arrows is that of the moment at hand, and samples go there by themselves", () => {
  const asked: number[] = [];
  const model = {
    ...{ kind: "points", shape: [2], classes: 0, kinds: 0, codeSize: 0 },
    field: {
      ...{ by: "sigma", moments: [1, 0.5, 0.25], ofSteps: false },
      // Up, ever more of it.
      at: (step: number, places: Float32Array, labels: unknown) => {
        strictEqual(labels, undefined);
        asked.push(step);
        return places.map((_, i) => i % 2);
      },
    },
  };
  const values = Float32Array.of(-1, -1, 1, 1);
  const examples = { values, labels: undefined, count: 2, names: [] };
  const { setInterval, clearInterval } = globalThis;
  let tick: (() => void) | undefined;
  let pace = 0;
  using page = new SmallPage(PointsExplorer, { model, examples });
  Object.assign(globalThis, {
    setInterval: (what: () => void, each: number) => (tick = what, pace = each),
    clearInterval: () => tick = undefined,
  });
  try {
    const told = () => page.get("output").textContent;
    strictEqual(told(), "noise σ 0.25");
    deepStrictEqual(asked, [2]);
    const [from, to] = ["moveTo", "lineTo"].map((name) => called(drawn(page), name) as number[][]);
    ok(from.length > 50 && from.every(([x, y], i) => to[i][0] === x && to[i][1] < y));
    deepStrictEqual(page.all("input", "Surface of its score"), []);
    // At the end it begins anew; a step takes 300 milliseconds at most.
    page.get("button", "Play the way of the samples").click();
    deepStrictEqual([told(), pace], ["noise σ 1", 300]);
    for (const words of ["noise σ 0.5", "noise σ 0.25"]) {
      tick!();
      page.show({ model, examples });
      strictEqual(told(), words);
    }
    page.get("button", "Stop the samples");
    tick!();
    page.show({ model, examples });
    page.get("button", "Play the way of the samples");
    strictEqual(tick, undefined);
    deepStrictEqual(asked, [2, 0, 1, 2]);
  } finally {
    Object.assign(globalThis, { setInterval, clearInterval });
  }
});

Deno.test("a pad tells what is drawn on it, from where a pointer goes down to where it goes up", () => {
  const told: number[][] = [];
  const made: unknown[][] = [];
  const { OffscreenCanvas } = globalThis as { OffscreenCanvas?: unknown };
  class Stub {
    constructor(...size: number[]) {
      made.push(size);
    }

    getContext() {
      return {
        drawImage: (_: unknown, ...place: number[]) => void made.push(place),
        getImageData: (_: number, __: number, width: number, height: number) => ({
          data: Uint8ClampedArray.from({ length: 4 * width * height }, (_, i) => i % 4 ? 9 : 51),
        }),
      };
    }
  }
  Object.assign(globalThis, { OffscreenCanvas: Stub });
  try {
    using page = new SmallPage(Pad, {
      shape: [5, 10],
      drawn: (values: Float32Array) => void told.push([...values]),
    });
    const canvas = page.get("canvas");
    deepStrictEqual([canvas.getAttribute("width"), canvas.getAttribute("height")], ["80", "40"]);
    const fills = () => called(canvas.drawn, "fillRect").length;
    strictEqual(fills(), 1);
    canvas.happens("pointermove", { clientX: 190, clientY: 50 });
    deepStrictEqual(told, []);
    // 300 × 60 pixels on the page are 80 × 40 of the pad.
    canvas.happens("pointerdown", { clientX: 190, clientY: 50, pointerId: 1 });
    canvas.happens("pointermove", { clientX: 340, clientY: 35, pointerId: 1 });
    const ways = ["moveTo", "lineTo"].map((name) => called(canvas.drawn, name));
    deepStrictEqual(ways, [[[40, 20], [40, 20]], [[40, 20], [80, 10]]]);
    deepStrictEqual(told, [1, 2].map(() => new Array(50).fill(Math.fround(0.2))));
    deepStrictEqual(made, [[10, 5], [0, 0, 10, 5], [10, 5], [0, 0, 10, 5]]);
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.happens("pointerdown", { clientX: 40, clientY: 20, pointerId: 1 });
      canvas.happens(end);
      told.splice(0);
      canvas.happens("pointermove", { clientX: 50, clientY: 30 });
      deepStrictEqual(told, []);
    }
    page.get("button", "Clear").click();
    strictEqual(fills(), 2);
  } finally {
    Object.assign(globalThis, { OffscreenCanvas });
  }
});

Deno.test("what a page has made itself is painted, text is asked for, what is stored is a picture", async () => {
  const pictures = [10, 20, 30].map((iteration) => ({
    ...{ name: "samples", iteration, hash: `h${iteration}`, isText: iteration === 20 },
  }));
  const contents = {
    ...{ names: [], pictures, planes: [], policies: [], models: [], events: [], eventCount: 0 },
    ...{ message: null, tone: "problem", digest: null },
  };
  const answers = new Map<string, (response: Response) => void>();
  const before = answeredBy((path) => {
    const { promise, resolve } = Promise.withResolvers<Response>();
    answers.set(path, resolve);
    return promise;
  });
  const grey = { width: 2, height: 1, channels: 1, pixels: Uint8Array.of(10, 200) } as const;
  rasters.set("h30", grey);
  const { ImageData } = globalThis as { ImageData?: unknown };
  Object.assign(globalThis, {
    ImageData: class {
      data: Uint8ClampedArray;
      constructor(readonly width: number, readonly height: number) {
        this.data = new Uint8ClampedArray(4 * width * height);
      }
    },
  });
  try {
    using page = new SmallPage(Gallery, { contents, onWhite: true });
    const canvas = page.get("canvas");
    strictEqual(canvas.getAttribute("aria-label"), "samples at iteration 30");
    strictEqual(canvas.getAttribute("class"), "sheet points-on-white");
    deepStrictEqual([canvas.width, canvas.height], [2, 1]);
    const [[image]] = called(canvas.drawn, "putImageData") as [[{ data: Uint8ClampedArray }]];
    deepStrictEqual([...image.data], [10, 10, 10, 255, 200, 200, 200, 255]);
    const pixels = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const clear = imageOf({ width: 2, height: 1, channels: 4, pixels });
    deepStrictEqual([...clear.data], [...pixels]);
    const colors = imageOf({ width: 1, height: 1, channels: 3, pixels: Uint8Array.of(1, 2, 3) });
    deepStrictEqual([...colors.data], [1, 2, 3, 255]);
    chosenIteration.value = 10;
    settle();
    const image10 = page.get("img");
    deepStrictEqual(["src", "alt", "class"].map((name) => image10.getAttribute(name)), [
      ...["/artifacts/h10", "samples at iteration 10", "points-on-white"],
    ]);
    strictEqual(page.get("small").textContent, ", 1 of 3");
    image10.happens("error");
    strictEqual(page.all("img").length, 0);
    strictEqual(
      page.get("span", ".problem").textContent,
      "samples at iteration 10 cannot be shown: its file is missing or damaged.",
    );
    chosenIteration.value = 20;
    settle();
    const text = () => page.get("pre").textContent;
    strictEqual(text(), "The samples are on their way.");
    answers.get("/texts/h20")!(
      { ok: true, text: () => Promise.resolve("to be") } as Response,
    );
    await answered();
    strictEqual(text(), "to be");
    const other = { ...contents, pictures: [{ ...pictures[1], hash: "hx" }] };
    page.show({ contents: other, onWhite: false });
    answers.get("/texts/hx")!({ ok: false } as Response);
    await answered();
    strictEqual(text(), "The samples cannot be read.");
  } finally {
    chosenIteration.value = undefined;
    rasters.clear();
    answeredBy(before);
    Object.assign(globalThis, { ImageData });
  }
});

Deno.test("a spark goes from its lowest to its highest, with gaps, and is level where it stays", () => {
  const path = (...values: (number | null)[]) => {
    using page = new SmallPage(Spark, { values, title: "of it" });
    return page.all("path")[0]?.getAttribute("d") ?? null;
  };
  // 72 × 18 pixels less 2 at each side.
  strictEqual(path(0, 10, 5), "M2.0 16.0L36.0 2.0L70.0 9.0");
  strictEqual(path(1, 2, null, 2, 1), "M2.0 16.0L19.0 2.0M53.0 2.0L70.0 16.0");
  strictEqual(path(null, 3, 3), "M36.0 9.0L70.0 9.0");
  strictEqual(path(4), null);
  strictEqual(path(null, 4, null), null);
});
