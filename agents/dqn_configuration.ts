/**
 * The fields of DQN, and which of them fit together.
 *
 * @module
 */
import * as z from "zod";
import { InputError } from "../lab/core/errors.ts";
import { activationNames } from "../lab/compute/networks.ts";
import { convolutions } from "../lab/compute/bodies.ts";

/** Fields of DQN. Defaults are those of Stable-Baselines3's DQN where nothing else is said. */
export const configuration = z.strictObject({
  environments: z.int().min(1).default(1).meta({
    description: "Environments that act side by side",
  }),
  bufferSize: z.int().min(1).default(100_000).meta({
    description: "Transitions that the replay buffer keeps (100 000: rl-baselines3-zoo, CartPole)",
    unit: "transitions",
  }),
  learningStarts: z.int().min(0).default(1000).meta({
    description: "Random actions before the first update (1000: rl-baselines3-zoo, CartPole)",
    unit: "environment steps",
  }),
  batchSize: z.int().min(1).default(32).meta({
    description: "Transitions a gradient step",
    unit: "transitions",
  }),
  trainEvery: z.int().min(1).default(4).meta({
    description: "Environment steps from one training to the next; a multiple of environments",
    unit: "environment steps",
  }),
  gradientStepsPerTrain: z.int().min(1).default(1).meta({
    description: "Gradient steps at each training",
    unit: "gradient steps",
  }),
  targetUpdateEvery: z.int().min(1).default(500).meta({
    description: "Environment steps between renewals of the target network (500: CleanRL)",
    unit: "environment steps",
  }),
  targetRate: z.number().gt(0).max(1).default(1).meta({
    description: "τ: share of the online network in a renewal; 1 copies it",
  }),
  gamma: z.number().min(0).max(1).default(0.99).meta({ description: "Discount γ" }),
  learningRate: z.number().positive().default(1e-4).meta({ description: "Adam's step size" }),
  annealLearningRate: z.boolean().default(false).meta({
    description: "Lower the learning rate linearly to 0 over the budget",
  }),
  loss: z.enum(["huber", "mse"]).default("huber").meta({
    description: "Of the TD error: Huber with δ = 1, or its square",
  }),
  doubleQ: z.boolean().default(false).meta({
    description: "The online network chooses the next action, the target network values it",
  }),
  duelling: z.boolean().default(false).meta({
    description: "Value and advantages in streams of their own, each with the last hidden layer",
  }),
  rewardSteps: z.int().min(1).default(1).meta({
    description: "n: rewards before the target bootstraps (3: Rainbow)",
    unit: "environment steps",
  }),
  priorityExponent: z.number().min(0).max(1).default(0).meta({
    description:
      "α: 0 draws transitions uniformly, 1 in proportion to their TD error (0.6: Schaul)",
  }),
  importanceExponent: z.number().min(0).max(1).default(0.4).meta({
    description: "β at the start, 1 at the end: how far weights undo the priorities (0.4: Schaul)",
  }),
  noisy: z.boolean().default(false).meta({
    description: "Explore by noise in the weights, with learned deviations, in place of ε",
  }),
  noiseScale: z.number().min(0).default(0.5).meta({
    description: "σ₀: deviations of noisy weights start at σ₀/√fanIn (0.5: Fortunato)",
  }),
  quantiles: z.int().min(0).default(0).meta({
    description: "N: learn N quantiles of each return (QR-DQN); 0 learns its mean",
  }),
  explorationInitial: z.number().min(0).max(1).default(1).meta({
    description: "ε at the start: the share of random actions",
  }),
  explorationFinal: z.number().min(0).max(1).default(0.05).meta({
    description: "ε at the end of its schedule",
  }),
  explorationFraction: z.number().gt(0).max(1).default(0.1).meta({
    description: "Share of the budget over which ε falls linearly",
  }),
  maximumGradientNorm: z.number().positive().default(10).meta({
    description: "Longer gradients are scaled down to this global norm",
  }),
  normalizeObservations: z.boolean().default(false).meta({
    description: "Centre and scale observations by the moments of those before learningStarts",
  }),
  storeBytes: z.boolean().default(false).meta({
    description: "Keep observations as whole 255ths in bytes: pictures, in a quarter of the memory",
  }),
  convolutions,
  hiddenSizes: z.array(z.int().min(1)).default([64, 64]).meta({
    description: "Widths of the hidden layers",
  }),
  activation: z.enum(activationNames).default("relu").meta({
    description: "Activation of the hidden layers",
  }),
});

/** The fields of DQN. */
export type DqnConfiguration = z.output<typeof configuration>;

/** @throws InputError where fields contradict each other or the budget. */
export function requireFit(agent: string, settings: DqnConfiguration, budget: number): void {
  const { environments, trainEvery, learningStarts, bufferSize, batchSize } = settings;
  const refuse = (requirement: string, given: unknown) => {
    throw new InputError(`Cannot train ${agent} as ${requirement}: ${given}`);
  };
  if (trainEvery % environments !== 0) {
    refuse(`trainEvery must be a multiple of the ${environments} environments`, trainEvery);
  }
  if (bufferSize < batchSize) {
    refuse(`bufferSize must be at least the batchSize of ${batchSize}`, bufferSize);
  }
  if (settings.quantiles > 0 && settings.loss !== "huber") {
    refuse(`the loss of ${settings.quantiles} quantiles must be huber`, settings.loss);
  }
  if (settings.normalizeObservations && learningStarts === 0) {
    refuse("learningStarts must be above 0 to measure observations, where they are normalised", 0);
  }
  if (learningStarts >= budget) {
    refuse(
      `learningStarts must be below the budget of ${budget} environment steps, else nothing is ` +
        "learned",
      learningStarts,
    );
  }
}
