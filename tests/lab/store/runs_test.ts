import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import { DatabaseSync } from "node:sqlite";
import { InputError, LabError } from "../../../lab/core/errors.ts";
import { Database } from "../../../lab/store/database.ts";
import { isLocked, lockSweep } from "../../../lab/store/lock.ts";
import { nextRunNumber, runIdOf, runNumberOf } from "../../../lab/store/run_id.ts";
import { openStore, SqliteStore } from "../../../lab/store/sqlite_store.ts";
import { Sweeps } from "../../../lab/store/sweeps.ts";
import { addRun, checkpointAt, manifestOf, pointAt, withFolder, withStore } from "./fixtures.ts";

Deno.test("a run comes back as it was created, also after the store was closed", () =>
  withFolder((folder) => {
    const store = openStore(`${folder}/runs`);
    const manifest = manifestOf("corridor-dqn");
    const { id } = store.createRun({ name: "mine", manifest, tags: ["a", "b"], note: "n" });
    store.close();
    const again = openStore(`${folder}/runs`);
    const run = again.run(id)!;
    deepStrictEqual(run.manifest, manifest);
    deepStrictEqual(
      [run.name, run.tags, run.note, run.status, run.attempt, run.active, run.digest],
      ["mine", ["a", "b"], "n", "running", 1, false, null],
    );
    ok(Math.abs(run.createdAt - Date.now()) < 60_000);
    strictEqual(again.run("zzzzzz"), undefined);
    again.close();
  }));

Deno.test("a run whose steps are beyond what a number counts is listed, and breaks no other", () =>
  withFolder((folder) => {
    const store = openStore(`${folder}/runs`);
    const [{ id }, { id: other }] = [addRun(store, "long"), addRun(store, "other")];
    using raw = new DatabaseSync(`${folder}/runs/lab.db`);
    raw.exec(`UPDATE run SET examples = 9007199254740993 WHERE id = '${id}'`);
    deepStrictEqual(store.runs().map((run) => [run.id, run.examples]), [[other, 0], [id, 2 ** 53]]);
    strictEqual(store.run(id)!.examples, 2 ** 53);
    store.trash(id);
    deepStrictEqual(store.runs().map((run) => run.id), [other]);
    store.close();
  }));

Deno.test("of a text with a NUL nothing is lost, though SQLite ends it there", () =>
  withStore((store) => {
    const manifest = manifestOf("corridor-dqn");
    const { id } = store.createRun({ name: "a\0b", manifest, tags: ["c\0d"], note: "e\0f" });
    store.appendEvents(id, 1, [{ level: "info", message: "g\0h" }]);
    const { name, tags, note } = store.run(id)!;
    deepStrictEqual([name, tags, note, store.events(id).map(({ message }) => message)], [
      ...["a\ufffdb", ["c\ufffdd"], "e\ufffdf", ["g\ufffdh"]],
    ]);
    store.update(id, { note: "\0" });
    strictEqual(store.run(id)!.note, "\ufffd");
  }));

Deno.test("ids of runs rise with creation, also within one second and with a clock that jumps", () => {
  const now = Date.UTC(2026, 0, 1);
  const first = nextRunNumber(0, now);
  strictEqual(first, 365 * 24 * 3600);
  strictEqual(nextRunNumber(first, now), first + 1);
  strictEqual(nextRunNumber(first, now - 5000), first + 1);
  strictEqual(nextRunNumber(first, now + 5000), first + 5);
  // Where no id of six digits holds the seconds.
  const beyond = Date.UTC(2025, 0, 1) + 32 ** 6 * 1000;
  strictEqual(runIdOf(nextRunNumber(first, beyond - 1)), "zzzzzz");
  for (const jumped of [beyond, Date.UTC(2093, 0, 1), Date.UTC(9999, 0, 1)]) {
    strictEqual(nextRunNumber(first, jumped), first + 1);
  }
  strictEqual(runIdOf(0), "000000");
  strictEqual(runIdOf(32 ** 6 - 1), "zzzzzz");
  ok(runIdOf(first) < runIdOf(first + 1) && runIdOf(31) < runIdOf(32));
  // Digits of base 32, without those that are misread.
  const digits = [1, 17, 18, 20, 22, 31];
  strictEqual(runIdOf(digits.reduce((sum, digit) => 32 * sum + digit, 0)), "1hjmpz");
  for (const number of [0, 31, 32, first, 32 ** 6 - 1]) {
    strictEqual(runNumberOf(runIdOf(number)), number);
  }
});

