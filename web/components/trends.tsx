/** How a group's metrics go over training, asked for where its row is seen. @module */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { RefObject } from "preact";
import { ask } from "../ask.ts";

/** Values by the metrics' names, as the server gives them; null where one is not finite. */
export type Trends = Readonly<Record<string, readonly (number | null)[]>>;

/** Runs that a trend is made of, at most: those named first. */
export const MOST_RUNS = 50;

/**
 * The trends of a row's metrics; empty until the row has been seen.
 *
 * @param state Changes with what the trends are made of.
 * @returns The row's mark, which has to be on the page, and the trends.
 */
export function useTrends(
  runs: readonly string[],
  metrics: readonly string[],
  state: string,
): { mark: RefObject<HTMLElement>; trends: Signal<Trends> } {
  const mark = useRef<HTMLElement>(null);
  const trends = useSignal<Trends>({});
  useEffect(() => {
    if (metrics.length === 0) return;
    const controller = new AbortController();
    const observer = new IntersectionObserver((entries) => {
      if (!entries.at(-1)!.isIntersecting) return;
      observer.disconnect();
      const query = new URLSearchParams([
        ...metrics.map((metric) => ["metric", metric]),
        ...runs.slice(0, MOST_RUNS).map((run) => ["run", run]),
      ]);
      ask(`/api/trends?${query}`, { signal: controller.signal })
        .then((response) => response.ok ? response.json() : {})
        // Without an answer the row has its figures still.
        .then((found: Trends) => trends.value = found, () => {});
    }, { rootMargin: "200px" });
    observer.observe(mark.current!);
    return () => {
      observer.disconnect();
      controller.abort();
    };
  }, [metrics.join(), runs.join(), state]);
  return { mark, trends };
}
