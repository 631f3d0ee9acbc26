/** The runs page. @module */
import type { VNode } from "preact";
import type { State } from "../app.ts";
import { type Context, page, type PageAnswer, type PageProps } from "../fresh.ts";
import { RunTable } from "../islands.ts";
import { type RunSummary, summaries } from "../summary.ts";

interface Data {
  readonly title: string;
  readonly location: string;
  readonly runs: RunSummary[];
  readonly now: number;
}

/** All runs of the store. */
export function handler({ state: { store } }: Context<State>): PageAnswer<Data> {
  return page({
    title: "Runs",
    location: store.location,
    runs: summaries(store),
    now: Date.now(),
  });
}

/** The page. */
export default function Runs({ data }: PageProps<Data>): VNode {
  return (
    <>
      <h1>Runs</h1>
      {data.runs.length === 0 && (
        <p class="empty">
          No run yet in {data.location}. Train some with <code>deno task experiment</code>{" "}
          — they appear here while they train.
        </p>
      )}
      <RunTable runs={data.runs} now={data.now} />
    </>
  );
}
