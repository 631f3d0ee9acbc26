/** The policy at work on its page: each button and choice moves what it says, and nothing else. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { encodePolicy } from "../../agents/policy.ts";
import { makeEnv } from "../../envs/mod.ts";
import type { Discrete } from "../../lab/core/space.ts";
import { answeredBy } from "../../web/ask.ts";
import { chosenIteration } from "../../web/moment.ts";
import { Explore } from "../../web/components/explore.tsx";
import { h } from "preact";
import { useOnceSeen } from "../../web/components/once_seen.ts";
import { OnItsWay } from "../../web/components/on_its_way.tsx";
import { reconnections } from "../../web/live.ts";
import { PolicyAtWork } from "../../web/components/policy.tsx";
import { Player } from "../../web/player/player.tsx";
import { Evaluation } from "../../web/player/controls.tsx";
import { Hand } from "../../web/player/world.ts";
import { answered, type Small, SmallPage } from "./small_page.ts";

const world = { id: "FrozenLake-v1", isSlippery: false };
/** Six moves to the goal; always left, which stays; always right, into the corner. */
const tables: Readonly<Record<number, readonly number[]>> = {
  8: [1, 2, 1, 0, 1, 0, 1, 0, 2, 1, 1, 0, 0, 2, 2, 0],
  6: new Array(16).fill(0),
  4: new Array(16).fill(2),
};
const policies = [
  { id: 4, kind: "last", iteration: 1000, evaluation: null, score: null },
  { id: 6, kind: "best", iteration: 2000, evaluation: 0, score: 0.5 },
  { id: 8, kind: "final", iteration: 3000, evaluation: 1, score: 1 },
];
const contents = {
  ...{ names: [], pictures: [], planes: [], policies, models: [], events: [], eventCount: 0 },
  ...{ message: null, wanted: false, digest: null },
};
const props = { run: "r", agent: "q", seed: "1", world, episodes: 3, gamma: 0.9, contents };

/** Memory, an input, an output, and a function that leaves all as it is. */
// deno-fmt-ignore
const idle = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 1, 127, 0, 2, 16, 1, 3, 101, 110, 118, 6, 109, 101, 109,
  111, 114, 121, 2, 1, 1, 1, 3, 2, 1, 0, 7, 8, 1, 4, 114, 117, 110, 48, 0, 0, 10, 4, 1, 2, 0, 11,
);

/** A policy that prefers the second of its actions wherever it is. */
function steadyPolicy(id: string): Uint8Array {
  const { observationSpace, actionSpace } = makeEnv(id);
  const { flatSize } = actionSpace;
  const preferred = Float32Array.from({ length: flatSize }, (_, i) => i === 1 ? 1 : 0);
  const scores = { shape: [1, flatSize], dtype: "float32", values: preferred } as const;
  const value = { shape: [1], dtype: "float32", values: Float32Array.of(7) } as const;
  return encodePolicy({
    ...{ observationSpace, actionSpace: actionSpace as Discrete },
    machine: {
      ...{ binary: idle, pages: 1, state: {} },
      constants: [
        { address: 64, tensor: scores },
        { address: 128, tensor: value },
      ],
      inputs: { observations: { address: 0, length: observationSpace.flatSize } },
      outputs: {
        scores: { address: 64, length: flatSize },
        value: { address: 128, length: 1 },
      },
    },
  });
}

/** A table for the taxi, which goes down wherever it is. */
function taxiTable(): Uint8Array {
  const { observationSpace, actionSpace } = makeEnv("Taxi-v4");
  const table = new Int32Array(observationSpace.flatSize);
  return encodePolicy({ observationSpace, actionSpace: actionSpace as Discrete, table });
}

const cartPole = { world: { id: "CartPole-v1" }, policy: steadyPolicy("CartPole-v1") };

type Frame = (now: number) => void;

