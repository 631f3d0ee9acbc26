/**
 * Agents that see pixels: convolutions on drawings of the worlds. All values are the lab's own.
 *
 * @module
 */
import { type AgentExperiment, defineExperiment } from "../lab/experiment/definition.ts";

/** The convolutions of Mnih et al. (2013, arXiv 1312.5602), section 4.1: a quarter of Nature's work. */
const small = [[16, 8, 4], [32, 4, 2]];

/**
 * DQN walks to the goal of a small room that it sees from above. With γ = 0.9 a detour costs enough
 * to be seen after so few steps (0.99: stuck on half of ten seeds).
 */
export const gridworldPixelsDqn: AgentExperiment = defineExperiment({
  name: "gridworldpixels-dqn",
  summary: "DQN walks to a goal that it sees from above",
  tunedOn: 10,
  expectedSeconds: 5,
  environment: { id: "GridWorldPixels-v0", mapName: "empty-5x5", size: 32 },
  agent: {
    name: "dqn",
    storeBytes: true,
    convolutions: small,
    bufferSize: 5000,
    learningStarts: 500,
    trainEvery: 2,
    gamma: 0.9,
    targetUpdateEvery: 250,
    learningRate: 5e-4,
    explorationFraction: 0.4,
    hiddenSizes: [64],
  },
  budget: 10_000,
  seeds: 5,
  evaluation: { every: 2_000, episodes: 10 },
});

/**
 * DQN balances a pole from its last four drawings. Found on seed 1: one-step targets at a constant
 * rate end near 100 with pixels normalised and near 20 without (60,000 steps).
 */
export const cartpolePixelsDqn: AgentExperiment = defineExperiment({
  name: "cartpolepixels-dqn",
  summary: "DQN balances a pole that it sees as pixels",
  tunedOn: 5,
  expectedSeconds: 480,
  environment: { id: "CartPolePixels-v0", size: 64 },
  agent: {
    name: "dqn",
    storeBytes: true,
    convolutions: small,
    environments: 8,
    bufferSize: 20_000,
    learningStarts: 2_000,
    batchSize: 32,
    trainEvery: 8,
    gradientStepsPerTrain: 2,
    targetUpdateEvery: 1_000,
    learningRate: 5e-4,
    annealLearningRate: true,
    normalizeObservations: true,
    gamma: 0.98,
    explorationFraction: 0.3,
    explorationFinal: 0.02,
    doubleQ: true,
    rewardSteps: 5,
    hiddenSizes: [128],
  },
  budget: 80_000,
  seeds: 5,
  evaluation: { every: 10_000, episodes: 30 },
});

/**
 * PPO balances a pole from its last four drawings. Pixels are normalised by their running moments:
 * most are as bright as the paper, and what moves is little (without: 30 in place of 79 after 30,000
 * steps). Both heads share one network, as on Atari.
 */
export const cartpolePixelsPpo: AgentExperiment = defineExperiment({
  name: "cartpolepixels-ppo",
  summary: "PPO balances a pole that it sees as pixels",
  tunedOn: 5,
  expectedSeconds: 560,
  environment: { id: "CartPolePixels-v0", size: 64 },
  agent: {
    name: "ppo",
    convolutions: small,
    environments: 16,
    rolloutLength: 64,
    minibatchSize: 128,
    epochs: 4,
    learningRate: 5e-4,
    gamma: 0.98,
    gaeLambda: 0.9,
    normalizeObservations: true,
    separateNetworks: false,
    hiddenSizes: [128],
    activation: "relu",
    entropyCoefficient: 0.01,
  },
  budget: 200_000,
  seeds: 5,
  evaluation: { every: 20_000, episodes: 50 },
});

/** PPO walks to the goal of a small room that it sees from above. */
export const gridworldPixelsPpo: AgentExperiment = defineExperiment({
  name: "gridworldpixels-ppo",
  summary: "PPO walks to a goal that it sees from above",
  tunedOn: 5,
  expectedSeconds: 5,
  environment: { id: "GridWorldPixels-v0", mapName: "empty-5x5", size: 32 },
  agent: {
    name: "ppo",
    convolutions: small,
    environments: 16,
    rolloutLength: 32,
    minibatchSize: 128,
    learningRate: 1e-3,
    normalizeObservations: true,
    separateNetworks: false,
    hiddenSizes: [64],
    activation: "relu",
  },
  budget: 20_000,
  seeds: 5,
  evaluation: { every: 4_000, episodes: 10 },
});
