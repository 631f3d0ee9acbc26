/**
 * The backends of runs that nothing here computed: what another program logged, and what was refused.
 *
 * @module
 */

/** The backend of runs that a user's own loop logged: the lab does not compute them. */
export const LOGGED = "logged";

/** The backend of runs of a sweep that were refused before one was opened. */
export const REFUSED = "none";

/** Whether the lab computed a run that a manifest gives this backend. */
export function isComputed(backend: string): boolean {
  return backend !== LOGGED && backend !== REFUSED;
}
