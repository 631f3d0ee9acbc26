/** What verifying a store tells of each run. */
import { deepStrictEqual, match, strictEqual } from "node:assert";
import { DatabaseSync } from "node:sqlite";
import { storedDigest } from "../../../lab/experiment/recorder.ts";
import { verify } from "../../../lab/experiment/verify.ts";
import { openStore, recoverStore } from "../../../lab/store/sqlite_store.ts";
import { addRun, checkpointAt, pointAt, withFolder, withStore } from "../store/fixtures.ts";

/** The files below a folder, by their paths. */
function filesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesIn(`${folder}/${name}`) : [`${folder}/${name}`]
  );
}

Deno.test("every file of a run that is damaged is told, and its digest where all are whole", () =>
  withStore(async (store, folder) => {
    const ids = ["sound", "hurt", "other"].map((name) => addRun(store, name).id);
    for (const id of ids) {
      store.append(id, [pointAt("losses/a", 1, 0.5), pointAt("losses/b", 1, 2)]);
      for (const [iteration, kind] of [[1, "last"], [2, "last"], [3, "final"]] as const) {
        await store.saveCheckpoint(id, checkpointAt(iteration, { kind, keep: 9 }));
      }
      for (const name of ["one", "two"]) {
        const bytes = new TextEncoder().encode(`${id} ${name}`);
        await store.putArtifact(id, { name, iteration: 1, mediaType: "text/plain", bytes });
      }
      store.flush();
      store.update(id, { status: "completed" });
      store.update(id, { digest: await storedDigest(store, store.run(id)!) });
    }
    const seen: string[] = [];
    const told = async (journals: readonly string[] = []) => {
      const { database, runs, damaged } = await verify(store, {
        onRun: (id) => void seen.push(id),
      });
      strictEqual(runs, 3);
      deepStrictEqual(database, journals);
      return damaged;
    };
    deepStrictEqual(await told(), []);
    deepStrictEqual(seen.sort(), ids.toSorted());
    store.update(ids[2], { digest: "0123456789abcdef" });
    const [other] = await told();
    deepStrictEqual([other.id, other.name, other.lines.length], [ids[2], "other", 1]);
    match(other.lines[0], /do not have the digest 0123456789ab… that it ended with$/);
    const files = filesIn(`${folder}/checkpoints/${ids[1]}`);
    strictEqual(files.length >= 3, true);
    for (const path of files) Deno.truncateSync(path, 5);
    const journal = `the journal of the run ${ids[1]} is not as it was written`;
    const hurt = (await told([journal])).find(({ id }) => id === ids[1])!;
    deepStrictEqual([hurt.name, hurt.lines.length], ["hurt", 3]);
    for (const line of hurt.lines) match(line, new RegExp(ids[1]));
  }));

Deno.test("a sweep and a waiting request that are damaged are told, and `recover` puts them back", () =>
  withFolder(async (folder) => {
    const store = openStore(folder);
    addRun(store);
    store.putSweep("rates", { trials: 3 });
    store.putSweep("whole", { trials: 3 });
    const { waiting } = store.addBatch([{ seed: 1 }, { seed: 2 }]);
    deepStrictEqual((await verify(store)).database, []);
    const raw = new DatabaseSync(`${folder}/lab.db`);
    raw.exec("UPDATE sweep SET definition = replace(definition, 3, 4) WHERE name = 'rates'");
    raw.exec(`UPDATE request SET content = replace(content, 2, 3) WHERE id = ${waiting[1]}`);
    raw.close();
    deepStrictEqual((await verify(store)).database, [
      "Cannot read the sweep rates as its record is not as it was written",
      `Cannot begin the run of request ${waiting[1]} as its record is damaged`,
    ]);
    store.close();
    recoverStore(folder);
    const mended = openStore(folder);
    deepStrictEqual((await verify(mended)).database, []);
    mended.close();
  }));
