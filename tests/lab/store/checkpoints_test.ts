import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { InputError, LabError } from "../../../lab/core/errors.ts";
import { Database } from "../../../lab/store/database.ts";
import { writeSynced } from "../../../lab/store/files.ts";
import { JOURNAL } from "../../../lab/store/journal.ts";
import { openStore, SqliteStore } from "../../../lab/store/sqlite_store.ts";
import { addRun, checkpointAt, pointAt, snapshotAt, withFolder, withStore } from "./fixtures.ts";

/** Names in the folder of a run's checkpoints, its journal left out. */
const filesOf = (folder: string, id: string) =>
  [...Deno.readDirSync(`${folder}/checkpoints/${id}`)].map((entry) => entry.name)
    .filter((name) => name !== JOURNAL).sort();

Deno.test("a checkpoint comes back bit for bit, from another process's store too", () =>
  withFolder(async (folder) => {
    const store = openStore(`${folder}/runs`);
    const { id } = addRun(store);
    const saved = await store.saveCheckpoint(id, {
      ...checkpointAt(3, { kind: "best" }),
      runner: { best: NaN, least: [-Infinity, -0], $next: "x" },
      score: NaN,
    });
    ok(saved.bytes > 0);
    store.close();
    const again = openStore(`${folder}/runs`, { readOnly: true });
    deepStrictEqual(again.checkpoints(id), [saved]);
    const { snapshot, runner } = await again.loadCheckpoint(id, saved);
    deepStrictEqual(snapshot, snapshotAt(3));
    deepStrictEqual(runner, { best: NaN, least: [-Infinity, -0], $next: "x" });
    again.close();
  }));

Deno.test("queued points are on the disk before a checkpoint is", () =>
  withStore(async (store, folder) => {
    const { id } = addRun(store);
    const reader = openStore(folder, { readOnly: true });
    store.append(id, [pointAt("a", 1, 1)]);
    await store.saveCheckpoint(id, checkpointAt(1));
    deepStrictEqual(reader.lastMetrics(id), { a: 1 });
    store.append(id, [pointAt("a", 2, 2)]);
    deepStrictEqual([...store.series(id, "a").values], [1, 2]);
    reader.close();
  }));

Deno.test("the last checkpoints, the best and the final one stay, others go with their files", () =>
  withStore(async (store, folder) => {
    const { id } = addRun(store);
    const kinds = () => store.checkpoints(id).map(({ kind, iteration }) => `${kind} ${iteration}`);
    await store.saveCheckpoint(id, checkpointAt(1, { kind: "best" }));
    await store.saveCheckpoint(id, checkpointAt(1));
    await store.saveCheckpoint(id, checkpointAt(2));
    await store.saveCheckpoint(id, checkpointAt(3));
    deepStrictEqual(kinds(), ["best 1", "last 2", "last 3"]);
    await store.saveCheckpoint(id, checkpointAt(4, { kind: "best" }));
    await store.saveCheckpoint(id, checkpointAt(5, { kind: "final" }));
    deepStrictEqual(kinds(), ["last 2", "last 3", "best 4", "final 5"]);
    await store.saveCheckpoint(id, checkpointAt(6, { kind: "final", keep: 0 }));
    deepStrictEqual(kinds(), ["last 3", "best 4", "final 6"]);
    strictEqual(filesOf(folder, id).length, 6);
    for (const checkpoint of store.checkpoints(id)) await store.loadCheckpoint(id, checkpoint);
  }));

Deno.test("two checkpoints of one content share their files, and one's end leaves the other's", () =>
  withStore(async (store, folder) => {
    const { id } = addRun(store);
    await store.saveCheckpoint(id, checkpointAt(1, { kind: "best" }));
    await store.saveCheckpoint(id, checkpointAt(1, { keep: 1 }));
    strictEqual(filesOf(folder, id).length, 2);
    await store.saveCheckpoint(id, checkpointAt(2, { keep: 1 }));
    deepStrictEqual(
      (await store.loadCheckpoint(id, store.checkpoints(id)[0])).snapshot,
      snapshotAt(1),
    );
  }));

Deno.test("checkpoints asked for at once are saved one after another", () =>
  withStore(async (store) => {
    const { id } = addRun(store);
    await Promise.all([1, 2, 3, 4, 5].map((i) => store.saveCheckpoint(id, checkpointAt(i))));
    deepStrictEqual(store.checkpoints(id).map((checkpoint) => checkpoint.iteration), [4, 5]);
    for (const checkpoint of store.checkpoints(id)) await store.loadCheckpoint(id, checkpoint);
  }));

