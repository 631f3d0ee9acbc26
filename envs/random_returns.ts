/**
 * What uniformly random actions return in each world with its default options: mean and standard
 * deviation, computed where the world is a table without a time limit, else over 1,000 episodes.
 * Written by `deno task docs:baselines`.
 *
 * @module
 */
import type { RandomReturn } from "../lab/core/registry.ts";

/** By the world's id: of all its actions. */
export const randomReturns: Readonly<Record<string, RandomReturn>> = {
  "CartPole-v1": { mean: 22.283, deviation: 11.045 },
  "MountainCar-v0": { mean: -200, deviation: 0 },
  "MountainCarContinuous-v0": { mean: -32.952, deviation: 5.802 },
  "Acrobot-v1": { mean: -499.29, deviation: 9.2955 },
  "Pendulum-v1": { mean: -1238.4, deviation: 286.93 },
  "FrozenLake-v1": { mean: 0.018, deviation: 0.13302 },
  "FrozenLake8x8-v1": { mean: 0.002, deviation: 0.044699 },
  "CliffWalking-v1": {
    mean: -65375,
    deviation: 65364,
    cuts: [
      { after: 10000, mean: -51673, deviation: 35924 },
      { after: 200, mean: -2079.1, deviation: 677.02 },
    ],
  },
  "CliffWalkingSlippery-v1": {
    mean: -65375,
    deviation: 65364,
    cuts: [
      { after: 10000, mean: -51673, deviation: 35924 },
      { after: 200, mean: -2079.1, deviation: 677.02 },
    ],
  },
  "Taxi-v4": { mean: -773.88, deviation: 104.33 },
  "Blackjack-v1": { mean: -0.404, deviation: 0.89195 },
  "GridWorld-v0": { mean: -1.2799, deviation: 0.94206 },
  "CartPoleNoVel-v1": { mean: 22.036, deviation: 12.135 },
  "PendulumNoVel-v1": { mean: -1224.7, deviation: 291.76 },
  "MountainCarContinuousNoVel-v0": { mean: -32.767, deviation: 7.4331 },
  "CartPolePixels-v0": { mean: 21.837, deviation: 11.214 },
  "GridWorldPixels-v0": { mean: -1.2495, deviation: 0.96788 },
  "Bandit-v0": { mean: 84.621, deviation: 40.156 },
  "ContextualBandit-v0": { mean: 1.3036, deviation: 11.742 },
  "MemoryCorridor-v0": { mean: -1, deviation: 0 },
  "RepeatPrevious-v0": { mean: 7.53, deviation: 2.3273 },
  "SwitchedCorridor-v0": { mean: -11.988, deviation: 9.7129 },
  "Identity-v0": { mean: 4.983, deviation: 1.9526 },
  "ValueProbe-v0": { mean: 1, deviation: 0 },
  "PolicyProbe-v0": { mean: -0.062, deviation: 0.99858 },
  "DiscountProbe-v0": { mean: 1, deviation: 0 },
  "TruncationProbe-v0": { mean: 5, deviation: 0 },
  "CreditProbe-v0": { mean: 0.022, deviation: 1.0003 },
};

/** Of those that its masks allow, where it has some. */
export const randomAllowedReturns: Readonly<Record<string, RandomReturn>> = {
  "Taxi-v4": { mean: -185.67, deviation: 41.078 },
};