/** A page with the player, whose frames come when they are called. */
async function playing(
  body: (page: SmallPage, desk: {
    readonly asked: string[];
    /** Draws frames so many milliseconds apart. */
    readonly frames: (count: number, milliseconds: number) => void;
    readonly facts: () => Readonly<Record<string, string>>;
  }) => Promise<void>,
  { policy, ...more }: {
    readonly world?: { readonly id: string };
    readonly episodes?: number;
    /** What is answered in place of the table of FrozenLake. */
    readonly policy?: Uint8Array;
  } = {},
): Promise<void> {
  const asked: string[] = [];
  const { observationSpace, actionSpace } = makeEnv(world.id, { isSlippery: false });
  const before = answeredBy((path) => {
    asked.push(path);
    const { searchParams } = new URL(path, "http://page");
    const table = Int32Array.from(tables[Number(searchParams.get("checkpoint"))]);
    const bytes = policy ??
      encodePolicy({ observationSpace, actionSpace: actionSpace as Discrete, table });
    return Promise.resolve(
      { ok: true, arrayBuffer: () => Promise.resolve(bytes.buffer) } as unknown as Response,
    );
  });
  const waiting = new Map<number, Frame>();
  let count = 0;
  let now = 1000;
  const { requestAnimationFrame, cancelAnimationFrame } = globalThis;
  const clock = Object.getOwnPropertyDescriptor(performance, "now");
  Object.defineProperty(performance, "now", { value: () => now, configurable: true });
  const page = new SmallPage(Player, { ...props, ...more });
  Object.assign(globalThis, {
    requestAnimationFrame: (frame: Frame) => (waiting.set(++count, frame), count),
    cancelAnimationFrame: (id: number) => waiting.delete(id),
  });
  try {
    await answered();
    const facts = () =>
      Object.fromEntries(
        page.get("dl").all("div").map((each) => [
          each.all("dt")[0].textContent,
          each.all("dd")[0].textContent,
        ]),
      );
    const frames = (number: number, milliseconds: number) => {
      for (let i = 0; i < number; i++) {
        now += milliseconds;
        const due = [...waiting.values()];
        waiting.clear();
        for (const frame of due) frame(now);
        page.happens("drawn");
      }
    };
    await body(page, { asked, frames, facts });
  } finally {
    page[Symbol.dispose]();
    strictEqual(waiting.size, 0);
    answeredBy(before);
    if (clock === undefined) delete (performance as { now?: unknown }).now;
    else Object.defineProperty(performance, "now", clock);
    Object.assign(globalThis, { requestAnimationFrame, cancelAnimationFrame });
    chosenIteration.value = undefined;
  }
}

const labels = (page: Small) =>
  page.all("canvas").map((each) => each.getAttribute("aria-label"))
    .filter((label) => label?.includes("played by"));
const captions = (page: Small) => page.all("figcaption").map(({ textContent }) => textContent);
const selectOf = (page: Small, name: string) =>
  page.all("select").find((each) => each.parentElement!.textContent.startsWith(name))!;

Deno.test("the final policy plays; it is stepped, taken back and begun anew", () =>
  playing(async (page, { asked, facts }) => {
    deepStrictEqual(asked, ["/api/policy?run=r&checkpoint=8"]);
    deepStrictEqual(labels(page), ["FrozenLake-v1, played by the policy"]);
    // A world of cells has maps of them.
    const maps = selectOf(page, "Map").all("option").map(({ textContent }) => textContent);
    deepStrictEqual(maps, ["none", "values and actions", "visits"]);
    const { Seed: seed } = facts();
    deepStrictEqual([facts().Step, facts().Episode], ["0", "1"]);
    page.get("button", "Pause");
    for (let i = 1; i <= 5; i++) {
      page.get("button", "One step").click();
      deepStrictEqual([facts().Step, facts().Return], [String(i), "0"]);
      page.get("button", "Play");
    }
    page.get("button", "One step back").click();
    strictEqual(facts().Step, "4");
    const slider = page.get("input", "Step of the episode");
    deepStrictEqual([slider.getAttribute("max"), slider.value], ["5", 4]);
    slider.put("1");
    strictEqual(facts().Step, "1");
    for (let i = 0; i < 4; i++) page.get("button", "One step").click();
    deepStrictEqual([facts().Step, facts().Episode], ["5", "1"]);
    page.get("button", "One step").click();
    deepStrictEqual([facts().Step, facts().Return, facts().Episode], ["6", "1", "1, terminated"]);
    strictEqual(facts()["Mean return"], "1 of 1");
    page.get("button", "One step").click();
    deepStrictEqual([facts().Step, facts().Episode], ["0", "2"]);
    strictEqual(facts().Seed, String(Number(seed) + 1));
    page.get("button", "New episode").click();
    deepStrictEqual([facts().Seed, facts().Episode], [String(Number(seed) + 2), "3"]);
    await answered();
  }));

