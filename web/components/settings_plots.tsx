/** What settings do: each seed's figure over one of them, and each group over all. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { lastParts } from "../../lab/core/last_parts.ts";
import type { ComparedGroup } from "../comparison.ts";
import { figure, metricTitle } from "../format.ts";
import { figureScale, type NumberKind, scaleOf, unbroken, UNSET } from "../scales.ts";
import { Marker } from "./marker.tsx";
import { dashOf, paletteSize } from "./palette.ts";
import {
  type Box,
  boxBeside,
  boxOfAxes,
  categoriesAlong,
  HEIGHT,
  lettersBetween,
  LINE,
  type Placed,
  ROW,
  rowsOf,
  shortened,
  ticksAlong,
  ticksUp,
  WIDTH,
} from "./svg_box.ts";
import { Scrolled } from "./scrolled.tsx";

/** Axes of settings beside each other, at most. */
const MOST_AXES = 5;
/** Figures stand on an even axis. */
const even = "linear";
/** Letters of a setting below an axis, at most. */
const BELOW = 16;

/** What was tried: a group of runs, or a trial of a sweep. */
export interface Tried {
  readonly label: string;
  /** Of its marks: see `marksOf`. */
  readonly color: number;
  /** How strongly it is drawn, 0 … 1; left out: 1. */
  readonly strength?: number;
  readonly settings: Readonly<Record<string, string>>;
  /** The IQM of its seeds. */
  readonly value: number | string;
  readonly seeds: readonly { readonly seed: string; readonly figure: number | string | null }[];
}

/** A group of a comparison. */
export function triedBy(group: ComparedGroup): Tried {
  return { ...group, value: group.statistics.iqm };
}

interface SettingsProps {
  readonly tried: readonly Tried[];
  readonly metric: string;
  /** Settings in which they differ. */
  readonly paths: readonly string[];
  /** How numbers of a setting lie, where that was declared. */
  readonly kinds?: Readonly<Record<string, NumberKind>>;
}

const across = (box: Box, share: number) => box.left + share * (box.right - box.left);
const up = (box: Box, share: number) => box.bottom - share * (box.bottom - box.top);
const isFinite = (value: number | string | null): value is number => typeof value === "number";

/** A point a seed: its figure over a setting that the reader chooses. */
export function SettingScatter({ tried, metric, paths, kinds = {} }: SettingsProps): VNode {
  const chosen = useSignal<string | undefined>(undefined);
  const path = paths.find((each) => each === chosen.value) ?? paths[0];
  const x = scaleOf(tried.map(({ settings }) => settings[path] ?? UNSET), kinds[path]);
  const judged = tried.flatMap(({ label, color, strength, settings, seeds }) =>
    seeds.filter(({ figure }) => figure !== null).map(({ seed, figure: value }) => (
      { label, color, strength, seed, value, at: x.place(settings[path] ?? UNSET) }
    ))
  );
  const points = judged.flatMap((each) =>
    isFinite(each.value) && each.at !== undefined
      ? [{ ...each, at: each.at, value: each.value }]
      : []
  );
  const left = judged.length - points.length;
  const y = figureScale(points.map(({ value }) => value));
  const box = boxBeside(y.ticks.map(({ label }) => label));
  const labels = (x.kind === "categories" ? categoriesAlong(x.ticks, box) : undefined) ??
    ticksAlong(x.ticks, box, BELOW).map(({ at, label: name }) => (
      { name, label: shortened(name, BELOW), x: across(box, at), row: 0 }
    ));
  const below = box.bottom + 20;
  const title = below + ROW * Math.max(1, ...labels.map(({ row }) => row + 1));
  return (
    <div class="card">
      <h3>
        <label>
          {metricTitle(metric)} over{" "}
          <select
            value={path}
            onChange={(event) => chosen.value = event.currentTarget.value}
          >
            {paths.map((each) => (
              <option key={each} value={each} selected={each === path}>{each}</option>
            ))}
          </select>
        </label>
      </h3>
      <svg
        class="settings-plot"
        viewBox={`0 0 ${WIDTH} ${title + ROW / 3}`}
        role="img"
        aria-label={`${metricTitle(metric)} of each seed over ${path}`}
      >
        {ticksUp(y.ticks, box).map(({ at, label }) => (
          <g key={label}>
            <line x1={box.left} x2={box.right} y1={up(box, at)} y2={up(box, at)} />
            <text x={box.left - 8} y={up(box, at) + 4} text-anchor="end">{label}</text>
          </g>
        ))}
        {labels.map(({ name, label, x, row }) => (
          <text key={name} x={x} y={below + ROW * row} text-anchor="middle">
            {label}
            {label !== name && <title>{name}</title>}
          </text>
        ))}
        <text x={box.right} y={title} text-anchor="end">
          {path}
          {x.kind === "logarithmic" && ", logarithmic"}
        </text>
        {points.map(({ label, color, strength, seed, value, at }) => (
          <Marker
            key={`${label} ${seed}`}
            color={color}
            strength={strength}
            x={across(box, at)}
            y={up(box, y.place(value)!)}
            title={`${label}, seed ${seed}: ${figure(value)}`}
          />
        ))}
      </svg>
      {left > 0 && (
        <p class="note">
          Of {judged.length} seeds {left} {left === 1 ? "is" : "are"}{" "}
          left out, without a finite figure or a place for {path}.
        </p>
      )}
    </div>
  );
}

