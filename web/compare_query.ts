/**
 * The query by which a page compares runs.
 *
 * @module
 */

/** Runs that a link or a change names at most: an address may have 64 kB, a change 100. */
export const MOST_NAMED = 5000;

/** What is said while so many runs are compared; undefined: it is not known how many. */
export function comparingWords(count: number | undefined): string {
  const runs = count === 1 ? "run" : "runs";
  return `Comparing ${count === undefined ? runs : `${count.toLocaleString("en")} ${runs}`} …`;
}

/** Of runs by their ids, of more than {@linkcode MOST_NAMED} the first. */
export function runsQuery(ids: readonly string[]): string {
  return ids.slice(0, MOST_NAMED).map((id) => `run=${id}`).join("&");
}
