/**
 * What the trainers of all models have in common: counters, snapshots; and for those that pass
 * over a data set example by example, the loop.
 *
 * @module
 */
import * as z from "zod";
import type { Dataset } from "../../lab/core/dataset.ts";
import { InputError } from "../../lab/core/errors.ts";
import type { Metrics, Progress } from "../../lab/core/metrics.ts";
import type { Generator } from "../../lab/core/random.ts";
import type { Json, Snapshot } from "../../lab/core/snapshot.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import type { BudgetUnit, Report, Trainer } from "../../lab/core/trainer.ts";
import type { TrainerContext } from "../../lab/compute/definitions.ts";
import { cosine } from "../../lab/compute/schedules.ts";
import type { Workspace } from "../../lab/compute/workspace.ts";
import { Minibatches } from "./minibatches.ts";
import { takeMeans } from "./totals.ts";

/** The group that holds a model's learned networks. */
export const PARAMETERS = "parameters";
/** The group that holds the running sums of an iteration's losses. */
export const LOSSES = "losses";

/** What a model's snapshots hold beside its parameters. */
export interface ModelParts {
  /** Where the model computes. */
  readonly workspace: Workspace;
  /** Groups of the workspace beside `parameters` and `losses` (optimizer state). */
  readonly groups: readonly string[];
  /** Generators and minibatches. */
  readonly resumables: Readonly<Record<string, { snapshot(): Json; restore(values: Json): void }>>;
}

/** A model's trainer but for `iterate` and `evaluate`. */
export abstract class ModelTrainer implements Trainer {
  readonly progress: Progress = {
    iterations: 0,
    environmentSteps: 0,
    gradientSteps: 0,
    examples: 0,
  };
  readonly budget: Trainer["budget"];
  /** What snapshots hold; set by the model. */
  protected abstract readonly parts: ModelParts;

  /**
   * Starts at nothing spent.
   *
   * @param total Budget in `unit`.
   */
  constructor(unit: BudgetUnit, total: number) {
    this.budget = { unit, total };
  }

  /** Trains on for a part of the budget. */
  abstract iterate(): Promise<Report>;
  /** Measures on the test split. */
  abstract evaluate(context: { random: Generator }): Promise<Report>;

  /**
   * What the budget still allows, in its unit.
   *
   * @throws InputError where it is spent.
   */
  protected get remaining(): number {
    const { unit, total } = this.budget;
    const left = total - this.progress[unit];
    if (left > 0) return left;
    throw new InputError(
      `Cannot train on as the budget of ${total} ${unit} is spent: ${this.progress[unit]}`,
    );
  }

  /** How much of the budget is spent: 0 at the start, 1 at the end. */
  protected get spent(): number {
    return this.progress[this.budget.unit] / this.budget.total;
  }

  async snapshot(): Promise<Snapshot> {
    const { workspace, groups, resumables } = this.parts;
    const state: NamedTensors = {};
    for (const group of groups) {
      for (const [name, tensor] of Object.entries(await workspace.read(group))) {
        state[`${group}/${name}`] = tensor;
      }
    }
    return {
      parameters: await workspace.read(PARAMETERS),
      state,
      values: {
        progress: { ...this.progress },
        ...Object.fromEntries(
          Object.entries(resumables).map(([name, part]) => [name, part.snapshot()]),
        ),
      },
    };
  }

  // deno-lint-ignore require-await
  async restore(snapshot: Snapshot): Promise<void> {
    const { workspace, groups, resumables } = this.parts;
    const values = snapshot.values as { progress: Progress & Json; [name: string]: Json };
    workspace.write(PARAMETERS, snapshot.parameters);
    for (const group of groups) {
      const prefix = `${group}/`;
      const tensors = Object.entries(snapshot.state)
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, tensor]) => [name.slice(prefix.length), tensor]);
      workspace.write(group, Object.fromEntries(tensors));
    }
    for (const [name, part] of Object.entries(resumables)) part.restore(values[name]);
    Object.assign(this.progress, values.progress);
  }

  dispose(): void {
    this.parts.workspace.dispose();
  }
}

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
export abstract class ExampleTrainer extends ModelTrainer {
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
