/**
 * Graphs of ONNX under construction.
 *
 * @module
 */
import { InputError } from "../../core/errors.ts";
import type { TensorData } from "../../core/tensor_data.ts";
import type { Dtype } from "../compile/ir.ts";
import { type OnnxNode, type OnnxTensor, type OnnxType, onnxTypes } from "./file.ts";
import type { Lengths } from "./rows.ts";

/** Adds nodes and constants; what is added twice is added once. */
export class OnnxBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  readonly #known = new Map<string, string>();

  /** @param counted The tensor whose first axis has the rows. */
  constructor(private readonly counted: string | undefined) {}

  /** An operator's only output. */
  add(
    operator: string,
    inputs: readonly string[],
    attributes: OnnxNode["attributes"] = {},
  ): string {
    const key = JSON.stringify([operator, inputs, attributes]);
    return this.#once(key, () => {
      const output = `${operator}/${this.nodes.length}`;
      this.nodes.push({ operator, inputs, output, attributes });
      return output;
    });
  }

  /** Calls an output by the name it has outside. */
  name(tensor: string, output: string): void {
    this.nodes.push({ operator: "Identity", inputs: [tensor], output, attributes: {} });
  }

  /** A single number. */
  number(value: number, dtype: Dtype = "float32"): string {
    return this.elements([value], dtype, []);
  }

  /** A constant. */
  elements(values: ArrayLike<number>, dtype: OnnxType, shape: readonly number[]): string {
    const list = Array.from(values);
    const key = JSON.stringify([
      list.map((each) => Object.is(each, -0) ? "-0" : `${each}`),
      dtype,
      shape,
    ]);
    return this.#once(key, () => {
      const name = `constant/${this.initializers.length}`;
      this.initializers.push({ name, dtype, shape, bytes: bytesOf(list, dtype) });
      return name;
    });
  }

  /** A tensor from outside. */
  tensor(name: string, { shape, dtype, values }: TensorData): void {
    const { buffer, byteOffset, byteLength } = values;
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    this.initializers.push({ name, dtype: dtype as OnnxType, shape, bytes });
  }

  /** A list of integers, each of which may be a multiple of the rows. */
  integers(lengths: Lengths): string {
    if (lengths.every((each) => typeof each === "number")) {
      return this.elements(lengths, "int64", [lengths.length]);
    }
    const parts = lengths.map((each) => {
      if (typeof each === "number") return this.elements([each], "int64", [1]);
      const rows = this.#rows();
      return each.rows === 1
        ? rows
        : this.add("Mul", [rows, this.elements([each.rows], "int64", [1])]);
    });
    return parts.length === 1 ? parts[0] : this.add("Concat", parts, { axis: 0 });
  }

  /** In another shape of as many elements. */
  reshaped(tensor: string, shape: Lengths): string {
    const open = shape.filter((each) => typeof each !== "number").length;
    const known = open === 1 ? shape.map((each) => typeof each === "number" ? each : -1) : shape;
    return this.add("Reshape", [tensor, this.integers(known)]);
  }

  /** With elements of another type. */
  cast(tensor: string, to: OnnxType): string {
    return this.add("Cast", [tensor], { to: onnxTypes[to] });
  }

  #rows(): string {
    if (this.counted === undefined) {
      throw new InputError(
        "Cannot write a function of any number of rows as it must be given some",
      );
    }
    return this.add("Shape", [this.counted], { start: 0, end: 1 });
  }

  #once(key: string, make: () => string): string {
    const name = this.#known.get(key) ?? make();
    this.#known.set(key, name);
    return name;
  }
}

/** Little-endian, as every machine that runs the lab has it. */
function bytesOf(values: readonly number[], dtype: OnnxType): Uint8Array {
  const typed = dtype === "float32"
    ? Float32Array.from(values)
    : dtype === "int32"
    ? Int32Array.from(values)
    : dtype === "bool"
    ? Uint8Array.from(values)
    : BigInt64Array.from(values.map(BigInt));
  return new Uint8Array(typed.buffer);
}
