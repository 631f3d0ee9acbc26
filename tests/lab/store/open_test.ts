import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import { DatabaseSync } from "node:sqlite";
import { DamageError, InputError, LabError } from "../../../lab/core/errors.ts";
import { folderOf } from "../../../lab/store/location.ts";
import { openStore, recoverStore, syncStores } from "../../../lab/store/sqlite_store.ts";
import { addRun, checkpointAt, pointAt, withFolder } from "./fixtures.ts";

/** Whether `error` is bad input reported in one line that matches `pattern`. */
const badInput = (pattern: RegExp) => (error: unknown) =>
  error instanceof InputError && pattern.test(error.message) && !error.message.includes("\n");

/** All files below a folder with their bytes. */
function filesBelow(folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) Object.assign(files, filesBelow(`${folder}/${name}`));
    else files[`${folder}/${name}`] = Deno.readFileSync(`${folder}/${name}`).toHex();
  }
  return files;
}

Deno.test("a store is named by a folder, sqlite: or a file: URL", () => {
  for (const location of ["runs", "runs/", "sqlite:runs", "sqlite://runs"]) {
    strictEqual(folderOf(location), "runs");
  }
  strictEqual(folderOf("file:///a/b%20c"), "/a/b c");
  strictEqual(folderOf("sqlite:///a/b"), "/a/b");
  strictEqual(folderOf("C:\\runs"), "C:\\runs");
  strictEqual(folderOf("/"), "/");
});

Deno.test("another database is refused without repeating its password", () => {
  throws(
    () => openStore("postgres://me:secret@host/lab"),
    (error) =>
      badInput(/must be a folder, sqlite:FOLDER or a file: URL: postgres:…/)(error) &&
      !String(error).includes("secret"),
  );
  throws(() => openStore(""), badInput(/names no folder/));
  throws(() => openStore("file://host/a"), badInput(/must name a local file/));
});

Deno.test("a store in a folder that cannot be made is refused in one line", () =>
  withFolder((folder) => {
    throws(() => openStore(`${folder}/a/b`), badInput(/its parent folder does not exist/));
    Deno.writeTextFileSync(`${folder}/file`, "");
    throws(() => openStore(`${folder}/file`), badInput(/there is a file of that name/));
    throws(() => openStore(`${folder}/file/runs`), badInput(/there is a file of that name/));
    deepStrictEqual(Object.keys(filesBelow(folder)), [`${folder}/file`]);
  }));

Deno.test("reading a store that is not there says how to make one, and makes nothing", () =>
  withFolder((folder) => {
    throws(
      () => openStore(`${folder}/runs`, { readOnly: true }),
      badInput(/train a run to make one/),
    );
    deepStrictEqual([...Deno.readDirSync(folder)], []);
  }));

Deno.test("a store opened read-only shows what another writes, and writes nothing", () =>
  withFolder(async (folder) => {
    const writer = openStore(`${folder}/runs`);
    const { id } = addRun(writer);
    const reader = openStore(`${folder}/runs`, { readOnly: true });
    writer.append(id, [pointAt("a", 1, 1)]);
    writer.flush();
    deepStrictEqual(reader.lastMetrics(id), { a: 1 });
    writer.append(id, [pointAt("a", 2, 2)]);
    writer.flush();
    deepStrictEqual(reader.lastMetrics(id), { a: 2 });
    const readOnly = (error: unknown) =>
      error instanceof LabError && /opened read-only/.test(error.message);
    throws(() => reader.update(id, { note: "x" }), readOnly);
    throws(() => addRun(reader), readOnly);
    throws(() => reader.append(id, [pointAt("a", 3, 3)]), readOnly);
    throws(() => reader.lock(id), readOnly);
    throws(() => reader.trash(id), readOnly);
    throws(() => reader.purge(), readOnly);
    await rejects(reader.saveCheckpoint(id, checkpointAt(1)), readOnly);
    const artifact = { name: "a", iteration: 1, mediaType: "image/png", bytes: new Uint8Array(1) };
    await rejects(reader.putArtifact(id, artifact), readOnly);
    writer.close();
    const before = filesBelow(folder);
    reader.runs();
    reader.close();
    const after = filesBelow(folder);
    for (const name of Object.keys(before)) {
      if (!/-(wal|shm)$/.test(name)) strictEqual(after[name], before[name]);
    }
  }));

Deno.test("a store of a newer schema is refused and left as it is", () =>
  withFolder((folder) => {
    Deno.mkdirSync(`${folder}/runs`);
    const path = `${folder}/runs/lab.db`;
    const newer = new DatabaseSync(path);
    newer.exec("CREATE TABLE run (id TEXT); PRAGMA user_version = 1000");
    newer.close();
    const before = Deno.readFileSync(path);
    for (const readOnly of [false, true]) {
      throws(
        () => openStore(`${folder}/runs`, { readOnly }),
        badInput(/is of version 1000; use a newer Reverie/),
      );
    }
    deepStrictEqual(Deno.readFileSync(path), before);
  }));

