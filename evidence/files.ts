/**
 * Files of measured figures: a line a seed, written whole.
 *
 * @module
 */
import { LabError } from "../lab/core/errors.ts";
import { putFile } from "../lab/store/files.ts";

/**
 * Reads a file of figures; undefined where there is none yet.
 *
 * @throws LabError where it is damaged.
 */
export async function readFigures<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (!(error instanceof SyntaxError)) throw error;
    throw new LabError(`Cannot read figures as ${path} is damaged: ${error.message}`);
  }
}

/** Writes `head` and a line for each of `runs`, over what is there once all is written. */
export async function writeFigures(
  path: string,
  { runs, ...head }: { readonly runs: readonly unknown[] } & Readonly<Record<string, unknown>>,
): Promise<void> {
  const lines = [
    ...Object.entries(head).filter(([, value]) => value !== undefined)
      .map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)},\n`),
    `  "runs": [\n`,
    runs.map((run) => `    ${JSON.stringify(run)}`).join(",\n"),
    `\n  ]\n`,
  ];
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await putFile(path, [new TextEncoder().encode(`{\n${lines.join("")}}\n`)]);
}
