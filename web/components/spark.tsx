/** A series as a line without axes. @module */
import type { VNode } from "preact";

const [WIDTH, HEIGHT] = [72, 18];

/** The line; gaps where a value is not finite. */
export function Spark(
  { values, title }: { values: readonly (number | null)[]; title: string },
): VNode | null {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return null;
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const scale = high > low ? (HEIGHT - 4) / (high - low) : 0;
  let pen = "M";
  const path = values.map((value, i) => {
    if (value === null) {
      pen = "M";
      return "";
    }
    const x = (2 + (WIDTH - 4) * i / (values.length - 1)).toFixed(1);
    const y = (scale === 0 ? HEIGHT / 2 : HEIGHT - 2 - (value - low) * scale).toFixed(1);
    const drawn = `${pen}${x} ${y}`;
    pen = "L";
    return drawn;
  }).join("");
  return (
    <svg class="spark" width={WIDTH} height={HEIGHT} role="img" aria-label={title}>
      <title>{title}</title>
      <path d={path} />
    </svg>
  );
}
