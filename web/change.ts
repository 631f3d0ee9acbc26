/**
 * Changes of runs, as a page asks for them.
 *
 * @module
 */
import type { Change, Changed, OtherNote } from "./routes/api/change.ts";

/**
 * Asks the server for a change, of all runs or none.
 *
 * @returns Those that are other than before.
 * @throws {Error} with what the server says where it refuses.
 */
export async function changeRuns(
  runs: readonly string[],
  change: Change,
): Promise<readonly string[]> {
  const response = await asked(runs, change);
  if (!response.ok) throw new Error(await response.text());
  const { changed }: Changed = await response.json();
  return changed;
}

/**
 * Asks the server to keep a run's note in place of `before`, even while the page is left.
 *
 * @returns Undefined; where another note was written meanwhile that one, and nothing is changed.
 * @throws {Error} with what the server says where it refuses.
 */
export async function changeNote(
  run: string,
  note: string,
  before: string,
): Promise<OtherNote | undefined> {
  const response = await asked([run], { action: "note", note, before }, { keepalive: true });
  if (response.ok) return undefined;
  if (response.headers.get("content-type")?.startsWith("application/json")) {
    return await response.json();
  }
  throw new Error(await response.text());
}

function asked(
  runs: readonly string[],
  change: Change,
  options?: { readonly keepalive: boolean },
): Promise<Response> {
  return fetch("/api/change", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ runs, change }),
    ...options,
  });
}
