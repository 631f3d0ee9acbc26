/**
 * How a metric of a group of runs goes over training, as the few points of a sparkline.
 *
 * @module
 */
import { DamageError, unlessDamaged } from "../lab/core/errors.ts";
import { isFinished, isLost, judgedByEnd } from "../lab/experiment/comparison.ts";
import { iqm } from "../lab/statistics/mod.ts";
import type { Run, StoreReader } from "../lab/store/store.ts";
import { commonAxis, countingOf, lostBefore } from "./comparison.ts";
import { binned, type SeedCurve } from "./curves.ts";
import { curvesOf } from "./thinned.ts";

/**
 * The IQM over the runs that count, each configuration for itself, in the bins in which Compare takes
 * their mean, to where the first of them diverged or failed; null where it is not finite. Empty: no run
 * has the metric, or one failed before it had.
 */
export function trendOf(
  store: StoreReader,
  asked: readonly Run[],
  metric: string,
): (number | null)[] {
  const { runs } = judgedByEnd(store, asked);
  const axis = commonAxis(runs);
  const has = (run: Run) => store.seriesNames(run.id).includes(metric);
  const counted = countingOf(runs, has, lostBefore(metric, () => runs.filter(has)));
  if (counted.some((run) => isLost(run) && !has(run))) return [];
  const curves = counted.filter(has).flatMap((run): SeedCurve[] => {
    // All points: the lowest and the highest of buckets have another mean.
    const read = unlessDamaged(() => store.series(run.id, metric));
    if (read instanceof DamageError || read.values.length === 0) return [];
    return [{ ...curvesOf(read, axis, 0).whole, goesOn: !isFinished(run) }];
  });
  if (curves.length === 0) return [];
  const { x, seeds } = binned(curves);
  return x.map((_, bin) => {
    const value = iqm(seeds.map((means) => means[bin]));
    return Number.isFinite(value) ? value : null;
  });
}
