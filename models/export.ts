/**
 * A trained model as a file: its functions, compiled with the state as it stands.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { Dataset } from "../lab/core/dataset.ts";
import { InputError } from "../lab/core/errors.ts";
import { sizeOf } from "../lab/core/tensor_data.ts";
import type { SharedFields } from "./fields.ts";
import type { Drawn, NoiseSpecs, Of } from "./model.ts";
import { encodeModel, type ModelParts, type RowFunction, rowFunctions } from "./model_file.ts";
import type { Networks } from "./networks.ts";
import type { BoundModel, Inputs } from "./programs.ts";
import type { Columns, FileNoise, RowMachine } from "./row_program.ts";

/** Rows a call: few, as a page asks for one image or a sheet of them. */
const ROWS = 16;

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
  const { model, shape, configuration, labelled } = bound;
  const state = await bound.state();
  const compile = <Context>(
    name: string,
    f: Of<N, Context, C, tf.Tensor>,
    inputs: Inputs = {},
    { noise = {}, scalars = [] }: { noise?: NoiseSpecs; scalars?: readonly string[] } = {},
  ): RowMachine => {
    const parts = { batch: ROWS, inputs: { ...bound.labelInput(ROWS), ...inputs }, noise, scalars };
    try {
      const machine = bound.rowMachine(name, parts, state, f as Of<N, unknown, C, tf.Tensor>);
      return { machine, width: machine.outputs.rows.length / ROWS, noise: fileNoise(noise) };
    } catch (error) {
      throw new InputError(
        `Cannot export ${model.name} as ${name} must compile: ${(error as Error).message}`,
      );
    }
  };
  const ofRows = (width: number): Inputs => ({ x: [[ROWS, width], "float32"] });

  const functions: Partial<Record<RowFunction, RowMachine>> = {};
  for (const name of Object.keys(rowFunctions) as RowFunction[]) {
    if (name === "decode" || model[name] === undefined) continue;
    functions[name] = compile(
      name,
      model[name] as Of<N, unknown, C, tf.Tensor>,
      ofRows(shape.size),
    );
  }
  const sampleNoise = (model.sampleNoise ?? model.noise)?.(shape, configuration) ?? {};
  const codeSize = functions.encode?.width ?? latentSize(sampleNoise);
  if (model.decode !== undefined && codeSize > 0) {
    functions.decode = compile("decode", model.decode, { codes: [[ROWS, codeSize], "float32"] });
  }

  let drawing: Pick<ModelParts, "sampler" | "times" | "numbers"> = { times: 0, numbers: {} };
  if (model.sample !== undefined) {
    const { sampler } = model;
    const begun = bound.firstInputs(ROWS);
    const first = compile<Drawn>("first", model.sample, begun, { noise: sampleNoise });
    drawing = { ...drawing, sampler: { first } };
    if (sampler !== undefined) {
      const times = sampler.steps(shape, configuration);
      const numbers = numbersOf(times, (k) => sampler.at?.(k, shape, configuration) ?? {});
      const x = ofRows(first.width);
      const each = { noise: sampler.noise?.(shape, configuration), scalars: Object.keys(numbers) };
      drawing = {
        times,
        numbers,
        sampler: {
          first,
          step: compile("step", sampler.step, x, each),
          ...sampler.finish && { finish: compile("finish", sampler.finish, x) },
        },
      };
    }
  }
  const classes = labelled ? shape.classes : 0;
  const { prompted } = bound;
  const examples = { kind, shape: shape.shape, classes, vocabulary, prompted, codeSize };
  return encodeModel({ ...examples, rows: ROWS, drawn, functions, ...drawing }, about);
}

/** @throws InputError for noise that a function draws, which a file cannot hold. */
function fileNoise(noise: NoiseSpecs): FileNoise {
  for (const [name, [distribution]] of Object.entries(noise)) {
    if (typeof distribution !== "function") continue;
    throw new InputError(`noise must be normal or uniform: "${name}" is drawn by a function`);
  }
  return noise as FileNoise;
}

/** Z of a model that makes examples of codes and no codes of examples: the one noise of its samples. */
function latentSize(noise: NoiseSpecs): number {
  const shapes = Object.values(noise).map(([, shape]) => shape);
  return shapes.length === 1 ? sizeOf(shapes[0]) : 0;
}

/** A sampler's numbers by name, [T] each. */
function numbersOf(times: number, at: (step: number) => Readonly<Record<string, number>>): Columns {
  const steps = Array.from({ length: times }, (_, k) => at(k));
  const names = Object.keys(times === 0 ? {} : steps[0]);
  return Object.fromEntries(
    names.map((name) => [name, Float32Array.from(steps, (numbers) => numbers[name])]),
  );
}
