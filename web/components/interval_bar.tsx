/** A group's figure with its interval, as a bar. @module */
import type { VNode } from "preact";
import type { ComparedGroup } from "../comparison.ts";
import { paletteSize } from "./palette.ts";

const [WIDTH, HEIGHT] = [200, 22];

/** The lowest and the highest of all that the bars of some groups show. */
export function reachOf(groups: readonly ComparedGroup[]): readonly [low: number, high: number] {
  const values = groups.flatMap(({ statistics: { spread, iqm }, seeds }) =>
    [spread?.low, spread?.high, iqm, ...seeds.map(({ figure }) => figure)].filter((value) =>
      typeof value === "number"
    )
  );
  return [Math.min(...values), Math.max(...values)];
}

/** The interval as a bar, the IQM as a stroke, each seed as a dot; `reach` is that of all groups. */
export function IntervalBar(
  { group: { color, seeds, statistics: { spread, iqm } }, reach: [low, high] }: {
    group: ComparedGroup;
    reach: readonly [number, number];
  },
): VNode | null {
  if (typeof iqm !== "number" || !(high > low)) return null;
  const place = (value: number) => 6 + (WIDTH - 12) * (value - low) / (high - low);
  return (
    <svg
      class={`interval series-${color % paletteSize}`}
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      aria-hidden="true"
    >
      <line class="track" x1="2" x2={WIDTH - 2} y1={HEIGHT / 2} y2={HEIGHT / 2} />
      {spread !== null && (
        <rect
          x={place(spread.low)}
          width={Math.max(2, place(spread.high) - place(spread.low))}
          y={HEIGHT / 2 - 5}
          height="10"
          rx="3"
        />
      )}
      {seeds.map(({ run, figure }) =>
        typeof figure === "number" &&
        <circle key={run} cx={place(figure)} cy={HEIGHT / 2} r="2" />
      )}
      <line class="middle" x1={place(iqm)} x2={place(iqm)} y1="2" y2={HEIGHT - 2} />
    </svg>
  );
}
