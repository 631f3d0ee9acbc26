/**
 * The trainer of every model: rounds of gradient steps over minibatches, evaluation, and what the
 * model can be asked for.
 *
 * @module
 */
import { BaseTrainer } from "../lab/core/base_trainer.ts";
import { holdingsOf, type Split } from "../lab/core/dataset.ts";
import type { LabEvent, Metrics } from "../lab/core/metrics.ts";
import type { Generator } from "../lab/core/random.ts";
import { gatherRows } from "../lab/core/rows.ts";
import type { Report, Trainer } from "../lab/core/trainer.ts";
import { runOverRows } from "../lab/compute/batches.ts";
import type { ModelContext } from "../lab/compute/definitions.ts";
import { adam } from "../lab/compute/optimizers.ts";
import { cosine, type Schedule } from "../lab/compute/schedules.ts";
import { Asked } from "./asked.ts";
import type { SharedFields } from "./fields.ts";
import { type Judge, judgeOf } from "./judge.ts";
import { accuracyOf, recognition } from "./metrics/recognition.ts";
import { Minibatches } from "./minibatches.ts";
import type { Model, ModelStep } from "./model.ts";
import type { Networks } from "./networks.ts";
import { picturesOf } from "./pictures.ts";
import { BoundModel, type CompiledStep, type RowProgram } from "./programs.ts";
import { takeMeans } from "./totals.ts";
import { type Yardstick, yardstick } from "./yardstick.ts";

/** Examples a call of a program that is no gradient step. */
const ROWS = { images: 250, points: 500, sequences: 250 } as const;
/** Samples that an evaluation looks at; of points as many as VEEGAN and PacGAN do. */
const SAMPLES = { images: 1000, points: 2500, sequences: 1000 } as const;

/** A round's step, and how often it is taken. */
interface RoundStep extends CompiledStep {
  readonly repeat: number;
  readonly examples: "next" | "same" | "none";
  /** The part of the budget in which it is taken. */
  readonly during: readonly [from: number, to: number];
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

/**
 * Examples of a gradient step, on average over a round; undefined where an epoch's last one may have
 * fewer, or none has any.
 */
export function examplesPerUpdate<C extends SharedFields, N extends Networks>(
  model: Model<C, N>,
  configuration: C,
): number | undefined {
  if (lastBatchOf(model, configuration) !== "drop") return undefined;
  const times = (steps: typeof model.steps) =>
    steps.reduce((sum, step) => sum + repeatOf(step, configuration), 0);
  const batches = times(model.steps.filter(({ examples = "next" }) => examples === "next"));
  return batches === 0 ? undefined : batches * configuration.batchSize / times(model.steps);
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
  #judge: Judge | undefined;
  #yardstick: Promise<Yardstick> | undefined;

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
      during: step.during?.(configuration) ?? [0, Infinity],
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
    const { notes = [] } = this.#context.dataset;
    const told = this.progress.iterations === 1 ? notes : [];
    return { metrics, events: told.map((message) => ({ level: "warning", message })) };
  }

  /** Every step in order. Returns what of the budget it took, at most `limit`. */
  #round(limit: number): number {
    const { spent, budget: { unit } } = this;
    const taken = { examples: 0, gradientSteps: 0, environmentSteps: 0 };
    let rows: Int32Array = new Int32Array(0);
    for (const { program, repeat, examples, during: [from, to], schedule } of this.#steps) {
      if (spent < from || spent >= to) continue;
      program.scalar.learningRate = schedule(spent);
      program.scalar.spent = spent;
      for (let time = 0; time < repeat && taken[unit] < limit; time++) {
        if (examples === "next") {
          rows = this.#minibatches.next(unit === "examples" ? limit - taken.examples : Infinity);
          taken.examples += rows.length;
        }
        if (examples !== "none") this.#load(program, rows);
        program.run(this.#noise);
        taken.gradientSteps++;
      }
    }
    this.progress.examples += taken.examples;
    this.progress.gradientSteps += taken.gradientSteps;
    return taken[unit];
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

  /**
   * Measures on the test split (`evaluation/…`), beside what real examples get (`ceiling/…`), and on
   * the validation split (`validation/…`), by which the best checkpoint is chosen.
   */
  async evaluate({ random }: { random: Generator }): Promise<Report> {
    const { configuration, dataset } = this.#context;
    const { model } = this.#bound;
    const { validation, test } = dataset;
    const metrics: Metrics = grouped("evaluation", await this.#measures(test, random));
    const events: LabEvent[] = [];
    const samples = await this.sample?.({ random, count: SAMPLES[dataset.kind] });
    if (samples !== undefined) {
      const { measure, ceilings } = await (this.#yardstick ??= this.#makeYardstick(events));
      Object.assign(metrics, grouped("evaluation", await measure(samples.values)));
      Object.assign(metrics, grouped("ceiling", await ceilings()));
      if (this.#judge !== undefined) metrics["evaluation/judge_accuracy"] = this.#judge.accuracy;
    }
    const look = { samples, dataset, meanScore: this.#asked.meanScore };
    Object.assign(metrics, await model.metrics?.(look, configuration));
    Object.assign(metrics, grouped("validation", await this.#measures(validation, random)));
    if (samples !== undefined && model.evaluate === undefined) {
      // Without terms of its own a model is chosen by other samples than those that are scored.
      const { distanceToChooseBy } = await this.#yardstick!;
      const others = await this.sample!({ random, count: samples.count });
      metrics["validation/energy_distance"] = await distanceToChooseBy(others.values);
    }
    return { metrics, artifacts: await picturesOf(this, dataset, samples), events };
  }

  /** The model's own terms on a split, and how it names the examples' classes. */
  async #measures(split: Split, random: Generator): Promise<Record<string, number>> {
    const { dataset, workspace } = this.#context;
    const metrics: Record<string, number> = {};
    if (this.#evaluation !== undefined) {
      const { program, totals } = this.#evaluation;
      const columns = this.#asked.columnsOf(split.values, split);
      await runOverRows(program, { count: split.count, batch: this.#batch, columns, random });
      Object.assign(metrics, await takeMeans(workspace, totals));
    }
    if (this.classify !== undefined && holdingsOf(dataset).labels) {
      const probabilities = await this.classify(split.values);
      const { classes } = this.#bound.shape;
      metrics.accuracy = accuracyOf(probabilities, split.labels!, classes);
      metrics.recognised = recognition(probabilities, classes).recognised;
    }
    return metrics;
  }

  /** At the first evaluation, with the data set's judge where images have classes. */
  async #makeYardstick(events: LabEvent[]): Promise<Yardstick> {
    const { configuration: { judge = true }, dataset, models } = this.#context;
    if (dataset.kind === "images" && judge && holdingsOf(dataset).labels) {
      this.#judge = await judgeOf(dataset, models);
    }
    if (this.#judge !== undefined) {
      const { digest, accuracy } = this.#judge;
      const message = `the judge of ${dataset.name} is ${digest.slice(0, 12)}, right about ` +
        `${(100 * accuracy).toFixed(1)} % of its test images`;
      events.push({ level: "info", message });
    }
    return yardstick(dataset, this.#judge);
  }

  override dispose(): void {
    this.#judge?.dispose();
    super.dispose();
  }
}

function grouped(group: string, measures: Readonly<Record<string, number>>): Metrics {
  return Object.fromEntries(
    Object.entries(measures).map(([name, value]) => [`${group}/${name}`, value]),
  );
}
