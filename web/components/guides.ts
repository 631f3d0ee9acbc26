/** What the series of methods mean, as the server or the page's own data say. @module */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../ask.ts";
import type { Guide } from "../metric_guide.ts";

/** Guides by method: that of `method` is asked for, those asked for before are kept. */
export function useGuides(method: string | undefined): Readonly<Record<string, Guide>> {
  const guides = useSignal<Readonly<Record<string, Guide>>>({});
  useEffect(() => {
    if (method === undefined || method in guides.peek()) return;
    const controller = new AbortController();
    ask(`/api/guide?${new URLSearchParams({ method })}`, { signal: controller.signal })
      .then((response) => response.ok ? response.json() : {})
      // Without an answer the figures stand in the order of their names, unexplained.
      .then((found: Guide) => guides.value = { ...guides.peek(), [method]: found }, () => {});
    return () => controller.abort();
  }, [method]);
  return guides.value;
}
