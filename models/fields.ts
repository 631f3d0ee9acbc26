/**
 * Configuration fields that models share.
 *
 * @module
 */
import * as z from "zod";
import { count } from "../lab/compute/sizes.ts";

/** A deviation, or a ratio of two, whose square and its inverse are far from the ends of float32. */
export function spread(): z.ZodNumber {
  return z.number().min(1e-6).max(1e6);
}

/** Fields of every model that passes over a data set. */
export const exampleFields = {
  batchSize: count(1).default(50).meta({
    description: "Examples a gradient step",
    unit: "examples",
  }),
  lastBatch: z.enum(["drop", "mask"]).default("mask").meta({
    description: "An epoch's last, smaller batch: left out, or masked up to size",
  }),
  batchesPerIteration: count(1).default(50).meta({
    description: "Gradient steps an iteration: how often progress is reported",
    unit: "gradient steps",
  }),
  learningRate: z.number().positive().default(4e-3).meta({
    description: "Adam's step size at the start",
  }),
  finalLearningRate: z.number().min(0).default(1e-4).meta({
    description: "Adam's step size at the end of the budget, reached on half a cosine wave",
  }),
};

/** The same of models that learn from examples and noise: diffusion, flows, noise-contrastive. */
export const noisyExampleFields = {
  ...exampleFields,
  batchSize: count(1).default(128).meta({
    description: "Examples a gradient step",
    unit: "examples",
  }),
  learningRate: z.number().positive().default(2e-3).meta({
    description: "Adam's step size at the start",
  }),
};

/** The field of models that learn under a range of noises. */
export const noiseShiftField = {
  noiseShift: spread().optional().meta({
    description:
      "Factor of the noises that are learned, as multiples of the example's part: more than 1 " +
      "for images, in which a little noise hides nothing; left out: 1",
  }),
};

/** The field of models whose samples come from a moving average of their weights. */
export const averageField = {
  averageDecay: z.number().min(0).lt(1).default(0.999).meta({
    description: "Decay of the moving average of the weights that samples come from; 0: none",
  }),
  averageRampUp: z.boolean().optional().meta({
    description:
      "Whether that decay is (1 + n) / (10 + n) at most after n gradient steps, so that the " +
      "average forgets the initial weights soon",
  }),
};

/** The field of models whose samples of images are judged. */
export const judgeFields = {
  judge: z.boolean().default(true).meta({
    description: "Train a classifier once, where the data have classes, to recognise samples",
  }),
};

/** The field of models that are told a kind of each example (`kinds.ts`). */
export const kindFields = {
  kinds: count(2, 256).optional().meta({
    description: "Kinds of one size that k-means sorts the examples into, one of which is told " +
      "in the place of a class; left out: none",
  }),
};

/** What a trainer reads of any model's configuration. */
export interface SharedFields {
  /** Examples a gradient step. */
  readonly batchSize: number;
  /** What becomes of an epoch's last batch; left out: it is dropped. */
  readonly lastBatch?: "drop" | "mask";
  /** Training examples, the first ones, whose labels are shown; left out: all. */
  readonly labelled?: number;
  /** Examples of each batch that are drawn among them. */
  readonly labelledBatch?: number;
  /** Kinds that stand in the place of classes; left out: none do. */
  readonly kinds?: number;
  /** Rounds an iteration, where a round is one batch. */
  readonly batchesPerIteration?: number;
  /** Rounds an iteration. */
  readonly roundsPerIteration?: number;
  /** Of the moving average, where the model has one. */
  readonly averageDecay?: number;
  /** Whether its decay rises to that. */
  readonly averageRampUp?: boolean;
  /** η at the start. */
  readonly learningRate: number;
  /** η at the end of the budget. */
  readonly finalLearningRate: number;
  /** Whether a classifier is trained to recognise samples; left out: it is. */
  readonly judge?: boolean;
}
