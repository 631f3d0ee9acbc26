/** The page's side of a training: what it orders, how it stands, what it shows and answers itself. */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { answeredBy, ask } from "../../web/ask.ts";
import { contentsFrom, heardGrowth, rowOf, stampOf, statusHeard } from "../../web/live.ts";
import { chosenIteration } from "../../web/moment.ts";
import { TrainingHere } from "../../web/training/here.ts";
import type { Asked, Order } from "../../web/training/protocol.ts";
import { HERE } from "../../web/training/trained_run.ts";
import "./small_page.ts";
import { PageThreads } from "./page_threads.ts";

const asked = {
  setting: { base: { experiment: "x" }, seed: "", backend: "wasm", set: {} },
} as Asked;
const configuration = { agent: { name: "ppo" }, environment: { id: "CartPole-v1" }, budget: 100 };
const opened = {
  kind: "opened",
  determined: { experiment: "x", version: 1, configuration, seed: "3", backend: "tfjs-wasm" },
  unit: "environmentSteps",
  opened: { adapter: null, backendReason: "asked for" },
};
const report = (iterations: number) => ({
  ...{ kind: "iteration", wallSeconds: iterations / 2, events: [], artifacts: [] },
  metrics: { "losses/policy": 10 * iterations },
  progress: { iterations, environmentSteps: 5 * iterations, gradientSteps: 0, examples: 0 },
});
const learned = (iteration: number, ...bytes: number[]) => ({
  ...{ kind: "learned", iteration, isFinal: false, bytes: Uint8Array.from(bytes) },
});
const ended = (digest: string | null) => ({
  kind: "ended",
  digest,
  ending: {
    ...{ status: digest === null ? "interrupted" : "completed", wallSeconds: 4, message: null },
    progress: { iterations: 4, environmentSteps: 20, gradientSteps: 0, examples: 0 },
  },
});
const empty = {
  ...{ names: [], pictures: [], planes: [], policies: [], models: [], events: [], eventCount: 0 },
  ...{ message: null, wanted: false, digest: null },
};

interface Thread {
  readonly here: TrainingHere;
  /** What it was ordered since somebody looked. */
  readonly orders: () => Order[];
  readonly says: (told: object) => void;
  readonly breaks: (message: string) => void;
  /** Milliseconds until the page is shown anew, where it is going to be. */
  readonly wait: () => number | undefined;
  /** Lets so much time pass, of which showing takes some. */
  readonly passes: (milliseconds: number, showing?: number) => void;
  /** What was asked of the server. */
  readonly server: string[];
}

/** A training whose thread a test speaks for, under a clock that it moves. */
async function training(body: (thread: Thread) => Promise<void> | void): Promise<void> {
  using threads = new PageThreads();
  const server: string[] = [];
  let [now, showing] = [1000, 0];
  let timer: { readonly at: number; readonly what: () => void } | undefined;
  const before = { setTimeout, clearTimeout };
  const clock = Object.getOwnPropertyDescriptor(performance, "now");
  Object.defineProperty(performance, "now", {
    // Looked at twice while it is shown.
    value: () => now += showing,
    configurable: true,
  });
  Object.assign(globalThis, {
    setTimeout: (what: () => void, milliseconds: number) => {
      strictEqual(timer, undefined, "one timer");
      return timer = { at: now + milliseconds, what };
    },
    clearTimeout: (which: unknown) => {
      if (which === timer) timer = undefined;
    },
  });
  const own = answeredBy((path) => {
    server.push(path);
    return Promise.resolve(new Response("the server's"));
  });
  const here = new TrainingHere("/thread.js");
  const [thread] = threads.all;
  deepStrictEqual([thread.address, thread.options], ["/thread.js", { type: "module" }]);
  try {
    await body({
      ...{ here, server },
      orders: () => thread.posted.splice(0) as Order[],
      says: (told) => thread.says(told),
      breaks: (message) => void thread.breaks(message),
      wait: () => timer && timer.at - now,
      passes: (milliseconds, takes = 0) => {
        now += milliseconds;
        if (timer === undefined || timer.at > now) return;
        showing = takes;
        timer.what();
        showing = 0;
      },
    });
  } finally {
    here[Symbol.dispose]();
    strictEqual(thread.ended, true);
    strictEqual(timer, undefined);
    answeredBy(own);
    Object.assign(globalThis, before);
    if (clock === undefined) delete (performance as { now?: unknown }).now;
    else Object.defineProperty(performance, "now", clock);
  }
}

