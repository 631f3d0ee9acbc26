/**
 * Files that pages link to: the browser build's outputs under hashed names, and static files.
 *
 * @module
 */
import { LabError } from "../lab/core/errors.ts";

const distribution = new URL("./dist/", import.meta.url);
const statics = new URL("./static/", import.meta.url);

let manifest: Record<string, string> | undefined;

/**
 * Names of built files by their plain names (`client.js` → `client-5KQ7.js`).
 *
 * @throws {LabError} where nothing is built.
 */
export function built(): Record<string, string> {
  if (manifest === undefined) {
    try {
      manifest = JSON.parse(Deno.readTextFileSync(new URL("manifest.json", distribution)));
    } catch {
      throw new LabError("Cannot serve as the islands are not built: run `deno task build`");
    }
  }
  return manifest!;
}

/** Names of all files of the browser build that pages of a site may ask for. */
export function builtNames(): string[] {
  const alone = built()["page.js"];
  return [...Deno.readDirSync(distribution)].map(({ name }) => name)
    .filter((name) => /\.(js|css)$/.test(name) && name !== alone);
}

/** The link to a built file. */
export function asset(name: string): string {
  return `/assets/${built()[name] ?? name}`;
}

const mediaTypes: Record<string, string> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

/** A built or static file; undefined where there is none of that name. */
export async function readAsset(
  name: string,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; mediaType: string } | undefined> {
  const mediaType = mediaTypes[name.split(".").pop()!];
  if (!/^[\w-]+(\.[\w-]+)+$/.test(name) || mediaType === undefined) return undefined;
  for (const folder of [distribution, statics]) {
    try {
      return { bytes: await Deno.readFile(new URL(name, folder)), mediaType };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return undefined;
}