Deno.test("checkpoints after the iteration that a run was resumed from are hidden, then go", () =>
  withStore(async (store, folder) => {
    const { id } = addRun(store);
    for (const i of [1, 2, 3]) await store.saveCheckpoint(id, checkpointAt(i, { keep: 5 }));
    store.beginAttempt(id, 2);
    deepStrictEqual(store.checkpoints(id).map((checkpoint) => checkpoint.iteration), [1, 2]);
    await store.saveCheckpoint(id, checkpointAt(3, { keep: 5 }));
    deepStrictEqual(store.checkpoints(id).map((checkpoint) => checkpoint.attempt), [1, 1, 2]);
    strictEqual(filesOf(folder, id).length, 6);
  }));

Deno.test("a checkpoint that a resume has hidden leaves the disk with the next one", () =>
  withStore(async (store, folder) => {
    const { id } = addRun(store);
    await store.saveCheckpoint(id, checkpointAt(10));
    store.beginAttempt(id, 5);
    await store.saveCheckpoint(id, checkpointAt(6));
    deepStrictEqual(store.checkpoints(id).map((checkpoint) => checkpoint.iteration), [6]);
    strictEqual(filesOf(folder, id).length, 2);
  }));

Deno.test("a checkpoint that is replaced while it is read is said to be gone, not damaged", () =>
  withStore(async (store, folder) => {
    const { id } = addRun(store);
    await store.saveCheckpoint(id, checkpointAt(1));
    const reader = openStore(folder, { readOnly: true });
    const { readFile } = Deno;
    for (const [read, file] of [[0, "record"], [1, "tensors"]] as const) {
      const [checkpoint] = reader.checkpoints(id);
      let reads = 0;
      Deno.readFile = async (...given) => {
        const replaces = reads++ === read;
        if (replaces) await store.saveCheckpoint(id, checkpointAt(2 + read, { keep: 1 }));
        return await readFile(...given);
      };
      try {
        await rejects(reader.loadCheckpoint(id, checkpoint), {
          name: "InputError",
          message: /has none at iteration \d any more$/,
        }, file);
      } finally {
        Deno.readFile = readFile;
      }
    }
    reader.close();
  }));

Deno.test("an altered, truncated or missing checkpoint is reported by its file", () =>
  withStore(async (store, folder) => {
    const { id } = addRun(store);
    await store.saveCheckpoint(id, checkpointAt(1));
    const [checkpoint] = store.checkpoints(id);
    for (const name of filesOf(folder, id)) {
      const path = `${folder}/checkpoints/${id}/${name}`;
      const bytes = Deno.readFileSync(path);
      const namesTheFile = (error: unknown) =>
        error instanceof LabError && error.message.includes(path) && !error.message.includes("\n");
      Deno.writeFileSync(path, bytes.with(bytes.length - 2, bytes.at(-2)! ^ 1));
      await rejects(store.loadCheckpoint(id, checkpoint), namesTheFile);
      Deno.writeFileSync(path, bytes.subarray(0, bytes.length >> 1));
      await rejects(store.loadCheckpoint(id, checkpoint), namesTheFile);
      Deno.removeSync(path);
      await rejects(store.loadCheckpoint(id, checkpoint), namesTheFile);
      Deno.writeFileSync(path, bytes);
      await store.loadCheckpoint(id, checkpoint);
    }
  }));

Deno.test("a checkpoint that was pruned meanwhile is reported as such", () =>
  withStore(async (store) => {
    const { id } = addRun(store);
    const first = await store.saveCheckpoint(id, checkpointAt(1, { keep: 1 }));
    await store.saveCheckpoint(id, checkpointAt(2, { keep: 1 }));
    await rejects(store.loadCheckpoint(id, first), InputError);
  }));

