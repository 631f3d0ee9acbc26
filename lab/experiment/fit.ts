/**
 * Whether an agent can learn in a world.
 *
 * @module
 */
import type { AgentDefinition, Takes } from "../compute/definitions.ts";
import type { Environment } from "../core/environment.ts";
import { InputError } from "../core/errors.ts";
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
  const { id, observationSpace, actionSpace } = environment;
  throw new InputError(
    `Cannot train ${agent.name} in ${id} as it takes ${takesOf(agent.takes)}: observations ` +
      `${observationSpace}, actions ${actionSpace}. Agents that fit: ${
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
