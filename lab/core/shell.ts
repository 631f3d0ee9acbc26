/**
 * Text as a POSIX shell takes it.
 *
 * @module
 */
import type { Json } from "./snapshot.ts";

/** One word, whatever is in it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** One word, as it stands where nothing in it means something to the shell. */
export function shellWord(text: string): string {
  return /^[\p{L}\p{N}_@%+=:,./-]+$/u.test(text) ? text : quoted(text);
}

/** A value as `--set` takes it: a text as it stands, others as JSON. */
export function settingText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Settings as words of a command line. */
export function settingWords(settings: Iterable<readonly [path: string, value: Json]>): string[] {
  return Array.from(
    settings,
    ([path, value]) => `--set ${shellWord(path)}=${shellWord(settingText(value))}`,
  );
}
