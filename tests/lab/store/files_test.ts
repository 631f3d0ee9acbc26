/** Files that are whole or absent. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { putFile, writeSynced } from "../../../lab/store/files.ts";
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
