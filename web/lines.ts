/**
 * The lines of a chart, and what is read off them.
 *
 * @module
 */
import type { ComparedGroup } from "./comparison.ts";

/** One line; `low` and `high` draw a band around it. Values that are not finite are text: gaps. */
export interface Line {
  readonly label: string;
  /** Index into the palette. */
  readonly color: number;
  readonly x: readonly number[];
  readonly y: readonly (number | string)[];
  readonly low?: readonly (number | string)[];
  readonly high?: readonly (number | string)[];
  /** Thin and pale: raw values behind a smoothed line, single seeds behind their mean. */
  readonly faint?: boolean;
}

/** What a line's figures are, as a row. */
export interface LineFigures {
  readonly label: string;
  /** The last x and its value. */
  readonly until: number | undefined;
  readonly last: number | string | undefined;
  /** Of its finite values. */
  readonly lowest: number | undefined;
  readonly highest: number | undefined;
  /** The first value that is not finite. */
  readonly broken: { readonly x: number; readonly value: string } | undefined;
}

/** The figures of a line. */
export function lineFigures({ label, x, y }: Line): LineFigures {
  let [lowest, highest]: (number | undefined)[] = [];
  let broken: LineFigures["broken"];
  y.forEach((value, i) => {
    if (typeof value === "string") broken ??= { x: x[i], value };
    else {
      lowest = Math.min(lowest ?? value, value);
      highest = Math.max(highest ?? value, value);
    }
  });
  return { label, until: x.at(-1), last: y.at(-1), lowest, highest, broken };
}

/** Index of the ascending coordinate nearest to `x`; −1 where `x` is beyond their ends. */
export function nearestIndex(xs: readonly number[], x: number): number {
  if (xs.length === 0 || x < xs[0] || x > xs.at(-1)!) return -1;
  let low = 0;
  let high = xs.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (xs[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low > 0 && x - xs[low - 1] < xs[low] - x ? low - 1 : low;
}

/**
 * The lines of groups: the mean of each with its interval where several seeds count, and, where
 * asked for, behind them each seed that the mean does not show already.
 */
export function groupLines(
  groups: readonly ComparedGroup[],
  { seeds, hidden }: { seeds: boolean; hidden: ReadonlySet<string> },
): Line[] {
  return groups.flatMap((group): Line[] => {
    if (hidden.has(group.label)) return [];
    const { color } = group;
    const { low, high, ...mean } = group.mean;
    const several = group.seeds.filter((seed) => seed.counts).length > 1;
    const single = group.seeds
      .filter((seed) => !seed.counts || several || seed.x.length > mean.x.length)
      .map(({ seed, run, x, y }) => ({
        label: `${group.label}, seed ${seed}, ${run}`,
        color,
        x,
        y,
        faint: true,
      }));
    const band = several ? { low, high } : {};
    return [...(seeds ? single : []), { label: group.label, color, ...mean, ...band }];
  });
}
