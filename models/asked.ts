/**
 * What a model can be asked for, over any number of rows: codes, examples of codes, classes, scores,
 * samples.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Dataset, Split } from "../lab/core/dataset.ts";
import { InputError } from "../lab/core/errors.ts";
import type { Samples } from "../lab/core/picture.ts";
import { zeros } from "../lab/core/tensor_data.ts";
import type { Trainer } from "../lab/core/trainer.ts";
import { outputOverRows, runOverRows } from "../lab/compute/batches.ts";
import type { InputSpec } from "../lab/compute/workspace.ts";
import type { SharedFields } from "./fields.ts";
import { maskedMean } from "./losses.ts";
import type { Batch, Codes, Drawn, Of } from "./model.ts";
import type { Networks } from "./networks.ts";
import { type Bound, compileRows, labelInput, type RowProgram } from "./programs.ts";

/** The functions that a model has. */
export interface Asked
  extends Pick<Trainer, "sample" | "encode" | "decode" | "translate" | "classify" | "score"> {
  /** The mean score of examples [count, D], batch by batch. */
  meanScore?(values: Float32Array): Promise<number>;
}

/** A model's functions, compiled where they are first called. */
export function asked<C extends SharedFields, N extends Networks>(
  bound: Bound<C, N>,
  dataset: Dataset,
  batch: number,
): Asked {
  const { encode, decode, translate, classify, score, sample } = bound.model;
  return {
    encode: encode && perExample(bound, "encode", encode, batch),
    translate: translate && perExample(bound, "translate", translate, batch),
    classify: classify && perExample(bound, "classify", classify, batch),
    score: score && perExample(bound, "score", score, batch),
    meanScore: score && meanOf(bound, score, batch),
    decode: decode && perCode(bound, decode, batch),
    sample: sample && sampler(bound, sample, dataset, batch),
  };
}

/**
 * The columns of examples [count, D] by the inputs that they go into; labels, where the model looks
 * at them and none are given, are all classes in turn.
 */
export function columnsOf<C extends SharedFields, N extends Networks>(
  { labelled, paired, shape: { size, classes } }: Bound<C, N>,
  values: Float32Array,
  { labels, partners }: { labels?: ArrayLike<number>; partners?: Split["partners"] } = {},
): Record<string, Float32Array> {
  return {
    x: values,
    ...labelled ? { labels: oneHot(classes, values.length / size, labels) } : {},
    ...paired && partners !== undefined ? { partners } : {},
  };
}

/** [count, classes] of labels [count]; left out: all classes in turn. */
function oneHot(classes: number, count: number, labels?: ArrayLike<number>): Float32Array {
  const rows = new Float32Array(count * classes);
  for (let i = 0; i < count; i++) rows[i * classes + (labels?.[i] ?? i % classes)] = 1;
  return rows;
}

/** A function of examples, over any number of them. */
function perExample<C extends SharedFields, N extends Networks>(
  bound: Bound<C, N>,
  name: string,
  f: Of<N, Batch, C, tf.Tensor>,
  batch: number,
): (values: Float32Array, labels?: ArrayLike<number>) => Promise<Float32Array> {
  const { size } = bound.shape;
  const program = compileRows(
    bound,
    name,
    { batch, inputs: { x: [[batch, size], "float32"], ...labelInput(bound, batch) } },
    (networks, context, c) => ({ outputs: { rows: f(networks, context, c) } }),
  );
  return (values, labels) => {
    const columns = columnsOf(bound, values, { labels });
    return outputOverRows(program, "rows", { count: values.length / size, batch, columns });
  };
}

function meanOf<C extends SharedFields, N extends Networks>(
  bound: Bound<C, N>,
  score: Of<N, Batch, C, tf.Tensor>,
  batch: number,
): (values: Float32Array) => Promise<number> {
  const { size } = bound.shape;
  const inputs: Record<string, InputSpec> = {
    x: [[batch, size], "float32"],
    ...labelInput(bound, batch),
    mask: [[batch], "float32"],
  };
  const program = compileRows(
    bound,
    "mean-score",
    { batch, inputs },
    (networks, context, c, mask) => ({
      outputs: { mean: maskedMean(score(networks, context, c), mask) },
    }),
  );
  return async (values) => {
    const rows = { count: values.length / size, batch, columns: columnsOf(bound, values) };
    let total = 0;
    await runOverRows(program, rows, async ({ length }) => {
      total += (await program.read("mean"))[0] * length;
    });
    return total / rows.count;
  };
}

