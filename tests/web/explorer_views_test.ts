/** A model and a policy in a reader's hand: sliders, choices, pictures, and what they ask of either. */
import { signal } from "@preact/signals";
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { makeEnv } from "../../envs/mod.ts";
import type { Dataset } from "../../lab/core/dataset.ts";
import { InputError } from "../../lab/core/errors.ts";
import { streamOf } from "../../lab/core/random.ts";
import { encodeModel } from "../../models/model_file.ts";
import { encodePlane } from "../../models/plane.ts";
import { answeredBy } from "../../web/ask.ts";
import { encodeExamples } from "../../web/examples.ts";
import { threadDrawer } from "../../web/explorer/drawing.ts";
import { Explorer, momentsOf, Shapes } from "../../web/explorer/explorer.tsx";
import { type Asked, draw, type Told } from "../../web/explorer/samples.ts";
import { gridOf, policyValues } from "../../web/grid_map.ts";
import { chosenIteration } from "../../web/moment.ts";
import { BesideChoice, Checkpoints, Figures, World } from "../../web/player/controls.tsx";
import { drawnOver } from "../../web/player/player.tsx";
import { countVisit, type Playing, told } from "../../web/player/playing.ts";
import { PageThreads } from "./page_threads.ts";
import { answered, settle, type Small, SmallPage } from "./small_page.ts";

/** Decodes a code of three numbers to a pixel each, and says what it was asked. */
function modelOf(more: object = {}) {
  const asked: { codes: number[]; labels: number[] | undefined }[] = [];
  const model = {
    ...{ kind: "images", shape: [1, 3, 1], classes: 0, kinds: 0, codeSize: 3 },
    encode: (values: Float32Array) => values.map((value) => 10 * value),
    decode: (codes: Float32Array, labels?: Uint8Array) => {
      asked.push({ codes: [...codes], labels: labels && [...labels] });
      return codes.map((value) => value / 10);
    },
    ...more,
  };
  return { model, asked };
}

/** Draws samples of a model in the page itself. */
const inPlace = (model: object) => () => ({
  ask: (_: Uint8Array, asked: Asked, hear: (told: Told) => void) =>
    draw(model as Parameters<typeof draw>[0], asked, hear),
  close: () => {},
});

/** Four examples of three pixels; their codes are ten times as large. */
const examples = {
  values: Float32Array.of(0, 0.5, 1, 0.25, 0.5, 0, 0, 0.5, 0.5, 0.75, 0.5, 0.5),
  ...{ labels: Uint8Array.of(0, 1, 0, 1), count: 4, names: ["cat", "dog"] },
};

const row = (page: Small, name: string) => page.get("div", name).all("button");
const codeOf = (page: Small) =>
  page.get("div", ".latents").all("output").map((each) => each.textContent);

Deno.test("moments are those of kept models, and of planes where no model was kept", () => {
  const models = [{ id: 7, iteration: 10, kind: "last" }, { id: 9, iteration: 30, kind: "final" }];
  const planes = [5, 10, 30].map((iteration) => ({ iteration, hash: `h${iteration}`, name: "p" }));
  const of = (props: object) =>
    momentsOf({ run: "r", ...props } as Parameters<typeof momentsOf>[0]);
  deepStrictEqual(of({ models, planes }), [
    { iteration: 5, plane: "h5" },
    { iteration: 10, checkpoint: 7 },
    { iteration: 30, checkpoint: 9 },
  ]);
  deepStrictEqual(of({ models: [], planes }), [
    { iteration: 5, plane: "h5" },
    { iteration: 10, plane: "h10" },
    { iteration: 30 },
  ]);
  deepStrictEqual(of({ models: [], planes: [] }), []);
});

