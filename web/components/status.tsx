/** How a run stands, and what it is worth. @module */
import type { VNode } from "preact";
import type { Verdict } from "../../lab/experiment/verdict.ts";
import { count, duration } from "../format.ts";
import type { RunSummary } from "../summary.ts";

/**
 * Status as a word with a mark, and how far the budget is used while a run goes on; `isPaused`: it stands
 * still meanwhile.
 */
export function Status(
  { row, isPaused = false }: { row: RunSummary; isPaused?: boolean },
): VNode {
  return (
    <>
      <span class={`status ${isPaused ? "interrupted" : row.status}`}>
        {isPaused ? "paused" : row.status === "stopped" ? "stopped early" : row.status}
      </span>
      {row.status === "running" && row.budget > 0 && (
        <progress value={row.progress} max={1} aria-label="Budget used">
          {Math.round(row.progress * 100)} %
        </progress>
      )}
      {row.status === "running" && !isPaused && <Pace row={row} />}
      {row.verdict !== null && row.verdict !== row.status && (
        <Worth verdict={row.verdict} reason={row.reason} />
      )}
    </>
  );
}

/** How fast a run goes, and how long it still takes at that pace. */
function Pace(
  { row: { count: spent, unit, budget, wallSeconds } }: { row: RunSummary },
): VNode | null {
  if (!(spent > 0 && wallSeconds > 0)) return null;
  const pace = spent / wallSeconds;
  return (
    <small class="pace">
      {/* Of "environment steps" the steps. */}
      {count(pace)} {unit.split(" ").at(-1)}/s
      {budget > 0 && `, ${duration(Math.max(0, budget - spent) / pace)} left`}
    </small>
  );
}

const classes: Record<Verdict, string> = {
  "solved": "good",
  "learning": "fair",
  "training no better than random": "poor",
  "no better than random": "poor",
  "diverged": "bad",
};

/** A verdict as a badge, with its reason for who points at it; why one diverged is always said. */
export function Worth({ verdict, reason }: { verdict: Verdict; reason?: string }): VNode {
  return (
    <span class={`verdict ${classes[verdict]}`} title={reason}>
      {verdict}
      {verdict === "diverged" && reason !== undefined && `: ${reason}`}
    </span>
  );
}
