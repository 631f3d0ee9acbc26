/**
 * What a run's seed may be.
 *
 * @module
 */

/** The largest seed, 2¹²⁸ − 1. */
export const LARGEST_SEED = (1n << 128n) - 1n;
