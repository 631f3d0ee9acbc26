/**
 * The configuration of PPO.
 *
 * @module
 */
import * as z from "zod";
import { InputError } from "../lab/core/errors.ts";
import { activationNames } from "../lab/compute/networks.ts";
import { convolutions } from "../lab/compute/bodies.ts";

/** Defaults are those of CleanRL's ppo.py where nothing else is said. */
export const configuration = z.strictObject({
  environments: z.int().min(1).default(4).meta({
    description: "Environments N that act side by side",
  }),
  rolloutLength: z.int().min(1).default(128).meta({
    description: "Steps T of each environment in a rollout",
    unit: "environment steps",
  }),
  minibatchSize: z.int().min(2).default(128).meta({
    description: "Transitions a gradient step; divides the rollout's T · N",
    unit: "transitions",
  }),
  epochs: z.int().min(1).default(4).meta({
    description: "Passes over a rollout (K in the paper)",
  }),
  learningRate: z.number().positive().default(2.5e-4).meta({ description: "Adam's step size" }),
  annealLearningRate: z.boolean().default(true).meta({
    description: "Lower the learning rate linearly to 0 over the budget",
  }),
  adamEpsilon: z.number().positive().default(1e-5).meta({ description: "Adam's ε" }),
  gamma: z.number().min(0).max(1).default(0.99).meta({ description: "Discount γ" }),
  gaeLambda: z.number().min(0).max(1).default(0.95).meta({
    description: "λ of the advantages: 0 trusts the value network, 1 the returns",
  }),
  surrogate: z.enum(["clipped", "kl-penalty"]).default("clipped").meta({
    description: "What holds the policy back: clipped ratios, or a penalty on its KL divergence",
  }),
  clipRange: z.number().positive().default(0.2).meta({
    description: "ε: how far the probability ratio gains",
  }),
  annealClipRange: z.boolean().default(false).meta({
    description: "Lower the clip range linearly to 0 over the budget",
  }),
  klCoefficient: z.number().min(0).default(1).meta({
    description: "β at the start: weight of the divergence (kl-penalty)",
  }),
  targetDivergence: z.number().min(0).default(0.01).meta({
    description:
      "d_targ: β halves below two thirds of it, doubles above one and a half; 0: β stays",
    unit: "nats",
  }),
  targetKl: z.number().min(0).default(0).meta({
    description: "Epochs end once the estimated KL of their last minibatch is above; 0: never",
    unit: "nats",
  }),
  clipValueLoss: z.boolean().default(true).meta({
    description: "Also clip the value's change by the clip range",
  }),
  normalizeAdvantages: z.boolean().default(true).meta({
    description: "Standardise the advantages of each minibatch",
  }),
  valueCoefficient: z.number().min(0).default(0.5).meta({
    description: "Weight c₁ of the value loss",
  }),
  entropyCoefficient: z.number().min(0).default(0.01).meta({
    description: "Weight c₂ of the entropy bonus",
  }),
  maximumGradientNorm: z.number().positive().default(0.5).meta({
    description: "Longer gradients are scaled down to this global norm",
  }),
  normalizeObservations: z.boolean().default(false).meta({
    description: "Show the networks observations normalised by their running moments",
  }),
  normalizeRewards: z.boolean().default(false).meta({
    description: "Divide rewards by the running deviation of the discounted return",
  }),
  initialLogStd: z.number().default(0).meta({
    description: "ln σ of continuous actions at the start",
  }),
  stateDependentNoise: z.boolean().default(false).meta({
    description: "gSDE: explore continuous actions by noise that is a function of the state",
  }),
  noiseEvery: z.int().min(0).default(0).meta({
    description: "Steps after which gSDE draws its matrices anew; 0: with each rollout only",
    unit: "environment steps",
  }),
  maskActions: z.boolean().default(true).meta({
    description: "Never choose what the environment's action mask forbids, where it has one",
  }),
  orthogonalInitialization: z.boolean().default(true).meta({
    description: "Orthogonal initial kernels and zero biases; else as PyTorch draws them",
  }),
  separateNetworks: z.boolean().default(true).meta({
    description:
      "A network of its own for the values; else one linear layer on the policy's features",
  }),
  convolutions,
  hiddenSizes: z.array(z.int().min(1)).default([64, 64]).meta({
    description: "Widths of the hidden layers of each network",
  }),
  activation: z.enum(activationNames).default("tanh").meta({
    description: "Activation of the hidden layers",
  }),
});

/** The fields of PPO. */
export type PpoConfiguration = z.output<typeof configuration>;

/** @throws InputError where the minibatch does not divide the rollout. */
export function requireDivisor(
  { environments, rolloutLength, minibatchSize }: PpoConfiguration,
): void {
  const rows = environments * rolloutLength;
  if (rows % minibatchSize === 0) return;
  const divisors = Array.from({ length: rows }, (_, i) => i + 1)
    .filter((size) => size >= 2 && rows % size === 0);
  throw new InputError(
    `Cannot train ppo as minibatchSize must divide the rollout of ${environments} · ` +
      `${rolloutLength} = ${rows} transitions (${divisors.join(", ")}): ${minibatchSize}`,
  );
}