Deno.test("the runs of a store are listed newest first", () =>
  withStore((store) => {
    const ids = ["a", "b", "c"].map((name) => addRun(store, name).id);
    deepStrictEqual(store.runs().map((run) => run.id), ids.toReversed());
  }));

Deno.test("a list reads again what changed alone, whoever changed it", () =>
  withStore((store, folder) => {
    const ids = ["a", "b", "c"].map((name) => addRun(store, name).id);
    store.update(ids[0], { status: "completed" });
    const before = new Map(store.runs().map((run) => [run.id, run]));
    ok(store.runs().every((run) => before.get(run.id) === run));
    const raw = new DatabaseSync(`${folder}/lab.db`);
    // Twice without a write of the store between: each is seen.
    for (const note of ["one", "two"]) {
      raw.prepare("UPDATE run SET note = ? WHERE id = ?").run(note, ids[1]);
      const now = new Map(store.runs().map((run) => [run.id, run]));
      strictEqual(now.get(ids[1])!.note, note);
      strictEqual(now.get(ids[0]), before.get(ids[0]));
      strictEqual(now.get(ids[2]), before.get(ids[2]));
    }
    raw.close();
    using lock = store.lock(ids[2]);
    deepStrictEqual(store.runs().map(({ active }) => active), [true, false, false]);
    lock[Symbol.dispose]();
    deepStrictEqual(store.runs().map(({ active }) => active), [false, false, false]);
    store.trash(ids[0]);
    deepStrictEqual(store.runs().map(({ id }) => id), [ids[2], ids[1]]);
    deepStrictEqual(store.runs({ trashed: true }).map(({ id }) => id), [ids[0]]);
    store.restore(ids[0]);
    strictEqual(store.runs().length, 3);
  }));

Deno.test("an update changes what it names and nothing else", () =>
  withStore((store) => {
    const { id } = addRun(store);
    const other = addRun(store);
    const change = {
      name: "renamed",
      status: "diverged",
      tags: ["x"],
      note: "why",
      endedAt: 12345.5,
      wallSeconds: 0.25,
      environmentSteps: 2 ** 40,
      gradientSteps: 3,
      examples: 4,
      iterations: 5,
      digest: "ff",
      message: "NaN in losses/policy",
    } as const;
    const before = store.run(id)!;
    store.update(id, change);
    deepStrictEqual(store.run(id), { ...before, ...change });
    store.update(id, { message: null, endedAt: null });
    deepStrictEqual(store.run(id), { ...before, ...change, message: null, endedAt: null });
    deepStrictEqual(store.run(other.id), other);
    throws(() => store.update("zzzzzz", { note: "" }), InputError);
  }));

Deno.test("a run is found by its id, a unique prefix of it, and as the latest", () =>
  withStore((store) => {
    throws(
      () => store.find("latest"),
      (error) => error instanceof InputError && /there is none yet/.test(error.message),
    );
    const first = addRun(store, "first");
    const second = addRun(store, "second");
    strictEqual(store.find(first.id).id, first.id);
    strictEqual(store.find(first.id.toUpperCase()).id, first.id);
    strictEqual(store.find("latest").id, second.id);
    throws(
      () => store.find(first.id.slice(0, 2)),
      (error) =>
        error instanceof InputError && error.message.includes(`${first.id} (first)`) &&
        error.message.includes(`${second.id} (second)`),
    );
    store.trash(second.id);
    strictEqual(store.find(first.id.slice(0, 2)).id, first.id);
    strictEqual(store.find("latest").id, first.id);
    strictEqual(store.find("latest", { trashed: true }).id, second.id);
    throws(() => store.find(second.id), /is in the trash/);
    throws(() => store.find(""), InputError);
  }));

