/**
 * Scripts for pages and other runtimes, from the lab's modules.
 *
 * @module
 */
import * as esbuild from "esbuild";

/** Code with all that it imports, relative to the repository's root, in one module. */
export async function bundled(code: string, options: esbuild.BuildOptions = {}): Promise<string> {
  const { outputFiles: [{ text }] } = await esbuild.build({
    stdin: { contents: code, resolveDir: new URL("../../", import.meta.url).pathname },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    logLevel: "error",
    ...options,
  }) as { outputFiles: esbuild.OutputFile[] };
  await esbuild.stop();
  return text;
}
