/**
 * What of a run's record decides its result.
 *
 * @module
 */
import type { Json } from "../core/snapshot.ts";
import type { Manifest } from "../store/store.ts";
import { needsModule } from "./own.ts";

/** A configuration without what changes no result: how often a run is checkpointed. */
export function deciding(
  { checkpoint: _, ...configuration }: { readonly [key: string]: Json },
): { readonly [key: string]: Json } {
  return configuration;
}

/**
 * The hash of the module whose own parts a run was trained with, or those of all that it was, in their
 * order; undefined where its configuration says all, so that another comment in a file of settings, or
 * another preset, parts no seeds.
 */
export function ownCodeOf({ definition, determined }: Manifest): string | undefined {
  if (!needsModule(determined.configuration)) return undefined;
  const { hash, changes = [] } = definition;
  return [hash, ...changes.map((each) => each.hash)].join(" then ");
}

/** Own code with as many digits of each hash as tell two versions of a file apart. */
export function shownCode(code: string): string {
  return code.replace(/\b([0-9a-f]{6})[0-9a-f]+/g, "$1");
}

/** The definition of a run that goes on from an iteration by a file of this hash. */
export function goneOn(
  { module, hash: first, changes: before = [] }: Manifest["definition"],
  hash: string,
  iteration: number,
): Manifest["definition"] {
  // What was trained after that iteration is trained again.
  const kept = [{ iteration: 0, hash: first }, ...before].filter((each) =>
    each.iteration < iteration
  );
  const all = kept.at(-1)?.hash === hash ? kept : [...kept, { iteration, hash }];
  const [begun, ...changes] = all;
  return { module, hash: begun.hash, ...changes.length > 0 && { changes } };
}
