/**
 * The x axes that a reader may choose, on the server and in the browser.
 *
 * @module
 */

/** An x axis; each is a column of a stored series. */
export type Axis = "environmentSteps" | "gradientSteps" | "examples" | "wallSeconds" | "iterations";

/** How the axes of charts lie. */
export interface Scales {
  /** The y axis is logarithmic: values of 0 or less are gaps. */
  readonly log: boolean;
  /** The x axis is logarithmic: points at 0 or less are left out. */
  readonly logX: boolean;
  /** The y axis fits the middle of what is drawn: see `middleOf`. */
  readonly trimmed: boolean;
}

/** X axes by what they are called. */
export const axes: readonly { readonly key: Axis; readonly title: string }[] = [
  { key: "environmentSteps", title: "environment steps" },
  { key: "gradientSteps", title: "gradient steps" },
  { key: "examples", title: "examples" },
  { key: "wallSeconds", title: "seconds" },
  { key: "iterations", title: "iterations" },
];

/** Whether an axis counts: between whole numbers there is nothing. */
export function isCount(axis: Axis): boolean {
  return axis !== "wallSeconds";
}

/** What an axis is called. */
export function axisTitle(axis: Axis): string {
  return axes.find(({ key }) => key === axis)!.title;
}
