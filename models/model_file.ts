/**
 * Trained models as files: one safetensors file holds the weights and what a model can be asked for
 * (samples, codes, examples of codes, partners, classes, scores) as compiled programs. They run
 * wherever there is WebAssembly, without trainer, TensorFlow.js or the lab's compiler.
 *
 * @module
 */
import type { ExampleKind } from "../lab/core/dataset.ts";
import { checkNames, InputError } from "../lab/core/errors.ts";
import {
  describeMachine,
  encodeFile,
  type FileContent,
  type FileKind,
  openFile,
} from "../lab/core/machine_file.ts";
import { checkOptions } from "../lab/core/options.ts";
import type { Samples } from "../lab/core/picture.ts";
import { askedClasses, drawnKinds, promptOf, samplesOf } from "./samples.ts";
import { isRecord, show } from "../lab/core/plain.ts";
import type { Generator } from "../lab/core/random.ts";
import { rowRanges } from "../lab/core/rows.ts";
import type { Json } from "../lab/core/snapshot.ts";
import { belowPrefix, type NamedTensors, prefixed, sizeOf } from "../lab/core/tensor_data.ts";
import {
  AT,
  type Columns,
  type DescribedRows,
  drawNoise,
  type FileNoise,
  type RowMachine,
  RowProgram,
  rowsOf,
} from "./row_program.ts";

const FILE: FileKind = { name: "model", key: "reverie.model", format: 1 };

/** What stands before the names of the numbers of a sampler's steps, [T] each. */
const NUMBERS = "numbers/";
/** The same of a field's moments, where they are not the sampler's steps. */
const MOMENTS = "moments/";

/** Numbers of the samples that are drawn at a time, at most: a gibibyte. */
const MOST_DRAWN = 2 ** 28;
/** Most of what a file counts: rows, classes, steps. */
const MOST = 1_000_000;

const exampleKinds: readonly ExampleKind[] = ["images", "points", "sequences", "text"];

/** Functions of rows that a file may hold, and the input of each. */
export const rowFunctions = {
  encode: "x",
  decode: "codes",
  translate: "x",
  classify: "x",
  score: "x",
} as const;

/** Their names. */
export type RowFunction = keyof typeof rowFunctions;

/** How samples are drawn, a function each. */
export interface SamplerParts<Rows> {
  /** The first draw; without `step` and `finish` it is the samples. */
  readonly first: Rows;
  /** The next x from the one before, by the numbers of its step. */
  readonly step?: Rows;
  /** Samples of the last x. */
  readonly finish?: Rows;
}

/** The field that samples follow, a function and its moments. */
export interface FieldParts {
  /** Directions [B, D] of x [B, D], by the numbers of a moment. */
  readonly rows: RowMachine;
  /** The number of a moment that it is told by. */
  readonly by: string;
  /** Numbers of its moments by name; left out: those of the sampler's steps. */
  readonly moments?: Columns;
}

/** What a model file is made from. */
export interface ModelParts {
  /** What its examples are. */
  readonly kind: ExampleKind;
  /** Of one example. */
  readonly shape: readonly number[];
  /** Classes where its functions look at labels, else 0. */
  readonly classes: number;
  /** Kinds that its samples are of, where it learned some in the place of classes. */
  readonly kinds?: number;
  /** The characters of its text; empty where it learned from none. */
  readonly vocabulary: readonly string[];
  /** Whether samples go on from a prompt. */
  readonly prompted: boolean;
  /** Z of its codes, 0 where it has none. */
  readonly codeSize: number;
  /** B: rows a call of a machine. */
  readonly rows: number;
  /** Rows whose noise the trainer draws together. */
  readonly drawn: number;
  readonly functions: Readonly<Partial<Record<RowFunction, RowMachine>>>;
  readonly sampler?: SamplerParts<RowMachine>;
  readonly field?: FieldParts;
  /** T: steps of the sampler. */
  readonly times: number;
  /** Numbers of these steps by name, [T] each. */
  readonly numbers: Columns;
}

