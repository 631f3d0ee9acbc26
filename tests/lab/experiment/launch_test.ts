import { deepStrictEqual, match, notStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { InputError } from "../../../lab/core/errors.ts";
import { openTrainer } from "../../../lab/experiment/inspect.ts";
import {
  launch,
  reproduce,
  resume,
  type RunProgress,
  type RunRequest,
} from "../../../lab/experiment/launch.ts";
import { threadsOf } from "../../../lab/experiment/recorded_run.ts";
import { fullAfter, temporaryStore } from "./temporary_store.ts";
import { registries } from "./toy_registries.ts";
import { expectedDigest, interruptedRun, options, request } from "./toy_runs.ts";

Deno.test("runs give the numbers of the library call, whatever the number of workers", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const requests = [1, 2, 3].map((seed) => request({ seed }));
  const one = await launch(requests, options(store));
  const three = await launch(requests, { ...options(store), workers: 3 });
  deepStrictEqual(one.map((run) => run.status), ["completed", "completed", "completed"]);
  deepStrictEqual(one.map((run) => run.digest), three.map((run) => run.digest));
  deepStrictEqual(one.map((run) => run.manifest.determined.seed), ["1", "2", "3"]);
  strictEqual(one[0].digest, await expectedDigest(1));
  strictEqual(one[2].digest, await expectedDigest(3));
  strictEqual(new Set(one.map((run) => run.digest)).size, 3);
});

Deno.test("a run's threads are at most its share of the cores, and stand in its manifest", async () => {
  const cores = navigator.hardwareConcurrency;
  strictEqual(threadsOf({}, 1), Math.min(cores, 4));
  strictEqual(threadsOf({}, cores), 1);
  strictEqual(threadsOf({}, 2 * cores), 1);
  strictEqual(threadsOf({ threads: 1 }, 1), 1);
  strictEqual(threadsOf({ threads: cores }, 1), cores);
  strictEqual(threadsOf({ threads: cores + 1 }, 1), cores);
  strictEqual(threadsOf({ threads: cores }, 2), Math.max(1, Math.floor(cores / 2)));
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const digests = [];
  for (const threads of [1, cores]) {
    const [run] = await launch([request({ backend: "wasm" })], { ...options(store), threads });
    strictEqual(run.manifest.machine.threads, threads);
    digests.push(run.digest);
  }
  strictEqual(digests[0], digests[1]);
  const [plain] = await launch([request({})], { ...options(store), threads: cores });
  strictEqual(plain.manifest.machine.threads, 1);
});

Deno.test("a run leaves series, events, artifacts, checkpoints and counters in the store", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const seen: RunProgress[] = [];
  const [run] = await launch(
    [request({ name: "mine", tags: ["a"], note: "why", seed: 2n ** 100n })],
    { ...options(store), onProgress: (progress) => seen.push(progress) },
  );
  deepStrictEqual(
    [run.name, run.tags, run.note, run.status, run.message, run.active],
    ["mine", ["a"], "why", "completed", null, false],
  );
  deepStrictEqual(
    [run.iterations, run.environmentSteps, run.gradientSteps, run.examples],
    [20, 200, 20, 0],
  );
  ok(run.wallSeconds > 0 && run.endedAt! >= run.createdAt);
  const { determined } = run.manifest;
  strictEqual(determined.seed, String(2n ** 100n));
  strictEqual(determined.backend, "tfjs-cpu");
  strictEqual(run.manifest.backendReason, "asked for: cpu");
  ok(store.series(run.id, "timing/process_memory_mb").values[0] > 1);
  deepStrictEqual(Array.from(store.series(run.id, "evaluation/share").iterations), [
    4,
    8,
    12,
    16,
    20,
  ]);
  strictEqual(store.series(run.id, "losses/toy").values.length, 20);
  deepStrictEqual(store.events(run.id).map(({ iteration, message }) => [iteration, message]), [
    [2, "second"],
  ]);
  strictEqual(store.artifacts(run.id).length, 5);
  strictEqual(store.artifacts(run.id)[0].mediaType, "image/png");
  deepStrictEqual(store.checkpoints(run.id).map(({ kind }) => kind).sort(), ["best", "final"]);
  const kinds = seen.map(({ kind }) => kind);
  deepStrictEqual([kinds[0], kinds.at(-1)], ["started", "ended"]);
  strictEqual(kinds.filter((kind) => kind === "report").length, 20);
  strictEqual(kinds.filter((kind) => kind === "evaluation").length, 5);
  strictEqual(kinds.filter((kind) => kind === "event").length, 1);
  deepStrictEqual(seen.at(-1)!.budget, { unit: "environmentSteps", total: 200 });
  strictEqual(seen.at(-1)!.run.digest, run.digest);
});

