/** Compiled programs as their users meet them: what goes wrong in one line, and what they cost. */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { CompiledWorkspace } from "../../../../lab/compute/compile/workspace.ts";
import { valueAndGradients } from "../../../../lab/compute/gradients.ts";
import { mlp, mlpParameters } from "../../../../lab/compute/networks.ts";
import { adam } from "../../../../lab/compute/optimizers.ts";
import type { Tensors } from "../../../../lab/compute/workspace.ts";
import { defaultRng } from "../../../../lab/core/random.ts";

tf.enableProdMode();
await tf.setBackend("cpu");

const floats = (shape: number[], ...values: number[]) =>
  ({ shape, dtype: "float32", values: Float32Array.from(values) }) as const;

/** A workspace with state `net` {w, b} and a step over it that fails at its first run. */
function refuses(
  what: string,
  message: RegExp,
  step: (input: tf.Tensor, net: Tensors) => { loss: tf.Tensor; next?: Tensors },
): void {
  Deno.test(`${what} is refused in one line, and nothing has changed`, async () => {
    const workspace = new CompiledWorkspace("strict");
    workspace.define("net", { w: floats([2], 1, 2), b: floats([], 3) });
    const before = tf.memory().numTensors;
    const program = workspace.compile(
      { name: "fit", inputs: { x: [[2], "float32"] }, state: ["net"] },
      ({ input, state: { net } }) => {
        const { loss, next } = step(input.x, net);
        return { outputs: { loss }, state: { net: next ?? net } };
      },
    );
    // The second time as the first: a refused program is not half compiled.
    for (let i = 0; i < 2; i++) {
      throws(() => program.run(), (error: Error) => {
        strictEqual(error.name, "InputError");
        ok(message.test(error.message), error.message);
        ok(!error.message.includes("\n"));
        return true;
      });
    }
    const { w, b } = await workspace.read("net");
    deepStrictEqual([[...w.values], [...b.values]], [[1, 2], [3]]);
    strictEqual(tf.memory().numTensors, before);
    strictEqual(tf.getBackend(), "cpu");
    throws(() => program.readNow("loss"), /not there before the first run/);
  });
}

const square = (net: Tensors, x: tf.Tensor) => tf.square(tf.sub(tf.mul(net.w, x), net.b));

refuses(
  "a loss that is no scalar",
  /Cannot differentiate the loss as it must be a float32 scalar: float32 \[2\]/,
  (x, net) => ({
    loss: valueAndGradients((net) => ({ loss: square(net, x) as tf.Scalar }), net).values.loss,
  }),
);

refuses(
  "a parameter without gradient",
  /Cannot train "b" as the loss must depend on it/,
  (x, net) => {
    const { values, gradients } = valueAndGradients(
      (net) => ({ loss: tf.sum(tf.mul(net.w, x)) as tf.Scalar }),
      net,
    );
    return { loss: values.loss, next: gradients };
  },
);

refuses(
  "next state of another shape",
  /Cannot run "fit" as state "net\/w" must stay float32 \[2\]: float32 \[1,2\]/,
  (x, net) => ({ loss: x, next: { ...net, w: tf.expandDims(net.w, 0) } }),
);

refuses(
  "next state of another type",
  /Cannot run "fit" as state "net\/b" must stay float32 \[\]: int32 \[\]/,
  (x, net) => ({ loss: x, next: { ...net, b: tf.cast(net.b, "int32") } }),
);

refuses(
  "next state that is missing",
  /Cannot run "fit" as state "net\/b" must stay float32 \[\]: missing/,
  (x, { w }) => ({ loss: x, next: { w } }),
);

refuses(
  "a variable that TensorFlow.js keeps",
  /made outside of it \(.*program_test\.ts:\d+:\d+\): declare it as an input or as state/,
  (x) => {
    const hidden = tf.variable(tf.zeros([2]), true);
    try {
      return { loss: tf.add(x, outsider.add(hidden)) };
    } finally {
      hidden.dispose();
    }
  },
);

const outsider = tf.variable(tf.tensor1d([1, 2]));

Deno.test("group and output names are checked, with the nearest known one", () => {
  const workspace = new CompiledWorkspace("strict");
  workspace.define("policy", { w: floats([1], 1) });
  const missing = workspace.compile(
    { name: "late", state: ["polcy"] },
    ({ state: { polcy } }) => ({ outputs: { w: polcy.w } }),
  );
  throws(() => missing.run(), {
    name: "InputError",
    message: /no state "polcy" \(did you mean "policy"\?\)/,
  });
  workspace.define("polcy", { w: floats([1], 4) });
  missing.run();
  deepStrictEqual([...missing.readNow("w")], [4], "once the group is there it runs");
  throws(() => missing.readNow("v" as "w"), {
    name: "InputError",
    message: 'Cannot read "v" of "late" as its outputs are w',
  });
});