/** The bytes of a model file. `about` is free text by key, beside the model. */
export function encodeModel(
  { functions, sampler, field, numbers, shape, vocabulary, ...parts }: ModelParts,
  about: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const tensors: NamedTensors = {};
  const columns = { ...prefixed(numbers, NUMBERS), ...prefixed(field?.moments ?? {}, MOMENTS) };
  for (const [name, values] of Object.entries(columns)) {
    tensors[name] = { shape: [values.length], dtype: "float32", values };
  }
  const described: Record<string, Json> = {};
  const all = { ...functions, ...sampler, ...field && { field: field.rows } };
  for (const [name, part] of Object.entries<RowMachine | undefined>(all)) {
    if (part === undefined) continue;
    const program = describeMachine(part.machine, name);
    Object.assign(tensors, program.tensors);
    // A list, as an object's names are sorted and noise is drawn in order.
    const noise = Object.entries(part.noise) as unknown as Json;
    described[name] = { program: program.description, width: part.width, noise };
  }
  const lists = { shape: [...shape], vocabulary: [...vocabulary] };
  const description = {
    ...parts,
    ...lists,
    functions: described,
    ...field && { field: { by: field.by } },
  };
  return encodeFile(FILE, { tensors, description, about });
}

/**
 * Opens a model file, as `deno task -q experiment export RUN --format model` and a trainer's
 * `exportModel` write it. Its programs are run: open files of people whom you trust.
 *
 * @throws InputError where the bytes are no model file, one of another format, or not as they were
 *   written.
 *
 * @example
 * ```ts ignore
 * const model = loadModel(await Deno.readFile("vae.model.safetensors"));
 * const { values } = model.sample!({ count: 16, random: defaultRng(1) }); // [16, 28, 28, 1]
 * ```
 */
export function loadModel(bytes: Uint8Array): LoadedModel {
  return openFile(FILE, bytes, (content) => new LoadedModel(content));
}

/** What samples are drawn with. */
export interface SampleOptions {
  /** How many, ≥ 1. */
  readonly count: number;
  /** Draws the noise that is not given, and kinds, which are in turn without it: the trainer's samples for
   * the same generator. */
  readonly random?: Generator;
  /** The first draw's noise by the names of {@linkcode LoadedModel.noise}, [count, …] each: samples
   * are a function of it. */
  readonly noise?: Readonly<Record<string, Float32Array>>;
  /** The class of all samples, where the model looks at labels; left out: all classes in turn. */
  readonly label?: number;
  /** What all samples of text begin with; left out: nothing. */
  readonly prompt?: string;
  /** Sees x [n, D] of the samples from `first` on before each of the sampler's steps. */
  readonly watch?: (step: number, x: Float32Array, first: number) => void;
}

/** Where samples go from each place, at moments on their way from noise to examples. */
export interface LoadedField {
  /** What a moment is told by: `time`; `sigma`, the deviation of noise. */
  readonly by: string;
  /** That number of each moment, in the order in which samples pass them. */
  readonly moments: Float32Array;
  /** Whether moment k is that of the sampler's step k. */
  readonly ofSteps: boolean;
  /** Directions [count, D] of x [count, D] at a moment, a whole number from 0. */
  readonly at: (moment: number, x: Float32Array, labels?: ArrayLike<number>) => Float32Array;
}

/** A function of rows [count, D], with labels [count] where the model looks at them; left out, these
 * are all classes in turn. A model with kinds is told them of codes, as classes are, and none of examples. */
export type OfRows = (values: Float32Array, labels?: ArrayLike<number>) => Float32Array;

