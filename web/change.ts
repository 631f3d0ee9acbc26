/**
 * Changes of runs, as a page asks for them.
 *
 * @module
 */
import type { Change } from "./routes/api/change.ts";

/** Asks the server for a change; throws what it says where it refuses. */
export async function changeRuns(runs: readonly string[], change: Change): Promise<void> {
  const response = await fetch("/api/change", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ runs, change }),
  });
  if (!response.ok) throw new Error(await response.text());
}