Deno.test("a code is turned, taken from examples, kept, and moved between and by classes", () => {
  const { model, asked } = modelOf();
  using page = new SmallPage(Shapes, { run: "r", model, examples });
  deepStrictEqual(codeOf(page), ["0.00", "5.00", "10.00"]);
  strictEqual(page.all("figure", ".pad").length, 1);
  const clock = performance.now;
  try {
    // The thirtieth millisecond is that of the third example of four.
    performance.now = () => 30.5;
    page.get("button", "An example").click();
    deepStrictEqual(codeOf(page), ["0.00", "5.00", "5.00"]);
    performance.now = () => 28;
    page.get("button", "An example").click();
  } finally {
    performance.now = clock;
  }
  deepStrictEqual(codeOf(page), ["0.00", "5.00", "10.00"]);
  const sliders = page.get("div", ".latents").all("input");
  // Codes' first numbers are 0, 2.5, 0, 7.5: mean 2.5, variance 9.375; the second is always 5.
  const reach = 3 * Math.sqrt(9.375);
  const ends = (i: number) =>
    ["min", "max", "step"].map((name) => Number(sliders[i].getAttribute(name)));
  deepStrictEqual(ends(0), [2.5 - reach, 2.5 + reach, 2 * reach / 200]);
  deepStrictEqual(ends(1), [4, 6, 0.01]);
  sliders[2].put("7");
  deepStrictEqual(codeOf(page), ["0.00", "5.00", "7.00"]);
  strictEqual(sliders[2].getAttribute("aria-valuetext"), "7.00");
  deepStrictEqual(asked.at(-1), { codes: [0, 5, 7], labels: undefined });
  // The two that vary most lie across and up.
  const chosen = page.all("select", "Coordinate").map((each) =>
    each.all("option").filter(({ selected }) => selected).map(({ textContent }) => textContent)
  );
  deepStrictEqual(chosen, [["1"], ["3"]]);
  page.all("select", "Coordinate")[0].put("1");
  page.all("select", "Coordinate")[1].put("0");
  const map = page.all("canvas").find((each) =>
    each.getAttribute("aria-label")?.startsWith("Codes over")
  )!;
  strictEqual(
    map.getAttribute("aria-label"),
    "Codes over coordinates 2 and 1; the point is at 5.00, 0.00",
  );
  // 300 × 60 pixels show the second number across, from 4 to 6, and the first one up.
  map.happens("pointerdown", { clientX: 265, clientY: 50, pointerId: 1 });
  map.happens("pointerup");
  deepStrictEqual(codeOf(page), ["2.50", "5.50", "7.00"]);
  page.get("button", "The middle").click();
  deepStrictEqual(codeOf(page), ["2.50", "5.00", "5.00"]);
  // Cats have codes (0, 5, 7.5), dogs (5, 5, 2.5), in the mean.
  page.get("button", "Add").click();
  deepStrictEqual(codeOf(page), ["7.50", "5.00", "0.00"]);
  page.get("select", "Less of catdog").put("1");
  page.get("select", "more of catdog").put("0");
  page.get("button", "Add").click();
  deepStrictEqual(codeOf(page), ["2.50", "5.00", "5.00"]);
  // The nearest examples, the nearest first: squared distances 31.25, 25, 6.25 and 25.
  const near = page.all("canvas").map((each) => each.getAttribute("aria-label")!)
    .filter((label) => label.startsWith("Example"));
  deepStrictEqual(near, [
    ...["Example 2, cat", "Example 1, dog", "Example 3, dog", "Example 0, cat"],
  ]);
  // Each is painted as it is: 0, 1/2 and 1/2 of 255.
  const painted = page.all("canvas").find((each) =>
    each.getAttribute("aria-label") === "Example 2, cat"
  )!.drawn.findLast(([name]) => name === "putImageData")![1] as { data: Uint8ClampedArray };
  deepStrictEqual([...painted.data].filter((_, i) => i % 4 === 0), [0, 128, 128]);
  deepStrictEqual(page.all("div", "Between A and B"), []);
  page.get("button", "Keep as A").click();
  page.all("div", ".row")[0].all("button")[3].click();
  deepStrictEqual(codeOf(page), ["0.00", "5.00", "10.00"]);
  page.get("button", "Keep as B").click();
  const between = row(page, "Between A and B");
  strictEqual(between.length, 9);
  deepStrictEqual(
    between.map((each) => each.all("canvas")[0].getAttribute("aria-label")),
    Array.from({ length: 9 }, (_, i) => `${i} of 8 from A to B`),
  );
  between[4].click();
  deepStrictEqual(codeOf(page), ["1.25", "5.00", "7.50"]);
  row(page, "Between A and B")[0].click();
  deepStrictEqual(codeOf(page), ["2.50", "5.00", "5.00"]);
});

Deno.test("a model under labels decodes and draws under the one that is chosen", () => {
  const drawn: object[] = [];
  const { model, asked } = modelOf({
    classes: 2,
    sample: ({ count, label, random }: {
      count: number;
      label?: number;
      random: { random(): number };
    }) => {
      drawn.push({ count, label, first: random.random() });
      return { values: new Float32Array(3 * count) };
    },
  });
  using page = new SmallPage(Shapes, { run: "r", model, examples, drawerOf: inPlace(model) });
  const label = page.all("select").find((each) =>
    each.parentElement!.textContent.startsWith("Under the label")
  )!;
  deepStrictEqual(asked.at(-1)!.labels, [0]);
  label.put("1");
  deepStrictEqual(asked.at(-1)!.labels, [1]);
  const samples = () =>
    page.all("canvas").filter((each) => each.getAttribute("aria-label")!.startsWith("Sample "));
  strictEqual(samples().length, 24);
  deepStrictEqual(samples().at(-1)!.getAttribute("aria-label"), "Sample 24");
  page.get("button", "Others").click();
  const facts = drawn.map((each) => Object.entries(each).slice(0, 2).map(([, value]) => value));
  deepStrictEqual(facts, [[24, 0], [24, 1], [24, 1]]);
  const firsts = drawn.map((each) => (each as { first: number }).first);
  ok(firsts[0] === firsts[1] && firsts[1] !== firsts[2]);
  const note = page.all("p", ".note").find((each) => each.textContent.startsWith("Samples"))!;
  ok(note.textContent.startsWith("Samples of seed 2"));
  // As the command line draws those of a seed.
  deepStrictEqual([firsts[0], firsts[2]], [1, 2].map((seed) => streamOf(seed, "samples").random()));
});

