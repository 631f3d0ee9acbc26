/**
 * Which seeds choose, and which judge what was chosen.
 *
 * @module
 */

/** The first seed that no choice of settings may see: those below choose, from here on seeds judge. */
export const JUDGING = 101;
