/**
 * Series that grow under a reader's eyes: what the server sends of new points, and how a chart takes
 * them in.
 *
 * @module
 */
import type { Axis } from "./axes.ts";
import type { SeriesAnswer } from "./routes/api/series.ts";

/** Points of a series after an iteration, in columns. */
export interface Growth {
  /** The iteration after which they come. */
  readonly after: number;
  readonly iterations: readonly number[];
  readonly values: readonly (number | string)[];
  /** Their place on each x axis. */
  readonly axes: Readonly<Record<Axis, readonly number[]>>;
}

/** What grew of a run since the message before. */
export interface Grown {
  readonly attempt: number;
  readonly series: Readonly<Record<string, Growth>>;
}

/** Points that a chart takes in before it is drawn from the store anew. */
const MOST_ADDED = 1000;
/** Share of the x range by which it may grow before it is smoothed anew. */
const MOST_GROWTH = 0.02;

/**
 * A drawn series with what grew. Undefined where it must be fetched anew: points between are
 * missing, the run has begun another attempt, or what is drawn would be too much, or too little
 * smoothed.
 *
 * @param range What alone is drawn, with the nearest point beyond either end.
 */
export function grownBy(
  drawn: SeriesAnswer,
  { attempt, series }: Grown,
  name: string,
  range?: { readonly to: number },
): SeriesAnswer | undefined {
  if (attempt !== drawn.attempt) return undefined;
  const growth = series[name];
  if (growth === undefined) return drawn;
  if (growth.after > drawn.until) return undefined;
  const from = growth.iterations.findIndex((iteration) => iteration > drawn.until);
  if (from < 0) return drawn;
  const end = from + withinOf(growth.axes[drawn.axis].slice(from), drawn.x.at(-1), range?.to);
  const x = [...drawn.x, ...growth.axes[drawn.axis].slice(from, end)];
  const y = [...drawn.y, ...growth.values.slice(from, end)];
  if (x.length > drawn.x.length + MOST_ADDED || x.length > 2 * MOST_ADDED) return undefined;
  const { smoothed } = drawn;
  if (smoothed !== null) {
    // The smoothed line ends where it ended, until the range has grown enough to matter.
    const last = drawn.x[smoothed.length - 1];
    if (!(x.at(-1)! - last <= MOST_GROWTH * (last - drawn.x[0]))) return undefined;
  }
  return {
    ...drawn,
    x,
    y,
    iterations: [...drawn.iterations, ...growth.iterations.slice(from, end)],
    total: drawn.total + end - from,
    last: growth.values.at(-1)!,
    until: growth.iterations.at(-1)!,
  };
}

/** How many points that come after one at `before` are drawn up to the first one beyond `to`. */
function withinOf(xs: readonly number[], before = -Infinity, to = Infinity): number {
  if (before > to) return 0;
  const beyond = xs.findIndex((x) => x > to);
  return beyond < 0 ? xs.length : beyond + 1;
}
