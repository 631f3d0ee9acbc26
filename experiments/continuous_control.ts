/**
 * SAC, TD3 and DDPG on Pendulum-v1 and MountainCarContinuous-v0. What ends in `-quick` differs from
 * rl-baselines3-zoo in the width of the networks alone, which makes a gradient step ten to fifty
 * times cheaper.
 *
 * @module
 */
import { type AgentExperiment, defineExperiment } from "../lab/experiment/definition.ts";

const small = { hiddenSizes: [64, 64] };

const pendulum = {
  environment: { id: "Pendulum-v1" },
  budget: 20_000,
  seeds: 5,
  evaluation: { every: 5000, episodes: 300 },
} as const;

const mountainCar = {
  environment: { id: "MountainCarContinuous-v0" },
  seeds: 5,
  evaluation: { every: 10_000, episodes: 100 },
  stop: { metric: "evaluation/return_mean", atLeast: 92, times: 2 },
} as const;

/** rl-baselines3-zoo, `hyperparams/td3.yml` and `ddpg.yml`, Pendulum-v1. */
const pendulumDeterministic = {
  gamma: 0.98,
  bufferSize: 200_000,
  learningStarts: 10_000,
  noise: "gaussian",
  noiseStd: 0.1,
  learningRate: 1e-3,
};

/**
 * After rl-baselines3-zoo, `hyperparams/td3.yml` and `ddpg.yml`, MountainCarContinuous-v0: learning
 * rate, batch, noise and budget are its own. It takes networks of 400-300 and a gradient step for
 * each environment step; here they are 64-64 and one for eight, a two-hundredth of the work. Trained on to
 * the end of the budget, policies of this size become slower again; so runs stop early.
 */
const mountainCarDeterministic = {
  learningRate: 1e-3,
  batchSize: 256,
  noise: "ornstein-uhlenbeck",
  noiseStd: 0.5,
  trainEvery: 32,
  gradientStepsPerTrain: 4,
  ...small,
};

/** SAC with the values of rl-baselines3-zoo (`hyperparams/sac.yml`, Pendulum-v1). */
export const pendulumSac: AgentExperiment = defineExperiment({
  ...pendulum,
  name: "pendulum-sac",
  summary: "SAC swings a pendulum up: rl-baselines3-zoo's values and budget",
  tunedOn: 0,
  expectedSeconds: 330,
  agent: { name: "sac", learningRate: 1e-3 },
});

/** {@linkcode pendulumSac} with small networks. */
const pendulumSacQuick: AgentExperiment = defineExperiment({
  ...pendulum,
  name: "pendulum-sac-quick",
  summary: "SAC swings a pendulum up: rl-baselines3-zoo's values, networks of 64-64",
  tunedOn: 5,
  expectedSeconds: 20,
  agent: { ...pendulumSac.agent, ...small },
});

/** TD3 with the values of rl-baselines3-zoo (`hyperparams/td3.yml`, Pendulum-v1). */
export const pendulumTd3: AgentExperiment = defineExperiment({
  ...pendulum,
  name: "pendulum-td3",
  summary: "TD3 swings a pendulum up: rl-baselines3-zoo's values and budget",
  tunedOn: 0,
  expectedSeconds: 240,
  agent: { name: "td3", ...pendulumDeterministic },
});

/** {@linkcode pendulumTd3} with small networks. */
const pendulumTd3Quick: AgentExperiment = defineExperiment({
  ...pendulum,
  name: "pendulum-td3-quick",
  summary: "TD3 swings a pendulum up: rl-baselines3-zoo's values, networks of 64-64",
  tunedOn: 5,
  expectedSeconds: 10,
  agent: { ...pendulumTd3.agent, ...small },
});

/** DDPG with the values of rl-baselines3-zoo (`hyperparams/ddpg.yml`, Pendulum-v1). */
const pendulumDdpg: AgentExperiment = defineExperiment({
  ...pendulum,
  name: "pendulum-ddpg",
  summary: "DDPG swings a pendulum up: rl-baselines3-zoo's values and budget",
  tunedOn: 0,
  expectedSeconds: 210,
  agent: { name: "ddpg", ...pendulumDeterministic },
});

/** {@linkcode pendulumDdpg} with small networks. */
const pendulumDdpgQuick: AgentExperiment = defineExperiment({
  ...pendulum,
  name: "pendulum-ddpg-quick",
  summary: "DDPG swings a pendulum up: rl-baselines3-zoo's values, networks of 64-64",
  tunedOn: 5,
  expectedSeconds: 10,
  agent: { ...pendulumDdpg.agent, ...small },
});

/**
 * SAC with gSDE and the values of rl-baselines3-zoo (`hyperparams/sac.yml`, MountainCarContinuous-v0);
 * stops early as {@linkcode mountainCarContinuousTd3} does.
 */
const mountainCarContinuousSac: AgentExperiment = defineExperiment({
  ...mountainCar,
  name: "mountaincarcontinuous-sac",
  summary: "SAC drives up the mountain with state-dependent exploration",
  tunedOn: 5,
  expectedSeconds: 60,
  agent: {
    name: "sac",
    learningRate: 3e-4,
    bufferSize: 50_000,
    batchSize: 512,
    automaticTemperature: false,
    temperature: 0.1,
    trainEvery: 32,
    gradientStepsPerTrain: 32,
    gamma: 0.9999,
    targetRate: 0.01,
    learningStarts: 0,
    stateDependentNoise: true,
    initialLogStd: -3.67,
    ...small,
  },
  budget: 50_000,
});

/**
 * TD3 with Ornstein-Uhlenbeck noise, after rl-baselines3-zoo with cheaper training. Its policy takes a step
 * with each of the critics', as DDPG's does: with every second one alone it is still unlearned where the noise
 * first meets the goal.
 */
const mountainCarContinuousTd3: AgentExperiment = defineExperiment({
  ...mountainCar,
  name: "mountaincarcontinuous-td3",
  summary: "TD3 drives up the mountain with Ornstein-Uhlenbeck noise",
  tunedOn: 10,
  expectedSeconds: 40,
  agent: { name: "td3", policyDelay: 1, ...mountainCarDeterministic },
  budget: 300_000,
});

/** DDPG with Ornstein-Uhlenbeck noise, after rl-baselines3-zoo with cheaper training. */
const mountainCarContinuousDdpg: AgentExperiment = defineExperiment({
  ...mountainCar,
  name: "mountaincarcontinuous-ddpg",
  summary: "DDPG drives up the mountain with Ornstein-Uhlenbeck noise",
  tunedOn: 5,
  expectedSeconds: 30,
  agent: { name: "ddpg", ...mountainCarDeterministic },
  budget: 300_000,
});

/** All of this file. */
export const continuousControlExperiments: readonly AgentExperiment[] = [
  pendulumSac,
  pendulumSacQuick,
  pendulumTd3,
  pendulumTd3Quick,
  pendulumDdpg,
  pendulumDdpgQuick,
  mountainCarContinuousSac,
  mountainCarContinuousTd3,
  mountainCarContinuousDdpg,
];
