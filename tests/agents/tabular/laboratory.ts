/**
 * Trainers over tables on small worlds, for the tests.
 *
 * @module
 */
import { tabularAgents } from "../../../agents/tabular/mod.ts";
import type { TabularTransition } from "../../../agents/tabular/tabular_trainer.ts";
import { environmentOf } from "../../../lab/core/define_environment.ts";
import type { Environment, EnvironmentDefinition } from "../../../lab/core/environment.ts";
import { type Generator, streamOf } from "../../../lab/core/random.ts";
import type { Trainer } from "../../../lab/core/trainer.ts";
import type { Workspace } from "../../../lab/compute/workspace.ts";

/** Names of the agents that learn action values of a whole world. */
export const learners = [
  "monte-carlo",
  "sarsa",
  "expected-sarsa",
  "q-learning",
  "double-q-learning",
  "n-step-sarsa",
  "sarsa-lambda",
  "q-lambda",
  "dyna-q",
];

/** Names of the bandits. */
export const bandits = [
  "epsilon-greedy-bandit",
  "gradient-bandit",
  "ucb-bandit",
  "thompson-bandit",
];

/** A trainer of `agent` with the fields that differ from the defaults. Tables need no workspace. */
export async function trainerOf(
  agent: string,
  world: EnvironmentDefinition | (() => Environment),
  fields: object = {},
  { budget = 10_000, seed = 1 } = {},
): Promise<Trainer> {
  const definition = await tabularAgents.find(({ name }) => name === agent)!.load();
  return await definition.create({
    configuration: definition.configuration.parse(fields),
    budget,
    workspace: undefined as unknown as Workspace,
    seed,
    stream: (name) => streamOf(seed, name),
    makeEnvironment: typeof world === "function" ? world : () => environmentOf(world),
  });
}

/** Iterates to the end of the budget. */
export async function trainThrough(trainer: Trainer): Promise<void> {
  const { unit, total } = trainer.budget;
  while (trainer.progress[unit] < total) await trainer.iterate();
}

/** The trained table of action values, or the mean of two. */
export async function actionValuesOf(trainer: Trainer): Promise<number[]> {
  const tables = Object.values((await trainer.snapshot()).parameters);
  return Array.from(
    tables[0].values,
    (_, i) => tables.reduce((sum, { values }) => sum + values[i], 0) / tables.length,
  );
}

/** A transition with the fields that matter. */
export function transitionOf(fields: Partial<TabularTransition>): TabularTransition {
  return {
    state: 0,
    action: 0,
    reward: 0,
    nextState: 0,
    nextAction: -1,
    terminated: false,
    truncated: false,
    ...fields,
  };
}

/** Episodes of `states` × `actions` at random, each transition leading to the next one's pair. */
export function randomEpisodes(
  random: Generator,
  count: number,
  states: number,
  actions: number,
): TabularTransition[] {
  const transitions: TabularTransition[] = [];
  for (let i = 0; i < count; i++) {
    let [state, action] = [random.integers(states), random.integers(actions)];
    const length = 1 + random.integers(6);
    for (let t = 0; t < length; t++) {
      const [nextState, nextAction] = [random.integers(states), random.integers(actions)];
      const ended = t === length - 1;
      const terminated = ended && random.random() < 0.5;
      transitions.push({
        state,
        action,
        reward: random.standardNormal(),
        nextState,
        nextAction: terminated ? -1 : nextAction,
        terminated,
        truncated: ended && !terminated,
      });
      [state, action] = [nextState, nextAction];
    }
  }
  return transitions;
}