Deno.test("a policy that has no answer stands still and says why, until it begins anew", () =>
  playing(async (page, { frames, facts }) => {
    const said = () => page.all("p", ".problem").map(({ textContent }) => textContent);
    const stands = () => {
      deepStrictEqual([facts().Step, said().length], ["0", 1]);
      match(said()[0], /^Cannot act as the observation must lie in Discrete\(16\): Float32Array/);
      page.get("button", "Play");
    };
    page.get("button", "Pause");
    deepStrictEqual(said(), []);
    frames(3, 100);
    stands();
    page.get("button", "New episode").click();
    deepStrictEqual([facts().Step, said()], ["0", []]);
    page.get("button", "One step").click();
    stands();
    await answered();
    // A table's policy in a world of numbers.
  }, { world: { id: "CartPole-v1" } }));

Deno.test("who plays beside it is stepped with it, is told of, and stands apart or as a ghost", () =>
  playing(async (page, { asked, facts, frames }) => {
    page.get("button", "One step").click();
    selectOf(page, "Beside it").put("6");
    await answered();
    strictEqual(asked.at(-1), "/api/policy?run=r&checkpoint=6");
    deepStrictEqual(labels(page), [
      ...["FrozenLake-v1, played by the policy"],
      "FrozenLake-v1, played by best, iteration 2,000",
    ]);
    // Both begin on one seed.
    strictEqual(facts().Step, "0");
    deepStrictEqual(captions(page), [
      "final, iteration 3,000: return 0",
      "best, iteration 2,000: return 0",
    ]);
    for (let i = 0; i < 6; i++) page.get("button", "One step").click();
    deepStrictEqual(captions(page), [
      "final, iteration 3,000: return 1",
      "best, iteration 2,000: return 0",
    ]);
    // One that has ended waits for the other.
    page.get("button", "One step").click();
    deepStrictEqual([facts().Step, facts().Episode.split(", ")[1]], ["6", "terminated"]);
    page.get("input", "as a ghost").checked = true;
    page.get("input", "as a ghost").happens("change");
    deepStrictEqual(labels(page), ["FrozenLake-v1, played by the policy"]);
    deepStrictEqual(captions(page), [
      "final, iteration 3,000: return 1; pale, best, iteration 2,000: return 0",
    ]);
    page.get("input", "as a ghost").checked = false;
    page.get("input", "as a ghost").happens("change");
    // Who takes the main place begins with the other one, and may be the same.
    page.get("input", ".checkpoint").put("1");
    await answered();
    deepStrictEqual([facts().Step, String(selectOf(page, "Beside it").value)], ["0", "6"]);
    for (let i = 0; i < 6; i++) page.get("button", "One step").click();
    const [mine, theirs] = captions(page).map((caption) => caption.split(":")[1]);
    strictEqual(mine, theirs);
    page.get("input", ".checkpoint").put("2");
    await answered();
    selectOf(page, "Beside it").put("4");
    await answered();
    deepStrictEqual(captions(page)[1], "on the way, iteration 1,000: return 0");
    selectOf(page, "Beside it").put("keys");
    await answered();
    strictEqual(labels(page)[1], "FrozenLake-v1, played by you");
    const keys = () => page.get("div", ".keys");
    deepStrictEqual(keys().all("button").map(({ textContent }) => textContent), [
      ...["← left", "↓ down", "→ right", "↑ up"],
    ]);
    strictEqual(keys().get("small").textContent, "Each is a step.");
    // A world that waits for a move is stepped by keys alone, and each is one step of both.
    frames(8, 250);
    strictEqual(facts().Step, "0");
    for (const [i, key] of ["Down", "Down", "Right", "Down"].entries()) {
      page.press(`Arrow${key}`);
      page.press("F5");
      frames(2, 250);
      strictEqual(facts().Step, String(i + 1));
    }
    const [right, left] = [keys().all("button")[2], keys().all("button")[0]];
    right.happens("pointerdown", { pointerId: 1 });
    right.happens("pointerup", { pointerId: 1 });
    right.happens("click", { detail: 1 });
    strictEqual(facts().Step, "5");
    // By Enter on the button.
    right.happens("click", { detail: 0 });
    deepStrictEqual(captions(page)[1], "you: return 1, terminated");
    strictEqual(
      keys().get("small").textContent,
      "Yours: return 1, terminated. A key begins the next episode.",
    );
    frames(8, 250);
    strictEqual(facts().Step, "6");
    left.happens("click", { detail: 0 });
    deepStrictEqual([facts().Step, captions(page)[1]], ["0", "you: return 0"]);
    selectOf(page, "Beside it").put("nobody");
    await answered();
    deepStrictEqual([labels(page).length, captions(page)], [1, []]);
  }));