Deno.test("a database of another program is refused and left as it is", () =>
  withFolder((folder) => {
    Deno.mkdirSync(`${folder}/runs`);
    const path = `${folder}/runs/lab.db`;
    const foreign = new DatabaseSync(path);
    foreign.exec("CREATE TABLE recipes (id TEXT)");
    foreign.close();
    const before = Deno.readFileSync(path);
    throws(() => openStore(`${folder}/runs`), badInput(/not of this lab/));
    deepStrictEqual(Deno.readFileSync(path), before);
  }));

Deno.test("a file that is no database is reported in one line", () =>
  withFolder((folder) => {
    Deno.mkdirSync(`${folder}/runs`);
    Deno.writeTextFileSync(`${folder}/runs/lab.db`, "not a database ".repeat(100));
    for (const readOnly of [false, true]) {
      throws(() => openStore(`${folder}/runs`, { readOnly }), (error) =>
        error instanceof LabError && /lab\.db as it is no SQLite database/.test(error.message));
    }
  }));

Deno.test("a damaged database is reported in one line", () =>
  withFolder((folder) => {
    const store = openStore(`${folder}/runs`);
    for (let i = 0; i < 200; i++) addRun(store);
    store.close();
    const path = `${folder}/runs/lab.db`;
    const bytes = Deno.readFileSync(path);
    ok(bytes.length > 20 * 4096);
    // The schema, on its first pages, stays.
    bytes.fill(0xaa, 4096 * Math.floor((3 * bytes.length) / 4 / 4096));
    Deno.writeFileSync(path, bytes);
    const damaged = openStore(`${folder}/runs`, { readOnly: true });
    throws(() => damaged.runs(), (error) =>
      error instanceof LabError && /is damaged/.test(error.message));
    damaged.close();
  }));

Deno.test("a database whose schema was altered is opened by nobody, and rebuilt", () =>
  withFolder(async (parent) => {
    const folder = `${parent}/runs`;
    const path = `${folder}/lab.db`;
    let store = openStore(folder);
    const { id } = addRun(store);
    await store.saveCheckpoint(id, checkpointAt(1));
    store.close();
    const whole = Deno.readFileSync(path);
    for (
      const [from, to, part] of [
        ["tensor_file TEXT NOT NULL", "tensor_fike TEXT NOT NULL", "checkpoint"],
        ["OLD.said + 1", "OLD.said + 3", "run_said"],
        ["CREATE INDEX checkpoint_run ON checkpoint (run)", "", "checkpoint_run"],
      ]
    ) {
      Deno.writeFileSync(path, whole);
      if (to === "") {
        const raw = new DatabaseSync(path);
        raw.exec("DROP INDEX checkpoint_run");
        raw.close();
      } else {
        // Wherever it stands, also in pages that are free.
        const bytes = Deno.readFileSync(path);
        const text = new TextDecoder("latin1").decode(bytes);
        for (const { index } of text.matchAll(RegExp(RegExp.escape(from), "g"))) {
          bytes.set(new TextEncoder().encode(to), index);
        }
        Deno.writeFileSync(path, bytes);
      }
      const line = new RegExp(`lab\\.db as its schema is damaged \\(${part}\\): \`recover\``);
      const isTold = (error: unknown) => error instanceof DamageError && line.test(error.message);
      for (const readOnly of [true, false]) throws(() => openStore(folder, { readOnly }), isTold);
      await rejects(() => syncStores(folder, `${parent}/target`), isTold);
      ok(!Array.from(Deno.readDirSync(parent), ({ name }) => name).includes("target"));
      const { recovered, setAside } = recoverStore(folder);
      deepStrictEqual([recovered, setAside], [[id], `${path}.damaged-1`]);
      Deno.removeSync(setAside!);
    }
    // What others add is theirs.
    const raw = new DatabaseSync(path);
    raw.exec("CREATE TABLE theirs (note TEXT)");
    raw.close();
    store = openStore(folder);
    store.close();
  }));

Deno.test("an empty file, and a folder, in place of the database or of a lock say what they are", () =>
  withFolder((folder) => {
    Deno.mkdirSync(`${folder}/runs`);
    Deno.writeFileSync(`${folder}/runs/lab.db`, new Uint8Array());
    throws(
      () => openStore(`${folder}/runs`, { readOnly: true }),
      badInput(/its database is empty: .*lab\.db/),
    );
    const store = openStore(`${folder}/runs`);
    const { id } = addRun(store);
    Deno.mkdirSync(`${folder}/runs/locks/${id}`);
    throws(
      () => store.lock(id),
      (error) => error instanceof LabError && /as its lock is a folder/.test(error.message),
    );
    store.close();
    Deno.mkdirSync(`${folder}/other/lab.db`, { recursive: true });
    for (const readOnly of [false, true]) {
      throws(
        () => openStore(`${folder}/other`, { readOnly }),
        badInput(/its database is a folder/),
      );
    }
  }));
