/**
 * The file of digests.
 *
 * @module
 */
import type { Case } from "./cases.ts";

/** A training and its digest. */
export interface Pinned extends Case {
  readonly digest: string;
}

/** Where the digests are. */
export const pinnedPath = new URL("../golden/digests.json", import.meta.url);

/** Trainings with their digests by agent or model. */
export async function readPinned(): Promise<Readonly<Record<string, readonly Pinned[]>>> {
  try {
    return JSON.parse(await Deno.readTextFile(pinnedPath));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}