Deno.test("where the world goes by itself, a person's first key begins", () =>
  playing(async (page, { frames, facts }) => {
    selectOf(page, "Beside it").put("keys");
    await answered();
    const keys = page.get("div", ".keys");
    const said = () => keys.get("small").textContent;
    frames(4, 250);
    deepStrictEqual([facts().Step, said()], ["0", "The first one begins."]);
    const [left] = keys.all("button");
    left.happens("pointerdown", { pointerId: 1 });
    deepStrictEqual([facts().Step, said()], ["0", ""]);
    frames(1, 200);
    left.happens("pointerup", { pointerId: 1 });
    strictEqual(facts().Step, "5");
    // To the end of both, which waits for a key.
    frames(100, 200);
    match(said(), /^Yours: return \d+, terminated\. A key begins the next episode\.$/);
    page.press("ArrowRight");
    frames(1, 200);
    deepStrictEqual([facts().Step, said()], ["0", "The first one begins."]);
  }, cartPole));

Deno.test("a key that is let go of leaves the action of nothing, where there is one and it goes on", () => {
  const car = new Hand(makeEnv("MountainCar-v0"));
  strictEqual(car.act(), 1);
  car.moves.take(car.actionOf("ArrowLeft"), 1);
  strictEqual(car.act(), 0);
  car.release(2);
  strictEqual(car.act(), 0);
  car.release(1);
  strictEqual(car.act(), 1);
  const pole = new Hand(makeEnv("CartPole-v1"));
  pole.moves.take(pole.actionOf("right"), 1);
  pole.release(1);
  strictEqual(pole.act(), 1);
  deepStrictEqual([pole.actionOf("F5"), car.actionOf(" ")], [undefined, 1]);
});

Deno.test("frames step at the pace that is chosen, and not while it is paused", () =>
  playing((page, { frames, facts }) => {
    const stepped = () => Number(facts().Step) + 10 * Number(facts().Episode.split(",")[0]);
    const begun = stepped();
    frames(4, 250);
    // A world without a clock of its own goes four steps a second.
    const pace = stepped() - begun;
    strictEqual(pace, 4);
    page.get("button", "Pause").click();
    frames(8, 250);
    strictEqual(stepped(), begun + pace);
    page.get("button", "Play").click();
    selectOf(page, "Speed").put("0.25");
    frames(4, 250);
    strictEqual(stepped(), begun + pace + 1);
    deepStrictEqual(page.all("option").slice(0, 5).map(({ textContent }) => textContent), [
      ...["0.25 ×", "1 ×", "4 ×", "16 ×", "undrawn"],
    ]);
    return Promise.resolve();
  }));

Deno.test("an episode plays backwards to its first step, where it stands until it is told to go on", () =>
  playing((page, { frames, facts }) => {
    const step = () => Number(facts().Step);
    const backwards = () => page.get("button", "Play backwards");
    const goesBack = () => backwards().getAttribute("aria-pressed");
    const plays = () => page.all("button", "Pause").length === 1;
    for (let i = 0; i < 5; i++) page.get("button", "One step").click();
    deepStrictEqual([step(), plays(), goesBack()], [5, false, "false"]);
    backwards().click();
    deepStrictEqual([goesBack(), plays()], ["true", false]);
    frames(2, 250);
    deepStrictEqual([step(), goesBack()], [3, "true"]);
    // The same button stops it, and goes on.
    backwards().click();
    frames(2, 250);
    deepStrictEqual([step(), goesBack(), plays()], [3, "false", false]);
    backwards().click();
    frames(1, 250);
    deepStrictEqual([step(), goesBack()], [2, "true"]);
    // The other one turns it round, without a stop.
    page.get("button", "Play").click();
    deepStrictEqual([goesBack(), plays()], ["false", true]);
    frames(1, 250);
    strictEqual(step(), 3);
    backwards().click();
    frames(3, 250);
    deepStrictEqual([step(), goesBack()], [0, "true"]);
    frames(1, 250);
    deepStrictEqual([step(), facts().Episode, goesBack(), plays()], [0, "1", "false", false]);
    page.get("button", "Play").click();
    frames(2, 250);
    deepStrictEqual([step(), facts().Episode], [2, "1"]);
    // A new episode goes forwards, whichever way the one before went.
    backwards().click();
    page.get("button", "New episode").click();
    deepStrictEqual([step(), facts().Episode, goesBack(), plays()], [0, "2", "false", true]);
    frames(2, 250);
    strictEqual(step(), 2);
    return Promise.resolve();
  }));

