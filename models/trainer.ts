/**
 * The trainer of every model: rounds of gradient steps over minibatches, evaluation, and what the
 * model can be asked for.
 *
 * @module
 */
import { BaseTrainer } from "../lab/core/base_trainer.ts";
import { gatherExamples, holdingsOf, type Split } from "../lab/core/dataset.ts";
import { InputError } from "../lab/core/errors.ts";
import type { LabEvent, Metrics } from "../lab/core/metrics.ts";
import type { Samples } from "../lab/core/picture.ts";
import type { Generator } from "../lab/core/random.ts";
import { gatherRows } from "../lab/core/rows.ts";
import type { Report, SamplingSettings, Trainer } from "../lab/core/trainer.ts";
import { runOverRows } from "../lab/compute/batches.ts";
import type { ModelContext } from "../lab/compute/definitions.ts";
import type { RowStep } from "../lab/compute/row_step.ts";
import { adam } from "../lab/compute/optimizers.ts";
import { cosine, type Schedule } from "../lab/compute/schedules.ts";
import { Alarms } from "./alarms.ts";
import { Asked } from "./asked.ts";
import { augment } from "./datasets/augmentation.ts";
import { exportModel, lookAtRows, rowStepsOf } from "./export.ts";
import type { SharedFields } from "./fields.ts";
import { type Judge, judgeOf } from "./judge.ts";
import { PartJudges } from "./judged.ts";
import { kindsOf, requireSortable } from "./kinds.ts";
import { accuracyOf, recognition } from "./metrics/recognition.ts";
import { requireLearnable } from "./learnable.ts";
import { Minibatches } from "./minibatches.ts";
import type { Doubt, Model, ModelStep } from "./model.ts";
import type { Networks } from "./networks.ts";
import { picturesOf } from "./pictures.ts";
import { planeArtifacts } from "./plane.ts";
import { BoundModel, type CompiledStep, GRADIENTS, type RowProgram } from "./programs.ts";
import { takeMeans } from "./totals.ts";
import { type Yardstick, yardstick } from "./yardstick.ts";

/** Examples a call of a program that is no gradient step. */
const ROWS = { images: 250, points: 500, sequences: 250, text: 50 } as const;
/** Samples that an evaluation looks at; of points as many as VEEGAN and PacGAN do. */
const SAMPLES = { images: 1000, points: 2500, sequences: 1000, text: 200 } as const;
/** Samples on a sheet. */
const SHOWN = { images: 100, points: 2500, text: 10 } as const;

/** The part of the budget in which a step is taken that names none. */
const ALWAYS: readonly [number, number] = [0, Infinity];

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

/** Minibatches of the examples whose labels are shown, where only some are. */
function labelledMinibatches<C extends SharedFields>(
  { configuration: { labelled, labelledBatch = 0, batchSize }, dataset, stream }: ModelContext<C>,
): Minibatches | undefined {
  if (labelled === undefined || labelledBatch === 0) return undefined;
  const { train: { count } } = dataset;
  const most = Math.min(labelled, batchSize);
  if (labelled > count || labelledBatch > most) {
    const [what, given, limit] = labelled > count
      ? ["labelled", labelled, `the training examples, ${count}`]
      : ["labelledBatch", labelledBatch, `batchSize and labelled, ${most}`];
    throw new InputError(
      `Cannot draw labelled examples as model.${what} must be at most ${limit}: ${given}`,
    );
  }
  return new Minibatches(labelled, labelledBatch, "drop", stream("labelled"));
}

/** How often a round takes a step. */
function repeatOf<N extends Networks, C>(step: ModelStep<N, C>, configuration: C): number {
  return step.repeat?.(configuration) ?? 1;
}

