/** What becomes one loop, what must not, and how loops read what they are given. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { optimize } from "../../../../lab/compute/compile/compiler.ts";
import type { Item, Operand } from "../../../../lab/compute/compile/items.ts";
import { readsOf } from "../../../../lab/compute/compile/plan.ts";
import { type Schedule, schedule } from "../../../../lab/compute/compile/schedule.ts";
import type { Tensors } from "../../../../lab/compute/workspace.ts";
import { graphOf, type Shapes } from "./graphs.ts";
import { columnsOf, type Element, elementsOf, elementsRead, targetsOf } from "./places.ts";
import { randomPrograms, tracedProgram } from "./random_programs.ts";

function scheduled(inputs: Shapes, f: (given: Tensors) => Tensors): Schedule {
  return schedule(optimize(graphOf(inputs, f)));
}

/** Items as lines: `loop 2×3: %1 = Add(full x, perColumn b); row Sum(%1)`. */
function linesOf({ values, items }: Schedule): string[] {
  const names = new Map<number, string>();
  const nameOf = (id: number): string => {
    const value = values[id];
    if (value.kind === "constant") return "constant";
    if (value.kind !== "temporary") return value.name!;
    if (!names.has(id)) names.set(id, `%${names.size + 1}`);
    return names.get(id)!;
  };
  const text = (operand: Operand) =>
    operand.access === "immediate"
      ? String(operand.number)
      : `${operand.access === "full" ? "" : `${operand.access} `}${nameOf(operand.value)}`;
  return items.map((item) => {
    if (item.kind !== "loop") {
      return `${nameOf(item.output)} = ${item.kind}(${readsOf(item).map(nameOf).join(", ")})`;
    }
    const { size, columns } = item;
    const extent = columns === undefined ? `${size}` : `${size / columns}×${columns}`;
    const nodes = item.nodes.map(({ kernel, operands, output }) =>
      `${nameOf(output)} = ${kernel}(${operands.map(text).join(", ")})`
    );
    const reductions = item.reductions.map(({ over, combine, operand, output }) =>
      `${nameOf(output)} = ${over} ${combine}(${text(operand)})`
    );
    return `loop ${extent}: ${[...nodes, ...reductions].join("; ")}`;
  });
}

/** The items of a step, as lines. */
function items(
  name: string,
  inputs: Shapes,
  f: (given: Tensors) => Tensors,
  expected: string[],
): void {
  Deno.test(name, () => deepStrictEqual(linesOf(scheduled(inputs, f)), expected));
}

items(
  "an elementwise chain is one loop, numbers are part of its code",
  { x: [4, 3] },
  ({ x }) => ({ y: tf.tanh(tf.mul(tf.add(x, 1), tf.neg(x))) }),
  ["loop 12: %1 = Add(x, 1); %2 = Neg(x); %3 = Multiply(%1, %2); %4 = Tanh(%3)"],
);

items(
  "chains over as many elements share a loop, whatever their shapes",
  { x: [4, 3], y: [12], z: [2, 6] },
  ({ x, y, z }) => ({ a: tf.exp(x), b: tf.neg(y), c: tf.square(z) }),
  ["loop 12: %1 = Exp(x); %2 = Neg(y); %3 = Square(z)"],
);

items(
  "other sizes are other loops",
  { x: [4], y: [5] },
  ({ x, y }) => ({ a: tf.neg(x), b: tf.neg(y), c: tf.exp(x) }),
  ["loop 4: %1 = Neg(x); %2 = Exp(x)", "loop 5: %3 = Neg(y)"],
);

items(
  "broadcasts are read by column, by row or as one",
  { x: [4, 3], column: [3], row: [4, 1], one: [1, 1], scalar: [] },
  ({ x, column, row, one, scalar }) => ({
    y: tf.add(tf.mul(tf.sub(x, column), row), tf.mul(one, tf.add(x, scalar))),
  }),
  [
    "loop 4×3: %1 = Sub(x, perColumn column); %2 = Multiply(%1, perRow row); " +
    "%3 = Add(x, single scalar); %4 = Multiply(single one, %3); %5 = Add(%2, %4)",
  ],
);

items(
  "what is computed to be broadcast is computed before",
  { x: [4, 3], b: [3] },
  ({ x, b }) => ({ y: tf.add(tf.neg(x), tf.exp(b)) }),
  ["loop 12: %1 = Neg(x)", "loop 3: %2 = Exp(b)", "loop 4×3: %3 = Add(%1, perColumn %2)"],
);

items(
  "leading and trailing axes broadcast together",
  { x: [2, 3, 4], column: [3, 4], row: [2, 1, 1] },
  ({ x, column, row }) => ({ a: tf.add(x, column), b: tf.add(x, row) }),
  ["loop 2×12: %1 = Add(x, perColumn column); %2 = Add(x, perRow row)"],
);

items(
  "a broadcast of a middle axis is copied out",
  { x: [2, 3, 4], middle: [3, 1] },
  ({ x, middle }) => ({ y: tf.add(x, middle) }),
  ["%1 = copy(middle)", "loop 24: %2 = Add(x, %1)"],
);

