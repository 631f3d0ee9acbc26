/**
 * Which way of a metric is better.
 *
 * @module
 */

const better: readonly [pattern: RegExp, direction: "up" | "down"][] = [
  [/negative_elbo|loss|error|reconstruction|distance|fid|divergence|_std$|deviation/, "down"],
  [/return|accuracy|modes|coverage|reward|elbo|score|precision|recall|solved|success/, "up"],
];

/**
 * What is worse than any figure of a metric, for what looks at their order alone; NaN where no way of it
 * is known to be better.
 */
export function worstOf(metric: string): number {
  const direction = directionOf(metric);
  return direction === null ? NaN : direction === "up" ? -Infinity : Infinity;
}

/** Which way is better: `up`, `down`; null where a metric has none, or it is no metric. */
export function directionOf(name: string): "up" | "down" | null {
  if (!name.includes("/") || name.startsWith("timing/") || name.startsWith("schedule/")) {
    return null;
  }
  return better.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}
