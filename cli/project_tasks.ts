/**
 * Tasks of the lab's `deno.json` that a project has, too, under the same names.
 *
 * @module
 */
export const projectTasks = [
  "experiment",
  "experiment:native",
  "experiment:fleet",
  "worker",
  "dashboard",
] as const;
