/**
 * Series of which only some points have left the store, with what is needed for the means of all.
 *
 * @module
 */
import type { Series } from "../lab/store/store.ts";
import type { Axis } from "./axes.ts";
import type { Curve } from "./curves.ts";
import { smooth } from "./smooth.ts";

/** What is known of the finite points between each point that was kept and the one before it. */
export interface Between {
  readonly counts: readonly number[];
  /** 0 where there are none. */
  readonly means: readonly number[];
}

/** A series as pages read it: whole, or thinned. */
export interface ReadSeries extends Series {
  /** Left out: the series is whole. */
  readonly between?: Between;
}

/** What lies between the picked values, which are the first, the last, and some between them. */
export function betweenOf(values: ArrayLike<number>, picks: readonly number[]): Between {
  const [counts, means]: number[][] = [[], []];
  picks.forEach((pick, k) => {
    let [sum, count] = [0, 0];
    for (let i = (picks[k - 1] ?? pick) + 1; i < pick; i++) {
      if (!Number.isFinite(values[i])) continue;
      sum += values[i];
      count++;
    }
    counts.push(count);
    means.push(count === 0 ? 0 : sum / count);
  });
  return { counts, means };
}

/**
 * The smoothed curves of a series: `shown`, the points that are there, and `whole`, what means are
 * taken of. Where the series is thinned, points between those that are there have the place that even
 * steps give them and the mean of them all, so that sums stay what they were.
 */
export function curvesOf(
  series: ReadSeries,
  axis: Axis,
  share: number,
): { readonly shown: Curve; readonly whole: Curve } {
  const { [axis]: x, values, between } = series;
  if (between === undefined) {
    const whole = { x, y: smooth(x, values, share) };
    return { shown: whole, whole };
  }
  const { x: places, y, kept } = filled({ x, y: values }, between);
  const whole = { x: places, y: smooth(places, y, share) };
  return { shown: { x, y: kept.map((i) => whole.y[i]) }, whole };
}

/** A curve with the points between its own, and where its own then stand. */
function filled({ x, y }: Curve, { counts, means }: Between): {
  x: Float64Array;
  y: Float64Array;
  kept: number[];
} {
  const length = counts.reduce((sum, count) => sum + count, x.length);
  const [places, values] = [new Float64Array(length), new Float64Array(length)];
  const kept: number[] = [];
  let at = 0;
  counts.forEach((count, k) => {
    for (let i = 1; i <= count; i++, at++) {
      places[at] = x[k - 1] + (x[k] - x[k - 1]) * i / (count + 1);
      values[at] = means[k];
    }
    kept.push(at);
    places[at] = x[k];
    values[at++] = y[k];
  });
  return { x: places, y: values, kept };
}
