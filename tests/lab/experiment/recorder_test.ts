import { deepStrictEqual, ok } from "node:assert";
import { launch, type RunProgress } from "../../../lab/experiment/launch.ts";
import { type Trainee, trainRecorded } from "../../../lab/experiment/recorded_run.ts";
import { finalSnapshot, storedSeries, StoreRecorder } from "../../../lab/experiment/recorder.ts";
import { CrashError, type TrainOrder } from "../../../lab/experiment/training_worker.ts";
import {
  addRun,
  checkpointAt,
  manifestOf,
  pointAt,
  snapshotAt,
  withStore,
} from "../store/fixtures.ts";
import { temporaryStore } from "./temporary_store.ts";
import { options, request } from "./toy_runs.ts";

Deno.test("what an evaluation repeats of the one before is stored and reported once", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const [run] = await launch([request({})], options(store));
  const known = store.eventCount(run.id);
  const reported: (string | undefined)[] = [];
  const recorder = new StoreRecorder(store, run, "environmentSteps", (progress: RunProgress) => {
    if (progress.kind === "event") reported.push(progress.message);
  });
  const report = (kind: "iteration" | "evaluation", messages: readonly string[]) =>
    recorder.report({
      kind,
      progress: { iterations: 9, environmentSteps: 9, gradientSteps: 9, examples: 9 },
      metrics: {},
      events: messages.map((message) => ({ level: "warning", message })),
      artifacts: [],
      wallSeconds: 1,
    });
  await report("evaluation", ["no goal"]);
  await report("evaluation", ["no goal", "no end"]);
  await report("iteration", ["no goal", "slow"]); // an iteration says what it says
  await report("evaluation", ["no goal"]);
  await report("iteration", ["slow"]);
  await report("evaluation", []); // a goal
  await report("evaluation", ["no goal"]);
  const said = ["no goal", "no end", "no goal", "slow", "slow", "no goal"];
  deepStrictEqual(reported, said);
  deepStrictEqual(store.events(run.id).slice(known).map(({ message }) => message), said);
});

Deno.test("how far a run is goes into its row once a second at most", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const [run] = await launch([request({})], options(store));
  const update = store.update.bind(store);
  let written = 0;
  store.update = (...given) => {
    written++;
    update(...given);
  };
  const recorder = new StoreRecorder(store, run, "environmentSteps", () => {});
  for (let i = 10; i < 60; i++) {
    const progress = { iterations: i, environmentSteps: i, gradientSteps: i, examples: i };
    await recorder.report({
      ...{ kind: "iteration", progress, metrics: {}, events: [], artifacts: [], wallSeconds: 1 },
    });
  }
  ok(written >= 1 && written < 25, `${written}`);
});

Deno.test("a checkpoint's counts go into the run's row with it, those of a divergence do not", () =>
  withStore(async (store) => {
    const manifest = manifestOf("line-toy");
    const { determined } = manifest;
    const configuration = { ...determined.configuration, budget: 100, checkpoint: { keepLast: 2 } };
    const run = store.createRun({
      manifest: { ...manifest, determined: { ...determined, configuration } },
      ...{ name: "line-toy", tags: [], note: "" },
    });
    const recorder = new StoreRecorder(store, run, "environmentSteps");
    const counts = (i: number) => ({
      ...{ iterations: i, environmentSteps: 2 * i, gradientSteps: 3 * i, examples: 4 * i },
    });
    const state = { evaluations: 0, evaluatedAt: -1, stopCount: 0, budget: 100, best: null };
    for (
      const [i, kind, stored] of [[7, "last", 7], [9, "best", 9], [11, "diverged", 9]] as const
    ) {
      await recorder.checkpoint({
        ...{ kind, progress: counts(i), snapshot: snapshotAt(i), score: null },
        runner: { ...state, wallSeconds: i / 2 },
      });
      const { iterations, environmentSteps, gradientSteps, examples, wallSeconds } = store.run(
        run.id,
      )!;
      deepStrictEqual(
        { iterations, environmentSteps, gradientSteps, examples, wallSeconds },
        { ...counts(stored), wallSeconds: stored / 2 },
        kind,
      );
    }
    deepStrictEqual(store.checkpoints(run.id).map(({ kind, iteration }) => [kind, iteration]), [
      ["last", 7],
      ["best", 9],
      ["diverged", 11],
    ]);
  }));

Deno.test("what is noticed from outside, and a crash that is gone on after, are events of the run", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const run = addRun(store);
  const recorder = new StoreRecorder(store, run, "environmentSteps");
  const profiles: string[] = [];
  const trainee: Trainee = {
    train(_, { noticed, profiled }) {
      noticed!("trains a classifier of the data", "info");
      noticed!("no sign of life");
      profiled!("a table");
      return Promise.reject(new CrashError("its thread has ended"));
    },
  };
  const following = { store, onProfile: (_: unknown, text: string) => profiles.push(text) };
  const crash = await trainRecorded(
    trainee,
    {} as TrainOrder,
    () => Promise.resolve(),
    () => recorder,
    following,
  );
  deepStrictEqual([crash?.times, profiles], [1, ["a table"]]);
  deepStrictEqual(
    store.events(run.id).map(({ level, message }) => [level, message]),
    [
      ["info", "trains a classifier of the data"],
      ["warning", "no sign of life"],
      [
        "warning",
        "its thread has ended: begins anew, as there is no checkpoint yet (1 of 3 times)",
      ],
    ],
  );
});

Deno.test("a run's recording has its own series alone, and its newest final checkpoint", () =>
  withStore(async (store) => {
    const [one, other] = ["one", "other"].map((name) => addRun(store, name));
    store.append(one.id, [pointAt("losses/a", 1, 0.5), pointAt("losses/b", 1, 2)]);
    store.append(one.id, [pointAt("losses/a", 2, NaN)]);
    store.append(other.id, [pointAt("losses/c", 1, 9)]);
    store.flush();
    const told = storedSeries(store, one.id).map(({ name, iterations, values }) => [
      ...[name, [...iterations], [...values]],
    ]);
    deepStrictEqual(told, [["losses/a", [1, 2], [0.5, NaN]], ["losses/b", [1], [2]]]);
    const empty = { parameters: {}, state: {}, values: {} };
    deepStrictEqual(await finalSnapshot(store, one, "replay"), empty);
    for (const [iteration, kind] of [[3, "final"], [5, "final"], [6, "last"]] as const) {
      await store.saveCheckpoint(one.id, checkpointAt(iteration, { kind }));
    }
    const { values, state } = await finalSnapshot(store, one, "adam/");
    const { iteration } = values as { readonly iteration: number };
    deepStrictEqual([iteration, Object.keys(state)], [5, []]);
  }));
