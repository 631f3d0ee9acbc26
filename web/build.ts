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
  "style.css": "static/style.css",
  "uplot.css": "../node_modules/uplot/dist/uPlot.min.css",
};

const { metafile } = await esbuild.build({
  absWorkingDir: web,
  entryPoints: Object.entries(entries).map(([name, path]) => ({
    in: path,
    out: name.slice(0, name.indexOf(".")),
  })),
  outdir: out,
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  minify: true,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  metafile: true,
  logLevel: "warning",
});
await esbuild.stop();

const outputs = Object.entries(metafile.outputs);
const fileOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);
// Paths in the metafile are followed through links: the style of uPlot is known by its name alone.
const manifest = Object.fromEntries(
  Object.entries(entries).map(([name, entry]) => [
    name,
    fileOf(outputs.find(([, { entryPoint }]) => entryPoint?.endsWith(fileOf(entry)))![0]),
  ]),
);
const next = `${out}/manifest-${Deno.pid}.next`;
await Deno.writeTextFile(next, JSON.stringify(manifest, null, 2));
await Deno.rename(next, `${out}/manifest.json`);
const made = new Set([...outputs.map(([path]) => fileOf(path)), "manifest.json"]);
for await (const { name } of Deno.readDir(out)) {
  if (!made.has(name) && !name.endsWith(".next")) {
    await Deno.remove(`${out}/${name}`).catch(() => {/* by another build */});
  }
}
