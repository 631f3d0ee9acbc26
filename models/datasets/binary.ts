/**
 * Small sets of binary examples, each of them whole: bars and stripes (MacKay 2003, "Information Theory,
 * Inference, and Learning Algorithms", section 43), functions of two bits, and random patterns to be
 * remembered. What is learned from is also what is measured on, as a set of all cases has no others.
 *
 * @module
 */
import * as z from "zod";
import type { Split } from "../../lab/core/dataset.ts";
import { defineDataset } from "./define_dataset.ts";

/** The same examples as every split. */
function whole(split: Split): Record<"train" | "validation" | "test", Split> {
  return { train: split, validation: split, test: split };
}

/**
 * All images of `side` × `side` pixels whose rows or whose columns are each black or white: 2·2^side − 2
 * of them, as the empty and the full one are both.
 *
 * @returns [count, side, side, 1] of 0 and 1.
 */
export function drawBarsAndStripes(side: number): Split {
  const images: number[][] = [];
  for (let pattern = 0; pattern < 2 ** side; pattern++) {
    const bit = (i: number) => (pattern >> i) & 1;
    const rows = Array.from({ length: side * side }, (_, i) => bit(Math.floor(i / side)));
    images.push(rows);
    const isEven = pattern === 0 || pattern === 2 ** side - 1;
    if (!isEven) images.push(Array.from({ length: side * side }, (_, i) => bit(i % side)));
  }
  return { count: images.length, values: Float32Array.from(images.flat()) };
}

/** Every image of bars or stripes. */
export const barsAndStripes = defineDataset({
  name: "bars-and-stripes",
  summary: "Every small image of black and white rows, or of such columns",
  holds: { kind: "images", binary: true },
  configuration: z.strictObject({
    side: z.int().min(2).max(8).default(3).meta({ description: "Side", unit: "pixels" }),
  }),
  create: ({ configuration: { side } }) => ({
    kind: "images",
    shape: [side, side, 1],
    ...whole(drawBarsAndStripes(side)),
  }),
});

/** Classes of (0, 0), (0, 1), (1, 0) and (1, 1). */
const GATES = { xor: [0, 1, 1, 0], and: [0, 0, 0, 1], or: [0, 1, 1, 1] } as const;

/** The four rows of a function of two bits. */
export const xor = defineDataset({
  name: "xor",
  summary: "The four cases of exclusive or, which no line separates; or of and, or",
  holds: { kind: "points", labels: true, binary: true },
  configuration: z.strictObject({
    gate: z.enum(["xor", "and", "or"]).default("xor").meta({
      description: "The function of two bits that is the class",
    }),
  }),
  create: ({ configuration: { gate } }) => ({
    kind: "points",
    shape: [2],
    classes: 2,
    ...whole({
      count: 4,
      values: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1),
      labels: Uint8Array.from(GATES[gate]),
    }),
  }),
});

/** All words of bits of which an even number is 1: each bit is the exclusive or of the others. */
export const parity = defineDataset({
  name: "parity",
  summary: "All short words of bits of which an even number is 1",
  holds: { kind: "points", binary: true },
  configuration: z.strictObject({
    bits: z.int().min(2).max(12).default(3).meta({ description: "Length of a word" }),
  }),
  create: ({ configuration: { bits } }) => {
    const words = Array.from(
      { length: 2 ** bits },
      (_, word) => Array.from({ length: bits }, (_, i) => (word >> i) & 1),
    );
    const even = words.filter((word) => word.reduce<number>((sum, bit) => sum + bit, 0) % 2 === 0);
    const values = Float32Array.from(even.flat());
    return { kind: "points", shape: [bits], ...whole({ count: even.length, values }) };
  },
});

/** Random patterns of −1 and 1. */
export const patterns = defineDataset({
  name: "patterns",
  summary: "Random patterns of −1 and 1, to be remembered",
  holds: { kind: "points", bipolar: true },
  configuration: z.strictObject({
    patterns: z.int().min(2).max(10_000).default(10).meta({ description: "How many" }),
    units: z.int().min(2).max(4096).default(200).meta({ description: "Length of a pattern" }),
  }),
  create: ({ configuration: { patterns: count, units }, stream }) => {
    const random = stream("patterns");
    const values = Float32Array.from({ length: count * units }, () => 2 * random.integers(2) - 1);
    return { kind: "points", shape: [units], ...whole({ count, values }) };
  },
});
