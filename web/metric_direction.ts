/**
 * Which way of a metric is better.
 *
 * @module
 */

const better: readonly [pattern: RegExp, direction: "up" | "down"][] = [
  [/negative_elbo|loss|error|reconstruction|distance|fid|divergence|_std$|deviation/, "down"],
  [/return|accuracy|modes|coverage|reward|elbo|score|precision|recall|solved|success/, "up"],
];

/** Which way is better: `up`, `down`; null where a metric has none, or it is no metric. */
export function directionOf(name: string): "up" | "down" | null {
  if (!name.includes("/") || name.startsWith("timing/") || name.startsWith("schedule/")) {
    return null;
  }
  return better.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}
