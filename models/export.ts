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
import { graphOf } from "../lab/compute/compile/step_graph.ts";
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
    const { model, shape } = this.bound;
    for (const name of Object.keys(rowFunctions) as RowFunction[]) {
      if (name === "decode" || model[name] === undefined) continue;
      const f = model[name] as Of<N, unknown, C, tf.Tensor>;
      yield { ...this.step(name, f, ofRows(shape.size)), name };
    }
  }

  /** Examples of codes [B, Z], where there are some; `encoded`: Z of the model's own. */
  decode(encoded: number | undefined): { readonly codeSize: number; readonly decode?: RowStep } {
    const { model: { decode } } = this.bound;
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
    if (bound.model.sample === undefined) return undefined;
    const inputs = (rows: number) => bound.firstInputs(rows);
    return this.step<Drawn>(name, bound.model.sample, inputs, { noise: sampleNoise });
  }
}

const ofRows = (width: number) => (rows: number): Inputs => ({ x: [[rows, width], "float32"] });

/**
 * What a model can be asked for as functions of rows, samples that are drawn in steps left out.
 */
export async function rowStepsOf<C extends SharedFields, N extends Networks>(
  bound: BoundModel<C, N>,
): Promise<RowStep[]> {
  const portable = new PortableModel(bound, await bound.state());
  const steps: RowStep[] = [...portable.ofExamples()];
  const encode = steps.find(({ name }) => name === "encode");
  const { decode } = portable.decode(encode && widthOf(encode));
  const sample = bound.model.sampler === undefined ? portable.first("sample") : undefined;
  return [...steps, decode, sample].filter((each) => each !== undefined);
}

/** Numbers of each row that a function gives. */
function widthOf({ name, state, inputs, step }: RowStep): number {
  const graph = graphOf(
    { name, inputs: inputs(ROWS) },
    state,
    ({ input, state }) => ({ outputs: step({ input, state }, ROWS) }),
  );
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
  const { model, shape, configuration, labelled, sorted } = bound;
  const portable = new PortableModel(bound, await bound.state());
  const compile = (row: RowStep, noise: NoiseSpecs = {}): RowMachine => {
    const { name, state, inputs, step } = row;
    const spec = { name: `${model.name}/${name}`, inputs: inputs(ROWS) };
    try {
      const machine = standalone(
        spec,
        state,
        ({ input, state }) => ({ outputs: step({ input, state }, ROWS) }),
      );
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
      const each = portable.step("step", sampler.step, x, { noise, scalars: Object.keys(numbers) });
      drawing = {
        times,
        numbers,
        sampler: {
          first,
          step: compile(each, noise),
          ...sampler.finish && { finish: compile(portable.step("finish", sampler.finish, x)) },
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
