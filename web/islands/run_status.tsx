/** A run's figures at a glance, live. @module */
import type { VNode } from "preact";
import { Status } from "../components/status.tsx";
import { duration, figure, metricTitle } from "../format.ts";
import { rowOf } from "../live.ts";
import type { RunSummary } from "../summary.ts";

/** The island. */
export default function RunStatus({ row: initial }: { row: RunSummary }): VNode {
  const row = rowOf(initial);
  return (
    <dl class="figures">
      <div>
        <dt>Status</dt>
        <dd>
          <Status row={row} />
        </dd>
      </div>
      {row.headline !== null && (
        <div>
          <dt>{metricTitle(row.headline.name)}</dt>
          <dd>{figure(row.headline.value)}</dd>
        </div>
      )}
      <div>
        <dt>{row.unit}</dt>
        <dd>
          {row.count.toLocaleString("en")}
          {row.budget > 0 && <small>&nbsp;of {row.budget.toLocaleString("en")}</small>}
        </dd>
      </div>
      <div>
        <dt>Time</dt>
        <dd>{duration(row.wallSeconds)}</dd>
      </div>
      <div>
        <dt>Seed</dt>
        <dd>{row.seed}</dd>
      </div>
      <div>
        <dt>Backend</dt>
        <dd>{row.backend}</dd>
      </div>
    </dl>
  );
}