Deno.test("an example is decoded under its class, and a drawing has the code of the label that is chosen", () => {
  const encoded: (number | undefined)[] = [];
  const { model, asked } = modelOf({
    classes: 2,
    encode: (values: Float32Array, labels?: Uint8Array) => {
      encoded.push(labels?.[0]);
      return values.map((value) => 10 * value);
    },
  });
  const labels = Uint8Array.of(1, 0, 1, 0);
  const pixels = Uint8ClampedArray.from({ length: 12 }, () => 255);
  Object.assign(globalThis, {
    OffscreenCanvas: class {
      getContext = () => ({ drawImage: () => {}, getImageData: () => ({ data: pixels }) });
    },
  });
  try {
    using page = new SmallPage(Shapes, { run: "r", model, examples: { ...examples, labels } });
    const label = page.all("select").find((each) =>
      each.parentElement!.textContent.startsWith("Under the label")
    )!;
    const chosen = () => [label.value, asked.at(-1)!.labels];
    deepStrictEqual(chosen(), [1, [1]]);
    const near = (name: string) =>
      page.all("button").find((each) =>
        each.all("canvas")[0]?.getAttribute("aria-label")?.startsWith(name)
      )!;
    near("Example 1").click();
    deepStrictEqual(chosen(), [0, [0]]);
    // Beside what is made of it stands the example itself, until the code is another one.
    const original = () =>
      page.all("figure").filter((each) =>
        each.all("canvas")[0]?.getAttribute("aria-label") === "The example that it is the code of"
      ).map((each) => each.get("figcaption").textContent);
    deepStrictEqual(original(), ["Example 1, cat 0 mean squared difference"]);
    page.get("div", ".latents").all("input")[0].put("8.5");
    deepStrictEqual(original(), []);
    near("Example 1").click();
    const pad = page.get("figure", ".pad").all("canvas")[0];
    encoded.length = 0;
    pad.happens("pointerdown", { clientX: 1, clientY: 1, pointerId: 1 });
    pad.happens("pointerup");
    deepStrictEqual([encoded, codeOf(page)], [[0], ["10.00", "10.00", "10.00"]]);
    label.put("1");
    deepStrictEqual(encoded, [0, 1]);
    // Of what is no drawing any more nothing is encoded anew.
    page.get("button", "The middle").click();
    label.put("0");
    deepStrictEqual(encoded, [0, 1]);
  } finally {
    delete (globalThis as { OffscreenCanvas?: unknown }).OffscreenCanvas;
  }
});

Deno.test("a choice of labels stands where something differs by it", () => {
  const model = {
    ...{ kind: "images", shape: [1, 3, 1], classes: 2, kinds: 0, codeSize: 0 },
    classify: () => Float32Array.of(0.25, 0.75),
  };
  const choices = (more: object) => {
    using page = new SmallPage(Shapes, { run: "r", model: { ...model, ...more }, examples });
    return page.all("select").length;
  };
  strictEqual(choices({}), 0);
  const translate = (values: Float32Array, [label]: number[]) =>
    values.map((value) => value + label);
  strictEqual(choices({ translate }), 1);
});

Deno.test("a model of text writes it, and goes on from what is typed", () => {
  const drawn: { prompt?: string; first: number }[] = [];
  const model = {
    ...{ kind: "text", shape: [3], classes: 0, kinds: 0, codeSize: 0, vocabulary: ["a", "b", "c"] },
    sample: (
      { count, prompt, random }: { count: number; prompt?: string; random: { random(): number } },
    ) => {
      if (prompt === "x") throw new InputError("No x.");
      drawn.push({ prompt, first: random.random() });
      const row = prompt === undefined ? [0, 1, 2] : [2, 2, 0];
      return { values: Float32Array.from({ length: 3 * count }, (_, i) => row[i % 3]) };
    },
  };
  using page = new SmallPage(Shapes, { run: "r", model, examples, drawerOf: inPlace(model) });
  const texts = () => page.get("ul", "Texts").all("li").map(({ textContent }) => textContent);
  deepStrictEqual(texts(), Array(8).fill("abc"));
  deepStrictEqual(page.all("canvas"), []);
  const prompt = page.get("textarea");
  strictEqual(prompt.getAttribute("maxlength") ?? prompt.getAttribute("maxLength"), "3");
  prompt.put("cc");
  deepStrictEqual(texts(), Array(8).fill("cca"));
  strictEqual(page.get("ul", "Texts").all("b")[0].textContent, "cc");
  // What the model refuses is said above the texts before.
  prompt.put("x");
  strictEqual(page.get("p", ".problem").textContent, "No x.");
  ok(texts()[0] === "cca");
  strictEqual(page.get("button", "Others").disabled, true);
  prompt.put("");
  strictEqual(page.all("p", ".problem").length, 0);
  ok(texts()[0] === "abc");
  page.get("button", "Others").click();
  deepStrictEqual(drawn.map(({ prompt }) => prompt), [undefined, "cc", undefined, undefined]);
  // A button says that what is typed waits, and takes it.
  const go = page.get("button", "Go on from it");
  strictEqual(go.disabled, true);
  prompt.write("cb");
  deepStrictEqual([go.disabled, texts()[0]], [false, "abc"]);
  go.click();
  deepStrictEqual([go.disabled, texts()[0]], [true, "cba"]);
  // Enter is a character; with Ctrl it goes on.
  prompt.write("ca");
  prompt.happens("keydown", { key: "Enter" });
  strictEqual(texts()[0], "cba");
  prompt.happens("keydown", { key: "Enter", ctrlKey: true });
  strictEqual(texts()[0], "caa");
  ok(drawn[0].first === drawn[2].first && drawn[2].first !== drawn[3].first);
});

