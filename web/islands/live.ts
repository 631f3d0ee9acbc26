/**
 * News from the server, shared by all islands of a page.
 *
 * @module
 */
import { type Signal, signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Contents } from "../routes/api/contents.ts";
import type { RunSummary } from "../summary.ts";

/** Rows by run id; grows with the server's messages. */
export const rows: Signal<ReadonlyMap<string, RunSummary>> = signal(new Map());

/** Whether the page hears from the server now. */
export const connected: Signal<boolean> = signal(false);

let source: EventSource | undefined;

/** Begins to listen, once a page. */
export function listen(): void {
  if (source !== undefined) return;
  source = new EventSource("/api/live");
  source.onopen = () => connected.value = true;
  source.onerror = () => connected.value = false;
  source.onmessage = (message) => {
    const news = JSON.parse(message.data) as { runs: RunSummary[]; removed: string[] };
    const next = new Map(rows.value);
    for (const id of news.removed) next.delete(id);
    for (const row of news.runs) next.set(row.id, row);
    rows.value = next;
  };
}

/** A number that grows while the run goes on, for effects that fetch again. */
export function useStamp(run: string): string {
  const row = rows.value.get(run);
  return row === undefined ? "" : `${row.count}:${row.status}`;
}

/** What a run holds, fetched again as it goes on; `initial` is what the server knew. */
export function useContents(run: string, initial: Contents): Contents {
  const contents = useSignal(initial);
  const stamp = useStamp(run);
  useEffect(() => {
    if (stamp === "") return;
    const controller = new AbortController();
    fetch(`/api/contents?run=${run}`, { signal: controller.signal })
      .then((response) => response.json())
      .then((next: Contents) => contents.value = next)
      .catch(() => {/* the next news fetches it again */});
    return () => controller.abort();
  }, [run, stamp]);
  return contents.value;
}
