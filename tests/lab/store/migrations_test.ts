import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { createHash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { DamageError, InputError } from "../../../lab/core/errors.ts";
import { Database } from "../../../lab/store/database.ts";
import { migrate, migrations, schemaVersion } from "../../../lab/store/migrations.ts";
import { migrations as shared } from "../../../lab/store/postgres/schema.ts";
import { openStore } from "../../../lab/store/sqlite_store.ts";
import { withFolder } from "./fixtures.ts";

/** A made-up history: the mechanism is the same for the real one. */
const history = [
  "CREATE TABLE store (version INTEGER); CREATE TABLE note (text TEXT)",
  "ALTER TABLE note ADD COLUMN length INTEGER; UPDATE note SET length = length(text)",
  "CREATE INDEX note_length ON note (length)",
];

Deno.test("a file of every earlier version is brought to the newest with its rows", () =>
  withFolder((folder) => {
    for (let from = 0; from <= history.length; from++) {
      const database = new Database(`${folder}/${from}.db`, { readOnly: false });
      migrate(database, history.slice(0, from));
      strictEqual(schemaVersion(database), from);
      if (from === 1) database.run("INSERT INTO note (text) VALUES ('four')");
      migrate(database, history);
      migrate(database, history);
      strictEqual(schemaVersion(database), history.length);
      deepStrictEqual(
        database.all("SELECT * FROM note").map((row) => ({ ...row })),
        from === 1 ? [{ text: "four", length: 4 }] : [],
      );
      database.close();
    }
  }));

Deno.test("every version of the real schema is brought to the newest", () =>
  withFolder((folder) => {
    for (let from = 0; from <= migrations.length; from++) {
      Deno.mkdirSync(`${folder}/${from}`);
      const database = new Database(`${folder}/${from}/lab.db`, { readOnly: false });
      migrate(database, migrations.slice(0, from));
      database.close();
      const store = openStore(`${folder}/${from}`);
      deepStrictEqual(store.runs(), []);
      store.close();
      const raw = new DatabaseSync(`${folder}/${from}/lab.db`);
      strictEqual(raw.prepare("PRAGMA user_version").get()!.user_version, migrations.length);
      raw.close();
    }
  }));

Deno.test("a step that stores have gone through is never changed, only followed by others", () => {
  // Of each step's text by `sha256sum`; a new step adds its own.
  const hash = (sql: string) => createHash("sha256").update(sql).digest("hex").slice(0, 16);
  deepStrictEqual(migrations.map(hash), [
    ...["7a3d253fd46d9e6e", "dcc4a603e203c19e", "1ab20effea7f032e", "6d3edc7fcdfb9a6a"],
    ...["d24824c5b03f3603", "6f0605a34b7802b8", "1a23c6a9b6fcd27a", "fb688cd3e811d4ec"],
  ]);
  deepStrictEqual(shared.map(hash), [
    "8acc0003ec0a79a5",
    "e190a167208c7b62",
    "68b7a63fc36fd35c",
    "e16c0d7b7cd8dcd9",
  ]);
});

Deno.test("points of a store without checksums are read, and guarded from then on", () =>
  withFolder((folder) => {
    const database = new Database(`${folder}/lab.db`, { readOnly: false });
    migrate(database, migrations.slice(0, 1));
    database.execute(
      `INSERT INTO run (id, name, status, manifest, tags, note, created_at)
         VALUES ('aaaaaa', 'old', 'completed', '{"determined": {"configuration": {}}}', '[]', '', 1);
       INSERT INTO series VALUES (1, 'aaaaaa', 'losses/policy')`,
    );
    // As of version 1: values, then each x axis by start and rise.
    const axes = Array.from({ length: 5 }, () => [1, 1, 1]).flat();
    const bytes = (...numbers: number[]) => new Uint8Array(Float64Array.from(numbers).buffer);
    database.run(
      `INSERT INTO chunk (id, series, attempt, count, first_iteration, last_iteration, last_value,
         points) VALUES (7, 1, 1, 3, 1, 3, ?, ?)`,
      bytes(NaN),
      bytes(0.5, -0, NaN, ...axes),
    );
    database.close();
    const store = openStore(folder);
    deepStrictEqual([...store.series("aaaaaa", "losses/policy").values], [0.5, -0, NaN]);
    deepStrictEqual(store.lastMetrics("aaaaaa"), { "losses/policy": NaN });
    const raw = new DatabaseSync(`${folder}/lab.db`);
    raw.exec("UPDATE chunk SET count = 2");
    throws(() => store.series("aaaaaa", "losses/policy"), DamageError);
    raw.exec("UPDATE chunk SET count = 3; UPDATE run SET manifest = '{}'");
    deepStrictEqual([store.runs(), store.damagedRuns()[0].id], [[], "aaaaaa"]);
    raw.close();
    store.close();
  }));

Deno.test("a migration that fails leaves the version before it, whole", () =>
  withFolder((folder) => {
    const database = new Database(`${folder}/a.db`, { readOnly: false });
    migrate(database, history.slice(0, 1));
    database.run("INSERT INTO note (text) VALUES ('kept')");
    throws(() => migrate(database, [history[0], "DELETE FROM note; CREATE TABLE note (again)"]));
    strictEqual(schemaVersion(database), 1);
    deepStrictEqual(database.all("SELECT text FROM note").map((row) => row.text), ["kept"]);
    database.close();
  }));

Deno.test("a file older than the schema cannot be brought forward by a reader", () =>
  withFolder((folder) => {
    const database = new Database(`${folder}/a.db`, { readOnly: false });
    migrate(database, history.slice(0, 2));
    database.close();
    const reader = new Database(`${folder}/a.db`, { readOnly: true });
    throws(
      () => migrate(reader, history),
      (error) => error instanceof InputError && /of version 2, not 3/.test(error.message),
    );
    reader.close();
  }));

Deno.test("a file that another process brings forward at this moment is left to that one", () =>
  withFolder(async (folder) => {
    const path = `${folder}/a.db`;
    const program = `
      import { DatabaseSync } from "node:sqlite";
      const other = new DatabaseSync(${JSON.stringify(path)});
      other.exec("BEGIN IMMEDIATE");
      other.exec(${JSON.stringify(`${history.join(";")}; PRAGMA user_version = 3`)});
      self.postMessage("under way");
      // Time for the test to see the old version and to wait for the file.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
      other.exec("COMMIT");
      other.close();
    `;
    const database = new Database(path, { readOnly: false });
    database.execute("PRAGMA journal_mode = WAL");
    const worker = new Worker(`data:text/javascript,${encodeURIComponent(program)}`, {
      type: "module",
    });
    await new Promise((resolve) => worker.onmessage = resolve);
    strictEqual(schemaVersion(database), 0);
    migrate(database, history);
    strictEqual(schemaVersion(database), 3);
    database.close();
    worker.terminate();
  }));
