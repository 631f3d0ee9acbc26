/** Programs as tables: numbers that can be counted by hand, and measuring that leaves no trace. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { type Explanation, explanationTable } from "../../../../lab/compute/compile/explain.ts";
import { CompiledWorkspace } from "../../../../lab/compute/compile/workspace.ts";
import { library } from "../backends.ts";

tf.enableProdMode();
await tf.setBackend("cpu");

const floats = (shape: number[], ...values: number[]) =>
  ({ shape, dtype: "float32", values: Float32Array.from(values) }) as const;

/** A dense layer and a decaying mean, run once. */
function example() {
  const workspace = new CompiledWorkspace("strict");
  workspace.define("layer", { w: floats([2, 3], 1, 2, 3, 4, 5, 6), mean: floats([3], 0, 0, 0) });
  const program = workspace.compile(
    { name: "layer", inputs: { x: [[4, 2], "float32"] }, state: ["layer"] },
    ({ input, state: { layer } }) => {
      const y = tf.tanh(tf.matMul(input.x, layer.w));
      const mean = tf.add(tf.mul(layer.mean, 0.5), tf.sum(y, 0));
      return { outputs: { y }, state: { layer: { w: layer.w, mean } } };
    },
  );
  program.input.x.set([1, -1, 0.5, 0.25, 2, 0, -1, 1]);
  program.run();
  return { workspace, program };
}

Deno.test("items say what they do, over what, and what they move and compute", () => {
  const { workspace } = example();
  const [{ items, ...rest }] = workspace.explain();
  deepStrictEqual(items.map(({ seconds: _, ...item }) => item), [
    // x [4, 2] and w [2, 3] in, [4, 3] out: 8 + 6 + 12 elements; 2 · 4 · 2 · 3 operations.
    { what: "matrix product", shape: "[4, 2] · [2, 3]", bytes: 104, operations: 48 },
    // [4, 3] in, y and three sums out; a tanh and an addition an element.
    { what: "tanh, sum of columns", shape: "[4, 3]", bytes: 108, operations: 24 },
    // mean and sums in, mean out.
    { what: "mul, add", shape: "[3]", bytes: 36, operations: 6 },
  ]);
  strictEqual(rest.name, "layer");
  strictEqual(rest.backend, "wasm-strict");
  strictEqual(rest.calls, 5, "product, tanh, mul, sum, add");
  strictEqual(rest.copies, 0);
  strictEqual(rest.seconds, undefined);
  ok(rest.codeBytes > 200 && rest.codeBytes < 20_000, `${rest.codeBytes} bytes of code`);
});

Deno.test({
  name: "products that a library computes are said to be",
  ignore: library === undefined,
  fn: () => {
    // Products of 2 · 16 · 32 multiply-adds and more.
    const source = { ...library!.source, least: undefined };
    const workspace = new CompiledWorkspace("strict", { library: { ...library!, source } });
    const program = workspace.compile(
      { name: "two", inputs: { x: [[2, 16], "float32"], w: [[16, 32], "float32"] } },
      ({ input: { x, w } }) => ({
        outputs: { y: tf.matMul(x, w), z: tf.matMul(w, x, true, true) },
      }),
    );
    const short = workspace.compile(
      { name: "short", inputs: { x: [[2, 16], "float32"], w: [[16, 31], "float32"] } },
      ({ input: { x, w } }) => ({ outputs: { y: tf.matMul(x, w) } }),
    );
    program.run();
    short.run();
    const explained = workspace.explain();
    strictEqual(explained[0].backend, "native");
    const said = explained.map(({ items }) => items.map(({ what }) => what));
    const native = "matrix product, native";
    deepStrictEqual(said, [[native, native], ["matrix product"]]);
  },
});

Deno.test("programs are explained once they have run, in the order of their making", () => {
  const workspace = new CompiledWorkspace("strict");
  const make = (name: string) =>
    workspace.compile(
      { name, inputs: { x: [[2], "float32"] } },
      ({ input }) => ({ outputs: { y: tf.neg(input.x) } }),
    );
  const [first, second, third] = ["first", "second", "third"].map(make);
  deepStrictEqual(workspace.explain(), []);
  third.run();
  first.run();
  deepStrictEqual(workspace.explain().map(({ name }) => name), ["first", "third"]);
  second.run();
  strictEqual(workspace.explain().length, 3);
});

Deno.test("measuring takes no trace of itself into state, inputs and outputs", async () => {
  const { workspace, program } = example();
  const seen = async () => ({
    state: await workspace.read("layer"),
    x: [...program.input.x],
    y: [...program.readNow("y")],
  });
  const before = await seen();
  const [{ items, seconds }] = workspace.explain(true);
  deepStrictEqual(await seen(), before);
  ok(seconds! > 0 && seconds! < 1e-3, `${seconds} s`);
  for (const item of items) ok(item.seconds! > 0 && item.seconds! < 1e-3, `${item.seconds} s`);
  program.run();
  const [y] = program.readNow("y");
  strictEqual(y, before.y[0]);
});

Deno.test("the table aligns its columns and ends with the whole", () => {
  const explanation: Explanation = {
    name: "step",
    backend: "wasm",
    cached: false,
    threads: 1,
    vectorBits: 128,
    hostKernels: [],
    calls: 4,
    items: [
      { what: "add, tanh", shape: "[128, 64]", bytes: 65_800, operations: 16_384, seconds: 3e-6 },
      { what: "copy", shape: "[8]", bytes: 64, operations: 0, seconds: 1e-6 },
      { what: "a, ".repeat(20), shape: "[1]", bytes: 4, operations: 1, seconds: 0 },
    ],
    copies: 2,
    codeBytes: 1234,
    temporaryBytes: 0,
    unplannedBytes: 1e6,
    seconds: 4.25e-6,
  };
  strictEqual(
    explanationTable(explanation),
    [
      "step on wasm: 4 kernel calls in 3 items, 1.23 kB of code, temporaries 0 B of 1.00 MB",
      "item  what                                            shape       memory   FLOPs     time",
      "   1  add, tanh                                       [128, 64]  65.8 kB  16.4 k   75.0 %",
      "   2  copy                                            [8]           64 B           25.0 %",
      "   3  a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, …  [1]            4 B       1    0.0 %",
      "      all, and 2 copies at the end                               65.9 kB  16.4 k  4.25 µs",
    ].join("\n"),
  );
  const unmeasured = { ...explanation, seconds: undefined };
  match(explanationTable(unmeasured), /FLOPs\n/);
});
