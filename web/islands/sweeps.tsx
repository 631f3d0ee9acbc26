/** All sweeps of the store, live. @module */
import type { VNode } from "preact";
import { useFollowed } from "../components/asked.ts";
import { figure, metricTitle } from "../format.ts";
import { commandIn, type Program } from "../program.ts";
import type { SweepRow } from "../sweeps.ts";

/** The island. `program`: how commands reach the store. */
export default function Sweeps(
  { initial, program }: { initial: readonly SweepRow[]; program: Program },
): VNode {
  const sweeps = useFollowed("/api/sweeps", initial);
  return (
    <section>
      {sweeps.length === 0
        ? (
          <p class="empty">
            No sweep yet. Begin one with{" "}
            <code>
              {commandIn(program, "run cartpole-a2c --sweep agent.learningRate=log:1e-4..1e-2")}
            </code>
            : its trials appear here while they train.
          </p>
        )
        : (
          <div class="scroll">
            <table class="statistics">
              <thead>
                <tr>
                  <th scope="col">Sweep</th>
                  <th scope="col">Tries</th>
                  <th scope="col" class="number">Trials</th>
                  <th scope="col" class="number">Best</th>
                  <th scope="col">Of</th>
                </tr>
              </thead>
              <tbody>
                {sweeps.map((sweep) => <Row key={sweep.name} sweep={sweep} />)}
              </tbody>
            </table>
          </div>
        )}
    </section>
  );
}

function Row({ sweep }: { sweep: SweepRow }): VNode {
  const { name, paths, ended, total, best, metric, over, damage } = sweep;
  return (
    <tr>
      <th scope="row">
        {damage === null ? <a href={`/sweeps/${encodeURIComponent(name)}`}>{name}</a> : name}
      </th>
      {damage === null
        ? (
          <>
            <td>{paths.join(", ")}</td>
            <td class="number">{ended} of {total}{!over && ", not over"}</td>
            <td class="number">
              <b>{figure(best)}</b>
            </td>
            <td>{metricTitle(metric)}</td>
          </>
        )
        : <td colSpan={4} class="problem">{damage}</td>}
    </tr>
  );
}
