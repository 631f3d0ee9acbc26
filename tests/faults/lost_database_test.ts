import { deepStrictEqual, strictEqual } from "node:assert";
import { launch, resume } from "../../lab/experiment/launch.ts";
import { storedSeries, StoreRecorder } from "../../lab/experiment/recorder.ts";
import { openStore, recoverStore } from "../../lab/store/sqlite_store.ts";
import { interruptedRun, options, request } from "../lab/experiment/toy_runs.ts";
import { manifestOf, snapshotAt, withFolder } from "../lab/store/fixtures.ts";

Deno.test("runs of a lost database are recovered and resume to the digest of one that never stopped", async () => {
  const folder = await Deno.makeTempDir();
  const location = `${folder}/runs`;
  try {
    let store = openStore(location);
    const [ended] = await launch([request({ set: [["agent.pause", "25"]] })], options(store));
    const { id } = await interruptedRun(store, 4);
    const { iterations } = store.run(id)!;
    store.close();
    for (const end of ["", "-wal", "-shm"]) {
      await Deno.remove(`${location}/lab.db${end}`).catch(() => {});
    }
    deepStrictEqual(recoverStore(location).recovered, [ended.id, id]);
    store = openStore(location);
    strictEqual(store.run(id)!.iterations, iterations);
    strictEqual(store.checkpoints(id).at(-1)!.iteration, iterations);
    // The last of it, not the beginning, is what it goes on from.
    const resumed = await resume(id, options(store));
    deepStrictEqual([resumed.status, resumed.digest], ["completed", ended.digest]);
    strictEqual(
      store.events(id).some(({ message }) => message === `resumed from iteration ${iterations}`),
      true,
    );
    const { digest, status } = store.run(ended.id)!;
    deepStrictEqual([digest, status], [ended.digest, "completed"]);
    // Busy cores are told of a second and later: what a run takes is not what it computes.
    const names = (id: string) =>
      storedSeries(store, id).map(({ name }) => name).filter((name) => !name.startsWith("timing/"));
    deepStrictEqual(names(ended.id), names(id));
    store.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a run that was killed is recovered with the steps of its newest checkpoint", () =>
  withFolder(async (folder) => {
    let store = openStore(folder);
    const manifest = manifestOf("toy");
    const configuration = { checkpoint: { keepLast: 2 } };
    const { id } = store.createRun({
      name: "toy",
      manifest: { ...manifest, determined: { ...manifest.determined, configuration } },
      tags: [],
      note: "",
    });
    const recorder = new StoreRecorder(store, store.run(id)!, "environmentSteps");
    const at = (iterations: number) => ({
      ...{ iterations, environmentSteps: 256 * iterations, gradientSteps: 4 * iterations },
      examples: iterations,
    });
    for (const iterations of [1, 40]) {
      const progress = at(iterations);
      const told = { progress, metrics: {}, events: [], artifacts: [], wallSeconds: iterations };
      await recorder.report({ kind: "iteration", ...told });
      await recorder.checkpoint({
        ...{ kind: "last", progress, snapshot: snapshotAt(iterations), score: null },
        runner: {
          ...{ evaluations: 0, evaluatedAt: -1, stopCount: 0, budget: 1, best: null },
          wallSeconds: iterations,
        },
      });
    }
    store.close();
    await Deno.remove(`${folder}/lab.db`);
    deepStrictEqual(recoverStore(folder).recovered, [id]);
    store = openStore(folder);
    const { iterations, environmentSteps, gradientSteps, examples, wallSeconds } = store.run(id)!;
    deepStrictEqual({ iterations, environmentSteps, gradientSteps, examples }, at(40));
    strictEqual(wallSeconds, 40);
    store.close();
  }));
