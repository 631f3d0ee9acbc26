/** What a reader chooses for charts. @module */
import type { VNode } from "preact";
import { axes, type Axis } from "../axes.ts";

/** The choice of an x axis. */
export function AxisChoice(
  { axis, choose }: { axis: Axis; choose: (axis: Axis) => void },
): VNode {
  return (
    <label>
      X axis{" "}
      <select value={axis} onChange={(event) => choose(event.currentTarget.value as Axis)}>
        {axes.map(({ key, title }) => (
          <option key={key} value={key} selected={key === axis}>{title}</option>
        ))}
      </select>
    </label>
  );
}

/** Whether an axis is logarithmic. */
export function LogChoice(
  { of, log, choose }: { of: "x" | "y"; log: boolean; choose: (log: boolean) => void },
): VNode {
  const left = of === "x" ? "points at 0 or less are left out" : "values of 0 or less are gaps";
  return (
    <label title={`Powers of ten stand at even distances; ${left}`}>
      <input
        type="checkbox"
        checked={log}
        onChange={(event) => choose(event.currentTarget.checked)}
      />{" "}
      Log {of} axis
    </label>
  );
}

/** How much is smoothed, as a share of the x range. */
export function SmoothingChoice(
  { share, choose }: { share: number; choose: (share: number) => void },
): VNode {
  const shown = share === 0 ? "off" : `${(share * 100).toFixed(1)} %`;
  return (
    <label title="y(x) = Σ yᵢ·exp(−(x−xᵢ)/w) ÷ Σ exp(−(x−xᵢ)/w) over xᵢ ≤ x; w is this share of the x range">
      Smoothing{" "}
      <input
        type="range"
        min={0}
        max={0.2}
        step={0.005}
        value={share}
        aria-valuetext={shown}
        onInput={(event) => choose(Number(event.currentTarget.value))}
      />{" "}
      <output>{shown}</output>
    </label>
  );
}
