/** What a reader chooses for charts. @module */
import type { VNode } from "preact";
import { axes, type Axis, type Scales } from "../axes.ts";
import { MIDDLE } from "../lines.ts";

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

/** What a logarithmic axis has no place for. */
const left = { x: "points at 0 or less are left out", y: "values of 0 or less are gaps" };

/** Which axes are logarithmic. */
export function LogChoice(
  { log = false, logX = false, choose }: Partial<Scales> & {
    choose: (next: Partial<Scales>) => void;
  },
): VNode {
  const box = (
    axis: "x" | "y",
    checked: boolean,
    chosen: (checked: boolean) => Partial<Scales>,
  ) => (
    <label title={`Powers of ten stand at even distances; ${left[axis]}`}>
      <input
        type="checkbox"
        checked={checked}
        onChange={({ currentTarget }) => choose(chosen(currentTarget.checked))}
      />{" "}
      <span class="hidden">Log</span> {axis} <span class="hidden">axis</span>
    </label>
  );
  return (
    <span class="logs">
      <span aria-hidden="true">Log axis</span>
      {box("x", logX, (logX) => ({ logX }))}
      {box("y", log, (log) => ({ log }))}
    </span>
  );
}

/** Whether outliers are ignored. */
export function OutlierChoice(
  { trimmed = false, choose }: Partial<Scales> & { choose: (next: Partial<Scales>) => void },
): VNode {
  return (
    <label title={`The y axis fits the middle ${MIDDLE} % of what is drawn`}>
      <input
        type="checkbox"
        checked={trimmed}
        onChange={({ currentTarget: { checked } }) => choose({ trimmed: checked })}
      />{" "}
      Ignore outliers
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
