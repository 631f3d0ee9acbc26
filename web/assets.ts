/**
 * Files that pages link to: the browser build's outputs under hashed names, and static files.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { LabError } from "../lab/core/errors.ts";

const distribution = new URL("./dist/", import.meta.url);
const statics = new URL("./static/", import.meta.url);

/** What the build says of its files. */
interface Manifest {
  /** By their plain names: `client.js` → `client-5KQ7.js`. */
  readonly names: Readonly<Record<string, string>>;
  /** What the browser's entry (`client`) and each island need before they run. */
  readonly parts: Readonly<Record<string, readonly string[]>>;
}

let manifest: Manifest | undefined;

/**
 * The built files.
 *
 * @throws {LabError} where nothing is built.
 */
export function built(): Manifest {
  return manifest ??= manifestIn(distribution);
}

/**
 * What a build says that lies in a folder.
 *
 * @throws {LabError} where none does.
 */
export function manifestIn(folder: URL): Manifest {
  try {
    return JSON.parse(Deno.readTextFileSync(new URL("manifest.json", folder)));
  } catch {
    // From a project, too, which has no such task.
    const lab = fileURLToPath(new URL("../", import.meta.url));
    throw new LabError(
      "Cannot show pages as their browser files are not built: to build them, run deno task --cwd " +
        `${/[\s'"]/.test(lab) ? JSON.stringify(lab) : lab} build`,
    );
  }
}

/** Names of all files of the browser build that pages of a site may ask for. */
export function builtNames(): string[] {
  const alone = built().names["page.js"];
  return [...Deno.readDirSync(distribution)].map(({ name }) => name)
    .filter((name) => /\.(js|css)$/.test(name) && name !== alone);
}

/** The link to a built file. */
export function asset(name: string): string {
  return `/assets/${built().names[name] ?? name}`;
}

/** Links to all scripts of a page with these islands: who asks for them at once waits once. */
export function scriptsOf(islands: readonly string[]): string[] {
  const { parts } = built();
  const files = ["client", ...islands].flatMap((name) => parts[name] ?? []);
  return [...new Set(files)].map((file) => `/assets/${file}`);
}

const mediaTypes: Record<string, string> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

/** A built or static file. */
interface Asset {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly mediaType: string;
  /** What the bytes are encoded by. */
  readonly encoding?: string;
}

/**
 * A built or static file, encoded as it is asked for where the build did that; undefined where there
 * is none of that name.
 */
export async function readAsset(name: string, encoding?: string): Promise<Asset | undefined> {
  const mediaType = mediaTypes[name.split(".").pop()!];
  if (!/^[\w-]+(\.[\w-]+)+$/.test(name) || mediaType === undefined) return undefined;
  for (const encoded of encoding === undefined ? [undefined] : [encoding, undefined]) {
    const file = encoded === undefined ? name : `${name}.${encoded}`;
    for (const folder of [distribution, statics]) {
      try {
        return { bytes: await Deno.readFile(new URL(file, folder)), mediaType, encoding: encoded };
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
  }
  return undefined;
}
