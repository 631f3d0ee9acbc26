/**
 * Where an error comes from: the place in a user's own file, as far as its stack tells.
 *
 * @module
 */

/** A line about an error with the place in a user's file behind it, unless it stands there already. */
export function withPlace(line: string, error: unknown): string {
  const place = placeOf(error);
  return place === undefined || line.endsWith(`(${place})`) ? line : `${line} (${place})`;
}

/** The first place on an error's stack that is neither the lab's code nor a package's: `corridor.ts:13:27`. */
function placeOf(error: unknown): string | undefined {
  for (const [, url, at] of stackOf(error).matchAll(/(file:\/\/\S+?)(:\d+:\d+)/g)) {
    const isLabs = url.startsWith(labUrl) && labsOwn.test(url.slice(labUrl.length));
    if (!isLabs && !url.includes("/node_modules/")) {
      return decodeURIComponent(url.slice(url.lastIndexOf("/") + 1)) + at;
    }
  }
  return undefined;
}

/** The stack of an error, or of what caused it; empty where there is none. */
export function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  return error.cause instanceof Error ? stackOf(error.cause) : withoutColours(error.stack ?? "");
}

const labUrl = new URL("../../", import.meta.url).href;

/** What in the lab's folder is its own; a file beside it may be a user's. */
const labsOwn =
  /^(?:(?:agents|bench|cli|envs|evidence|experiments|lab|models|package|tests|web)\/|(?:mod|blocks|registries)\.)/;

/** A text without the escapes that colour it in a terminal. */
export function withoutColours(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/\x1b\[[0-9;]*m/g, "");
}
