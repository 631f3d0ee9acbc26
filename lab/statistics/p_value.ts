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

/** What there is to say of a test. */
interface Test {
  readonly p: number | null;
  readonly common?: number;
  readonly ofRanks?: boolean;
}

/**
 * A test's p, that it is of ranks where it is, and of how many common seeds where groups have others, too, or
 * that there are none.
 */
export function testText({ p, common, ofRanks = false }: Test): string {
  if (common === 0) return "no common seeds";
  const seeds = common === undefined ? [] : [`of ${common} common seed${common === 1 ? "" : "s"}`];
  const of = [...ofRanks ? ["of ranks"] : [], ...seeds];
  return of.length === 0 ? pText(p) : `${pText(p)} (${of.join(", ")})`;
}

/** What stands for a difference that a test sees where it sees none. */
export const NEVER = "never";

/**
 * The difference of means that a test of this p sees; `never` where no difference is large enough for so
 * few seeds, a dash where there is no test of means.
 *
 * @param show Of a difference.
 */
export function detectableText(
  { p, detectable, ofRanks = false }: Test & { readonly detectable: number | null },
  show: (value: number) => string,
): string {
  if (p === null || Number.isNaN(p) || ofRanks) return "–";
  return detectable === null || Number.isNaN(detectable) ? NEVER : show(detectable);
}
