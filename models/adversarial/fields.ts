/**
 * Configuration fields of every game of a generator and a discriminator.
 *
 * @module
 */
import * as z from "zod";
import { InputError } from "../../lab/core/errors.ts";
import { count, WIDEST } from "../../lab/compute/sizes.ts";
import { judgeFields } from "../fields.ts";
import { adversarialLosses, type AdversarialLossName, adversarialLossNames } from "./losses.ts";

/** What the fields of a game are where nothing is said. */
const usual = {
  batchSize: 64,
  loss: "non-saturating" as AdversarialLossName,
  discriminatorSteps: 1,
  learningRate: 2e-4,
  discriminatorRate: 1,
  beta1: 0.5,
  averageDecay: 0.99,
  latentSize: 64,
  roundsPerIteration: 50,
};

/** Fields of every game; `defaults` take the place of the usual ones. */
export function gameFields(defaults: Partial<typeof usual> = {}) {
  const standard = { ...usual, ...defaults };
  return {
    batchSize: count(2).default(standard.batchSize).meta({
      description: "Examples a gradient step, and as many generated ones",
      unit: "examples",
    }),
    loss: z.enum(adversarialLossNames).default(standard.loss).meta({
      description: "What the two minimise",
    }),
    discriminatorSteps: count(1).default(standard.discriminatorSteps).meta({
      description: "Discriminator steps for one of the generator",
      unit: "gradient steps",
    }),
    learningRate: z.number().positive().default(standard.learningRate).meta({
      description: "The generator's step size at the start, falling linearly to finalLearningRate",
    }),
    finalLearningRate: z.number().min(0).default(0).meta({
      description: "The generator's step size at the end of the budget",
    }),
    discriminatorRate: z.number().positive().default(standard.discriminatorRate).meta({
      description: "The discriminator's step size in those of the generator (two time scales: " +
        "Heusel et al. 2017)",
    }),
    beta1: z.number().min(0).lt(1).default(standard.beta1).meta({
      description: "β₁ of Adam, for both",
    }),
    averageDecay: z.number().min(0).lt(1).default(standard.averageDecay).meta({
      description: "Decay of the moving average of the generator that samples come from",
    }),
    latentSize: count(1, WIDEST).default(standard.latentSize).meta({
      description: "Length Z of the latent vector",
    }),
    smoothing: z.number().min(0).lt(0.5).default(0).meta({
      description: "What the discriminator's target for real examples is short of 1 (one-sided " +
        "label smoothing: Salimans et al. 2016)",
    }),
    instanceNoise: z.number().min(0).default(0).meta({
      description:
        "Deviation of the noise on what the discriminator sees, at the start; it falls " +
        "to 0",
    }),
    augmentation: z.number().min(0).max(0.5).default(0).meta({
      description:
        "Share of its side by which each image that the discriminator sees is moved at " +
        "most, and a quarter of that of the square which is put out; 1/8 for few data",
    }),
    featureMatching: z.number().min(0).default(0).meta({
      description: "Weight of the distance between mean features in the generator's loss",
    }),
    minibatchDeviation: z.boolean().default(false).meta({
      description: "Whether the discriminator's last layer sees how much its batch varies",
    }),
    roundsPerIteration: count(1).default(standard.roundsPerIteration).meta({
      description: "Rounds an iteration, each of discriminatorSteps steps and one of the generator",
      unit: "rounds",
    }),
    ...judgeFields,
  };
}

/** Configuration of a game, and of one whose networks may be told kinds. */
export type GameConfiguration = z.infer<z.ZodObject<ReturnType<typeof gameFields>>> & {
  readonly kinds?: number;
};

/** Refuses smoothing of no labels. @throws InputError where the loss has no target that could be smoothed. */
export function checkSmoothing({ loss, smoothing }: GameConfiguration): void {
  if (smoothing === 0 || adversarialLosses[loss].smooths) return;
  const fitting = adversarialLossNames.filter((name) => adversarialLosses[name].smooths);
  throw new InputError(
    `Cannot smooth labels by ${smoothing} as the loss must have labels: ${loss} has none ` +
      `(${fitting.join(", ")} have)`,
  );
}
