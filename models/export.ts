/**
 * A trained model as a file: its functions, compiled with the state as it stands.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { Dataset } from "../lab/core/dataset.ts";
import { InputError } from "../lab/core/errors.ts";
import { type NamedTensors, sizeOf } from "../lab/core/tensor_data.ts";
import { standalone } from "../lab/compute/compile/standalone.ts";
import { graphOf, outputNames } from "../lab/compute/compile/step_graph.ts";
import type { RowStep } from "../lab/compute/row_step.ts";
import type { SharedFields } from "./fields.ts";
import type { Drawn, NoiseSpecs, Of } from "./model.ts";
import { encodeModel, type ModelParts, type RowFunction, rowFunctions } from "./model_file.ts";
import type { Networks } from "./networks.ts";
import type { BoundModel, Inputs } from "./programs.ts";
import { type Columns, fileDistributions, type FileNoise, type RowMachine } from "./row_program.ts";

/** Rows a call: few, as a page asks for one image or a sheet of them. */
const ROWS = 16;

/** What a function draws and reads beside its rows. */
interface Beside {
  readonly noise?: NoiseSpecs;
  readonly scalars?: readonly string[];
}

/** A model's functions of rows as steps, with the state as it stands. */
class PortableModel<C extends SharedFields, N extends Networks> {
  constructor(
    private readonly bound: BoundModel<C, N>,
    private readonly state: Readonly<Record<string, NamedTensors>>,
  ) {}

  step<Context>(
    name: string,
    f: Of<N, Context, C, tf.Tensor>,
    inputs: (rows: number) => Inputs = () => ({}),
    { noise = {}, scalars = [] }: Beside = {},
  ): RowStep {
    const { bound, state } = this;
    const all = (rows: number) => ({ ...bound.labelInput(rows), ...inputs(rows) });
    const parts = { inputs: all, noise, scalars };
    return bound.rowStep(name, parts, state, f as Of<N, unknown, C, tf.Tensor>);
  }

  /** Functions of examples. */
  *ofExamples(): Generator<RowStep & { readonly name: RowFunction }> {
    const { functions, shape } = this.bound;
    for (const name of Object.keys(rowFunctions) as RowFunction[]) {
      if (name === "decode" || functions[name] === undefined) continue;
      const f = functions[name] as Of<N, unknown, C, tf.Tensor>;
      yield { ...this.step(name, f, ofRows(shape.size)), name };
    }
  }

  /** Examples of codes [B, Z], where there are some; `encoded`: Z of the model's own. */
  decode(encoded: number | undefined): { readonly codeSize: number; readonly decode?: RowStep } {
    const { functions: { decode } } = this.bound;
    const codeSize = encoded ?? latentSize(this.sampleNoise);
    if (decode === undefined || codeSize === 0) return { codeSize };
    const inputs = (rows: number): Inputs => ({ codes: [[rows, codeSize], "float32"] });
    return { codeSize, decode: this.step("decode", decode, inputs) };
  }

  /** What samples draw first. */
  get sampleNoise(): NoiseSpecs {
    const { model, shape, configuration } = this.bound;
    return (model.sampleNoise ?? model.noise)?.(shape, configuration) ?? {};
  }

  /** Samples, or the first x of a sampler. */
  first(name: string): RowStep | undefined {
    const { bound, sampleNoise } = this;
    const { sample } = bound.functions;
    if (sample === undefined) return undefined;
    const inputs = (rows: number) => bound.firstInputs(rows);
    return this.step<Drawn>(name, sample, inputs, { noise: sampleNoise });
  }
}

const ofRows = (width: number) => (rows: number): Inputs => ({ x: [[rows, width], "float32"] });

/**
 * What a model can be asked for as functions of rows, samples that are drawn in steps left out.
 */
export async function rowStepsOf<C extends SharedFields, N extends Networks>(
  bound: BoundModel<C, N>,
): Promise<RowStep[]> {
  return rowStepsIn(bound, await bound.state());
}

/**
 * Looks at what each of them gives, by a trace, in which nothing is computed.
 *
 * @throws InputError for one that gives another shape than it must, or cannot be traced.
 */
export function lookAtRows<C extends SharedFields, N extends Networks>(
  bound: BoundModel<C, N>,
): void {
  for (const row of rowStepsIn(bound, bound.initialState)) {
    // How long its codes are is a guess where no example has one.
    if (row.name === "decode" && bound.functions.encode === undefined) continue;
    outputNames(...asProgram(row));
  }
}

function rowStepsIn<C extends SharedFields, N extends Networks>(
  bound: BoundModel<C, N>,
  state: Readonly<Record<string, NamedTensors>>,
): RowStep[] {
  const portable = new PortableModel(bound, state);
  const steps: RowStep[] = [...portable.ofExamples()];
  const encode = steps.find(({ name }) => name === "encode");
  const { decode } = portable.decode(encode && widthOf(encode));
  const sample = bound.model.sampler === undefined ? portable.first("sample") : undefined;
  return [...steps, decode, sample].filter((each) => each !== undefined);
}

