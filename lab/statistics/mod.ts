/**
 * Statistics over seeds: means, IQM, profiles, probability of improvement, and their stratified
 * bootstrap intervals.
 *
 * @module
 */
export { type AnyScores, quantile, type Scores, standardDeviation } from "./scores.ts";
export { iqm, mean, median, optimalityGap, performanceProfile } from "./tasks.ts";
export {
  bootstrapInterval,
  type BootstrapOptions,
  type Interval,
  iqmInterval,
  meanInterval,
  performanceProfileIntervals,
} from "./bootstrap.ts";
export { type Draws, KeptDraws } from "./draws.ts";
export { figureSpread, type Spread, type SpreadKind, spreadKind, spreadOf } from "./spread.ts";
export {
  type Improvement,
  improvementOf,
  probabilityOfImprovement,
  probabilityOfImprovementInterval,
} from "./improvement.ts";
export { holm, pairedPermutationTest, permutationTest } from "./significance.ts";
export { detectableDifference, detectablePairedDifference, studentQuantile } from "./detectable.ts";
