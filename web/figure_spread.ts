/**
 * How far the IQM of a group's figures is known: the same bounds on every page, and on the command line.
 *
 * @module
 */
import { iqm, type Spread, spreadOf } from "../lab/statistics/mod.ts";

/** Figures from which on fewer resamples tell as much, and those resamples. */
const [MANY, RESAMPLES] = [51, 5000];

/** The bounds that the command line's `compare` prints, too; null of one figure, or where one is none. */
export function figureSpread(values: readonly number[]): Spread | null {
  if (!values.every(Number.isFinite)) return null;
  return spreadOf(values, iqm, values.length < MANY ? {} : { repeats: RESAMPLES });
}
