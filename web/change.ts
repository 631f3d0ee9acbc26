/**
 * Changes of runs, as a page asks for them.
 *
 * @module
 */
import type { Change, Changed } from "./routes/api/change.ts";

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
  const response = await fetch("/api/change", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ runs, change }),
  });
  if (!response.ok) throw new Error(await response.text());
  const { changed }: Changed = await response.json();
  return changed;
}
