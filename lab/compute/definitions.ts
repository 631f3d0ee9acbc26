/**
 * How agents and models describe themselves to registries and runner.
 *
 * @module
 */
import type * as z from "zod";
import type { Dataset } from "../core/dataset.ts";
import type { Environment } from "../core/environment.ts";
import type { Generator, Seed } from "../core/random.ts";
import type { BudgetUnit, Trainer } from "../core/trainer.ts";
import type { Workspace } from "./workspace.ts";

/** What every trainer is made from. */
export interface TrainerContext<Configuration> {
  readonly configuration: Configuration;
  /** Total budget in the trainer's unit. */
  readonly budget: number;
  readonly workspace: Workspace;
  /** The run's seed; environment i is seeded with `deriveSeed(seed, "environment/i")`. */
  readonly seed: Seed;
  /** The named stream of the run's seed: `stream("policy")`, `stream("minibatch")`, …. */
  stream(name: string): Generator;
}

/** An agent: what it is called, its configuration and how a trainer of it is made. */
// deno-lint-ignore no-explicit-any
export interface AgentDefinition<Configuration = any> {
  readonly name: string;
  readonly summary: string;
  readonly budgetUnit: BudgetUnit;
  /** Strict zod object; every field has `.default` and `.meta({ description, unit? })`. */
  readonly configuration: z.ZodType<Configuration>;
  create(
    context: TrainerContext<Configuration> & { makeEnvironment(): Environment },
  ): Promise<Trainer>;
}

/** A generative model. */
// deno-lint-ignore no-explicit-any
export interface ModelDefinition<Configuration = any> {
  readonly name: string;
  readonly summary: string;
  readonly budgetUnit: BudgetUnit;
  /** Strict zod object; every field has `.default` and `.meta({ description, unit? })`. */
  readonly configuration: z.ZodType<Configuration>;
  /** The evaluated series by which a checkpoint is called best; undefined: none is. */
  readonly bestBy?: { readonly metric: string; readonly goal: "maximize" | "minimize" };
  create(context: TrainerContext<Configuration> & { dataset: Dataset }): Promise<Trainer>;
}