Deno.test("keys that are typed elsewhere, or are the browser's own, move nobody; others turn back to forwards", () =>
  playing(async (page, { frames, facts }) => {
    const beside = selectOf(page, "Beside it");
    let blurred = 0;
    beside.blur = () => void blurred++;
    beside.put("6");
    await answered();
    strictEqual(blurred, 0);
    beside.put("keys");
    await answered();
    // Its letters would go on choosing.
    strictEqual(blurred, 1);
    let prevented = 0;
    const preventDefault = () => void prevented++;
    page.press("ArrowDown", { preventDefault });
    deepStrictEqual([facts().Step, prevented], ["1", 1]);
    for (
      const more of [
        ...["INPUT", "SELECT", "TEXTAREA"].map((tagName) => ({ target: { tagName } })),
        { ctrlKey: true },
        { metaKey: true },
      ]
    ) page.press("ArrowDown", { preventDefault, ...more });
    page.press("Tab", { preventDefault });
    deepStrictEqual([facts().Step, prevented], ["1", 1]);
    page.get("button", "Play backwards").click();
    page.press("ArrowDown");
    strictEqual(facts().Step, "2");
    strictEqual(page.get("button", "Play backwards").getAttribute("aria-pressed"), "false");
    frames(4, 250);
    strictEqual(facts().Step, "2");
  }));

Deno.test("a map of cells says its figures: the range of its colours, and that of the cell stood in", () =>
  playing(async (page, { facts }) => {
    selectOf(page, "Map").put("values");
    const said = () =>
      page.all("p", ".note").map(({ textContent }) => textContent)
        .find((text) => /^(Return|Times)/.test(text));
    // γ = 0.9 and a 1 at the end of six moves: from 0.9⁵ at the start to 1 before the goal.
    const range = "Return from each cell on, discounted by 0.9 a step: from  0.59 to  1";
    strictEqual(said(), `${range}; here 0.59, down`);
    page.get("button", "One step").click();
    strictEqual(said(), `${range}; here 0.656, down`);
    const canvas = page.all("canvas").find((each) =>
      each.getAttribute("aria-label")?.includes("played by")
    )!;
    canvas.getBoundingClientRect = () => ({ left: 0, top: 0, width: 400, height: 400 }) as never;
    canvas.happens("pointermove", { clientX: 250, clientY: 350, currentTarget: canvas });
    strictEqual(said(), `${range}; row 4, column 3 1, right`);
    canvas.happens("pointerleave", {});
    strictEqual(said(), `${range}; here 0.656, down`);
    selectOf(page, "Map").put("visits");
    // The cell where the episode began counts, and one that is taken back to is not counted again.
    const times = "Times in each cell, coloured by their logarithm: from  0 to  1";
    strictEqual(said(), `${times}; here 1`);
    page.get("button", "One step back").click();
    strictEqual(said(), `${times}; here 1`);
    page.get("button", "One step").click();
    strictEqual(said(), `${times}; here 1`);
    page.get("button", "New episode").click();
    strictEqual(said(), `${times.replace(/1$/, "2")}; here 2`);
    strictEqual(facts().Step, "0");
    await answered();
  }));

Deno.test("keys of actions that a world forbids say so, and are a step all the same", () =>
  playing(async (page, { facts }) => {
    selectOf(page, "Beside it").put("keys");
    await answered();
    const keys = page.get("div", ".keys");
    const dashed = () => keys.all("button", ".forbidden").map(({ textContent }) => textContent);
    const mask = () => keys.get("small").textContent;
    // Where seed 0 puts the taxi.
    const place = makeEnv("Taxi-v4");
    place.reset({ seed: 0 });
    const labels = keys.all("button").map(({ textContent }) => textContent);
    const forbidden = labels.filter((_, i) => place.actionMask!()[i] === 0);
    ok(forbidden.length > 0);
    deepStrictEqual(dashed(), forbidden);
    strictEqual(
      mask(),
      `Each is a step. Forbidden here, a step all the same: ${forbidden.join(", ")}.`,
    );
    keys.all("button").find(({ textContent }) => textContent === forbidden[0])!
      .happens("click", { detail: 0 });
    strictEqual(facts().Step, "1");
    // What is no measured number takes no noise.
    deepStrictEqual(
      page.all("summary").map(({ textContent }) => textContent)[0],
      "Another world: delay",
    );
    deepStrictEqual(
      page.all("span").filter(({ textContent }) => textContent.startsWith("noise")),
      [],
    );
  }, { world: { id: "Taxi-v4" }, policy: taxiTable() }));