Deno.test("what is asked of the thread is answered by number, in whichever order", () =>
  training(async ({ here, orders, says }) => {
    const [first, second] = [here.describe(asked), here.describe(asked)];
    const look = here.look(asked);
    const [policy, model] = [here.file("policy"), here.file("model")];
    const posted = orders() as (Order & { readonly number: number })[];
    deepStrictEqual(posted.map(({ kind }) => kind), [
      ...["describe", "describe", "look", "file", "file"],
    ]);
    strictEqual(new Set(posted.map(({ number }) => number)).size, 5);
    deepStrictEqual(posted.slice(3).map((each) => "part" in each && each.part), [
      ...["policy", "model"],
    ]);
    deepStrictEqual(posted.slice(0, 3).map((each) => "asked" in each && each.asked), [
      ...[asked, asked, asked],
    ]);
    const [a, b, c, d, e] = posted.map(({ number }) => number);
    says({ kind: "file", number: e, problem: "It makes none" });
    says({ kind: "file", number: d, bytes: Uint8Array.of(7) });
    says({ kind: "looked", number: c, ahead: { isPlane: true } });
    says({ kind: "described", number: b, problem: "No" });
    says({ kind: "described", number: a, problem: "Neither" });
    strictEqual((await first).problem, "Neither");
    strictEqual((await second).problem, "No");
    deepStrictEqual(await look, { isPlane: true });
    deepStrictEqual([...await policy], [7]);
    await rejects(model, /^Error: It makes none$/);
  }));

Deno.test("a training stands as it was ordered to, until the thread says otherwise", () =>
  training(({ here, orders, says, breaks }) => {
    const seen = () => [here.stand.value, here.problem.value, here.shifts.value];
    deepStrictEqual(seen(), ["idle", "", {}]);
    chosenIteration.value = 3;
    here.train(asked);
    deepStrictEqual(seen(), ["opening", "", {}]);
    says(opened);
    deepStrictEqual(seen(), ["training", "", {}]);
    strictEqual(chosenIteration.value, undefined);
    here.pause(true);
    strictEqual(here.stand.value, "paused");
    here.pause(false);
    strictEqual(here.stand.value, "training");
    here.move({ 1: [0.5, 0] });
    deepStrictEqual(seen(), ["training", "", { 1: [0.5, 0] }]);
    here.stop();
    strictEqual(here.stand.value, "stopping");
    says(ended(null));
    // What was moved stays where it is shown.
    deepStrictEqual(seen(), ["idle", "", { 1: [0.5, 0] }]);
    deepStrictEqual(orders(), [
      { kind: "train", asked },
      ...[true, false].map((paused) => ({ kind: "pause", paused })),
      { kind: "move", shifts: { 1: [0.5, 0] } },
      { kind: "stop" },
    ]);
    const { run } = here.trained.value!;
    deepStrictEqual([run.status, run.digest, run.wallSeconds, run.environmentSteps], [
      ...["interrupted", null, 4, 20],
    ]);

    here.train(asked);
    deepStrictEqual(seen(), ["opening", "", {}]);
    here.stop();
    says(opened);
    strictEqual(here.stand.value, "stopping");
    here.move({ 1: [1, 1] });
    says(ended("d"));
    deepStrictEqual(seen(), ["idle", "", {}]);
    strictEqual(here.trained.value!.run.digest, "d");
    ok(here.trained.value!.run.attempt > run.attempt);

    // One that was refused before it was open leaves what was trained before it.
    here.train(asked);
    says({ kind: "failed", problem: "Cannot begin" });
    deepStrictEqual(seen(), ["idle", "Cannot begin", {}]);
    strictEqual(here.trained.value!.run.status, "completed");
    here.train(asked);
    deepStrictEqual(seen(), ["opening", "", {}]);
    says(opened);
    breaks("It broke");
    deepStrictEqual(seen(), ["idle", "It broke", {}]);
    deepStrictEqual([here.trained.value!.run.status, here.trained.value!.run.message], [
      ...["failed", "It broke"],
    ]);
    breaks("");
    strictEqual(here.problem.value, "The script of the thread cannot be loaded");
  }));

