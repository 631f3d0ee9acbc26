/**
 * What a model can be asked for, over any number of rows: codes, examples of codes, classes, scores,
 * samples.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type * as z from "zod";
import { classNamesOf, type Dataset, holdingsOf, type Split } from "../lab/core/dataset.ts";
import { checkNames, InputError } from "../lab/core/errors.ts";
import { show } from "../lab/core/plain.ts";
import { rowRanges } from "../lab/core/rows.ts";
import { zeros } from "../lab/core/tensor_data.ts";
import type { SamplingSettings, Trainer } from "../lab/core/trainer.ts";
import { mean } from "../lab/statistics/scores.ts";
import { outputOverRows, type Rows, runOverRows } from "../lab/compute/batches.ts";
import { binarizedBy } from "./datasets/binarized.ts";
import type { SharedFields } from "./fields.ts";
import { flowLikelihood } from "./flow_likelihood.ts";
import { maskedMean } from "./losses.ts";
import { countOf, requireFloats, requireLabels, requireSamples } from "./model_file.ts";
import { LogSums } from "./metrics/log_sums.ts";
import { askedClasses, drawnKinds, promptOf, samplesOf } from "./samples.ts";
import type { Batch, Drawn, LogLikelihood, NoiseSpecs, Of } from "./model.ts";
import type { Networks } from "./networks.ts";
import type { BoundModel, Inputs, RowProgram } from "./programs.ts";

/** The group in which a sampler's x lies between two of its steps. */
const CHAIN = "chain";

/** Draws for each example by which a likelihood is estimated where neither caller nor model says how many. */
const DRAWS = 100;

/** Columns by the inputs that they go into. */
type Columns = Record<string, Float32Array>;

/** Draws rows [count, D]. */
type Draw = (rows: Rows) => Promise<Float32Array>;

/** The functions that a model has, those of its trainer and one for its own metrics. */
export class Asked<C extends SharedFields, N extends Networks> {
  readonly encode?: Trainer["encode"];
  readonly translate?: Trainer["translate"];
  readonly classify?: Trainer["classify"];
  readonly score?: Trainer["score"];
  readonly decode?: Trainer["decode"];
  readonly sample?: Trainer["sample"];
  readonly edit?: Trainer["edit"];
  /** The mean score of examples [count, D], batch by batch. */
  readonly meanScore?: (values: Float32Array) => Promise<number>;
  readonly logLikelihood?: Trainer["logLikelihood"];
  /** Its mean over the examples. */
  readonly meanLogLikelihood?: LogLikelihood;

  /** @param batch Rows a call of a program. */
  constructor(
    private readonly bound: BoundModel<C, N>,
    private readonly dataset: Dataset,
    private readonly batch: number,
  ) {
    const { encode, translate, classify, score, decode, sample } = bound.functions;
    this.encode = encode && this.#perExample("encode", encode);
    this.translate = translate && this.#perExample("translate", translate);
    this.classify = classify && this.#perExample("classify", classify);
    this.score = score && this.#perExample("score", score);
    this.meanScore = score && this.#meanOf(score);
    const likelihoods = this.#likelihoods();
    this.logLikelihood = likelihoods && (async (values, options) => {
      countOf("take log p(x)", values, bound.shape.size);
      requireDraws(options.draws);
      return await likelihoods.each(values, options);
    });
    this.meanLogLikelihood = likelihoods?.mean;
    this.decode = decode && this.#overRows("decode", "codes", decode);
    this.sample = sample && this.#sampler(sample);
    this.edit = sample && bound.model.sampler?.noised && this.#editor(sample);
  }

  /**
   * The columns of examples [count, D]; labels, where the model looks at them and none are given, are
   * all classes in turn.
   */
  columnsOf(
    values: Float32Array,
    { labels, partners }: { labels?: ArrayLike<number>; partners?: Split["partners"] } = {},
  ): Columns {
    return {
      x: values,
      ...this.#labelColumn(values.length / this.bound.shape.size, labels),
      ...this.bound.paired && partners && { partners },
    };
  }

