/** How a group's metrics go over training, asked for where its row is seen. @module */
import { type Signal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useAsked, useInView } from "./asked.ts";

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
  const { element: mark, inView } = useInView<HTMLElement>();
  const trends = useSignal<Trends>({});
  const query = new URLSearchParams([
    ...metrics.map((metric) => ["metric", metric]),
    ...runs.slice(0, MOST_RUNS).map((run) => ["run", run]),
  ]);
  useAsked<Trends>({
    question: inView && metrics.length > 0 ? `/api/trends?${query}` : undefined,
    stamp: state,
    // Without an answer the row has its figures still.
    take: (found) => trends.value = found,
  });
  return { mark, trends };
}
