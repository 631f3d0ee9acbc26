/**
 * What a user's module gets in a page where it would train or log itself: the browser build puts this
 * module in the place of what `train` and `startRun` of the library load, which keep a store.
 *
 * @module
 */
import { LabError } from "../../lab/core/errors.ts";

const refused = (what: string) =>
  Promise.reject(new LabError(`Cannot ${what} in a page as it has no store`));

/** Rejects. */
export const train = (): Promise<never> => refused("train");

/** Rejects. */
export const startRun = (): Promise<never> => refused("start a run");