Deno.test("what a step throws of its own arrives as it is", () => {
  const workspace = new CompiledWorkspace("strict");
  const program = workspace.compile({ name: "own" }, () => {
    throw new RangeError("mine");
  });
  throws(() => program.run(), { name: "RangeError", message: "mine" });
  strictEqual(tf.getBackend(), "cpu");
});

Deno.test("a step is traced twice, whatever it is run", () => {
  const workspace = new CompiledWorkspace("strict");
  let calls = 0;
  const program = workspace.compile(
    { name: "count", inputs: { x: [[1], "float32"] } },
    ({ input }) => {
      calls++;
      return { outputs: { y: tf.neg(input.x) } };
    },
  );
  strictEqual(calls, 0, "nothing is compiled before it is needed");
  for (let i = 0; i < 10; i++) program.run();
  strictEqual(calls, 2);
});

Deno.test("scalars change without another compilation, and are read back", () => {
  const workspace = new CompiledWorkspace("strict");
  const program = workspace.compile(
    { name: "scale", inputs: { x: [[3], "float32"] }, scalars: ["factor"] },
    ({ input, scalar }) => ({ outputs: { y: tf.mul(input.x, scalar.factor) } }),
  );
  program.input.x.set([1, 2, 3]);
  for (const factor of [0.5, -2, 0]) {
    program.scalar.factor = factor;
    program.run();
    strictEqual(program.scalar.factor, factor);
    deepStrictEqual([...program.readNow("y")], [1, 2, 3].map((x) => Math.fround(x * factor)));
  }
});

/** A small training step. */
function trained(rounding: "relaxed" | "strict") {
  const workspace = new CompiledWorkspace(rounding);
  const parameters = mlpParameters(defaultRng(1), [3, 5, 1]);
  const optimizer = adam();
  workspace.define("net", parameters);
  workspace.define("optimizer", optimizer.initialState(parameters));
  const update = workspace.compile(
    { name: "fit", inputs: { x: [[7, 3], "float32"] }, state: ["net", "optimizer"] },
    ({ input, state }) => {
      const { values, gradients } = valueAndGradients(
        (net) => ({ loss: tf.mean(tf.square(mlp(net, input.x, "tanh"))) as tf.Scalar }),
        state.net,
      );
      const next = optimizer.update(state.net, gradients, state.optimizer, tf.scalar(1e-3));
      return { outputs: values, state: { net: next.parameters, optimizer: next.state } };
    },
  );
  defaultRng(2).fillStandardNormal(update.input.x);
  return { workspace, update };
}

Deno.test("100,000 runs leave memory as it was", () => {
  const { update } = trained("relaxed");
  const used = () => {
    const { heapUsed, external } = Deno.memoryUsage();
    return heapUsed + external;
  };
  for (let i = 0; i < 1000; i++) update.run();
  const tensors = tf.memory().numTensors;
  const grown = [0, 1, 2].map(() => {
    const before = used();
    for (let i = 0; i < 100_000; i++) update.run();
    return used() - before;
  });
  // Garbage that waits for its collection is no leak: a leak grows every time, and by more than
  // this for any object that a run would take.
  ok(Math.min(...grown) < 4e6, `${grown} bytes in three times 100,000 runs`);
  strictEqual(tf.memory().numTensors, tensors);
  ok(update.readNow("loss")[0] < 1e-3);
});

Deno.test("one seed gives the same bits in every workspace", async () => {
  for (const rounding of ["relaxed", "strict"] as const) {
    const [a, b] = [trained(rounding), trained(rounding)];
    for (let i = 0; i < 20; i++) {
      a.update.run();
      b.update.run();
    }
    deepStrictEqual(await a.workspace.read("net"), await b.workspace.read("net"));
    deepStrictEqual(await a.workspace.read("optimizer"), await b.workspace.read("optimizer"));
  }
});

Deno.test("both builds agree within rounding", async () => {
  const [relaxed, strict] = [trained("relaxed"), trained("strict")];
  for (let i = 0; i < 50; i++) {
    relaxed.update.run();
    strict.update.run();
  }
  const [found, expected] = [
    await relaxed.workspace.read("net"),
    await strict.workspace.read("net"),
  ];
  for (const name in expected) {
    expected[name].values.forEach((value, i) => {
      const difference = Math.abs(found[name].values[i] - value);
      ok(difference < 1e-5, `${name}, element ${i} differs by ${difference}`);
    });
  }
});
