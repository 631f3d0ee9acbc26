/**
 * Makes the environments of a job in another thread: what `EnvironmentSource.module` names.
 *
 * @module
 */
import type { Environment } from "../core/environment.ts";
import type { Registries } from "./registries.ts";
import type { BodyDefinition } from "../compute/definitions.ts";
import {
  environmentMaker as makerOf,
  networkBody as bodyOf,
  type SourceOptions,
} from "./session.ts";

/** Makes fresh environments, the same as the job's. */
export async function environmentMaker(
  { job, registries: module }: SourceOptions,
): Promise<() => Environment> {
  const { registries } = await import(module) as { registries: Registries };
  return await makerOf(job, registries);
}

/** The job's own network body, where it has one. */
export async function networkBody({ job }: SourceOptions): Promise<BodyDefinition | undefined> {
  return await bodyOf(job);
}