Deno.test("a model with kinds decodes as the one that is chosen, and draws of all of them", () => {
  const drawn: object[] = [];
  const sample = ({ count, label }: { count: number; label?: number }) => {
    drawn.push({ label });
    return { values: new Float32Array(3 * count) };
  };
  const { model, asked } = modelOf({ encode: undefined, kinds: 3, sample });
  using page = new SmallPage(Shapes, { run: "r", model, examples, drawerOf: inPlace(model) });
  const kind = page.all("select").find((each) =>
    each.parentElement!.textContent.startsWith("Of the kind")
  )!;
  // No class has given a kind its name.
  deepStrictEqual(kind.all("option").map(({ textContent }) => textContent), ["0", "1", "2"]);
  deepStrictEqual(asked.at(-1)!.labels, [0]);
  kind.put("2");
  deepStrictEqual(asked.at(-1)!.labels, [2]);
  ok(drawn.every((each) => (each as { label?: number }).label === undefined));
  // Where nothing is made of codes there is no choice.
  const other = { ...model, decode: undefined };
  using without = new SmallPage(Shapes, { run: "r", model: other, examples });
  deepStrictEqual(without.all("select"), []);
});

Deno.test("samples that take long are told of on their way, where these are of the samples' size", () => {
  const clock = performance.now;
  let time = 0;
  try {
    performance.now = () => time;
    const model = (width: number) => ({
      shape: [1, 3, 1],
      sample: (
        { count, watch }: { count: number; watch: (step: number, x: Float32Array) => void },
      ) => {
        for (const [step, at] of [0, 99, 100, 150, 200].entries()) {
          time = at;
          watch(step, new Float32Array(count * width).fill(step));
        }
        return { values: new Float32Array(3 * count).fill(9) };
      },
    });
    for (const width of [3, 5]) {
      const told: Told[] = [];
      time = 0;
      draw(model(width) as never, { count: 2, seed: 1 }, (each) => told.push(each));
      const values = (step: number) => width === 3 && { values: new Float32Array(6).fill(step) };
      deepStrictEqual(told, [
        ...[2, 4].map((step) => ({ kind: "way", step, ...values(step) })),
        { kind: "drawn", values: new Float32Array(6).fill(9) },
      ]);
    }
  } finally {
    performance.now = clock;
  }
});

Deno.test("samples are drawn in a thread, which ends where others are asked for meanwhile", async () => {
  using threads = new PageThreads();
  const { all } = threads;
  const { shape, values } = { shape: [1, 3, 1], values: new Float32Array(72) };
  const model = { kind: "images", shape, classes: 0, kinds: 0, codeSize: 0, sample: () => {} };
  const bytes = Uint8Array.of(1);
  const shown = () => page.all("canvas").map((each) => each.getAttribute("aria-label"));
  const props = { run: "r", model, bytes, examples, drawerOf: threadDrawer };
  using page = new SmallPage(Shapes, props);
  await threads.started(1);
  deepStrictEqual(shown(), []);
  all[0].says({ kind: "listens" });
  deepStrictEqual(all[0].posted, [{ count: 24, seed: 1, bytes }]);
  all[0].says({ kind: "drawn", values });
  await answered();
  strictEqual(shown().length, 24);
  // It knows the model already.
  page.get("button", "Others").click();
  await answered();
  deepStrictEqual(all[0].posted[1], { count: 24, seed: 2 });
  all[0].says({ kind: "way", step: 7, values });
  await answered();
  strictEqual(page.get("small").textContent, "on their way, at step 7");
  page.get("button", "Others").click();
  await threads.started(2);
  strictEqual(all[0].ended, true);
  all[1].says({ kind: "listens" });
  deepStrictEqual(all[1].posted, [{ count: 24, seed: 3, bytes }]);
  all[1].says({ kind: "problem", line: "It fell." });
  await answered();
  deepStrictEqual(
    [page.get("p", ".problem").textContent, page.all("small").length, shown().length],
    ["It fell.", 0, 24],
  );
  // The model of another checkpoint goes to the thread that is there.
  const other = Uint8Array.of(2);
  page.show({ ...props, bytes: other });
  await answered();
  strictEqual(all[1].ended, false);
  deepStrictEqual(all[1].posted[1], { count: 24, seed: 3, bytes: other });
  strictEqual(page.all("p", ".problem").length, 1, "until others are there");
  all[1].says({ kind: "drawn", values });
  await answered();
  strictEqual(page.all("p", ".problem").length, 0);
  page.get("button", "Others").click();
  await answered();
  ok(all[1].breaks(""));
  await answered();
  strictEqual(
    page.get("p", ".problem").textContent,
    "The script of the thread cannot be loaded",
  );
  strictEqual(all[1].ended, true);
  // Of two that are asked for at once one alone begins.
  for (let i = 0; i < 2; i++) page.get("button", "Others").click();
  await threads.started(3);
  all[2].says({ kind: "listens" });
  deepStrictEqual(all[2].posted, [{ count: 24, seed: 6, bytes: other }]);
  threads.refuses = true;
  page.get("button", "Others").click();
  await threads.started(4);
  strictEqual(all.length, 3);
  strictEqual(page.get("p", ".problem").textContent, "The server does not answer.");
});

