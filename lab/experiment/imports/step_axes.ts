/** What the steps of an imported run may count. @module */

/** What a step may count. */
export const stepAxes = ["environmentSteps", "gradientSteps", "examples"] as const;

/** What a step counts. */
export type StepAxis = typeof stepAxes[number];