/** A trained model: those of the functions that it has. */
export class LoadedModel {
  /** Free text by key: `model`, `dataset`, `experiment`, `seed`, `run`, `digest`. */
  readonly about: Readonly<Record<string, string>>;
  /** What its examples are. */
  readonly kind: ExampleKind;
  /** Of one example: [H, W, C] of an image, [D] of a point, [T, F] of a sequence, [T] of a text. */
  readonly shape: readonly number[];
  /** Classes where it looks at labels, else 0. */
  readonly classes: number;
  /** Kinds that its training examples were sorted into in the place of classes, else 0. */
  readonly kinds: number;
  /** The characters of its text, a token each; empty where it learned from none. */
  readonly vocabulary: readonly string[];
  /** Z of its codes, 0 where it has none. */
  readonly codeSize: number;
  /** What `sample` draws first: distribution and shape by name. */
  readonly noise: FileNoise = {};
  /** Codes [count, Z] of examples [count, D]. */
  readonly encode?: OfRows;
  /** Examples [count, D] of codes [count, Z]. */
  readonly decode?: OfRows;
  /** The partners [count, P] of examples [count, D]. */
  readonly translate?: OfRows;
  /** Class probabilities [count, classes] of examples [count, D]. */
  readonly classify?: OfRows;
  /** One number for each of the examples [count, D]. */
  readonly score?: OfRows;
  /** Examples drawn from the model. */
  readonly sample?: (options: SampleOptions) => Samples;
  /** The field that samples of points in the plane follow. */
  readonly field?: LoadedField;
  readonly #prompted: boolean;

