/**
 * NumPy-compatible random numbers (SeedSequence + PCG64). STUB: being replaced.
 *
 * @module
 */
/** A run's or an environment's seed: 0 … 2¹²⁸ − 1. */
export type Seed = number | bigint;
/** Stub. */
export interface Generator {
  random(): number;
  integers(high: number): number;
  uniform(low: number, high: number): number;
  standardNormal(): number;
  standardExponential(): number;
  fillUniform(out: Float32Array): void;
  fillStandardNormal(out: Float32Array): void;
}