/** A function of rows as a program of {@linkcode ROWS}, with the state that it is traced with. */
function asProgram(
  { name, state, inputs, step }: RowStep,
  prefix = "",
): Parameters<typeof graphOf> {
  return [
    { name: prefix + name, inputs: inputs(ROWS) },
    state,
    ({ input, state }) => ({ outputs: step({ input, state }, ROWS) }),
  ];
}

/** Numbers of each row that a function gives. */
function widthOf(row: RowStep): number {
  const graph = graphOf(...asProgram(row));
  return sizeOf(graph.outputs[0].view.shape) / ROWS;
}

/**
 * The bytes of a file that `loadModel` opens.
 *
 * @param drawn Rows whose noise the trainer draws together.
 * @param about Free text by key, kept with it.
 * @throws InputError that names a function which cannot be compiled.
 */
export async function exportModel<C extends SharedFields, N extends Networks>(
  bound: BoundModel<C, N>,
  { kind, vocabulary = [] }: Pick<Dataset, "kind" | "vocabulary">,
  drawn: number,
  about: Readonly<Record<string, string>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { model, functions: asked, shape, configuration, labelled, sorted } = bound;
  const portable = new PortableModel(bound, await bound.state());
  const compile = (row: RowStep, noise: NoiseSpecs = {}): RowMachine => {
    const { name } = row;
    try {
      const machine = standalone(...asProgram(row, `${model.name}/`));
      return { machine, width: machine.outputs.rows.length / ROWS, noise: fileNoise(noise) };
    } catch (error) {
      throw new InputError(
        `Cannot export ${model.name} as ${name} must compile: ${(error as Error).message}`,
      );
    }
  };

  const functions: Partial<Record<RowFunction, RowMachine>> = {};
  for (const row of portable.ofExamples()) functions[row.name] = compile(row);
  const { codeSize, decode } = portable.decode(functions.encode?.width);
  if (decode !== undefined) functions.decode = compile(decode);

  let drawing: Pick<ModelParts, "sampler" | "field" | "times" | "numbers"> = {
    times: 0,
    numbers: {},
  };
  const begun = portable.first("first");
  if (begun !== undefined) {
    const { sampler, field } = model;
    const first = compile(begun, portable.sampleNoise);
    drawing = { ...drawing, sampler: { first } };
    if (sampler !== undefined) {
      const times = sampler.steps(shape, configuration);
      const numbers = numbersOf(
        Array.from({ length: times }, (_, k) => sampler.at?.(k, shape, configuration) ?? {}),
      );
      const x = ofRows(first.width);
      const noise = sampler.noise?.(shape, configuration);
      const each = portable.step("step", asked.step!, x, { noise, scalars: Object.keys(numbers) });
      drawing = {
        times,
        numbers,
        sampler: {
          first,
          step: compile(each, noise),
          ...asked.finish && { finish: compile(portable.step("finish", asked.finish, x)) },
        },
      };
      // Elsewhere than in the plane nobody sees it.
      if (field !== undefined && kind === "points" && shape.size === 2) {
        const own = field.moments?.(configuration);
        const moments = own && numbersOf(own);
        const scalars = Object.keys(moments ?? numbers);
        const rows = compile(portable.step("field", field.direction, x, { scalars }));
        drawing = { ...drawing, field: { rows, by: field.by, moments } };
      }
    }
  }
  const told = labelled ? shape.classes : 0;
  const sorts = sorted ? { classes: 0, kinds: told } : { classes: told };
  const { prompted } = bound;
  const examples = { kind, shape: shape.shape, ...sorts, vocabulary, prompted, codeSize };
  return encodeModel({ ...examples, rows: ROWS, drawn, functions, ...drawing }, about);
}

/** @throws InputError for noise of a distribution that files have no name for. */
function fileNoise(noise: NoiseSpecs): FileNoise {
  const known = Object.entries(fileDistributions);
  return Object.fromEntries(
    Object.entries(noise).map(([name, [distribution, ...rest]]) => {
      const called = known.find(([, each]) => each === distribution)?.[0];
      if (called === undefined) {
        const names = known.map(([name]) => name).join(", ");
        throw new InputError(`noise must be one of ${names}: "${name}" is drawn by a function`);
      }
      return [name, [called, ...rest]];
    }),
  ) as FileNoise;
}

/** Z of a model that makes examples of codes and no codes of examples: the one noise of its samples. */
function latentSize(noise: NoiseSpecs): number {
  const shapes = Object.values(noise).map(([, shape]) => shape);
  return shapes.length === 1 ? sizeOf(shapes[0]) : 0;
}

/** Numbers of steps by name, [T] each. */
function numbersOf(steps: readonly Readonly<Record<string, number>>[]): Columns {
  const names = Object.keys(steps[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, Float32Array.from(steps, (numbers) => numbers[name])]),
  );
}
