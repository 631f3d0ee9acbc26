/**
 * Agents as data: what one is called, where it can learn, its fields, and how its trainer is made.
 *
 * @module
 */
import type * as z from "zod";
import type { Environment } from "../lab/core/environment.ts";
import { unitWords } from "../lab/core/budget.ts";
import { FitError, InputError } from "../lab/core/errors.ts";
import { actOfDefining, checkFields, checkWord, type KnownFields } from "../lab/core/options.ts";
import { spaceNames } from "../lab/core/space.ts";
import type { BudgetUnit, Trainer } from "../lab/core/trainer.ts";
import type {
  AgentDefinition,
  BodyDefinition,
  EnvironmentSource,
  Takes,
  TrainerContext,
} from "../lab/compute/definitions.ts";

/** What an agent's trainer is made from. */
export interface AgentContext<Configuration> extends TrainerContext<Configuration> {
  /** The agent's name: it stands in messages, in the names of programs and in checkpoints. */
  readonly name: string;
  /** Makes a fresh world at each call. */
  makeEnvironment(): Environment;
  /** Where there is one, it lets other threads make the same worlds. */
  readonly environmentSource?: EnvironmentSource;
  /** The experiment's own network body, for agents that take one. */
  readonly body?: BodyDefinition;
}

/** What a program of an agent is compiled from. */
export type ProgramContext<Configuration> = Pick<
  AgentContext<Configuration>,
  "name" | "configuration" | "workspace"
>;

/** What of an agent is known before there is a world. */
export type AgentSettings<Configuration> = Pick<
  AgentContext<Configuration>,
  "name" | "configuration" | "budget"
>;

/** An agent as its file says it. */
export interface Agent<Configuration> {
  /** As in registries. */
  readonly name: string;
  /** One line for `list`. */
  readonly summary: string;
  /** What a budget of it counts; environment steps by default. */
  readonly budgetUnit?: BudgetUnit;
  /** A run in any other world is refused before training. */
  readonly takes: Takes;
  /** Strict zod object; every field has `.default` and `.meta({ description, unit? })`. */
  readonly configuration: z.ZodType<Configuration>;
  /**
   * Requires that fields and budget fit each other: asked before a run is stored, and again before its
   * trainer is made.
   *
   * @throws FitError where they do not.
   */
  requires?(settings: AgentSettings<NoInfer<Configuration>>): void;
  /**
   * A trainer before its first iteration.
   *
   * @throws InputError where it cannot train in the world.
   */
  trainer(context: AgentContext<Configuration>): Trainer;
}

/**
 * Refuses what an agent cannot train with.
 *
 * @param holds Whether the requirement is met.
 * @param requirement `minibatchSize must divide the rollout`, for people.
 * @throws FitError where it is not.
 */
export function requireFit(
  agent: string,
  holds: boolean,
  requirement: string,
  given: unknown,
): asserts holds {
  if (!holds) throw new FitError(`Cannot train ${agent} as ${requirement}: ${given}`);
}

/** What an agent has, and in which worlds it learns. */
const fields: KnownFields<Agent<unknown>> = {
  required: {
    name: "text",
    summary: "text",
    takes: "object",
    configuration: "object",
    trainer: "function",
  },
  optional: { budgetUnit: Object.keys(unitWords) as BudgetUnit[], requires: "function" },
};
const worlds: KnownFields<Takes> = {
  required: { actions: "list" },
  optional: { observations: "list", transitions: "boolean", body: "boolean" },
};

/**
 * The agent as an entry of a registry.
 *
 * @throws InputError where a field is missing, empty, of another sort than it must be, or none of an
 * agent's.
 */
export function defineAgent<Configuration>(
  agent: Agent<Configuration>,
): AgentDefinition<Configuration> {
  const action = actOfDefining("agent", agent);
  const { name, summary, budgetUnit = "environmentSteps", takes, configuration } = agent;
  checkFields(action, agent, fields as KnownFields<Agent<Configuration>>);
  checkFields(`${action} by its takes`, takes, worlds);
  for (const kind of [...takes.actions, ...takes.observations ?? []]) {
    checkWord(`${action} by its takes`, "kind of space", kind, Object.keys(spaceNames));
  }
  for (const part of ["actions", "observations"] as const) {
    if (takes[part]?.length === 0) {
      throw new InputError(
        `Cannot ${action} by its takes as ${part} must name a kind of space at least: []`,
      );
    }
  }
  return {
    name,
    summary,
    budgetUnit,
    takes,
    configuration,
    requires: (configuration, budget) => agent.requires?.({ name, configuration, budget }),
    // deno-lint-ignore require-await
    create: async (context) => {
      agent.requires?.({ ...context, name });
      return agent.trainer({ ...context, name });
    },
  };
}
