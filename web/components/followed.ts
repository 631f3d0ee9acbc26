/** What a page asks for again as runs of the store go on. @module */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ask } from "../ask.ts";
import { heardMessages } from "../live.ts";

/** An answer as it is now: asked for again, one at a time, where the news say that runs went on. */
export function useFollowed<Answer extends object>(path: string, initial: Answer): Answer {
  const answer = useSignal(initial);
  const news = heardMessages.value;
  const heard = useRef(news);
  const busy = useRef<{ again: boolean }>(null);
  useEffect(() => {
    if (heard.current === news) return;
    heard.current = news;
    if (busy.current !== null) {
      busy.current.again = true;
      return;
    }
    const own = { again: true };
    busy.current = own;
    const load = async () => {
      while (own.again) {
        own.again = false;
        const response = await ask(path);
        if (response.ok) answer.value = await response.json();
      }
    };
    // Where the server is gone, the page says so, and the next news fetches it again.
    void load().catch(() => {}).finally(() => busy.current = null);
  }, [path, news]);
  return answer.value;
}
