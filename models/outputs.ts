/**
 * What a model can be asked for, held to the shapes that everything else reckons with: a function that
 * gives another one is refused wherever it is first used or looked at.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { InputError } from "../lab/core/errors.ts";
import { isRecord, show } from "../lab/core/plain.ts";
import type { RandomSpec } from "../lab/compute/workspace.ts";
import type { SharedFields } from "./fields.ts";
import type { Drawn, ExampleShape, Model, NoiseSpecs, Of, Sampler } from "./model.ts";
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

/**
 * A model's networks.
 *
 * @throws InputError where they are not networks by name.
 */
export function networksOf<C extends SharedFields, N extends Networks>(
  model: Model<C, N>,
  shape: ExampleShape,
  configuration: C,
): N {
  const networks: unknown = model.networks(shape, configuration);
  const refused = (wanted: string, given: unknown) =>
    new InputError(`Cannot use ${model.name} as ${wanted}: ${show(given)}`);
  if (!isRecord(networks)) throw refused("networks must give networks by name", networks);
  for (const [name, network] of Object.entries(networks)) {
    const isNetwork = isRecord(network) &&
      [network.initial, network.apply].every((each) => typeof each === "function");
    if (!isNetwork) throw refused(`its network ${name} must have initial and apply`, network);
  }
  return networks as N;
}

/**
 * Noise as a program draws it: [B, …] of each, or one draw for all.
 *
 * @throws InputError for what is no noise.
 */
export function randomOf(noise: NoiseSpecs = {}, batch: number): Record<string, RandomSpec> {
  return Object.fromEntries(
    Object.entries(noise).map(([name, given]) => {
      if (!isNoise(given)) {
        throw new InputError(
          `Cannot draw the noise ${name} as it must be [distribution, shape], or with "batch" behind ` +
            `them: ${show(given)}`,
        );
      }
      const [distribution, shape, per] = given;
      return [name, [per === "batch" ? shape : [batch, ...shape], distribution] as const];
    }),
  );
}

function isNoise(given: unknown): given is NoiseSpecs[string] {
  if (!Array.isArray(given)) return false;
  const [, shape, per] = given;
  return Array.isArray(shape) && (per === undefined || per === "batch");
}

/**
 * What a loss or an evaluation gives, held to be numbers by name.
 *
 * @param action What cannot be done then, as in "Cannot <action> as …".
 * @throws InputError for anything else.
 */
export function requireTerms<Terms>(action: string, given: Terms): Terms {
  const names = isRecord(given) ? Object.keys(given) : undefined;
  if (names !== undefined && names.every((name) => /\S/.test(name) && !/\p{Cc}/u.test(name))) {
    return given;
  }
  throw new InputError(`Cannot ${action} as it must give terms by name: ${show(names ?? given)}`);
}
