import { deepStrictEqual, strictEqual } from "node:assert";
import { launch, resume } from "../../lab/experiment/launch.ts";
import { storedSeries } from "../../lab/experiment/recorder.ts";
import { openStore, recoverStore } from "../../lab/store/sqlite_store.ts";
import { interruptedRun, options, request } from "../lab/experiment/toy_runs.ts";

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
