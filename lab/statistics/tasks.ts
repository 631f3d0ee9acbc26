/**
 * Figures over several tasks (Agarwal et al. 2021, arXiv 2108.13264), which weigh alike: where tasks have
 * different numbers of runs, a figure is what it would be if each task's runs were repeated, as few times
 * as will do, until all have as many. Of tasks with as many runs, and of one, they are those of
 * scores.ts.
 *
 * NaN among the scores makes a figure NaN, it is never dropped; without scores a figure is NaN.
 *
 * @module
 */
import { unitOf } from "./large.ts";
import {
  type AnyScores,
  iqm as pooledIqm,
  mean as pooledMean,
  median as pooledMedian,
  optimalityGap as pooledGap,
  performanceProfile as pooledProfile,
  type Scores,
} from "./scores.ts";

/** Arithmetic mean; of several tasks, the mean of the tasks' means. */
export function mean(scores: AnyScores): number {
  return inReach(
    scores,
    (each) => isUneven(each) ? pooledMean(each.map(pooledMean)) : pooledMean(each),
  );
}

/** Median; of several tasks, the median over tasks of the tasks' means. */
export function median(scores: AnyScores): number {
  return inReach(scores, pooledMedian);
}

/** Interquartile mean: the mean of all scores without the floor(n / 4) lowest and as many highest. */
export function iqm(scores: AnyScores): number {
  return inReach(scores, iqmOf);
}

function iqmOf(scores: AnyScores): number {
  if (!isUneven(scores)) return pooledIqm(scores);
  if (hasNaN(scores)) return NaN;
  const alike = scores.map(({ length }) => length).reduce(leastCommonMultiple);
  const ordered = scores.flatMap((task) =>
    Array.from(task, (score) => ({ score, times: alike / task.length }))
  ).sort((a, b) => a.score < b.score ? -1 : a.score > b.score ? 1 : 0);
  const count = scores.length * alike;
  const cut = Math.floor(count / 4);
  let [sum, place] = [0, 0];
  for (const { score, times } of ordered) {
    const kept = Math.min(place + times, count - cut) - Math.max(place, cut);
    if (kept > 0) sum += kept * score;
    place += times;
  }
  return sum / (count - 2 * cut);
}

/** γ − mean(min(score, γ)): how far the scores stay below the target γ. */
export function optimalityGap(scores: AnyScores, gamma = 1): number {
  if (!isUneven(scores)) return pooledGap(scores, gamma);
  return pooledMean(scores.map((task) => pooledGap(task, gamma)));
}

/** Share of all scores strictly above each threshold τ. */
export function performanceProfile(scores: AnyScores, thresholds: ArrayLike<number>): Float64Array {
  if (hasNaN(scores)) return new Float64Array(thresholds.length).fill(NaN);
  if (!isUneven(scores)) return pooledProfile(scores, thresholds);
  const profiles = scores.map((task) => pooledProfile(task, thresholds));
  return Float64Array.from(thresholds, (_, i) => pooledMean(profiles.map((each) => each[i])));
}

/** A mean of scores, also where a sum on the way to it is beyond the largest number. */
function inReach(scores: AnyScores, statistic: (scores: AnyScores) => number): number {
  const value = statistic(scores);
  if (Number.isFinite(value)) return value;
  const unit = unitOf((isNested(scores) ? scores : [scores]).flatMap((task) => Array.from(task)));
  if (unit === 1) return value;
  const shrunk = (task: ArrayLike<number>) => Float64Array.from(task, (score) => score / unit);
  return unit * statistic(isNested(scores) ? scores.map(shrunk) : shrunk(scores));
}

function isNested(scores: AnyScores): scores is Scores {
  return scores.length > 0 && typeof scores[0] !== "number";
}

function isUneven(scores: AnyScores): scores is Scores {
  return isNested(scores) && scores.some(({ length }) => length !== scores[0].length);
}

function hasNaN(scores: AnyScores): boolean {
  const tasks = isNested(scores) ? scores : [scores];
  for (const task of tasks) {
    for (let i = 0; i < task.length; i++) if (Number.isNaN(task[i])) return true;
  }
  return false;
}

function leastCommonMultiple(a: number, b: number): number {
  const divisor = (a: number, b: number): number => b === 0 ? a : divisor(b, a % b);
  return a / divisor(a, b) * b;
}
