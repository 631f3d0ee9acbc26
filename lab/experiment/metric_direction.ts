/**
 * Which way of a metric is better.
 *
 * @module
 */

type Direction = "up" | "down";
type Ways = readonly (readonly [pattern: RegExp, way: Direction | null])[];

/** Of a result, by its name without the group: what the first one that fits says. */
const ofResults: Ways = [
  // What stands beside a result: what went in, and what anybody gets.
  [/^corrupted_|^cubic_|_of_input$/, null],
  [/negative_|^nll_|bits_per_dimension|over_entropy|cross_entropy|reverse_kl/, "down"],
  [/loss|error|reconstruction|distance|wasserstein|^fid|^kid|divergence|_std$|deviation/, "down"],
  [/return|reward|elbo|score|solved|success|signal_to_noise|psnr/, "up"],
  [/accuracy|precision|recall|coverage|density|diversity|modes|high_quality|auroc|purity/, "up"],
  [/recognised|asked_class|class_preserved|class_entropy|share_min|information_gap/, "up"],
  [/separated_predictability|possible|codes_used/, "up"],
];

/**
 * Of what training measures. Of most of it neither way is better: two networks that play against each
 * other each lower a loss, and a policy's has no scale.
 */
const ofTraining: Ways = [
  [/negative_|loss|error|residual|reconstruction|cross_entropy/, "down"],
  [/explained_variance|elbo|reward/, "up"],
];

const ways = new Map<string, Ways>([["losses", ofTraining], ["timing", []], ["schedule", []]]);

/**
 * What is worse than any figure of a metric, for what looks at their order alone; NaN where no way of it
 * is known to be better.
 */
export function worstOf(metric: string): number {
  const direction = directionOf(metric);
  return direction === null ? NaN : direction === "up" ? -Infinity : Infinity;
}

/** Which way is better: `up`, `down`; null where a metric has none, or it is no metric. */
export function directionOf(name: string): Direction | null {
  const slash = name.indexOf("/");
  if (slash === -1) return null;
  const known = ways.get(name.slice(0, slash)) ?? ofResults;
  return known.find(([pattern]) => pattern.test(name.slice(slash + 1)))?.[1] ?? null;
}
