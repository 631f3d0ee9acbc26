import { deepStrictEqual, ok, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { openWorkspace } from "../../../../lab/compute/backend.ts";
import { compileStep } from "../../../../lab/compute/compile/compiler.ts";
import { SharedArena } from "../../../../lab/compute/compile/memory.ts";
import { constantsOf } from "../../../../lab/compute/compile/plan.ts";
import { ThreadPool } from "../../../../lab/compute/compile/threads.ts";
import type { Declared, TracedStep } from "../../../../lab/compute/compile/trace.ts";
import { lower } from "../../../../lab/compute/compile/wasm/lower.ts";
import { partsOf } from "../../../../lab/compute/compile/wasm/parts.ts";
import { valueAndGradients } from "../../../../lab/compute/gradients.ts";
import { defaultRng } from "../../../../lab/core/random.ts";

await openWorkspace("cpu");

/** A convolution, dense layers and a plain gradient step on them, with state in place. */
const declared: readonly Declared[] = [
  { kind: "input", name: "x", shape: [6, 12, 12, 3], dtype: "float32" },
  { kind: "state", name: "filter", shape: [3, 3, 3, 8], dtype: "float32" },
  { kind: "state", name: "kernel", shape: [288, 70], dtype: "float32" },
  { kind: "state", name: "bias", shape: [70], dtype: "float32" },
];

const step: TracedStep = (tensors) => {
  const parameters = Object.fromEntries(
    ["filter", "kernel", "bias"].map((name) => [name, tensors.get(`state/${name}`)!]),
  );
  const { values, gradients } = valueAndGradients(({ filter, kernel, bias }) => {
    const x = tensors.get("input/x") as tf.Tensor4D;
    const maps = tf.relu(tf.conv2d(x, filter as tf.Tensor4D, 2, "same"));
    const flat = tf.reshape(maps, [6, 288]);
    const y = tf.tanh(tf.add(tf.matMul(flat, kernel), bias));
    return { loss: tf.mean(tf.square(y)) as tf.Scalar, y };
  }, parameters);
  const updates: Record<string, tf.Tensor> = {};
  for (const [name, tensor] of Object.entries(parameters)) {
    updates[name] = tf.sub(tensor, tf.mul(gradients[name], 0.1));
  }
  return { outputs: { loss: values.loss, y: values.y }, updates };
};

/** Everything that the step leaves after `runs` runs, on `threads` threads. */
async function left(threads: number, runs: number) {
  const arena = new SharedArena();
  const random = defaultRng(5);
  const places = new Map(declared.map(({ kind, name, shape }) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const address = arena.take(Math.ceil(size / 16) * 64);
    random.fillStandardNormal(arena.floats(address, size));
    return [`${kind}/${name}`, { address, size }];
  }));
  const compiled = compileStep(declared, step, {
    start: arena.top,
    addressOf: (kind, name) => places.get(`${kind}/${name}`)!.address,
    rounding: "relaxed",
    arena,
    threads,
  });
  const { schedule, plan } = compiled;
  arena.takeUpTo(plan.end);
  for (const { address, elements } of constantsOf(schedule.values, plan.addresses)) {
    arena.floats(address, elements.length).set(elements);
  }
  const { binary, barriers } = lower(schedule, plan, { rounding: "relaxed", arena, threads });
  let run: () => void;
  let pool: ThreadPool | undefined;
  if (threads === 1) {
    strictEqual(barriers, 0);
    const module = new WebAssembly.Module(binary);
    const { exports } = new WebAssembly.Instance(module, { env: { memory: arena.memory } });
    run = () => (exports.run0 as (base: number) => void)(0);
  } else {
    pool = new ThreadPool(arena, threads);
    run = await pool.add(binary, barriers);
  }
  for (let i = 0; i < runs; i++) run();
  pool?.close();
  const outputs = plan.outputs.map(({ address, value }) => ({
    address,
    size: schedule.values[value].size,
  }));
  return {
    split: schedule.items.filter((item) => partsOf(item, threads) !== undefined)
      .map((item) => item.kind),
    values: [...places.values(), ...outputs].map(({ address, size }) =>
      arena.ints(address, size).slice()
    ),
  };
}

Deno.test("the number of threads changes no bit", async () => {
  const one = await left(1, 20);
  for (const threads of [2, 3]) {
    const many = await left(threads, 20);
    for (const kind of ["convolution", "matMul", "loop"]) {
      ok(many.split.includes(kind as never), `${kind} is not split`);
    }
    deepStrictEqual(many.values, one.values);
  }
});

Deno.test("a program is handed to threads while others run on them", async () => {
  const { workspace } = await openWorkspace("wasm", { threads: 2 });
  const size = 300;
  workspace.define("w", {
    x: { shape: [size, size], dtype: "float32", values: new Float32Array(size * size).fill(0.5) },
  });
  const programs = [1, 2, 3].map((factor) =>
    workspace.compile(
      { name: `times ${factor}`, state: ["w"] },
      ({ state: { w } }) => ({ outputs: { sum: tf.sum(tf.matMul(w.x, tf.mul(w.x, factor))) } }),
    )
  );
  for (let i = 0; i < 60; i++) {
    programs[i % 3].run();
    // Messages to and from the threads are heard between runs.
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  for (const [i, program] of programs.entries()) {
    const [sum] = await program.read("sum");
    ok(Math.abs(sum / (0.25 * size ** 3 * (i + 1)) - 1) < 1e-5, `${sum}`);
  }
  workspace.dispose();
});