Deno.test("a run that is not there is answered with the nearest id or the newest of that name", () =>
  withStore((store) => {
    const { id } = addRun(store, "cartpole-ppo");
    const wrong = `${id.slice(0, 5)}${id[5] === "0" ? "1" : "0"}`;
    throws(
      () => store.find(wrong),
      (error) => error instanceof InputError && error.message.includes(`did you mean "${id}"?`),
    );
    throws(
      () => store.find("cartpole-ppo"),
      (error) => error instanceof InputError && error.message.includes(id),
    );
    throws(
      () => store.find("cartpole-pp"),
      (error) =>
        error instanceof InputError &&
        error.message.includes(`(did you mean "cartpole-ppo", of which the newest run is ${id}?)`),
    );
    throws(() => store.find(wrong), /: there is 1 run, listed by `runs`$/);
    throws(() => store.find("zz", { trashed: true }), /: there is none in the trash$/);
    store.trash(id);
    throws(
      () => store.find("zz", { trashed: true }),
      /: there is 1 run in the trash, listed by `runs --trash`$/,
    );
    addRun(store);
    addRun(store);
    throws(() => store.find("zz"), /: there are 2 runs, listed by `runs`$/);
  }));

Deno.test("a run is active while its lock is held, for this process as for others", () =>
  withStore((store, folder) => {
    const { id } = addRun(store);
    const reader = openStore(folder, { readOnly: true });
    const lock = store.lock(id);
    strictEqual(store.run(id)!.active, true);
    strictEqual(reader.run(id)!.active, true);
    throws(
      () => store.lock(id),
      (error) =>
        error instanceof LabError &&
        error.message.includes(`${id} as it is being trained by another`),
    );
    throws(() => store.trash(id), LabError);
    lock[Symbol.dispose]();
    lock[Symbol.dispose]();
    strictEqual(store.run(id)!.active, false);
    strictEqual(reader.run(id)!.active, false);
    store.lock(id)[Symbol.dispose]();
    throws(() => store.lock("zzzzzz"), InputError);
    reader.close();
  }));

Deno.test("events come back in order with their iteration", () =>
  withStore((store) => {
    const { id } = addRun(store);
    store.appendEvents(id, 3, [{ level: "warning", message: "b" }, {
      level: "info",
      message: "a",
    }]);
    store.appendEvents(id, 2, [{ level: "error", message: "c" }]);
    deepStrictEqual(
      store.events(id).map(({ level, message, iteration }) => [level, message, iteration]),
      [
        ["warning", "b", 3],
        ["info", "a", 3],
        ["error", "c", 2],
      ],
    );
    throws(() => store.appendEvents("zzzzzz", 0, [{ level: "info", message: "" }]), InputError);
  }));

Deno.test("the version grows with every write, for a reader too", () =>
  withStore(async (store, folder) => {
    const reader = openStore(folder, { readOnly: true });
    const { id } = addRun(store);
    const writes = [
      () => store.update(id, { note: "x" }),
      () => {
        store.append(id, [pointAt("a", 1, 1)]);
        store.flush();
      },
      () => store.appendEvents(id, 1, [{ level: "info", message: "" }]),
      () => store.beginAttempt(id, 1),
      () => store.saveCheckpoint(id, checkpointAt(1)),
      () => store.trash(id),
    ];
    for (const write of writes) {
      const before = reader.version();
      await write();
      ok(reader.version() > before);
    }
    reader.close();
  }));

Deno.test("a sweep goes for good with the last of its runs", () =>
  withStore((store, folder) => {
    const addTrial = (trial: number) =>
      store.createRun({
        name: "corridor-dqn",
        manifest: { ...manifestOf("corridor-dqn"), sweep: { name: "rates", trial } },
        tags: [],
        note: "",
      });
    for (const name of ["rates", "others"]) store.putSweep(name, { trials: 3 });
    const [first, second] = [addTrial(0), addTrial(1)];
    store.trash(first.id);
    store.purge();
    deepStrictEqual(store.sweepNames().sort(), ["others", "rates"]);
    store.trash(second.id);
    deepStrictEqual(store.sweepNames().sort(), ["others", "rates"]);
    store.purge();
    deepStrictEqual(store.sweepNames(), ["others"]);
    strictEqual(Deno.readTextFileSync(`${folder}/sweeps.jsonl`).includes("rates"), false);
  }));