/**
 * A line each through its settings to its IQM, broken where it has none: parallel coordinates. A setting
 * that a line does not have, as its condition is not met, is a place below the axis.
 */
export function ParallelSettings({ tried, metric, paths, kinds = {} }: SettingsProps): VNode {
  const shown = paths.slice(0, MOST_AXES);
  const titles = lastParts(shown);
  const axes = [
    ...shown.map((path, i) => ({
      title: titles[i],
      of: ({ settings }: Tried): string | number => settings[path] ?? UNSET,
    })),
    { title: metricTitle(metric), of: ({ value }: Tried) => value },
  ].map((axis, i) => ({
    ...axis,
    scale: scaleOf(tried.map(axis.of), i === shown.length ? even : kinds[shown[i]]),
  }));
  const figures = axes[shown.length].scale.ticks.map(({ label }) => label);
  const box = boxOfAxes(figures);
  const letters = lettersBetween((box.right - box.left) / shown.length);
  const place = (index: number) => across(box, axes.length === 1 ? 0.5 : index / (axes.length - 1));
  /** Whether a setting is one that this line does not have. */
  const isUnset = (each: Tried, i: number) =>
    axes[i].of(each) === UNSET && axes[i].scale.place(UNSET) === undefined;
  const gaps = axes.map((_, i) => tried.some((each) => isUnset(each, i)));
  const foot = box.bottom + LINE / 2;
  const lines = tried.map((each) => {
    const points = axes.map(({ of, scale }, i) => {
      const share = scale.place(of(each));
      const height = isUnset(each, i) ? foot : share === undefined ? undefined : up(box, share);
      return height === undefined ? undefined : `${place(i).toFixed(1)},${height.toFixed(1)}`;
    });
    return { ...each, parts: unbroken(points), isBroken: points.includes(undefined) };
  });
  const broken = lines.filter(({ isBroken }) => isBroken).length;
  const names = axes.map(({ title }, i): Placed => ({
    label: title,
    x: place(i),
    anchor: i === 0 ? "start" : i === axes.length - 1 ? "end" : "middle",
  }));
  const rows = rowsOf(names);
  const below = box.bottom + 18 + (gaps.includes(true) ? LINE : 0);
  const lowest = below + LINE * Math.max(...rows);
  return (
    <div class="card">
      <h3>Through the settings to the figure</h3>
      <Scrolled name="Axes of the settings">
        <svg
          class="settings-plot axes"
          viewBox={`0 0 ${WIDTH} ${Math.max(HEIGHT, lowest + LINE / 2)}`}
          role="img"
          aria-label={`Settings, and the ${metricTitle(metric)}`}
        >
          {lines.flatMap(({ label, color, strength, value, parts }) =>
            parts.map((points, i) => (
              <polyline
                key={`${label} ${i}`}
                class={`series-${color % paletteSize}`}
                stroke-opacity={strength}
                // What stands alone between gaps is a dot.
                stroke-linecap={points.length === 1 ? "round" : undefined}
                stroke-dasharray={points.length === 1 ? undefined : dashOf(color).join(" ")}
                points={(points.length === 1 ? [...points, ...points] : points).join(" ")}
              >
                <title>{label}: {figure(value)}</title>
              </polyline>
            ))
          )}
          {axes.map(({ title, scale }, i) => (
            <g key={title}>
              <line class="axis" x1={place(i)} x2={place(i)} y1={box.top} y2={box.bottom} />
              {ticksUp(scale.ticks, box).map(({ at, label }) => (
                <text
                  key={label}
                  class="tick"
                  x={place(i) + 6}
                  y={up(box, at) + 4}
                  text-anchor="start"
                >
                  {i === shown.length ? label : shortened(label, letters)}
                  {i < shown.length && label.length > letters && <title>{label}</title>}
                </text>
              ))}
              {gaps[i] && (
                <text class="tick" x={place(i) + 6} y={foot + 4} text-anchor="start">{UNSET}</text>
              )}
              <text
                x={place(i)}
                y={below + LINE * rows[i]}
                text-anchor={names[i].anchor}
              >
                {title}
              </text>
            </g>
          ))}
        </svg>
      </Scrolled>
      {broken > 0 && (
        <p class="note">
          Of {tried.length} lines {broken} {broken === 1 ? "is" : "are"}{" "}
          broken, where the figure has no value.
        </p>
      )}
      {paths.length > shown.length && (
        <p class="note">The first {shown.length} of {paths.length} settings that differ.</p>
      )}
    </div>
  );
}
