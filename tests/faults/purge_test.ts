import { ok, strictEqual, throws } from "node:assert";
import { LabError } from "../../lab/core/errors.ts";
import { openStore } from "../../lab/store/sqlite_store.ts";
import { inFolder } from "../cli/folder.ts";

Deno.test("a purge gives the database's pages back with no more than a task's permissions", () =>
  inFolder(async (folder) => {
    const root = new URL("../../", import.meta.url).pathname;
    const script = new URL("./purging.ts", import.meta.url).pathname;
    const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--no-check", "--no-prompt", `--allow-read=${root},${folder}`],
        ...[`--allow-write=${folder}`, script, `${folder}/runs`],
      ],
    }).output();
    strictEqual(success, true, new TextDecoder().decode(stderr));
    const [freed, left] = JSON.parse(new TextDecoder().decode(stdout));
    ok(freed > 300_000 && left < 150_000, `${freed} freed, ${left} left`);
  }));

Deno.test("a disk without room for the store's folder is a failure, no bad input", () =>
  inFolder((folder) => {
    const { mkdirSync } = Deno;
    Deno.mkdirSync = () => {
      throw Object.assign(new Error("No space left on device (os error 28)"), { code: "ENOSPC" });
    };
    try {
      throws(() => openStore(`${folder}/runs`), LabError);
    } finally {
      Deno.mkdirSync = mkdirSync;
    }
    return Promise.resolve();
  }));