/** `decode`, compiled for each length of code that it is given. */
function perCode<C extends SharedFields, N extends Networks>(
  bound: Bound<C, N>,
  decode: Of<N, Codes, C, tf.Tensor>,
  batch: number,
): NonNullable<Trainer["decode"]> {
  const programs = new Map<number, RowProgram<"rows">>();
  return (codes, count, labels) => {
    const size = codes.length / count;
    const program = programs.get(size) ?? compileRows(
      bound,
      "decode",
      { batch, inputs: { codes: [[batch, size], "float32"], ...labelInput(bound, batch) } },
      (networks, context, c) => ({ outputs: { rows: decode(networks, context, c) } }),
    );
    programs.set(size, program);
    const { labelled, shape: { classes } } = bound;
    const columns = { codes, ...labelled ? { labels: oneHot(classes, count, labels) } : {} };
    return outputOverRows(program, "rows", { count, batch, columns });
  };
}

/** The group in which a sampler's x lies between two of its steps. */
const CHAIN = "chain";

/** Draws from the model, with the sampler's steps from the first draw on where it has one. */
function sampler<C extends SharedFields, N extends Networks>(
  bound: Bound<C, N>,
  sample: Of<N, Drawn, C, tf.Tensor>,
  dataset: Dataset,
  batch: number,
): NonNullable<Trainer["sample"]> {
  const { model: { sampler, ...model }, shape, configuration, workspace, scope } = bound;
  const noise = (model.sampleNoise ?? model.noise)?.(shape, configuration);
  const inputs = labelInput(bound, batch);
  const made = (values: Float32Array, count: number): Samples =>
    dataset.kind === "images"
      ? { kind: "images", count, shape: shape.shape as [number, number, number], values }
      : { kind: "points", count, dimensions: shape.size, values };

  if (sampler === undefined) {
    const program = compileRows(
      bound,
      "sample",
      { batch, inputs, noise },
      (networks, context, c) => ({ outputs: { rows: sample(networks, context, c) } }),
    );
    return async ({ random, count, label }) => {
      const rows = { count, batch, columns: labelColumns(bound, count, label), random };
      return made(await outputOverRows(program, "rows", rows), count);
    };
  }

  const numbers = (step: number) => sampler.at?.(step, shape, configuration) ?? {};
  const size = sampler.size?.(shape, configuration) ?? shape.size;
  workspace.define(scope + CHAIN, { x: zeros([batch, size], "float32") });
  const chained = { batch, inputs, chain: CHAIN };
  const first = compileRows(
    bound,
    "sample",
    { ...chained, noise },
    (networks, context, c) => ({ outputs: {}, x: sample(networks, context, c) }),
  );
  const step = compileRows(
    bound,
    "sample-step",
    {
      ...chained,
      noise: sampler.noise?.(shape, configuration),
      scalars: Object.keys(numbers(0)),
    },
    (networks, context, c) => ({ outputs: {}, x: sampler.step(networks, context, c) }),
  );
  const last = compileRows(
    bound,
    "sample-finish",
    chained,
    (networks, context, c) => ({
      outputs: { rows: sampler.finish?.(networks, context, c) ?? tf.clone(context.x) },
    }),
  );
  const steps = sampler.steps(shape, configuration);
  return async ({ random, count, label }) => {
    const values = new Float32Array(count * shape.size);
    const rows = { count, batch, columns: labelColumns(bound, count, label), random };
    await runOverRows(first, rows, async ({ first: row, length }) => {
      for (const program of [step, last]) program.input.labels?.set(first.input.labels);
      for (let k = 0; k < steps; k++) {
        Object.assign(step.scalar, numbers(k));
        step.run(random);
      }
      last.run();
      const part = await last.read("rows");
      values.set(part.subarray(0, length * shape.size), row * shape.size);
    });
    return made(values, count);
  };
}

/** Labels of samples: all of one class, or all classes in turn. */
function labelColumns<C extends SharedFields, N extends Networks>(
  { labelled, model, shape: { classes } }: Bound<C, N>,
  count: number,
  label: number | undefined,
): Record<string, Float32Array> {
  if (label !== undefined && !labelled) {
    throw new InputError(
      `Cannot sample one class as ${model.name} learned without labels: ${label}`,
    );
  }
  if (label !== undefined && !(Number.isInteger(label) && label >= 0 && label < classes)) {
    throw new InputError(
      `Cannot sample one class as it must be a whole number, 0 … ${classes - 1}: ${label}`,
    );
  }
  if (!labelled) return {};
  const labels = label === undefined ? undefined : new Uint8Array(count).fill(label);
  return { labels: oneHot(classes, count, labels) };
}