Deno.test("a purge leaves a sweep that is being trained anew and has no run yet", () =>
  withStore((store, folder) => {
    const manifest = { ...manifestOf("corridor-dqn"), sweep: { name: "rates", trial: 0 } };
    const begun = () => store.createRun({ name: "rates", manifest, tags: [], note: "" }).id;
    store.putSweep("rates", { trials: 3 });
    store.trash(begun());
    {
      using _lock = lockSweep(folder, "rates");
      store.putSweep("rates", { trials: 4 });
      store.purge();
    }
    deepStrictEqual(store.sweep("rates")?.definition, { trials: 4 });
    store.trash(begun());
    store.purge();
    strictEqual(store.sweep("rates"), undefined);
  }));

Deno.test("of a sweep that begins while another one goes, a lost database has all", () =>
  withFolder((folder) => {
    openStore(folder).close();
    using other = new Database(`${folder}/lab.db`, { readOnly: false });
    other.execute("PRAGMA busy_timeout = 0");
    const others = new Sweeps(other, folder);
    /** In which another process begins a sweep as soon as all have been read, if it may. */
    class Read extends Database {
      override all(...query: Parameters<Database["all"]>) {
        const rows = super.all(...query);
        if (query[0].includes("FROM sweep ORDER BY name")) {
          try {
            others.put("begun", { trials: 3 });
          } catch (error) {
            if (!(error instanceof LabError)) throw error; // it waits
          }
        }
        return rows;
      }
    }
    using database = new Read(`${folder}/lab.db`, { readOnly: false });
    const sweeps = new Sweeps(database, folder);
    sweeps.put("old", { trials: 2 });
    sweeps.drop(() => new Set(["old"]));
    const known = sweeps.names();
    other.write(() => {
      other.run("DELETE FROM sweep");
      others.putBack();
    });
    deepStrictEqual(others.names(), known);
  }));

Deno.test("a run that is taken back while a purge begins stays, with its checkpoints", () =>
  withStore(async (store, folder) => {
    const { id } = addRun(store);
    await store.saveCheckpoint(id, checkpointAt(1));
    store.trash(id);
    const other = openStore(folder);
    const { execute } = Database.prototype;
    // The last that a purge does before it writes waits for other readers.
    Database.prototype.execute = function (sql: string) {
      execute.call(this, sql);
      if (!sql.includes("wal_checkpoint")) return;
      Database.prototype.execute = execute;
      other.restore(id);
    };
    try {
      strictEqual(store.purge().runs, 0);
    } finally {
      Database.prototype.execute = execute;
      other.close();
    }
    const [checkpoint] = store.checkpoints(id);
    strictEqual(checkpoint.iteration, 1);
    await store.loadCheckpoint(id, checkpoint);
  }));

Deno.test("the trash keeps a run until it is purged, and gives it back whole", () =>
  withStore(async (store, folder) => {
    const bytes = new Uint8Array(50_000).fill(7);
    const shared = new Uint8Array(1000).fill(8);
    const [kept, gone] = [addRun(store, "kept"), addRun(store, "gone")];
    for (const { id } of [kept, gone]) {
      store.append(id, [pointAt("a", 1, 1)]);
      await store.putArtifact(id, {
        name: "samples",
        iteration: 1,
        mediaType: "image/png",
        bytes: shared,
      });
      await store.saveCheckpoint(id, checkpointAt(1));
      store.lock(id)[Symbol.dispose]();
    }
    const own = await store.putArtifact(gone.id, {
      name: "own",
      iteration: 1,
      mediaType: "image/png",
      bytes,
    });
    strictEqual(store.purge().runs, 0);
    store.trash(gone.id);
    deepStrictEqual(store.runs().map((run) => run.id), [kept.id]);
    deepStrictEqual(store.runs({ trashed: true }).map((run) => run.id), [gone.id]);
    ok(store.run(gone.id)!.trashedAt! > 0);
    store.restore(gone.id);
    strictEqual(store.runs().length, 2);
    store.trash(gone.id);
    const purged = store.purge();
    strictEqual(purged.runs, 1);
    ok(purged.bytes > bytes.length);
    strictEqual(store.run(gone.id), undefined);
    throws(() => store.find(gone.id), InputError);
    strictEqual(await exists(`${folder}/artifacts/${own.hash.slice(0, 2)}/${own.hash}`), false);
    strictEqual(await exists(`${folder}/checkpoints/${gone.id}`), false);
    strictEqual(await exists(`${folder}/locks/${gone.id}`), false);
    deepStrictEqual(await store.readArtifact(store.artifacts(kept.id)[0].hash), shared);
    deepStrictEqual(store.lastMetrics(kept.id), { a: 1 });
    await store.loadCheckpoint(kept.id, store.checkpoints(kept.id)[0]);
    ok(addRun(store).id > gone.id);
    throws(() => store.trash(gone.id), InputError);
    throws(() => store.restore(gone.id), InputError);
  }));

