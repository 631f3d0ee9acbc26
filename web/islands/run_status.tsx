/** A run's status line, live. @module */
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import type { RunSummary } from "../summary.ts";
import { duration, figure, metricTitle } from "./format.ts";
import { listen, rows } from "./live.ts";
import { Status } from "./run_table.tsx";

/** The island. */
export default function RunStatus({ row }: { row: RunSummary }): VNode {
  useEffect(listen, []);
  const now = rows.value.get(row.id) ?? row;
  return (
    <dl class="figures" aria-live="polite">
      <div>
        <dt>Status</dt>
        <dd>
          <Status row={now} />
        </dd>
      </div>
      {now.headline !== null && (
        <div>
          <dt>{metricTitle(now.headline.name)}</dt>
          <dd>{figure(now.headline.value)}</dd>
        </div>
      )}
      <div>
        <dt>{now.unit}</dt>
        <dd>
          {figure(now.count)} <small>of {figure(now.budget)}</small>
        </dd>
      </div>
      <div>
        <dt>Time</dt>
        <dd>{duration(now.wallSeconds)}</dd>
      </div>
      <div>
        <dt>Seed</dt>
        <dd>{now.seed}</dd>
      </div>
      <div>
        <dt>Backend</dt>
        <dd>{now.backend}</dd>
      </div>
    </dl>
  );
}
