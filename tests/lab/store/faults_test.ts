import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { LabError } from "../../../lab/core/errors.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import type { Database } from "../../../lab/store/database.ts";
import { JOURNAL, Journals } from "../../../lab/store/journal.ts";
import { openStore } from "../../../lab/store/sqlite_store.ts";
import { addRun, snapshotAt, withFolder } from "./fixtures.ts";

const script = fileURLToPath(new URL("writer_process.ts", import.meta.url));

/** Starts a process that trains a run: see writer_process.ts. */
function startWriter(folder: string, ...args: (string | number)[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "--no-prompt",
      "--allow-read",
      `--allow-write=${folder}`,
      script,
      folder,
      ...args.map(String),
    ],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

/** What a writer reported before it was killed, a while after its line `lines` or after its first. */
async function killed(
  child: Deno.ChildProcess,
  when: { lines?: number; milliseconds: number },
): Promise<{ lines: string[]; at: number }> {
  const lines: string[] = [];
  let at = 0;
  let rest = "";
  const kill = () => {
    if (at !== 0) return;
    at = Date.now();
    child.kill("SIGKILL");
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    lines.push(...parts);
    if (lines.length >= (when.lines ?? 1)) timer ??= setTimeout(kill, when.milliseconds);
  }
  clearTimeout(timer);
  const { signal } = await child.status;
  strictEqual(signal, "SIGKILL");
  return { lines, at };
}

const reported = (lines: readonly string[], kind: string) =>
  lines.filter((line) => line.startsWith(kind)).map((line) => line.split(" ").map(Number));

/**
 * The files that rows of checkpoints name, or the journal does, which a kill between the two leaves one
 * checkpoint behind.
 */
function namedFiles(folder: string, id: string): Set<string> {
  using database = new DatabaseSync(`${folder}/lab.db`, { readOnly: true });
  const rows = database.prepare("SELECT * FROM checkpoint WHERE run = ?").all(id);
  const journal = new Journals({} as Database, `${folder}/checkpoints`).read(id)?.checkpoints ?? [];
  const both = [...rows, ...journal].flatMap((row) => [row.record_file, row.tensor_file]);
  return new Set(both.map(String));
}

Deno.test("a store whose writer is killed at any instant opens with every checkpoint it reported", () =>
  withFolder(async (parent) => {
    const folder = `${parent}/runs`;
    const random = defaultRng(7);
    openStore(folder).close();
    let store = openStore(folder);
    const { id } = addRun(store);
    store.close();
    let from = 0;
    for (let round = 0; round < 5; round++) {
      const child = startWriter(folder, id, from + 1, 1_000_000, 3);
      const { lines } = await killed(child, {
        lines: random.integers(1, 60),
        milliseconds: random.integers(0, 20),
      });
      const appended = reported(lines, "append").at(-1)![1];
      const saved = reported(lines, "checkpoint").at(-1)?.[1];

      const raw = new DatabaseSync(`${folder}/lab.db`);
      strictEqual(raw.prepare("PRAGMA integrity_check").get()!.integrity_check, "ok");
      raw.close();
      store = openStore(folder);
      strictEqual(store.run(id)!.active, false);
      store.lock(id)[Symbol.dispose]();
      const checkpoints = store.checkpoints(id);
      for (const checkpoint of checkpoints) {
        const { snapshot } = await store.loadCheckpoint(id, checkpoint);
        deepStrictEqual(snapshot, snapshotAt(checkpoint.iteration, 20_000));
      }
      deepStrictEqual(
        Array.from(Deno.readDirSync(`${folder}/checkpoints/${id}`), ({ name }) => name).sort(),
        [...namedFiles(folder, id), JOURNAL].sort(),
      );
      const newest = checkpoints.at(-1)?.iteration ?? 0;
      ok(newest >= (saved ?? 0) && newest >= from);
      for (const name of ["a", "b"]) {
        const { iterations, values } = store.series(id, name);
        const last = iterations.at(-1) ?? 0;
        ok(last >= newest && last <= appended + 3);
        deepStrictEqual(iterations, Float64Array.from({ length: last }, (_, i) => i + 1));
        deepStrictEqual(values, iterations.map((i) => name === "a" ? i / 3 : -i));
      }
      store.beginAttempt(id, newest);
      from = newest;
      store.close();
    }
    ok(from > 0);
  }));

Deno.test("a killed writer loses at most its last second of points", () =>
  withFolder(async (parent) => {
    const folder = `${parent}/runs`;
    const store = openStore(folder);
    const { id } = addRun(store);
    const child = startWriter(folder, id, 1, 1_000_000, 0);
    const { lines, at } = await killed(child, { milliseconds: 1300 });
    const old = reported(lines, "append").filter(([, , time]) => time < at - 1000);
    ok(old.length > 0);
    const { iterations } = store.series(id, "a");
    ok(iterations.length >= old.length);
    deepStrictEqual(iterations, Float64Array.from({ length: iterations.length }, (_, i) => i + 1));
    store.close();
  }));

Deno.test("three processes that write to one store at once, none there before, lose nothing", () =>
  withFolder(async (parent) => {
    const folder = `${parent}/runs`;
    const writers = await Promise.all([1, 2, 3].map(async (n) => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--no-check",
          "--no-prompt",
          "--allow-read",
          `--allow-write=${folder}`,
          fileURLToPath(new URL("crowd_process.ts", import.meta.url)),
          folder,
          String(n),
        ],
        stdout: "piped",
        stderr: "piped",
      }).output();
      deepStrictEqual([code, new TextDecoder().decode(stderr)], [0, ""]);
      return new TextDecoder().decode(stdout).trim().split("\n");
    }));
    const store = openStore(folder);
    const ids = writers.flat();
    strictEqual(new Set(ids).size, 6);
    deepStrictEqual(store.runs().map((run) => run.id), ids.toSorted().reverse());
    for (const id of ids) {
      const { iterations, values } = store.series(id, "a");
      deepStrictEqual(iterations, Float64Array.from({ length: 400 }, (_, i) => i));
      deepStrictEqual(values, iterations.map((i) => i * Number(store.run(id)!.name)));
      strictEqual(store.events(id).length, 20);
      strictEqual(store.artifacts(id).length, 1);
      await store.readArtifact(store.artifacts(id)[0].hash);
      for (const checkpoint of store.checkpoints(id)) await store.loadCheckpoint(id, checkpoint);
      strictEqual(store.checkpoints(id).length, 2);
    }
    store.close();
  }));