Deno.test("buttons push for those without a pointer, and Space presses what has the focus", () =>
  playing(async (page, { facts }) => {
    page.get("button", "Push the car to the right").click();
    ok(page.all("p", ".pushed")[0].textContent.startsWith("Changed by hand from step 0 on"));
    selectOf(page, "Beside it").put("keys");
    await answered();
    const prevented = (key: string, more: object) => {
      let count = 0;
      page.press(key, { preventDefault: () => void count++, ...more });
      return count;
    };
    deepStrictEqual(
      [
        prevented(" ", { target: { tagName: "BUTTON" } }),
        prevented(" ", { target: { tagName: "SUMMARY" } }),
        prevented("ArrowLeft", { altKey: true }),
        prevented(" ", {}),
        prevented("ArrowLeft", { target: { tagName: "BUTTON" } }),
      ],
      [0, 0, 0, 1, 1],
    );
    strictEqual(facts().Step, "0");
  }, { world: { id: "MountainCar-v0" }, policy: steadyPolicy("MountainCar-v0") }));

Deno.test("of a long evaluation the episodes with seeds of their own are played, and named so", () =>
  playing((page) => {
    page.get("button", "Play the first 100 of the 200 episodes of its evaluation");
    return Promise.resolve();
  }, { episodes: 200 }));

Deno.test("another checkpoint takes over at once where it is chosen, and its evaluation with it", () =>
  playing(async (page, { asked, facts, frames }) => {
    page.get("button", "Pause").click();
    page.get("button", "One step").click();
    const { Seed: seed } = facts();
    const play = "Play the 3 episodes of its evaluation";
    page.get("button", play).click();
    frames(3, 1000);
    const said = page.get("p", ".extremes").textContent;
    ok(said.endsWith("of 3, mean 1, to the bit what the run's evaluation says"), said);
    page.get("button", "Best episode: 1").click();
    deepStrictEqual([facts().Step, facts().Seed === seed], ["0", false]);
    page.get("button", "Pause").click();
    page.get("input", ".checkpoint").put("1");
    await answered();
    strictEqual(chosenIteration.value, 2000);
    strictEqual(asked.at(-1), "/api/policy?run=r&checkpoint=6");
    strictEqual(facts().Step, "0");
    page.get("button", play).click();
    frames(3, 1000);
    const other = page.get("p", ".extremes").textContent;
    ok(other.endsWith("Best episode: 0 of 3, mean 0"), other);
    page.get("input", ".checkpoint").put("0");
    await answered();
    deepStrictEqual(page.all("button", play), []);
  }));

Deno.test("an evaluation that cannot be played says why, and can be played again", () => {
  const { requestAnimationFrame, cancelAnimationFrame } = globalThis;
  const turns: (() => void)[] = [];
  const environment = makeEnv(world.id, { isSlippery: false });
  const broken = {
    ...{ timeLimit: 100, reset: () => environment.reset({ seed: 0 }) },
    step() {
      throw new Error("The world fell.");
    },
  };
  const { observationSpace, actionSpace } = environment;
  const table = Int32Array.from(tables[8]);
  const bytes = encodePolicy({ observationSpace, actionSpace: actionSpace as Discrete, table });
  const kept = policies[2];
  try {
    using page = new SmallPage(Evaluation, {
      ...{ kept, bytes, begin() {}, world: { make: () => broken }, seed: "1", episodes: 3 },
    });
    Object.assign(globalThis, {
      requestAnimationFrame: (turn: () => void) => turns.push(turn),
      cancelAnimationFrame: () => {},
    });
    const play = page.get("button", "Play the 3 episodes of its evaluation");
    for (const _ of [1, 2]) {
      play.click();
      turns.pop()!();
      page.happens("drawn");
      deepStrictEqual([page.get("span", ".problem").textContent, play.disabled], [
        ...["The world fell.", false],
      ]);
    }
  } finally {
    Object.assign(globalThis, { requestAnimationFrame, cancelAnimationFrame });
  }
});

Deno.test("the player and the explorer come once they are seen, and not before", async () => {
  const before = answeredBy(() => Promise.reject(new Error("no answer")));
  try {
    for (
      const [view, more, module] of [
        [PolicyAtWork, props, "player/player.tsx"],
        [Explore, { run: "r", models: [], planes: [] }, "explorer/explorer.tsx"],
      ] as const
    ) {
      using page = new SmallPage(view, more);
      const said = page.get("p", ".note").textContent;
      ok(said.endsWith(" at work appears here."), said);
      await import(`../../web/${module}`);
      page.scroll(false);
      await answered();
      strictEqual(page.get("p", ".note").textContent, said);
      page.scroll(true);
      await answered();
      strictEqual(page.get("p", ".note").textContent, "no answer");
    }
    using page = new SmallPage(PolicyAtWork, { ...props, contents: { ...contents, policies: [] } });
    strictEqual(page.textContent, "");
  } finally {
    answeredBy(before);
  }
});

