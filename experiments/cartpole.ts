/**
 * Agents on CartPole-v1, with published hyperparameters and budgets where there are some.
 *
 * @module
 */
import { type AgentExperiment, defineExperiment } from "../lab/experiment/definition.ts";

const environment = { id: "CartPole-v1" } as const;

/** Deep Q-learning with the values of rl-baselines3-zoo (`hyperparams/dqn.yml`, CartPole-v1). */
export const cartpoleDqn: AgentExperiment = defineExperiment({
  name: "cartpole-dqn",
  summary: "DQN balances a pole: rl-baselines3-zoo's values and budget",
  tunedOn: 0,
  expectedSeconds: 45,
  environment,
  agent: {
    name: "dqn",
    learningRate: 2.3e-3,
    batchSize: 64,
    bufferSize: 100_000,
    learningStarts: 1000,
    gamma: 0.99,
    targetUpdateEvery: 10,
    trainEvery: 256,
    gradientStepsPerTrain: 128,
    explorationFraction: 0.16,
    explorationFinal: 0.04,
    hiddenSizes: [256, 256],
  },
  budget: 50_000,
  seeds: 5,
  evaluation: { every: 5000, episodes: 100 },
});

/** REINFORCE with a learned baseline; no published setting: that of the agent's defaults. */
export const cartpoleReinforce: AgentExperiment = defineExperiment({
  name: "cartpole-reinforce",
  summary: "REINFORCE with a learned baseline balances a pole",
  tunedOn: 5,
  expectedSeconds: 4,
  environment,
  agent: { name: "reinforce" },
  budget: 200_000,
  seeds: 5,
  evaluation: { every: 20_000, episodes: 100 },
});

/** A2C with the values of rl-baselines3-zoo (`hyperparams/a2c.yml`, CartPole-v1). */
export const cartpoleA2c: AgentExperiment = defineExperiment({
  name: "cartpole-a2c",
  summary: "A2C balances a pole: rl-baselines3-zoo's values and budget",
  tunedOn: 0,
  expectedSeconds: 4,
  environment,
  agent: { name: "a2c", environments: 8, entropyCoefficient: 0 },
  budget: 500_000,
  seeds: 5,
  evaluation: { every: 50_000, episodes: 100 },
});

/** A3C on two threads: the agent's defaults, with the budget of `cartpole-a2c`. */
export const cartpoleA3c: AgentExperiment = defineExperiment({
  name: "cartpole-a3c",
  summary: "A3C balances a pole: two workers on shared parameters, no two runs the same",
  tunedOn: 5,
  expectedSeconds: 10,
  environment,
  agent: { name: "a3c", workers: 2, environments: 8 },
  budget: 500_000,
  seeds: 5,
  evaluation: { every: 50_000, episodes: 100 },
});

/**
 * IMPALA with four actors; no published setting: the agent's defaults, with a greater step size for
 * a small network.
 */
export const cartpoleImpala: AgentExperiment = defineExperiment({
  name: "cartpole-impala",
  summary: "IMPALA balances a pole: four actors, whose policies are three updates old",
  tunedOn: 5,
  expectedSeconds: 5,
  environment,
  agent: { name: "impala", actors: 4, learningRate: 2e-3 },
  budget: 500_000,
  seeds: 5,
  evaluation: { every: 50_000, episodes: 100 },
});

/** Of `cartpole-impala` with sixteen actors, whose policies are fifteen updates old. */
const sixteenActors = { ...cartpoleImpala.agent, actors: 16 } as const;

/** IMPALA with policies fifteen updates old, corrected by V-trace. */
export const cartpoleImpalaOld: AgentExperiment = defineExperiment({
  ...cartpoleImpala,
  name: "cartpole-impala-old",
  summary: "IMPALA balances a pole from policies that are fifteen updates old",
  tunedOn: 5,
  agent: sixteenActors,
});

/** The same without correction: what V-trace is for. */
export const cartpoleImpalaUncorrected: AgentExperiment = defineExperiment({
  ...cartpoleImpala,
  name: "cartpole-impala-uncorrected",
  summary: "IMPALA fails with policies fifteen updates old where nothing corrects for it",
  tunedOn: 5,
  agent: { ...sixteenActors, correction: "none" },
});

/**
 * PPO with the values of rl-baselines3-zoo (`hyperparams/ppo.yml`, CartPole-v1). Stable-Baselines3
 * weighs the undivided squared error with 0.5: 1 here, where the value loss has the half inside.
 */
export const cartpolePpo: AgentExperiment = defineExperiment({
  name: "cartpole-ppo",
  summary: "PPO balances a pole: rl-baselines3-zoo's values and budget",
  tunedOn: 0,
  expectedSeconds: 10,
  environment,
  agent: {
    name: "ppo",
    environments: 8,
    rolloutLength: 32,
    minibatchSize: 256,
    epochs: 20,
    learningRate: 1e-3,
    clipRange: 0.2,
    annealClipRange: true,
    clipValueLoss: false,
    gamma: 0.98,
    gaeLambda: 0.8,
    entropyCoefficient: 0,
    valueCoefficient: 1,
  },
  budget: 100_000,
  seeds: 5,
  evaluation: { every: 10_000, episodes: 100 },
});