/** What a moving average whose decay rises takes of the weights after n gradient steps, in (0, 1]. */
export function averageRateAt(n: number, decay: number): number {
  return 1 - Math.min(decay, (1 + n) / (10 + n));
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
  readonly edit?: Trainer["edit"];
  readonly encode?: Trainer["encode"];
  readonly decode?: Trainer["decode"];
  readonly invertible?: boolean;
  readonly translate?: Trainer["translate"];
  readonly classify?: Trainer["classify"];
  readonly score?: Trainer["score"];
  readonly logLikelihood?: Trainer["logLikelihood"];

  readonly #context: ModelContext<C>;
  readonly #bound: BoundModel<C, N>;
  readonly #minibatches: Minibatches;
  /** Of the examples with a shown label, where few have one. */
  readonly #labelled: Minibatches | undefined;
  /** Classes of training examples, or kinds in their place, once a step looks at them. */
  #labels: Uint8Array | undefined;
  /** Draws how training images are changed, where they are. */
  readonly #augmenting: Generator | undefined;
  /** The minibatch as it was changed. */
  #seen = new Float32Array(0);
  readonly #noise: Generator;
  readonly #schedule: Schedule;
  readonly #steps: readonly RoundStep[];
  readonly #evaluation: ReturnType<BoundModel<C, N>["compileEvaluation"]> | undefined;
  readonly #batch: number;
  readonly #asked: Asked<C, N>;
  readonly #partJudges: PartJudges;
  readonly #alarms: Alarms;
  /** Whether the last evaluation left terms out that say nothing. */
  #isDoubted = false;
  #judge: Judge | undefined;
  #yardstick: Promise<Yardstick> | undefined;

  /** Before the first round. @throws InputError for a data set that the model does not take. */
  constructor(model: Model<C, N>, context: ModelContext<C>) {
    super(model.budget, context.budget);
    const { configuration, dataset, workspace, stream } = context;
    requireLearnable(model, dataset);
    this.#context = context;
    const bound = this.#bound = new BoundModel(model, context);

    const { batchSize, learningRate, finalLearningRate, kinds } = configuration;
    if (kinds !== undefined) requireSortable(dataset.train, kinds);
    const last = lastBatchOf(model, configuration);
    const remedy = model.budget === "examples" && configuration.lastBatch !== undefined
      ? ", or model.lastBatch=mask"
      : "";
    const { count } = dataset.train;
    this.#minibatches = new Minibatches(count, batchSize, last, stream("minibatch"), remedy);
    this.#labelled = labelledMinibatches(context);
    this.#augmenting = dataset.augmentation && stream("augmentation");
    this.#noise = stream("noise");
    const schedule = this.#schedule = model.schedule?.(configuration) ??
      cosine(learningRate, finalLearningRate);
    const optimizer = model.optimizer?.(configuration) ?? adam();
    this.#steps = model.steps
      .map((step) => ({ step, during: step.during?.(configuration) ?? ALWAYS }))
      .filter(({ during: [from, to] }) => from < to)
      .map(({ step, during }) => ({
        ...bound.compileStep(step, optimizer, model.budget === "examples"),
        repeat: repeatOf(step, configuration),
        examples: step.examples ?? "next",
        during,
        schedule: step.schedule?.(configuration) ?? schedule,
      }));

    this.#partJudges = new PartJudges(context);
    this.#alarms = new Alarms(configuration);
    const batch = this.#batch = ROWS[dataset.kind];
    this.#evaluation = model.evaluate && bound.compileEvaluation(model.evaluate, batch);
    const asked = this.#asked = new Asked(bound, dataset, batch);
    const { encode, decode, translate, classify, score, logLikelihood, sample, edit } = asked;
    Object.assign(this, {
      encode,
      decode,
      translate,
      classify,
      score,
      logLikelihood,
      sample,
      edit,
      invertible: model.invertible,
    });
    this.parts = {
      name: model.name,
      workspace,
      groups: [...this.#steps.map(({ optimizer }) => optimizer), ...bound.groups],
      resumables: {
        ...{ minibatches: this.#minibatches, noise: this.#noise },
        ...this.#labelled && { labelled: this.#labelled },
        ...this.#augmenting && { augmentation: this.#augmenting },
      },
    };
  }

  /** @throws InputError where a function gives examples of another shape than it must. */
  requireWhole(): void {
    lookAtRows(this.#bound);
  }

  async iterate(): Promise<Report> {
    const { configuration: { batchesPerIteration, roundsPerIteration }, workspace } = this.#context;
    const rounds = roundsPerIteration ?? batchesPerIteration ?? 1;
    let remaining = this.remaining;
    for (let round = 0; round < rounds && remaining > 0; round++) {
      const taken = this.#round(remaining);
      if (taken === 0) throw this.#stuck();
      remaining -= taken;
    }
    this.progress.iterations++;
    const metrics: Metrics = { "schedule/learning_rate": this.#schedule(this.spent) };
    for (const { totals } of this.#steps) {
      for (const [name, mean] of Object.entries(await takeMeans(workspace, totals))) {
        metrics[name.startsWith(GRADIENTS) ? name : `losses/${name}`] = mean;
      }
    }
    const told = this.progress.iterations === 1 ? this.#notes() : [];
    const events: LabEvent[] = told.map((message) => ({ level: "warning", message }));
    events.push(...this.#alarms.look("iteration", metrics, this.progress, this.spent));
    return { metrics, events };
  }

  /** A round that takes nothing of the budget would be taken for ever. */
  #stuck(): InputError {
    const { unit } = this.budget;
    const what = unit === "examples" ? "the next examples" : "a gradient step";
    return new InputError(
      `Cannot train ${this.#bound.model.name} as one of its steps must take ${what} wherever its ` +
        `training stands: none does once ${this.spent} of the budget is spent`,
    );
  }

  /** What is said of the data once: what was left out, and a batch that is never full. */
  #notes(): readonly string[] {
    const { configuration: { batchSize }, dataset: { notes = [], train: { count } } } =
      this.#context;
    if (count >= batchSize) return notes;
    const empty = `a gradient step has model.batchSize=${batchSize} places and ${count} training ` +
      `examples for them (--set model.batchSize=${count} computes less)`;
    return [...notes, empty];
  }

  /** Every step in order. Returns what of the budget it took, at most `limit`. */
  #round(limit: number): number {
    const { spent, budget: { unit } } = this;
    const { configuration: { averageDecay = 0, averageRampUp = false }, dataset } = this.#context;
    const taken = { examples: 0, gradientSteps: 0, environmentSteps: 0 };
    let rows: Int32Array = new Int32Array(0);
    for (const { program, repeat, examples, during: [from, to], schedule } of this.#steps) {
      if (spent < from || spent >= to) continue;
      program.scalar.learningRate = schedule(spent);
      program.scalar.spent = spent;
      if (averageRampUp) {
        program.scalar.averageRate = averageRateAt(this.progress.gradientSteps, averageDecay);
      }
      for (let time = 0; time < repeat && taken[unit] < limit; time++) {
        if (examples === "next") {
          rows = this.#minibatches.next(unit === "examples" ? limit - taken.examples : Infinity);
          if (this.#labelled !== undefined) {
            rows = rows.slice();
            rows.set(this.#labelled.next(rows.length));
          }
          taken.examples += rows.length;
        }
        if (examples !== "none") this.#load(program, rows, examples === "next");
        if (examples === "next") dataset.train.reader?.prefetch?.(this.#minibatches.peek());
        program.run(this.#noise);
        taken.gradientSteps++;
      }
    }
    this.progress.examples += taken.examples;
    this.progress.gradientSteps += taken.gradientSteps;
    return taken[unit];
  }

  /** Copies training examples into the first places of a step's inputs and masks the others. */
  #load({ input }: RowProgram, rows: Int32Array, isNext: boolean): void {
    const { train, augmentation } = this.#context.dataset;
    const { partners } = train;
    const { shape, size, partnerSize, classes } = this.#bound.shape;
    const x = input.x as Float32Array;
    if (augmentation === undefined) gatherExamples(train, rows, size, x);
    else {
      if (isNext) {
        const seen = this.#seen = new Float32Array(rows.length * size);
        gatherExamples(train, rows, size, seen);
        augment(seen, rows.length, shape, augmentation, this.#augmenting!);
      }
      x.set(this.#seen);
    }
    // What is not there is nothing, and not what was there before, which a resumed run does not know.
    x.fill(0, rows.length * size);
    if ("partners" in input) {
      const others = input.partners as Float32Array;
      gatherRows(partners!, rows, partnerSize, others);
      others.fill(0, rows.length * partnerSize);
    }
    if ("labels" in input) {
      input.labels.fill(0);
      const { labelled = Infinity } = this.#context.configuration;
      const labels = this.#labels ??= this.#labelsOrKinds();
      rows.forEach((row, i) => {
        if (row < labelled) input.labels[i * classes + labels[row]] = 1;
      });
    }
    input.mask?.fill(1, 0, rows.length).fill(0, rows.length);
  }

  /** Classes of the training examples, or kinds where they are sorted into some. */
  #labelsOrKinds(): Uint8Array {
    const { configuration: { kinds }, dataset: { shape, train }, stream } = this.#context;
    return kinds === undefined ? train.labels! : kindsOf(train, shape, kinds, stream("kinds"));
  }

  /**
   * Measures on the test split (`evaluation/…`), beside what real examples get (`ceiling/…`), and on
   * the validation split (`validation/…`), by which the best checkpoint is chosen.
   */
  async evaluate({ random }: { random: Generator }): Promise<Report> {
    const { configuration, dataset, stream } = this.#context;
    const { model } = this.#bound;
    const { validation, test } = dataset;
    const metrics: Metrics = grouped("evaluation", await this.#measures(test, random));
    const tested = doubted("evaluation", metrics, model.doubt);
    const events: LabEvent[] = [];
    const samples = this.sample &&
      await this.#samplesAs(test, { random, count: SAMPLES[dataset.kind] });
    if (samples !== undefined) {
      const { measure, ceilings } = await (this.#yardstick ??= this.#makeYardstick(events));
      Object.assign(metrics, grouped("evaluation", await measure(samples.values)));
      Object.assign(metrics, grouped("ceiling", await ceilings()));
      if (this.#judge !== undefined) {
        metrics["evaluation/judge_accuracy"] = this.#judge.accuracy;
        if (this.#bound.labelled && !this.#bound.sorted) {
          metrics["evaluation/asked_class"] = await this.#askedClass(this.#judge, samples);
        }
      }
    }
    if (configuration.judge !== false) {
      const sampled = async (count: number) =>
        (await this.#samplesAs(test, { random, count })).values;
      if (samples !== undefined) Object.assign(metrics, await this.#partJudges.stacks(sampled));
      if (this.translate) {
        Object.assign(metrics, await this.#partJudges.translations(this.translate));
      }
    }
    const { meanScore, meanLogLikelihood: logLikelihood, encode } = this.#asked;
    const { spent } = this;
    const draw = this.sample &&
      ((count: number, settings: SamplingSettings) =>
        this.#samplesAs(test, { random, count, settings }));
    const look = {
      ...{ samples, dataset, measured: metrics, draw, meanScore, logLikelihood, encode },
      ...{ random, spent },
    };
    Object.assign(metrics, await model.metrics?.(look, configuration));
    Object.assign(metrics, grouped("validation", await this.#measures(validation, random)));
    const validated = doubted("validation", metrics, model.doubt);
    if (samples !== undefined && model.evaluate === undefined) {
      // Without terms of its own a model is chosen by other samples than those that are scored.
      const { distanceToChooseBy } = await this.#yardstick!;
      const others = await this.#samplesAs(validation, { random, count: samples.count });
      metrics["validation/energy_distance"] = await distanceToChooseBy(others.values);
    }
    const pending = model.bestBy && model.bestFrom && spent < model.bestFrom(configuration)
      ? [model.bestBy.metric]
      : [];
    for (const name of pending) delete metrics[name];
    pending.push(...tested.withheld, ...validated.withheld);
    const why = tested.why ?? validated.why;
    if (why !== undefined && !this.#isDoubted) events.push({ level: "warning", message: why });
    this.#isDoubted = why !== undefined;
    events.push(...this.#alarms.look("evaluation", metrics, this.progress, this.spent));
    // From the same noise at each evaluation, so that the sheets are an animation.
    const shown = samples &&
      await this.sample!({ random: stream("sheet"), count: SHOWN[samples.kind] });
    const score = this.#bound.labelled ? undefined : this.score;
    const artifacts = [
      ...await picturesOf(this, dataset, shown),
      ...await planeArtifacts({ score }, dataset, shown),
    ];
    return { metrics, pending, artifacts, events };
  }

  /** Samples to hold against a split: where they have classes, of those of its examples, in their order. */
  #samplesAs(
    split: Split,
    drawn: {
      readonly random: Generator;
      readonly count: number;
      readonly settings?: SamplingSettings;
    },
  ): Promise<Samples> {
    const { labelled, sorted } = this.#bound;
    const label = labelled && !sorted ? labelsAs(split, drawn.count) : undefined;
    return this.sample!({ ...drawn, label });
  }

  /** How many samples the judge calls what they were asked to be. */
  async #askedClass(judge: Judge, { count, values }: Samples): Promise<number> {
    const { dataset: { test } } = this.#context;
    const { classes } = this.#bound.shape;
    return accuracyOf(await judge.probabilities(values), labelsAs(test, count), classes);
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
      // Of a model that draws samples too, the judge says this of them.
      if (this.sample === undefined) {
        metrics.recognised = recognition(probabilities, classes).recognised;
      }
    }
    return metrics;
  }

  /** At the first evaluation, with the data set's judge where images have classes. */
  async #makeYardstick(events: LabEvent[]): Promise<Yardstick> {
    const { configuration: { judge = true }, dataset, models, judges } = this.#context;
    if (dataset.kind === "images" && judge && holdingsOf(dataset).labels) {
      this.#judge = await judgeOf(dataset, models, judges);
      if (this.#judge === undefined && models?.some(({ name }) => name === "classifier")) {
        events.push({
          level: "warning",
          message: `${dataset.name} has no judge as a classifier learned nothing of its training ` +
            "images: what samples are measured by is taken between pixels (--set model.judge=false " +
            "saves the attempt)",
        });
      }
    }
    if (this.#judge !== undefined) {
      const { digest, accuracy } = this.#judge;
      const message = `the judge of ${dataset.name} is ${digest.slice(0, 12)}, right about ` +
        `${(100 * accuracy).toFixed(1)} % of its test images`;
      events.push({ level: "info", message });
    }
    const made = yardstick(dataset, SAMPLES[dataset.kind], this.#judge);
    events.push(...await made.notes());
    return made;
  }

  exportModel(about: Readonly<Record<string, string>> = {}): Promise<Uint8Array<ArrayBuffer>> {
    return exportModel(this.#bound, this.#context.dataset, this.#batch, about);
  }

  rowSteps(): Promise<RowStep[]> {
    return rowStepsOf(this.#bound);
  }

  override dispose(): void {
    this.#judge?.dispose();
    this.#partJudges.dispose();
    super.dispose();
  }
}

function grouped(group: string, measures: Readonly<Record<string, number>>): Metrics {
  return Object.fromEntries(
    Object.entries(measures).map(([name, value]) => [`${group}/${name}`, value]),
  );
}

/**
 * Takes a doubt's term out of a group of metrics, and those that it is about where it says something.
 *
 * @returns The names of these, and why they say nothing; undefined where they hold.
 */
function doubted(
  group: string,
  metrics: Metrics,
  doubt: Doubt | undefined,
): { readonly withheld: readonly string[]; readonly why?: string } {
  const named = (term: string) => `${group}/${term}`;
  if (doubt === undefined || !(named(doubt.term) in metrics)) return { withheld: [] };
  const why = doubt.why(metrics[named(doubt.term)]);
  const withheld = why === undefined ? [] : doubt.about.map(named);
  for (const name of [named(doubt.term), ...withheld]) delete metrics[name];
  return { withheld, why };
}

/** The classes of a split's examples, over and over. */
function labelsAs({ count, labels }: Split, asked: number): Uint8Array {
  return Uint8Array.from({ length: asked }, (_, i) => labels![i % count]);
}
