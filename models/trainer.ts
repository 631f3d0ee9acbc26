/**
 * The trainer of every model: rounds of gradient steps over minibatches, evaluation, and what the
 * model can be asked for.
 *
 * @module
 */
import { BaseTrainer } from "../lab/core/base_trainer.ts";
import { holdingsOf } from "../lab/core/dataset.ts";
import type { Metrics } from "../lab/core/metrics.ts";
import type { Samples } from "../lab/core/picture.ts";
import type { Generator } from "../lab/core/random.ts";
import { gatherRows } from "../lab/core/rows.ts";
import type { Report, Trainer } from "../lab/core/trainer.ts";
import { runOverRows } from "../lab/compute/batches.ts";
import type { ModelContext } from "../lab/compute/definitions.ts";
import { adam } from "../lab/compute/optimizers.ts";
import { cosine, type Schedule } from "../lab/compute/schedules.ts";
import { Asked } from "./asked.ts";
import {
  type Judge,
  metricsOfClasses,
  metricsOfSamples,
  picturesOf,
  trainJudge,
} from "./evaluation.ts";
import type { SharedFields } from "./fields.ts";
import { Minibatches } from "./minibatches.ts";
import type { Model, ModelStep } from "./model.ts";
import type { Networks } from "./networks.ts";
import { BoundModel, type CompiledStep, type RowProgram } from "./programs.ts";
import { takeMeans } from "./totals.ts";

/** Examples a call of a program that is no gradient step. */
const ROWS = { images: 250, points: 500 } as const;
/** Samples that an evaluation looks at; of points as many as VEEGAN and PacGAN do. */
const SAMPLES = { images: 1000, points: 2500 } as const;

/** A round's step, and how often it is taken. */
interface RoundStep extends CompiledStep {
  readonly repeat: number;
  readonly examples: "next" | "same" | "none";
  readonly schedule: Schedule;
}

/** What becomes of an epoch's last batch. */
function lastBatchOf<C extends SharedFields, N extends Networks>(
  { budget }: Model<C, N>,
  { lastBatch = "drop" }: C,
): "drop" | "mask" {
  return budget === "examples" ? lastBatch : "drop";
}

/** How often a round takes a step. */
function repeatOf<N extends Networks, C>(step: ModelStep<N, C>, configuration: C): number {
  return step.repeat?.(configuration) ?? 1;
}

/** Examples of a round; undefined where an epoch's last one may have fewer, or none has any. */
export function examplesPerRound<C extends SharedFields, N extends Networks>(
  model: Model<C, N>,
  configuration: C,
): number | undefined {
  if (lastBatchOf(model, configuration) !== "drop") return undefined;
  const batches = model.steps.filter(({ examples = "next" }) => examples === "next")
    .reduce((sum, step) => sum + repeatOf(step, configuration), 0);
  return batches === 0 ? undefined : batches * configuration.batchSize;
}