Deno.test("a part of the state can be left out when a checkpoint is loaded", () =>
  withStore(async (store) => {
    const { id } = addRun(store);
    const lent = {
      "replay/rows": { shape: [2], dtype: "uint8", values: Uint8Array.of(7, 8) },
    } as const;
    const checkpoint = checkpointAt(1);
    const saved = await store.saveCheckpoint(id, {
      ...checkpoint,
      snapshot: { ...checkpoint.snapshot, lent },
    });
    const names = async (options?: { without: string }) =>
      Object.keys((await store.loadCheckpoint(id, saved, options)).snapshot.state).sort();
    const copied = Object.keys(checkpoint.snapshot.state);
    deepStrictEqual(await names(), [...copied, "replay/rows"].sort());
    deepStrictEqual(await names({ without: "replay/" }), copied.sort());
    deepStrictEqual(await names({ without: "" }), []);
    const { snapshot } = await store.loadCheckpoint(id, saved, { without: "" });
    deepStrictEqual(snapshot.parameters, checkpoint.snapshot.parameters);
  }));

Deno.test("who takes a run's lock clears away what a killed process left half-written", () =>
  withStore(async (store, folder) => {
    const { id } = addRun(store);
    await store.saveCheckpoint(id, checkpointAt(1));
    const whole = filesOf(folder, id);
    Deno.writeTextFileSync(`${folder}/checkpoints/${id}/2-abc.safetensors.1-0.part`, "half");
    Deno.writeTextFileSync(`${folder}/checkpoints/${id}/2-abc.json`, "{}");
    store.lock(id)[Symbol.dispose]();
    deepStrictEqual(filesOf(folder, id), whole);
  }));

Deno.test("a disk that fills up fails the checkpoint, says so, and leaves the one before whole", () =>
  withFolder(async (folder) => {
    let room = Infinity;
    // Writes what there is room for, then fails as the operating system does.
    const write = async (path: string, parts: readonly Uint8Array[]) => {
      const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
      const fits = bytes.length <= room;
      await writeSynced(path, [bytes.subarray(0, fits ? bytes.length : room)]);
      if (fits) room -= bytes.length;
      else {throw Object.assign(new Error("No space left on device (os error 28)"), {
          code: "ENOSPC",
        });}
    };
    openStore(`${folder}/runs`).close();
    const database = new Database(`${folder}/runs/lab.db`, { readOnly: false });
    const store = new SqliteStore(`${folder}/runs`, database, write);
    const { id } = addRun(store);
    const first = await store.saveCheckpoint(id, checkpointAt(1));
    const whole = filesOf(`${folder}/runs`, id);
    const tensors = whole.find((name) => name.endsWith(".safetensors"));
    const { size } = Deno.statSync(`${folder}/runs/checkpoints/${id}/${tensors}`);
    // No room for the tensors; then for them but not for the record beside them.
    for (const left of [size - 1, size + 1]) {
      room = left;
      await rejects(
        store.saveCheckpoint(id, checkpointAt(2)),
        (error) =>
          error instanceof LabError &&
          /the disk is full: free some space, then do it again/.test(error.message),
      );
      deepStrictEqual(store.checkpoints(id), [first]);
      ok(filesOf(`${folder}/runs`, id).every((name) => !name.endsWith(".part")));
      deepStrictEqual((await store.loadCheckpoint(id, first)).snapshot, snapshotAt(1));
    }
    room = 10;
    await rejects(
      store.putArtifact(id, {
        name: "samples",
        iteration: 1,
        mediaType: "image/png",
        bytes: new Uint8Array(11),
      }),
      /the disk is full/,
    );
    deepStrictEqual(store.artifacts(id), []);
    room = Infinity;
    store.lock(id)[Symbol.dispose]();
    deepStrictEqual(filesOf(`${folder}/runs`, id), whole);
    await store.saveCheckpoint(id, checkpointAt(2));
    strictEqual(store.checkpoints(id).length, 2);
    store.close();
  }));

Deno.test("a database without room keeps the queued points until there is some", () =>
  withFolder((folder) => {
    openStore(`${folder}/runs`).close();
    const database = new Database(`${folder}/runs/lab.db`, { readOnly: false });
    const store = new SqliteStore(`${folder}/runs`, database);
    const { id } = addRun(store);
    const points = Array.from({ length: 20_000 }, (_, i) => pointAt("a", i, Math.sqrt(i)));
    database.execute(`PRAGMA max_page_count = ${database.get("PRAGMA page_count")!.page_count}`);
    store.append(id, points);
    let message = "";
    try {
      store.flush();
    } catch (error) {
      message = error instanceof LabError ? error.message : "";
    }
    ok(/the disk is full: free some space, then do it again/.test(message));
    database.execute("PRAGMA max_page_count = 1000000");
    deepStrictEqual([...store.series(id, "a").values], points.map((point) => point.value));
    store.close();
  }));