Deno.test("codes of a prior lie within three deviations, without what needs examples' codes", () => {
  const { model } = modelOf({ encode: undefined, codeSize: 40 });
  using page = new SmallPage(Shapes, { run: "r", model, examples });
  const sliders = page.get("div", ".latents").all("input");
  strictEqual(sliders.length, 32);
  deepStrictEqual(["min", "max"].map((name) => sliders[0].getAttribute(name)), ["-3", "3"]);
  strictEqual(page.get("div", ".latents").get("small").textContent, "The first 32 of 40 numbers.");
  for (const name of ["An example", "Add"]) deepStrictEqual(page.all("button", name), []);
  strictEqual(page.all("figure", ".pad").length, 0);
});

Deno.test("a model without codes shows the partner and the class of the example at hand", () => {
  const asked: number[][] = [];
  const model = {
    ...{ kind: "images", shape: [1, 3, 1], classes: 0, kinds: 0, codeSize: 0 },
    translate: (values: Float32Array) => {
      asked.push([...values]);
      return values;
    },
    classify: () => Float32Array.of(0.25, 0.75),
  };
  using page = new SmallPage(Shapes, { run: "r", model, examples });
  const slider = page.all("input").find((each) => each.getAttribute("max") === "3")!;
  slider.put("1");
  deepStrictEqual(asked, [[0, 0.5, 1], [0.25, 0.5, 0]]);
  const shown = (page: Small) => page.all("canvas").map((each) => each.getAttribute("aria-label"));
  const pad = "Draw here with a pointer or a finger";
  deepStrictEqual(shown(page), ["A test example", "Its partner", pad]);
  deepStrictEqual(page.all("li").map((each) => each.textContent), ["cat25 %", "dog75 %"]);
  strictEqual(page.all("figcaption")[0].textContent, "Test example  of dog");
  // A partner of other sides has its proportions; of what has none the page says that it is not drawn.
  const larger = { ...model, translate: () => new Float32Array(12) };
  using enlarged = new SmallPage(Shapes, { run: "r", model: larger, examples });
  deepStrictEqual(shown(enlarged), ["A test example", "Its partner", pad]);
  const [, partner] = enlarged.all("canvas");
  deepStrictEqual([partner.width, partner.height], [6, 2]);
  const other = { ...model, translate: () => new Float32Array(5) };
  using without = new SmallPage(Shapes, { run: "r", model: other, examples });
  deepStrictEqual(shown(without), ["A test example", pad]);
  strictEqual(
    without.get("p", ".note").textContent,
    "What the model makes of it has 5 numbers, and cannot be drawn here.",
  );
});

const standing = {
  ...{ episode: 3, seed: 12, steps: 1200, episodeReturn: 42.5, ended: 2, sum: 30 },
  ...{ end: null, touched: null },
};
const facts = (page: Small) =>
  page.get("dl").all("div").map((each) =>
    `${each.all("dt")[0].textContent}: ${each.all("dd")[0].textContent}`
  );

Deno.test("an episode is told by its number, step, return, seed and what came before", () => {
  {
    using page = new SmallPage(Figures, { standing, rate: 0 });
    deepStrictEqual(facts(page), [
      ...["Episode: 3", "Step: 1.2K", "Return: 42.5", "Mean return: 15 of 2", "Seed: 12"],
    ]);
    strictEqual(page.get("p").textContent, "");
  }
  const other = { ...standing, ended: 0, sum: 0, end: "truncated", touched: 0 };
  using page = new SmallPage(Figures, { standing: other, rate: 2500 });
  deepStrictEqual(facts(page), [
    ...["Episode: 3, truncated", "Step: 1.2K", "Return: 42.5", "Mean return: –", "Seed: 12"],
    "Steps a second: 2.5K",
  ]);
  strictEqual(
    page.get("p").textContent,
    "Changed by hand from step 0 on: this episode counts for nothing.",
  );
  type Other = Parameters<typeof told>[0];
  const episodes = (end: string | null) =>
    ({ title: "you", episodes: { standing: { ...standing, end } } }) as unknown as Other;
  strictEqual(told(episodes(null)), "you: return 42.5");
  strictEqual(told(episodes("terminated")), "you: return 42.5, terminated");
});

const policies = [
  { id: 4, kind: "last", iteration: 1000, evaluation: null, score: null },
  { id: 6, kind: "best", iteration: 2000, evaluation: 1, score: 450.25 },
  { id: 8, kind: "final", iteration: 3000, evaluation: 2, score: 400 },
  { id: 9, kind: "last", iteration: 4000, evaluation: null, score: null },
] as const;

Deno.test("any policy is shown by its place", () => {
  const chosen: number[] = [];
  const choose = (iteration: number) => void chosen.push(iteration);
  for (
    const [i, text] of [
      [0, "on the way, iteration 1,000"],
      [1, "best, iteration 2,000: 450.3"],
      [2, "final, iteration 3,000: 400"],
    ] as const
  ) {
    using page = new SmallPage(Checkpoints, { policies, chosen: policies[i], choose });
    const slider = page.get("input");
    deepStrictEqual([slider.value, slider.getAttribute("max")], [i, "3"]);
    strictEqual(page.get("output").textContent, text);
    strictEqual(slider.getAttribute("aria-valuetext"), text.split(":")[0]);
    slider.put("1");
  }
  deepStrictEqual(new Set(chosen), new Set([2000]));
  // One alone says which it is, too, and one before the first iteration what that means.
  for (
    const [i, text] of [[2, "final, iteration 3,000: 400"], [0, "on the way, untrained"]] as const
  ) {
    const only = i === 0 ? { ...policies[0], iteration: 0 } : policies[i];
    using page = new SmallPage(Checkpoints, { policies: [only], chosen: only, choose });
    deepStrictEqual([page.get("output").textContent, page.all("input").length], [text, 0]);
  }
  const beside = signal<"nobody" | "keys" | number>("nobody");
  using page = new SmallPage(BesideChoice, { policies, chosen: policies[1], beside });
  deepStrictEqual(page.all("option").map((each) => each.textContent), [
    ...["nobody", "on the way, iteration 1,000", "final, iteration 3,000"],
    ...["on the way, iteration 4,000", "you, by keys"],
  ]);
  for (const [typed, value] of [["keys", "keys"], ["8", 8], ["nobody", "nobody"]] as const) {
    page.get("select").put(typed);
    strictEqual(beside.value, value);
  }
});

