/** What is required of a stored run before something is done with it. */
import { deepStrictEqual, doesNotThrow, rejects, strictEqual, throws } from "node:assert";
import {
  type Crash,
  hasOtherData,
  requireLibrary,
  requireTrained,
  sourceAgain,
  sourceOf,
  sourceRun,
  threadsOf,
  trainRecorded,
} from "../../../lab/experiment/recorded_run.ts";
import type { Opened } from "../../../lab/experiment/protocol.ts";
import { StoreRecorder } from "../../../lab/experiment/recorder.ts";
import { CrashError, failureOf, type TrainOrder } from "../../../lab/experiment/training_worker.ts";
import type { Run, Store } from "../../../lab/store/store.ts";
import { addRun, checkpointAt, withStore } from "../store/fixtures.ts";

const runBy = (determined: object) => ({ id: "r1", manifest: { determined } }) as unknown as Run;

Deno.test("bits are a library's own: another one, one more or one less is refused", () => {
  const require = (then: string | null | undefined, now: string | null) =>
    requireLibrary(runBy({ library: then }), { library: now } as Opened, "go on with", ": why");
  for (const same of ["OpenBLAS 0.3", null]) doesNotThrow(() => require(same, same));
  doesNotThrow(() => require(undefined, null));
  const cases = [
    ["OpenBLAS 0.3", "OpenBLAS 0.4", "OpenBLAS 0.3", "OpenBLAS 0.4"],
    ["OpenBLAS 0.3", null, "OpenBLAS 0.3", "none"],
    [null, "OpenBLAS 0.4", "no library", "OpenBLAS 0.4"],
    [undefined, "OpenBLAS 0.4", "no library", "OpenBLAS 0.4"],
  ] as const;
  for (const [then, now, was, is] of cases) {
    throws(() => require(then, now), {
      name: "InputError",
      message: `Cannot go on with run r1 to the same bits as ${was} computed its products: ` +
        `here it is ${is}: why`,
    });
  }
});

Deno.test("what a loop of the user's own logged is not trained", () => {
  doesNotThrow(() => requireTrained(runBy({ backend: "wasm" }), "resume"));
  throws(() => requireTrained(runBy({ backend: "logged" }), "resume"), /Cannot resume .*r1/);
});

Deno.test("runs at a time share the machine's cores, each at least one thread, four unasked", () => {
  const before = Object.getOwnPropertyDescriptor(navigator, "hardwareConcurrency");
  Object.defineProperty(navigator, "hardwareConcurrency", { value: 12, configurable: true });
  try {
    const threads = (asked: number | undefined, ...parallel: number[]) =>
      parallel.map((each) => threadsOf({ threads: asked }, each));
    deepStrictEqual(threads(undefined, 1, 2, 3, 4, 5, 12, 40), [4, 4, 4, 3, 2, 1, 1]);
    deepStrictEqual(threads(8, 1, 2, 40), [8, 6, 1]);
    deepStrictEqual(threads(1, 1, 2), [1, 1]);
  } finally {
    if (before !== undefined) Object.defineProperty(navigator, "hardwareConcurrency", before);
    else delete (navigator as { hardwareConcurrency?: number }).hardwareConcurrency;
  }
  strictEqual(typeof navigator.hardwareConcurrency, "number");
});

Deno.test("a run that was refused says so, with why", () => {
  const run = { ...runBy({ backend: "none" }), message: "no such world" };
  throws(() => requireTrained(run, "reproduce"), {
    name: "InputError",
    message: "Cannot reproduce run r1 as it must have begun: it was refused (no such world)",
  });
});

Deno.test("data are other ones where the manifest tells and says another hash", () => {
  const run = (data?: string | null) =>
    ({ id: "r1", manifest: { data, determined: {} } }) as unknown as Run;
  deepStrictEqual(
    [["a", "a"], ["a", "b"], ["a", null], [undefined, "b"], [undefined, null]].map(([then, now]) =>
      hasOtherData(run(then), now ?? null)
    ),
    [false, true, true, false, false],
  );
});

/** Trains a run of a store with what rejects with `error`; whether it is gone on after, and what is stored. */
async function afterError(
  store: Store,
  error: unknown,
  { before, signal, iterations = 5 }: {
    readonly before?: Crash;
    readonly signal?: AbortSignal;
    readonly iterations?: number;
  } = {},
) {
  const run = addRun(store);
  store.update(run.id, { iterations });
  const recorder = new StoreRecorder(store, store.run(run.id)!, "environmentSteps");
  const crash = await trainRecorded(
    { train: () => Promise.reject(error) },
    {} as TrainOrder,
    () => Promise.resolve(),
    () => recorder,
    { store, signal },
    before,
  );
  const { status, message } = store.run(run.id)!;
  return { crash, status, message, events: store.events(run.id) };
}

