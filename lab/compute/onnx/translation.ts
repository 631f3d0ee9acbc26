/**
 * A step's graph as a graph of ONNX: named tensors, integers that may depend on the number of rows,
 * and the kernels' translation (`kernels.ts`) one after the other.
 *
 * @module
 */
import { InputError } from "../../core/errors.ts";
import type { NamedTensors } from "../../core/tensor_data.ts";
import type { Dtype } from "../compile/ir.ts";
import { elementwise } from "../compile/shapes.ts";
import { OnnxBuilder } from "./builder.ts";
import type { OnnxGraph, OnnxPort } from "./file.ts";
import { kernels, type Translated } from "./kernels.ts";
import {
  equalLengths,
  type Length,
  type Lengths,
  type RowGraph,
  type RowOperation,
  type RowView,
} from "./rows.ts";

/** A tensor of the graph that is written. */
interface Named {
  readonly name: string;
  readonly shape: Lengths;
}

/** The name of the axis of rows. */
const ROWS = "rows";

/** A graph on its way. */
export class Translation implements Translated {
  readonly builder: OnnxBuilder;
  readonly #made = new Map<number, Named>();

  /** @param ports Shapes of the inputs by name. */
  constructor(
    private readonly graph: RowGraph,
    private readonly state: NamedTensors,
    private readonly ports: Readonly<Record<string, Lengths>>,
  ) {
    const [counted] = Object.entries(ports).find(([, [first]]) => typeof first === "object") ?? [];
    this.builder = new OnnxBuilder(counted);
  }

  /** The type of a value's elements. */
  dtypeOf({ value }: RowView): Dtype {
    return this.graph.values[value].dtype;
  }

  /** The only element of a constant whose elements are equal. */
  uniform({ value }: RowView): number | undefined {
    const { kind, elements, dtype } = this.graph.values[value];
    if (kind !== "constant" || elements!.length !== 1) return undefined;
    // Truth is −1 in the lab's graphs.
    return dtype === "bool" ? Math.abs(elements![0]) : elements![0];
  }

  /** A view as a tensor of its shape. */
  operand(view: RowView): string {
    const { builder } = this;
    const single = this.uniform(view);
    if (single !== undefined) {
      const number = builder.number(single, this.dtypeOf(view));
      return view.shape.length === 0
        ? number
        : builder.add("Expand", [number, builder.integers(view.shape)]);
    }
    const { name, shape } = this.#valueOf(view);
    return equalLengths(shape, view.shape) ? name : builder.reshaped(name, view.shape);
  }

  /** Operands that are broadcast: a number stands for all its equals where another has the shape. */
  broadcast({ inputs, output }: RowOperation): string[] {
    const whole = inputs.some((view) =>
      this.uniform(view) === undefined && equalLengths(view.shape, output.shape)
    );
    return inputs.map((view) => {
      const single = whole ? this.uniform(view) : undefined;
      return single === undefined
        ? this.operand(view)
        : this.builder.number(single, this.dtypeOf(view));
    });
  }

  #valueOf({ value, shape }: RowView): Named {
    const known = this.#made.get(value);
    if (known !== undefined) return known;
    const named = this.#given(value, shape);
    this.#made.set(value, named);
    return named;
  }

  /** What is there from the start. */
  #given(value: number, seen: Lengths): Named {
    const { kind, name = "", dtype, elements } = this.graph.values[value];
    if (kind === "input") return { name, shape: this.ports[name] };
    if (kind === "state") {
      this.builder.tensor(name, this.state[name]);
      return { name, shape: this.state[name].shape };
    }
    const list = dtype === "bool" ? Array.from(elements!, Math.abs) : elements!;
    const constant = this.builder.elements(list, dtype, seen as readonly number[]);
    return { name: constant, shape: seen };
  }

  #translate(operation: RowOperation): string {
    const { kernel } = operation;
    const rule = kernels[kernel];
    if (rule === undefined) {
      throw new InputError(
        `Cannot write the kernel ${kernel} as ONNX as no operators stand for it`,
      );
    }
    const { inputs } = operation;
    const operands = elementwise.has(kernel)
      ? this.broadcast(operation)
      : inputs.map((view) => this.operand(view));
    return rule(operation, operands, this);
  }

  /** The graph with all operations, its outputs called by their names. */
  whole(name: string): OnnxGraph {
    const { graph: { operations, outputs }, builder } = this;
    for (const operation of operations) {
      const { output } = operation;
      const made = this.#translate(operation);
      this.#made.set(output.value, { name: made, shape: output.shape });
    }
    for (const { name, view } of outputs) builder.name(this.operand(view), name);
    const read = new Set(builder.nodes.flatMap(({ inputs }) => inputs));
    const ports = Object.entries(this.ports).filter(([name]) => read.has(name));
    return {
      name,
      nodes: builder.nodes,
      initializers: builder.initializers,
      inputs: ports.map(([name, shape]) => portOf(name, "float32", shape)),
      outputs: outputs.map(({ name, view }) => portOf(name, this.dtypeOf(view), view.shape)),
    };
  }
}

function portOf(name: string, dtype: Dtype, shape: Lengths): OnnxPort {
  const word = (length: Length) => {
    if (typeof length === "number") return length;
    return length.rows === 1 ? ROWS : `${length.rows}*${ROWS}`;
  };
  return { name, dtype: dtype, shape: shape.map(word) };
}
