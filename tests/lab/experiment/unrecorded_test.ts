/** What a run says where the commit of the lab may not be read: in a file of its own, as it is read once. */
import { deepStrictEqual, match, strictEqual } from "node:assert";
import { main } from "../../../cli/main.ts";
import { labRoot } from "../../../lab/experiment/load.ts";
import { openStore } from "../../../lab/store/sqlite_store.ts";
import { capturedIo } from "../../cli/captured_io.ts";
import { inFolder } from "../../cli/folder.ts";
import { registries } from "./toy_registries.ts";

Deno.test("a run says that its commit is not recorded, where that may not be read", () =>
  inFolder(async (folder) => {
    const { stat, readTextFile } = Deno;
    const isOwn = (path: string | URL) => String(path) === `${labRoot}.git`;
    // As in a linked working tree that a task gives without the folder that its `.git` leads to.
    Deno.stat = (path) =>
      isOwn(path) ? Promise.resolve({ isDirectory: false } as Deno.FileInfo) : stat(path);
    Deno.readTextFile = (path, options) => {
      if (isOwn(path)) return Promise.resolve("gitdir: /elsewhere/.git/worktrees/one\n");
      return String(path).startsWith("/elsewhere/")
        ? Promise.reject(new Deno.errors.NotCapable("no"))
        : readTextFile(path, options);
    };
    try {
      const io = capturedIo({ folder, root: folder, registries });
      strictEqual(await main(["run", "line-toy"], io), 0, io.written.error);
    } finally {
      Object.assign(Deno, { stat, readTextFile });
    }
    const store = openStore(`${folder}/runs`, { readOnly: true });
    const [{ id, manifest }] = store.runs();
    const warnings = store.events(id).filter(({ level }) => level === "warning");
    store.close();
    deepStrictEqual([manifest.code.revision, manifest.code.dirty], [null, null]);
    deepStrictEqual(warnings.map(({ message }) => message), [
      "the commit is not recorded: .git lies in /elsewhere/.git/worktrees/one, which this task may " +
      "not read",
    ]);
    match(manifest.code.hash, /^[0-9a-f]{64}$/);
  }));
