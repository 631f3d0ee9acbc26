/**
 * Everything that the lab has by name, composed once: for the command line, the workers and the
 * library.
 *
 * @module
 */
import { agents } from "./agents/mod.ts";
import { environments } from "./envs/mod.ts";
import { experiments } from "./experiments/mod.ts";
import { datasets } from "./models/datasets/mod.ts";
import { models } from "./models/mod.ts";
import type { Registries } from "./lab/experiment/registries.ts";

/** All registries of the lab. */
export const registries: Registries = {
  module: import.meta.url,
  environments,
  agents,
  models,
  datasets,
  experiments,
  faultOf: async (...world) => (await import("./envs/checker.ts")).firstFault(...world),
  openPolicy: async (bytes) => (await import("./agents/policy.ts")).loadPolicy(bytes),
};
