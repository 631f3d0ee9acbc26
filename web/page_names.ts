/**
 * The pages that every page leads to.
 *
 * @module
 */

/** In the order of the page's head. */
export const pages = [
  { path: "/", name: "Runs" },
  { path: "/compare", name: "Compare" },
  { path: "/sweeps", name: "Sweeps" },
  { path: "/train", name: "Train" },
] as const;
