/** Runs in the trash, and the way back for each. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { Restore } from "../components/restore.tsx";
import { ago } from "../format.ts";
import { commandIn, type Program } from "../program.ts";
import type { TrashedRun } from "../trash.ts";

/** The island. `program`: how commands reach the store; `reload`: shows the page of a run that is back. */
export default function Trash(
  { runs, single, readOnly, program, now, reload = () => location.reload() }: {
    runs: readonly TrashedRun[];
    /** Whether the page is that of the one run. */
    single: boolean;
    readOnly: boolean;
    program: Program;
    now: number;
    reload?: () => void;
  },
): VNode {
  const back = useSignal<ReadonlySet<string>>(new Set());
  const command = (run: string) => <code>{commandIn(program, `delete --restore ${run}`)}</code>;
  if (single) {
    const [{ id, at }] = runs;
    return (
      <>
        <p>This run is in the trash{at !== undefined && `: it was moved there ${ago(at, now)}`}.</p>
        {readOnly ? <p>{command(id)} takes it back.</p> : (
          <div class="toolbar">
            <Restore run={id} restored={reload} />
          </div>
        )}
      </>
    );
  }
  if (runs.length === 0) return <p class="empty">Nothing is in the trash.</p>;
  return (
    <>
      <p class="note">
        {readOnly && <>{command("RUN")} takes a run back.{" "}</>}
        <code>{commandIn(program, "delete --purge")}</code> deletes all of them for good.
      </p>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Run</th>
              <th scope="col" class="number">Seed</th>
              <th scope="col" class="number">Moved there</th>
              {!readOnly && <th scope="col">Back</th>}
            </tr>
          </thead>
          <tbody>
            {runs.map(({ id, name, seed, at }) => (
              <tr key={id}>
                <th scope="row">
                  <a href={`/runs/${id}`}>{name}</a> <small>{id}</small>
                </th>
                <td class="number">{seed ?? "–"}</td>
                <td class="number">{at === undefined ? "–" : ago(at, now)}</td>
                {!readOnly && (
                  <td>
                    {back.value.has(id) ? "restored" : (
                      <Restore
                        run={id}
                        name={`${name}, run ${id}`}
                        restored={() => back.value = new Set([...back.value, id])}
                      />
                    )}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
