/**
 * The configuration of recurrent PPO.
 *
 * @module
 */
import * as z from "zod";
import { InputError } from "../lab/core/errors.ts";
import { activationNames } from "../lab/compute/networks.ts";
import { recurrentCellNames } from "../lab/compute/recurrent.ts";

/** Defaults are those of sb3-contrib's RecurrentPPO where nothing else is said. */
export const configuration = z.strictObject({
  environments: z.int().min(1).default(8).meta({
    description: "Environments N that act side by side (8: rl-baselines3-zoo for CartPole)",
  }),
  rolloutLength: z.int().min(1).default(128).meta({
    description: "Steps T of each environment in a rollout",
    unit: "environment steps",
  }),
  sequenceLength: z.int().min(1).default(32).meta({
    description: "Steps through which gradients flow back; divides rolloutLength (32: the lab's)",
    unit: "environment steps",
  }),
  minibatchSize: z.int().min(2).default(128).meta({
    description: "Transitions a gradient step: whole sequences that divide the rollout",
    unit: "transitions",
  }),
  epochs: z.int().min(1).default(10).meta({ description: "Passes over a rollout" }),
  cell: z.enum(recurrentCellNames).default("lstm").meta({
    description: "The layer that remembers",
  }),
  recurrentSize: z.int().min(1).default(64).meta({
    description: "Units of each recurrent layer (64: rl-baselines3-zoo)",
  }),
  hiddenSizes: z.array(z.int().min(1)).default([64]).meta({
    description: "Widths of the dense layers after it (64: rl-baselines3-zoo)",
  }),
  activation: z.enum(activationNames).default("relu").meta({
    description: "Activation of the dense layers",
  }),
  learningRate: z.number().positive().default(3e-4).meta({ description: "Adam's step size" }),
  annealLearningRate: z.boolean().default(false).meta({
    description: "Lower the learning rate linearly to 0 over the budget",
  }),
  adamEpsilon: z.number().positive().default(1e-5).meta({ description: "Adam's ε" }),
  gamma: z.number().min(0).max(1).default(0.99).meta({ description: "Discount γ" }),
  gaeLambda: z.number().min(0).max(1).default(0.95).meta({
    description: "λ of the advantages: 0 trusts the value network, 1 the returns",
  }),
  clipRange: z.number().positive().default(0.2).meta({
    description: "ε: how far the probability ratio gains",
  }),
  annealClipRange: z.boolean().default(false).meta({
    description: "Lower the clip range linearly to 0 over the budget",
  }),
  clipValueLoss: z.boolean().default(false).meta({
    description: "Also clip the value's change by the clip range",
  }),
  normalizeAdvantages: z.boolean().default(true).meta({
    description: "Standardise the advantages of each minibatch",
  }),
  valueCoefficient: z.number().min(0).default(1).meta({
    description: "Weight of the value loss ½ mean((V − R)²)",
  }),
  entropyCoefficient: z.number().min(0).default(0).meta({
    description: "Weight of the entropy bonus",
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
});

/** The fields of recurrent PPO. */
export type RecurrentPpoConfiguration = z.output<typeof configuration>;

/** @throws InputError where sequences do not divide rollout and minibatch, or these each other. */
export function requireSequences(settings: RecurrentPpoConfiguration): void {
  const { environments, rolloutLength, sequenceLength, minibatchSize } = settings;
  const rows = environments * rolloutLength;
  const refuse = (requirement: string, given: number) => {
    throw new InputError(`Cannot train recurrent-ppo as ${requirement}: ${given}`);
  };
  if (rolloutLength % sequenceLength !== 0) {
    refuse(`sequenceLength must divide the rolloutLength of ${rolloutLength}`, sequenceLength);
  }
  if (minibatchSize % sequenceLength !== 0 || rows % minibatchSize !== 0) {
    const sizes = Array.from({ length: rows / sequenceLength }, (_, i) => (i + 1) * sequenceLength)
      .filter((size) => rows % size === 0);
    refuse(
      `minibatchSize must hold whole sequences of ${sequenceLength} steps and divide the rollout ` +
        `of ${environments} · ${rolloutLength} = ${rows} transitions (${sizes.join(", ")})`,
      minibatchSize,
    );
  }
}
