/** The values of a group's seeds as a line of dots. @module */
import type { VNode } from "preact";
import type { GroupCell } from "../runs_query.ts";

const [WIDTH, HEIGHT] = [64, 12];

/** The lowest and the highest of what dots are drawn of. */
export type Reach = readonly [low: number, high: number];

/**
 * The reach of all cells of a column, by its place and the metrics of a cell's own: figures of several
 * metrics have one each.
 */
export function reachesOf(
  rows: readonly (readonly Pick<GroupCell, "values" | "metrics">[])[],
): (column: number, metrics: readonly string[] | undefined) => Reach {
  const keyOf = (column: number, metrics: readonly string[] | undefined) => `${column} ${metrics}`;
  const reaches = new Map<string, Reach>();
  for (const cells of rows) {
    for (const [column, { values, metrics }] of cells.entries()) {
      if (values.length === 0) continue;
      const key = keyOf(column, metrics);
      const all = [...reaches.get(key) ?? [], ...values];
      reaches.set(key, [Math.min(...all), Math.max(...all)]);
    }
  }
  return (column, metrics) => reaches.get(keyOf(column, metrics)) ?? [0, 0];
}

/** A dot a seed, where its value is within its column's reach; nothing for a single one. */
export function Seeds(
  { values, reach: [low, high] }: { values: readonly number[]; reach: Reach },
): VNode | null {
  if (values.length < 2 || !(high > low)) return null;
  const place = (value: number) => 4 + (WIDTH - 8) * (value - low) / (high - low);
  return (
    <svg class="seeds" width={WIDTH} height={HEIGHT} aria-hidden="true">
      <line x1="2" x2={WIDTH - 2} y1={HEIGHT / 2} y2={HEIGHT / 2} />
      {values.map((value, i) => <circle key={i} cx={place(value)} cy={HEIGHT / 2} r="2.5" />)}
    </svg>
  );
}
