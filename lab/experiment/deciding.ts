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
 * The hash of the module whose own parts a run was trained with; undefined where its configuration
 * says all, so that another comment in a file of settings, or another preset, parts no seeds.
 */
export function ownCodeOf({ definition, determined }: Manifest): string | undefined {
  return needsModule(determined.configuration) ? definition.hash : undefined;
}
