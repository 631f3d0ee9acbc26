/**
 * The files of digests and of defaults.
 *
 * @module
 */
import type * as z from "zod";
import type { Json } from "../../lab/core/snapshot.ts";
import { fieldsOf } from "../../lab/experiment/fields.ts";
import { registries } from "../../registries.ts";
import type { Case } from "./cases.ts";

/** A training and its digest. */
export interface Pinned extends Case {
  readonly digest: string;
}

/** Where the digests are. */
export const pinnedPath = new URL("../golden/digests.json", import.meta.url);

/** Where the defaults are. */
export const defaultsPath = new URL("../golden/defaults.json", import.meta.url);

/** Trainings with their digests by agent or model. */
export async function readPinned(): Promise<Readonly<Record<string, readonly Pinned[]>>> {
  try {
    return JSON.parse(await Deno.readTextFile(pinnedPath));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}

/** What every field of every agent, model, data set and world is where nothing is said. */
export async function currentDefaults(): Promise<Record<string, Record<string, Json>>> {
  const schemas: (readonly [name: string, schema: z.ZodType])[] = registries.environments
    .flatMap(({ id, configuration }) =>
      configuration === undefined ? [] : [[`environments/${id}`, configuration] as const]
    );
  for (const registry of ["agents", "models", "datasets"] as const) {
    for (const entry of registries[registry]) {
      const { configuration } = await entry.load();
      schemas.push([`${registry}/${entry.name}`, configuration]);
    }
  }
  return Object.fromEntries(schemas.map(([name, schema]) => [
    name,
    Object.fromEntries(
      fieldsOf(schema, "").map(({ path, default: preset }) => [path, preset ?? null]),
    ),
  ]));
}
