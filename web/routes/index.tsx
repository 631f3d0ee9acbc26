/** The runs page. @module */
import type { VNode } from "preact";
import type { State } from "../state.ts";
import { type Context, page, type PageAnswer, type PageProps } from "../fresh.ts";
import { Live, RunTable } from "../islands.ts";
import type { RunSummary } from "../summary.ts";

interface Data {
  readonly title: string;
  readonly location: string;
  readonly moment: number;
  readonly runs: RunSummary[];
  readonly now: number;
}

/** All runs of the store. */
export function handler({ state: { store, feed } }: Context<State>): PageAnswer<Data> {
  const runs = feed.rows();
  const moment = feed.moment;
  return page({ title: "Runs", location: store.location, runs, moment, now: Date.now() });
}

/** The page. */
export default function Runs({ data, url }: PageProps<Data>): VNode {
  return (
    <>
      <h1>Runs</h1>
      {data.runs.length === 0 && (
        <p class="empty">
          No run yet in <code>{data.location}</code>. Train some with{" "}
          <code>deno task -q experiment</code>: they appear here while they train.
        </p>
      )}
      <RunTable
        runs={data.runs}
        now={data.now}
        filter={url.searchParams.get("filter") ?? ""}
      />
      <Live moment={data.moment} run={null} />
    </>
  );
}