  /** See {@linkcode loadModel}. */
  constructor({ tensors, description, about }: FileContent) {
    const {
      kind,
      shape,
      classes,
      kinds = 0,
      vocabulary = [],
      prompted,
      codeSize,
      rows,
      drawn,
      times,
      functions,
      field,
    } = description as unknown as
      & Omit<ModelParts, "functions" | "sampler" | "field" | "numbers">
      & {
        readonly functions: Readonly<Record<string, DescribedRows>>;
        readonly field?: Pick<FieldParts, "by">;
      };
    if (!exampleKinds.includes(kind)) throw new RangeError(`no kind of examples: ${show(kind)}`);
    for (const count of [...shape, rows, drawn]) requireCount(count, 1);
    for (const count of [classes, kinds, codeSize, times]) requireCount(count, 0);
    this.about = about;
    this.kind = kind;
    this.shape = shape;
    this.classes = classes;
    this.kinds = kinds;
    this.vocabulary = vocabulary;
    this.codeSize = codeSize;
    const size = sizeOf(shape);
    const numbers = numbersOf(tensors, NUMBERS, times);
    /** A function, if it is there; `width`: what it must give; `at`: numbers that it is told. */
    const open = (
      name: string,
      columns: Record<string, number>,
      width?: number,
      at: Columns = {},
    ) => {
      const part = functions[name];
      if (part === undefined) return undefined;
      requireCount(part.width, 1);
      if (width !== undefined && part.width !== width) {
        throw new RangeError(`"${name}" gives ${part.width} numbers, not ${width}`);
      }
      return new RowProgram(FILE, name, part, tensors, {
        rows,
        columns: { ...columns, ...classes + kinds > 0 && { labels: classes + kinds } },
        numbers: Object.keys(at),
      });
    };
    const gives: Readonly<Record<string, number>> = { encode: codeSize, decode: size, score: 1 };
    for (const [name, input] of Object.entries(rowFunctions)) {
      const width = input === "codes" ? codeSize : size;
      const program = open(name, { [input]: width }, gives[name]);
      if (program === undefined) continue;
      this[name as RowFunction] = (values, labels) => {
        const count = countOf(name, values, width);
        const told = this.#labelColumn(count, labels, input === "codes");
        return program.run(count, { [input]: values, ...told });
      };
    }
    this.#prompted = prompted === true;
    const first = open(
      "first",
      prompted ? { prompt: size } : {},
      functions.step || functions.finish ? undefined : size,
    );
    if (first === undefined) return;
    this.noise = first.noise;
    const step = open("step", { x: first.width }, first.width, numbers);
    const finish = open("finish", { x: first.width }, size);
    const sampler = { first, step, finish, times, numbers, drawn };
    this.sample = (options) => this.#samples(sampler, options);
    if (field === undefined) return;
    const own = numbersOf(tensors, MOMENTS);
    const ofSteps = Object.keys(own).length === 0;
    const told = ofSteps ? numbers : own;
    const program = open("field", { x: size }, size, told);
    const { by } = field;
    if (program === undefined || !Object.hasOwn(told, by)) {
      throw new RangeError(`no field by ${show(by)}`);
    }
    const moments = told[by];
    this.field = {
      by,
      moments,
      ofSteps,
      at: (moment, x, labels) => {
        const count = countOf("take the field", x, size);
        if (!(Number.isInteger(moment) && moment >= 0 && moment < moments.length)) {
          throw new InputError(
            `Cannot take the field as a moment must be a whole number, 0 … ${
              moments.length - 1
            }: ` +
              show(moment),
          );
        }
        return program.run(count, { x, ...this.#labelColumn(count, labels) }, rowAt(told, moment));
      },
    };
  }

  /** The noise of `drawn` rows is drawn together, step by step, as the trainer does. */
  #samples(
    { first, step, finish, times, numbers, drawn }: SamplerParts<RowProgram> & {
      readonly times: number;
      readonly numbers: Columns;
      readonly drawn: number;
    },
    options: SampleOptions,
  ): Samples {
    checkOptions<SampleOptions>("sample", options, {
      ...{ count: true, random: true, noise: true, label: true, prompt: true, watch: true },
    });
    const { count, random, noise: given, label, prompt, watch } = options;
    requireSamples(count);
    if (random !== undefined && typeof random?.fillStandardNormal !== "function") {
      throw new InputError(
        `Cannot sample as random must be a Generator, as of defaultRng(1): ${show(random)}`,
      );
    }
    const { shape, classes, kinds, vocabulary } = this;
    const most = Math.floor(MOST_DRAWN / sizeOf(shape));
    if (count > most) {
      throw new InputError(`Cannot sample as there must be at most ${most} at a time: ${count}`);
    }
    if (given !== undefined) requireNoise(count, this.noise, given);
    if (label !== undefined && classes === 0) {
      throw new InputError(`Cannot sample one class as the model is not conditional: ${label}`);
    }
    const told = kinds > 0 && random !== undefined ? drawnKinds(count, kinds, random) : undefined;
    const labels = label === undefined ? told : Array(count).fill(label);
    const all = this.#labelColumn(count, labels, true);
    const size = sizeOf(shape);
    if (prompt !== undefined && !this.#prompted) {
      throw new InputError("Cannot go on from a prompt as the model draws no text from one");
    }
    const begun = this.#prompted && { prompt: promptOf(prompt ?? "", count, size, vocabulary) };
    const values = new Float32Array(count * size);
    for (const range of rowRanges(count, drawn)) {
      const labels = rowsOf(all, count, range);
      const draw = (program: RowProgram, given?: Columns) =>
        drawNoise(program.noise, { range, count, drawn, random, given });
      const drawing = draw(first, given);
      const columns = {
        ...labels,
        ...begun && rowsOf(begun, count, range),
        ...drawing.columns,
      };
      let x = first.run(range.length, columns, drawing.whole);
      for (let k = 0; k < times && step !== undefined; k++) {
        watch?.(k, x, range.first);
        const { columns, whole } = draw(step);
        x = step.run(range.length, { x, ...labels, ...columns }, {
          ...whole,
          ...rowAt(numbers, k),
        });
      }
      values.set(finish?.run(range.length, { x, ...labels }) ?? x, range.first * size);
    }
    return samplesOf(this, count, values);
  }

  /**
   * Labels as rows, where they are looked at; left out: all classes, or kinds, in turn.
   *
   * @param tellsKinds Of samples and codes: nothing is told of the kind of an example.
   */
  #labelColumn(count: number, labels?: ArrayLike<number>, tellsKinds = false): Columns {
    const { classes, kinds } = this;
    const width = classes + kinds;
    if (width === 0) return {};
    const given = labels ?? askedClasses(count, width);
    requireLabels(count, given, width);
    const rows = new Float32Array(count * width);
    if (kinds > 0 && !tellsKinds) return { labels: rows };
    for (let i = 0; i < count; i++) rows[i * width + given[i]] = 1;
    return { labels: rows };
  }
}

