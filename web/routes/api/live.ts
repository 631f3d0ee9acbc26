/**
 * Live news as server-sent events: the rows that changed, what one run holds, and its new points.
 *
 * @module
 */
import type { SSEMessage } from "hono/streaming";
import { DamageError, unlessDamaged } from "../../../lab/core/errors.ts";
import type { State } from "../../state.ts";
import { type Contents, newsOf } from "../../contents.ts";
import type { News } from "../../feed.ts";
import type { Context } from "../../fresh.ts";
import type { Grown, Growth } from "../../live_series.ts";
import { jsonNumber } from "../../summary.ts";

/** A message. */
export interface LiveMessage extends Omit<News, "at"> {
  /** What the run of `?run=ID` holds: in the first message. */
  readonly contents?: Contents;
  /** What of that changed since the message before. */
  readonly news?: Partial<Contents>;
  /** Points that its series got since the message before; not in the first one. */
  readonly grown?: Grown;
}

/** Points of a series that one message holds, at most: of more a reader fetches what it draws. */
const MOST_POINTS = 1000;

/** Pages that follow the store at once, at most. */
const MOST_READERS = 200;

/** `?after=MOMENT&run=ID`: what changed since a moment of the feed, and from then on. */
export function handler({ url, req, events, state: { feed, store } }: Context<State>): Response {
  if (feed.readers >= MOST_READERS) {
    return new Response("Cannot follow as too many pages do already", { status: 503 });
  }
  const id = url.searchParams.get("run");
  let moment = Number(req.headers.get("last-event-id") ?? url.searchParams.get("after")) || 0;
  let known: Contents | undefined;
  /** The iteration up to which each series was sent, and where all of them began. */
  const sent = new Map<string, number>();
  let began: { attempt: number; iterations: number } | undefined;

  /** New points of the run. What came before the first message, or another attempt, is fetched. */
  const grown = (names: readonly string[]): Grown | undefined => {
    const run = store.run(id!)!;
    const { attempt, iterations } = run;
    if (began?.attempt !== attempt) {
      const first = began === undefined;
      began = { attempt, iterations };
      sent.clear();
      return first ? undefined : { attempt, series: {} };
    }
    const series: Record<string, Growth> = {};
    for (const name of names) {
      const after = sent.get(name) ?? began.iterations;
      const { iterations, values, ...axes } = store.series(id!, name, { after });
      const last = iterations.at(-1);
      if (last === undefined) continue;
      sent.set(name, last);
      const { environmentSteps, gradientSteps, examples, wallSeconds } = axes;
      const shown = { environmentSteps, gradientSteps, examples, wallSeconds, iterations };
      const many = values.length > MOST_POINTS;
      series[name] = {
        after: many ? last : after,
        iterations: many ? [] : [...iterations],
        values: many ? [] : Array.from(values, jsonNumber),
        axes: mapped(shown, (each) => many ? [] : [...each]),
      };
    }
    return Object.keys(series).length === 0 ? undefined : { attempt, series };
  };

  /** What the reader does not know yet; undefined: nothing, unless it is the first message. */
  const next = (first: boolean): SSEMessage | undefined => {
    const { at, ...changes } = feed.since(moment);
    moment = at;
    const contents = id === null ? undefined : feed.contents(id);
    const news = contents && known && newsOf(known, contents);
    const held = known === undefined ? { contents } : { news };
    known = contents ?? known;
    const read = contents && unlessDamaged(() => grown(contents.names));
    const growth = read instanceof DamageError ? undefined : read;
    const nothing = changes.rows.length + changes.removed.length === 0 &&
      Object.keys(news ?? held.contents ?? {}).length === 0 && growth === undefined;
    if (!first && nothing) return undefined;
    const message: LiveMessage = { ...changes, ...held, grown: growth };
    return { id: String(at), data: JSON.stringify(message) };
  };
  return events(async (stream) => {
    const closed = Promise.withResolvers<void>();
    let writing = false;
    let stale = false;
    /** Writes what is new. It is made at once, so that the feed counts the time that it takes. */
    const send = (first = false) => {
      stale = writing;
      const message = writing || stream.aborted ? undefined : next(first);
      if (message === undefined) return;
      writing = true;
      stream.writeSSE(first ? { ...message, retry: 1000 } : message).then(() => {
        writing = false;
        // A slow reader gets in one message what came while it read.
        if (stale) send();
      }, closed.reject);
    };
    const stop = feed.watch(() => send());
    stream.onAbort(closed.resolve);
    try {
      send(true);
      await closed.promise;
    } finally {
      stop();
    }
  });
}

/** An object with each value changed. */
function mapped<Key extends string, From, To>(
  from: Readonly<Record<Key, From>>,
  change: (value: From) => To,
): Record<Key, To> {
  const entries = Object.entries<From>(from).map(([key, value]) => [key, change(value)]);
  return Object.fromEntries(entries) as Record<Key, To>;
}
