/** `lab/core/log1p.ts` with the engine's own function: takes its place in a measurement. @module */
export function logOneMinus(u: number): number {
  return Math.log1p(-u);
}
