/**
 * Traced graphs for the tests of passes, schedule and plan, and their text: one line an operation.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Dtype, Graph, View } from "../../../../lab/compute/compile/ir.ts";
import { uniform } from "../../../../lab/compute/compile/ir.ts";
import { type Declared, trace } from "../../../../lab/compute/compile/trace.ts";
import type { Tensors } from "../../../../lab/compute/workspace.ts";

tf.enableProdMode();
await tf.setBackend("cpu");

/** Inputs and state by name: a shape, or shape and type. */
export type Shapes = Record<string, readonly number[] | readonly [readonly number[], Dtype]>;

function declared(kind: Declared["kind"], shapes: Shapes): Declared[] {
  return Object.entries(shapes).map(([name, given]) => {
    const [shape, dtype] = typeof given[1] === "string"
      ? given as [number[], Dtype]
      : [given as number[], "float32" as const];
    return { kind, name, shape, dtype };
  });
}

/** The graph of a function of inputs and state; what it returns as `next` replaces state. */
export function graphOf(
  inputs: Shapes,
  f: (given: Tensors) => Tensors,
  state: Shapes = {},
  next: (given: Tensors) => Tensors = () => ({}),
): Graph {
  const all = [...declared("input", inputs), ...declared("state", state)];
  return trace(all, (tensors) => {
    const given = Object.fromEntries([...tensors].map(([key, tensor]) => [shortOf(key), tensor]));
    return { outputs: f(given), updates: next(given) };
  });
}

/** `input/x` is `x`; `state/w` is `w`. */
function shortOf(key: string): string {
  return key.slice(key.indexOf("/") + 1);
}

const shown = ["axes", "perm", "begin", "size", "transposeA", "transposeB", "dtype", "reps"];

/** A graph as lines: `%1 = Add(x, 2) [3]`; temporaries are numbered as they are made. */
export function linesOf(graph: Graph): string[] {
  const names = new Map<number, string>();
  const nameOf = ({ value: id, shape }: View): string => {
    const value = graph.values[id];
    if (value.kind === "temporary") return named(names, id);
    if (value.kind !== "constant") return value.name!;
    const only = uniform(value);
    const text = only === undefined ? `{${value.elements!.join(" ")}}` : textOf(only);
    return only === undefined || shape.length > 0 ? `${text}[${shape}]` : text;
  };
  return [
    ...graph.operations.map(({ kernel, inputs, attributes, output }) => {
      const given = inputs.map(nameOf);
      const set = shown.filter((name) =>
        ![undefined, null, false].includes(attributes[name] as never)
      )
        .map((name) => `${name}=${attributes[name]}`);
      return `${nameOf(output)} = ${kernel}(${[...given, ...set].join(", ")}) [${output.shape}]`;
    }),
    ...graph.outputs.map(({ name, view }) => `${name}: ${nameOf(view)} [${view.shape}]`),
    ...graph.updates.map(({ state, view }) => `${graph.values[state].name} := ${nameOf(view)}`),
  ];
}

function named(names: Map<number, string>, id: number): string {
  if (!names.has(id)) names.set(id, `%${names.size + 1}`);
  return names.get(id)!;
}

/** −0 is not 0. */
function textOf(number: number): string {
  return Object.is(number, -0) ? "-0" : String(number);
}

/** How often each kernel occurs. */
export function kernelsOf(graph: Graph): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kernel } of graph.operations) counts[kernel] = (counts[kernel] ?? 0) + 1;
  return counts;
}
