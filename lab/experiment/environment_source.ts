/**
 * Makes the environments of a job in another thread: what `EnvironmentSource.module` names.
 *
 * @module
 */
import type { Environment } from "../core/environment.ts";
import type { Registries } from "./registries.ts";
import { environmentMaker as makerOf, type SourceOptions } from "./session.ts";

/** Makes fresh environments, the same as the job's. */
export async function environmentMaker(
  { job, registries: module }: SourceOptions,
): Promise<() => Environment> {
  const { registries } = await import(module) as { registries: Registries };
  return await makerOf(job, registries);
}
