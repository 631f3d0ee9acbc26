/** The compare page: groups of runs over seeds. @module */
import type { VNode } from "preact";
import type { State } from "../state.ts";
import type { Comparison } from "../comparison.ts";
import { type Context, page, type PageAnswer, type PageProps } from "../fresh.ts";
import { ComparisonView, Live } from "../islands.ts";
import { smoothingFrom } from "../query.ts";
import { comparisonOf } from "./api/comparison.ts";

interface Data {
  readonly title: string;
  readonly comparison: Comparison;
  readonly runs: readonly string[];
  readonly smoothing: number;
  readonly moment: number;
}

/** `?run=ID&run=ID…`, without any every run; `metric`, `axis`, `smoothing` as a reader left them. */
export function handler({ url, state: { store, feed } }: Context<State>): PageAnswer<Data> {
  const { searchParams: query } = url;
  return page({
    title: "Compare",
    moment: feed.moment,
    comparison: comparisonOf(store, query),
    runs: query.getAll("run"),
    smoothing: smoothingFrom(query),
  });
}

/** The page. */
export default function Compare({ data }: PageProps<Data>): VNode {
  const { comparison, runs, smoothing, moment } = data;
  return (
    <>
      <h1>Compare</h1>
      {comparison.names.length === 0
        ? (
          <p class="empty">
            No figures to compare yet. Train some runs with <code>deno task -q experiment</code>.
          </p>
        )
        : <ComparisonView initial={comparison} runs={runs} smoothing={smoothing} />}
      <Live moment={moment} run={null} />
    </>
  );
}