Deno.test("bad input is refused before anything is stored", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const refused = (fields: Partial<RunRequest>, line: RegExp) =>
    rejects(launch([request(), request(fields)], options(store)), (error) => {
      strictEqual((error as Error).constructor, InputError, String(error));
      match((error as Error).message, line);
      return true;
    });
  await refused({ reference: "line-tox" }, /did you mean "line-toy"/);
  await refused({ set: [["agent.rate", "2"]] }, /Cannot set agent\.rate/);
  await refused({ seed: -1 }, /whole number, 0 … 2¹²⁸ − 1: -1/);
  await refused({ seed: 2n ** 128n }, /whole number/);
  await refused({ from: "nothing" }, /nothing/);
  deepStrictEqual(store.runs(), []);
  const backend = "cpuu" as RunRequest["backend"];
  await rejects(launch([request({ backend })], options(store)), /did you mean "cpu"/);
  deepStrictEqual(store.runs(), []);
});

Deno.test("what could not be compiled stands in the manifest and among the events", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const [run] = await launch(
    [request({ backend: "wasm", set: [["agent.unlowered", "true"]] })],
    options(store),
  );
  strictEqual(run.status, "completed");
  match(run.manifest.backendReason, /^asked for: wasm; largest left a kernel .*: TopK \(.*toy_reg/);
  const { level, message } = store.events(run.id).at(-1)!;
  strictEqual(level, "warning");
  match(message, /^largest left a kernel that has no lowering .* TopK/);
});

Deno.test({
  name: "this thread holds the driver of a worker's graphics device, once",
  ignore: !await navigator.gpu?.requestAdapter(),
  fn: async () => {
    await using temporary = await temporaryStore();
    const { store } = temporary;
    const { requestAdapter } = GPU.prototype;
    let held = 0;
    GPU.prototype.requestAdapter = function (...given) {
      held++;
      return requestAdapter.apply(this, given);
    };
    try {
      const requests = [request({ backend: "webgpu" }), request({ backend: "cpu" })];
      await launch(requests, options(store));
      strictEqual(held, 1);
      const runs = await launch([request({ backend: "webgpu" })], options(store));
      strictEqual(held, 1);
      deepStrictEqual(runs.map((run) => run.status), ["completed"]);
      const { adapter } = runs[0].manifest.machine;
      const warned = store.events(runs[0].id).some(({ message }) =>
        /slower than wasm/.test(message)
      );
      strictEqual(warned, String(adapter).endsWith("(software)"));
    } finally {
      GPU.prototype.requestAdapter = requestAdapter;
    }
  },
});

Deno.test("a run that throws is marked failed and the others go on", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const runs = await launch(
    [request({ set: [["agent.throwAt", "5"]] }), request()],
    options(store),
  );
  deepStrictEqual(runs.map((run) => run.status), ["failed", "completed"]);
  strictEqual(runs[0].message, "RangeError: toy broke");
  strictEqual(runs[0].digest, null);
  strictEqual(runs[1].digest, await expectedDigest());
  strictEqual(store.events(runs[0].id).at(-1)?.level, "error");
});

Deno.test("a worker that dies takes down its run alone", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const runs = await launch(
    [request({ set: [["agent.crashAt", "5"]] }), request()],
    options(store),
  );
  deepStrictEqual(runs.map((run) => run.status), ["failed", "completed"]);
  match(runs[0].message!, /^TypeError: nobody caught this$/);
});

Deno.test("a run that crashes goes on from its last checkpoint, to the same bits", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const crashing = (after: number) =>
    request({ set: [["agent.crashAfter", String(after)], ["checkpoint.everyIterations", "4"]] });
  const [often, twice, calm] = await launch([crashing(5), crashing(9), request()], {
    ...options(store),
    workers: 3,
  });
  deepStrictEqual([often.status, often.message], ["failed", "TypeError: nobody caught this"]);
  const [said, told] = [often, twice].map(({ id }) =>
    store.events(id).map(({ iteration, message }) => `${iteration} ${message}`)
      .filter((line) => /nobody|resumed/.test(line))
  );
  const goesOn = (times: number) =>
    `TypeError: nobody caught this: goes on from its last checkpoint (${times} of 3 times)`;
  const last = said.pop();
  deepStrictEqual(said, [
    ...[`4 ${goesOn(1)}`, "4 resumed from iteration 4", `8 ${goesOn(2)}`],
    ...["8 resumed from iteration 8", `12 ${goesOn(3)}`, "12 resumed from iteration 12"],
  ]);
  match(last!, /^16 TypeError: nobody caught this at \S+ \(file:\S+toy_registries\.ts:/);
  deepStrictEqual(told, [
    ...[`8 ${goesOn(1)}`, "8 resumed from iteration 8", `16 ${goesOn(2)}`],
    "16 resumed from iteration 16",
  ]);
  ok(twice.digest !== null);
  const [toTheEnd, undisturbed] = [twice, calm].map(({ id }) => store.series(id, "losses/toy"));
  deepStrictEqual(
    [toTheEnd.iterations, toTheEnd.values],
    [undisturbed.iterations, undisturbed.values],
  );
});

Deno.test("a run that diverges says where and keeps a checkpoint from before", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const [run] = await launch([request({ set: [["agent.lossNaNAt", "7"]] })], options(store));
  strictEqual(run.status, "diverged");
  strictEqual(run.message, "diverged at iteration 7: losses/toy is NaN");
  strictEqual(run.iterations, 7);
  ok(Number.isNaN(store.series(run.id, "losses/toy").values.at(-1)));
  const diverged = store.checkpoints(run.id).find(({ kind }) => kind === "diverged");
  strictEqual(diverged?.iteration, 4);
  await rejects(resume(run.id, options(store)), /would diverge again/);
});

