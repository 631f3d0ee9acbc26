/**
 * What a return is worth in a world: between what random actions return and where it counts as
 * solved.
 *
 * @module
 */
import { isRecord } from "../core/plain.ts";
import type { CutReturns, RandomReturn } from "../core/registry.ts";
import type { Json } from "../core/snapshot.ts";
import type { Run } from "../store/store.ts";
import { isOwn } from "./own.ts";
import type { Registries } from "./registries.ts";

/** What rounding takes off a mean, as a share of it, at most. */
const ROUNDING = 1e-9;

/** What random actions return in whole episodes, and in those that evaluations cut. */
export type ScaleReturn = Pick<RandomReturn, "mean" | "deviation"> & { readonly cut?: CutReturns };

/** Two marks on the scale of a registered world's returns. */
export interface ReturnScale {
  /** The world's name and version. */
  readonly id: string;
  /**
   * What random actions return, and where evaluations cut episodes what then; undefined: not measured as
   * they are cut, or the options differ from the defaults.
   */
  readonly random: ScaleReturn | undefined;
  /** Whether these are drawn from the actions alone that the world's masks allow. */
  readonly masked: boolean;
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

/** What a configuration's runs learn from, where it stands in the definition's module as code. */
export function ownPartOf(
  { environment, dataset }: { readonly [key: string]: Json },
): { readonly [key: string]: Json } | undefined {
  const part = environment ?? dataset;
  return isRecord(part) && isOwn(part) ? part : undefined;
}

/**
 * Equal for runs in one world, whether they say its options or leave them at their defaults, or on the same
 * data; `null` where they name neither. An own world, or own data, is one where the own code is, too.
 *
 * @param code As of `ownCodeOf`.
 */
export function taskOf(
  { configuration, code }: {
    readonly configuration: { readonly [key: string]: Json };
    readonly code?: string;
  },
  registries: Pick<Registries, "environments">,
): string {
  const world = registeredWorld(configuration, registries);
  if (world !== undefined) return JSON.stringify([world.entry.id, world.options]);
  const { environment, dataset } = configuration;
  const own = ownPartOf(configuration);
  return JSON.stringify(own === undefined ? environment ?? dataset ?? null : { ...own, code });
}

/** What a return is held against, in words. */
export function randomWords({ masked }: Pick<ReturnScale, "masked">): string {
  return masked ? "random allowed actions" : "random actions";
}

/** What random actions return in episodes as evaluations play them. */
export function evaluatedRandom(random: ScaleReturn): Pick<RandomReturn, "mean" | "deviation"> {
  return random.cut ?? random;
}

/**
 * The return of random actions that an agent is held against: of allowed ones where it stays within its
 * world's masks, by its field `maskActions`. The agent `random`, which has no fields, does so, too.
 */
function randomOf(
  configuration: { readonly [key: string]: Json },
  registries: Pick<Registries, "environments">,
): Pick<ReturnScale, "random" | "masked"> {
  const world = registeredWorld(configuration, registries);
  if (world === undefined) return { random: undefined, masked: false };
  const { entry: { configuration: schema, randomReturn, randomAllowedReturn }, options } = world;
  if (JSON.stringify(options) !== JSON.stringify(schema.parse({}))) {
    return { random: undefined, masked: false };
  }
  const { name, maskActions = name === "random", episodeLimit } =
    (configuration.agent ?? {}) as Record<string, Json>;
  const masked = maskActions === true && randomAllowedReturn !== undefined;
  return { random: cutAt(episodeLimit, masked ? randomAllowedReturn : randomReturn), masked };
}

/** A world's return as an agent's evaluations cut it; undefined where it was not measured so. */
function cutAt(
  episodeLimit: Json | undefined,
  random: RandomReturn | undefined,
): ScaleReturn | undefined {
  if (random?.cuts === undefined) return random;
  const { mean, deviation, cuts } = random;
  const cut = episodeLimit ? cuts.find(({ after }) => after === episodeLimit) : cuts[0];
  return cut && { mean, deviation, cut };
}

/** Equal for configurations whose scale is the same one. */
export function scaleKey(
  configuration: { readonly [key: string]: Json },
  registries: Pick<Registries, "environments">,
): string {
  const { random, masked } = randomOf(configuration, registries);
  const task = taskOf({ configuration }, registries);
  return JSON.stringify([task, masked, random?.cut?.after ?? null]);
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
  const environment = entry.make(options);
  environment.close?.();
  return {
    id: entry.id,
    ...randomOf(configuration, { environments }),
    threshold: environment.rewardThreshold,
  };
}

/**
 * The scales of the worlds of runs: each world once for each choice of its options, and once more where
 * agents act in it both within its masks and without them.
 */
export function returnScales(
  runs: readonly Run[],
  registries: Pick<Registries, "environments">,
): ReturnScale[] {
  const scales = new Map<string, ReturnScale>();
  for (const { manifest: { determined: { configuration } } } of runs) {
    const key = scaleKey(configuration, registries);
    const scale = scales.has(key) ? undefined : returnScale(configuration, registries);
    if (scale !== undefined) scales.set(key, scale);
  }
  return [...scales.values()];
}

/**
 * Whether a return comes to what counts as solved. The mean of returns that do may be a rounding below
 * them: that of three of 0.7 is.
 */
export function isSolved(value: number, threshold: number): boolean {
  return value >= threshold - ROUNDING * Math.max(1, Math.abs(threshold));
}
