/**
 * Live news as server-sent events: the rows that changed, and what one run holds.
 *
 * @module
 */
import type { SSEMessage } from "hono/streaming";
import type { State } from "../../state.ts";
import { type Contents, contentsOf } from "../../contents.ts";
import type { News } from "../../feed.ts";
import type { Context } from "../../fresh.ts";

/** A message. */
export interface LiveMessage extends Omit<News, "at"> {
  /** What the run of `?run=ID` holds, where that changed. */
  readonly contents?: Contents;
}

/** `?after=MOMENT&run=ID`: what changed since a moment of the feed, and from then on. */
export function handler({ url, req, events, state: { store, feed } }: Context<State>): Response {
  const id = url.searchParams.get("run");
  let moment = Number(req.headers.get("last-event-id") ?? url.searchParams.get("after")) || 0;
  let sent = "";

  /** What the reader does not know yet; undefined: nothing, unless it is the first message. */
  const next = (first: boolean): SSEMessage | undefined => {
    const { at, ...news } = feed.since(moment);
    moment = at;
    const run = id === null ? undefined : store.run(id);
    const contents = run && contentsOf(store, run);
    const changed = contents !== undefined && JSON.stringify(contents) !== sent;
    if (changed) sent = JSON.stringify(contents);
    if (!first && !changed && news.rows.length + news.removed.length === 0) return undefined;
    const data: LiveMessage = changed ? { ...news, contents } : news;
    return { id: String(at), data: JSON.stringify(data) };
  };
  return events(async (stream) => {
    let change = Promise.withResolvers<void>();
    const stop = feed.watch(() => change.resolve());
    stream.onAbort(() => change.resolve());
    try {
      await stream.writeSSE({ ...next(true)!, retry: 1000 });
      while (!stream.aborted) {
        await change.promise;
        change = Promise.withResolvers<void>();
        const message = stream.aborted ? undefined : next(false);
        if (message !== undefined) await stream.writeSSE(message);
      }
    } finally {
      stop();
    }
  });
}
