import { deepStrictEqual, notStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { openWorkspace } from "../../../lab/compute/backend.ts";
import { safeNorm, valueAndGradients } from "../../../lab/compute/gradients.ts";
import { mlp, mlpParameters } from "../../../lab/compute/networks.ts";
import { adam } from "../../../lab/compute/optimizers.ts";
import type { Workspace } from "../../../lab/compute/workspace.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import type { NamedTensors } from "../../../lab/core/tensor_data.ts";
import { backends, options } from "./backends.ts";

const floats = (shape: number[], ...values: number[]) =>
  ({ shape, dtype: "float32", values: Float32Array.from(values) }) as const;

const values = async (workspace: Workspace, group: string) =>
  Object.fromEntries(
    Object.entries(await workspace.read(group)).map(([name, { values }]) => [name, [...values]]),
  );

/** Runs a test on an empty workspace of every backend. */
function onEach(name: string, fn: (workspace: Workspace) => Promise<void>): void {
  for (const { name: backend, ignore } of backends) {
    Deno.test({
      name: `${name}, on ${backend}`,
      ignore,
      fn: async () => {
        const { workspace } = await openWorkspace(backend, options);
        const before = tf.memory().numTensors;
        try {
          await fn(workspace);
        } finally {
          workspace.dispose();
        }
        strictEqual(tf.memory().numTensors, before, "tensors were left behind");
      },
    });
  }
}

onEach("names of groups may have slashes and begin like one another", async (workspace) => {
  workspace.define("actors", { "0/w": floats([1], 1) });
  workspace.define("actors/left", { "0/w": floats([1], 20) });
  const program = workspace.compile(
    { name: "both", state: ["actors", "actors/left"] },
    ({ state }) => {
      const [one, left] = [state.actors["0/w"], state["actors/left"]["0/w"]];
      return { outputs: { y: tf.add(one, left) }, state: { "actors/left": { "0/w": one } } };
    },
  );
  program.run();
  deepStrictEqual([...await program.read("y")], [21]);
  deepStrictEqual(await values(workspace, "actors/left"), { "0/w": [1] });
});

onEach("a declaration that cannot be is refused in one line", (workspace) => {
  const declared: Record<string, [spec: object, message: RegExp | string]> = {
    "a bool input": [
      { inputs: { done: [[4], "bool"] } },
      'Cannot compile "p" as its input "done" must be float32 or int32 ' +
      '(take int32 and tf.cast(x, "bool")): "bool"',
    ],
    "an unknown type": [
      { inputs: { x: [[4], "float64"] } },
      'Cannot compile "p" as its input "x" must be float32 or int32 (did you mean "float32"?): "float64"',
    ],
    "no type": [{ inputs: { x: [[4]] } }, /input "x" must be float32 or int32: undefined$/],
    "a part of an element": [
      { inputs: { x: [[2.5], "float32"] } },
      'Cannot compile "p" as its input "x" must be of a shape of whole numbers: [2.5]',
    ],
    "a negative length": [{ random: { u: [[-1, 3], "normal"] } }, /random input "u".*: \[-1,3\]$/],
    "a number as shape": [
      { inputs: { x: [4, "float32"] } },
      'Cannot compile "p" as its input "x" must be declared as [shape, type], the shape a list: ' +
      '[4,"float32"]',
    ],
    "an unknown distribution": [
      { random: { u: [[4], "gaussian"] } },
      'Cannot compile "p" as its random input "u" must be uniform, normal or a function: "gaussian"',
    ],
    "an unknown word": [
      { input: { x: [[4], "float32"] } },
      /^Cannot compile "p" as there is no option "input" \(did you mean "inputs"\?\): known are/,
    ],
    "an unknown placement": [{ placement: "device" }, /no placement "device": known are host$/],
  };
  for (const [what, [spec, message]] of Object.entries(declared)) {
    throws(
      () => workspace.compile({ name: "p", ...spec } as never, () => ({ outputs: {} })),
      { name: "InputError", message },
      what,
    );
  }
  return Promise.resolve();
});

onEach("what is no result of a step is refused by the program's name", async (workspace) => {
  const returned: Record<string, [step: () => unknown, message: RegExp]> = {
    "a promise": [
      () => Promise.resolve({ outputs: {} }),
      /^Cannot run "p" as its step must return its result at once: it is async$/,
    ],
    "a failed promise": [() => Promise.reject(new Error("late")), /it is async$/],
    "nothing": [
      () => {},
      /^Cannot run "p" as its step must return \{ outputs, state \}: undefined$/,
    ],
    "a tensor": [() => tf.scalar(1), /its step must return \{ outputs, state \}/],
    "a number as output": [
      () => ({ outputs: { y: 3 } }),
      /^Cannot run "p" as its output "y" must be a tensor: 3$/,
    ],
    "a number as state": [
      () => ({ outputs: {}, state: { sums: { a: 3 } } }),
      /^Cannot run "p" as its state of "sums" "a" must be a tensor: 3$/,
    ],
    "no tensors of a group": [
      () => ({ outputs: {}, state: { sums: null } }),
      /^Cannot run "p" as its state of "sums" must be tensors by name: null$/,
    ],
  };
  workspace.define("sums", { a: floats([], 1) });
  for (const placement of [undefined, "host"] as const) {
    for (const [what, [step, message]] of Object.entries(returned)) {
      const program = workspace.compile(
        { name: "p", state: ["sums"], ...(placement && { placement }) },
        step as never,
      ) as { run(): void; read(name: string): Promise<unknown> };
      await rejects(
        async () => {
          program.run();
          // A program that waits for a device's state says so when it is read.
          await program.read("y");
        },
        { name: "InputError", message },
        what,
      );
    }
  }
  deepStrictEqual(await values(workspace, "sums"), { a: [1] });
});

onEach("a scalar takes numbers alone", async (workspace) => {
  for (const placement of [undefined, "host"] as const) {
    const program = workspace.compile(
      { name: "twice", scalars: ["rate"], ...(placement && { placement }) },
      ({ scalar }) => ({ outputs: { y: tf.mul(scalar.rate, 2) } }),
    );
    program.scalar.rate = 3;
    for (const wrong of ["abc", undefined, [1]]) {
      throws(() => program.scalar.rate = wrong as never, {
        name: "InputError",
        message:
          /^Cannot set the scalar "rate" of "twice" as it must be a number: ("abc"|undefined|\[1\])$/,
      });
    }
    program.run();
    deepStrictEqual([...await program.read("y")], [6]);
  }
});

onEach("a step reads inputs and scalars and replaces its state", async (workspace) => {
  workspace.define("sums", { a: floats([2], 1, 2), b: floats([], 10) });
  const program = workspace.compile(
    {
      name: "add",
      inputs: { x: [[2], "float32"], n: [[1], "int32"] },
      scalars: ["rate"],
      state: ["sums"],
    },
    ({ input, scalar, state: { sums } }) => ({
      outputs: { seen: tf.mul(input.x, scalar.rate), n: input.n },
      state: { sums: { a: tf.add(sums.a, input.x), b: tf.sub(sums.b, 1) } },
    }),
  );
  program.input.x.set([0.5, -1]);
  program.input.n.set([7]);
  program.scalar.rate = 4;
  program.run();
  program.run();
  deepStrictEqual(await values(workspace, "sums"), { a: [2, 0], b: [8] });
  deepStrictEqual([...await program.read("seen")], [2, -4]);
  deepStrictEqual(await program.read("n"), Float32Array.of(7));
});

onEach("a program follows a group that is defined anew", async (workspace) => {
  workspace.define("w", { x: floats([2], 1, 2) });
  const program = workspace.compile(
    { name: "sum", state: ["w"] },
    ({ state: { w } }) => ({ outputs: { sum: tf.sum(w.x) } }),
  );
  program.run();
  workspace.define("w", { x: floats([3], 1, 2, 4) });
  program.run();
  deepStrictEqual([...await program.read("sum")], [7]);
});

onEach("several programs share state", async (workspace) => {
  workspace.define("counter", { n: floats([], 0) });
  const add = (amount: number) =>
    workspace.compile(
      { name: `add ${amount}`, state: ["counter"] },
      ({ state: { counter } }) => ({
        outputs: {},
        state: { counter: { n: tf.add(counter.n, amount) } },
      }),
    );
  const look = workspace.compile(
    { name: "look", state: ["counter"] },
    ({ state: { counter } }) => ({ outputs: { n: counter.n } }),
  );
  const [one, ten] = [add(1), add(10)];
  one.run();
  look.run();
  ten.run();
  deepStrictEqual([...await look.read("n")], [1], "an output is of its own run");
  deepStrictEqual(await values(workspace, "counter"), { n: [11] });
});

onEach("inputs, results and definitions are copies", async (workspace) => {
  const initial = floats([2], 1, 2);
  workspace.define("kept", { x: initial });
  initial.values[0] = 99;
  const program = workspace.compile(
    { name: "store", inputs: { x: [[2], "float32"] }, state: ["kept"] },
    ({ input, state: { kept } }) => ({
      outputs: { before: kept.x, given: input.x, twice: input.x },
      state: { kept: { x: input.x } },
    }),
  );
  program.input.x.set([3, 4]);
  program.run();
  program.input.x.set([5, 6]);
  deepStrictEqual([...await program.read("before")], [1, 2]);
  const given = await program.read("given");
  deepStrictEqual([...given], [3, 4]);
  given[0] = 99;
  (await workspace.read("kept")).x.values[0] = 99;
  deepStrictEqual(await values(workspace, "kept"), { x: [3, 4] });
  deepStrictEqual([...await program.read("twice")], [3, 4]);
});

onEach("state may swap places and stay as it is", async (workspace) => {
  workspace.define("pair", { a: floats([1], 1), b: floats([1], 2) });
  const swap = workspace.compile(
    { name: "swap", state: ["pair"] },
    ({ state: { pair } }) => ({ outputs: {}, state: { pair: { a: pair.b, b: pair.a } } }),
  );
  const same = workspace.compile(
    { name: "same", state: ["pair"] },
    ({ state: { pair } }) => ({ outputs: {}, state: { pair } }),
  );
  swap.run();
  same.run();
  deepStrictEqual(await values(workspace, "pair"), { a: [2], b: [1] });
});

onEach("random inputs come from the generator, in declared order", async (workspace) => {
  const program = workspace.compile(
    { name: "noise", random: { u: [[3], "uniform"], z: [[2], "normal"] } },
    ({ random }) => ({ outputs: { u: random.u, z: random.z } }),
  );
  throws(() => program.run(), { name: "InputError", message: /"noise".*"u" needs a generator/ });
  program.run(defaultRng(5));
  const random = defaultRng(5);
  const u = new Float32Array(3), z = new Float32Array(2);
  random.fillUniform(u);
  random.fillStandardNormal(z);
  deepStrictEqual(await program.read("u"), u);
  deepStrictEqual(await program.read("z"), z);
});

onEach("copy makes a group that later goes its own way", async (workspace) => {
  workspace.define("online", { w: floats([1], 1) });
  workspace.define("target", { w: floats([1], 0) });
  const grow = workspace.compile(
    { name: "grow", state: ["online"] },
    ({ state: { online } }) => ({
      outputs: {},
      state: { online: { w: tf.add(online.w, 1) } },
    }),
  );
  workspace.copy("online", "target");
  grow.run();
  deepStrictEqual(await values(workspace, "target"), { w: [1] });
  deepStrictEqual(await values(workspace, "online"), { w: [2] });
});

onEach("views are written into, or take what fits, and scalars are declared", async (workspace) => {
  const program = workspace.compile(
    { name: "views", inputs: { x: [[2, 1], "float32"], n: [[1], "int32"] }, scalars: ["rate"] },
    ({ input, scalar }) => ({ outputs: { y: tf.add(tf.mul(input.x, scalar.rate), input.n) } }),
  );
  const loose = program as unknown as Record<"input" | "scalar", Record<string, unknown>>;
  const { x } = program.input;
  const wrong: [string, unknown, string][] = [
    ["x", Float32Array.of(1, 2, 3), "float32 [2,1], Float32Array of 2: Float32Array of 3"],
    ["x", Float32Array.of(1), "float32 [2,1], Float32Array of 2: Float32Array of 1"],
    ["x", Int32Array.of(1, 2), "float32 [2,1], Float32Array of 2: Int32Array of 2"],
    ["x", [1, 2], "float32 [2,1], Float32Array of 2: Array of 2"],
    ["x", undefined, "float32 [2,1], Float32Array of 2: undefined"],
    ["x", null, "float32 [2,1], Float32Array of 2: null"],
    ["x", 7, "float32 [2,1], Float32Array of 2: Number"],
    ["n", Float32Array.of(1), "int32 [1], Int32Array of 1: Float32Array of 1"],
  ];
  for (const [name, values, what] of wrong) {
    throws(() => loose.input[name] = values, {
      name: "InputError",
      message: `Cannot set the input "${name}" of "views" as it must be ${what}`,
    });
  }
  throws(() => loose.input.z = Float32Array.of(1), { name: "TypeError", message: /z/ });
  deepStrictEqual([...x, ...program.input.n], [0, 0, 0]);
  const given = Float32Array.of(1, 2);
  program.input.x = given;
  given.fill(9);
  strictEqual(program.input.x, x);
  throws(() => loose.scalar.rat = 2, { name: "TypeError", message: /rat/ });
  throws(() => program.input.x.set([1, 2, 3]), { name: "RangeError" });
  program.input.n = Int32Array.of(4);
  program.scalar.rate = 3;
  program.run();
  deepStrictEqual([...await program.read("y")], [7, 10]);
});

onEach("a training step leaks nothing over 1,000 runs", async (workspace) => {
  // Enough on the slow software adapter to see growth; the fit is judged on the others.
  const runs = workspace.backend === "tfjs-webgpu" ? 30 : 1000;
  const { parameters, update } = regression(workspace, 4);
  const random = defaultRng(3);
  update.run(random);
  const before = tf.memory();
  for (let i = 0; i < runs; i++) update.run(random);
  const after = tf.memory();
  deepStrictEqual([after.numTensors, after.numBytes], [before.numTensors, before.numBytes]);
  const [loss] = await update.read("loss");
  ok(runs < 1000 || loss < 0.02, `loss ${loss}`);
  notStrictEqual(
    (await workspace.read("net"))["0/kernel"].values[0],
    parameters["0/kernel"].values[0],
  );
});

/** Fits sin(x₀) + x₁ with a small dense network and Adam, from noise alone. */
function regression(workspace: Workspace, hidden: number) {
  const parameters = mlpParameters(defaultRng(1), [2, hidden, 1]);
  const optimizer = adam();
  workspace.define("net", parameters);
  workspace.define("optimizer", optimizer.initialState(parameters));
  const rows = 16;
  const update = workspace.compile(
    { name: "fit", random: { x: [[rows, 2], "normal"] }, state: ["net", "optimizer"] },
    ({ random, state: { net, optimizer: moments } }) => {
      const [first, second] = tf.split(random.x, 2, 1);
      const y = tf.add(tf.sin(first), second);
      const { values, gradients } = valueAndGradients(
        (net) => ({ loss: tf.mean(tf.square(tf.sub(mlp(net, random.x, "tanh"), y))) as tf.Scalar }),
        net,
      );
      const next = optimizer.update(net, gradients, moments, tf.scalar(0.01));
      return { outputs: values, state: { net: next.parameters, optimizer: next.state } };
    },
  );
  return { parameters, update };
}

onEach("a gradient of a gradient leaks nothing", async (workspace) => {
  workspace.define("critic", mlpParameters(defaultRng(1), [2, 8, 1]));
  const penalty = workspace.compile(
    { name: "penalty", random: { x: [[16, 2], "normal"] }, state: ["critic"] },
    ({ random, state: { critic } }) => {
      const { values, gradients } = valueAndGradients((critic) => {
        const slope = tf.grad((x) => tf.sum(mlp(critic, x, "leaky-relu")))(random.x);
        const norm = safeNorm(slope, 1);
        // The last bias does not bend the critic: tie it in with weight 0.
        const tie = tf.mul(0, tf.sum(critic["1/bias"]));
        const rest = tf.mul(0, tf.sum(critic["0/bias"]));
        const loss = tf.add(tf.mean(tf.square(tf.sub(norm, 1))), tf.add(tie, rest));
        return { loss: loss as tf.Scalar, norm };
      }, critic);
      return { outputs: values, state: { critic: gradients } };
    },
  );
  const random = defaultRng(4);
  penalty.run(random);
  const before = tf.memory().numTensors;
  for (let i = 0; i < 20; i++) penalty.run(random);
  strictEqual(tf.memory().numTensors, before);
  strictEqual((await penalty.read("norm")).length, 16);
});

onEach("a failed run changes and leaks nothing", async (workspace) => {
  workspace.define("kept", { a: floats([2], 1, 2), b: floats([1], 3) });
  const before = tf.memory().numTensors;
  const program = workspace.compile(
    { name: "bad", scalars: ["mode"], state: ["kept"] },
    ({ state: { kept } }) => ({
      outputs: { a: tf.add(kept.a, 1) },
      state: { kept: { a: tf.add(kept.a, 1), b: tf.zeros([2]) } },
    }),
  );
  throws(() => program.run(), {
    name: "InputError",
    message: 'Cannot run "bad" as state "kept/b" must stay float32 [1]: float32 [2]',
  });
  strictEqual(tf.memory().numTensors, before);
  deepStrictEqual(await values(workspace, "kept"), { a: [1, 2], b: [3] });
});

onEach("loading a group checks names, shapes and types", async (workspace) => {
  workspace.define("net", { a: floats([2], 1, 2) });
  const refused = (tensors: NamedTensors, message: RegExp) =>
    throws(() => workspace.write("net", tensors), { name: "InputError", message });
  refused({}, /"a" is missing/);
  refused({ a: floats([2], 1, 2), b: floats([], 1) }, /"b" is not among them/);
  refused({ a: floats([1, 2], 1, 2) }, /"net\/a" .*\[2\].*\[1,2\]/);
  refused({ a: { shape: [2], dtype: "int32", values: new Int32Array(2) } }, /float32.*int32/);
  workspace.write("net", { a: floats([2], 5, 6) });
  deepStrictEqual(await values(workspace, "net"), { a: [5, 6] });
});

onEach("state has as many values as its shape, or stays as it was", async (workspace) => {
  workspace.define("net", { a: floats([1], 1), b: floats([3], 2, 3, 4) });
  for (const given of [[9], [9, 8, 7, 6]]) {
    const tensors = { a: floats([1], 5), b: floats([3], ...given) };
    for (const change of ["define", "write"] as const) {
      throws(() => workspace[change]("net", tensors), {
        name: "InputError",
        message: `Cannot define "net/b" as [3] must have as many values (3): ${given.length}`,
      });
    }
  }
  deepStrictEqual(await values(workspace, "net"), { a: [1], b: [2, 3, 4] });
});

onEach("unknown names are answered in one line", async (workspace) => {
  workspace.define("policy", { w: floats([1], 1) });
  const program = workspace.compile(
    { name: "p", state: ["policy"] },
    ({ state: { policy } }) => ({
      outputs: { loss: policy.w },
      state: { policy: { w: policy.w, v: policy.w } },
    }),
  );
  throws(() => program.run(), { name: "InputError", message: /no state of "policy" "v"/ });
  await rejects(program.read("loss"), { message: /before the first run/ });
  await rejects(workspace.read("polcy"), { name: "InputError", message: /did you mean "policy"/ });
  throws(
    () =>
      workspace.define("x", { w: { shape: [], dtype: "float64", values: new Float64Array(1) } }),
    {
      name: "InputError",
      message: /"x\/w".*float64/,
    },
  );
});

Deno.test("a kernel that tfjs-wasm lacks is one clear line", async () => {
  const { workspace } = await openWorkspace("tfjs-wasm", options);
  const program = workspace.compile(
    { name: "fourier" },
    () => ({ outputs: { y: tf.real(tf.fft(tf.complex([1, 2], [0, 0]))) } }),
  );
  throws(() => program.run(), {
    name: "InputError",
    message: /Cannot run "fourier" on tfjs-wasm as it lacks the kernel \w+: use --backend cpu/,
  });
  workspace.dispose();
});

Deno.test("workspaces on different backends take turns in one thread and agree", async () => {
  const names = backends.filter(({ ignore }) => !ignore).map(({ name }) => name);
  const runs: { workspace: Workspace; losses: number[]; once: () => Promise<void> }[] = [];
  for (const name of names) {
    const { workspace } = await openWorkspace(name, options);
    const { update } = regression(workspace, 40);
    const random = defaultRng(9);
    const losses: number[] = [];
    const once = async () => {
      update.run(random);
      losses.push((await update.read("loss"))[0]);
    };
    runs.push({ workspace, losses, once });
  }
  for (let i = 0; i < 10; i++) {
    for (const { once } of runs) await once();
  }
  const [reference, ...others] = runs;
  for (const { workspace, losses } of others) {
    losses.forEach((loss, i) => {
      const error = Math.abs(loss / reference.losses[i] - 1);
      ok(error < 1e-4, `${workspace.backend}, update ${i}: ${loss}, not ${reference.losses[i]}`);
    });
  }
  for (const { workspace } of runs) workspace.dispose();
});

Deno.test("the same seed gives the same bits on a backend", async () => {
  const run = async () => {
    const { workspace } = await openWorkspace("tfjs-wasm", options);
    const { update } = regression(workspace, 5);
    const random = defaultRng(2);
    for (let i = 0; i < 20; i++) update.run(random);
    const parameters = await workspace.read("net");
    workspace.dispose();
    return parameters;
  };
  deepStrictEqual(await run(), await run());
});
