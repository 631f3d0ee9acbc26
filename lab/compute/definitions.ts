/**
 * How agents and models describe themselves to registries and runner.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type * as z from "zod";
import type { Dataset, DataTakes } from "../core/dataset.ts";
import type { Environment } from "../core/environment.ts";
import type { Generator, Seed } from "../core/random.ts";
import type { Entry } from "../core/registry.ts";
import type { Space } from "../core/space.ts";
import type { NamedTensors } from "../core/tensor_data.ts";
import type { BudgetUnit, Trainer } from "../core/trainer.ts";
import type { Tensors, Workspace } from "./workspace.ts";

/** What every trainer is made from. */
export interface TrainerContext<Configuration> {
  /** Parsed by the definition's schema. */
  readonly configuration: Configuration;
  /** Total budget in the trainer's unit. */
  readonly budget: number;
  /** Where the trainer keeps its tensors and compiles its steps. */
  readonly workspace: Workspace;
  /** The run's seed; environment i is seeded with `deriveSeed(seed, "environment/i")`. */
  readonly seed: Seed;
  /** The named stream of the run's seed: `stream("policy")`, `stream("minibatch")`, …. */
  stream(name: string): Generator;
}

/** The worlds that an agent can learn in. */
export interface Takes {
  /** Kinds of action spaces. */
  readonly actions: readonly Space["kind"][];
  /** Kinds of observation spaces; left out: any, in its flat form. */
  readonly observations?: readonly Space["kind"][];
  /** True: only worlds with a transition table. */
  readonly transitions?: boolean;
  /** True: a network body of the experiment's own may stand before its networks. */
  readonly body?: boolean;
}

/** What a network makes of an observation before its dense layers. */
export interface Body {
  /** Length F of a row of features. */
  readonly size: number;
  /** Initial tensors; every name begins with `body/`. */
  initialParameters(random: Generator): NamedTensors;
  /** Features [B, F] of flat observations [B, D], by plain TensorFlow.js on its tensors. */
  features(parameters: Tensors, observations: tf.Tensor): tf.Tensor;
}

/** A network body of an experiment's own. */
export interface BodyDefinition {
  /** Stands in the run's configuration. */
  readonly name: string;
  /** The body for the observations of a space, flat of length `space.flatSize`. */
  create(space: Space): Body;
}

/** Judges that were trained before, as files: each takes long, and is the same for all runs. */
export interface KeptJudges {
  /** The file of a name; undefined where there is none. What it throws counts as none. Left out: none is kept. */
  read?(name: string): Promise<Uint8Array | undefined>;
  /** Keeps a file, as far as that is possible. */
  keep?(name: string, bytes: Uint8Array): void;
  /** Called before each iteration, from 0, of one that is not kept yet and is trained. */
  trains?(iteration: number): void;
}

/** What a model's trainer is made from. */
export interface ModelContext<Configuration> extends TrainerContext<Configuration> {
  /** What is learned from. */
  readonly dataset: Dataset;
  /** Registered models, of which the one named `classifier` judges samples; left out: none does. */
  readonly models?: readonly Entry<ModelDefinition>[];
  /** Left out: a judge that the lab does not ship is trained anew. */
  readonly judges?: KeptJudges;
  /** Stands before the names of the groups, for a trainer beside another one in one workspace. */
  readonly scope?: string;
}

/** How another thread makes the same environments, as code does not cross to it. */
export interface EnvironmentSource {
  /**
   * URL of a module that exports `environmentMaker(options): Promise<() => Environment>`, and where
   * the experiment has a network body of its own `networkBody(options): Promise<BodyDefinition>`.
   */
  readonly module: string;
  /** Plain data. */
  readonly options: unknown;
}

/** An agent: what it is called, its configuration and how a trainer of it is made. */
// deno-lint-ignore no-explicit-any
export interface AgentDefinition<Configuration = any> {
  /** As in registries. */
  readonly name: string;
  /** One line for `list`. */
  readonly summary: string;
  /** What a budget of it counts. */
  readonly budgetUnit: BudgetUnit;
  /** A run in any other world is refused before training. */
  readonly takes: Takes;
  /** Strict zod object; every field has `.default` and `.meta({ description, unit? })`. */
  readonly configuration: z.ZodType<Configuration>;
  /**
   * Requires that fields and budget fit each other, which shows before there is a world.
   *
   * @throws FitError where they do not.
   */
  requires?(configuration: Configuration, budget: number): void;
  /**
   * A trainer before its first iteration; `makeEnvironment` makes a fresh world at each call, which
   * its giver closes, and `environmentSource`, where there is one, lets other threads do so.
   */
  create(
    context: TrainerContext<Configuration> & {
      makeEnvironment(): Environment;
      readonly environmentSource?: EnvironmentSource;
      readonly body?: BodyDefinition;
    },
  ): Promise<Trainer>;
}

/** A generative model. */
// deno-lint-ignore no-explicit-any
export interface ModelDefinition<Configuration = any> {
  /** As in registries. */
  readonly name: string;
  /** One line for `list`. */
  readonly summary: string;
  /** What a budget of it counts. */
  readonly budgetUnit: BudgetUnit;
  /** Examples that an update takes, by which either converts to the other; undefined or left out
   * where not every one takes as many. */
  examplesPerUpdate?(configuration: Configuration): number | undefined;
  /** A run on any other data set is refused before training. */
  readonly takes: DataTakes;
  /** Strict zod object; every field has `.default` and `.meta({ description, unit? })`. */
  readonly configuration: z.ZodType<Configuration>;
  /** The evaluated series by which a checkpoint is called best; undefined: none is. */
  readonly bestBy?: { readonly metric: string; readonly goal: "maximize" | "minimize" };
  /** Whether that series compares with partners: where examples are in no pairs there is none. */
  readonly byPairs?: boolean;
  /** What the lab's own kind of trainer is made from: of it, the fields that samples may be drawn with
   * other values of, as no weight hangs on them. */
  readonly model?: { readonly samplingFields?: readonly string[] };
  /**
   * A trainer before its first iteration.
   *
   * @throws InputError for a data set that it does not take.
   */
  create(context: ModelContext<Configuration>): Promise<Trainer>;
}