Deno.test("a warm start begins with another run's weights, and other shapes are refused", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const [source] = await launch([request({ seed: 5 })], options(store));
  const [cold] = await launch([request()], options(store));
  const [warm] = await launch([request({ from: source.id })], options(store));
  deepStrictEqual(warm.manifest.determined.from, { run: source.id, digest: source.digest });
  notStrictEqual(warm.digest, cold.digest);
  notStrictEqual(
    store.series(warm.id, "losses/toy").values[0],
    store.series(cold.id, "losses/toy").values[0],
  );
  strictEqual((await reproduce(warm.id, options(store))).identical, true);
  const other = request({ from: source.id, set: [["agent.size", "3"]] });
  await rejects(
    launch([other], options(store)),
    new RegExp(
      `^InputError: Cannot start from run ${source.id} as policy/weights must be \\[3\\]: \\[6\\]; ` +
        "it had agent\\.size=6 \\(here 3\\)$",
    ),
  );
  strictEqual(store.runs().length, 3);
  deepStrictEqual(store.events(warm.id).map(({ message }) => message), ["second"]);
  const set = [["agent.activation", "relu"]] as const;
  const [otherwise] = await launch([request({ from: source.id, set })], options(store));
  deepStrictEqual(store.events(otherwise.id).map(({ level, message }) => [level, message]), [
    [
      "warning",
      `starts from run ${source.id}, which had agent.activation=tanh (here relu): its weights may ` +
      "mean something else here",
    ],
    ["info", "second"],
  ]);
});

Deno.test("a request that its trainer refuses leaves the batch, and the others go on", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const [source] = await launch([request({ seed: 5 })], options(store));
  const other = request({ from: source.id, set: [["agent.size", "3"]] });
  const refused: InputError[] = [];
  const onRefused = (refusals: readonly InputError[]) => void refused.push(...refusals);
  const requests = [request(), other, request({ seed: 2 })];
  const runs = await launch(requests, { ...options(store), onRefused });
  deepStrictEqual(runs.map(({ manifest }) => manifest.determined.seed), ["1", "2"]);
  deepStrictEqual(refused.map(({ name }) => name), ["InputError"]);
  deepStrictEqual(
    store.batches().map(({ runs, waiting }) => [runs, waiting]),
    [[runs.map(({ id }) => id), []]],
  );
  await rejects(launch([request({ seed: 3 }), other], options(store)), /^InputError: Cannot start/);
  strictEqual(store.runs().length, 4);
  await rejects(
    launch([other, other], { ...options(store), onRefused }),
    /^InputError: Cannot start/,
  );
  strictEqual(store.batches().flatMap(({ waiting }) => waiting).length, 0);
});

Deno.test("a stored policy opens at its final or best checkpoint", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const [run] = await launch([request()], options(store));
  const final = await openTrainer(run, { store, registries });
  strictEqual(final.trainer.progress.iterations, 20);
  strictEqual(final.makeEnvironment?.().id, "Line-v0");
  final.dispose();
  const best = await openTrainer(run, { store, registries, checkpoint: "best" });
  strictEqual(best.trainer.progress.iterations, best.checkpoint.iteration);
  best.dispose();
  const stopped = await interruptedRun(store, 2, [["evaluation.every", "1000"]]);
  await rejects(
    openTrainer(stopped, { store, registries, checkpoint: "best" }),
    /must have a best/,
  );
});

Deno.test("a run that went on from its end opens where it stands", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const set = [["checkpoint.everyIterations", "3"]] as const;
  const [{ id }] = await launch([request({ set })], options(store));
  const failed = await resume(id, { ...options(fullAfter(store, 27)), budget: 400 });
  strictEqual(failed.status, "failed");
  const { trainer, checkpoint, dispose } = await openTrainer(failed, { store, registries });
  dispose();
  deepStrictEqual([trainer.progress.iterations, checkpoint.kind], [27, "last"]);
});

Deno.test("runs that were not started yet stay away after an interruption", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const abort = new AbortController();
  const runs = await launch([request({ set: [["agent.pause", "25"]] }), request({ seed: 2 })], {
    ...options(store),
    signal: abort.signal,
    onProgress: ({ kind }) => kind === "report" && abort.abort(),
  });
  deepStrictEqual(runs.map((run) => run.status), ["interrupted"]);
});

Deno.test("a run that is deleted for good while others train is none of those that come back", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  let first: string | undefined;
  const runs = await launch([request({ seed: 1 }), request({ seed: 2 })], {
    ...options(store),
    onProgress: ({ kind, run }) => {
      if (kind !== "started") return;
      if (first !== undefined) {
        store.trash(first);
        store.purge();
      }
      first = run.id;
    },
  });
  deepStrictEqual(runs.map(({ manifest }) => manifest.determined.seed), ["2"]);
});
