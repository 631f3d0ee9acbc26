/** All sweeps of the store. @module */
import type { VNode } from "preact";
import type { State } from "../../state.ts";
import { type Context, page, type PageAnswer, type PageProps } from "../../fresh.ts";
import { figure, metricTitle } from "../../format.ts";
import { type SweepRow, sweepRows } from "../../sweeps.ts";
import { commandIn, type Program } from "../../program.ts";

interface Data {
  readonly title: string;
  readonly sweeps: readonly SweepRow[];
  readonly program: Program;
}

/** Their state as it is now. */
export async function handler({ state }: Context<State>): Promise<PageAnswer<Data>> {
  return page({
    title: "Sweeps",
    sweeps: await sweepRows(state.store),
    program: state.program,
  });
}

/** The page. */
export default function Sweeps({ data: { sweeps, program } }: PageProps<Data>): VNode {
  return (
    <>
      <h1>Sweeps</h1>
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
    </>
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