Deno.test("a purge leaves a run of the trash that is being trained", () =>
  withStore((store) => {
    const { id } = addRun(store);
    store.trash(id);
    const lock = store.lock(id);
    strictEqual(store.purge().runs, 0);
    lock[Symbol.dispose]();
    strictEqual(store.purge().runs, 1);
  }));

Deno.test("a run that is purged just before it is locked is refused", () =>
  withStore((other, folder) => {
    const { id } = addRun(other);
    other.trash(id);
    class Looked extends Database {
      override get(...query: Parameters<Database["get"]>) {
        const row = super.get(...query);
        if (query[0] === "SELECT id FROM run WHERE id = ?") other.purge();
        return row;
      }
    }
    const store = new SqliteStore(folder, new Looked(`${folder}/lab.db`, { readOnly: false }));
    throws(() => store.lock(id), { name: "InputError", message: /has none of this id/ });
    strictEqual(isLocked(`${folder}/locks/${id}`), false);
    store.close();
  }));

Deno.test("a lock that cannot be looked at is no free one", () =>
  withFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/file`, "");
    throws(() => isLocked(`${folder}/file/lock`));
    strictEqual(isLocked(`${folder}/lock`), false);
  }));

Deno.test("a purge clears away what a purge that was killed left behind", () =>
  withStore(async (store, folder) => {
    const { id } = addRun(store);
    const bytes = new TextEncoder().encode("kept");
    const artifact = { name: "samples", iteration: 1, mediaType: "text/plain", bytes };
    const { hash } = await store.putArtifact(id, artifact);
    await store.saveCheckpoint(id, checkpointAt(1));
    store.lock(id)[Symbol.dispose]();
    Deno.mkdirSync(`${folder}/checkpoints/zzzzzz`);
    Deno.mkdirSync(`${folder}/artifacts/00`);
    const gone = "00".repeat(32);
    const left = [`checkpoints/zzzzzz/1-a.json`, `artifacts/00/${gone}`, `locks/zzzzzz`];
    for (const name of left) Deno.writeFileSync(`${folder}/${name}`, new Uint8Array(1000));
    const raw = new DatabaseSync(`${folder}/lab.db`);
    for (const [kind, name] of [["run", "zzzzzz"], ["artifact", gone], ["artifact", hash]]) {
      raw.prepare("INSERT INTO tombstone VALUES (?, ?)").run(kind, name);
    }
    const { runs, bytes: freed } = store.purge();
    strictEqual(runs, 0);
    ok(freed >= 2000);
    for (const name of left) strictEqual(await exists(`${folder}/${name}`), false);
    strictEqual(await exists(`${folder}/locks/${id}`), true);
    // A run that has an artifact keeps it.
    deepStrictEqual(await store.readArtifact(hash), bytes);
    await store.loadCheckpoint(id, store.checkpoints(id)[0]);
    deepStrictEqual(raw.prepare("SELECT * FROM tombstone").all(), []);
    raw.close();
  }));

Deno.test("a purge leaves what it has not deleted itself; orphans go when they are asked for", () =>
  withStore(async (store, folder) => {
    const ids = [addRun(store).id, addRun(store).id, addRun(store).id];
    const hashes: string[] = [];
    for (const id of ids) {
      const bytes = new TextEncoder().encode(`of ${id}`);
      const artifact = { name: "samples", iteration: 1, mediaType: "text/plain", bytes };
      hashes.push((await store.putArtifact(id, artifact)).hash);
      await store.saveCheckpoint(id, checkpointAt(1));
    }
    // As in an older database, which knows one of them alone; another is being trained.
    const raw = new DatabaseSync(`${folder}/lab.db`);
    const lock = store.lock(ids[2]);
    raw.prepare("DELETE FROM run WHERE id > ?").run(ids[0]);
    raw.close();
    strictEqual(store.purge().runs, 0);
    store.trash(ids[0]);
    for (const id of ids) strictEqual(await exists(`${folder}/checkpoints/${id}`), true);
    const orphans = store.orphans();
    deepStrictEqual(
      orphans.map(({ path }) => path).sort(),
      [
        ...hashes.slice(1).map((hash) => `artifacts/${hash.slice(0, 2)}/${hash}`),
        `checkpoints/${ids[1]}`,
      ].sort(),
    );
    // Another process writes this one at this moment.
    Deno.mkdirSync(`${folder}/artifacts/zz`);
    Deno.writeTextFileSync(`${folder}/artifacts/zz/zzee.1-0.part`, "half");
    const sizes = orphans.reduce((sum, { bytes }) => sum + bytes, 0);
    deepStrictEqual(store.purgeOrphans(), { orphans: orphans.length, bytes: sizes });
    ok(sizes > 500);
    strictEqual(await exists(`${folder}/artifacts/zz/zzee.1-0.part`), true);
    strictEqual(await exists(`${folder}/checkpoints/${ids[1]}`), false);
    strictEqual(await exists(`${folder}/checkpoints/${ids[2]}`), true);
    // What lies in the trash is taken back whole.
    store.restore(ids[0]);
    await store.loadCheckpoint(ids[0], store.checkpoints(ids[0])[0]);
    await store.readArtifact(hashes[0]);
    deepStrictEqual(store.orphans(), []);
    lock[Symbol.dispose]();
  }));

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

Deno.test("what is done to a run that is not there is refused, and nothing is read of it", () =>
  withStore(async (store) => {
    const { id } = addRun(store);
    const none = "zzz";
    const [bytes, mediaType] = [new Uint8Array(1), "text/plain"];
    const done: [action: string, act: () => unknown][] = [
      ["change", () => store.update(none, { note: "" })],
      ["use", () => store.lock(none)],
      ["resume", () => store.beginAttempt(none, 1)],
      ["use", () => (store.append(none, [pointAt("a", 1, 1)]), store.flush())],
      ["use", () => store.appendEvents(none, 1, [{ level: "info", message: "m" }])],
      ["use", () => store.putArtifact(none, { name: "n", iteration: 1, mediaType, bytes })],
      ["use", () => store.saveCheckpoint(none, checkpointAt(1))],
      ["delete", () => store.trash(none)],
      ["restore", () => store.restore(none)],
    ];
    for (const [action, act] of done) {
      await rejects(async () => await act(), {
        name: "InputError",
        message: `Cannot ${action} the run as the store has none of this id: "${none}"`,
      });
    }
    for (const act of [() => store.find(none), () => store.idOf(none)]) {
      throws(act, /^InputError: Cannot find the run as no id begins with "zzz"/);
    }
    deepStrictEqual([store.run(none), store.sweep(none)], [undefined, undefined]);
    deepStrictEqual(
      [store.seriesNames(none), store.events(none), store.artifacts(none), store.checkpoints(none)],
      [[], [], [], []],
    );
    deepStrictEqual([store.lastMetrics(none), store.eventCount(none)], [{}, 0]);
    strictEqual(store.series(none, "a").values.length, 0);
    // Nor does any of it reach the run that is there.
    strictEqual(store.run(id)!.attempt, 1);
    deepStrictEqual([store.seriesNames(id), store.eventCount(id)], [[], 0]);
    deepStrictEqual(store.runs().map((run) => run.id), [id]);
  }));

Deno.test("sweeps are named newest first, those of one moment by their names", () =>
  withStore((store) => {
    const { now } = Date;
    try {
      for (const [name, at] of [["b", 10], ["a", 30], ["d", 20], ["c", 20]] as const) {
        Date.now = () => at;
        store.putSweep(name, { trials: at });
      }
    } finally {
      Date.now = now;
    }
    deepStrictEqual(store.sweepNames(), ["a", "c", "d", "b"]);
    deepStrictEqual(store.sweep("d")?.definition, { trials: 20 });
    strictEqual(store.sweep("e"), undefined);
  }));
