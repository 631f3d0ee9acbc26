/**
 * What a test's p is shown as, and the difference that it sees.
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

/** A test's p, and of how many common seeds it is, where groups have others, too, or that there are none. */
export function testText(
  { p, common }: { readonly p: number | null; readonly common?: number },
): string {
  if (common === undefined) return pText(p);
  return common === 0
    ? "no common seeds"
    : `${pText(p)} (of ${common} common seed${common === 1 ? "" : "s"})`;
}

/** What stands for a difference that a test sees where it sees none. */
export const NEVER = "never";

/**
 * The difference of means that a test of this p sees; `never` where no difference is large enough for so
 * few seeds, a dash where there is no test.
 *
 * @param show Of a difference.
 */
export function detectableText(
  { p, detectable }: { readonly p: number | null; readonly detectable: number | null },
  show: (value: number) => string,
): string {
  if (p === null || Number.isNaN(p)) return "–";
  return detectable === null || Number.isNaN(detectable) ? NEVER : show(detectable);
}