items(
  "slices of rows stay where they lie, those of columns are read there",
  { x: [4, 12], y: [2, 8] },
  ({ x, y }) => {
    const [first, second, third] = tf.split(tf.neg(x), 3, 1);
    return {
      gates: tf.add(tf.tanh(first), tf.mul(second, third)),
      rows: tf.matMul(tf.slice(tf.exp(y), [1, 0], [1, 8]), y, false, true),
    };
  },
  [
    "loop 48: %1 = Neg(x)",
    "loop 4×4: %2 = Tanh(columns %1); %3 = Multiply(columns %1, columns %1); %4 = Add(%2, %3); %5 = Exp(y)",
    "%6 = matMul(%7, y)",
  ],
);

items(
  "pieces of rows are made where they end up, those of columns are written there",
  { x: [4, 8], y: [4, 8] },
  ({ x, y }) => ({
    rows: tf.concat([tf.neg(x), tf.matMul(x, y, true)], 0),
    columns: tf.concat([tf.exp(x), tf.tanh(y)], 1),
  }),
  [
    "loop 4×8: %1 = Neg(x); %2 = Exp(x); %3 = Tanh(y)",
    "%4 = matMul(x, y)",
  ],
);

items(
  "columns that a vector does not divide, or that a product reads, are copied out",
  { x: [4, 10], y: [5, 5], z: [4, 8] },
  ({ x, y, z }) => ({
    odd: tf.tanh(tf.slice(x, [0, 5], [4, 5])),
    read: tf.matMul(tf.slice(x, [0, 0], [4, 5]), y),
    turned: tf.matMul(tf.slice(z, [0, 4], [4, 4]), z),
  }),
  [
    "%1 = copy(x)",
    "loop 20: %2 = Tanh(%1)",
    "%3 = copy(x)",
    "%4 = matMul(%3, y)",
    "%5 = copy(z)",
    "%6 = matMul(%5, z)",
  ],
);

items(
  "a product is added to what is there before it and has its shape",
  { x: [4, 4], y: [4, 4], bias: [4] },
  ({ x, y, bias }) => {
    const before = tf.neg(x);
    const product = tf.matMul(x, y);
    return {
      sum: tf.add(before, product),
      twice: tf.mul(tf.matMul(y, x), 2),
      later: tf.add(tf.matMul(y, y), tf.matMul(x, x)),
      three: tf.add(tf.add(tf.matMul(x, y, true, true), x), y),
      bias: tf.add(tf.matMul(x, x, true), bias),
    };
  },
  [
    "loop 16: %1 = Neg(x)",
    "%2 = matMul(x, y, %1)",
    "%3 = matMul(y, x)",
    "loop 16: %4 = Multiply(%3, 2)",
    "%5 = matMul(y, y)",
    "%6 = matMul(x, x, %5)",
    "%7 = matMul(x, y, x)",
    "loop 16: %8 = Add(%7, y)",
    "%9 = matMul(x, x)",
    "loop 4×4: %10 = Add(%9, perColumn bias)",
  ],
);

items(
  "a product that something else reads, or of several blocks, is added by a loop",
  { x: [4, 4], long: [4, 300] },
  ({ x, long }) => {
    const product = tf.matMul(x, x);
    return {
      sum: tf.add(product, x),
      also: tf.tanh(product),
      blocks: tf.add(tf.matMul(long, long, false, true), x),
    };
  },
  [
    "%1 = matMul(x, x)",
    "loop 16: %2 = Add(%1, x); %3 = Tanh(%1)",
    "%4 = matMul(long, long)",
    "loop 16: %5 = Add(%4, x)",
  ],
);

items(
  "two loops that ask for other rows stay two",
  { x: [2, 6], y: [3, 4], a: [6], b: [4] },
  ({ x, y, a, b }) => ({ c: tf.add(x, a), d: tf.add(y, b) }),
  ["loop 2×6: %1 = Add(x, perColumn a)", "loop 3×4: %2 = Add(y, perColumn b)"],
);

items(
  "reductions ride along with the loop that makes what they reduce",
  { x: [4, 3] },
  ({ x }) => ({
    row: tf.sum(tf.square(x), 1),
    column: tf.max(x, 0),
    total: tf.sum(tf.neg(x)),
    least: tf.min(x),
  }),
  [
    "loop 4×3: %1 = Square(x); %2 = Neg(x); %3 = row Sum(%1); %4 = column Max(x)" +
    "; %5 = all Sum(%2); %6 = all Min(x)",
  ],
);

items(
  "what a reduction makes is only read by the next loop",
  { x: [4, 3] },
  ({ x }) => ({ y: tf.softmax(x) }),
  [
    "loop 4×3: %1 = row Max(x)",
    "loop 4×3: %2 = Sub(x, perRow %1); %3 = Exp(%2); %4 = row Sum(%3)",
    "loop 4×3: %5 = RealDiv(%3, perRow %4)",
  ],
);

items(
  "a reduction over a middle axis turns it to the end first",
  { x: [2, 3, 4] },
  ({ x }) => ({ y: tf.sum(x, 1) }),
  ["%1 = copy(x)", "loop 8×3: %2 = row Sum(%1)"],
);