/** @throws RangeError where a file's count is none. */
function requireCount(count: number, least: number): void {
  if (Number.isInteger(count) && count >= least && count <= MOST) return;
  throw new RangeError(`no count: ${show(count)}`);
}

/** @throws InputError where there is not one label a row, or one of them is no class. */
export function requireLabels(count: number, labels: ArrayLike<number>, classes: number): void {
  if (labels.length !== count) {
    throw new InputError(
      `Cannot use labels as there must be one a row, ${count}: ${labels.length}`,
    );
  }
  for (let i = 0; i < count; i++) {
    const label = labels[i];
    if (Number.isInteger(label) && label >= 0 && label < classes) continue;
    throw new InputError(
      `Cannot use a label as it must be a whole number, 0 … ${classes - 1}: ${show(label)}`,
    );
  }
}

/** @throws InputError where a number of samples is none. */
export function requireSamples(count: number): void {
  if (Number.isInteger(count) && count >= 1) return;
  throw new InputError(`Cannot sample as there must be 1 or more: ${show(count)}`);
}

/** Rows of that width. @throws InputError where they are no whole number of rows. */
export function countOf(name: string, values: Float32Array, width: number): number {
  requireFloats(name, "its rows", values);
  if (values.length > 0 && values.length % width === 0) return values.length / width;
  throw new InputError(
    `Cannot ${name} as each row must have ${width} numbers: ${values.length} in all`,
  );
}

/** @throws InputError where something else than a Float32Array is given, as a list. */
export function requireFloats(name: string, what: string, values: unknown): void {
  if (values instanceof Float32Array) return;
  throw new InputError(`Cannot ${name} as ${what} must be a Float32Array: ${show(values)}`);
}

/** @throws InputError where the noise that is given is not that of the model. */
function requireNoise(count: number, noise: FileNoise, given: Columns): void {
  if (!isRecord(given)) {
    throw new InputError(`Cannot sample as noise must be given by name: ${show(given)}`);
  }
  checkNames("sample", "noise", given, Object.keys(noise));
  for (const [name, values] of Object.entries(given)) {
    requireFloats("sample", `the noise "${name}"`, values);
    const { length } = values;
    const [, shape, per] = noise[name];
    const expected = sizeOf(shape) * (per === "batch" ? 1 : count);
    if (length === expected) continue;
    throw new InputError(
      `Cannot sample as the noise "${name}" must have ${expected} numbers: ${length}`,
    );
  }
}

/**
 * Numbers of steps or moments by name.
 *
 * @throws RangeError where there are not as many as `times`; left out: as of the first name.
 */
function numbersOf(tensors: NamedTensors, prefix: string, times?: number): Columns {
  const named = Object.entries(belowPrefix(tensors, prefix));
  const expected = times ?? named[0]?.[1].values.length;
  return Object.fromEntries(
    named.map(([name, { values }]) => {
      if (values.length !== expected || !(values instanceof Float32Array)) {
        throw new RangeError(`"${name}" has ${values.length} numbers for ${expected} steps`);
      }
      return [name, values];
    }),
  );
}

/** The numbers of a step or moment as inputs of its function. */
function rowAt(numbers: Columns, step: number): Columns {
  const [values = []] = Object.values(numbers);
  return prefixed(rowsOf(numbers, values.length, { first: step, length: 1 }), AT);
}
