/**
 * Advantage actor-critic in the classic control worlds beyond CartPole, with the values and budgets
 * of rl-baselines3-zoo (`hyperparams/a2c.yml`, 22e3ff2), and the one-step actor-critic on CartPole.
 *
 * @module
 */
import { type AgentExperiment, defineExperiment } from "../lab/experiment/definition.ts";
import { normalized, zooPresets } from "./zoo.ts";

const preset = zooPresets("a2c", {}, 2);

/**
 * The one-step actor-critic of Sutton and Barto (2018), section 13.5, without its factor γ^t, in 32
 * environments: an update after every step of theirs, as those of eight lose the policy again on every
 * fourth seed. The lab's own values: Adam with an annealed rate, as RMSProp at a constant one ends below 60
 * on three seeds of ten.
 */
const cartpoleActorCritic: AgentExperiment = defineExperiment({
  name: "cartpole-actor-critic",
  summary: "The one-step actor-critic balances a pole",
  tunedOn: 20,
  expectedSeconds: 5,
  environment: { id: "CartPole-v1" },
  agent: {
    name: "a2c",
    environments: 32,
    rolloutLength: 1,
    optimizer: "adam",
    learningRate: 1e-3,
    annealLearningRate: true,
  },
  budget: 500_000,
  seeds: 5,
  evaluation: { every: 50_000, episodes: 100 },
});

/** Every experiment of this page. */
export const actorCriticExperiments: readonly AgentExperiment[] = [
  cartpoleActorCritic,
  preset(
    "acrobot-a2c",
    "swings two links up",
    "Acrobot-v1",
    {
      ...normalized,
      environments: 16,
    },
    500_000,
    5,
  ),
  preset(
    "mountaincar-a2c",
    "drives up a mountain",
    "MountainCar-v0",
    {
      ...normalized,
      environments: 16,
    },
    1_000_000,
    5,
  ),
  preset(
    "pendulum-a2c",
    "swings a pendulum up",
    "Pendulum-v1",
    {
      ...normalized,
      environments: 8,
      rolloutLength: 8,
      gaeLambda: 0.9,
      gamma: 0.9,
      valueCoefficient: 0.4,
      learningRate: 7e-4,
      annealLearningRate: true,
      stateDependentNoise: true,
      initialLogStd: -2,
      orthogonalInitialization: false,
    },
    1_000_000,
    8,
  ),
  preset(
    "mountaincarcontinuous-a2c",
    "drives up a mountain",
    "MountainCarContinuous-v0",
    {
      ...normalized,
      environments: 4,
      rolloutLength: 100,
      entropyCoefficient: 0,
      stateDependentNoise: true,
      noiseEvery: 16,
      orthogonalInitialization: false,
    },
    100_000,
    3,
  ),
];
