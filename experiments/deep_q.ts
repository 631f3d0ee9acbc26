/**
 * Deep Q-learning in the classic control worlds, with the values and budgets of rl-baselines3-zoo
 * (`hyperparams/dqn.yml` and `qrdqn.yml`); CartPole's own is in `cartpole.ts`.
 *
 * @module
 */
import { type AgentExperiment, defineExperiment } from "../lab/experiment/definition.ts";

/** `dqn.yml`, Acrobot-v1. Each gradient step of the four after every four environment steps. */
export const acrobotDqn: AgentExperiment = defineExperiment({
  name: "acrobot-dqn",
  summary: "DQN swings a double pendulum up: rl-baselines3-zoo's values and budget",
  expectedSeconds: 200,
  environment: { id: "Acrobot-v1" },
  agent: {
    name: "dqn",
    learningRate: 6.3e-4,
    batchSize: 128,
    bufferSize: 50_000,
    learningStarts: 0,
    gamma: 0.99,
    targetUpdateEvery: 250,
    trainEvery: 4,
    gradientStepsPerTrain: 4,
    explorationFraction: 0.12,
    explorationFinal: 0.1,
    hiddenSizes: [256, 256],
  },
  budget: 100_000,
  seeds: 5,
  evaluation: { every: 10_000, episodes: 100 },
});

/** `dqn.yml`, MountainCar-v0. */
export const mountaincarDqn: AgentExperiment = defineExperiment({
  name: "mountaincar-dqn",
  summary: "DQN drives a car up a hill: rl-baselines3-zoo's values and budget",
  expectedSeconds: 120,
  environment: { id: "MountainCar-v0" },
  agent: {
    name: "dqn",
    learningRate: 4e-3,
    batchSize: 128,
    bufferSize: 10_000,
    learningStarts: 1000,
    gamma: 0.98,
    targetUpdateEvery: 600,
    trainEvery: 16,
    gradientStepsPerTrain: 8,
    explorationFraction: 0.2,
    explorationFinal: 0.07,
    hiddenSizes: [256, 256],
  },
  budget: 120_000,
  seeds: 5,
  evaluation: { every: 10_000, episodes: 100 },
});

/** Every experiment of this file. */
export const deepQExperiments: readonly AgentExperiment[] = [acrobotDqn, mountaincarDqn];
