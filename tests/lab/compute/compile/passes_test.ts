/** Each pass on small graphs, before and after. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { ppoStep } from "../../../../bench/steps/ppo.ts";
import { optimize } from "../../../../lab/compute/compile/compiler.ts";
import type { Graph } from "../../../../lab/compute/compile/ir.ts";
import { shareCommon } from "../../../../lab/compute/compile/passes/common.ts";
import { dropDead } from "../../../../lab/compute/compile/passes/dead.ts";
import { expand } from "../../../../lab/compute/compile/passes/expand.ts";
import { simplify } from "../../../../lab/compute/compile/passes/simplify.ts";
import { schedule } from "../../../../lab/compute/compile/schedule.ts";
import { CompiledWorkspace } from "../../../../lab/compute/compile/workspace.ts";
import type { Tensors } from "../../../../lab/compute/workspace.ts";
import { graphOf, kernelsOf, linesOf, type Shapes } from "./graphs.ts";
import { recording, tracedAgain } from "./recorded.ts";

/** A graph before and after a pass, as lines. */
function golden(
  name: string,
  pass: (graph: Graph) => Graph,
  inputs: Shapes,
  f: (given: Tensors) => Tensors,
  lines: { before: string[]; after: string[] },
): void {
  Deno.test(name, () => {
    const graph = graphOf(inputs, f);
    const before = linesOf(graph);
    deepStrictEqual(before, lines.before);
    deepStrictEqual(linesOf(pass(graph)), lines.after);
    deepStrictEqual(linesOf(graph), before, "the graph that a pass is given stays as it is");
  });
}

const run = (...passes: ((graph: Graph) => Graph)[]) => (graph: Graph) =>
  passes.reduce((made, pass) => pass(made), graph);

// Composites.

golden("a mean is a sum times one over the count", expand, { x: [2, 4] }, ({ x }) => ({
  y: tf.mean(x, 1),
}), {
  before: ["%1 = Mean(x, axes=1) [2]", "y: %1 [2]"],
  after: ["%1 = Sum(x, axes=1) [2]", "%2 = Multiply(%1, 0.25) [2]", "y: %2 [2]"],
});

golden("a softmax is shifted by its row's maximum", expand, { x: [2, 3] }, ({ x }) => ({
  y: tf.softmax(x),
}), {
  before: ["%1 = Softmax(x) [2,3]", "y: %1 [2,3]"],
  after: [
    "%1 = Max(x, axes=1) [2,1]",
    "%2 = Sub(x, %1) [2,3]",
    "%3 = Exp(%2) [2,3]",
    "%4 = Sum(%3, axes=1) [2,1]",
    "%5 = RealDiv(%3, %4) [2,3]",
    "y: %5 [2,3]",
  ],
});

golden("a softplus overflows on neither side", expand, { x: [2] }, ({ x }) => ({
  y: tf.softplus(x),
}), {
  before: ["%1 = Softplus(x) [2]", "y: %1 [2]"],
  after: [
    "%1 = Relu(x) [2]",
    "%2 = Abs(x) [2]",
    "%3 = Neg(%2) [2]",
    "%4 = Exp(%3) [2]",
    "%5 = Log1p(%4) [2]",
    "%6 = Add(%1, %5) [2]",
    "y: %6 [2]",
  ],
});

golden(
  "a fused product is a product, its bias and its activation",
  expand,
  { a: [2, 3], b: [3, 4], c: [4] },
  ({ a, b, c }) => ({
    y: tf.fused.matMul({ a: a as tf.Tensor2D, b: b as tf.Tensor2D, bias: c, activation: "relu" }),
  }),
  {
    before: ["%1 = _FusedMatMul(a, b, c) [1,2,4]", "y: %1 [2,4]"],
    after: [
      "%1 = BatchMatMul(a, b) [1,2,4]",
      "%2 = Add(%1, c) [1,2,4]",
      "%3 = Relu(%2) [1,2,4]",
      "y: %3 [2,4]",
    ],
  },
);

// Folding and identities.

golden(
  "constants are folded, in float32",
  simplify,
  { x: [2] },
  ({ x }) => ({ y: tf.mul(x, tf.sqrt(tf.add(tf.scalar(0.1), 0.2))), z: tf.zerosLike(x) }),
  {
    before: [
      "%1 = Add(0.10000000149011612, 0.20000000298023224) []",
      "%2 = Sqrt(%1) []",
      "%3 = Multiply(x, %2) [2]",
      "%4 = ZerosLike(x) [2]",
      "y: %3 [2]",
      "z: %4 [2]",
    ],
    after: [
      `%1 = Multiply(x, ${
        Math.fround(Math.sqrt(Math.fround(Math.fround(0.1) + Math.fround(0.2))))
      }) [2]`,
      "y: %1 [2]",
      "z: 0[2] [2]",
    ],
  },
);

