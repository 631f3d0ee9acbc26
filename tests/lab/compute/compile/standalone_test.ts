/** Programs as data run without what compiled them, to the bits of a workspace. */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { standalone } from "../../../../lab/compute/compile/standalone.ts";
import { CompiledWorkspace } from "../../../../lab/compute/compile/workspace.ts";
import { mlp, mlpParameters } from "../../../../lab/compute/networks.ts";
import { RunningMachine } from "../../../../lab/core/machine.ts";
import { defaultRng } from "../../../../lab/core/random.ts";
import { zeros } from "../../../../lab/core/tensor_data.ts";

const x = [[1, 3], "float32"] as const;

Deno.test("a program gives the bits of the workspace, and keeps only the state that it reads", async () => {
  const parameters = {
    ...mlpParameters(defaultRng(1), [3, 20, 5], { prefix: "policy" }),
    ...mlpParameters(defaultRng(2), [3, 20, 1], { prefix: "value" }),
  };
  const step = (tensors: Record<string, tf.Tensor>, observations: tf.Tensor) => ({
    outputs: { y: tf.add(mlp(tensors, observations, "tanh", "policy"), tf.range(0, 5)) },
  });
  const machine = standalone(
    { name: "policy", inputs: { x } },
    { parameters },
    ({ input, state }) => step(state.parameters, input.x),
  );
  deepStrictEqual(
    Object.keys(machine.state),
    ["0/kernel", "0/bias", "1/kernel", "1/bias"].map((name) => `parameters/policy/${name}`),
  );
  ok(machine.constants.length > 0);
  const workspace = new CompiledWorkspace("strict");
  workspace.define("parameters", parameters);
  const program = workspace.compile(
    { name: "policy", inputs: { x }, state: ["parameters"] },
    ({ input, state }) => step(state.parameters, input.x),
  );
  const running = new RunningMachine(machine);
  for (const row of [[1, 2, 3], [-0.5, 0, 1e-3]]) {
    program.input.x.set(row);
    program.run();
    running.input("x").set(row);
    running.run();
    deepStrictEqual([...running.output("y")], [...await program.read("y")]);
  }
  workspace.dispose();
});

Deno.test("a program with memory goes on from run to run, and starts anew when it is restarted", () => {
  const running = new RunningMachine(standalone(
    { name: "sum", inputs: { x: [[2], "float32"] } },
    { memory: { sum: zeros([2], "float32") } },
    ({ input, state }) => {
      const sum = tf.add(state.memory.sum, input.x);
      return { outputs: { sum }, state: { memory: { sum } } };
    },
  ));
  running.input("x").set([1, 10]);
  running.run();
  running.run();
  deepStrictEqual([...running.output("sum")], [2, 20]);
  running.restart();
  running.input("x").set([1, 10]);
  running.run();
  deepStrictEqual([...running.output("sum")], [1, 10]);
  strictEqual(running.output("sum").length, 2);
});

Deno.test("a program that needs TensorFlow.js for a kernel is refused with its line", () => {
  const largest = () =>
    standalone(
      { name: "largest", inputs: { x: [[4], "float32"] } },
      {},
      ({ input }) => ({ outputs: { y: tf.topk(input.x, 2).values } }),
    );
  throws(largest, {
    name: "InputError",
    message: /^Cannot compile as .* the kernel TopK \(.*standalone_test\.ts:\d+:\d+\)$/,
  });
});

Deno.test("state that a program only hands on or shows is kept, what it does not look at is not", () => {
  const row = (...values: number[]) =>
    ({ shape: [2], dtype: "float32", values: Float32Array.from(values) }) as const;
  const machine = standalone(
    { name: "hand on", inputs: { x: [[2], "float32"] } },
    { s: { now: row(1, 2), shown: row(5, 6), unseen: row(7, 8) }, kept: { before: row(3, 4) } },
    ({ input, state: { s, kept } }) => ({
      outputs: { y: tf.neg(input.x), shown: s.shown, before: kept.before },
      state: { kept: { before: s.now } },
    }),
  );
  deepStrictEqual(Object.keys(machine.state).sort(), ["kept/before", "s/now", "s/shown"]);
  const running = new RunningMachine(machine);
  running.input("x").set([1, -1]);
  const told: number[][][] = [];
  for (let i = 0; i < 2; i++) {
    running.run();
    told.push(["y", "shown", "before"].map((name) => [...running.output(name)]));
  }
  deepStrictEqual(told, [[[-1, 1], [5, 6], [3, 4]], [[-1, 1], [5, 6], [1, 2]]]);
});
