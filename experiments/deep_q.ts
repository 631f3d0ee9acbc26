/**
 * Deep Q-learning in the classic control worlds, with the values and budgets of rl-baselines3-zoo
 * (`hyperparams/dqn.yml` and `qrdqn.yml`); CartPole's own is in `cartpole.ts`.
 *
 * @module
 */
import {
  type AgentExperiment,
  defineExperiment,
  type Options,
} from "../lab/experiment/definition.ts";
import { cartpoleDqn } from "./cartpole.ts";

/**
 * What sb3-contrib's QR-DQN has for all worlds, after Dabney et al. (2018): Adam's ε of 0.01 over the
 * batch, and no clipping (no gradient is as long).
 */
function quantileRegression(quantiles: number, batchSize: number): Options {
  return { quantiles, adamEpsilon: 0.01 / batchSize, maximumGradientNorm: 1e9 };
}

/** `dqn.yml`, Acrobot-v1. As many gradient steps as environment steps. */
const acrobotDqn: AgentExperiment = defineExperiment({
  name: "acrobot-dqn",
  summary: "DQN swings a double pendulum up: rl-baselines3-zoo's values and budget",
  tunedOn: 0,
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
const mountaincarDqn: AgentExperiment = defineExperiment({
  name: "mountaincar-dqn",
  summary: "DQN drives a car up a hill: rl-baselines3-zoo's values and budget",
  tunedOn: 0,
  expectedSeconds: 150,
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

/** `qrdqn.yml`, CartPole-v1: DQN's values and 10 quantiles. */
const cartpoleQrdqn: AgentExperiment = defineExperiment({
  ...cartpoleDqn,
  name: "cartpole-qrdqn",
  summary: "QR-DQN balances a pole: rl-baselines3-zoo's values and budget",
  tunedOn: 0,
  expectedSeconds: 40,
  agent: { ...cartpoleDqn.agent, ...quantileRegression(10, 64) },
});

/** `qrdqn.yml`, Acrobot-v1: DQN's values and 25 quantiles. */
const acrobotQrdqn: AgentExperiment = defineExperiment({
  ...acrobotDqn,
  name: "acrobot-qrdqn",
  summary: "QR-DQN swings a double pendulum up: rl-baselines3-zoo's values and budget",
  tunedOn: 0,
  expectedSeconds: 250,
  agent: { ...acrobotDqn.agent, ...quantileRegression(25, 128) },
});

/** `qrdqn.yml`, MountainCar-v0: DQN's values and 25 quantiles. */
const mountaincarQrdqn: AgentExperiment = defineExperiment({
  ...mountaincarDqn,
  name: "mountaincar-qrdqn",
  summary: "QR-DQN drives a car up a hill: rl-baselines3-zoo's values and budget",
  tunedOn: 0,
  expectedSeconds: 150,
  agent: { ...mountaincarDqn.agent, ...quantileRegression(25, 128) },
});

/**
 * The lab's own preset: a sixteenth of the zoo's network, a quarter of its gradient steps on half of
 * its batch, made up for by transitions over three steps, priorities and a falling learning rate.
 * Found on seeds 1 to 3.
 */
const acrobotDqnQuick: AgentExperiment = defineExperiment({
  name: "acrobot-dqn-quick",
  summary: "A small DQN swings a double pendulum up: double, three steps, priorities",
  tunedOn: 3,
  expectedSeconds: 10,
  environment: { id: "Acrobot-v1" },
  agent: {
    name: "dqn",
    learningRate: 1e-3,
    annealLearningRate: true,
    batchSize: 64,
    bufferSize: 50_000,
    learningStarts: 1000,
    gamma: 0.99,
    targetUpdateEvery: 250,
    trainEvery: 4,
    explorationFraction: 0.12,
    explorationFinal: 0.1,
    hiddenSizes: [64, 64],
    doubleQ: true,
    rewardSteps: 3,
    priorityExponent: 0.6,
  },
  budget: 100_000,
  seeds: 5,
  evaluation: { every: 20_000, episodes: 100 },
});

/**
 * The lab's own preset: the zoo's network and budget, with ten times its buffer, transitions over
 * five steps, priorities, and half of its learning rate, falling to 0. Found on seeds 1 to 4.
 */
const mountaincarDqnTuned: AgentExperiment = defineExperiment({
  ...mountaincarDqn,
  name: "mountaincar-dqn-tuned",
  summary: "DQN drives a car up a hill: double, five steps, priorities",
  tunedOn: 4,
  agent: {
    ...mountaincarDqn.agent,
    learningRate: 2e-3,
    annealLearningRate: true,
    bufferSize: 100_000,
    doubleQ: true,
    rewardSteps: 5,
    priorityExponent: 0.6,
  },
  evaluation: { every: 20_000, episodes: 100 },
});

/** Every experiment of this file. */
export const deepQExperiments: readonly AgentExperiment[] = [
  acrobotDqn,
  acrobotDqnQuick,
  mountaincarDqn,
  mountaincarDqnTuned,
  cartpoleQrdqn,
  acrobotQrdqn,
  mountaincarQrdqn,
];