Deno.test("each slider of the world turns its own, says what it shows, and leads to what the world has", () => {
  const done: unknown[][] = [];
  const tell = (name: string) => (...args: unknown[]) => void done.push([name, ...args]);
  const constant = { unit: "m", value: 0.5, least: 0.1, most: 2.1 };
  const props = {
    constants: [
      { ...constant, key: "length", title: "pole's length" },
      { ...constant, key: "mass", title: "mass", unit: "kg" },
    ],
    ...{ values: { length: 1.23456, mass: 0.5 }, senses: { latency: 2, noise: 0.05 } },
    ...{ turn: tell("turn"), sense: tell("sense"), reset: () => void done.push(["reset"]) },
    isMeasured: true,
  };
  using page = new SmallPage(World, props);
  const sliders = page.all("input");
  deepStrictEqual(sliders.map(({ value }) => Number(value)), [1.23456, 0.5, 2, 0.05]);
  deepStrictEqual(page.all("output").map(({ textContent }) => textContent), [
    ...["1.235 m", "0.5 kg", "2 steps", "5.0 %"],
  ]);
  deepStrictEqual(sliders.map((each) => each.getAttribute("aria-valuetext")), [
    ...["1.235 m", "0.5 kg", "2 steps", "5.0 %"],
  ]);
  const ends = sliders.map((each) =>
    ["min", "max", "step"].map((name) => Number(each.getAttribute(name)))
  );
  deepStrictEqual(ends, [[0.1, 2.1, 0.01], [0.1, 2.1, 0.01], [0, 10, 1], [0, 0.2, 0.005]]);
  sliders[0].put("1.5");
  sliders[1].put("0.504");
  sliders[1].put("0.51");
  sliders[2].put("4");
  sliders[3].put("0.1");
  page.get("button", "As it was trained in").click();
  deepStrictEqual(done, [
    ...[["turn", "length", 1.5], ["turn", "mass", 0.5], ["turn", "mass", 0.51]],
    ["sense", { latency: 4, noise: 0.05 }],
    ["sense", { latency: 2, noise: 0.1 }],
    ["reset"],
  ]);
  using own = new SmallPage(World, { ...props, values: undefined });
  deepStrictEqual(own.all("input").slice(0, 2).map(({ value }) => value), [0.5, 0.5]);
});

Deno.test("a whole number of a slider's steps leads to what the world has", () => {
  const apart = (value: number, [least, most]: readonly [number, number]) => {
    const constant = { key: "gravity", title: "gravity", unit: "m/s²", value, least, most };
    const props = {
      ...{ constants: [constant], values: undefined, senses: { latency: 1, noise: 0 } },
      ...{ isMeasured: true, turn: () => {}, sense: () => {}, reset: () => {} },
    };
    using page = new SmallPage(World, props);
    deepStrictEqual(page.all("output")[1].textContent, "1 step");
    return Number(page.all("input")[0].getAttribute("step"));
  };
  for (const [value, ends] of [[9.8, [0, 30]], [0.1, [0.01, 2]], [0.0025, [0, 0.005]]] as const) {
    const [step, least] = [apart(value, ends), ends[0]];
    const steps = (value - least) / step;
    ok(Math.abs(steps - Math.round(steps)) < 1e-9, `${steps} steps to ${value}`);
    ok(step <= (ends[1] - least) / 200 + 1e-12 && step > (ends[1] - least) / 300);
  }
  strictEqual(apart(2, [2, 4]), 0.01);
});

Deno.test("a world of cells is drawn with the values or the visits of its states", () => {
  const environment = makeEnv("FrozenLake-v1", { isSlippery: false });
  environment.reset({ seed: 0 });
  const grid = gridOf(environment)!;
  const actions = Int32Array.from(grid.table, () => 2);
  const worths = policyValues(grid.table, actions, 0.9);
  const playing = {
    grid,
    actions,
    values: worths,
    episodes: { environment },
  } as unknown as Playing;
  const scene = environment.scene!();
  const drawn = (map: "none" | "values" | "visits", visits?: Float64Array) =>
    drawnOver(scene, map, playing, visits);
  strictEqual(drawn("none"), scene);
  strictEqual(drawnOver(scene, "values", { ...playing, grid: undefined }, undefined), scene);
  const count = (shown: typeof scene, kind: string) =>
    shown.shapes.filter((shape) => shape.kind === kind).length -
    scene.shapes.filter((shape) => shape.kind === kind).length;
  // Eleven states of sixteen are neither holes nor the goal; an arrow has two lines.
  const values = drawn("values");
  deepStrictEqual([count(values, "polygon"), count(values, "line")], [11, 22]);
  // Right from state 14 comes to the goal: it alone is worth something.
  const deep = values.shapes.filter((shape) =>
    shape.kind === "polygon" && "fill" in shape && shape.fill === "#3b7cc4"
  );
  strictEqual(deep.length, 1);
  const visits: { current?: Float64Array } = {};
  for (let i = 0; i < 3; i++) countVisit(visits, playing);
  environment.step(1);
  countVisit(visits, playing);
  deepStrictEqual([...visits.current!].slice(0, 5), [3, 0, 0, 0, 1]);
  const seen = drawn("visits", visits.current);
  deepStrictEqual([count(seen, "polygon"), count(seen, "line")], [11, 0]);
  const fills = seen.shapes.filter((shape) => !scene.shapes.includes(shape))
    .map((shape) => (shape as { fill?: string }).fill);
  // As the logarithm of 1 + visits: ln 2 / ln 4 is a half of the way from pale to deep.
  deepStrictEqual([fills[0], fills[1], fills[4]], ["#3b7cc4", "#f7f6f2", "#99b9db"]);
  const none: { current?: Float64Array } = {};
  countVisit(none, { ...playing, grid: undefined });
  strictEqual(none.current, undefined);
});

