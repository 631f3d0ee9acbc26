/**
 * News from the server, shared by all islands of a page.
 *
 * @module
 */
import { type Signal, signal } from "@preact/signals";
import { type Contents, withNews } from "./contents.ts";
import type { Grown } from "./live_series.ts";
import type { LiveMessage } from "./routes/api/live.ts";
import type { RunSummary } from "./summary.ts";

/** What the page heard so far: rows that changed since it was made, and runs that left the store. */
interface Heard {
  readonly rows: ReadonlyMap<string, RunSummary>;
  readonly removed: ReadonlySet<string>;
  /** Whether the store holds no other runs than those of `rows`. */
  readonly complete: boolean;
}

const heard: Signal<Heard> = signal({ rows: new Map(), removed: new Set(), complete: false });
const heardContents: Signal<Contents | null> = signal(null);

/** What the last message said of new points of the page's run. */
export const heardGrowth: Signal<Grown | null> = signal(null);

/** How many messages told of runs: grows with every change of some run. */
export const heardMessages: Signal<number> = signal(0);

/** Whether the page hears from the server; undefined before it began to listen. */
export const connected: Signal<boolean | undefined> = signal(undefined);

/**
 * How often the page listens again, after the server did not answer or nobody looked at it: what failed or
 * came meanwhile is asked for anew.
 */
export const reconnections: Signal<number> = signal(0);

/** The row of a run as it is now; `initial` is what the server knew. */
export function rowOf(initial: RunSummary): RunSummary {
  return heard.value.rows.get(initial.id) ?? initial;
}

/** How a run stands, as far as the page has heard; undefined before it did. */
export function statusHeard(run: string): string | undefined {
  return heard.value.rows.get(run)?.status;
}

/** A number that grows while a run goes on, for effects that fetch again. */
export function stampOf(run: string): number {
  return heard.value.rows.get(run)?.stamp ?? 0;
}

/** Whether a run has left the store, as far as the page has heard. */
export function isGone(run: string): boolean {
  const { rows, removed, complete } = heard.value;
  return complete ? !rows.has(run) : removed.has(run);
}

/**
 * Differs after every change that concerns runs named by the beginnings of their ids; where none is
 * named, after every change of some run.
 */
export function stampOfAll(named: readonly string[]): string {
  if (named.length === 0) return String(heardMessages.value);
  const { rows, removed } = heard.value;
  const all = [...removed, ...[...rows.values()].map(({ id, stamp }) => `${id} ${stamp}`)];
  return all.filter((each) => named.some((id) => each.startsWith(id))).join();
}

/** What the page's run holds now; `initial`: what of it the page was made with. */
export function contentsFrom<Key extends keyof Contents>(
  initial: Pick<Contents, Key>,
): Pick<Contents, Key> {
  return heardContents.value ?? initial;
}

/** Takes in news: those of the server, or of a run that the page trains itself. */
export function hear(message: LiveMessage): void {
  const rows = message.complete ? new Map() : new Map(heard.value.rows);
  const removed = new Set(heard.value.removed);
  for (const id of message.removed) {
    rows.delete(id);
    removed.add(id);
  }
  for (const row of message.rows) {
    rows.set(row.id, row);
    removed.delete(row.id);
  }
  const complete = message.complete || heard.value.complete;
  heard.value = { rows, removed, complete };
  if (message.complete || message.rows.length + message.removed.length > 0) {
    heardMessages.value += 1;
  }
  if (message.grown !== undefined) heardGrowth.value = message.grown;
  if (message.contents !== undefined) heardContents.value = message.contents;
  if (message.news !== undefined && heardContents.value !== null) {
    heardContents.value = withNews(heardContents.value, message.news);
  }
}

/** Milliseconds after which a server is asked anew that refused to be listened to. */
const RETRY = 5000;

/**
 * Listens while the page is visible: browsers allow six connections to a server, so that hidden
 * pages would starve the others. `moment` is what the page was made at, `run` the one it shows.
 */
export function listen(moment: number, run: string | null): () => void {
  let source: EventSource | undefined;
  let last = String(moment);
  let wasOpen = false;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    clearTimeout(retry);
    source?.close();
    source = undefined;
  };
  const turn = () => {
    stop();
    if (document.hidden) return;
    const query = new URLSearchParams({ after: last, ...(run === null ? {} : { run }) });
    source = new EventSource(`/api/live?${query}`);
    source.onopen = () => {
      if (wasOpen || connected.value === false) reconnections.value += 1;
      wasOpen = connected.value = true;
    };
    source.onerror = () => {
      connected.value = false;
      // A browser goes on by itself where a connection breaks off, not after a refusal.
      if (source?.readyState === EventSource.CLOSED) retry = setTimeout(turn, RETRY);
    };
    source.onmessage = (event) => {
      last = event.lastEventId;
      hear(JSON.parse(event.data));
    };
  };
  turn();
  document.addEventListener("visibilitychange", turn);
  return () => {
    document.removeEventListener("visibilitychange", turn);
    stop();
  };
}
