/** Files that are whole or absent. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { putBelow, putFile, writeSynced } from "../../../lab/store/files.ts";
import { withFolder } from "./fixtures.ts";

Deno.test("what writes the same file at once has a temporary file each, and one of them stays whole", () =>
  withFolder(async (folder) => {
    const path = `${folder}/series`;
    const begun = new Set<string>();
    const contents = [1, 2].map((byte) => new Uint8Array(1000).fill(byte));
    await Promise.all(
      contents.map((content) =>
        putFile(path, [content], async (temporary, parts) => {
          begun.add(temporary);
          await writeSynced(temporary, parts);
        })
      ),
    );
    strictEqual(begun.size, 2);
    const kept = await Deno.readFile(path);
    ok(contents.some((content) => kept.every((byte, i) => byte === content[i])));
    deepStrictEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["series"]);
  }));

Deno.test("files are put below a folder: each folder on the way is made, and synced once, behind them", () =>
  withFolder(async (root) => {
    const done: string[] = [];
    const { open, rename } = Deno;
    const below = (path: string | URL) => String(path).slice(root.length);
    Deno.open = async (path, options) => {
      const file = await open(path, options);
      if ((await file.stat()).isDirectory) done.push(`synced ${below(path)}`);
      return file;
    };
    Deno.rename = async (from, to) => {
      await rename(from, to);
      done.push(`put ${below(to)}`);
    };
    try {
      const names = ["a/b/one", "a/b/two", "a/three"];
      const result = await putBelow(root, async (place) => {
        for (const name of names) await putFile(await place(name), [Uint8Array.of(1)]);
        return "through";
      });
      strictEqual(result, "through");
      deepStrictEqual(done.slice(0, 3), names.map((name) => `put /${name}`));
      deepStrictEqual(done.slice(3).sort(), ["synced ", "synced /a", "synced /a/b"]);
    } finally {
      Object.assign(Deno, { open, rename });
    }
  }));
