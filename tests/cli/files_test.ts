/** Files that commands write. */
import { deepStrictEqual, strictEqual } from "node:assert";
import { writeWhole } from "../../cli/files.ts";

Deno.test("a file of another name is left as it is while one is written", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/a.gif.part`, "mine");
    await writeWhole(`${folder}/a.gif`, ["one", "two"]);
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
    deepStrictEqual(names, ["a.gif", "a.gif.part"]);
    strictEqual(await Deno.readTextFile(`${folder}/a.gif`), "onetwo");
    strictEqual(await Deno.readTextFile(`${folder}/a.gif.part`), "mine");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
