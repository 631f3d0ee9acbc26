/** Every command with damaged runs in the store. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { DatabaseSync } from "node:sqlite";
import { main } from "../../cli/main.ts";
import { openStore } from "../../lab/store/sqlite_store.ts";
import { addRun, checkpointAt, pointAt } from "../lab/store/fixtures.ts";
import { capturedIo } from "./captured_io.ts";
import { inFolder } from "./folder.ts";

Deno.test("one damaged run is shown as such, is left out, can be deleted, and breaks nothing", () =>
  inFolder(async (folder) => {
    const store = openStore(`${folder}/runs`);
    const [record, series, sound] = ["record", "series", "sound"].map((name) => {
      const { id } = addRun(store, name);
      store.append(id, [pointAt("evaluation/return_mean", 1, 7)]);
      store.update(id, { status: "completed" });
      return id;
    });
    store.close();
    const raw = new DatabaseSync(`${folder}/runs/lab.db`);
    raw.prepare("UPDATE run SET manifest = substr(manifest, 1, 40) WHERE id = ?").run(record);
    raw.prepare(
      `UPDATE chunk SET last_value = zeroblob(8)
       WHERE series = (SELECT id FROM series WHERE run = ?)`,
    ).run(series);
    raw.close();
    const typed = async (...args: string[]) => {
      const io = capturedIo({ folder, root: `${folder}/` });
      return { code: await main(args, io), ...io.written };
    };

    const listed = await typed("runs");
    strictEqual(listed.code, 0);
    match(listed.out, new RegExp(`${sound}  sound .* completed +return 7`));
    match(listed.out, new RegExp(`${series}  series .* damaged `));
    match(listed.out, new RegExp(`damaged: run ${record} \\(record\\), as its manifest is not`));
    const document = JSON.parse((await typed("runs", "--json")).out);
    deepStrictEqual(
      document.runs.map(({ id, status }: { id: string; status: string }) => [id, status]),
      [[sound, "completed"], [series, "damaged"]],
    );
    strictEqual(document.damaged.length, 1);
    // A condition finds what tables call so; whose record is damaged has its line, whatever is asked.
    const line = `damaged: run ${record}`;
    for (
      const [condition, lines] of [
        ["status=damaged", [series, line]],
        ["status=damaged and name=none", [line]],
        ["status!=damaged", [sound, line]],
      ] as const
    ) {
      const { code, out, error } = await typed("runs", "--where", condition);
      strictEqual(code, 0, error);
      const told = out.split("\n").map((each) => lines.find((start) => each.startsWith(start)));
      deepStrictEqual(told.filter((each) => each !== undefined), lines, out);
      ok(!out.includes("No run"), out);
    }
    const none = await typed("runs", "--where", "name=none");
    match(none.out, /^No run matches name=none/);
    for (const key of ["figure", "evaluation/return_mean"]) {
      const { code, out } = await typed("runs", "--sort", key, "--json");
      deepStrictEqual([code, JSON.parse(out).runs[0].id], [0, sound]);
    }

    const both = await typed("delete", record, "--where", "seed=99");
    deepStrictEqual([both.code, both.error.includes("as its record is damaged")], [2, true]);

    // What is damaged decides the exit code, however it is said.
    for (const [named, code] of [[[], 1], [[series], 1], [[sound], 0]] as const) {
      const [plain, json] = [
        await typed("verify", ...named),
        await typed("verify", ...named, "--json"),
      ];
      deepStrictEqual([plain.code, json.code], [code, code], plain.out);
      strictEqual(JSON.parse(json.out).sound, code === 0);
    }

    const compared = await typed("compare", "--where", "status=completed");
    strictEqual(compared.code, 0, compared.error);
    match(compared.out, new RegExp(`left out, as damaged: ${series}`));
    match(compared.error, new RegExp(`damaged: run ${record}`));
    strictEqual((await typed("export", sound, "--format", "csv", "--out", "csv")).code, 0);
    const exported = await typed("export", series, "--format", "csv", "--out", "csv2");
    strictEqual(exported.code, 1);
    match(exported.error, new RegExp(`series evaluation/return_mean of run ${series}`));
    // Whoever asks for it by its id hears of the damage, not that there is no such run or experiment.
    const png = ["--out", "made.png"];
    for (
      const [command, ...more] of [
        ...["describe", "evaluate", "resume", "reproduce", "score", "sample"].map((name) => [name]),
        ...["detect", "likelihood"].map((name) => [name]),
        ...["interpolate", "traverse"].map((name) => [name, ...png]),
        ["arithmetic", "1 - 0 + 1", ...png],
        ["encode", "--out", "codes.npy"],
        ["describe", "--json"],
      ]
    ) {
      const { code, error } = await typed(command, record, ...more);
      strictEqual(code, 1, command);
      match(error, new RegExp(`^error: Cannot read the run ${record} as its record is damaged: `));
    }

    match((await typed("delete", record)).out, new RegExp(`to the trash: ${record}`));
    match((await typed("runs", "--trash")).out, new RegExp(`damaged: run ${record}`));
    match(
      (await typed("delete", "--restore", record)).out,
      new RegExp(`Restored 1 run: ${record}`),
    );
    match((await typed("delete", record, series)).out, new RegExp(`${record}, ${series}`));
    match((await typed("delete", "--purge")).out, /Deleted 2 runs/);
    ok(!(await typed("runs")).out.includes("damaged"));
  }));

Deno.test("damaged journals and databases are told with what mends them, and what is lost ends in code 1", () =>
  inFolder(async (folder) => {
    const store = openStore(`${folder}/runs`);
    const { id } = addRun(store, "toy");
    store.append(id, [pointAt("losses/policy", 1, 7)]);
    await store.saveCheckpoint(id, checkpointAt(1));
    await store.saveCheckpoint(id, checkpointAt(2));
    store.addBatch([{ seed: 1 }]);
    store.close();
    const [runs, batches] = ["checkpoints/" + id + "/journal.jsonl", "batches.jsonl"]
      .map((path) => `${folder}/runs/${path}`);
    const typed = async (...args: string[]) => {
      const io = capturedIo({ folder, root: `${folder}/` });
      return { code: await main(args, io), ...io.written };
    };
    const flip = (path: string, at: number) => {
      const bytes = Deno.readFileSync(path);
      bytes[bytes.length - at] ^= 1;
      Deno.writeFileSync(path, bytes);
    };
    for (const path of [runs, batches]) flip(path, 9);
    const told = await typed("verify");
    strictEqual(told.code, 1);
    match(
      told.out,
      new RegExp(`^database: the journal of the run ${id} is not as it was written$`, "m"),
    );
    match(told.out, /^database: the journal batches\.jsonl is not as it was written$/m);
    match(told.error, /journals beside it in line: .*recover/);
    const mended = await typed("recover");
    strictEqual(mended.code, 0);
    match(
      mended.out,
      new RegExp(`^Journals that were damaged, written anew .*: ${id}, batches\\.jsonl$`, "m"),
    );
    strictEqual((await typed("verify")).code, 0);

    // Without the database what stood there is lost.
    const again = openStore(`${folder}/runs`);
    await again.saveCheckpoint(id, checkpointAt(3));
    again.close();
    for (const path of [runs, batches]) flip(path, 9);
    Deno.writeTextFileSync(`${folder}/runs/lab.db`, "no database");
    const refused = await typed("verify");
    strictEqual(refused.code, 1);
    match(refused.error, /^error: Cannot use the store .*lab\.db as .*: `recover` rebuilds it$/m);
    const { code, out } = await typed("recover");
    strictEqual(code, 1);
    match(out, /^What stood in lines that cannot be read is lost: batches\.jsonl$/m);
    match(
      out,
      new RegExp(`^As of an earlier moment, as the end of their journals is lost: ${id}$`, "m"),
    );
    strictEqual((await typed("recover")).code, 0);
    strictEqual((await typed("verify")).code, 0);

    // A whole page of the database: nobody points to `verify`, which can say no more.
    const bytes = Deno.readFileSync(`${folder}/runs/lab.db`);
    Deno.writeFileSync(`${folder}/runs/lab.db`, bytes.fill(0xaa, 4096));
    for (const command of [["verify"], ["delete", id]]) {
      const { code, error } = await typed(...command);
      strictEqual(code, 1);
      match(error, /: `recover` rebuilds it$/m);
      ok(!error.includes("`verify`"), error);
    }
    match((await typed("recover")).out, /^The damaged database is kept as .*damaged-2$/m);
  }));
