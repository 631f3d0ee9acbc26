/**
 * A3C's configuration. Defaults are those of the paper where nothing else is said.
 *
 * @module
 */
import * as z from "zod";
import { activationNames } from "../../lab/compute/networks.ts";

/** What A3C can be set to. */
export const configuration = z.strictObject({
  workers: z.int().min(1).default(1).meta({
    description: "Workers that learn at once, each in a thread; reproducible with 1 only",
  }),
  environments: z.int().min(1).default(8).meta({
    description: "Environments N that each worker steps side by side (1 in the paper)",
  }),
  rolloutLength: z.int().min(1).default(5).meta({
    description: "Steps of each environment before an update (t_max in the paper)",
    unit: "environment steps",
  }),
  optimizer: z.enum(["rmsprop", "adam"]).default("rmsprop").meta({
    description: "Rule of the update, its statistics shared; RMSProp with ε inside the root",
  }),
  learningRate: z.number().positive().default(7e-4).meta({
    description: "Step size (Stable-Baselines3's A2C; the paper draws it from 1e-4 … 1e-2)",
  }),
  annealLearningRate: z.boolean().default(true).meta({
    description: "Lower the learning rate linearly to 0 over the budget",
  }),
  optimizerEpsilon: z.number().positive().default(1e-5).meta({
    description: "ε of the optimizer (Stable-Baselines3's A2C)",
  }),
  rmspropDecay: z.number().min(0).lt(1).default(0.99).meta({
    description: "Decay α of RMSProp's mean square; Adam does not use it",
  }),
  gamma: z.number().min(0).max(1).default(0.99).meta({ description: "Discount γ" }),
  gaeLambda: z.number().min(0).max(1).default(1).meta({
    description: "λ of the advantages: 1 is the n-step return minus the value",
  }),
  valueCoefficient: z.number().min(0).default(0.5).meta({
    description: "Weight of the value loss",
  }),
  entropyCoefficient: z.number().min(0).default(0.01).meta({
    description: "Weight β of the entropy bonus",
  }),
  maximumGradientNorm: z.number().positive().default(0.5).meta({
    description: "Longer gradients are scaled down to this global norm (OpenAI Baselines' A2C)",
  }),
  hiddenSizes: z.array(z.int().min(1)).default([64, 64]).meta({
    description: "Widths of the hidden layers of each network",
  }),
  activation: z.enum(activationNames).default("tanh").meta({
    description: "Activation of the hidden layers",
  }),
});

/** The fields of `a3c`. */
export type A3cConfiguration = z.output<typeof configuration>;
