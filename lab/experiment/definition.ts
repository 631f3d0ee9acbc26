/**
 * Experiment definitions: what a newcomer writes and a registry names.
 *
 * @module
 */
import type { AgentDefinition, BodyDefinition, ModelDefinition } from "../compute/definitions.ts";
import type { EnvironmentDefinition } from "../core/environment.ts";
import type { DatasetDefinition } from "../core/registry.ts";
import type { Json } from "../core/snapshot.ts";
import type { Callbacks } from "./callbacks.ts";
import type { StopRule } from "./stop_rule.ts";

/** Fields of an agent, model, data set or environment, checked by its own schema. */
export type Options = { readonly [key: string]: Json };

/**
 * A part of an experiment: a registered one by name, or one of the definition's own, each with the
 * fields that differ from its defaults.
 */
export type Chosen<Definition> =
  | ({ readonly name: string } & Options)
  | Definition
  | { readonly definition: Definition; readonly [field: string]: Json | Definition };

/** What all experiments say. */
export interface CommonFields {
  /** `<world or data>-<method>`. */
  readonly name: string;
  /** Raised when the definition changes in a way that changes results. Default 1. */
  readonly version?: number;
  /** One line: what it trains. */
  readonly summary?: string;
  /** Expected seconds a seed on two cores, for `list`. */
  readonly expectedSeconds?: number;
  /** Total budget in the trainer's unit. */
  readonly budget: number;
  /** Default number of seeds (1…n). Default 1. */
  readonly seeds?: number;
  /**
   * Seeds 1…n, at most 99, that its values were chosen on; 0 where they are another's. It is judged
   * on others: from 101 on.
   */
  readonly tunedOn?: number;
  /** When and how training is measured. */
  readonly evaluation?: {
    /** Budget units between evaluations. Default: a tenth of the budget. */
    readonly every?: number;
    /** Episodes an evaluation (agents). Default 100. */
    readonly episodes?: number;
    /** Whether evaluations draw actions from the policy (agents). Default: the best ones. */
    readonly stochastic?: boolean;
  };
  /** When the run is saved on the way; never changes a result. */
  readonly checkpoint?: {
    /** Iterations between checkpoints; 0: by time alone. Default 0. */
    readonly everyIterations?: number;
    /** Seconds between checkpoints. Default 10. */
    readonly everySeconds?: number;
    /** How many of the last to keep. Default 2. */
    readonly keepLast?: number;
  };
  /**
   * Ends the run early when `metric` is at least `atLeast`, or at most `atMost`, in `times` evaluations in a
   * row: the one of a metric that rises as a run learns, the other of one that falls.
   */
  readonly stop?: StopRule & { readonly times?: number };
  /** See every iteration and evaluation; may log metrics and stop the run. */
  readonly callbacks?: Callbacks;
}

/** An agent in a world. */
export interface AgentExperiment extends CommonFields {
  /** A registered world with its options, or a definition of your own. */
  readonly environment: ({ readonly id: string } & Options) | EnvironmentDefinition;
  /** A registered agent or an own one, and the fields that differ from its defaults. */
  readonly agent: Chosen<AgentDefinition>;
  /** What stands before the dense layers of the agent's networks, for agents that take one. */
  readonly body?: BodyDefinition;
}

/** A model on a data set. */
export interface ModelExperiment extends CommonFields {
  /** A registered data set or an own one, with its options. */
  readonly dataset: Chosen<DatasetDefinition>;
  /** A registered model or an own one, and the fields that differ from its defaults. */
  readonly model: Chosen<ModelDefinition>;
}

/** What `defineExperiment` takes and a definition's module exports as default. */
export type ExperimentDefinition = AgentExperiment | ModelExperiment;

/** Types an experiment definition; it is checked when it is resolved. */
export function defineExperiment<D extends ExperimentDefinition>(definition: D): D {
  return definition;
}