Deno.test("what is new is shown four times a second at most, and for a seventh of the time", () =>
  training(({ here, says, wait, passes }) => {
    here.train(asked);
    says(opened);
    strictEqual(statusHeard(HERE), "running");
    const begun = stampOf(HERE);
    const shown = () => stampOf(HERE) - begun;
    says({ kind: "reports", reports: [report(1)] });
    strictEqual(wait(), 250);
    says({ kind: "reports", reports: [report(2), report(3)] });
    says(learned(3, 1));
    strictEqual(wait(), 250);
    passes(249);
    strictEqual(shown(), 0);
    // Showing takes 60 milliseconds: the next time is 400 later.
    passes(1, 60);
    strictEqual(shown(), 3);
    deepStrictEqual(contentsFrom(empty as never).policies.map(({ iteration }) => iteration), [3]);
    ok(heardGrowth.value !== null);
    says({ kind: "reports", reports: [report(4)] });
    ok(Math.abs(wait()! - 400) < 1e-6, String(wait()));
    passes(1000);
    strictEqual(shown(), 4);
    says({ kind: "reports", reports: [report(5)] });
    passes(10_000);
    says({ kind: "reports", reports: [report(6)] });
    passes(5000);
    strictEqual(wait(), undefined);
    passes(300);
    says({ kind: "reports", reports: [report(7)] });
    strictEqual(wait(), 0);
    says(ended("d"));
    deepStrictEqual([statusHeard(HERE), wait()], ["completed", undefined]);
    strictEqual(rowOf({ id: HERE } as never).status, "completed");
  }));

Deno.test("a training that a rule ended is judged by its score, as a stored run", () =>
  training(({ here, says }) => {
    here.train(asked);
    says(opened);
    const evaluated = (name: string, value: number) =>
      says({ kind: "reports", reports: [{ ...report(1), metrics: { [name]: value } }] });
    evaluated("rollout/episode_return_mean", 400);
    evaluated("evaluation/return_mean", 500);
    evaluated("score/return_mean", 470);
    // The world counts as solved from 475 on.
    const { ending } = ended("d");
    says({ ...ended("d"), ending: { ...ending, status: "stopped" } });
    const { headline, verdict } = rowOf({ id: HERE } as never);
    deepStrictEqual([headline, verdict], [
      { name: "evaluation/return_mean", series: "score/return_mean", value: 470, mark: 475 },
      "learning",
    ]);
    strictEqual(here.trained.value!.figures["evaluation/return_mean"], 470);
  }));

Deno.test("the page's run answers for itself, and the server for all else", () =>
  training(async ({ here, says, orders, server }) => {
    const text = async (path: string) => await (await ask(path)).text();
    const series = `/api/series?run=${HERE}&name=losses/policy`;
    strictEqual(await text(series), "the server's");
    strictEqual(await text("/texts/a"), "");
    here.train(asked);
    says(opened);
    const artifacts = [{ name: "words", text: "to be" }];
    says({ kind: "reports", reports: [{ ...report(1), artifacts }, report(2)] });
    for (const each of [learned(1, 1, 1), learned(2, 2, 2)]) says(each);
    orders();
    deepStrictEqual(server.splice(0), [series]);
    deepStrictEqual((await (await ask(series)).json()).y, [10, 20]);
    const sparks = await (await ask(`/api/sparks?run=${HERE}`)).json();
    ok(JSON.stringify(sparks).includes("losses/policy"));
    const [{ hash }] = here.trained.value!.store.artifacts(HERE);
    strictEqual(await text(`/texts/${encodeURIComponent(hash)}`), "to be");
    const bytes = async (path: string) => [...await (await ask(path)).bytes()];
    const kept = here.trained.value!.learned;
    deepStrictEqual(kept.map(({ iteration }) => iteration), [1, 2]);
    for (const { id, iteration } of kept) {
      deepStrictEqual(await bytes(`/api/policy?run=${HERE}&checkpoint=${id}`), [
        ...[iteration, iteration],
      ]);
    }
    // What is not kept the thread makes.
    const made = bytes(`/api/policy?run=${HERE}&part=examples`);
    await Promise.resolve();
    const [order] = orders() as (Order & { readonly number: number; readonly part: string })[];
    strictEqual(order.part, "examples");
    says({ kind: "file", number: order.number, bytes: Uint8Array.of(9) });
    deepStrictEqual(await made, [9]);
    strictEqual((await ask("/api/series?run=zzz&name=losses/policy")).status, 404);
    deepStrictEqual(server.splice(0), []);
    strictEqual(await text("/api/comparison?run=a"), "the server's");
    deepStrictEqual(server, ["/api/comparison?run=a"]);
  }));

Deno.test("what trains, and a run that was not taken away, would be lost with the page", () =>
  training(({ here, says, breaks }) => {
    strictEqual(here.isAtRisk, false);
    for (const end of [() => says(ended("d")), () => says(ended(null))]) {
      here.train(asked);
      strictEqual(here.isAtRisk, true);
      says(opened);
      end();
      strictEqual(here.isAtRisk, true);
      here.taken.value = true;
      strictEqual(here.isAtRisk, false);
    }
    here.train(asked);
    says(opened);
    strictEqual(here.isAtRisk, true);
    breaks("Out of memory");
    strictEqual(here.isAtRisk, false);
  }));