items(
  "axes of length one do not stand between the reduced ones",
  { x: [3, 1, 4] },
  ({ x }) => ({ rows: tf.sum(x, [1, 2]), all: tf.sum(x, [0, 2]) }),
  ["loop 3×4: %1 = row Sum(x); %2 = all Sum(x)"],
);

items(
  "bias and activation wait for the product, what is ready goes before it",
  { x: [4, 3], w: [3, 2], b: [2], z: [8] },
  ({ x, w, b, z }) => ({
    y: tf.tanh(tf.add(tf.matMul(x, w), b)),
    z: tf.exp(z),
  }),
  [
    "%1 = matMul(x, w)",
    "loop 4×2: %2 = Add(%1, perColumn b); %3 = Tanh(%2); %4 = Exp(z)",
  ],
);

items(
  "work joins the latest loop that can take it",
  { x: [4, 2], w: [2, 2] },
  ({ x, w }) => {
    const product = tf.matMul(tf.neg(x), w);
    return { late: tf.add(product, 1), aside: tf.exp(x) };
  },
  ["loop 8: %1 = Neg(x)", "%2 = matMul(%1, w)", "loop 8: %3 = Add(%2, 1); %4 = Exp(x)"],
);

Deno.test("products say how they walk their matrices", () => {
  const { items } = scheduled({ a: [3, 2], b: [5, 3], c: [2, 3, 4], d: [4, 6] }, (given) => ({
    turned: tf.matMul(given.a, given.b, true, true),
    shared: tf.matMul(given.c, tf.expandDims(given.d, 0)),
  }));
  const products = items.flatMap((item) => item.kind === "matMul" ? [item] : []);
  const walks = products.map((
    { rows, inner, columns, aStrides, bStrides, batch, batchStrides },
  ) => (
    { rows, inner, columns, aStrides, bStrides, batch, batchStrides }
  ));
  deepStrictEqual(walks, [
    {
      ...{ rows: 2, inner: 3, columns: 5, batch: 1 },
      ...{ aStrides: [1, 2], bStrides: [1, 3], batchStrides: [0, 0] },
    },
    {
      ...{ rows: 3, inner: 4, columns: 6, batch: 2 },
      ...{ aStrides: [4, 1], bStrides: [6, 1], batchStrides: [12, 0] },
    },
  ]);
});

Deno.test("a concatenation with zeros fills instead of moving them", () => {
  const { items } = scheduled({ x: [2, 2] }, ({ x }) => ({
    y: tf.concat([tf.zeros([2, 1]), x, tf.zeros([2, 3])], 1),
  }));
  const [copy] = items as Extract<Item, { kind: "copy" }>[];
  strictEqual(copy.fill, 0);
  deepStrictEqual(copy.moves.map(({ targetOffset, shape }) => ({ targetOffset, shape })), [
    { targetOffset: 1, shape: [2, 2] },
  ]);
});

Deno.test("no loop grows beyond what registers hold", () => {
  const { items } = scheduled({ x: [7] }, ({ x }) => {
    let y = x;
    for (let i = 0; i < 200; i++) y = tf.mul(tf.add(y, i + 2), 0.5);
    return { y };
  });
  const sizes = items.map((item) => item.kind === "loop" ? item.nodes.length : 0);
  ok(sizes.length > 1 && Math.max(...sizes) <= 64, sizes.join());
  strictEqual(sizes.reduce((a, b) => a + b), 400);
});

Deno.test("in random programs everything is made before it is read, and once", () => {
  fc.assert(
    fc.property(randomPrograms(20), (program) => {
      const made = schedule(optimize(tracedProgram(program)));
      const { values, items, outputs, updates } = made;
      const ready = new Set<string>();
      const write = (elements: readonly Element[]) => {
        for (const element of elements) {
          ok(!ready.has(element.join()), `${element} is made twice`);
          ready.add(element.join());
        }
      };
      const read = (elements: readonly Element[]) => {
        for (const each of elements) {
          ok(ready.has(each.join()), `${each} is read before it is made`);
        }
      };
      const whole = (id: number) => elementsOf(made, id);
      for (const { kind, id } of values) if (kind !== "temporary") write(whole(id));
      for (const item of items) {
        if (item.kind === "copy" && item.fill === undefined) {
          for (const move of item.moves) {
            read(whole(move.source));
            write(targetsOf(made, item.output, move));
          }
          continue;
        }
        if (item.kind !== "loop") {
          readsOf(item).map(whole).forEach(read);
          write(whole(item.output));
          continue;
        }
        for (const { operands, output, places } of item.nodes) {
          for (const each of operands) read(elementsRead(made, item, each));
          write(whole(output));
          for (const place of places) write(columnsOf(made, item, place));
        }
        for (const { operand } of item.reductions) read(elementsRead(made, item, operand));
        item.reductions.forEach(({ output }) => write(whole(output)));
      }
      for (const { view } of [...outputs, ...updates]) read(whole(view.value));
    }),
    { numRuns: 60, seed: 3 },
  );
});
