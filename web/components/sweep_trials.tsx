/** The trials of a sweep as a table, the best first. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { figure } from "../format.ts";
import type { SweepView, SweptRun, SweptTrial } from "../sweeps.ts";

/** Trials that are shown until all are asked for. */
const SHOWN = 20;

/** A row a trial. */
export function Trials({ view }: { view: SweepView }): VNode {
  const all = useSignal(false);
  const { trials, best, better, paths, seeds } = view;
  const sign = better === "up" ? -1 : 1;
  const place = ({ value, pruned }: SweptTrial) =>
    typeof value !== "number" ? [2, 0] : [pruned ? 1 : 0, sign * value];
  const ordered = trials.toSorted((a, b) => {
    const [x, y] = [place(a), place(b)];
    return x[0] - y[0] || x[1] - y[1] || a.trial - b.trial;
  });
  const shown = all.value ? ordered : ordered.slice(0, SHOWN);
  return (
    <>
      <div class="scroll">
        <table class="statistics">
          <thead>
            <tr>
              <th scope="col" class="number">Trial</th>
              {paths.map((path) => (
                <th scope="col" class="number" key={path} title={path}>
                  {path.split(".").at(-1)}
                </th>
              ))}
              <th scope="col" class="number" title="Mean of the middle half of its seeds">IQM</th>
              <th scope="col">Interval</th>
              <th scope="col">Seeds</th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((each) => (
              <tr key={each.trial} class={each.trial === best ? "best" : undefined}>
                <th scope="row" class="number">{each.trial}</th>
                {paths.map((path) => (
                  <td class="number" key={path} title={each.settings[path]}>
                    {setting(each.settings[path])}
                  </td>
                ))}
                <td class="number">
                  <b>{cameTo(each.value)}</b>
                </td>
                <td>
                  {each.spread === null
                    ? ""
                    : `${figure(each.spread.low)} … ${figure(each.spread.high)}`}
                </td>
                <td class="trial-seeds">
                  {each.runs.map((run) => <Seed key={run.run} run={run} />)}
                </td>
                <td>{stateOf(each, best, seeds)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {ordered.length > shown.length && (
        <button
          type="button"
          class="quiet"
          onClick={() => all.value = true}
        >
          All {ordered.length} trials
        </button>
      )}
    </>
  );
}

/** What seeds came to: `none` where one of them has no figure. */
export function cameTo(value: SweptTrial["value"]): string {
  return value === "NaN" ? "none" : figure(value);
}

/** A number to a few digits; other values as they are. */
function setting(value: string | undefined): string {
  if (value === undefined) return "–";
  return value.trim() !== "" && Number.isFinite(Number(value)) ? figure(Number(value)) : value;
}

function Seed({ run: { run, seed, status, progress, figure: value } }: { run: SweptRun }): VNode {
  const title = value === null ? `${status}, ${(100 * progress).toFixed(0)} %` : figure(value);
  return (
    <>
      <a href={`/runs/${run}`} title={title}>{seed}</a>
      {status === "running" && <small>&nbsp;{(100 * progress).toFixed(0)} %</small>}
      {" "}
    </>
  );
}

function stateOf(
  { trial, runs, value, pruned, repeats }: SweptTrial,
  best: number | null,
  seeds: number,
) {
  if (repeats !== null) return `as trial ${repeats}`;
  if (pruned) {
    const [first] = runs;
    return first === undefined ? "pruned" : `pruned at ${(100 * first.progress).toFixed(0)} %`;
  }
  if (trial === best) return "best";
  if (value !== null) return "";
  if (runs.length === 0) return "waits";
  return `${runs.filter(({ figure }) => figure !== null).length} of ${seeds} seeds`;
}
