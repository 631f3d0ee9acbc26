/**
 * What runs are worth, on pages.
 *
 * @module
 */
import { environments } from "../envs/mod.ts";
import { Judge } from "../lab/experiment/verdict.ts";

export type { Verdict } from "../lab/experiment/verdict.ts";

/** Says what runs in the lab's worlds are worth. */
export const judge: Judge = new Judge({ environments });
