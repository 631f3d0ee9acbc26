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

/** Deep Q-learning. */
export const cartpoleDqnQuick: AgentExperiment = defineExperiment({
  ...common,
  name: "cartpole-dqn-quick",
  summary: "The quick start's DQN on CartPole",
  expectedSeconds: 30,
  agent: {
    name: "dqn",
    environments: 8,
    learningRate: 1e-3,
    batchSize: 128,
    trainEvery: 32,
    gradientStepsPerTrain: 8,
    targetUpdateEvery: 128,
    explorationFraction: 0.2,
    explorationFinal: 0.04,
    gamma: 0.98,
    hiddenSizes: [64, 64],
  },
  budget: 60_000,
  evaluation: { every: 3000, episodes: 100 },
});

/** REINFORCE with a learned baseline. */
export const cartpoleReinforceQuick: AgentExperiment = defineExperiment({
  ...common,
  name: "cartpole-reinforce-quick",
  summary: "The quick start's REINFORCE on CartPole",
  expectedSeconds: 5,
  agent: { name: "reinforce" },
  budget: 150_000,
  evaluation: { every: 10_000, episodes: 100 },
});

/** A2C. */
export const cartpoleA2cQuick: AgentExperiment = defineExperiment({
  ...common,
  name: "cartpole-a2c-quick",
  summary: "The quick start's A2C on CartPole",
  expectedSeconds: 15,
  agent: { name: "a2c" },
  budget: 300_000,
  evaluation: { every: 20_000, episodes: 100 },
});

/** PPO. */
export const cartpolePpoQuick: AgentExperiment = defineExperiment({
  ...common,
  name: "cartpole-ppo-quick",
  summary: "The quick start's PPO on CartPole",
  expectedSeconds: 10,
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
