/**
 * The registry of agents.
 *
 * @module
 */
import type { Entry } from "../lab/core/registry.ts";
import type { AgentDefinition } from "../lab/compute/definitions.ts";

/** Every agent of the lab; `load` brings its code and TensorFlow.js. */
export const agents: readonly Entry<AgentDefinition>[] = [
  {
    name: "ppo",
    summary: "Proximal policy optimisation: clipped policy gradient on minibatches of rollouts",
    load: async () => (await import("./ppo.ts")).ppo,
  },
];
