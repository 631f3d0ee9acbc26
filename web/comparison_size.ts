/**
 * How many groups a comparison holds.
 *
 * @module
 */

/** Groups that are compared unless more are asked for, and at most: every one is a line of a chart. */
export const [USUAL_GROUPS, MOST_GROUPS] = [50, 200] as const;
