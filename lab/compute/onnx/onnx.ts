/**
 * Functions of rows as ONNX: traced as the compiler traces every step, expanded by its passes into
 * primitive kernels, and these written as operators. So what is added to a network anywhere in the
 * lab is in its file, too.
 *
 * @module
 */
import { InputError } from "../../core/errors.ts";
import { prefixed } from "../../core/tensor_data.ts";
import { optimize } from "../compile/compiler.ts";
import { graphOf } from "../compile/step_graph.ts";
import type { RowStep } from "../row_step.ts";
import { encodeOnnx } from "./file.ts";
import { measured } from "./kernels.ts";
import { COUNTS, joinedGraph, type Lengths } from "./rows.ts";
import { Translation } from "./translation.ts";

/**
 * The bytes of an ONNX file that computes a function of any number of rows.
 *
 * @param about Free text by key, kept with it.
 * @throws InputError that names the function where it cannot be written: rows that depend on each
 *   other, a kernel without operators.
 */
export function onnxOf(
  { name, state, inputs, step }: RowStep,
  about: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const graphs = COUNTS.map((rows) =>
    measured(optimize(graphOf(
      { name, inputs: inputs(rows) },
      state,
      ({ input, state }) => ({ outputs: step({ input, state }, rows) }),
    )))
  );
  try {
    const graph = joinedGraph([graphs[0], graphs[1]]);
    const [few, more] = COUNTS.map(inputs);
    const ports = Object.entries(few).map(([name, [shape]]): [string, Lengths] => [
      name,
      shape.map((length, i) => length === more[name][0][i] ? length : { rows: length / COUNTS[0] }),
    ]);
    const tensors = Object.assign(
      {},
      ...Object.entries(state).map(([group, named]) => prefixed(named, `${group}/`)),
    );
    return encodeOnnx(
      new Translation(graph, tensors, Object.fromEntries(ports)).whole(name),
      about,
    );
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${error.message} (in ${name})`);
    throw error;
  }
}