/** Memory, an input, an output, and a function that leaves all as it is. */
// deno-fmt-ignore
const idle = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 1, 127, 0, 2, 16, 1, 3, 101, 110, 118, 6, 109, 101, 109,
  111, 114, 121, 2, 1, 1, 1, 3, 2, 1, 0, 7, 8, 1, 4, 114, 117, 110, 48, 0, 0, 10, 4, 1, 2, 0, 11,
);

/** The file of a model of points in the plane: a surface that is flat, and samples at its corner. */
function flatModel(): Uint8Array {
  const idleRows = (width: number, inputs: object) => ({
    machine: {
      ...{ binary: idle, pages: 1, state: {}, constants: [], inputs },
      outputs: { rows: { address: 16, length: 2 * width } },
    },
    ...{ width, noise: {} },
  });
  return encodeModel(
    {
      ...{ kind: "points", shape: [2], classes: 0, kinds: 0, codeSize: 0 },
      ...{ rows: 2, drawn: 3, times: 0, vocabulary: [], prompted: false, numbers: {} },
      functions: { score: idleRows(1, { x: { address: 0, length: 4 } }) },
      sampler: { first: idleRows(2, {}) },
    } as Parameters<typeof encodeModel>[0],
  );
}

Deno.test("an explorer asks once for each moment that is looked at, by model or by plane", async () => {
  const file = flatModel();
  const test = { count: 2, values: Float32Array.of(0, 0, 1, 1) };
  const examplesFile = encodeExamples({ test, shape: [2] } as unknown as Dataset);
  const plane = encodePlane({ samples: Float32Array.of(0.5, 0.5, 0.25, 0.25) });
  const asked: string[] = [];
  let broken = false;
  let held: PromiseWithResolvers<void> | undefined;
  const { setInterval, clearInterval } = globalThis;
  let tick: (() => void) | undefined;
  Object.assign(globalThis, {
    setInterval: (what: () => void) => tick = what,
    clearInterval: () => tick = undefined,
  });
  const before = answeredBy((path, options) => {
    asked.push(path);
    ok(options?.signal instanceof AbortSignal);
    const { pathname, searchParams: query } = new URL(path, "http://page");
    const answer = async (text: string, bytes?: Uint8Array) => {
      await held?.promise;
      return {
        ok: !broken,
        text: () => Promise.resolve(broken ? "It is gone." : text),
        arrayBuffer: () => Promise.resolve(bytes!.buffer),
      } as unknown as Response;
    };
    if (pathname.startsWith("/texts/")) return answer(plane);
    strictEqual(query.get("run"), "r");
    return answer("", query.get("part") === "model" ? file : examplesFile);
  });
  const models = [{ id: 7, iteration: 10, kind: "last" }, { id: 9, iteration: 30, kind: "final" }];
  const planes = [10, 20, 30, 40].map((iteration) => ({ iteration, hash: `h${iteration}` }));
  const shown = { run: "r", models, planes };
  const at = async (iteration: number | undefined) => {
    chosenIteration.value = iteration;
    settle();
    await answered();
    return asked.splice(0);
  };
  try {
    chosenIteration.value = 30;
    using page = new SmallPage(Explorer, shown);
    strictEqual(page.textContent, "The model is on its way.");
    const model = (id: number) => `/api/policy?run=r&part=model&checkpoint=${id}`;
    deepStrictEqual(await at(30), ["/api/policy?run=r&part=examples", model(9)]);
    const note = () => page.all("p", ".note").at(-1)!.textContent;
    const title = () => page.get("h3").textContent;
    strictEqual(title(), "The model at work iteration 30");
    ok(note().startsWith("It computes in this page"));
    deepStrictEqual(await at(10), [model(7)]);
    strictEqual(title(), "The model at work iteration 10");
    // Known by now.
    deepStrictEqual(await at(30), []);
    deepStrictEqual(await at(20), ["/texts/h20"]);
    strictEqual(title(), "The model at work iteration 20");
    ok(note().startsWith("As it was at this evaluation"));
    const canvas = page.all("canvas")[0];
    const dots = canvas.drawn.filter(([name, , , radius]) => name === "arc" && radius === 4.8);
    strictEqual(dots.length % 2, 0);
    ok(dots.length > 0);
    deepStrictEqual(await at(10), []);
    // A film waits for what is on its way.
    page.get("button", "Play the model over training").click();
    ok(tick !== undefined);
    held = Promise.withResolvers();
    await at(30);
    ok(tick !== undefined);
    await at(40);
    strictEqual(tick, undefined);
    held.resolve();
    await answered();
    ok(tick !== undefined);
    page.get("button", "Stop the model").click();
    strictEqual(tick, undefined);
    held = undefined;
    asked.splice(0);
    await at(10);
    broken = true;
    deepStrictEqual(await at(undefined), ["/texts/h40"]);
    // The model before stays, and another moment may be there.
    strictEqual(page.get("p", ".problem").textContent, "It is gone.");
    ok(page.all("canvas").length > 0);
    broken = false;
    deepStrictEqual(await at(20), ["/texts/h20"]);
    strictEqual(page.all("p", ".problem").length, 0);
    // One alone says which it is, too.
    using only = new SmallPage(Explorer, { run: "r", models: models.slice(0, 1), planes: [] });
    await answered();
    strictEqual(only.get("h3").textContent, "The model at work iteration 10");
  } finally {
    chosenIteration.value = undefined;
    answeredBy(before);
    Object.assign(globalThis, { setInterval, clearInterval });
  }
});

