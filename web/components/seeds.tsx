/** The values of a group's seeds as a line of dots. @module */
import type { VNode } from "preact";

const [WIDTH, HEIGHT] = [64, 12];

/** A dot a seed, from the lowest to the highest; nothing for a single one. */
export function Seeds({ values }: { values: readonly number[] }): VNode | null {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (!(high > low)) return null;
  const place = (value: number) => 4 + (WIDTH - 8) * (value - low) / (high - low);
  return (
    <svg class="seeds" width={WIDTH} height={HEIGHT} aria-hidden="true">
      <line x1="2" x2={WIDTH - 2} y1={HEIGHT / 2} y2={HEIGHT / 2} />
      {values.map((value, i) => <circle key={i} cx={place(value)} cy={HEIGHT / 2} r="2.5" />)}
    </svg>
  );
}
