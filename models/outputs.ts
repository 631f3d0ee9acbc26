/**
 * What a model can be asked for, held to the shapes that everything else reckons with: a function that
 * gives another one is refused wherever it is first used or looked at.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { InputError } from "../lab/core/errors.ts";
import { show } from "../lab/core/plain.ts";
import type { SharedFields } from "./fields.ts";
import type { Drawn, ExampleShape, Model, Of, Sampler } from "./model.ts";
import type { Networks } from "./networks.ts";

/** The functions that a model has, those of its sampler among them. */
export type Functions<C extends SharedFields, N extends Networks> =
  & Pick<
    Model<C, N>,
    "encode" | "decode" | "translate" | "classify" | "score" | "logWeights" | "sample"
  >
  & Partial<Pick<Sampler<N, C>, "step" | "finish">>;

/** The numbers of each row, by their count; a letter where there may be any, a row of one number is []. */
type Row = readonly (number | string)[];

/**
 * A model's functions, each of which throws where what it gives has another shape than it must. One that
 * the configuration leaves nothing to say of single examples (`scoresAlone`, `weighs`) is not there.
 */
export function functionsOf<C extends SharedFields, N extends Networks>(
  model: Model<C, N>,
  shape: ExampleShape,
  configuration: C,
): Functions<C, N> {
  const held = <Context extends Drawn>(
    name: string,
    f: Of<N, Context, C, tf.Tensor> | undefined,
    row: Row | ((configuration: C) => Row),
  ) => {
    if (f === undefined) return undefined;
    const checked: typeof f = (networks, seen, c) => {
      const given = f(networks, seen, c);
      requireRows(model.name, name, given, seen.rows, typeof row === "function" ? row(c) : row);
      return given;
    };
    return checked;
  };
  const { sampler } = model;
  const { size, classes, partnerSize } = shape;
  const drawn = (c: C) => [sampler?.size?.(shape, c) ?? size];
  const scores = model.scoresAlone?.(configuration) ?? true;
  const weighs = model.weighs?.(shape, configuration) ?? true;
  return {
    encode: held("encode", model.encode, ["Z"]),
    decode: held("decode", model.decode, [size]),
    translate: held("translate", model.translate, [partnerSize]),
    classify: held("classify", model.classify, [classes || "C"]),
    score: scores ? held("score", model.score, []) : undefined,
    logWeights: weighs ? held("logWeights", model.logWeights, ["K"]) : undefined,
    sample: held("sample", model.sample, drawn),
    step: held("step", sampler?.step, drawn),
    finish: held("finish", sampler?.finish, [size]),
  };
}

/** @throws InputError where what a function gives of so many rows is not [rows, …row]. */
function requireRows(model: string, name: string, given: unknown, rows: number, row: Row): void {
  const wanted = [rows, ...row];
  const shape = given instanceof tf.Tensor ? given.shape : undefined;
  const fits = shape?.length === wanted.length &&
    wanted.every((count, i) => typeof count === "string" || count === shape[i]);
  if (fits) return;
  throw new InputError(
    `Cannot use ${model} as ${name} must give [${wanted.join(", ")}] for ${rows} rows: ` +
      (shape === undefined ? show(given) : `[${shape.join(", ")}]`),
  );
}
