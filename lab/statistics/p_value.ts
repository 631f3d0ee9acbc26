/**
 * What a test's p is shown as.
 *
 * @module
 */

/** Below it three decimals would say 0. */
const LEAST = 0.001;

/** A p of three decimals, or the bound that it is below; a dash where there is no test. */
export function pText(p: number | null | undefined): string {
  if (p === null || p === undefined || Number.isNaN(p)) return "–";
  return p < LEAST ? `< ${LEAST}` : p.toFixed(3);
}