Deno.test("a part that cannot be fetched is tried again by a click, and once the server is back", async () => {
  let loads = 0;
  let isAway = true;
  const load = () => {
    loads++;
    return isAway
      ? Promise.reject(new TypeError("Failed to fetch"))
      : Promise.resolve({ it: "it" });
  };
  const Part = () => {
    const { place, module, again } = useOnceSeen(load);
    const shown = module === null ? h(OnItsWay, { what: "The part", again }) : module.it;
    return h("div", { ref: place }, shown);
  };
  using page = new SmallPage(Part, {});
  strictEqual(page.textContent, "The part appears here.");
  page.scroll(true);
  await answered();
  const line = "The part cannot be fetched, as the server does not answer. Try again";
  deepStrictEqual([page.textContent, loads], [line, 1]);
  page.get("button", "Try again").click();
  strictEqual(page.textContent, "The part appears here.");
  await answered();
  deepStrictEqual([page.textContent, loads], [line, 2]);
  isAway = false;
  reconnections.value += 1;
  await answered();
  deepStrictEqual([page.textContent, loads], ["it", 3]);
  reconnections.value += 1;
  await answered();
  strictEqual(loads, 3);
});

Deno.test("a policy that a server which was away did not send comes once it is back", async () => {
  const { observationSpace, actionSpace } = makeEnv(world.id, { isSlippery: false });
  const table = Int32Array.from(tables[8]);
  const bytes = encodePolicy({ observationSpace, actionSpace: actionSpace as Discrete, table });
  let isAway = true;
  let asked = 0;
  const before = answeredBy(() => {
    asked++;
    if (isAway) return Promise.reject(new TypeError("Failed to fetch"));
    const answer = { ok: true, arrayBuffer: () => Promise.resolve(bytes.buffer) };
    return Promise.resolve(answer as unknown as Response);
  });
  const { requestAnimationFrame, cancelAnimationFrame } = globalThis;
  Object.assign(globalThis, { requestAnimationFrame: () => 0, cancelAnimationFrame: () => {} });
  try {
    using page = new SmallPage(Player, props);
    await answered();
    const said = page.get("p", ".problem").textContent;
    ok(said !== "" && !said.includes("Failed to fetch"), said);
    isAway = false;
    reconnections.value += 1;
    await answered();
    deepStrictEqual([page.all("p", ".problem").length, asked], [0, 2]);
    // What is there is not fetched, nor begun, again.
    page.get("button", "One step").click();
    reconnections.value += 1;
    await answered();
    strictEqual(asked, 2);
  } finally {
    answeredBy(before);
    Object.assign(globalThis, { requestAnimationFrame, cancelAnimationFrame });
  }
});

Deno.test("a world that has no drawing, and a policy that does not come, are said in a line", async () => {
  const before = answeredBy(() =>
    Promise.resolve({ ok: false, text: () => Promise.resolve("It is gone.") } as Response)
  );
  const { requestAnimationFrame } = globalThis;
  Object.assign(globalThis, { requestAnimationFrame: () => 0 });
  try {
    for (
      const [id, line] of [["FrozenLake-v1", "It is gone."], ["Taxi-v9", undefined]] as const
    ) {
      using page = new SmallPage(Player, { ...props, world: { id } });
      strictEqual(page.get("p").textContent, "The world is on its way.");
      await answered();
      const said = page.get("p", ".problem").textContent;
      if (line === undefined) ok(said.includes("Taxi-v9"), said);
      else strictEqual(said, line);
    }
  } finally {
    answeredBy(before);
    Object.assign(globalThis, { requestAnimationFrame });
  }
});

const sliderOf = (page: Small, name: string) =>
  page.all("input").find((each) =>
    each.getAttribute("type") === "range" && each.parentElement!.textContent.startsWith(name)
  )!;

