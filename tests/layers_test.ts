/** ARCHITECTURE.md's directions of imports, held on the module graph that Deno itself sees. */
import { deepStrictEqual, ok } from "node:assert";

const root = new URL("../", import.meta.url);

const parts = [
  ...["lab/core", "lab/compute", "lab/store", "lab/statistics", "lab/search", "lab/experiment"],
];
const kinds = ["envs", "agents", "models", "experiments"];
const lab = [...parts, ...kinds, "registries.ts"];

/** Every layer, a folder or a file, with the layers that it may import beside itself. */
const layers: Readonly<Record<string, readonly string[]>> = {
  "lab/core": [],
  "lab/compute": ["lab/core"],
  "lab/store": ["lab/core"],
  "lab/statistics": ["lab/core"],
  "lab/search": ["lab/core"],
  "lab/experiment": ["lab/core", "lab/compute", "lab/store", "lab/statistics", "lab/search"],
  "envs": ["lab/core"],
  "agents": ["lab/core", "lab/compute", "lab/statistics"],
  "models": ["lab/core", "lab/compute", "lab/statistics"],
  "experiments": ["lab/core", "lab/experiment", "lab/statistics", "envs", "agents", "models"],
  "registries.ts": [...parts, ...kinds],
  "mod.ts": lab,
  "blocks.ts": ["lab/core", "lab/compute", "agents", "models"],
  "page.ts": ["lab/core", "envs", "agents", "models"],
  "cli/templates": ["mod.ts", "blocks.ts"],
  "cli": [...lab, "web"],
  "web": lab,
  "package": [],
  "evidence": [...lab, "cli"],
  "bench": [...lab, "web", "cli"],
  "tests": [...lab, "mod.ts", "blocks.ts", "page.ts", "cli", "web", "package", "evidence", "bench"],
};
/** Layers that run in a browser page: neither Deno's nor Node's interfaces. */
const portable = [
  "lab/core",
  "lab/compute",
  "lab/statistics",
  "lab/search",
  "envs",
  "agents",
  "models",
];

/** Folders that hold none of the lab's own code. */
const foreign = ["node_modules", "runs", "web/dist", "package/dist"];

/** The layer of a module; undefined where it has none. */
function layerOf(path: string): string | undefined {
  return Object.keys(layers).find((layer) => path === layer || path.startsWith(`${layer}/`));
}

/** Modules of a folder and those below it. */
function* sources(folder = ""): Generator<string> {
  for (const entry of Deno.readDirSync(new URL(`./${folder}`, root))) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.name.startsWith(".") || foreign.includes(path)) continue;
    if (entry.isDirectory) yield* sources(path);
    else if (/\.tsx?$/.test(entry.name)) yield path;
  }
}

/** The lab's modules and what each imports, as types and at run time too. */
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

/** Modules that import each other in a circle, each circle once. */
function circlesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  // Tarjan (1972), "Depth-first search and linear graph algorithms": strongly connected components.
  const number = new Map<string, number>();
  const lowest = new Map<string, number>();
  const path: string[] = [];
  const found: string[][] = [];
  const visit = (module: string): void => {
    number.set(module, number.size);
    lowest.set(module, number.get(module)!);
    path.push(module);
    for (const next of graph.get(module) ?? []) {
      if (!number.has(next)) visit(next);
      if (path.includes(next)) {
        lowest.set(module, Math.min(lowest.get(module)!, lowest.get(next)!));
      }
    }
    if (lowest.get(module) !== number.get(module)) return;
    const circle = path.splice(path.indexOf(module));
    if (circle.length > 1 || graph.get(module)?.includes(module)) found.push(circle);
  };
  for (const module of graph.keys()) if (!number.has(module)) visit(module);
  return found;
}

const graph = await importsOf([...sources()]);

Deno.test("the graph is that of the lab", () => {
  const edges = [...graph.values()].reduce((sum, imports) => sum + imports.length, 0);
  ok(edges > 5000, `${edges} imports`);
  ok(graph.get("agents/ppo.ts")?.includes("lab/core/rows.ts"));
});

Deno.test("every module stands in a layer, and imports point one way", () => {
  const wrong: string[] = [];
  for (const [path, imports] of graph) {
    const layer = layerOf(path);
    if (layer === undefined) wrong.push(path);
    for (const target of imports) {
      const other = layerOf(target);
      const isAllowed = other === layer || layers[layer ?? ""]?.includes(other ?? "");
      if (!isAllowed) wrong.push(`${path} -> ${target}`);
    }
  }
  deepStrictEqual(wrong, []);
});

Deno.test("no modules import each other in a circle", () => {
  const known = new Map([["a", ["b", "d"]], ["b", ["c"]], ["c", ["a"]], ["d", ["d"]], ["e", [
    "a",
  ]]]);
  deepStrictEqual(circlesOf(known), [["d"], ["a", "b", "c"]]);
  deepStrictEqual(circlesOf(graph), []);
});

Deno.test("what runs in a browser page uses neither Deno nor Node", () => {
  const wrong: string[] = [];
  for (const path of portable.flatMap((layer) => [...sources(layer)])) {
    const code = Deno.readTextFileSync(new URL(path, root)).replace(
      /\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm,
      "",
    );
    if (/\bDeno\.|["']node:/.test(code)) wrong.push(path);
  }
  deepStrictEqual(wrong, []);
});

Deno.test("a model is a page: 150 lines of code at most", () => {
  const long: string[] = [];
  for (const path of sources("models")) {
    const text = Deno.readTextFileSync(new URL(path, root));
    if (!text.includes("= defineModel({")) continue;
    const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
    const lines = code.split("\n").filter((line) => line.trim() !== "").length;
    if (lines > 150) long.push(`${path}: ${lines}`);
  }
  deepStrictEqual(long, []);
});
