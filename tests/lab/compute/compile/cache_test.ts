/** Programs compiled once for workspaces that are alike: when, and that nothing else changes. */
import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { signatureOf } from "../../../../lab/compute/compile/cache.ts";
import type { Asked } from "./modules_worker.ts";
import { RecentlyUsed } from "../../../../lab/core/recently_used.ts";
import { compiledBefore } from "../../../../lab/compute/compile/compiler.ts";
import { explanationTable } from "../../../../lab/compute/compile/explain.ts";
import { type Attributes, type Graph, GraphBuilder } from "../../../../lab/compute/compile/ir.ts";
import { CompiledWorkspace } from "../../../../lab/compute/compile/workspace.ts";
import { valueAndGradients } from "../../../../lab/compute/gradients.ts";
import { mlp, mlpParameters } from "../../../../lab/compute/networks.ts";
import { adam } from "../../../../lab/compute/optimizers.ts";
import { defaultRng } from "../../../../lab/core/random.ts";

tf.enableProdMode();
await tf.setBackend("cpu");

/** What a regression is made of. */
const usual = {
  batch: 6,
  hidden: 5,
  name: "fit",
  outputs: ["loss"],
  constants: [1, -0, 0.5],
  highest: 4,
  statistic: tf.mean as (x: tf.Tensor) => tf.Tensor,
  rounding: "strict" as "strict" | "relaxed",
  before: 0,
};

/** Three updates on a workspace of its own: whether its program was known, and what came out. */
async function fitted(changes: Partial<typeof usual> = {}, seed = 1) {
  const { batch, hidden, ...made } = { ...usual, ...changes };
  const workspace = new CompiledWorkspace(made.rounding, { fallback: false });
  const random = defaultRng(seed);
  const net = mlpParameters(random, [3, hidden, 3]);
  const optimizer = adam();
  if (made.before > 0) {
    const values = new Float32Array(made.before);
    workspace.define("before", { x: { shape: [made.before], dtype: "float32", values } });
  }
  workspace.define("net", net);
  workspace.define("optimizer", optimizer.initialState(net));
  const program = workspace.compile(
    { name: made.name, random: { x: [[batch, 3], "normal"] }, state: ["net", "optimizer"] },
    ({ random: { x }, state }) => {
      const { values, gradients } = valueAndGradients((net) => {
        const target = tf.clipByValue(tf.mul(x, tf.tensor1d(made.constants)), -4, made.highest);
        return {
          loss: made.statistic(tf.square(tf.sub(mlp(net, x, "tanh"), target))) as tf.Scalar,
        };
      }, state.net);
      const next = optimizer.update(state.net, gradients, state.optimizer, tf.scalar(0.01));
      const outputs = Object.fromEntries(made.outputs.map((name) => [name, values.loss]));
      return { outputs, state: { net: next.parameters, optimizer: next.state } };
    },
  );
  for (let i = 0; i < 3; i++) program.run(random);
  const [explanation] = workspace.explain();
  const state = [await workspace.read("net"), await workspace.read("optimizer")];
  const loss = program.readNow(made.outputs[0]);
  workspace.dispose();
  return { cached: explanation.cached, table: explanationTable(explanation), bits: [loss, state] };
}

Deno.test("a second workspace takes the program that the first compiled, to the same bits", async () => {
  compiledBefore.clear();
  const first = await fitted();
  const second = await fitted();
  deepStrictEqual([first.cached, second.cached], [false, true]);
  deepStrictEqual(second.bits, first.bits);
  ok(!first.table.includes("compiled before"));
  ok(second.table.startsWith("fit on wasm-strict, compiled before: "), second.table);
});

Deno.test("programs that are shared share no numbers, and do what they would alone", async () => {
  await fitted();
  const other = await fitted({}, 2);
  ok(other.cached);
  compiledBefore.clear();
  const alone = await fitted({}, 2);
  ok(!alone.cached);
  deepStrictEqual(other.bits, alone.bits);
  notStrictEqual(`${other.bits[0]}`, `${(await fitted()).bits[0]}`);
});

