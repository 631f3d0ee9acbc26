/** Runs in the trash, as they come and go, and the way back for each. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useFollowed } from "../components/asked.ts";
import { Restore } from "../components/restore.tsx";
import { useTime } from "../components/time.ts";
import { ago } from "../format.ts";
import { commandIn, type Program } from "../program.ts";
import type { TrashedRun } from "../trash.ts";

interface TrashProps {
  readonly runs: readonly TrashedRun[];
  /** Whether the page is that of the one run. */
  readonly single: boolean;
  readonly readOnly: boolean;
  /** How commands reach the store. */
  readonly program: Program;
  readonly now: number;
  /** Shows the page of a run that is back. */
  readonly reload?: () => void;
}

/** The island. */
export default function Trash({ single, ...props }: TrashProps): VNode {
  return single ? <TrashedPage {...props} /> : <TrashList {...props} />;
}

/** The page of a run that lies there. */
function TrashedPage(
  { runs: [{ id, at }], readOnly, program, now, reload = () => location.reload() }: Omit<
    TrashProps,
    "single"
  >,
): VNode {
  return (
    <>
      <p>This run is in the trash{at !== undefined && `: it was moved there ${ago(at, now)}`}.</p>
      {readOnly
        ? (
          <p>
            <BackCommand program={program} run={id} /> takes it back.
          </p>
        )
        : (
          <div class="toolbar">
            <Restore run={id} restored={reload} />
          </div>
        )}
    </>
  );
}

/** All that lies there now. */
function TrashList(
  { runs: initial, readOnly, program, now: then }: Omit<TrashProps, "single">,
): VNode {
  const runs = useFollowed("/api/trash", initial);
  const now = useTime(then);
  const back = useSignal<readonly TrashedRun[]>([]);
  // One that was moved there again meanwhile is another row.
  const isBack = (run: TrashedRun) =>
    back.value.some(({ id, at }) => id === run.id && at === run.at);
  return (
    <>
      <p class="note" role="status">
        {back.value.map(({ id, name }, i) => (
          <span key={id}>
            {i === 0 ? "Restored: " : ", "}
            <a href={`/runs/${id}`}>{name}</a>
          </span>
        ))}
      </p>
      {runs.length === 0 ? <p class="empty">Nothing is in the trash.</p> : (
        <>
          <p class="note">
            {readOnly && (
              <>
                <BackCommand program={program} run="RUN" /> takes a run back.{" "}
              </>
            )}
            <code>{commandIn(program, "delete --purge")}</code> deletes all of them for good.
          </p>
          <div class="scroll">
            <table class="statistics trash">
              <thead>
                <tr>
                  <th scope="col">Run</th>
                  <th scope="col" class="number">Seed</th>
                  <th scope="col" class="number">Moved there</th>
                  {!readOnly && <th scope="col">Back</th>}
                </tr>
              </thead>
              <tbody>
                {runs.map((run) => {
                  const { id, name, seed, at } = run;
                  return (
                    <tr key={id}>
                      <th scope="row">
                        <a href={`/runs/${id}`}>{name}</a> <small>{id}</small>
                      </th>
                      <td class="number">{seed ?? "–"}</td>
                      <td class="number">{at === undefined ? "–" : ago(at, now)}</td>
                      {!readOnly && (
                        <td>
                          {isBack(run) ? "restored" : (
                            <Restore
                              run={id}
                              name={`${name}, run ${id}`}
                              restored={() => back.value = [...back.value, run]}
                            />
                          )}
                        </td>
                      )}
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
        </>
      )}
    </>
  );
}

function BackCommand({ program, run }: { program: Program; run: string }): VNode {
  return <code>{commandIn(program, `delete --restore ${run}`)}</code>;
}
