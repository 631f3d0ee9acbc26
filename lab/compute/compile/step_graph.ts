/**
 * What a step returns, without running it.
 *
 * @module
 */
import { type NamedTensors, sizeOf } from "../../core/tensor_data.ts";
import type { ProgramSpec } from "../workspace.ts";
import type { InputSpec, RandomSpec, Tensors } from "../workspace.ts";
import { type AnyStep, declarations, type Range, tracedStep } from "./binding.ts";
import type { Graph } from "./ir.ts";
import { type Declared, trace, tracedNames, type TracedStep } from "./trace.ts";

/** A step over tensors by name, of which only the outputs are looked at. */
type SeenStep = (context: {
  input: Tensors;
  random: Tensors;
  scalar: Tensors;
  state: Record<string, Tensors>;
}) => { outputs: Tensors };

/**
 * The names of a step's outputs, by a trace, in which nothing is computed.
 *
 * @param state The groups that it declares: names, shapes and types count.
 * @throws InputError that names the call and the line where the step cannot be compiled.
 */
export function outputNames(
  spec: ProgramSpec<Record<string, InputSpec>, Record<string, RandomSpec>, string, string>,
  state: Readonly<Record<string, NamedTensors>>,
  step: SeenStep,
): string[] {
  return tracedNames(...declaredOf(spec, state, step));
}

/**
 * The graph of a step as it is written, without a workspace.
 *
 * @param state The groups that it declares: names, shapes and types count.
 * @throws InputError that names the call and the line where the step cannot be compiled.
 */
export function graphOf(
  spec: ProgramSpec<Record<string, InputSpec>, Record<string, RandomSpec>, string, string>,
  state: Readonly<Record<string, NamedTensors>>,
  step: SeenStep,
): Graph {
  return trace(...declaredOf(spec, state, step));
}

/** What a step is given, and the step as a trace takes it. */
function declaredOf(
  spec: ProgramSpec<Record<string, InputSpec>, Record<string, RandomSpec>, string, string>,
  state: Readonly<Record<string, NamedTensors>>,
  step: SeenStep,
): [declared: Declared[], step: TracedStep] {
  const range = (shape: readonly number[], dtype: Range["dtype"]): Range => (
    { address: 0, shape, dtype, size: sizeOf(shape) }
  );
  const declared = declarations({
    input: new Map(
      Object.entries(spec.inputs ?? {}).map(([name, [shape, type]]) => [name, range(shape, type)]),
    ),
    random: new Map(
      Object.entries(spec.random ?? {}).map(([name, [shape]]) => [name, range(shape, "float32")]),
    ),
    scalar: new Map((spec.scalars ?? []).map((name) => [name, range([], "float32")])),
    state: new Map(
      Object.entries(state).flatMap(([group, tensors]) =>
        Object.entries(tensors).map(([name, { shape, dtype }]): [string, Range] => [
          `${group}/${name}`,
          range(shape, dtype as Range["dtype"]),
        ])
      ),
    ),
  });
  const groups = { name: spec.name, state: Object.keys(state) };
  return [declared, tracedStep(groups, () => new Map(), step as unknown as AnyStep)];
}
