/**
 * Live news as server-sent events: the rows that changed, and what one run holds.
 *
 * @module
 */
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
export function handler({ url, req, state: { store, feed } }: Context<State>): Response {
  const encoder = new TextEncoder();
  const id = url.searchParams.get("run");
  let moment = Number(req.headers.get("last-event-id") ?? url.searchParams.get("after")) || 0;
  let told = "";
  let stop = () => {};

  const message = (first: boolean): string => {
    const { at, ...news } = feed.since(moment);
    moment = at;
    const run = id === null ? undefined : store.run(id);
    const contents = run && contentsOf(store, run);
    const changed = contents !== undefined && JSON.stringify(contents) !== told;
    if (changed) told = JSON.stringify(contents);
    if (!first && !changed && news.rows.length + news.removed.length === 0) return "";
    const data: LiveMessage = changed ? { ...news, contents } : news;
    return `id: ${at}\ndata: ${JSON.stringify(data)}\n\n`;
  };
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const tell = (first = false) => {
        try {
          controller.enqueue(encoder.encode(message(first)));
        } catch (error) {
          stop();
          controller.error(error);
        }
      };
      controller.enqueue(encoder.encode("retry: 1000\n\n"));
      tell(true);
      stop = feed.watch(tell);
    },
    cancel: () => stop(),
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}
