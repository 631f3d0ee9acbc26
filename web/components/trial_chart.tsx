/** The trials of a sweep in their order, with the best so far. @module */
import type { VNode } from "preact";
import { figure, metricTitle } from "../format.ts";
import { figureScale } from "../scales.ts";
import type { SweepView } from "../sweeps.ts";
import { boxBeside, ROW, ticksUp, WIDTH } from "./svg_box.ts";

/** Labels along the trials, about. */
const LABELS = 8;

/** A dot a trial, hollow where it was pruned, and the best so far as a line. */
export function TrialChart({ view: { trials, total, metric, better, best } }: {
  view: SweepView;
}): VNode {
  const judged = trials.flatMap(({ trial, value, pruned }) =>
    typeof value === "number" ? [{ trial, value, pruned }] : []
  );
  const y = figureScale(judged.map(({ value }) => value));
  const box = boxBeside(y.ticks.map(({ label }) => label));
  const across = (trial: number) =>
    box.left + (trial + 0.5) / Math.max(1, total) * (box.right - box.left);
  const up = (value: number) => box.bottom - (y.place(value) ?? 0) * (box.bottom - box.top);
  const below = box.bottom + 20;
  const every = Math.ceil(total / LABELS);
  const isBetter = (a: number, b: number) => better === "up" ? a > b : a < b;
  let top: number | undefined;
  const line = judged.filter(({ pruned }) => !pruned).flatMap(({ trial, value }) => {
    const before = top;
    if (before === undefined || isBetter(value, before)) top = value;
    const at = across(trial).toFixed(1);
    return before === undefined || before === top
      ? [`${at},${up(top!).toFixed(1)}`]
      : [`${at},${up(before).toFixed(1)}`, `${at},${up(top!).toFixed(1)}`];
  });
  return (
    <div class="card">
      <h3>{metricTitle(metric)} of each trial, and the best so far</h3>
      <svg
        class="settings-plot"
        viewBox={`0 0 ${WIDTH} ${below + ROW * 4 / 3}`}
        role="img"
        aria-label={`${metricTitle(metric)} of ${judged.length} trials in their order`}
      >
        {ticksUp(y.ticks, box).map(({ at, label }) => {
          const height = box.bottom - at * (box.bottom - box.top);
          return (
            <g key={label}>
              <line x1={box.left} x2={box.right} y1={height} y2={height} />
              <text x={box.left - 8} y={height + 4} text-anchor="end">{label}</text>
            </g>
          );
        })}
        {Array.from({ length: total }, (_, trial) =>
          trial % every === 0 && (
            <text key={trial} x={across(trial)} y={below} text-anchor="middle">
              {trial}
            </text>
          ))}
        <text x={box.right} y={below + ROW} text-anchor="end">trial</text>
        <polyline class="series-1" points={line.join(" ")} />
        {judged.map(({ trial, value, pruned }) => (
          <circle
            key={trial}
            class={`trial series-${trial === best ? 1 : 0}${pruned ? " pruned" : ""}`}
            cx={across(trial)}
            cy={up(value)}
            r={trial === best ? 7 : 4.5}
          >
            <title>trial {trial}{pruned && ", pruned"}: {figure(value)}</title>
          </circle>
        ))}
      </svg>
    </div>
  );
}