Deno.test("what differs in anything that the code depends on is compiled anew", async () => {
  const others: Partial<typeof usual>[] = [
    { batch: 7 },
    { hidden: 6 },
    { outputs: ["error"] },
    { outputs: ["loss", "again"] },
    { constants: [1, 0, 0.5] },
    { constants: [1, NaN, 0.5] },
    { highest: Infinity },
    { statistic: tf.sum },
    { rounding: "relaxed" },
    // The same program, elsewhere in memory.
    { before: 100 },
  ];
  for (const changes of others) {
    compiledBefore.clear();
    await fitted();
    strictEqual((await fitted(changes)).cached, false, JSON.stringify(changes));
    strictEqual((await fitted(changes)).cached, true, JSON.stringify(changes));
    strictEqual((await fitted()).cached, true);
  }
  ok((await fitted({ name: "the same under another name" })).cached);
});

/** A kernel on a constant. */
function kernelOn(constant: ArrayLike<number>, attributes: Attributes): Graph {
  const builder = new GraphBuilder();
  const value = builder.constant(constant, "float32").id;
  builder.apply("Kernel", [{ value, shape: [constant.length] }], [1], "float32", attributes);
  return { ...builder, outputs: [], updates: [] };
}

Deno.test("signatures distinguish what JSON writes alike", () => {
  const numbers = [0, -0, NaN, Infinity, -Infinity, null, undefined, "NaN", [0], Int32Array.of(0)];
  const graphs = [
    ...numbers.map((a) => kernelOn([1, 2], { a })),
    ...[[1, -0], [1, 0], [1, NaN], [1, 1], [1, Infinity]].map((each) => kernelOn(each, {})),
  ];
  const signatures = graphs.map((graph) => signatureOf(graph, 0));
  strictEqual(new Set(signatures).size, graphs.length);
  deepStrictEqual(graphs.map((graph) => signatureOf(structuredClone(graph), 0)), signatures);
});

Deno.test("a program with long constants has no signature", () => {
  const counted = (length: number) => kernelOn(Float32Array.from({ length }, (_, i) => i), {});
  ok(signatureOf(counted(1000), 0) !== undefined);
  strictEqual(signatureOf(counted(100_000), 0), undefined);
});

Deno.test("of many values those last used are kept", () => {
  const kept = new RecentlyUsed<number>(2);
  kept.set("a", 1);
  kept.set("b", 2);
  strictEqual(kept.get("a"), 1);
  kept.set("c", 3);
  deepStrictEqual(["a", "b", "c"].map((key) => kept.get(key)), [1, undefined, 3]);
  kept.set("c", 4);
  deepStrictEqual(["a", "c"].map((key) => kept.get(key)), [1, 4]);
});

/** Digests of the modules that a thread compiles which trains a seed. */
function modulesOf(asked: Asked): Promise<string[]> {
  const worker = new Worker(new URL("./modules_worker.ts", import.meta.url), { type: "module" });
  return new Promise<string[]>((resolve, reject) => {
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.onmessage = ({ data }) => data === "ready" ? worker.postMessage(asked) : resolve(data);
  }).finally(() => worker.terminate());
}

// V8 keeps the machine code of a module once for all threads of a process, by the module's bytes.
for (
  const [experiment, budget] of [["cartpole-ppo", 512], ["cartpole-dqn", 1280], [
    "ring-gan",
    40,
  ]] as const
) {
  Deno.test(`threads that train seeds of ${experiment} compile the same bytes`, async () => {
    const [first, second] = await Promise.all(
      [1, 2].map((seed) => modulesOf({ experiment, seed, budget })),
    );
    ok(first.length > 1);
    deepStrictEqual(second, first);
  });
}