Deno.test("a run that another process trains cannot be trained or deleted here", () =>
  withFolder(async (parent) => {
    const folder = `${parent}/runs`;
    const store = openStore(folder);
    const { id } = addRun(store);
    const child = startWriter(folder, id, 1, 1_000_000, 0);
    const reader = child.stdout.getReader();
    await reader.read();
    strictEqual(store.run(id)!.active, true);
    throws(
      () => store.lock(id),
      (error) =>
        error instanceof LabError && /is being trained by another process/.test(error.message),
    );
    throws(() => store.trash(id), LabError);
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    strictEqual(store.run(id)!.active, false);
    store.lock(id)[Symbol.dispose]();
    store.close();
  }));

Deno.test("a folder that Deno may not write to is reported in one line, and can be read", () =>
  withFolder(async (parent) => {
    const folder = `${parent}/runs`;
    openStore(folder).close();
    const program = `
      import { openStore } from ${
      JSON.stringify(import.meta.resolve("../../../lab/store/sqlite_store.ts"))
    };
      try { openStore(Deno.args[0]); } catch (error) { console.log(error.name, error.message); }
      console.log(openStore(Deno.args[0], { readOnly: true }).runs().length);
    `;
    const file = `${parent}/program.ts`;
    Deno.writeTextFileSync(file, program);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--no-prompt", "--allow-read", file, folder],
    }).output();
    const [refused, count] = new TextDecoder().decode(stdout).trim().split("\n");
    ok(/^InputError .*\(Deno's --allow-write\)$/.test(refused));
    strictEqual(count, "0");
  }));
