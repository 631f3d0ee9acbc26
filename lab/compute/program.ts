/**
 * What the programs of every workspace do around a run: draw their random inputs, and refuse an
 * output that is not there.
 *
 * @module
 */
import { InputError } from "../core/errors.ts";
import type { Generator } from "../core/random.ts";
import type { RandomSpec } from "./workspace.ts";

/** A random input and where its numbers go. */
export interface Noise {
  readonly name: string;
  readonly distribution: RandomSpec[1];
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
    if (distribution === "uniform") random.fillUniform(view);
    else random.fillStandardNormal(view);
  }
}

/** The error for an output that the last run did not have; without any there was no run. */
export function noOutput(program: string, name: string, outputs: readonly string[]): InputError {
  return new InputError(
    `Cannot read "${name}" of "${program}" as its outputs are ` +
      `${outputs.join(", ") || "not there before the first run"}`,
  );
}