Deno.test("at another checkpoint the same code, and the walk between two, are decoded anew", () => {
  const [first, second] = [modelOf(), modelOf()];
  using page = new SmallPage(Shapes, { run: "r", model: first.model, examples });
  page.get("button", "Keep as A").click();
  page.get("button", "The middle").click();
  page.get("button", "Keep as B").click();
  strictEqual(second.asked.length, 0);
  page.show({ run: "r", model: second.model, examples });
  // One is the point at hand, the others lie between A and B.
  deepStrictEqual(
    second.asked.map(({ codes }) => codes.length / 3).toSorted((a, b) => a - b),
    first.asked.slice(-2).map(({ codes }) => codes.length / 3).toSorted((a, b) => a - b),
  );
});

Deno.test("a model is asked for anew by other values of what it draws its samples by", async () => {
  const file = flatModel();
  const examplesFile = encodeExamples(
    { test: { count: 1, values: Float32Array.of(0, 0) }, shape: [2] } as unknown as Dataset,
  );
  const field = { type: "integer", default: 50, range: "≥ 1", description: "Steps" };
  const fields = [
    { ...field, path: "model.samplerSteps", value: 20 },
    { ...field, path: "model.solver", type: "heun | euler", value: "heun" },
  ];
  const asked: string[] = [];
  let refusal = "";
  const before = answeredBy((path) => {
    asked.push(path);
    const { searchParams: query } = new URL(path, "http://page");
    const bytes = query.get("part") === "model" ? file : examplesFile;
    return Promise.resolve({
      ok: refusal === "",
      ...{ text: () => Promise.resolve(refusal), json: () => Promise.resolve(fields) },
      arrayBuffer: () => Promise.resolve(bytes.buffer),
    } as unknown as Response);
  });
  const heard = async () => {
    await answered();
    return asked.splice(0);
  };
  const model = (set = "") => `/api/policy?run=r&part=model&checkpoint=9${set}`;
  const models = [{ id: 9, iteration: 30, kind: "final" }];
  try {
    using page = new SmallPage(Explorer, { run: "r", models, planes: [], served: true });
    deepStrictEqual(await heard(), [
      ...["/api/policy?run=r&part=examples", model(), "/api/policy?run=r&part=settings"],
    ]);
    const form = () => page.get("details", ".sampling");
    const told = () => form().get("summary").get("small").textContent;
    form().all("input")[0].put("5");
    strictEqual(told(), "1 changed, on its way");
    const five = "&set=model.samplerSteps%3D5";
    deepStrictEqual(await heard(), [model(five)]);
    strictEqual(told(), "1 changed");
    form().all("select")[0].put("euler");
    deepStrictEqual(await heard(), [model(`${five}&set=model.solver%3Deuler`)]);
    // What the run has itself is no change, and known.
    form().all("input")[0].put("20");
    form().all("select")[0].put("heun");
    deepStrictEqual(await heard(), [model("&set=model.solver%3Deuler")]);
    strictEqual(told(), "");
    refusal = "Cannot set model.samplerSteps as it must be integer, ≥ 1: 0";
    form().all("input")[0].put("0");
    deepStrictEqual(await heard(), [model("&set=model.samplerSteps%3D0")]);
    deepStrictEqual(page.all("p", ".problem"), []);
    strictEqual(form().get("span", ".problem").textContent, refusal);
    strictEqual(told(), "1 changed");
    // Another field that becomes what it was changes nothing.
    form().all("select")[0].put("heun");
    strictEqual(form().get("span", ".problem").textContent, refusal);
    strictEqual(told(), "1 changed");
    refusal = "";
    form().get("button", "back to 20").click();
    deepStrictEqual(await heard(), []);
    deepStrictEqual(form().all("span", ".problem"), []);

    // Of what was written down there is nobody to ask.
    using written = new SmallPage(Explorer, { run: "r", models, planes: [] });
    deepStrictEqual(await heard(), ["/api/policy?run=r&part=examples", model()]);
    deepStrictEqual(written.all("details"), []);
  } finally {
    answeredBy(before);
  }
});
