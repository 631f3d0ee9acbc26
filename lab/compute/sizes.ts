/**
 * Fields of configurations that say how many or how wide, with bounds beyond which nothing could be
 * trained.
 *
 * @module
 */
import * as z from "zod";

/** Widest layer, most environments. */
export const WIDEST = 65_536;
/** Most layers of a network. */
const DEEPEST = 64;
/** Longest time, in whatever it is counted. */
export const LONGEST = 1_000_000_000;

/** A count of what lies in memory or is gone through in one iteration. */
export function count(least: number, most = 1_000_000): z.ZodInt {
  return z.int().min(least).max(most);
}

/** Widths of a network's hidden layers. */
export function widths(): z.ZodArray<z.ZodInt> {
  return z.array(count(1, WIDEST)).max(DEEPEST);
}
