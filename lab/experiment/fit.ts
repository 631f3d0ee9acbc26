/**
 * Whether an agent can learn in a world, and a model from a data set.
 *
 * @module
 */
import type { AgentDefinition, ModelDefinition, Takes } from "../compute/definitions.ts";
import { type Holdings, requireData, takesData } from "../core/dataset.ts";
import type { Environment } from "../core/environment.ts";
import { InputError } from "../core/errors.ts";
import { isFlatPicture, pictureLayout } from "../core/picture_space.ts";
import type { DatasetDefinition } from "../core/registry.ts";
import type { Json } from "../core/snapshot.ts";
import { type Space, spaceNames } from "../core/space.ts";
import type { Registries } from "./registries.ts";

/**
 * Refuses an agent in a world whose spaces it does not take.
 *
 * @throws InputError that names the registered agents which take them.
 */
export async function requireFit(
  agent: AgentDefinition,
  environment: Environment,
  registries: Registries,
): Promise<void> {
  if (fits(agent.takes, environment)) return;
  const fitting = await agentsThatFit(environment, registries);
  const { id, observationSpace, actionSpace, transitions } = environment;
  const lacking = agent.takes.transitions && transitions === undefined
    ? ", no transition table"
    : "";
  throw new InputError(
    `Cannot train ${agent.name} in ${id} as it takes ${takesOf(agent.takes)}: observations ` +
      `${observationSpace}, actions ${actionSpace}${lacking}. Agents that fit: ${
        fitting.join(", ") || "none"
      }`,
  );
}

/** Names of the registered agents that can learn in a world. */
export async function agentsThatFit(
  environment: Environment,
  registries: Registries,
): Promise<string[]> {
  const agents = await Promise.all(registries.agents.map((entry) => entry.load()));
  return agents.filter(({ takes }) => fits(takes, environment)).map(({ name }) => name);
}

/**
 * Refuses a network body of the experiment's own for an agent that takes none.
 *
 * @throws InputError that names the registered agents which do.
 */
export async function requireBody(
  agent: AgentDefinition,
  experiment: string,
  registries: Registries,
): Promise<void> {
  if (agent.takes.body) return;
  const others = await Promise.all(registries.agents.map((entry) => entry.load()));
  const taking = others.filter(({ takes }) => takes.body).map(({ name }) => name);
  throw new InputError(
    `Cannot use "${experiment}" as ${agent.name} takes no network body. Agents that do: ${
      taking.join(", ") || "none"
    }`,
  );
}

/**
 * Refuses a model on a data set that it cannot learn from.
 *
 * @throws InputError that names the registered models which can.
 */
export async function requireDataFit(
  model: ModelDefinition,
  { name, holds }: Pick<DatasetDefinition, "name" | "holds">,
  registries: Registries,
): Promise<void> {
  if (holds === undefined || takesData(model.takes, holds)) return;
  requireData(model, name, holds, await modelsThatFit(holds, registries));
}

/** The series by which a model's checkpoint is called best on such data; undefined: none is. */
export function bestByOn(
  { bestBy, byPairs }: ModelDefinition,
  { unpaired }: Pick<Holdings, "unpaired">,
): ModelDefinition["bestBy"] {
  return byPairs && unpaired ? undefined : bestBy;
}

/** Names of the registered models that can learn from such a data set. */
export async function modelsThatFit(held: Holdings, registries: Registries): Promise<string[]> {
  const models = await Promise.all(registries.models.map((entry) => entry.load()));
  return models.filter(({ takes }) => takesData(takes, held)).map(({ name }) => name);
}

function fits(
  { actions, observations, transitions }: Takes,
  environment: Environment,
): boolean {
  return actions.includes(environment.actionSpace.kind) &&
    (observations?.includes(environment.observationSpace.kind) ?? true) &&
    (!transitions || environment.transitions !== undefined);
}

/** What an agent takes, for people: `Discrete observations and Discrete actions`. */
export function takesOf({ actions, observations, transitions }: Takes): string {
  const named = (kinds: readonly Space["kind"][]) =>
    kinds.map((kind) => spaceNames[kind]).join(" or ");
  const parts = [
    ...(observations === undefined ? [] : [`${named(observations)} observations`]),
    `${named(actions)} actions`,
    ...(transitions ? ["a transition table"] : []),
  ];
  return parts.join(" and ");
}

/**
 * What is said of a picture that an agent's dense layers see as a row of numbers; undefined where there
 * is none.
 *
 * @param convolutions The agent's field; undefined where it has none.
 */
export function pictureNote(space: Space, convolutions: Json | undefined): string | undefined {
  if (!Array.isArray(convolutions) && typeof convolutions !== "string") return undefined;
  const isDense = pictureLayout(space) !== undefined && convolutions.length === 0;
  if (!isDense && !isFlatPicture(space)) return undefined;
  return `pictures enter dense layers, which learn little from them: ${space}; ` +
    (isDense ? "set agent.convolutions" : "show them with an axis of channels to convolve them");
}
