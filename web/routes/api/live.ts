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
import { Grower } from "../../growth.ts";
import type { Grown } from "../../live_series.ts";

/** A message. */
export interface LiveMessage extends Omit<News, "at"> {
  /** What the run of `?run=ID` holds: in the first message. */
  readonly contents?: Contents;
  /** What of that changed since the message before. */
  readonly news?: Partial<Contents>;
  /** Points that its series got since the message before; not in the first one. */
  readonly grown?: Grown;
}

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
  const grower = new Grower(store, id ?? "");

  /** What the reader does not know yet; undefined: nothing, unless it is the first message. */
  const next = (first: boolean): SSEMessage | undefined => {
    const { at, ...changes } = feed.since(moment);
    moment = at;
    const contents = id === null ? undefined : feed.contents(id);
    const news = contents && known && newsOf(known, contents);
    const held = known === undefined ? { contents } : { news };
    known = contents ?? known;
    const read = contents && unlessDamaged(() => grower.next(contents.names));
    const growth = read instanceof DamageError ? undefined : read;
    const nothing = changes.rows.length + changes.removed.length === 0 &&
      Object.keys(news ?? held.contents ?? {}).length === 0 && growth === undefined;
    if (!first && nothing) return undefined;
    const message: LiveMessage = { ...changes, ...held, grown: growth };
    return { id: String(at), data: JSON.stringify(message) };
  };
  // Of a store that cannot be read the answer is why, not a stream that ends at once.
  const greeting = { ...next(true)!, retry: 1000 };
  return events(async (stream) => {
    const closed = Promise.withResolvers<void>();
    let writing = false;
    let stale = false;
    /** Writes what is new. It is made at once, so that the feed counts the time that it takes. */
    const send = (first?: SSEMessage) => {
      stale = writing;
      const message = writing || stream.aborted ? undefined : first ?? next(false);
      if (message === undefined) return;
      writing = true;
      stream.writeSSE(message).then(() => {
        writing = false;
        // A slow reader gets in one message what came while it read.
        if (stale) send();
      }, closed.reject);
    };
    // A page that hears no more says so, and asks again.
    const stop = feed.watch(() => send(), closed.resolve);
    stream.onAbort(closed.resolve);
    try {
      send(greeting);
      await closed.promise;
    } finally {
      stop();
    }
  });
}
