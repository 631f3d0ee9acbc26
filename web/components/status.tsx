/** How a run stands. @module */
import type { VNode } from "preact";
import type { RunSummary } from "../summary.ts";

/** Status as a word with a mark, and how far the budget is used while a run goes on. */
export function Status({ row }: { row: RunSummary }): VNode {
  return (
    <>
      <span class={`status ${row.status}`}>
        {row.status === "stopped" ? "stopped early" : row.status}
      </span>
      {row.status === "running" && (
        <progress value={row.progress} max={1} aria-label="Budget used">
          {Math.round(row.progress * 100)} %
        </progress>
      )}
    </>
  );
}
