/**
 * What binds a step to a workspace that compiles it: ranges of memory for what it declares, and
 * the step as the trace calls it.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { type Layout, requireNext } from "../layout.ts";
import { checkedResult } from "../declaration.ts";
import type { Tensors } from "../workspace.ts";
import type { Declared, TracedStep } from "./trace.ts";

/** A piece of memory with a meaning. */
export interface Range {
  /** First byte. */
  readonly address: number;
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int32";
  /** Number of elements. */
  readonly size: number;
}

/** The bytes from the first of these ranges to the last, which lie one after the other. */
export function extentOf(
  kinds: readonly ReadonlyMap<string, Range>[],
): { readonly from: number; readonly to: number } {
  const ranges = kinds.flatMap((each) => [...each.values()]);
  if (ranges.length === 0) return { from: 0, to: 0 };
  return {
    from: Math.min(...ranges.map(({ address }) => address)),
    to: Math.max(...ranges.map(({ address, size }) => address + 4 * size)),
  };
}

/** Ranges of all that a program declares, by kind and full name. */
export type Ranges = Record<Declared["kind"], ReadonlyMap<string, Range>>;

/** A step whose names are checked at run time. */
export type AnyStep = (context: Record<string, unknown>) => {
  outputs: Record<string, tf.Tensor>;
  state?: Record<string, Tensors | undefined>;
};

/** The declarations that a trace begins with. */
export function declarations(ranges: Ranges): Declared[] {
  return (Object.keys(ranges) as Declared["kind"][]).flatMap((kind) =>
    [...ranges[kind]].map(([name, { shape, dtype }]): Declared => ({ kind, name, shape, dtype }))
  );
}

/**
 * The step as the trace calls it: tensors by full name in, next state by full name out.
 *
 * @throws InputError (from the traced step) where it replaces state that is not declared or
 *   changes its layout.
 */
export function tracedStep(
  spec: { readonly name: string; readonly state?: readonly string[] },
  layoutOf: (group: string) => Layout,
  step: AnyStep,
): TracedStep {
  // Names of groups may have slashes, and begin like one another: the longest goes first.
  const groups = (spec.state ?? []).toSorted((a, b) => b.length - a.length);
  return (tensors) => {
    const context: Record<string, Record<string, unknown>> = {
      input: {},
      random: {},
      scalar: {},
      state: Object.fromEntries(groups.map((group) => [group, {}])),
    };
    for (const [key, tensor] of tensors) {
      const [kind] = key.split("/", 1);
      const name = key.slice(kind.length + 1);
      const group = kind === "state" && groups.find((each) => name.startsWith(`${each}/`));
      if (group) (context.state[group] as Tensors)[name.slice(group.length + 1)] = tensor;
      else context[kind][name] = tensor;
    }
    const { outputs, state = {} } = checkedResult(spec.name, step(context));
    const updates: Record<string, tf.Tensor> = {};
    for (const [group, next] of Object.entries(state)) {
      const layout = spec.state?.includes(group) ? layoutOf(group) : new Map();
      requireNext(spec, group, layout, next!);
      for (const [name, tensor] of Object.entries(next!)) updates[`${group}/${name}`] = tensor;
    }
    return { outputs, updates };
  };
}