Deno.test("a run goes on after three crashes, and not where one comes back or somebody has stopped it", () =>
  withStore(async (store) => {
    const crashed = new CrashError("its thread has ended");
    const line = "its thread has ended";
    const before = (times: number, iteration = 3) => ({ ...{ line, stack: "", times }, iteration });
    for (const times of [0, 1, 2]) {
      const options = times === 0 ? {} : { before: before(times) };
      const { crash, status, events } = await afterError(store, crashed, options);
      deepStrictEqual([crash?.times, crash?.line, crash?.iteration, status], [
        ...[times + 1, line, 5, "running"],
      ]);
      deepStrictEqual(events.map(({ level, message }) => [level, message]), [
        [
          "warning",
          `${line}: begins anew, as there is no checkpoint yet (${times + 1} of 3 times)`,
        ],
      ]);
    }
    const stopped = AbortSignal.abort();
    for (
      const [error, options] of [
        [crashed, { before: before(3) }],
        [crashed, { before: before(1, 5) }], // the same one where it was before
        [crashed, { signal: stopped }],
        [new RangeError(line), {}], // no crash
      ] as const
    ) {
      const { crash, status, message } = await afterError(store, error, options);
      strictEqual(crash, undefined);
      deepStrictEqual([status, message?.endsWith(line)], ["failed", true]);
    }
    // Another crash at the same iteration is not the same one.
    const other = { ...before(1, 5), line: "out of memory" };
    strictEqual((await afterError(store, crashed, { before: other })).crash?.times, 2);
  }));

Deno.test("a step that needs more memory than there can be fails at once, with how much", () =>
  withStore(async (store) => {
    const held = "Cannot hold the programs in memory as WebAssembly offers at most 1 bytes here";
    const error = failureOf({ message: held, input: false, stack: "" });
    const { crash, ...stored } = await afterError(store, error);
    strictEqual(crash, undefined);
    deepStrictEqual([stored.status, stored.message], ["failed", held]);
    const failed = (input: boolean) => failureOf({ message: "no luck", input, stack: "at a.ts" });
    strictEqual(failed(true).name, "InputError");
    strictEqual(failed(false) instanceof CrashError, true);
    strictEqual(failed(false).stack, "at a.ts");
  }));

Deno.test("an error before a run is open is the caller's, one after it is the run's, with its calls", () =>
  withStore(async (store) => {
    const error = Object.assign(new RangeError("no luck"), {
      stack: "RangeError: no luck\n    at one (a.ts:1:2)\nnot a call\n    at two (b.ts:3:4)",
    });
    const trainee = { train: () => Promise.reject(error) };
    const open = () => Promise.resolve();
    await rejects(
      trainRecorded(trainee, {} as TrainOrder, open, () => undefined, { store }),
      error,
    );
    const { status, events, message } = await afterError(store, error);
    deepStrictEqual([status, message], ["failed", "RangeError: no luck"]);
    deepStrictEqual(events.map(({ level, message }) => [level, message]), [
      ["error", "RangeError: no luck at one (a.ts:1:2) at two (b.ts:3:4)"],
    ]);
  }));

Deno.test("a profile is asked for where somebody takes it", () =>
  withStore(async (store) => {
    const recorder = new StoreRecorder(store, addRun(store), "environmentSteps");
    const asked: unknown[] = [];
    const trainee = {
      train: ({ profile }: TrainOrder) => {
        asked.push(profile);
        return Promise.reject(new Error("enough"));
      },
    };
    const open = () => Promise.resolve();
    for (const options of [{ store }, { store, onProfile: () => {} }]) {
      await trainRecorded(trainee, {} as TrainOrder, open, () => recorder, options);
    }
    deepStrictEqual(asked, [undefined, true]);
  }));

Deno.test("what a run starts from has finished, is named by its digest, and is the same one again", () =>
  withStore(async (store) => {
    const run = addRun(store);
    await store.saveCheckpoint(run.id, checkpointAt(5, { kind: "final" }));
    await rejects(sourceOf(store, run.id), {
      name: "InputError",
      message: `Cannot start from run ${run.id} as it must have finished: it is running`,
    });
    store.update(run.id, { status: "completed", digest: "d1" });
    const { from, snapshot } = await sourceOf(store, run.id);
    deepStrictEqual(from, { run: run.id, digest: "d1" });
    deepStrictEqual((snapshot.values as { iteration: number }).iteration, 5);
    deepStrictEqual(await sourceAgain(store, from), snapshot);
    // A run of the same digest is the same one, whatever a sync called it.
    const copy = addRun(store);
    await store.saveCheckpoint(copy.id, checkpointAt(5, { kind: "final" }));
    store.update(copy.id, { status: "completed", digest: "d1" });
    strictEqual(sourceRun(store, from)?.id, run.id);
    store.update(run.id, { digest: "d2" });
    strictEqual(sourceRun(store, from)?.id, copy.id);
    deepStrictEqual(await sourceAgain(store, from), snapshot);
    store.update(copy.id, { digest: "d3" });
    await rejects(sourceAgain(store, from), {
      name: "InputError",
      message:
        `Cannot start again from the weights of run ${run.id} as the store must have the run ` +
        "that it was then: none has the digest d1",
    });
  }));