golden(
  "x · 1 and x / 1 are x, whatever their bits",
  simplify,
  { x: [3] },
  ({ x }) => ({ a: tf.mul(x, 1), b: tf.mul(1, x), c: tf.div(x, 1) }),
  {
    before: [
      "%1 = Multiply(x, 1) [3]",
      "%2 = Multiply(1, x) [3]",
      "%3 = RealDiv(x, 1) [3]",
      "a: %1 [3]",
      "b: %2 [3]",
      "c: %3 [3]",
    ],
    after: ["a: x [3]", "b: x [3]", "c: x [3]"],
  },
);

Deno.test("what would change a bit of −0 or NaN is kept", () => {
  const graph = graphOf({ x: [3] }, ({ x }) => ({
    sum: tf.add(x, 0), // −0 + 0 is 0
    product: tf.mul(x, 0), // NaN · 0 is NaN
    difference: tf.sub(x, x), // ∞ − ∞ is NaN
    quotient: tf.div(x, x),
    twice: tf.neg(tf.neg(x)),
  }));
  const kept = { Add: 1, Multiply: 1, Sub: 1, RealDiv: 1, Neg: 2 };
  deepStrictEqual(kernelsOf(simplify(graph)), kept);
});

golden(
  "a factor that broadcasts is no identity",
  simplify,
  { x: [3] },
  ({ x }) => ({ y: tf.mul(x, tf.ones([2, 1])) }),
  {
    before: ["%1 = Multiply(x, 1[2,1]) [2,3]", "y: %1 [2,3]"],
    after: ["%1 = Multiply(x, 1[2,1]) [2,3]", "y: %1 [2,3]"],
  },
);

golden(
  "what is tiled to broadcast alone is read as it was",
  simplify,
  { x: [1, 3], y: [2, 3], z: [2, 1] },
  ({ x, y, z }) => ({
    rows: tf.add(tf.tile(x, [2, 1]), y),
    columns: tf.add(tf.tile(z, [1, 3]), y),
    again: tf.add(tf.tile(z, [2, 3]), tf.tile(y, [2, 1])),
  }),
  {
    before: [
      "%1 = Tile(x, reps=2,1) [2,3]",
      "%2 = Add(%1, y) [2,3]",
      "%3 = Tile(z, reps=1,3) [2,3]",
      "%4 = Add(%3, y) [2,3]",
      "%5 = Tile(z, reps=2,3) [4,3]",
      "%6 = Tile(y, reps=2,1) [4,3]",
      "%7 = Add(%5, %6) [4,3]",
      "rows: %2 [2,3]",
      "columns: %4 [2,3]",
      "again: %7 [4,3]",
    ],
    after: [
      "%1 = Tile(x, reps=2,1) [2,3]",
      "%2 = Add(x, y) [2,3]",
      "%3 = Tile(z, reps=1,3) [2,3]",
      "%4 = Add(z, y) [2,3]",
      "%5 = Tile(z, reps=2,3) [4,3]",
      "%6 = Tile(y, reps=2,1) [4,3]",
      "%7 = Add(%5, %6) [4,3]",
      "rows: %2 [2,3]",
      "columns: %4 [2,3]",
      "again: %7 [4,3]",
    ],
  },
);

golden(
  "moves that move nothing are views",
  simplify,
  { x: [2, 1, 3] },
  ({ x }) => ({
    transposed: tf.transpose(x, [1, 0, 2]),
    slice: tf.slice(x, [0, 0, 0], [2, 1, 3]),
    tiled: tf.tile(x, [1, 1, 1]),
    padded: tf.pad(x, [[0, 0], [0, 0], [0, 0]]),
    sum: tf.sum(x, 1),
    cast: tf.cast(x, "float32"),
  }),
  {
    before: [
      "%1 = Transpose(x, perm=1,0,2) [1,2,3]",
      "%2 = Slice(x, begin=0,0,0, size=2,1,3) [2,1,3]",
      "%3 = Tile(x, reps=1,1,1) [2,1,3]",
      "%4 = PadV2(x) [2,1,3]",
      "%5 = Sum(x, axes=1) [2,3]",
      "%6 = Cast(x, dtype=float32) [2,1,3]",
      "transposed: %1 [1,2,3]",
      "slice: %2 [2,1,3]",
      "tiled: %3 [2,1,3]",
      "padded: %4 [2,1,3]",
      "sum: %5 [2,3]",
      "cast: %6 [2,1,3]",
    ],
    after: [
      "transposed: x [1,2,3]",
      "slice: x [2,1,3]",
      "tiled: x [2,1,3]",
      "padded: x [2,1,3]",
      "sum: x [2,3]",
      "cast: x [2,1,3]",
    ],
  },
);

