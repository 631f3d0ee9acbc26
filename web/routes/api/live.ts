/**
 * Live news as server-sent events: after every write to the store, the rows that changed.
 *
 * @module
 */
import type { State } from "../../app.ts";
import type { Context } from "../../fresh.ts";
import { type RunSummary, summaries } from "../../summary.ts";

/** How often the store is looked at, in milliseconds. */
const period = 500;

/** Streams `{ runs: RunSummary[] }` messages; the first holds every run. */
export function handler({ state: { store } }: Context<State>): Response {
  const encoder = new TextEncoder();
  const known = new Map<string, string>();
  let seen = -1;
  let timer: ReturnType<typeof setInterval> | undefined;
  const stop = () => clearInterval(timer);

  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const look = () => {
        try {
          const version = store.version();
          if (version === seen) return;
          seen = version;
          const changed = changes(summaries(store), known);
          const message = `data: ${JSON.stringify(changed)}\n\n`;
          controller.enqueue(encoder.encode(message));
        } catch (error) {
          stop();
          controller.error(error);
        }
      };
      controller.enqueue(encoder.encode("retry: 1000\n\n"));
      look();
      timer = setInterval(look, period);
    },
    cancel: stop,
  });
  return new Response(body, {
    headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
  });
}

/** The rows that differ from those told before, and the ids that are gone. */
function changes(
  rows: readonly RunSummary[],
  known: Map<string, string>,
): { runs: RunSummary[]; removed: string[] } {
  const ids = new Set(rows.map((row) => row.id));
  const removed = [...known.keys()].filter((id) => !ids.has(id));
  for (const id of removed) known.delete(id);
  const runs = rows.filter((row) => {
    const text = JSON.stringify(row);
    if (known.get(row.id) === text) return false;
    known.set(row.id, text);
    return true;
  });
  return { runs, removed };
}
