/**
 * What a program declares, and what its step returns: refused where no workspace could run it.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { didYouMean, InputError } from "../core/errors.ts";
import { checkOptions } from "../core/options.ts";
import { isRecord, show } from "../core/plain.ts";
import type { InputSpec, ProgramSpec, RandomSpec } from "./workspace.ts";

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
