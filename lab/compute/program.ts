/**
 * What the programs of every workspace do around a run: take their inputs, draw the random ones,
 * and refuse an output that is not there.
 *
 * @module
 */
import { InputError } from "../core/errors.ts";
import { show } from "../core/plain.ts";
import type { Generator } from "../core/random.ts";
import type { Distribution, InputSpec, Views } from "./workspace.ts";

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
