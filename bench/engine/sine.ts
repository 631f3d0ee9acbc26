/** `lab/core/sine.ts` with the engine's own functions: takes its place in a measurement. @module */
export const { sin: sine, cos: cosine } = Math;

export function sines(angles: Float64Array, out: Float64Array, from: number, to: number): void {
  for (let i = from; i < to; i++) out[i] = Math.sin(angles[i]);
}

export function cosines(angles: Float64Array, out: Float64Array, from: number, to: number): void {
  for (let i = from; i < to; i++) out[i] = Math.cos(angles[i]);
}
