/** Probabilities of classes as bars. @module */
import type { VNode } from "preact";

/** A bar a class. */
export function Bars(
  { names, values }: { names: readonly string[]; values: ArrayLike<number> },
): VNode {
  return (
    <ul class="bars">
      {Array.from(values, (value, i) => (
        <li key={i}>
          <span>{names[i] ?? i}</span>
          <meter value={value} max={1} aria-label={`Probability of ${names[i] ?? i}`} />
          <small>{(100 * value).toFixed(0)} %</small>
        </li>
      ))}
    </ul>
  );
}
