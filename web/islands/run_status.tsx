/** A run's figures at a glance, live. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import { useAsked } from "../components/asked.ts";
import { Restore } from "../components/restore.tsx";
import { Status } from "../components/status.tsx";
import { duration, figureBeside, metricTitle } from "../format.ts";
import { heardMessages, isGone, rowOf } from "../live.ts";
import type { RunSummary } from "../summary.ts";
import type { TrashedRun } from "../trash.ts";
import { commandIn, type Program } from "../program.ts";

/** The island. `program`: how commands reach the store; `isPaused`: the page holds its training. */
export default function RunStatus(
  { row: initial, readOnly, program, isPaused }: {
    row: RunSummary;
    readOnly: boolean;
    program: Program;
    isPaused?: boolean;
  },
): VNode {
  const { id } = initial;
  const gone = isGone(id);
  /** What lies in the trash; undefined until it is known. */
  const trash = useSignal<readonly TrashedRun[] | undefined>(undefined);
  useAsked<readonly TrashedRun[]>({
    question: gone ? "/api/trash" : undefined,
    stamp: heardMessages.value,
    take: (runs) => trash.value = runs,
  });
  const isTrashed = trash.value?.some((run) => run.id === id);
  const last = useRef(initial);
  // Of a run that has left the store the last that was heard stays.
  if (!gone) last.current = rowOf(initial);
  return (
    <>
      {gone && (
        <>
          <p class="problem" role="status">
            {isTrashed === false ? "This run was deleted for good." : (
              <>
                This run is no longer in the store{isTrashed && (
                  <>
                    : from the trash <code>{commandIn(program, `delete --restore ${id}`)}</code>
                    {" "}
                    takes it back
                  </>
                )}.
              </>
            )}
          </p>
          {/* That it is back is news. */}
          {isTrashed && !readOnly && (
            <div class="toolbar">
              <Restore run={id} restored={() => {}} />
            </div>
          )}
        </>
      )}
      <Figures row={last.current} isPaused={isPaused} />
    </>
  );
}

function Figures({ row, isPaused }: { row: RunSummary; isPaused?: boolean }): VNode {
  return (
    <dl class="figures">
      <div>
        <dt>Status</dt>
        <dd>
          <Status row={row} isPaused={isPaused} />
        </dd>
      </div>
      {row.headline !== null && (
        <div>
          <dt>{metricTitle(row.headline.series)}</dt>
          <dd>{figureBeside(row.headline.value, row.headline.mark)}</dd>
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
      {row.tags.length > 0 && (
        <div>
          <dt>Tags</dt>
          <dd>{row.tags.map((tag) => <span class="tag" key={tag}>{tag}</span>)}</dd>
        </div>
      )}
    </dl>
  );
}
