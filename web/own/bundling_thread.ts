/**
 * The thread that makes one script of a user's module. It has no permission: it knows the texts that
 * it is handed, and no others. What they say is read here, and not run.
 *
 * @module
 */
import { build, initialize, type Loader, type Plugin } from "esbuild-wasm/esm/browser.js";
import { joinThread } from "../../lab/core/thread.ts";

/** What is to become one script. */
export interface Sources {
  /** esbuild, compiled. */
  readonly bundler: WebAssembly.Module;
  /** The module's path. */
  readonly entry: string;
  /** Texts of the module and of the files that it imports, by path. */
  readonly texts: ReadonlyMap<string, string>;
  /** Addresses of what pages have of the lab, by the names and paths that a module imports it by. */
  readonly lab: Readonly<Record<string, string>>;
}

/** The script, or why there is none: what it imports that pages have not, or a clause. */
export type Bundled =
  | { readonly script: string }
  | { readonly missing: readonly string[] }
  | { readonly refused: string };

/** Of files, by what their names end in. */
const loaders: Readonly<Record<string, Loader>> = {
  ...{ ts: "ts", mts: "ts", cts: "ts", tsx: "tsx" },
  ...{ js: "js", mjs: "js", cjs: "js", jsx: "jsx" },
  json: "json",
};

async function bundled({ bundler, entry, texts, lab }: Sources): Promise<Bundled> {
  const missing = new Set<string>();
  const given: Plugin = {
    name: "given",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
        if (kind === "entry-point") return { path: entry, namespace: "own" };
        const isRelative = /^\.{1,2}\//.test(path);
        const named = isRelative
          ? decodeURIComponent(new URL(path, `file://${importer}`).pathname)
          : path;
        const address = lab[named];
        if (address !== undefined) return { path: address, external: true };
        if (isRelative && texts.has(named)) return { path: named, namespace: "own" };
        missing.add(path);
        return { path, external: true };
      });
      onLoad({ filter: /.*/, namespace: "own" }, ({ path }) => {
        const loader = loaders[path.slice(path.lastIndexOf(".") + 1)];
        return { contents: texts.get(path)!, loader: loader ?? "text" };
      });
    },
  };
  try {
    await initialize({ wasmModule: bundler, worker: false });
    const { outputFiles } = await build({
      entryPoints: [entry],
      plugins: [given],
      bundle: true,
      write: false,
      format: "esm",
      target: "es2022",
      // Paths of this machine stand in comments alone.
      minify: true,
      logLevel: "silent",
    });
    return missing.size === 0 ? { script: outputFiles[0].text } : { missing: [...missing] };
  } catch (error) {
    const { errors = [] } = error as { errors?: readonly { readonly text: string }[] };
    return { refused: `it cannot be read: ${errors[0]?.text ?? (error as Error).message}` };
  }
}

const post = joinThread<Sources, Bundled>(async (sources) => post(await bundled(sources)));
