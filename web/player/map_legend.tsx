/** What the colours over a world of cells say, in figures. @module */
import type { VNode } from "preact";
import type { Color } from "../../lab/core/scene.ts";
import { inverted } from "../dark_scene.ts";
import { figure } from "../format.ts";
import { type Grid, isTerminal, stateAt, tints } from "../grid_map.ts";
import type { Point } from "../hands.ts";
import { extremes } from "../strip.ts";

/** What the legend is told. */
export interface MapLegendProps {
  /** What the figures are. */
  readonly title: string;
  readonly grid: Grid;
  /** Of each state; NaN: it has none. */
  readonly figures: ArrayLike<number>;
  /** What the policy does in a state; undefined: the map does not show it. */
  readonly goes: ((state: number) => string) | undefined;
  /** The state that the episode stands in. */
  readonly stands: number | undefined;
  /** Where a pointer is on the drawing; undefined: elsewhere. */
  readonly pointed: Point | undefined;
}

/** The range of the colours, and what one cell has: that which is pointed at, else stood in. */
export function MapLegend(
  { title, grid, figures, goes, stands, pointed }: MapLegendProps,
): VNode {
  const { columns, table } = grid;
  const under = pointed && stateAt(grid, pointed);
  const state = under ?? stands;
  const open = [...table.keys()].filter((each) => !isTerminal(table, each));
  const [least, most] = extremes(open.map((each) => figures[each]).filter(Number.isFinite));
  const place = under === undefined
    ? "here"
    : `row ${Math.floor(under / columns) + 1}, column ${under % columns + 1}`;
  return (
    <p class="note">
      {title}
      {least <= most && (
        <>
          : from <Tint color={tints[0]} /> {short(least)} to <Tint color={tints[1]} /> {short(most)}
        </>
      )}
      {open.some((each) => Number.isNaN(figures[each])) &&
        "; uncoloured where the policy comes to no end"}
      {state !== undefined && (
        <>
          ; {place}{" "}
          <b>
            {isTerminal(table, state)
              ? "an end"
              : Number.isNaN(figures[state])
              ? "none"
              : short(figures[state])}
          </b>
          {goes !== undefined && !isTerminal(table, state) && `, ${goes(state)}`}
        </>
      )}
    </p>
  );
}

/** A colour as cells have it, on light and on dark pages. */
function Tint({ color }: { color: Color }): VNode {
  return <i class="tint" style={{ background: `light-dark(${color}, ${inverted(color)})` }} />;
}

function short(value: number): string {
  return figure(Number(value.toPrecision(3)));
}
