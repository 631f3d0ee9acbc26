/**
 * What the programs of every workspace do around a run: hold to what they declare, take their inputs,
 * draw the random ones, and refuse what a step may not return and an output that is not there.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { didYouMean, InputError } from "../core/errors.ts";
import { checkOptions } from "../core/options.ts";
import { isRecord, show } from "../core/plain.ts";
import type { Generator } from "../core/random.ts";
import type { Distribution, InputSpec, ProgramSpec, RandomSpec, Views } from "./workspace.ts";

/** Element types of inputs. */
const dtypes = ["float32", "int32"];
/** Distributions that have a name. */
const distributions = ["uniform", "normal"];

/**
 * Refuses a program that no workspace could run as it is declared.
 *
 * @throws InputError that names the program and what of its declaration cannot be.
 */
export function checkDeclaration(
  spec: ProgramSpec<Record<string, InputSpec>, Record<string, RandomSpec>, string, string>,
): void {
  const { name, inputs = {}, random = {} } = spec;
  const action = `compile "${name}"`;
  checkOptions(action, spec, {
    ...{ name: true, inputs: true, random: true, scalars: true, state: true },
    placement: ["host"],
  });
  const refused = (what: string, must: string, given: unknown) =>
    new InputError(`Cannot ${action} as its ${what} must be ${must}: ${show(given)}`);
  const kinds = [["input", inputs, "type"], ["random input", random, "distribution"]] as const;
  for (const [kind, specs, second] of kinds) {
    for (const [key, given] of Object.entries<unknown>(specs)) {
      const what = `${kind} "${key}"`;
      if (!Array.isArray(given) || !Array.isArray(given[0])) {
        throw refused(what, `declared as [shape, ${second}], the shape a list`, given);
      }
      const [shape, word] = given;
      if (!shape.every((length) => Number.isInteger(length) && length >= 0)) {
        throw refused(what, "of a shape of whole numbers", shape);
      }
      const known = kind === "input" ? dtypes : distributions;
      if (known.includes(word) || (kind === "random input" && typeof word === "function")) continue;
      const must = kind === "input" ? known.join(" or ") : `${known.join(", ")} or a function`;
      const near = word === "bool"
        ? ' (take int32 and tf.cast(x, "bool"))'
        : typeof word === "string"
        ? didYouMean(word, known)
        : "";
      throw refused(what, must + near, word);
    }
  }
}

/**
 * What a step has returned, if it is a step's result.
 *
 * @throws InputError that names the program where it is none.
 */
export function checkedResult<Result>(program: string, result: Result): Result {
  const action = `Cannot run "${program}" as its`;
  if (result instanceof Promise) {
    result.catch(() => {/* What the step has failed with comes too late. */});
    throw new InputError(`${action} step must return its result at once: it is async`);
  }
  if (!isRecord(result) || !isRecord(result.outputs)) {
    throw new InputError(`${action} step must return { outputs, state }: ${show(result)}`);
  }
  const groups = Object.entries(isRecord(result.state) ? result.state : {});
  const returned = [["output", result.outputs], ...groups] as [string, unknown][];
  for (const [kind, tensors] of returned) {
    const what = kind === "output" ? "output" : `state of "${kind}"`;
    if (!isRecord(tensors)) {
      throw new InputError(`${action} ${what} must be tensors by name: ${show(tensors)}`);
    }
    for (const [name, tensor] of Object.entries(tensors)) {
      if (tensor instanceof tf.Tensor) continue;
      throw new InputError(`${action} ${what} "${name}" must be a tensor: ${show(tensor)}`);
    }
  }
  return result;
}

/**
 * A program's inputs by name. Reading one returns its view; values that are assigned to one are
 * copied into its view.
 *
 * @param settle Called before each access.
 * @throws InputError (on assignment) for values that are not of the input's type and length.
 */
export function inputViews<const Inputs extends Record<string, InputSpec>>(
  program: string,
  specs: Inputs | undefined,
  views: Readonly<Record<string, Float32Array | Int32Array>>,
  settle = () => {},
): Views<Inputs> {
  const inputs = {};
  for (const [name, [shape, dtype]] of Object.entries(specs ?? {})) {
    const view = views[name];
    Object.defineProperty(inputs, name, {
      enumerable: true,
      get: () => {
        settle();
        return view;
      },
      set: (values?: ArrayLike<number> | null) => {
        settle();
        if (values?.constructor === view.constructor && values.length === view.length) {
          return view.set(values);
        }
        throw new InputError(
          `Cannot set the input "${name}" of "${program}" as it must be ${dtype} [${shape}], ` +
            `${described(view)}: ${described(values)}`,
        );
      },
    });
  }
  return Object.seal(inputs) as Views<Inputs>;
}

/** Type and length, for messages: `Float32Array of 512`. */
function described(values: ArrayLike<number> | null | undefined): string {
  const type = values?.constructor?.name ?? `${values}`;
  return values?.length === undefined ? type : `${type} of ${values.length}`;
}

/**
 * A program's scalars as properties that read and write their element.
 *
 * @param settle Called before each access.
 * @throws InputError (on assignment) for what is no number.
 */
export function scalarViews(
  program: string,
  views: readonly (readonly [string, Float32Array | number[]])[],
  settle = () => {},
): Record<string, number> {
  const scalar: Record<string, number> = {};
  for (const [name, view] of views) {
    Object.defineProperty(scalar, name, {
      enumerable: true,
      get: () => {
        settle();
        return view[0];
      },
      set: (value: number) => {
        settle();
        if (typeof value === "number") {
          view[0] = value;
          return;
        }
        throw new InputError(
          `Cannot set the scalar "${name}" of "${program}" as it must be a number: ${show(value)}`,
        );
      },
    });
  }
  return Object.seal(scalar);
}

/** A random input and where its numbers go. */
export interface Noise {
  readonly name: string;
  readonly distribution: Distribution;
  readonly view: Float32Array;
}

/**
 * Fills random inputs, in order.
 *
 * @throws InputError where there are some and no generator is given.
 */
export function draw(program: string, noise: readonly Noise[], random?: Generator): void {
  for (const { name, distribution, view } of noise) {
    if (random === undefined) {
      throw new InputError(
        `Cannot run "${program}" as its random input "${name}" needs a generator: none given`,
      );
    }
    fill(view, distribution, random);
  }
}

/** Fills a view with draws from a distribution. */
export function fill(view: Float32Array, distribution: Distribution, random: Generator): void {
  if (distribution === "uniform") random.fillUniform(view);
  else if (distribution === "normal") random.fillStandardNormal(view);
  else distribution(random, view);
}

/** The error for an output that the last run did not have; without any there was no run. */
export function noOutput(program: string, name: string, outputs: readonly string[]): InputError {
  return new InputError(
    `Cannot read "${name}" of "${program}" as its outputs are ` +
      `${outputs.join(", ") || "not there before the first run"}`,
  );
}
