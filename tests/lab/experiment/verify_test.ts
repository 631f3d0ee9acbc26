/** What verifying a store tells of each run. */
import { deepStrictEqual, match, strictEqual } from "node:assert";
import { storedDigest } from "../../../lab/experiment/recorder.ts";
import { verify } from "../../../lab/experiment/verify.ts";
import { addRun, checkpointAt, pointAt, withStore } from "../store/fixtures.ts";

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
    const told = async () => {
      const { database, runs, damaged } = await verify(store, {
        onRun: (id) => void seen.push(id),
      });
      strictEqual(runs, 3);
      deepStrictEqual(database, []);
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
    const hurt = (await told()).find(({ id }) => id === ids[1])!;
    deepStrictEqual([hurt.name, hurt.lines.length], ["hurt", 3]);
    for (const line of hurt.lines) match(line, new RegExp(ids[1]));
  }));
