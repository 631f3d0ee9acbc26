/**
 * Builds the dashboard for the browser: one entry, a chunk an island, hashed names, a manifest.
 *
 * @module
 */
import * as esbuild from "esbuild";

const web = new URL("./", import.meta.url).pathname;
const out = `${web}dist`;

await Deno.remove(out, { recursive: true }).catch(() => {/* the first build */});
const result = await esbuild.build({
  absWorkingDir: web,
  entryPoints: [
    { in: "client.ts", out: "client" },
    { in: "static/style.css", out: "style" },
    { in: "../node_modules/uplot/dist/uPlot.min.css", out: "uplot" },
  ],
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

// Dynamic chunks carry an entry point too: only our own entries have plain names.
const own: Record<string, string> = { "client.ts": "client.js", "static/style.css": "style.css" };
const manifest: Record<string, string> = {};
for (const [path, { entryPoint }] of Object.entries(result.metafile.outputs)) {
  if (entryPoint === undefined) continue;
  const name = own[entryPoint] ?? (entryPoint.endsWith("uPlot.min.css") ? "uplot.css" : undefined);
  if (name !== undefined) manifest[name] = path.split("/").pop()!;
}
await Deno.writeTextFile(`${out}/manifest.json`, JSON.stringify(manifest, null, 2));
await esbuild.stop();
