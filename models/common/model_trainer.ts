/**
 * The loop of the models that pass over a data set example by example.
 *
 * @module
 */
import * as z from "zod";
import { BaseTrainer } from "../../lab/core/base_trainer.ts";
import type { Dataset } from "../../lab/core/dataset.ts";
import { InputError } from "../../lab/core/errors.ts";
import type { Metrics } from "../../lab/core/metrics.ts";
import type { Report } from "../../lab/core/trainer.ts";
import type { TrainerContext } from "../../lab/compute/definitions.ts";
import { cosine } from "../../lab/compute/schedules.ts";
import type { Workspace } from "../../lab/compute/workspace.ts";
import { Minibatches } from "./minibatches.ts";
import { takeMeans } from "./totals.ts";

/** The group that holds the running sums of an iteration's losses. */
export const LOSSES = "losses";

/** Fields of every model that passes over a data set. */
export const exampleFields = {
  batchSize: z.int().min(1).default(50).meta({
    description: "Examples a gradient step",
    unit: "examples",
  }),
  lastBatch: z.enum(["drop", "mask"]).default("mask").meta({
    description: "An epoch's last, smaller batch: left out, or masked up to size",
  }),
  batchesPerIteration: z.int().min(1).default(50).meta({
    description: "Gradient steps an iteration: how often progress is told",
    unit: "gradient steps",
  }),
  learningRate: z.number().positive().default(4e-3).meta({
    description: "Adam's step size at the start",
  }),
  finalLearningRate: z.number().min(0).default(1e-4).meta({
    description: "Adam's step size at the end of the budget, reached on half a cosine wave",
  }),
};

/** What {@linkcode exampleFields} parse to. */
export type ExampleFields = z.output<z.ZodObject<typeof exampleFields>>;

/** Makes a model's trainer from. */
export type ModelContext<Configuration> = TrainerContext<Configuration> & { dataset: Dataset };

/** A trainer whose budget counts training examples; the last batch of a budget is shortened. */
export abstract class ExampleTrainer extends BaseTrainer {
  /** Which examples come next. */
  protected readonly minibatches: Minibatches;
  readonly #fields: ExampleFields;
  readonly #workspace: Workspace;

  /** Starts before the first example, in the order of the stream `minibatch`. */
  constructor({ configuration, budget, dataset, workspace, stream }: ModelContext<ExampleFields>) {
    super("examples", budget);
    const { batchSize, lastBatch } = configuration;
    const random = stream("minibatch");
    this.minibatches = new Minibatches(dataset.train.count, batchSize, lastBatch, random);
    this.#fields = configuration;
    this.#workspace = workspace;
  }

  /** One gradient step on these training examples, at most a batch of them. */
  protected abstract update(rows: Int32Array, learningRate: number): void;

  /** `batchesPerIteration` gradient steps, and the means of their losses. */
  async iterate(): Promise<Report> {
    const { batchesPerIteration, learningRate, finalLearningRate } = this.#fields;
    const schedule = cosine(learningRate, finalLearningRate);
    let remaining = this.remaining;
    for (let batch = 0; batch < batchesPerIteration && remaining > 0; batch++) {
      const rows = this.minibatches.next(remaining);
      this.update(rows, schedule(this.spent));
      remaining -= rows.length;
      this.progress.examples += rows.length;
      this.progress.gradientSteps++;
    }
    this.progress.iterations++;
    const metrics: Metrics = { "schedule/learning_rate": schedule(this.spent) };
    for (const [name, mean] of Object.entries(await takeMeans(this.#workspace, LOSSES))) {
      metrics[`losses/${name}`] = mean;
    }
    return { metrics };
  }
}

/**
 * Checks that a data set holds images of any size.
 *
 * @returns The number of values of one image.
 * @throws InputError where it holds points.
 */
export function imageSize(model: string, dataset: Dataset): number {
  if (dataset.kind === "images") return dataset.shape.reduce((size, length) => size * length, 1);
  throw new InputError(
    `Cannot train ${model} as it needs images: "${dataset.name}" holds ${dataset.kind}`,
  );
}
