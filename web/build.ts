/**
 * Builds the dashboard for the browser: one entry, a chunk an island, hashed names, a manifest.
 * A server that runs meanwhile keeps its files: the manifest is replaced at once, then what it
 * names no more is removed.
 *
 * @module
 */
import * as esbuild from "esbuild";
import { brotliOf, QUALITY } from "./compression.ts";

const web = new URL("./", import.meta.url).pathname;
const out = `${web}dist`;

/**
 * Entries by their plain names: pages, the thread that trains in one (the lab itself, whose parts
 * come as they are asked for), and what users' modules import. They share what they have in common,
 * so that a user's module is of the same lab as the page.
 */
const entries = {
  "client.js": "client.ts",
  "exported.js": "exported.ts",
  "training.js": "training/worker.ts",
  "reverie.js": "../mod.ts",
  "blocks.js": "../blocks.ts",
  "zod.js": "zod",
};

/** Styles by their plain names. */
const styles = {
  "style.css": "static/style.css",
  "uplot.css": "../node_modules/uplot/dist/uPlot.min.css",
};

/** What a page has in place of Node's modules. */
const nodeless = Object.fromEntries(
  ["crypto", "fs", "fs/promises", "module", "path", "url"].map((
    name,
  ) => [`node:${name}`, `${web}training/node.ts`]),
);

/** What the library loads to keep runs, which no page does. */
const storeless: esbuild.Plugin = {
  name: "storeless",
  setup: ({ onResolve }) =>
    onResolve(
      { filter: /^\.\/lab\/experiment\/(train|logged_run)\.ts$/ },
      () => ({ path: `${web}own/storeless.ts` }),
    ),
};

/** What a page that stands alone holds: all in one script. */
const alone = { "page.js": "exported.ts" };

const options = {
  absWorkingDir: web,
  outdir: out,
  bundle: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  minify: true,
  alias: nodeless,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  metafile: true,
  logLevel: "warning",
} as const;
const build = (
  entries: Readonly<Record<string, string>>,
  { splitting = false, define = {} }: Pick<esbuild.BuildOptions, "splitting" | "define"> = {},
) =>
  esbuild.build({
    ...options,
    plugins: [storeless],
    splitting,
    define,
    entryPoints: Object.entries(entries).map(([name, path]) => ({
      in: path,
      out: name.slice(0, name.indexOf(".")),
    })),
  });
const groups = [entries, styles, alone];
const builds = await Promise.all([
  build(entries, { splitting: true }),
  build(styles),
  // No module by its syntax: a page of a disk can make a thread of no other script.
  build(alone, { define: { "import.meta.url": '"file:///page.js"' } }),
]);
await esbuild.stop();
// What is warned of is a page that fails where it comes to that.
if (builds.some(({ warnings }) => warnings.length > 0)) {
  console.error("Cannot build the dashboard as esbuild warns of what stands above: mend it");
  Deno.exit(1);
}

const outputs = builds.map(({ metafile }) => Object.entries(metafile.outputs));
const fileOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);
const namesOf = (entries: Readonly<Record<string, string>>, made: typeof outputs[number]) =>
  Object.keys(entries).map((name) => {
    const [plain, ending] = name.split(".");
    const isMade = new RegExp(`^${plain}-[A-Z0-9]{8}\\.${ending}$`);
    const files = made.map(([path]) => fileOf(path)).filter((file) => isMade.test(file));
    if (files.length !== 1) throw new Error(`${name} must be one file: ${files}`);
    return [name, files[0]];
  });
const manifest = Object.fromEntries(groups.flatMap((each, i) => namesOf(each, outputs[i])));

/** What a script is made of before it runs: itself, what it imports, and the library that it draws by. */
function partsOf(file: string, known = new Set<string>()): Set<string> {
  if (known.has(file)) return known;
  known.add(file);
  const [, { imports }] = outputs[0].find(([path]) => fileOf(path) === file)!;
  for (const { path, kind } of imports) {
    const part = fileOf(path);
    if (kind === "import-statement" || part.startsWith("uPlot")) partsOf(part, known);
  }
  return known;
}

const isIsland = (path: string | undefined) => /^islands\/(\w+)\.tsx$/.exec(path ?? "")?.[1];
const parts = Object.fromEntries([
  ["client", [...partsOf(manifest["client.js"])]],
  ...outputs[0].flatMap(([path, { entryPoint }]) => {
    const island = isIsland(entryPoint);
    return island === undefined ? [] : [[island, [...partsOf(fileOf(path))]]];
  }),
]);

/** What pages begin with, as readers get it who take Brotli: who asks first need not wait for that. */
const beginnings = new Set([
  ...Object.values(parts).flat(),
  ...outputs[1].map(([path]) => fileOf(path)),
]);
const encoded = await Promise.all([...beginnings].map(async (file) => {
  const plain = await Deno.readFile(`${out}/${file}`);
  const next = `${out}/${file}-${Deno.pid}.next`;
  await Deno.writeFile(next, await brotliOf(plain, QUALITY.kept));
  await Deno.rename(next, `${out}/${file}.br`);
  return `${file}.br`;
}));
const next = `${out}/manifest-${Deno.pid}.next`;
await Deno.writeTextFile(next, JSON.stringify({ names: manifest, parts }, null, 2));
await Deno.rename(next, `${out}/manifest.json`);
const made = new Set([
  ...outputs.flat().map(([path]) => fileOf(path)),
  ...encoded,
  "manifest.json",
]);
for await (const { name } of Deno.readDir(out)) {
  if (!made.has(name) && !name.endsWith(".next")) {
    await Deno.remove(`${out}/${name}`).catch(() => {/* by another build */});
  }
}
