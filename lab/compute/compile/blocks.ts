/**
 * Pieces of a device's memory as they lie in copies of it on the host.
 *
 * @module
 */
import { sizeOf } from "../../core/tensor_data.ts";
import type { Range, Ranges } from "./binding.ts";
import type { Beginning } from "./host_steps.ts";
import type { Dtype } from "./ir.ts";
import type { Plan } from "./plan.ts";

/** A program's inputs, random numbers and scalars: one block of the arena, and its host side. */
export interface Block {
  readonly address: number;
  readonly content: ArrayBuffer;
  readonly ranges: Pick<Ranges, "input" | "random" | "scalar">;
}

/** A range's elements in a copy of the arena that begins at `from`. */
export function viewOf(
  content: ArrayBuffer,
  { address, size, dtype }: Range,
  from: number,
): Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> {
  return dtype === "float32"
    ? new Float32Array(content, address - from, size)
    : new Int32Array(content, address - from, size);
}

/** Inputs, random numbers and scalars in a copy of a block. */
export function beginningOf({ address, ranges }: Block, content: ArrayBuffer): Beginning {
  const views = (kind: keyof Block["ranges"]) =>
    [...ranges[kind]].map(([name, range]) => [name, viewOf(content, range, address)] as const);
  return {
    input: Object.fromEntries(views("input")),
    random: Object.fromEntries(views("random")),
    scalar: Object.fromEntries(views("scalar").map(([name, view]) => [name, view[0]])),
  };
}

/** The bytes from the first output to the end of the last. */
export function extentOf(outputs: Plan["outputs"]): { from: number; bytes: number } {
  const from = Math.min(...outputs.map(({ address }) => address));
  const to = Math.max(...outputs.map(({ address, shape }) => address + sizeOf(shape) * 4));
  return { from, bytes: to - from };
}

/** A copy of elements, as float32 whatever their type. */
export function floats(
  content: ArrayBuffer,
  offset: number,
  size: number,
  dtype: Dtype,
): Float32Array {
  if (dtype === "float32") return new Float32Array(content, offset, size).slice();
  const each = new Int32Array(content, offset, size);
  return Float32Array.from(each, (lane) => dtype === "bool" ? (lane === 0 ? 0 : 1) : lane);
}
