/**
 * The quick start's agents: presets of their own for CartPole-v1, made for few, large updates, that
 * stop once two evaluations in a row reach 475.
 *
 * @module
 */
import { type AgentExperiment, defineExperiment } from "../lab/experiment/definition.ts";

const common = {
  environment: { id: "CartPole-v1" },
  seeds: 3,
  stop: { metric: "evaluation/return_mean", atLeast: 475, times: 2 },
} as const;

/**
 * Deep Q-learning. The squared error, as CleanRL's: with so frequent renewals of the target the
 * Huber loss, which pulls terminal states back with a bounded force, diverges.
 */
export const cartpoleDqnQuick: AgentExperiment = defineExperiment({
  ...common,
  name: "cartpole-dqn-quick",
  summary: "The quick start's DQN on CartPole",
  tunedOn: 10,
  expectedSeconds: 3,
  agent: {
    name: "dqn",
    environments: 16,
    learningRate: 1e-3,
    batchSize: 128,
    bufferSize: 20_000,
    learningStarts: 1000,
    trainEvery: 64,
    gradientStepsPerTrain: 8,
    targetUpdateEvery: 256,
    explorationFraction: 0.1,
    explorationFinal: 0.04,
    loss: "mse",
    hiddenSizes: [64, 64],
  },
  budget: 200_000,
  evaluation: { every: 10_000, episodes: 100 },
});

/** REINFORCE with a learned baseline. */
export const cartpoleReinforceQuick: AgentExperiment = defineExperiment({
  ...common,
  name: "cartpole-reinforce-quick",
  summary: "The quick start's REINFORCE on CartPole",
  tunedOn: 10,
  expectedSeconds: 3,
  agent: { name: "reinforce" },
  budget: 150_000,
  evaluation: { every: 10_000, episodes: 100 },
});

/** A2C with the agent's defaults, those of rl-baselines3-zoo. */
export const cartpoleA2cQuick: AgentExperiment = defineExperiment({
  ...common,
  name: "cartpole-a2c-quick",
  summary: "The quick start's A2C on CartPole",
  tunedOn: 10,
  expectedSeconds: 3,
  agent: { name: "a2c" },
  budget: 300_000,
  evaluation: { every: 10_000, episodes: 100 },
});

/** PPO between rl-baselines3-zoo's values and fewer, larger updates. */
export const cartpolePpoQuick: AgentExperiment = defineExperiment({
  ...common,
  name: "cartpole-ppo-quick",
  summary: "The quick start's PPO on CartPole",
  tunedOn: 10,
  expectedSeconds: 2,
  agent: {
    name: "ppo",
    environments: 16,
    rolloutLength: 64,
    minibatchSize: 256,
    epochs: 6,
    learningRate: 2e-3,
    clipValueLoss: false,
    gamma: 0.98,
    gaeLambda: 0.9,
    entropyCoefficient: 0,
  },
  budget: 100_000,
  evaluation: { every: 5000, episodes: 100 },
});
