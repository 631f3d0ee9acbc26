/**
 * Proximal policy optimisation in the classic control worlds beyond CartPole, with the values and
 * budgets of rl-baselines3-zoo (`hyperparams/ppo.yml`, 22e3ff2) on top of Stable-Baselines3's
 * defaults. Budgets are rounded up to whole rollouts, as Stable-Baselines3 does: the learning rate does
 * not fall, and a last rollout cut short moves the policy far by few transitions.
 *
 * @module
 */
import type { AgentExperiment, Options } from "../lab/experiment/definition.ts";
import { normalized, zooPresets } from "./zoo.ts";

/**
 * Defaults of Stable-Baselines3's `PPO` where they are not the agent's own. It weighs the undivided
 * squared error with 0.5: 1 here, where the value loss has the half inside.
 */
const stableBaselines: Options = {
  minibatchSize: 64,
  epochs: 10,
  learningRate: 3e-4,
  annealLearningRate: false,
  clipValueLoss: false,
  entropyCoefficient: 0,
  valueCoefficient: 1,
};

const preset = zooPresets("ppo", stableBaselines);

/** Every experiment of this page. */
export const proximalPolicyExperiments: readonly AgentExperiment[] = [
  preset(
    "acrobot-ppo",
    "swings two links up",
    "Acrobot-v1",
    {
      ...normalized,
      environments: 16,
      rolloutLength: 256,
      epochs: 4,
      gaeLambda: 0.94,
      gamma: 0.99,
    },
    1_003_520,
    15,
  ),
  preset(
    "mountaincar-ppo",
    "drives up a mountain",
    "MountainCar-v0",
    {
      ...normalized,
      environments: 16,
      rolloutLength: 16,
      epochs: 4,
      gaeLambda: 0.98,
      gamma: 0.99,
    },
    1_000_192,
    15,
  ),
  preset(
    "pendulum-ppo",
    "swings a pendulum up",
    "Pendulum-v1",
    {
      environments: 4,
      rolloutLength: 1024,
      gaeLambda: 0.95,
      gamma: 0.9,
      learningRate: 1e-3,
      stateDependentNoise: true,
      noiseEvery: 4,
    },
    102_400,
    5,
  ),
  // The zoo's minibatch of 256 is larger than the rollout of 8: all of it is one.
  preset(
    "mountaincarcontinuous-ppo",
    "drives up a mountain",
    "MountainCarContinuous-v0",
    {
      ...normalized,
      environments: 1,
      rolloutLength: 8,
      minibatchSize: 8,
      gaeLambda: 0.9,
      gamma: 0.9999,
      learningRate: 7.77e-5,
      entropyCoefficient: 0.00429,
      clipRange: 0.1,
      maximumGradientNorm: 5,
      valueCoefficient: 0.38,
      stateDependentNoise: true,
      initialLogStd: -3.29,
      orthogonalInitialization: false,
    },
    20_000,
    3,
  ),
];
