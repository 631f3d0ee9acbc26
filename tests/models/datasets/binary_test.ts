/** Small sets of bits, every one of which can be written down. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import type { Dataset } from "../../../lab/core/dataset.ts";
import type { DatasetDefinition } from "../../../lab/core/registry.ts";
import {
  barsAndStripes,
  drawBarsAndStripes,
  parity,
  patterns,
  xor,
} from "../../../models/datasets/binary.ts";
import { noFiles } from "../laboratory.ts";

const make = (definition: DatasetDefinition, fields: object): Promise<Dataset> =>
  definition.create({ configuration: definition.configuration.parse(fields), readFile: noFiles });

/** The examples as texts of their numbers. */
const rowsOf = ({ train: { count, values } }: Dataset) =>
  Array.from({ length: count }, (_, i) => {
    const size = values.length / count;
    return [...values.subarray(i * size, (i + 1) * size)].join("");
  });

Deno.test("bars and stripes are all rows that are alike across and all columns that are alike down, once each", () => {
  const { count, values } = drawBarsAndStripes(2);
  const found = Array.from({ length: count }, (_, i) => values.subarray(4 * i, 4 * i + 4).join(""));
  deepStrictEqual(found.sort(), ["0000", "0011", "0101", "1010", "1100", "1111"]);
  for (const side of [3, 4]) {
    const all = drawBarsAndStripes(side);
    strictEqual(all.count, 2 ** (side + 1) - 2);
    strictEqual(all.values.length, all.count * side * side);
  }
});

Deno.test("the four cases of each function of two bits have its values as classes", async () => {
  const functions = {
    xor: (a: number, b: number) => a ^ b,
    and: (a: number, b: number) => a & b,
    or: (a: number, b: number) => a | b,
  };
  for (const [gate, of] of Object.entries(functions)) {
    const { kind, shape, classes, train, validation, test } = await make(xor, { gate });
    deepStrictEqual([kind, shape, classes, train.count], ["points", [2], 2, 4]);
    deepStrictEqual([...train.values], [0, 0, 0, 1, 1, 0, 1, 1]);
    const expected = [[0, 0], [0, 1], [1, 0], [1, 1]].map(([a, b]) => of(a, b));
    for (const { labels } of [train, validation, test]) deepStrictEqual([...labels!], expected);
  }
});

Deno.test("words of an even number of ones are half of all words, the empty one too", async () => {
  deepStrictEqual(rowsOf(await make(parity, { bits: 3 })).sort(), ["000", "011", "101", "110"]);
  const longer = rowsOf(await make(parity, { bits: 5 }));
  strictEqual(new Set(longer).size, 16);
  ok(longer.every((word) => word.replaceAll("0", "").length % 2 === 0));
});

Deno.test("patterns are of −1 and 1, each as often, every split the same ones", async () => {
  const { shape, train, validation, test } = await make(patterns, { patterns: 30, units: 100 });
  deepStrictEqual([shape, train.count], [[100], 30]);
  ok(train.values.every((value) => Math.abs(value) === 1));
  const sum = train.values.reduce((all, value) => all + value, 0);
  ok(Math.abs(sum) < 4 * Math.sqrt(3000), `${sum}`);
  deepStrictEqual([validation, test], [train, train]);
});

Deno.test("images of bars and stripes are squares of one channel, the same ones in every split", async () => {
  const { kind, shape, train, validation, test } = await make(barsAndStripes, { side: 4 });
  deepStrictEqual([kind, shape, train.count], ["images", [4, 4, 1], 30]);
  deepStrictEqual([validation, test], [train, train]);
});
