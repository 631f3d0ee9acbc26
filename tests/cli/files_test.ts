/** Files that commands write. */
import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { partPath, writeWhole } from "../../cli/files.ts";
import { inFolder } from "./folder.ts";

Deno.test("a file of another name is left as it is while one is written", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/a.gif.part`, "mine");
    await writeWhole({ path: `${folder}/a.gif`, force: false }, ["one", "two"]);
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
    deepStrictEqual(names, ["a.gif", "a.gif.part"]);
    strictEqual(await Deno.readTextFile(`${folder}/a.gif`), "onetwo");
    strictEqual(await Deno.readTextFile(`${folder}/a.gif.part`), "mine");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a file that appeared while another was made is written over where that was asked for alone", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.csv`;
    await Deno.writeTextFile(path, "mine");
    await rejects(writeWhole({ path, force: false }, ["new"]), {
      name: "InputError",
      message: `Cannot write ${path} as such a file has appeared meanwhile: the new one is ` +
        partPath(path),
    });
    strictEqual(await Deno.readTextFile(path), "mine");
    strictEqual(await Deno.readTextFile(partPath(path)), "new");
    await Deno.remove(partPath(path));
    await writeWhole({ path, force: true }, ["newer"]);
    strictEqual(await Deno.readTextFile(path), "newer");
    deepStrictEqual((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name), [
      "a.csv",
    ]);
  }));
