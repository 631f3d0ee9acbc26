/**
 * The programs of trainers as they compile them, to run again on another workspace.
 *
 * @module
 */
import {
  type AnyStep,
  declarations,
  type Range,
  tracedStep,
} from "../../../../lab/compute/compile/binding.ts";
import type { Graph } from "../../../../lab/compute/compile/ir.ts";
import { trace } from "../../../../lab/compute/compile/trace.ts";
import { defaultRng } from "../../../../lab/core/random.ts";
import type { NamedTensors } from "../../../../lab/core/tensor_data.ts";
import type {
  InputSpec,
  Program,
  ProgramSpec,
  RandomSpec,
  Step,
  Workspace,
} from "../../../../lab/compute/workspace.ts";

type Spec = ProgramSpec<Record<string, InputSpec>, Record<string, RandomSpec>, string, string>;
type RecordedStep = Step<
  Record<string, InputSpec>,
  Record<string, RandomSpec>,
  string,
  string,
  string
>;

/** A step with what it declares and the state that it was last met with. */
export interface Recorded {
  readonly spec: Spec;
  readonly step: RecordedStep;
  readonly groups: Readonly<Record<string, NamedTensors>>;
}

/** A workspace that keeps what is compiled on it; `programs` returns that with the state as it is. */
export function recording(
  inner: Workspace,
): { workspace: Workspace; programs: () => Promise<Recorded[]> } {
  const kept: { spec: Spec; step: RecordedStep }[] = [];
  const workspace = new Proxy(inner, {
    get(target, property) {
      if (property !== "compile") {
        const value = Reflect.get(target, property, target);
        return typeof value === "function" ? value.bind(target) : value;
      }
      return (spec: Spec, step: RecordedStep) => {
        kept.push({ spec, step });
        return target.compile(spec, step);
      };
    },
  });
  const programs = () =>
    Promise.all(kept.map(async ({ spec, step }) => {
      const groups: Record<string, NamedTensors> = {};
      for (const group of spec.state ?? []) groups[group] = await inner.read(group);
      return { spec, step, groups };
    }));
  return { workspace, programs };
}

/** The graph of a recorded step, traced anew. */
export function tracedAgain({ spec, step, groups }: Recorded): Graph {
  const ranges = (given: Record<string, { shape: readonly number[]; dtype: string }>) =>
    new Map(
      Object.entries(given).map(([name, { shape, dtype }]) => [
        name,
        { address: 0, size: 0, shape, dtype } as Range,
      ]),
    );
  const shaped = <Spec extends readonly [readonly number[], unknown]>(
    specs: Record<string, Spec>,
    dtypeOf: (spec: Spec) => string,
  ) =>
    ranges(Object.fromEntries(
      Object.entries(specs).map(([name, spec]) => [name, { shape: spec[0], dtype: dtypeOf(spec) }]),
    ));
  const none = (spec.scalars ?? []).map((name) => [name, [[], "float32"]] as const);
  const state = Object.entries(groups).flatMap(([group, tensors]) =>
    Object.entries(tensors).map(([name, tensor]) => [`${group}/${name}`, tensor] as const)
  );
  const declared = declarations({
    input: shaped(spec.inputs ?? {}, ([, dtype]) => dtype),
    random: shaped(spec.random ?? {}, () => "float32"),
    scalar: shaped(Object.fromEntries(none), ([, dtype]) => dtype),
    state: ranges(Object.fromEntries(state)),
  });
  const layoutOf = (group: string) => new Map(Object.entries(groups[group]));
  return trace(declared, tracedStep(spec, layoutOf, step as unknown as AnyStep));
}

const scalars: Record<string, number> = { learningRate: 1e-3, clipRange: 0.2 };

/**
 * Runs a recorded program from its state on, with the same numbers each time: floats in [0, 1),
 * whole numbers 0 or 1. Answers the state afterwards, by `group/name`.
 *
 * @param factor Scales the learning rate: for controls.
 */
export async function rerun(
  workspace: Workspace,
  { spec, step, groups }: Recorded,
  updates: number,
  factor = 1,
): Promise<Record<string, ArrayLike<number>>> {
  for (const group in groups) workspace.define(group, groups[group]);
  const program: Program<Record<string, InputSpec>, string, string> = workspace.compile(spec, step);
  for (const name of spec.scalars ?? []) {
    program.scalar[name] = (scalars[name] ?? 0.5) * (name === "learningRate" ? factor : 1);
  }
  const random = defaultRng(11);
  for (let i = 0; i < updates; i++) {
    for (const view of Object.values<Float32Array | Int32Array>(program.input)) {
      if (view instanceof Int32Array) view.forEach((_, j) => view[j] = random.integers(2));
      else random.fillUniform(view);
    }
    program.run(random);
  }
  const after: Record<string, ArrayLike<number>> = {};
  for (const group in groups) {
    for (const [name, { values }] of Object.entries(await workspace.read(group))) {
      after[`${group}/${name}`] = values;
    }
  }
  program.dispose();
  return after;
}

/**
 * The tensors of its group that a tensor's error is measured by beside itself: a bias that stands before a
 * normalisation, or before a game's last difference, has a gradient of 0 but for rounding; by how much two
 * grids of quadrature differ is a difference of what they give.
 */
export function siblingsOf(name: string, tensors: Readonly<Record<string, unknown>>): string[] {
  if (!/\/(bias|hidden|visible|quadrature_error)$/.test(name)) return [];
  const [group] = name.split("/");
  return Object.keys(tensors).filter((other) => other.startsWith(`${group}/`));
}

/** The tensor that differs most, by ‖a − b‖ / ‖b‖: an absolute measure is blind to small moments. */
export function worstOf(
  found: Record<string, ArrayLike<number>>,
  expected: Record<string, ArrayLike<number>>,
): { name: string; error: number } {
  let worst = { name: "", error: 0 };
  for (const name in expected) {
    let [difference, size] = [0, 0];
    for (let i = 0; i < expected[name].length; i++) {
      difference += (found[name][i] - expected[name][i]) ** 2;
      size += expected[name][i] ** 2;
    }
    for (const other of siblingsOf(name, expected)) {
      size = Math.max(size, Array.from(expected[other]).reduce((sum, x) => sum + x * x, 0));
    }
    const error = difference === 0 ? 0 : Math.sqrt(difference / size);
    if (!(error <= worst.error)) worst = { name, error };
  }
  return worst;
}
