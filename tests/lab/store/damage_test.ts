import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import { DatabaseSync } from "node:sqlite";
import { DamageError, LabError } from "../../../lab/core/errors.ts";
import { checksum } from "../../../lab/store/checksum.ts";
import { openStore } from "../../../lab/store/sqlite_store.ts";
import { addRun, checkpointAt, pointAt, withFolder } from "./fixtures.ts";

/** Runs `test` on a store of two runs with a series each, and on its raw database. */
function withDamage(
  test: (
    store: ReturnType<typeof openStore>,
    raw: DatabaseSync,
    ids: [damaged: string, sound: string],
  ) => void | Promise<void>,
): Promise<void> {
  return withFolder(async (folder) => {
    const store = openStore(`${folder}/runs`);
    const raw = new DatabaseSync(`${folder}/runs/lab.db`);
    const ids = [addRun(store).id, addRun(store).id] as [string, string];
    for (const id of ids) {
      // An axis with a rise, one without: lengths differ.
      for (let i = 1; i <= 40; i++) store.append(id, [pointAt("losses/policy", i, i / 3)]);
    }
    store.flush();
    try {
      await test(store, raw, ids);
    } finally {
      raw.close();
      store.close();
    }
  });
}

const namesIt = (id: string) => (error: unknown) =>
  error instanceof DamageError && error instanceof LabError &&
  error.message.includes(`series losses/policy of run ${id}`) && !error.message.includes("\n");

Deno.test("the checksum of parts is the CRC-32 that zlib has of them", () => {
  // Python 3.13: zlib.crc32 over each part's kind, length and bytes.
  const values = (...numbers: number[]) => new Uint8Array(Float64Array.from(numbers).buffer);
  const head = ["1rpy80", "losses/policy", 1, 2, 1, 2, values(0.5)];
  strictEqual(checksum(...head, checksum(values(0.25, 0.5))), 4025294574);
  ok(checksum("a", "bc") !== checksum("ab", "c"));
});

Deno.test("a damaged chunk is an error that names run and series, whatever of it is damaged", () =>
  withDamage((store, raw, [id, sound]) => {
    const chunk = raw.prepare(
      "SELECT c.* FROM chunk c JOIN series s ON s.id = c.series WHERE s.run = ?",
    ).get(id)!;
    const points = chunk.points as Uint8Array;
    const damages = [
      ...[0, 7, 8 * 39, 8 * 40 + 1, points.length - 1].map((at) => ({
        points: points.with(at, points[at] ^ 1),
      })),
      { points: points.subarray(0, points.length - 8) },
      { points: points.subarray(0, 3) },
      { last_value: (chunk.last_value as Uint8Array).with(6, 0) },
      ...["count", "attempt", "first_iteration", "last_iteration"].map((name) => ({
        [name]: Number(chunk[name]) ^ 2,
      })),
    ];
    for (const damage of damages) {
      const [[column, value]] = Object.entries(damage);
      raw.prepare(`UPDATE chunk SET ${column} = ? WHERE id = ?`).run(value, chunk.id!);
      throws(() => store.series(id, "losses/policy"), namesIt(id), column);
      throws(() => store.series(id, "losses/policy", { points: 10 }), namesIt(id), column);
      if (column !== "points") {
        throws(() => store.lastMetrics(id), namesIt(id), column);
        deepStrictEqual([...store.lastValues("losses/policy").keys()], [sound]);
      }
      deepStrictEqual(store.seriesNames(id), ["losses/policy"]);
      raw.prepare(`UPDATE chunk SET ${column} = ? WHERE id = ?`).run(chunk[column], chunk.id!);
      strictEqual(store.series(id, "losses/policy").values[39], 40 / 3);
    }
    // Another run's chunk in its place.
    raw.prepare("UPDATE chunk SET series = (SELECT id FROM series WHERE run = ?) WHERE id = ?")
      .run(sound, chunk.id!);
    throws(() => store.series(sound, "losses/policy"), namesIt(sound));
  }));

Deno.test("a checkpoint whose row names other tensors than its record is no checkpoint", () =>
  withDamage(async (store, raw, [id]) => {
    const checkpoint = await store.saveCheckpoint(id, checkpointAt(3));
    await store.loadCheckpoint(id, checkpoint);
    raw.exec("UPDATE checkpoint SET tensor_file = replace(tensor_file, '.safe', '.sage')");
    await rejects(
      () => store.loadCheckpoint(id, checkpoint),
      (error) =>
        error instanceof DamageError &&
        /must name the tensors 3-\w+\.safetensors: 3-\w+\.sagetensors/.test(error.message),
    );
  }));

Deno.test("a run with a damaged record is listed apart, and can be deleted and restored", () =>
  withDamage((store, raw, [id, sound]) => {
    const manifest = String(raw.prepare("SELECT manifest FROM run WHERE id = ?").get(id)!.manifest);
    const damages = [
      ["manifest", manifest.slice(0, 50), /manifest is not as it was written/],
      ["manifest", manifest.replace("0.99", "0.98"), /manifest is not as it was written/],
      ["manifest_checksum", 5, /manifest is not as it was written/],
      ["tags", '{"a": 1}', /tags are no list/],
      ["tags", "[1", /tags are no list/],
      ["status", "runnin", /status is "runnin"/],
      ["wall_seconds", "x", /wall_seconds is no number/],
    ] as const;
    for (const [column, value, reason] of damages) {
      const before = raw.prepare(`SELECT ${column} AS v FROM run WHERE id = ?`).get(id)!.v;
      raw.prepare(`UPDATE run SET ${column} = ? WHERE id = ?`).run(value, id);
      deepStrictEqual(store.runs().map((run) => run.id), [sound]);
      const [damaged] = store.damagedRuns();
      deepStrictEqual([damaged.id, damaged.name, damaged.active], [id, "corridor-dqn", false]);
      ok(reason.test(damaged.reason), damaged.reason);
      throws(() => store.run(id), DamageError);
      throws(() => store.find(id), DamageError);
      strictEqual(store.idOf(id), id);
      store.trash(id);
      deepStrictEqual([store.damagedRuns(), store.damagedRuns({ trashed: true }).length], [[], 1]);
      store.restore(id);
      raw.prepare(`UPDATE run SET ${column} = ? WHERE id = ?`).run(before, id);
      deepStrictEqual([store.runs().length, store.damagedRuns()], [2, []]);
    }
    raw.prepare("UPDATE run SET tags = '' WHERE id = ?").run(id);
    store.trash(id);
    strictEqual(store.purge().runs, 1);
    deepStrictEqual([store.run(id), store.runs().length], [undefined, 1]);
  }));
