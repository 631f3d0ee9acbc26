/** The import directions of ARCHITECTURE.md, held on the module graph that Deno itself sees. */
import { deepStrictEqual, ok } from "node:assert";

const root = new URL("../", import.meta.url);

/** Folders that a folder may import from, beside itself. */
const allowed: Record<string, readonly string[]> = {
  "lab/core": [],
  "lab/compute": ["lab/core"],
  "lab/store": ["lab/core"],
  "lab/statistics": ["lab/core"],
  "envs": ["lab/core"],
  "agents": ["lab/core", "lab/compute"],
  "models": ["lab/core", "lab/compute"],
  "lab/experiment": ["lab/core", "lab/compute", "lab/store", "lab/statistics"],
  "experiments": ["lab/core", "lab/experiment", "lab/statistics", "envs", "agents", "models"],
};
/** Folders that run in a browser page: neither Deno's nor Node's interfaces. */
const portable = ["lab/core", "lab/compute", "lab/statistics", "envs", "agents", "models"];

const folders = [...Object.keys(allowed), "cli", "web", "bench", "evidence", "tests"];
const folderOf = (path: string) => folders.find((folder) => path.startsWith(`${folder}/`));

function* sources(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(new URL(folder, root))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* sources(path);
    else if (/\.tsx?$/.test(entry.name)) yield path;
  }
}

async function importsOf(paths: readonly string[]): Promise<Map<string, string[]>> {
  // One throw-away module that imports all others gives one graph for all of them.
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const lines = paths.map((path) => `import ${JSON.stringify(new URL(path, root).href)};`);
    await Deno.writeTextFile(entry, lines.join("\n"));
    const { stdout, success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--config", new URL("deno.json", root).pathname, entry],
      env: { NO_COLOR: "1" },
    }).output();
    ok(success, new TextDecoder().decode(stderr));
    const graph = JSON.parse(new TextDecoder().decode(stdout)) as {
      modules: {
        specifier: string;
        dependencies?: { code?: { specifier?: string }; type?: { specifier?: string } }[];
      }[];
    };
    const inside = (url: string) => url.startsWith(root.href) && !url.includes("/node_modules/");
    return new Map(
      graph.modules.filter((module) => inside(module.specifier)).map((module) => [
        module.specifier.slice(root.href.length),
        (module.dependencies ?? [])
          .flatMap((each) => [each.code?.specifier, each.type?.specifier])
          .filter((url) => url !== undefined && inside(url))
          .map((url) => url!.slice(root.href.length)),
      ]),
    );
  } finally {
    await Deno.remove(entry);
  }
}

Deno.test("imports point one way", async () => {
  const paths = Object.keys(allowed).flatMap((folder) => [...sources(folder)]);
  const wrong: string[] = [];
  for (const [path, imports] of await importsOf(paths)) {
    const folder = folderOf(path);
    if (folder === undefined || !(folder in allowed)) continue;
    for (const target of imports) {
      const from = folderOf(target) ?? target;
      if (from !== folder && !allowed[folder].includes(from)) wrong.push(`${path} -> ${target}`);
    }
  }
  deepStrictEqual(wrong, []);
});

Deno.test("what runs in a browser page uses neither Deno nor Node", () => {
  const wrong: string[] = [];
  for (const path of portable.flatMap((folder) => [...sources(folder)])) {
    const code = Deno.readTextFileSync(new URL(path, root)).replace(
      /\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm,
      "",
    );
    if (/\bDeno\.|["']node:/.test(code)) wrong.push(path);
  }
  deepStrictEqual(wrong, []);
});
