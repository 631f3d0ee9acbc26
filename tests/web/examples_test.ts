import { deepStrictEqual, strictEqual } from "node:assert";
import type { Dataset } from "../../lab/core/dataset.ts";
import { decodeExamples, encodeExamples } from "../../web/examples.ts";

function read(count: number, more: Partial<Dataset>) {
  const values = Float32Array.from({ length: 2 * count }, (_, i) => i);
  const labels = more.classes === undefined
    ? undefined
    : Uint8Array.from({ length: count }, (_, i) => i % 3);
  const test = { values, labels, count };
  return decodeExamples(encodeExamples({ test, shape: [2], ...more } as unknown as Dataset));
}

Deno.test("a page gets all of a few examples, with their classes and what these are called", () => {
  const { values, labels, count, names } = read(4, { classes: 3 });
  deepStrictEqual([...values], [0, 1, 2, 3, 4, 5, 6, 7]);
  deepStrictEqual([[...labels!], count, names], [[0, 1, 2, 0], 4, ["0", "1", "2"]]);
  deepStrictEqual(read(4, { classes: 3, classNames: ["a", "b", "c"] }).names, ["a", "b", "c"]);
  const none = read(4, {});
  deepStrictEqual([none.labels, none.names], [undefined, []]);
});

Deno.test("of many examples a page gets the first six hundred", () => {
  const { values, labels, count } = read(601, { classes: 3 });
  deepStrictEqual([count, values.length, labels!.length], [600, 1200, 600]);
  strictEqual(values[1199], 1199);
});
