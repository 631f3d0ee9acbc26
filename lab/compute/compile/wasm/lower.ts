/**
 * A planned schedule as one WebAssembly module whose `run` is the whole step.
 *
 * @module
 */
import type { Plan } from "../plan.ts";
import { neededValues } from "../plan.ts";
import type { Item, MatMul } from "../items.ts";
import type { Schedule } from "../schedule.ts";
import {
  call,
  type Code,
  f32x4,
  i32,
  Locals,
  memory,
  ModuleBuilder,
  sequence,
} from "./assembler.ts";
import { convolutionFunction, convolutionScratch } from "./convolution.ts";
import { indexedFunction, scanFunction } from "./indexed.ts";
import { loopFunction } from "./loops.ts";
import { addMatMul, type MatMulFunctions, matMulScratch } from "./matmul.ts";
import { strictMadd } from "./math.ts";
import { argMaxFunction, copyFunction } from "./moves.ts";
import { windowFunction } from "./windows.ts";

/** Whether multiply-adds may be fused (`relaxed`, as the machine likes) or never are (`strict`). */
export type Rounding = "relaxed" | "strict";

/** Scratch bytes that the schedule's items need. */
export function scratchBytes(schedule: Schedule): number {
  return schedule.items.reduce((most, item) => Math.max(most, scratchOf(item)), 0);
}

function scratchOf(item: Item): number {
  if (item.kind === "matMul") return matMulScratch(item.rows, item.inner);
  return item.kind === "convolution" ? convolutionScratch(item) : 0;
}

/** The module's binary: it imports `env.memory` and exports `run`. */
export function lower(
  schedule: Schedule,
  plan: Plan,
  rounding: Rounding,
  arena: { readonly shared: boolean; readonly mostPages: number },
): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  const madd = rounding === "relaxed" ? f32x4.relaxedMadd : strictMadd;
  const needed = neededValues(schedule);
  const address = (value: number) => plan.addresses[value]!;
  const context = {
    values: schedule.values,
    address,
    stored: (value: number) => needed.has(value),
    madd,
  };
  let products: MatMulFunctions | undefined;
  const dtypeOf = (value: number) => schedule.values[value].dtype;
  const sizeOf = (value: number) => schedule.values[value].size;
  const functionOf = (item: Exclude<Item, MatMul>): { locals: Locals; body: Code } => {
    const { output } = item as { output: number };
    switch (item.kind) {
      case "loop":
        return loopFunction(item, context);
      case "copy":
        return copyFunction(item, address, sizeOf(output), dtypeOf(output));
      case "argMax":
        return argMaxFunction(item, address, dtypeOf(item.input));
      case "convolution":
        products ??= addMatMul(module, madd);
        return convolutionFunction(item, address, products.matMul, plan.scratch);
      case "window":
        return windowFunction(item, address, sizeOf(output), madd);
      case "gather":
      case "scatter":
        return indexedFunction(item, address, dtypeOf(output));
      case "scan":
        return scanFunction(item, address, dtypeOf(output));
    }
  };
  const codeOf = (item: Item): Code => {
    if (item.kind === "matMul") {
      products ??= addMatMul(module, madd);
      return matMulCode(item, products, address, plan.scratch);
    }
    const { locals, body } = functionOf(item);
    return call(module.add([], locals, body));
  };
  const items = schedule.items.map(codeOf);
  const copies = plan.copies.map(({ from, to, bytes }) =>
    memory.copy(i32.const(to), i32.const(from), i32.const(bytes))
  );
  module.add([], new Locals(0), sequence(...items, ...copies), "run");
  return module.encode(arena);
}

function matMulCode(
  item: MatMul,
  { matMul }: MatMulFunctions,
  address: (value: number) => number,
  scratch: number,
): Code {
  const { rows, columns, inner, aStrides, bStrides, batchStrides } = item;
  const one = (index: number) =>
    call(
      matMul,
      ...[
        address(item.a) + index * batchStrides[0] * 4,
        aStrides[0] * 4,
        aStrides[1] * 4,
        address(item.b) + index * batchStrides[1] * 4,
        bStrides[0] * 4,
        bStrides[1] * 4,
        address(item.output) + index * rows * columns * 4,
        rows,
        columns,
        inner,
        scratch,
      ].map(i32.const),
    );
  return sequence(...Array.from({ length: item.batch }, (_, i) => one(i)));
}
