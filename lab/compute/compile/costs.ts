/**
 * What items of work cost.
 *
 * @module
 */
import { elements } from "./ir.ts";
import type { Item } from "./items.ts";

/** Floating-point operations of an item over values of these sizes. */
export function operationsOf(item: Item, sizes: readonly number[]): number {
  switch (item.kind) {
    case "loop":
      return item.size * (item.nodes.length + item.reductions.length);
    case "matMul":
      return 2 * item.batch * item.rows * item.columns * item.inner;
    case "convolution":
      return 2 * windowElements(item) * item.windows.channels * item.filters;
    case "window":
      return windowElements(item) * item.windows.channels;
    case "argMax":
      return item.rows * item.columns;
    case "scan":
    case "scatter":
      return sizes[item.inputs[0]];
    default:
      return 0;
  }
}

/** Elements of all windows of a channel. */
function windowElements({ windows: w }: Extract<Item, { kind: "convolution" | "window" }>): number {
  return elements([w.images, w.outHeight, w.outWidth, w.kernelHeight, w.kernelWidth]);
}
