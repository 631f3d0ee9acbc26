/** The documentation names what is in the code. */
import { deepStrictEqual, ok } from "node:assert";

const root = new URL("../", import.meta.url);

/** Text files below a folder of the repository whose names end so. */
async function* textsBelow(
  folder: string,
  end: RegExp,
): AsyncIterable<[path: string, text: string]> {
  for await (const { name, isDirectory, isFile } of Deno.readDir(new URL(folder, root))) {
    if (isDirectory && name !== "dist") yield* textsBelow(`${folder}${name}/`, end);
    else if (isFile && end.test(name)) {
      yield [folder + name, await Deno.readTextFile(new URL(folder + name, root))];
    }
  }
}

const folders = "agents bench cli envs evidence experiments lab models package tests web".split(
  " ",
);

Deno.test("every name of several words that a page sets as code is in the code", async () => {
  const known = new Set<string>();
  for (const folder of folders) {
    for await (const [, text] of textsBelow(`${folder}/`, /\.(tsx?|py)$/)) {
      for (const [word] of text.matchAll(/[A-Za-z_]\w*/g)) known.add(word);
    }
  }
  const unknown: string[] = [];
  let named = 0;
  for await (const [path, text] of textsBelow("docs/", /\.md$/)) {
    const prose = text.replaceAll(/```[^]*?```/g, "");
    for (const [, name] of prose.matchAll(/`([A-Za-z]\w*[a-z][A-Z]\w*)(?:\(\))?`/g)) {
      named += 1;
      if (!known.has(name)) unknown.push(`${path}: ${name}`);
    }
  }
  deepStrictEqual(unknown, []);
  ok(named > 300, `${named} names`);
});
