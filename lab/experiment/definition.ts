/**
 * Experiment definitions: what a newcomer writes and a registry names.
 *
 * @module
 */
import type { EnvironmentDefinition } from "../core/environment.ts";
import type { Json } from "../core/snapshot.ts";

/** Fields of an agent, model, data set or environment, checked by its own schema. */
export type Options = { readonly [key: string]: Json };

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
  /** When and how training is measured. */
  readonly evaluation?: {
    /** Budget units between evaluations. Default: a tenth of the budget. */
    readonly every?: number;
    /** Episodes an evaluation (agents). Default 100. */
    readonly episodes?: number;
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
  /** Ends the run early when `metric` is at least `atLeast` in `times` evaluations in a row. */
  readonly stop?: { readonly metric: string; readonly atLeast: number; readonly times?: number };
}

/** An agent in a world. */
export interface AgentExperiment extends CommonFields {
  /** A registered world with its options, or a definition of your own. */
  readonly environment: ({ readonly id: string } & Options) | EnvironmentDefinition;
  /** The agent's name and the fields that differ from its defaults. */
  readonly agent: { readonly name: string } & Options;
}

/** A model on a data set. */
export interface ModelExperiment extends CommonFields {
  /** A registered data set with its options. */
  readonly dataset: { readonly name: string } & Options;
  /** The model's name and the fields that differ from its defaults. */
  readonly model: { readonly name: string } & Options;
}

/** What `defineExperiment` takes and a definition's module exports as default. */
export type ExperimentDefinition = AgentExperiment | ModelExperiment;

/** Types an experiment definition; it is checked when it is resolved. */
export function defineExperiment<D extends ExperimentDefinition>(definition: D): D {
  return definition;
}
