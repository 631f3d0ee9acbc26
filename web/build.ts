/**
 * Builds the dashboard for the browser: one entry, a chunk an island, hashed names, a manifest.
 * A server that runs meanwhile keeps its files: the manifest is replaced at once, then what it
 * names no more is removed.
 *
 * @module
 */
import * as esbuild from "esbuild";

const web = new URL("./", import.meta.url).pathname;
const out = `${web}dist`;

/** Entries by their plain names. */
const entries = {
  "client.js": "client.ts",
  "exported.js": "exported.ts",
  "style.css": "static/style.css",
  "uplot.css": "../node_modules/uplot/dist/uPlot.min.css",
};

/** The thread that trains in a page: the lab itself, whose parts come as they are asked for. */
const thread = { "training.js": "training/worker.ts" };

/** What a page has in place of Node's modules. */
const nodeless = Object.fromEntries(
  ["crypto", "fs/promises", "module", "path", "url"].map((
    name,
  ) => [`node:${name}`, `${web}training/node.ts`]),
);

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
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  metafile: true,
  logLevel: "warning",
} as const;
const build = (
  entries: Readonly<Record<string, string>>,
  more: { readonly splitting?: boolean; readonly alias?: Readonly<Record<string, string>> },
) =>
  esbuild.build({
    ...options,
    ...more,
    entryPoints: Object.entries(entries).map(([name, path]) => ({
      in: path,
      out: name.slice(0, name.indexOf(".")),
    })),
  });
const groups = [entries, thread, alone];
const builds = await Promise.all([
  build(entries, { splitting: true }),
  build(thread, { splitting: true, alias: nodeless }),
  build(alone, {}),
]);
await esbuild.stop();

const outputs = builds.map(({ metafile }) => Object.entries(metafile.outputs));
const fileOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);
// Paths in the metafile are followed through links: the style of uPlot is known by its name alone.
const namesOf = (entries: Readonly<Record<string, string>>, made: typeof outputs[number]) =>
  Object.entries(entries).map(([name, entry]) => [
    name,
    fileOf(made.find(([, { entryPoint }]) => entryPoint?.endsWith(fileOf(entry)))![0]),
  ]);
const manifest = Object.fromEntries(groups.flatMap((each, i) => namesOf(each, outputs[i])));
const next = `${out}/manifest-${Deno.pid}.next`;
await Deno.writeTextFile(next, JSON.stringify(manifest, null, 2));
await Deno.rename(next, `${out}/manifest.json`);
const made = new Set([...outputs.flat().map(([path]) => fileOf(path)), "manifest.json"]);
for await (const { name } of Deno.readDir(out)) {
  if (!made.has(name) && !name.endsWith(".next")) {
    await Deno.remove(`${out}/${name}`).catch(() => {/* by another build */});
  }
}
