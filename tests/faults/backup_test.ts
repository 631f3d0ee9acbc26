import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { main } from "../../cli/main.ts";
import { InputError } from "../../lab/core/errors.ts";
import { launch, resume } from "../../lab/experiment/launch.ts";
import { storedSeries } from "../../lab/experiment/recorder.ts";
import { verify } from "../../lab/experiment/verify.ts";
import { backUp } from "../../lab/store/backup.ts";
import { Database } from "../../lab/store/database.ts";
import { openStore, recoverStore } from "../../lab/store/sqlite_store.ts";
import { capturedIo } from "../cli/captured_io.ts";
import { inFolder } from "../cli/folder.ts";
import { options, request } from "../lab/experiment/toy_runs.ts";

Deno.test("a backup made while a run trains is whole, resumes to the same digest, and is put back", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const store = openStore(`${folder}/runs`);
    const reader = openStore(`${folder}/runs`, { readOnly: true });
    const bytes = new TextEncoder().encode("a picture");
    const targets: string[] = [];
    const made: Promise<unknown>[] = [];
    const set = [["agent.pause", "5"], ["checkpoint.everyIterations", "1"]] as const;
    const [run] = await launch([request({ set })], {
      ...options(store),
      onProgress: ({ kind, run: { id }, progress: { iterations } }) => {
        if (kind !== "checkpoint" || iterations % 6 !== 2) return;
        targets.push(`${folder}/at-${iterations}`);
        made.push(reader.backUp(targets.at(-1)!));
        const picture = { name: "samples", iteration: 1, mediaType: "text/plain", bytes };
        made.push(store.putArtifact(id, picture));
      },
    });
    await Promise.all(made);
    reader.close();
    ok(targets.length >= 3);
    const [first] = targets;
    const copy = openStore(first);
    deepStrictEqual(await verify(copy), { database: [], runs: 1, damaged: [] });
    strictEqual(copy.run(run.id)!.active, false);
    const resumed = await resume(run.id, options(copy));
    deepStrictEqual([resumed.status, resumed.digest], ["completed", run.digest]);
    // Put back: a backup of the backup; its journals are good as well.
    await rejects(copy.backUp(`${folder}/runs`), InputError);
    const { missing, runs } = await copy.backUp(`${folder}/back`);
    deepStrictEqual([missing, runs], [[], 1]);
    copy.close();
    await Deno.remove(`${folder}/back/lab.db`);
    deepStrictEqual(recoverStore(`${folder}/back`).recovered, [run.id]);
    const back = openStore(`${folder}/back`);
    strictEqual(back.run(run.id)!.digest, run.digest);
    deepStrictEqual((await verify(back)).damaged, []);
    const values = (one: typeof store) => {
      const series = storedSeries(one, run.id).find(({ name }) => name === "losses/toy");
      return series!.values;
    };
    deepStrictEqual(values(back), values(store));
    back.close();
    store.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("sweeps and runs that have not begun come back from a backup whose database is lost", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const store = openStore(`${folder}/runs`);
    await launch([request()], options(store));
    store.putSweep("rates", { trials: 3 });
    const { waiting } = store.addBatch([{ seed: 1 }, { seed: 2 }]);
    await store.backUp(`${folder}/copy`);
    store.close();
    await Deno.remove(`${folder}/copy/lab.db`);
    strictEqual(recoverStore(`${folder}/copy`).waiting, 2);
    const back = openStore(`${folder}/copy`);
    deepStrictEqual(back.sweep("rates")!.definition, { trials: 3 });
    deepStrictEqual(waiting.map((id) => back.request(id)), [{ seed: 1 }, { seed: 2 }]);
    back.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a backup names files that are damaged, and runs that the database lacks", () =>
  inFolder(async (folder) => {
    const store = openStore(`${folder}/runs`);
    const [{ id }] = await launch([request()], options(store));
    const files = [...Deno.readDirSync(`${folder}/runs/checkpoints/${id}`)];
    const { name } = files.find(({ name }) => name.endsWith(".safetensors"))!;
    const path = `checkpoints/${id}/${name}`;
    const bytes = await Deno.readFile(`${folder}/runs/${path}`);
    bytes[bytes.length - 1] ^= 1;
    await Deno.writeFile(`${folder}/runs/${path}`, bytes);
    deepStrictEqual((await store.backUp(`${folder}/copy`)).damaged, [path]);
    deepStrictEqual(await Deno.readFile(`${folder}/copy/${path}`), bytes);
    store.close();
    await Deno.mkdir(`${folder}/runs/checkpoints/zzzzzz`);
    const io = capturedIo({ folder, root: folder });
    strictEqual(await main(["backup", "again"], io), 1);
    match(io.written.error, new RegExp(`^damaged in the store: ${path}$`, "m"));
    match(
      io.written.error,
      /^Left out 1 run that the database lacks: .* recover takes them back, /m,
    );
  }));

Deno.test("a backup that failed can be made again, one that was killed is said to lie there", async () => {
  const folder = await Deno.makeTempDir();
  try {
    openStore(`${folder}/runs`).close();
    const database = new Database(`${folder}/runs/lab.db`, { readOnly: false });
    const copied = async (fetch: () => Promise<void>) =>
      await backUp(database, `${folder}/runs`, `${folder}/copy`, { refresh: fetch, fetch });
    await rejects(copied(() => Promise.reject(new Error("the disk is full"))), /the disk is full$/);
    deepStrictEqual([...Deno.readDirSync(`${folder}/copy`)], []);
    // What somebody else put there meanwhile is left alone.
    const full = async () => {
      await Deno.writeTextFile(`${folder}/copy/mine.txt`, "mine");
      throw new Error("the disk is full");
    };
    await rejects(copied(full), /the disk is full$/);
    deepStrictEqual([...Deno.readDirSync(`${folder}/copy`)].map(({ name }) => name), ["mine.txt"]);
    await Deno.remove(`${folder}/copy/mine.txt`);
    strictEqual((await copied(() => Promise.resolve())).runs, 0);
    await Deno.rename(`${folder}/copy/lab.db`, `${folder}/copy/lab.db.part`);
    await rejects(copied(() => Promise.resolve()), {
      name: "InputError",
      message: /an empty folder \(delete what is left there of a backup that broke off\)$/,
    });
    database.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