/** Trains the model that it is given. */
export class ModelTrainer<C extends SharedFields, N extends Networks> extends BaseTrainer
  implements Trainer {
  protected readonly parts;
  readonly sample?: Trainer["sample"];
  readonly encode?: Trainer["encode"];
  readonly decode?: Trainer["decode"];
  readonly translate?: Trainer["translate"];
  readonly classify?: Trainer["classify"];
  readonly score?: Trainer["score"];

  readonly #context: ModelContext<C>;
  readonly #bound: BoundModel<C, N>;
  readonly #minibatches: Minibatches;
  readonly #noise: Generator;
  readonly #schedule: Schedule;
  readonly #steps: readonly RoundStep[];
  readonly #evaluation: ReturnType<BoundModel<C, N>["compileEvaluation"]> | undefined;
  readonly #batch: number;
  readonly #asked: Asked<C, N>;
  #judge: Promise<Judge | undefined> | undefined;

  /** Before the first round. @throws InputError for a data set that the model does not take. */
  constructor(model: Model<C, N>, context: ModelContext<C>) {
    super(model.budget, context.budget);
    const { configuration, dataset, workspace, stream } = context;
    this.#context = context;
    const bound = this.#bound = new BoundModel(model, context);

    const { batchSize, learningRate, finalLearningRate } = configuration;
    const last = lastBatchOf(model, configuration);
    this.#minibatches = new Minibatches(dataset.train.count, batchSize, last, stream("minibatch"));
    this.#noise = stream("noise");
    const schedule = this.#schedule = model.schedule?.(configuration) ??
      cosine(learningRate, finalLearningRate);
    const optimizer = model.optimizer?.(configuration) ?? adam();
    this.#steps = model.steps.map((step) => ({
      ...bound.compileStep(step, optimizer, model.budget === "examples"),
      repeat: repeatOf(step, configuration),
      examples: step.examples ?? "next",
      schedule: step.schedule?.(configuration) ?? schedule,
    }));

    const batch = this.#batch = ROWS[dataset.kind];
    this.#evaluation = model.evaluate && bound.compileEvaluation(model.evaluate, batch);
    const { encode, decode, translate, classify, score, sample } = this.#asked = new Asked(
      bound,
      dataset,
      batch,
    );
    Object.assign(this, { encode, decode, translate, classify, score, sample });
    this.parts = {
      name: model.name,
      workspace,
      groups: [...this.#steps.map(({ optimizer }) => optimizer), ...bound.groups],
      resumables: { minibatches: this.#minibatches, noise: this.#noise },
    };
  }

  async iterate(): Promise<Report> {
    const { configuration: { batchesPerIteration, roundsPerIteration }, workspace } = this.#context;
    const rounds = roundsPerIteration ?? batchesPerIteration ?? 1;
    let remaining = this.remaining;
    for (let round = 0; round < rounds && remaining > 0; round++) {
      remaining -= this.#round(remaining);
    }
    this.progress.iterations++;
    const metrics: Metrics = { "schedule/learning_rate": this.#schedule(this.spent) };
    for (const { totals } of this.#steps) {
      for (const [name, mean] of Object.entries(await takeMeans(workspace, totals))) {
        metrics[`losses/${name}`] = mean;
      }
    }
    return { metrics };
  }

  /** Every step in order. Returns what of the budget it took, at most `limit`. */
  #round(limit: number): number {
    const { spent } = this;
    const counted = this.budget.unit === "examples" ? limit : Infinity;
    let rows: Int32Array = new Int32Array(0);
    let seen = 0;
    for (const { program, repeat, examples, schedule } of this.#steps) {
      program.scalar.learningRate = schedule(spent);
      for (let time = 0; time < repeat && seen < counted; time++) {
        if (examples === "next") {
          rows = this.#minibatches.next(counted - seen);
          seen += rows.length;
        }
        if (examples !== "none") this.#load(program, rows);
        program.run(this.#noise);
      }
    }
    this.progress.examples += seen;
    this.progress.gradientSteps++;
    return this.budget.unit === "examples" ? seen : 1;
  }

  /** Copies training examples into the first places of a step's inputs and masks the others. */
  #load({ input }: RowProgram, rows: Int32Array): void {
    const { values, partners, labels } = this.#context.dataset.train;
    const { size, partnerSize, classes } = this.#bound.shape;
    gatherRows(values, rows, size, input.x as Float32Array);
    if ("partners" in input) {
      gatherRows(partners!, rows, partnerSize, input.partners as Float32Array);
    }
    if ("labels" in input) {
      input.labels.fill(0);
      rows.forEach((row, i) => input.labels[i * classes + labels![row]] = 1);
    }
    input.mask?.fill(1, 0, rows.length).fill(0, rows.length);
  }

  async evaluate({ random }: { random: Generator }): Promise<Report> {
    const { configuration, dataset, workspace } = this.#context;
    const { model, shape } = this.#bound;
    const { test } = dataset;
    const metrics: Metrics = {};
    if (this.#evaluation !== undefined) {
      const { program, totals } = this.#evaluation;
      const columns = this.#asked.columnsOf(test.values, test);
      await runOverRows(program, { count: test.count, batch: this.#batch, columns, random });
      for (const [name, mean] of Object.entries(await takeMeans(workspace, totals))) {
        metrics[`evaluation/${name}`] = mean;
      }
    }
    if (this.classify !== undefined && holdingsOf(dataset).labels) {
      const probabilities = await this.classify(test.values);
      Object.assign(metrics, metricsOfClasses(probabilities, test.labels!, shape.classes));
    }
    const samples = await this.sample?.({ random, count: SAMPLES[dataset.kind] });
    if (samples !== undefined) {
      const judge = await this.#judgeOf(samples);
      Object.assign(metrics, await metricsOfSamples(samples, dataset, judge));
    }
    const look = { samples, dataset, meanScore: this.#asked.meanScore };
    Object.assign(metrics, await model.metrics?.(look, configuration));
    return { metrics, artifacts: await picturesOf(this, dataset, samples) };
  }

  /** Trained at the first evaluation, from streams of its own: the same in a run that was resumed. */
  async #judgeOf({ kind }: Samples): Promise<Judge | undefined> {
    const { configuration: { judge = true }, dataset } = this.#context;
    if (kind !== "images" || !judge || !holdingsOf(dataset).labels) return undefined;
    return await (this.#judge ??= trainJudge(this.#context));
  }
}
