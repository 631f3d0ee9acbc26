/**
 * Text as a POSIX shell takes it.
 *
 * @module
 */

/** One word, whatever is in it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** One word, as it stands where nothing in it means something to the shell. */
export function shellWord(text: string): string {
  return /^[\p{L}\p{N}_@%+=:,./-]+$/u.test(text) ? text : quoted(text);
}

/** Settings as words of a command line. */
export function settingWords(settings: Iterable<readonly [path: string, text: string]>): string[] {
  return Array.from(settings, ([path, text]) => `--set ${shellWord(`${path}=${text}`)}`);
}
