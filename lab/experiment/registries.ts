/**
 * The registries that the experiment layer is handed: it knows no environment, agent or model by
 * itself.
 *
 * @module
 */
import type { AgentDefinition, ModelDefinition } from "../compute/definitions.ts";
import type { Environment, EnvironmentDefinition } from "../core/environment.ts";
import type {
  DatasetDefinition,
  Entry,
  EnvironmentEntry,
  Player,
  TrainerEntry,
} from "../core/registry.ts";
import type { ExperimentDefinition } from "./definition.ts";

/** A named experiment. */
export interface ExperimentEntry extends Entry<ExperimentDefinition> {
  /** Expected seconds a seed on two cores. */
  readonly expectedSeconds: number;
  /** Whether the quick start trains it; left out: no. */
  readonly inQuickStart?: boolean;
  /** URL of the module that holds the definition: what a run's manifest names and hashes. */
  readonly module: string;
}

/** Everything that can be named in a definition. */
export interface Registries {
  /**
   * URL of a module that exports these registries as `registries`. Workers import it, as code does
   * not cross to them.
   */
  readonly module: string;
  readonly environments: readonly EnvironmentEntry[];
  readonly agents: readonly TrainerEntry<AgentDefinition>[];
  readonly models: readonly TrainerEntry<ModelDefinition>[];
  readonly datasets: readonly Entry<DatasetDefinition>[];
  readonly experiments: readonly ExperimentEntry[];
  /**
   * What a world of a user's own, made from `definition` where it stands in the file, does wrong on
   * reset and its first steps, and how to mend it, in a line; undefined where nothing is. Left out:
   * such worlds are not looked at.
   */
  readonly faultOf?: (
    environment: Environment,
    definition?: EnvironmentDefinition,
  ) => Promise<string | undefined>;
  /** Opens a policy file, for data sets of what policies see. Left out: there are none. */
  readonly openPolicy?: (bytes: Uint8Array) => Promise<Player>;
}