  /**
   * Labels [count, classes] of examples, where the model looks at them; left out: all classes in turn. What
   * kind an example is of is not known: nothing is told of it. What is made of codes is of all kinds in turn.
   */
  #labelColumn(
    count: number,
    labels?: ArrayLike<number>,
    of: "examples" | "codes" = "examples",
  ): Columns {
    const { labelled, sorted, shape: { classes } } = this.bound;
    if (!sorted) return labelled ? this.#told(count, labels) : {};
    return of === "codes" ? this.#told(count) : { labels: new Float32Array(count * classes) };
  }

  /**
   * Labels [count, classes] of classes or kinds; left out: all classes in turn.
   *
   * @throws InputError where there is not one a row, or one of them is no class.
   */
  #told(count: number, labels?: ArrayLike<number>): Columns {
    const { classes } = this.bound.shape;
    const rows = new Float32Array(count * classes);
    const given = labels ?? askedClasses(count, classes);
    requireLabels(count, given, classes);
    for (let i = 0; i < count; i++) rows[i * classes + given[i]] = 1;
    return { labels: rows };
  }

  /**
   * @param part A function that has run; left out: one that looks at labels where there are some.
   * @throws InputError where it looks at classes of examples that nobody told.
   */
  #requireTold(labels: ArrayLike<number> | undefined, part?: string): void {
    const { bound, bound: { labelled, sorted, model } } = this;
    if (labels !== undefined || !labelled || sorted) return;
    if (part !== undefined && !bound.looksAtLabels(part)) return;
    throw new InputError(
      `Cannot give ${model.name} these examples as it must be told the class of each: none; pictures ` +
        "are told by the folders that they lie in, of the classes' names",
    );
  }

  /** Compiles a function whose tensor is the output `rows`. */
  #compile<Context>(
    part: string,
    f: Of<N, Context, C, tf.Tensor>,
    inputs: Inputs,
    noise?: NoiseSpecs,
  ): RowProgram<"rows"> {
    const { bound, batch } = this;
    const parts = { batch, noise, inputs: { ...inputs, ...bound.labelInput(batch) } };
    return bound.compileRows(part, parts, (networks, seen, c) => ({
      outputs: { rows: f(networks, seen as Context, c) },
    }));
  }

  /** A function of rows, over any number of them; compiled for each width that it is given. */
  #overRows<Context>(
    part: string,
    input: "x" | "codes",
    f: Of<N, Context, C, tf.Tensor>,
  ): NonNullable<Trainer["decode"]> {
    const { batch } = this;
    const programs = new Map<number, RowProgram<"rows">>();
    return async (values, count, labels) => {
      requireRows(part, values, count);
      const width = values.length / count;
      const program = programs.get(width) ??
        this.#compile(part, f, { [input]: [[batch, width], "float32"] });
      programs.set(width, program);
      const of = input === "codes" ? "codes" : "examples";
      const columns = { [input]: values, ...this.#labelColumn(count, labels, of) };
      const rows = await outputOverRows(program, "rows", { count, batch, columns });
      if (of === "examples") this.#requireTold(labels, part);
      return rows;
    };
  }

  /** A function of examples [count, D]. */
  #perExample(part: string, f: Of<N, Batch, C, tf.Tensor>): NonNullable<Trainer["encode"]> {
    const ofRows = this.#overRows(part, "x", f);
    return async (values, labels) => {
      countOf(part, values, this.bound.shape.size);
      return await ofRows(values, values.length / this.bound.shape.size, labels);
    };
  }

  #meanOf(score: Of<N, Batch, C, tf.Tensor>): (values: Float32Array) => Promise<number> {
    const { bound, batch } = this;
    const { size } = bound.shape;
    const inputs: Inputs = {
      x: [[batch, size], "float32"],
      ...bound.labelInput(batch),
      mask: [[batch], "float32"],
    };
    const program = bound.compileRows(
      "mean-score",
      { batch, inputs },
      (networks, seen, c, { mask }) => {
        return { outputs: { mean: maskedMean(score(networks, seen, c), mask) } };
      },
    );
    return async (values) => {
      const rows = { count: values.length / size, batch, columns: this.columnsOf(values) };
      let total = 0;
      await runOverRows(program, rows, async ({ length }) => {
        total += (await program.read("mean"))[0] * length;
      });
      return total / rows.count;
    };
  }

  /** Noise of the weights that log p(x) is known by. */
  #weightNoise(): NoiseSpecs {
    const { model, shape, configuration } = this.bound;
    return model.weightNoise?.(shape, configuration) ?? {};
  }

  /** Whether log p(x) is known and not estimated. */
  #isExact(): boolean {
    return Object.keys(this.#weightNoise()).length === 0;
  }

  /** log p(x) as the model knows it: along its flow, or by weights; absent where it does not. */
  #likelihoods():
    | { readonly each: NonNullable<Trainer["logLikelihood"]>; readonly mean: LogLikelihood }
    | undefined {
    const { bound, dataset, batch, bound: { functions: { logWeights }, model: { flow } } } = this;
    if (flow !== undefined) {
      const { binary } = holdingsOf(dataset);
      const columnsOf = (values: Float32Array, told: { labels?: ArrayLike<number> }) => {
        this.#requireTold(told.labels);
        return this.columnsOf(values, told);
      };
      const each = flowLikelihood(bound, flow, { binary, rows: batch, columnsOf });
      return { each, mean: async (...given) => mean((await each(...given)).each) };
    }
    if (logWeights === undefined) return undefined;
    const { model, configuration } = bound;
    const isGrey = !holdingsOf(dataset).binary;
    const binarizes = isGrey && model.binarizes?.(configuration);
    const crossEntropy = isGrey && !binarizes && model.weighsBits?.(configuration);
    const solverSteps = model.solverSteps?.(configuration);
    const estimateOf = this.#estimateOf(logWeights);
    const estimate: typeof estimateOf = (values, options) =>
      estimateOf(binarizes ? binarizedBy(dataset, values) : values, options);
    return {
      each: async (...given) => {
        const sums = await estimate(...given);
        return {
          each: sums.logs(),
          draws: this.#isExact() ? 0 : sums.terms,
          ...solverSteps !== undefined && { solverSteps },
          ...binarizes && { binarized: true },
          ...crossEntropy && { crossEntropy },
        };
      },
      mean: async (...given) => (await estimate(...given)).meanOfLogs(),
    };
  }

  #estimateOf(
    logWeights: Of<N, Batch, C, tf.Tensor>,
  ): (...given: Parameters<LogLikelihood>) => Promise<LogSums> {
    const { bound, batch } = this;
    const { size } = bound.shape;
    const drawn = this.#weightNoise();
    const inputs: Inputs = { x: [[batch, size], "float32"] };
    const isExact = this.#isExact();
    const usual = bound.model.weightDraws?.(bound.configuration) ?? DRAWS;
    let program: RowProgram<"rows"> | undefined;
    return async (values, { draws, random, labels }) => {
      const compiled = program ??= this.#compile("log-weights", logWeights, inputs, drawn);
      const rows = { count: values.length / size, batch, random };
      const columns = this.columnsOf(values, { labels });
      const sums = new LogSums(rows.count);
      const wanted = draws || usual;
      do {
        const weights = await outputOverRows(compiled, "rows", { ...rows, columns });
        // A program gives several at once: of the last ones only those that are wanted.
        sums.add(weights, isExact ? Infinity : wanted - sums.terms);
        this.#requireTold(labels, "log-weights");
      } while (!isExact && sums.terms < wanted);
      return sums;
    };
  }

  /** Draws from the model, with the sampler's steps from the first draw on where it has one. */
  #sampler(sample: Of<N, Drawn, C, tf.Tensor>): NonNullable<Trainer["sample"]> {
    const { bound, dataset, batch } = this;
    const draws = new Map<string, Draw>();
    const drawWith = (settings: SamplingSettings): Draw => {
      const key = JSON.stringify(settings);
      const draw = draws.get(key) ?? this.#drawBy(sample, this.#withSettings(settings));
      draws.set(key, draw);
      return draw;
    };
    return async ({ random, count, label, settings = {}, prompt }) => {
      requireSamples(count);
      const labels = this.#labelsOf(count, label);
      const { labelled, sorted, shape: { classes } } = bound;
      const columns = {
        ...labelled && this.#told(count, sorted ? drawnKinds(count, classes, random) : labels),
        ...this.#promptColumn(count, prompt),
      };
      const values = await drawWith(settings)({ count, batch, columns, random });
      return samplesOf(dataset, count, values);
    };
  }

  /** Draws from a late step of the sampler on, which begins with noisy examples, or keeps to parts of them. */
  #editor(sample: Of<N, Drawn, C, tf.Tensor>): NonNullable<Trainer["edit"]> {
    const { bound, dataset, batch } = this;
    const { model, shape } = bound;
    return async ({ random, values, kept, strength = 1, label, settings = {} }) => {
      if (!(strength > 0 && strength <= 1)) {
        throw new InputError(`Cannot edit as the strength must lie in (0, 1]: ${strength}`);
      }
      const count = countOf("edit", values, shape.size);
      if (kept !== undefined) requireKept(kept, values.length);
      const configuration = this.#withSettings(settings);
      const noise = (model.sampleNoise ?? model.noise)?.(shape, configuration);
      const { numbers, step, last } = this.#chain(sample, noise, configuration);
      const wide = [[batch, shape.size], "float32"] as const;
      const place = bound.compileRows("sample-place", {
        ...{ batch, noise, chain: CHAIN, scalars: Object.keys(numbers[0]) },
        inputs: { examples: wide, kept: wide, ...bound.labelInput(batch) },
      }, (networks, seen, _, { examples, kept }) => {
        const given: typeof seen = Object.create(seen, { x: { value: examples } });
        const noised = model.sampler!.noised!(networks, given, configuration);
        return { outputs: {}, x: tf.add(tf.mul(noised, kept), tf.mul(seen.x, tf.sub(1, kept))) };
      });
      const made = new Float32Array(values.length);
      const labels = this.#labelColumn(count, this.#labelsOf(count, label));
      const columns = { examples: values, ...labels };
      const steps = numbers.length;
      const begins = Math.min(steps - 1, steps - Math.round(strength * steps));
      const mask = kept ?? new Float32Array(values.length);
      for (const { first: row, length } of rowRanges(count, batch)) {
        const range = [row * shape.size, (row + length) * shape.size] as const;
        for (const [name, column] of Object.entries(columns)) {
          const width = column.length / count;
          place.input[name].set(column.subarray(row * width, (row + length) * width));
        }
        for (const program of [step, last]) program.input.labels?.set(place.input.labels);
        place.input.kept.fill(1);
        for (let k = begins; k < steps; k++) {
          Object.assign(place.scalar, numbers[k]);
          if (k === begins || kept !== undefined) place.run(random);
          place.input.kept.set(mask.subarray(...range));
          Object.assign(step.scalar, numbers[k]);
          step.run(random);
        }
        last.run();
        made.set((await last.read("rows")).subarray(0, length * shape.size), range[0]);
      }
      const merged = made.map((value, i) => mask[i] * values[i] + (1 - mask[i]) * value);
      return samplesOf(dataset, count, merged);
    };
  }

  /** A prompt in every row, where the model takes one. @throws InputError where it takes none. */
  #promptColumn(count: number, prompt: string | undefined): Columns {
    const { prompted, model, shape: { size } } = this.bound;
    if (!prompted) {
      if (prompt === undefined) return {};
      throw new InputError(`Cannot go on from a prompt as ${model.name} draws no text from one`);
    }
    return { prompt: promptOf(prompt ?? "", count, size, this.dataset.vocabulary!) };
  }

  /**
   * The configuration with other values of fields that samples may be drawn by.
   *
   * @throws InputError for a field that is none of these, or a value that it does not take.
   */
  #withSettings(settings: SamplingSettings): C {
    const { model, configuration } = this.bound;
    checkNames(`sample ${model.name}`, "sampling field", settings, model.samplingFields ?? []);
    const all = { ...configuration, ...settings };
    const parsed = model.configuration.safeParse(all);
    if (parsed.success) return parsed.data;
    const { issues } = parsed.error;
    // Of two fields that do not fit the one that was asked for is named.
    const issue = issues.find(({ path }) => Object.hasOwn(settings, path[0])) ?? issues[0];
    throw new InputError(
      `Cannot sample ${model.name} as ${requirementOf(issue)}: ${
        show(all[issue.path[0] as string])
      }`,
    );
  }

  /** Draws by the functions of the model under a configuration. */
  #drawBy(sample: Of<N, Drawn, C, tf.Tensor>, configuration: C): Draw {
    const { bound, batch, bound: { model, shape } } = this;
    const noise = (model.sampleNoise ?? model.noise)?.(shape, configuration);
    if (model.sampler !== undefined) {
      return this.#drawInSteps(sample, noise, configuration);
    }
    const draw: typeof sample = (networks, seen) => sample(networks, seen, configuration);
    const { prompt } = bound.firstInputs(batch);
    const program = this.#compile("sample", draw, prompt === undefined ? {} : { prompt }, noise);
    return (rows) => outputOverRows(program, "rows", rows);
  }

  /** The programs of a sampler under a configuration, which hand x on from one to the next. */
  #chain(
    sample: Of<N, Drawn, C, tf.Tensor>,
    noise: NoiseSpecs | undefined,
    configuration: C,
  ) {
    const { bound, batch } = this;
    const { shape, functions: { step: next, finish } } = bound;
    const sampler = bound.model.sampler!;
    const numbers = Array.from(
      { length: sampler.steps(shape, configuration) },
      (_, k) => sampler.at?.(k, shape, configuration) ?? {},
    );
    const size = sampler.size?.(shape, configuration) ?? shape.size;
    bound.define(CHAIN, { x: zeros([batch, size], "float32") });
    const chained = { batch, inputs: bound.labelInput(batch), chain: CHAIN };
    const begun = { ...chained, inputs: bound.firstInputs(batch), noise };
    const first = bound.compileRows("sample", begun, (networks, seen) => ({
      outputs: {},
      x: sample(networks, seen, configuration),
    }));
    const each = {
      ...chained,
      noise: sampler.noise?.(shape, configuration),
      scalars: Object.keys(numbers[0]),
    };
    const step = bound.compileRows("sample-step", each, (networks, seen) => ({
      outputs: {},
      x: next!(networks, seen, configuration),
    }));
    const last = bound.compileRows("sample-finish", chained, (networks, seen) => ({
      outputs: { rows: finish?.(networks, seen, configuration) ?? tf.clone(seen.x) },
    }));
    return { numbers, first, step, last };
  }

  #drawInSteps(
    sample: Of<N, Drawn, C, tf.Tensor>,
    noise: NoiseSpecs | undefined,
    configuration: C,
  ): Draw {
    const { bound: { shape } } = this;
    const { numbers, first, step, last } = this.#chain(sample, noise, configuration);
    return async (rows) => {
      const values = new Float32Array(rows.count * shape.size);
      await runOverRows(first, rows, async ({ first: row, length }) => {
        for (const program of [step, last]) program.input.labels?.set(first.input.labels);
        for (const at of numbers) {
          Object.assign(step.scalar, at);
          step.run(rows.random);
        }
        last.run();
        const part = await last.read("rows");
        values.set(part.subarray(0, length * shape.size), row * shape.size);
      });
      return values;
    };
  }

  /**
   * The labels of samples: all of one class, or as they are given; undefined for all classes in turn.
   *
   * @throws InputError for a class that there is not.
   */
  #labelsOf(
    count: number,
    label: number | ArrayLike<number> | undefined,
  ): ArrayLike<number> | undefined {
    if (label === undefined || typeof label !== "number") return label;
    const { labelled, sorted, model, shape: { classes } } = this.bound;
    if (!labelled || sorted) {
      const name = classNamesOf(this.dataset)[label] ?? label;
      throw new InputError(`Cannot sample one class as ${model.name} is not conditional: ${name}`);
    }
    if (!(Number.isInteger(label) && label >= 0 && label < classes)) {
      throw new InputError(
        `Cannot sample one class as it must be a whole number, 0 … ${classes - 1}: ${label}`,
      );
    }
    return askedClasses(count, classes, label);
  }
}