Deno.test("a world that is changed is that of both who play, until it is as it was again", () =>
  playing(async (page, { facts }) => {
    page.get("button", "Pause").click();
    /** Steps until both have ended. */
    const played = () => {
      page.get("button", "New episode").click();
      const ends: number[] = [];
      for (let step = 1; !facts().Episode.includes("terminated") || ends.length < 2; step++) {
        page.get("button", "One step").click();
        const ended = captions(page).slice(0, 2).map((each) => each.includes("terminated"));
        if (facts().Episode.includes("terminated")) ended[0] = true;
        ended.forEach((each, i) => {
          if (each) ends[i] ??= step;
        });
        ok(step < 300);
      }
      return ends;
    };
    const changed = () =>
      page.all("p", ".extremes").concat(page.all("p")).some(({ textContent }) =>
        textContent.startsWith("Changed by hand")
      );
    ok(!changed());
    sliderOf(page, "push").put("1");
    sliderOf(page, "gravity").put("3");
    sliderOf(page, "actions come late by").put("3");
    ok(changed());
    // Who comes later plays in the same one.
    selectOf(page, "Beside it").put("6");
    await answered();
    const [long, other] = played();
    strictEqual(other, long);
    page.get("button", "As it was trained in").click();
    for (const [name, value] of [["push", 10], ["gravity", 9.8], ["actions come late by", 0]]) {
      strictEqual(Number(sliderOf(page, String(name)).value), value);
    }
    const [short, beside] = played();
    strictEqual(beside, short);
    // Ten times the push throws the pole down sooner.
    ok(short < 15 && long > 2 * short, `${short} and ${long}`);
    sliderOf(page, "pole's mass").put("1");
    sliderOf(page, "noise on what it sees").put("0.1");
    const [mass, heavy] = played();
    strictEqual(heavy, mass);
    ok(changed());
  }, cartPole));

Deno.test("the map says between what its colours lie, of each action and of the best", () =>
  playing((page) => {
    const [details] = page.all("details").filter((each) =>
      each.textContent.startsWith("What it would do elsewhere")
    );
    deepStrictEqual(page.all("div", ".policy-map"), []);
    strictEqual(selectOf(page, "Map"), undefined);
    details.open = true;
    details.happens("toggle");
    const map = page.get("div", ".policy-map");
    const legend = () => map.get("p", ".legend").textContent;
    const color = selectOf(map, "Colour");
    deepStrictEqual(color.all("option").map(({ textContent }) => textContent), [
      ...["the best action", "what its critic expects", "left", "right"],
    ]);
    color.put("worth");
    strictEqual(legend(), "Worth from there on, discounted: expectedfrom 7 (faint) to 7");
    color.put("best");
    // Logits 0 and 1 everywhere: e / (1 + e) is 0.731.
    strictEqual(legend(), "Probability of leftrightfrom 0.731 (faint) to 0.731");
    color.put("0");
    strictEqual(legend(), "Probability of leftfrom 0.269 (faint) to 0.269");
    color.put("1");
    strictEqual(legend(), "Probability of rightfrom 0.731 (faint) to 0.731");
    const canvas = () =>
      map.all("canvas").find((each) => each.getAttribute("aria-label")?.includes(" and "))!;
    strictEqual(canvas().getAttribute("aria-label"), "cart position, m and cart velocity, m/s");
    const ends = () => map.all("small").map(({ textContent }) => textContent);
    const before = ends();
    selectOf(map, "Across").put("2");
    strictEqual(canvas().getAttribute("aria-label"), "pole angle, rad and cart velocity, m/s");
    selectOf(map, "Up").put("0");
    strictEqual(canvas().getAttribute("aria-label"), "pole angle, rad and cart position, m");
    // The upper end, the lower one; then from left to right.
    deepStrictEqual([ends()[1], ends()[0]], [before[2], before[3]]);
    const disabled = (name: string) =>
      selectOf(map, name).all("option").findIndex((each) => each.disabled);
    deepStrictEqual([disabled("Across"), disabled("Up")], [0, 2]);
    // Cells cover all of the canvas, and the ring stands within.
    const { width, height } = canvas();
    const cells = canvas().drawn.filter(([name]) => name === "fillRect")
      .map(([, ...place]) => place.map(Number));
    for (const [i, length] of [[0, width], [1, height]] as const) {
      strictEqual(Math.min(...cells.map((cell) => cell[i])), 0);
      strictEqual(Math.max(...cells.map((cell) => cell[i] + cell[i + 2])), length);
    }
    const rings = canvas().drawn.filter(([name]) => name === "arc").map(([, x, y]) => [x, y]);
    ok(rings.length > 0);
    ok(rings.every(([x, y]) =>
      Number(x) >= 0 && Number(x) <= width && Number(y) >= 0 &&
      Number(y) <= height
    ));
    return Promise.resolve();
  }, cartPole));
