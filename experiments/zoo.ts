/**
 * What presets share that take values and budgets of rl-baselines3-zoo.
 *
 * @module
 */
import {
  type AgentExperiment,
  defineExperiment,
  type Options,
} from "../lab/experiment/definition.ts";

/** `normalize: true` in the zoo: its `VecNormalize` does both. */
export const normalized: Options = { normalizeObservations: true, normalizeRewards: true };

/**
 * Episodes of an evaluation. What a pendulum's returns hangs above all on where it begins, with a deviation
 * of 90: the mean of 1,000 is within 3 of what the policy is worth.
 */
function episodesOf(id: string): number {
  return id === "Pendulum-v1" ? 1000 : 100;
}

/**
 * How an agent's presets are made: five seeds, ten evaluations.
 *
 * @param agent By its registered name.
 * @param shared Fields of all its presets.
 * @param tunedOn Seeds 1…n that one of them was chosen on, where it is not the zoo's.
 * @returns From an experiment's name, what it reaches for people, its world, its own fields, its
 *   budget in environment steps and the seconds that it is expected to take.
 */
export function zooPresets(agent: "a2c" | "ppo", shared: Options, tunedOn = 0) {
  return (
    name: string,
    goal: string,
    id: string,
    fields: Options,
    budget: number,
    expectedSeconds: number,
  ): AgentExperiment =>
    defineExperiment({
      name,
      summary: `${agent.toUpperCase()} ${goal}: rl-baselines3-zoo's values and budget`,
      expectedSeconds,
      environment: { id },
      tunedOn,
      agent: { name: agent, ...shared, ...fields },
      budget,
      seeds: 5,
      evaluation: { every: Math.floor(budget / 10), episodes: episodesOf(id) },
    });
}