golden(
  "known numbers change their type at once",
  simplify,
  { x: [2] },
  ({ x }) => ({
    y: tf.where(tf.cast(tf.tensor1d([0, 2]), "bool"), x, tf.zeros([2])),
    z: tf.add(tf.cast(tf.tensor1d([1, -1], "int32"), "float32"), x),
  }),
  {
    before: [
      "%1 = Cast({0 2}[2], dtype=bool) [2]",
      "%2 = Select(%1, x, 0[2]) [2]",
      "%3 = Cast({1 -1}[2], dtype=float32) [2]",
      "%4 = Add(%3, x) [2]",
      "y: %2 [2]",
      "z: %4 [2]",
    ],
    after: [
      "%1 = Select({0 -1}[2], x, 0[2]) [2]",
      "%2 = Add({1 -1}[2], x) [2]",
      "y: %1 [2]",
      "z: %2 [2]",
    ],
  },
);

// Transposes.

golden(
  "a product reads transposed matrices as they are",
  run(simplify, dropDead),
  { a: [3, 2], b: [4, 3], c: [4, 2] },
  ({ a, b, c }) => ({
    once: tf.matMul(tf.transpose(a), tf.transpose(b)),
    twice: tf.matMul(tf.transpose(a), c, true, true),
  }),
  {
    before: [
      "%1 = Transpose(a, perm=1,0) [2,3]",
      "%2 = Transpose(b, perm=1,0) [3,4]",
      "%3 = BatchMatMul(%1, %2) [2,4]",
      "%4 = Transpose(a, perm=1,0) [2,3]",
      "%5 = BatchMatMul(%4, c, transposeA=true, transposeB=true) [3,4]",
      "once: %3 [2,4]",
      "twice: %5 [3,4]",
    ],
    after: [
      "%1 = BatchMatMul(a, b, transposeA=true, transposeB=true) [2,4]",
      "%2 = BatchMatMul(a, c, transposeB=true) [3,4]",
      "once: %1 [2,4]",
      "twice: %2 [3,4]",
    ],
  },
);

golden(
  "a transpose of the batch is no transpose of the matrices",
  run(simplify, dropDead),
  { a: [2, 3, 4], b: [3, 4, 5] },
  ({ a, b }) => ({ y: tf.matMul(tf.transpose(a, [1, 0, 2]), b) }),
  {
    before: [
      "%1 = Transpose(a, perm=1,0,2) [3,2,4]",
      "%2 = BatchMatMul(%1, b) [3,2,5]",
      "y: %2 [3,2,5]",
    ],
    after: [
      "%1 = Transpose(a, perm=1,0,2) [3,2,4]",
      "%2 = BatchMatMul(%1, b) [3,2,5]",
      "y: %2 [3,2,5]",
    ],
  },
);

// Common subexpressions and dead code.

golden(
  "the same kernel on the same values is computed once",
  run(shareCommon, dropDead),
  { x: [2, 2] },
  ({ x }) => ({ y: tf.mul(tf.exp(x), tf.add(tf.exp(x), 1)), z: tf.add(tf.exp(x), 1) }),
  {
    before: [
      "%1 = Exp(x) [2,2]",
      "%2 = Exp(x) [2,2]",
      "%3 = Add(%2, 1) [2,2]",
      "%4 = Multiply(%1, %3) [2,2]",
      "%5 = Exp(x) [2,2]",
      "%6 = Add(%5, 1) [2,2]",
      "y: %4 [2,2]",
      "z: %6 [2,2]",
    ],
    after: [
      "%1 = Exp(x) [2,2]",
      "%2 = Add(%1, 1) [2,2]",
      "%3 = Multiply(%1, %2) [2,2]",
      "y: %3 [2,2]",
      "z: %2 [2,2]",
    ],
  },
);

