import { deepStrictEqual, ok } from "node:assert";
import { SharedTensors } from "../../../agents/a3c/shared_tensors.ts";
import type { NamedTensors } from "../../../lab/core/tensor_data.ts";

const tensors: NamedTensors = {
  kernel: { shape: [2, 2], dtype: "float32", values: Float32Array.of(1, 2, 3, 4) },
  scale: { shape: [], dtype: "float32", values: Float32Array.of(5) },
  bias: { shape: [2], dtype: "float32", values: Float32Array.of(6, 7) },
};

Deno.test("shared tensors lie one after the other, in the order that they were given in", () => {
  const shared = SharedTensors.of(tensors, false);
  deepStrictEqual([...shared.elements], [1, 2, 3, 4, 5, 6, 7]);
  deepStrictEqual(shared.tensors, tensors);
});

Deno.test("who has the block sees what others write and add, and the original stays", () => {
  const one = SharedTensors.of(tensors, true);
  ok(one.block.buffer instanceof SharedArrayBuffer);
  const other = new SharedTensors(structuredClone(one.block));
  one.add(Float32Array.of(1, 0, 0, 0, 2, 0, -3));
  deepStrictEqual([...other.tensors.kernel.values], [2, 2, 3, 4]);
  deepStrictEqual([...other.tensors.scale.values], [7]);
  deepStrictEqual([...other.tensors.bias.values], [6, 4]);
  other.set(tensors);
  deepStrictEqual([...one.elements], [1, 2, 3, 4, 5, 6, 7]);
});
