/**
 * What a return is worth in a world: between what random actions return and where it counts as
 * solved.
 *
 * @module
 */
import type { RandomReturn } from "../core/registry.ts";
import type { Json } from "../core/snapshot.ts";
import type { Run } from "../store/store.ts";
import type { Registries } from "./registries.ts";

/** Two marks on the scale of a registered world's returns. */
export interface ReturnScale {
  /** The world's name and version. */
  readonly id: string;
  /** What random actions return; undefined: not measured, or the options differ from the defaults. */
  readonly random: RandomReturn | undefined;
  /** Mean return at which the world counts as solved; undefined: not registered. */
  readonly threshold: number | undefined;
}

/**
 * The world in a resolved configuration, as its registry has it, and the options that it is made with.
 *
 * @returns undefined for an own or unregistered world, for options that it does not take, and for a
 * model.
 */
export function registeredWorld(
  configuration: { readonly [key: string]: Json },
  { environments }: Pick<Registries, "environments">,
): { readonly entry: Registries["environments"][number]; readonly options: unknown } | undefined {
  const { id, own, ...given } = (configuration.environment ?? {}) as Record<string, Json>;
  const entry = environments.find((each) => each.id === id);
  if (entry === undefined || own === true) return undefined;
  const { success, data: options } = entry.configuration.safeParse(given);
  return success ? { entry, options } : undefined; // else an earlier version's options
}

/**
 * The scale of the world in a resolved configuration.
 *
 * @returns undefined for an own or unregistered world, for options that it does not take, and for a
 * model.
 */
export function returnScale(
  configuration: { readonly [key: string]: Json },
  { environments }: Pick<Registries, "environments">,
): ReturnScale | undefined {
  const world = registeredWorld(configuration, { environments });
  if (world === undefined) return undefined;
  const { entry, options } = world;
  const usual = JSON.stringify(options) === JSON.stringify(entry.configuration.parse({}));
  const environment = entry.make(options);
  environment.close?.();
  return {
    id: entry.id,
    random: usual ? entry.randomReturn : undefined,
    threshold: environment.rewardThreshold,
  };
}

/** The scales of the worlds of runs, each world once for each choice of its options. */
export function returnScales(
  runs: readonly Run[],
  registries: Pick<Registries, "environments">,
): ReturnScale[] {
  const scales = new Map<string, ReturnScale>();
  for (const { manifest: { determined: { configuration } } } of runs) {
    const key = JSON.stringify(configuration.environment);
    const scale = scales.has(key) ? undefined : returnScale(configuration, registries);
    if (scale !== undefined) scales.set(key, scale);
  }
  return [...scales.values()];
}
