/** A series as a line without axes. @module */
import type { VNode } from "preact";

const [WIDTH, HEIGHT] = [72, 18];

/** Half the width of a cross. */
const ARM = 2.5;

/** The line; gaps where a value is not finite. `broken`: the last one is not, which a cross marks. */
export function Spark(
  { values, title, broken = false }: {
    values: readonly (number | null)[];
    title: string;
    broken?: boolean;
  },
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
      {broken && (
        <path
          class="broken"
          d={`M${WIDTH - 2 * ARM - 1} ${HEIGHT - 2 * ARM - 1}l${2 * ARM} ${2 * ARM}m0 ${-2 * ARM}l${
            -2 * ARM
          } ${2 * ARM}`}
        />
      )}
    </svg>
  );
}
