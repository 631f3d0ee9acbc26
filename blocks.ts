/**
 * What own agents, models and network bodies are built of: TensorFlow.js, networks, gradient steps,
 * optimizers, and the trainers' common parts. Importing it loads TensorFlow.js.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

export { tf };

export { openWorkspace } from "./lab/compute/backend.ts";
export * from "./lab/compute/descend.ts";
export * from "./lab/compute/gradients.ts";
export * from "./lab/compute/initializers.ts";
export * from "./lab/compute/layers/mod.ts";
export * from "./lab/compute/networks.ts";
export * from "./lab/compute/optimizers.ts";
export * from "./lab/compute/recurrent.ts";
export * as schedules from "./lab/compute/schedules.ts";
export type * from "./lab/compute/workspace.ts";
export * from "./lab/core/base_trainer.ts";

export { actionInput, type ActionRows, actionRows } from "./agents/distributions/actions.ts";
export * from "./agents/distributions/mod.ts";
export type * from "./agents/distributions/policy_distribution.ts";
export * from "./agents/returns/advantages.ts";
export { type DifferenceConfiguration, differenceConfiguration } from "./agents/tabular/tables.ts";
export {
  differenceMethod,
  tabularAgent,
  type TabularMethod,
  type TabularSetup,
  type Target,
} from "./agents/tabular/tabular_trainer.ts";
export * from "./agents/trainers/agent_trainer.ts";
export * from "./agents/trainers/evaluation.ts";
export { perBatch } from "./agents/trainers/programs.ts";
export * from "./agents/worlds/world.ts";

export * from "./models/define_model.ts";
export * from "./models/fields.ts";
export * from "./models/losses.ts";
export * from "./models/model.ts";
export * as modelNetworks from "./models/networks.ts";
