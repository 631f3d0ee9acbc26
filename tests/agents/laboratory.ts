/**
 * Trainers on small worlds, for the tests of agents.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { stateValues } from "../../agents/networks/actor_critic.ts";
import { agents } from "../../agents/mod.ts";
import { dqn, partsOf } from "../../agents/dqn.ts";
import { criticsOf } from "../../agents/networks/critics.ts";
import type { AgentDefinition, BodyDefinition } from "../../lab/compute/definitions.ts";
import { makeEnv } from "../../envs/mod.ts";
import { mlp } from "../../lab/compute/networks.ts";
import { openWorkspace } from "../../lab/compute/backend.ts";
import { unroll } from "../../lab/compute/recurrent.ts";
import type { Tensors, Workspace } from "../../lab/compute/workspace.ts";
import { environmentOf } from "../../lab/core/define_environment.ts";
import type { Environment, EnvironmentDefinition } from "../../lab/core/environment.ts";
import { streamOf } from "../../lab/core/random.ts";
import { Box } from "../../lab/core/space.ts";
import type { Trainer } from "../../lab/core/trainer.ts";
import { wasmPath } from "../lab/compute/backends.ts";

/** Every registered agent with networks, by name: those of the others are tested beside them. */
export const definitions: Readonly<Record<string, AgentDefinition>> = Object.fromEntries(
  (await Promise.all(agents.map((entry) => entry.load())))
    .filter((definition) => "hiddenSizes" in fieldsOf(definition))
    .map((definition) => [definition.name, definition]),
);

/** The fields of an agent's configuration. */
function fieldsOf({ configuration }: AgentDefinition): Readonly<Record<string, z.ZodType>> {
  return configuration instanceof z.ZodObject ? configuration.shape : {};
}

/** Those of the given fields that an agent has, so that one that nobody set up is small too. */
export function knownFields(agent: string, fields: Readonly<Record<string, unknown>>): object {
  const known = fieldsOf(definitions[agent]);
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name in known));
}

/** Whether an agent learns from a replay buffer. */
export function hasReplay(agent: string): boolean {
  return "bufferSize" in fieldsOf(definitions[agent]);
}

/** Whether an agent may act while it learns. */
export function overlaps(agent: string): boolean {
  return "overlap" in fieldsOf(definitions[agent]);
}

/** Those that take discrete actions. */
export const discreteAgents: readonly string[] = Object.keys(definitions)
  .filter((agent) => definitions[agent].takes.actions.includes("discrete"));

/** Those that take only measured actions. */
export const continuousAgents: readonly string[] = Object.keys(definitions)
  .filter((agent) => !discreteAgents.includes(agent));

/** A world with time limit whose actions the agent takes. */
export function worldFor(agent: string): () => Environment {
  return () => makeEnv(continuousAgents.includes(agent) ? "Pendulum-v1" : "CartPole-v1");
}

/** The world as one whose episodes no checkpoint can hold. */
export function forgetful(environment: Environment): Environment {
  const lost = { snapshot: undefined, restore: undefined, batch: undefined };
  return Object.assign(environment, lost);
}

/** DQN's flags one by one, and all of them together. */
export const dqnFlags: Record<string, object> = {
  duelling: { duelling: true },
  "n-step": { rewardSteps: 3 },
  prioritized: { priorityExponent: 0.6 },
  noisy: { noisy: true },
  quantile: { quantiles: 8 },
  rainbow: {
    doubleQ: true,
    duelling: true,
    rewardSteps: 3,
    priorityExponent: 0.6,
    noisy: true,
    quantiles: 8,
  },
};

/** A trainer and its workspace. */
export interface Subject {
  readonly trainer: Trainer;
  readonly workspace: Workspace;
}

/** A trainer of `agent` with the fields that differ from the defaults. */
export async function subjectOf(
  agent: string,
  world: EnvironmentDefinition | (() => Environment),
  fields: object,
  { budget = 10_000, seed = 1, backend = "wasm", body }: {
    readonly budget?: number;
    readonly seed?: number;
    readonly backend?: "wasm" | "cpu";
    readonly body?: BodyDefinition;
  } = {},
): Promise<Subject> {
  const { workspace } = await openWorkspace(backend, { wasmPath });
  const definition = definitions[agent];
  const trainer = await definition.create({
    configuration: definition.configuration.parse(fields),
    budget,
    workspace,
    seed,
    stream: (name) => streamOf(seed, name),
    makeEnvironment: typeof world === "function" ? world : () => environmentOf(world),
    body,
  });
  return { trainer, workspace };
}

/** Iterates to the end of the budget. */
export async function trainThrough(trainer: Trainer): Promise<void> {
  while (trainer.progress.environmentSteps < trainer.budget.total) await trainer.iterate();
}

/** tanh(μ(s)), [B, 1]: SAC's policy gives deviations beside the means. */
function greedy(parameters: Tensors, x: tf.Tensor): tf.Tensor {
  return tf.tanh(tf.slice2d(mlp(parameters, x, "relu", "policy"), [0, 0], [-1, 1]));
}

/**
 * V(s) of the observations, max_a Q(s, a) of an agent with action values, Q(s, μ(s)) of one with
 * critics; with memory, of the observations as one episode shows them in turn.
 *
 * @param fields Those of a DQN's network.
 */
export async function valuesOf(
  { workspace }: Subject,
  observations: number[][],
  fields: object = {},
): Promise<number[]> {
  const observationSpace = new Box({ low: -1, high: 1, shape: [observations[0].length] });
  const shape = { observationSpace, flatActionSize: 1 };
  const { network: actionValues, estimate } = partsOf(dqn.configuration.parse(fields), shape);
  const critics = criticsOf(shape, { hiddenSizes: [], activation: "relu" }, 1);
  const network = (parameters: Tensors, x: tf.Tensor) =>
    "critic/0/0/kernel" in parameters
      ? critics.values(parameters, 0, x, greedy(parameters, x))
      : "value/recurrent/kernel" in parameters
      ? stateValues(parameters, remembered(parameters, x), "relu")
      : "policy/0/kernel" in parameters
      ? stateValues(parameters, x, "tanh")
      : tf.max(estimate.mean(actionValues.estimates(parameters, x)), 1);
  const program = workspace.compile(
    {
      name: "test/values",
      inputs: { x: [[observations.length, observations[0].length], "float32"] },
      state: ["parameters"],
    },
    ({ input, state }) => ({ outputs: { values: network(state.parameters, input.x) } }),
  );
  program.input.x.set(observations.flat());
  program.run();
  const values = [...await program.read("values")];
  program.dispose();
  return values;
}

/** What an LSTM before the value network gives out in the course of an episode. */
function remembered(parameters: Tensors, x: tf.Tensor): tf.Tensor {
  const steps = x.shape[0]!;
  const hiddenSize = parameters["value/recurrent/recurrentKernel"].shape[0]!;
  const memory = tf.zeros([1, 2 * hiddenSize]);
  const kept = tf.ones([steps]);
  return unroll(parameters, "lstm", "value/recurrent", { x, memory, kept, steps }).outputs;
}