/** What a field must be, and its name. */
function requirementOf(issue: z.core.$ZodIssue): string {
  const field = issue.path.join(".");
  switch (issue.code) {
    case "custom":
      return issue.message;
    case "invalid_type":
      return `${field} must be a ${issue.expected === "int" ? "whole number" : issue.expected}`;
    case "invalid_value":
      return `${field} must be one of ${issue.values.map(show).join(", ")}`;
    case "too_small":
      return `${field} must be ${issue.inclusive ? "≥" : ">"} ${issue.minimum}`;
    case "too_big":
      return `${field} must be ${issue.inclusive ? "≤" : "<"} ${issue.maximum}`;
    default:
      return `${field}: ${issue.message}`;
  }
}

/** @throws InputError where values are not the same number of numbers for each of `count` rows. */
function requireRows(name: string, values: Float32Array, count: number): void {
  requireFloats(name, "its rows", values);
  if (
    Number.isInteger(count) && count >= 1 && values.length >= count && values.length % count === 0
  ) {
    return;
  }
  throw new InputError(
    `Cannot ${name} as its rows must be 1 or more, each of as many numbers: ${values.length} in ` +
      `${show(count)}`,
  );
}

/** @throws InputError where a number of draws is none; 0: as many as the model usually takes. */
function requireDraws(draws: number): void {
  if (Number.isInteger(draws) && draws >= 0) return;
  throw new InputError(
    `Cannot take log p(x) as draws must be a whole number ≥ 0: ${show(draws)}`,
  );
}

/** @throws InputError where what is kept is not said of each number, as a share. */
function requireKept(kept: Float32Array, length: number): void {
  requireFloats("edit", "kept", kept);
  if (kept.length !== length) {
    throw new InputError(`Cannot edit as kept must have ${length} numbers: ${kept.length}`);
  }
  const wrong = kept.findIndex((share) => !(share >= 0 && share <= 1));
  if (wrong < 0) return;
  throw new InputError(`Cannot edit as kept must lie in [0, 1]: ${kept[wrong]} at ${wrong}`);
}
