/**
 * How many groups and metrics a comparison holds.
 *
 * @module
 */

/** Groups that are compared unless more are asked for, and at most: every one is a line of a chart. */
export const [USUAL_GROUPS, MOST_GROUPS] = [50, 200] as const;

/** Metrics beside the first one, at most: each is charts of its own. */
export const MOST_BESIDE = 8;
