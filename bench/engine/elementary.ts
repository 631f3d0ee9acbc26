/** `lab/core/elementary.ts` with the engine's own functions: takes its place in a measurement. @module */
export * from "../../lab/core/elementary.ts";

export const { exp, log, expm1, tanh, pow: power } = Math;

export function angleOf(x: number, y: number): number {
  return Math.atan2(y, x);
}
