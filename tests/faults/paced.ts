/** What runs of these tests are trained with: slowly enough to be met by a kill, with checkpoints. @module */

/** Settings of `line-toy`. */
export const paced = [["agent.pause", "25"], ["checkpoint.everyIterations", "3"]] as const;
