/**
 * A step's memory plan, from a workspace that lays out the program that is run and runs nothing.
 *
 * @module
 */
import {
  type AnyStep,
  declarations,
  type Range,
  tracedStep,
} from "../lab/compute/compile/binding.ts";
import { optimize } from "../lab/compute/compile/compiler.ts";
import { type Plan, plan } from "../lab/compute/compile/plan.ts";
import { schedule } from "../lab/compute/compile/schedule.ts";
import { trace } from "../lab/compute/compile/trace.ts";
import { allocate, type NamedTensors, sizeOf } from "../lab/core/tensor_data.ts";
import type { InputSpec, RandomSpec, Workspace } from "../lab/compute/workspace.ts";
import type { BenchStep } from "./steps/step.ts";

/** What `compile` is given. */
interface Spec {
  readonly name: string;
  readonly inputs?: Record<string, InputSpec>;
  readonly random?: Record<string, RandomSpec>;
  readonly scalars?: readonly string[];
  readonly state?: readonly string[];
}

/** The plan of a step. */
export function planOf(step: BenchStep): Plan {
  const groups = new Map<string, NamedTensors>();
  let made: Plan | undefined;
  const workspace = {
    define: (group: string, tensors: NamedTensors) => groups.set(group, tensors),
    compile: (spec: Spec, body: AnyStep) => ({
      input: Object.fromEntries(
        Object.entries(spec.inputs ?? {}).map(([name, [shape, dtype]]) => [
          name,
          allocate(dtype, sizeOf(shape)),
        ]),
      ),
      scalar: {},
      run: () => made = layOut(spec, groups, body),
    }),
  };
  step.bind(workspace as unknown as Workspace)();
  return made!;
}

function layOut(spec: Spec, groups: ReadonlyMap<string, NamedTensors>, step: AnyStep): Plan {
  const range = (shape: readonly number[], dtype: string): Range => (
    { address: 0, shape, dtype: dtype as Range["dtype"], size: sizeOf(shape) }
  );
  const ranges = {
    input: rangesOf(spec.inputs ?? {}, ([shape, dtype]) => range(shape, dtype)),
    random: rangesOf(spec.random ?? {}, ([shape]) => range(shape, "float32")),
    scalar: new Map((spec.scalars ?? []).map((name) => [name, range([], "float32")])),
    state: new Map(
      (spec.state ?? []).flatMap((group) =>
        Object.entries(groups.get(group)!).map(([name, { shape, dtype }]) =>
          [`${group}/${name}`, range(shape, dtype)] as const
        )
      ),
    ),
  };
  const layoutOf = (group: string) => new Map(Object.entries(groups.get(group)!));
  const graph = optimize(trace(declarations(ranges), tracedStep(spec, layoutOf, step)));
  return plan(schedule(graph), 64, () => 0, 0);
}

function rangesOf<Declared>(
  declared: Record<string, Declared>,
  rangeOf: (each: Declared) => Range,
): Map<string, Range> {
  return new Map(Object.entries(declared).map(([name, each]) => [name, rangeOf(each)]));
}