golden(
  "what differs in type, shape, attribute or the sign of zero is not the same",
  run(shareCommon, dropDead),
  { x: [4], y: [2, 2] },
  ({ x, y }) => ({
    down: tf.sum(y, 0),
    across: tf.sum(y, 1),
    wide: tf.add(tf.reshape(x, [2, 2]), y),
    narrow: tf.add(x, tf.reshape(y, [4])),
    plus: tf.mul(x, 0),
    minus: tf.mul(x, -0),
    high: tf.pad(x, [[0, 1]], Infinity),
    low: tf.pad(x, [[0, 1]], -Infinity),
  }),
  {
    before: [
      "%1 = Sum(y, axes=0) [2]",
      "%2 = Sum(y, axes=1) [2]",
      "%3 = Add(x, y) [2,2]",
      "%4 = Add(x, y) [4]",
      "%5 = Multiply(x, 0) [4]",
      "%6 = Multiply(x, -0) [4]",
      "%7 = PadV2(x) [5]",
      "%8 = PadV2(x) [5]",
      "down: %1 [2]",
      "across: %2 [2]",
      "wide: %3 [2,2]",
      "narrow: %4 [4]",
      "plus: %5 [4]",
      "minus: %6 [4]",
      "high: %7 [5]",
      "low: %8 [5]",
    ],
    after: [
      "%1 = Sum(y, axes=0) [2]",
      "%2 = Sum(y, axes=1) [2]",
      "%3 = Add(x, y) [2,2]",
      "%4 = Add(x, y) [4]",
      "%5 = Multiply(x, 0) [4]",
      "%6 = Multiply(x, -0) [4]",
      "%7 = PadV2(x) [5]",
      "%8 = PadV2(x) [5]",
      "down: %1 [2]",
      "across: %2 [2]",
      "wide: %3 [2,2]",
      "narrow: %4 [4]",
      "plus: %5 [4]",
      "minus: %6 [4]",
      "high: %7 [5]",
      "low: %8 [5]",
    ],
  },
);

Deno.test("what no result needs is not computed, updates count as results", () => {
  const graph = graphOf(
    { x: [2] },
    ({ x }) => {
      tf.exp(tf.neg(x));
      return { y: tf.square(x) };
    },
    { w: [2] },
    ({ x, w }) => ({ w: tf.add(w, x) }),
  );
  deepStrictEqual(kernelsOf(graph), { Neg: 1, Exp: 1, Square: 1, Add: 1 });
  deepStrictEqual(linesOf(dropDead(graph)), [
    "%1 = Square(x) [2]",
    "%2 = Add(w, x) [2]",
    "y: %1 [2]",
    "w := %2",
  ]);
});

Deno.test("state that stays as it is needs no update", () => {
  const graph = graphOf({}, () => ({}), { w: [2], v: [2] }, ({ w, v }) => ({ w, v: tf.neg(v) }));
  strictEqual(graph.updates.length, 2);
  deepStrictEqual(linesOf(dropDead(graph)), ["%1 = Neg(v) [2]", "v := %1"]);
});

Deno.test("the documentation says what the passes make of PPO's update", async () => {
  const { workspace, programs } = recording(new CompiledWorkspace("strict"));
  ppoStep.bind(workspace)();
  const [program] = await programs();
  let graph = tracedAgain(program);
  const passes = { dropDead, expand, simplify, shareCommon };
  const sequence = ["dropDead", "expand", "simplify", "shareCommon", "dropDead"] as const;
  const rows = [`| \`trace\` | ${graph.operations.length} | `];
  for (const name of sequence) {
    graph = passes[name](graph);
    rows.push(`| \`${name}\` | ${graph.operations.length} | `);
  }
  const page = await Deno.readTextFile(new URL("../../../../docs/compiler.md", import.meta.url));
  const documented = page.split("\n").filter((line) => /^\| `\w+` \| \d+ \| /.test(line));
  deepStrictEqual(documented.map((line) => line.match(/^(\| .*? \| \d+ \| )/)![1]), rows);
  const { items } = schedule(graph);
  const products = items.filter(({ kind }) => kind === "matMul").length;
  const loops = items.filter(({ kind }) => kind === "loop").length;
  ok(
    page.includes(
      `${items.length} for the ${graph.operations.length}, of which ${products} are matrix ` +
        `products and ${loops} are fused loops`,
    ),
    `now: ${items.length} items, ${products} products, ${loops} loops`,
  );
});

Deno.test("no pass finds more to do in what all have been through", () => {
  const graph = graphOf({ x: [4, 3], w: [3, 5] }, ({ x, w }) => {
    const loss = (w: tf.Tensor) => tf.mean(tf.softplus(tf.matMul(x, w)));
    return { g: tf.grad(loss)(w), p: tf.softmax(tf.matMul(x, w)) };
  });
  const once = optimize(graph);
  ok(once.operations.length < graph.operations.length * 2);
  deepStrictEqual(linesOf(optimize(once)), linesOf(once));
  strictEqual(
    new Set(once.operations.map(({ output }) => output.value)).size,
    once.operations.length,
  );
});
