/**
 * A definition's own parts: worlds, agents, models, data sets, network bodies and callbacks that
 * stand in its module as code. A resolved configuration marks each with `own: true`; whoever has the
 * configuration alone, as a worker has, imports the module again.
 *
 * @module
 */
import type { AgentDefinition, BodyDefinition, ModelDefinition } from "../compute/definitions.ts";
import type { EnvironmentDefinition } from "../core/environment.ts";
import { isRecord } from "../core/plain.ts";
import { InputError } from "../core/errors.ts";
import type { DatasetDefinition } from "../core/registry.ts";
import type { Json } from "../core/snapshot.ts";
import type { Callbacks } from "./callbacks.ts";
import type { Chosen, ExperimentDefinition, Options } from "./definition.ts";

/** What a definition brings as code. */
export interface OwnParts {
  readonly environment?: EnvironmentDefinition;
  readonly agent?: AgentDefinition;
  readonly model?: ModelDefinition;
  readonly dataset?: DatasetDefinition;
  readonly body?: BodyDefinition;
  readonly callbacks?: Callbacks;
}

/** The own parts of a definition. */
export function ownPartsOf(definition: ExperimentDefinition): OwnParts {
  const { callbacks } = definition;
  if ("agent" in definition) {
    const { environment, agent, body } = definition;
    return {
      environment: isOwnEnvironment(environment) ? environment : undefined,
      agent: ownDefinition(agent),
      body,
      callbacks,
    };
  }
  const { dataset, model } = definition;
  return { dataset: ownDefinition(dataset), model: ownDefinition(model), callbacks };
}

/** Whether a definition's environment is an own one rather than a registered one's name. */
export function isOwnEnvironment(
  environment: ({ readonly id: string } & Options) | EnvironmentDefinition,
): environment is EnvironmentDefinition {
  return typeof environment.reset === "function" && typeof environment.step === "function";
}

/** What every own agent, model and data set has. */
interface Named {
  readonly name: string;
  readonly create: unknown;
}

function ownDefinition<Definition extends Named>(
  part: Chosen<Definition>,
): Definition | undefined {
  if (isDefinition<Definition>(part)) return part;
  const { definition } = part as { definition?: unknown };
  return isDefinition<Definition>(definition) ? definition : undefined;
}

function isDefinition<Definition extends Named>(value: unknown): value is Definition {
  return value !== null && typeof value === "object" && "create" in value &&
    typeof value.create === "function";
}

/** A part by name with its fields, whether registered or own. */
export function namedPart<Definition extends Named>(
  part: Chosen<Definition>,
): { readonly name: string } & Options {
  const own = ownDefinition(part);
  if (own === undefined) return part as { readonly name: string } & Options;
  const { definition, ...fields } = part === own ? { definition: own } : part as {
    readonly definition: Definition;
    readonly [field: string]: Json | Definition;
  };
  return { ...fields as Options, name: definition.name };
}

/** Whether a resolved configuration marks a part as the definition's own. */
export function isOwn(part: Json | undefined): boolean {
  return isRecord(part) && part.own === true;
}

/** Whether a run cannot be trained without its definition's module. */
export function needsModule(configuration: { readonly [key: string]: Json }): boolean {
  return Object.values(configuration).some(isOwn);
}

/**
 * An own part that a configuration names.
 *
 * @throws InputError where the module has none of that name.
 */
export function requireOwn<Kind extends keyof OwnParts>(
  own: OwnParts,
  kind: Kind,
  name: string,
  { experiment, module }: { readonly experiment: string; readonly module: string },
): NonNullable<OwnParts[Kind]> {
  const found = own[kind];
  const called = found === undefined
    ? undefined
    : kind === "environment"
    ? (found as EnvironmentDefinition).id
    : (found as { name?: string }).name ?? name;
  if (found !== undefined && called === name) return found;
  throw new InputError(
    `Cannot run "${experiment}" as its module must define the ${kind} ${name}: ${module}`,
  );
}
