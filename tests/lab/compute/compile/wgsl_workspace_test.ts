/** What is particular to the workspace on the graphics device: order, memory, failures, the host. */
import { deepStrictEqual, match, ok, rejects, strictEqual, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { openWorkspace } from "../../../../lab/compute/backend.ts";
import { explanationTable, fallbacksOf } from "../../../../lab/compute/compile/explain.ts";
import { GpuWorkspace } from "../../../../lab/compute/compile/gpu_workspace.ts";
import { ComputeDevice, DeviceArena } from "../../../../lab/compute/compile/wgsl/device.ts";
import { defaultRng, type Generator } from "../../../../lab/core/random.ts";
import { PlainWorkspace } from "../../../../lab/compute/plain_workspace.ts";
import { openGraphics } from "../../../../lab/compute/graphics.ts";
import type { Workspace } from "../../../../lab/compute/workspace.ts";
import { backends } from "../backends.ts";

const { ignore } = backends.find(({ name }) => name === "webgpu")!;

const floats = (...values: number[]) =>
  ({ shape: [values.length], dtype: "float32", values: Float32Array.from(values) }) as const;

function onDevice(name: string, fn: (workspace: Workspace) => Promise<void>): void {
  Deno.test({
    name,
    ignore,
    fn: async () => {
      const { workspace } = await openWorkspace("webgpu");
      try {
        await fn(workspace);
      } finally {
        workspace.dispose();
      }
    },
  });
}

/** w ← w + rate · x, with the old w as output. */
function adder(workspace: Workspace) {
  return workspace.compile(
    { name: "add", inputs: { x: [[2], "float32"] }, scalars: ["rate"], state: ["sum"] },
    ({ input, scalar, state: { sum } }) => ({
      outputs: { before: sum.w },
      state: { sum: { w: tf.add(sum.w, tf.mul(scalar.rate, input.x)) } },
    }),
  );
}

onDevice("what is read again does not wait for Deno to look", async (workspace) => {
  workspace.define("state", { w: floats(1, 2) });
  await workspace.read("state");
  workspace.define("state", { w: floats(3, 4) });
  const read = workspace.read("state").then(({ w }) => [...w.values]);
  const timer = Promise.withResolvers<string>();
  const later = setTimeout(() => timer.resolve("a timer"));
  deepStrictEqual(await Promise.race([read, timer.promise]), [3, 4]);
  clearTimeout(later);
});

/** The buffers that live on this thread's devices while `work` runs: how many more at its end. */
async function buffersLeft(work: () => Promise<void>): Promise<number> {
  let count = 0;
  const { createBuffer } = GPUDevice.prototype;
  const { destroy } = GPUBuffer.prototype;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    count++;
    return createBuffer.call(this, descriptor);
  };
  GPUBuffer.prototype.destroy = function () {
    count--;
    return destroy.call(this);
  };
  try {
    await work();
  } finally {
    GPUDevice.prototype.createBuffer = createBuffer;
    GPUBuffer.prototype.destroy = destroy;
  }
  return count;
}

onDevice(
  "queued runs see their own inputs, and a read sees the run before it",
  async (workspace) => {
    workspace.define("sum", { w: floats(0, 10) });
    const { input, scalar, run, read } = adder(workspace);
    const seen: Promise<Float32Array>[] = [];
    for (let i = 1; i <= 5; i++) {
      input.x.fill(i);
      scalar.rate = 2;
      run();
      if (i % 2 === 1) seen.push(read("before"));
    }
    deepStrictEqual((await Promise.all(seen)).map((x) => [...x]), [[0, 10], [6, 16], [20, 30]]);
    deepStrictEqual([...(await workspace.read("sum")).w.values], [30, 40]);
  },
);

Deno.test({
  name: "training, reading and copying use the same buffers again, and dispose frees them",
  ignore,
  fn: async () => {
    let during = 0;
    const left = await buffersLeft(async () => {
      const { workspace } = await openWorkspace("webgpu");
      workspace.define("sum", { w: floats(0, 10) });
      const { run, read } = adder(workspace);
      const once = async () => {
        run();
        await read("before");
        await workspace.read("sum");
        workspace.copy("sum", "other");
      };
      await once();
      during = await buffersLeft(async () => {
        for (let i = 0; i < 20; i++) await once();
      });
      workspace.dispose();
    });
    deepStrictEqual([during, left], [0, 0]);
  },
});

onDevice("a run is one upload and one submitted pass", async (workspace) => {
  workspace.define("sum", { w: floats(0, 10) });
  const top = workspace.compile(
    {
      name: "step",
      inputs: { x: [[64, 32], "float32"], y: [[2], "float32"] },
      random: { noise: [[32, 8], "normal"] },
      scalars: ["rate"],
      state: ["sum"],
    },
    ({ input, random, scalar, state: { sum } }) => {
      const h = tf.tanh(tf.matMul(input.x as tf.Tensor2D, random.noise as tf.Tensor2D));
      const loss = tf.mean(tf.softmax(h));
      return { outputs: { loss }, state: { sum: { w: tf.add(sum.w, tf.mul(loss, scalar.rate)) } } };
    },
  );
  const random = defaultRng(1);
  top.run(random);
  const calls: string[] = [];
  const { submit, writeBuffer } = GPUQueue.prototype;
  GPUQueue.prototype.submit = function (buffers) {
    calls.push("submit");
    return submit.call(this, buffers);
  };
  GPUQueue.prototype.writeBuffer = function (...given) {
    calls.push("upload");
    return (writeBuffer as (...given: unknown[]) => undefined).apply(this, given);
  };
  try {
    top.input.y.fill(1);
    for (let i = 0; i < 3; i++) top.run(random);
    deepStrictEqual(calls, ["upload", "submit", "upload", "submit", "upload", "submit"]);
  } finally {
    GPUQueue.prototype.submit = submit;
    GPUQueue.prototype.writeBuffer = writeBuffer;
  }
  await top.read("loss");
});

onDevice("a growing workspace keeps its state", async (workspace) => {
  workspace.define("sum", { w: floats(1, 2) });
  const { input, scalar, run } = adder(workspace);
  scalar.rate = 1;
  input.x.fill(3);
  run();
  workspace.define("large", {
    x: { shape: [1 << 19], dtype: "float32", values: new Float32Array(1 << 19).fill(7) },
  });
  run();
  deepStrictEqual([...(await workspace.read("sum")).w.values], [7, 8]);
  strictEqual((await workspace.read("large")).x.values.at(-1), 7);
});

onDevice("a group of another layout is taken up by the programs over it", async (workspace) => {
  workspace.define("sum", { w: floats(1, 2) });
  const program = workspace.compile(
    { name: "double", state: ["sum"] },
    ({ state: { sum } }) => ({ outputs: {}, state: { sum: { w: tf.mul(sum.w, 2) } } }),
  );
  program.run();
  workspace.define("sum", { w: floats(1, 2, 3) });
  program.run();
  deepStrictEqual([...(await workspace.read("sum")).w.values], [2, 4, 6]);
});

onDevice("what cannot be had is one line", async (workspace) => {
  workspace.define("sum", { w: floats(1, 2) });
  const { run, read, readNow } = adder(workspace);
  await rejects(read("before"), { name: "InputError", message: /not there before the first run/ });
  run();
  throws(() => readNow("before"), {
    name: "InputError",
    message: /"before" of "add" at once.*use read/,
  });
  throws(
    () =>
      workspace.compile(
        { name: "big", inputs: { x: [[2 ** 31], "float32"] } },
        () => ({ outputs: {} }),
      ),
    { name: "LabError", message: /binds at most \d+ bytes: 85899\d+ asked for/ },
  );
});

Deno.test({
  name: "a lost device is said at the next call, and a new workspace gets a new one",
  ignore,
  fn: async () => {
    let failures = 0;
    const compute = new ComputeDevice(await openGraphics(), () => failures++);
    const workspace = new GpuWorkspace(compute);
    workspace.define("sum", { w: floats(0, 10) });
    const { run } = adder(workspace);
    run();
    compute.device.destroy();
    await compute.device.lost;
    throws(run, { name: "LabError", message: /^Cannot compute on webgpu as .*device was lost/ });
    await rejects(workspace.read("sum"), { name: "LabError", message: /device was lost/ });
    throws(() => new GpuWorkspace(compute), { name: "LabError" });
    strictEqual(failures, 1);
    workspace.dispose();
  },
});

onDevice("a program explains itself by its items", async (workspace) => {
  workspace.define("sum", { w: floats(1, 2) });
  const { run } = adder(workspace);
  deepStrictEqual(workspace.explain!(), []);
  run();
  const [explained] = workspace.explain!(true);
  strictEqual(explained.backend, "webgpu");
  match(explanationTable(explained), /^add on webgpu: 2 kernel calls in 1 items/);
  await workspace.read("sum");
});

/** Counts the reads of the device while `work` runs. */
async function readsDuring(work: () => Promise<void>): Promise<number> {
  const { read } = DeviceArena.prototype;
  let count = 0;
  DeviceArena.prototype.read = function (...given) {
    count++;
    return read.apply(this, given);
  };
  try {
    await work();
  } finally {
    DeviceArena.prototype.read = read;
  }
  return count;
}

onDevice("a program on the host reads the device once after each change", async (workspace) => {
  workspace.define("sum", { w: floats(1, 2) });
  const { input, scalar, run } = adder(workspace);
  scalar.rate = 1;
  input.x.fill(10);
  const act = workspace.compile(
    { name: "act", inputs: { x: [[2], "float32"] }, state: ["sum"], placement: "host" },
    ({ input, state: { sum } }) => ({ outputs: { y: tf.mul(sum.w, input.x) } }),
  );
  const acted = async (x: number) => {
    act.input.x.fill(x);
    act.run();
    return [...await act.read("y")];
  };
  const reads = await readsDuring(async () => {
    deepStrictEqual(await acted(1), [1, 2]);
    deepStrictEqual(await acted(2), [2, 4]);
    run();
    deepStrictEqual(await acted(1), [11, 12]);
    workspace.write("sum", { w: floats(5, 6) });
    deepStrictEqual(await acted(3), [15, 18]);
    deepStrictEqual(await acted(4), [20, 24]);
  });
  strictEqual(reads, 3);
  throws(() => act.readNow("y"), { name: "InputError", message: /at once/ });
});

onDevice("a run on the host sees the state and inputs of its moment", async (workspace) => {
  workspace.define("sum", { w: floats(1, 2) });
  const { input, scalar, run } = adder(workspace);
  scalar.rate = 1;
  input.x.fill(10);
  const act = workspace.compile(
    { name: "act", inputs: { x: [[2], "float32"] }, state: ["sum"], placement: "host" },
    ({ input, state: { sum } }) => ({ outputs: { y: tf.mul(sum.w, input.x) } }),
  );
  act.input.x.fill(1);
  act.run();
  const first = act.read("y");
  act.input.x.fill(2);
  run();
  act.run();
  const second = act.read("y");
  run();
  act.input.x.fill(3);
  deepStrictEqual([...await first], [1, 2]);
  deepStrictEqual([...await second], [22, 24]);
});

onDevice("a program on the host draws its noise when it is asked for", async (workspace) => {
  workspace.define("sum", { w: floats(1, 2) });
  const { input, scalar, run } = adder(workspace);
  scalar.rate = 1;
  input.x.fill(10);
  const act = workspace.compile(
    { name: "act", random: { e: [[2], "normal"] }, state: ["sum"], placement: "host" },
    ({ random, state: { sum } }) => ({ outputs: { y: tf.add(sum.w, random.e) } }),
  );
  const drawn = new Float32Array(2);
  const expected = (w: number[], generator: Generator) => {
    generator.fillStandardNormal(drawn);
    return w.map((x, i) => Math.fround(x + drawn[i]));
  };
  const [random, same] = [defaultRng(3), defaultRng(3)];
  run();
  act.run(random);
  const first = act.read("y");
  run();
  act.run(random);
  deepStrictEqual([...await first], expected([11, 12], same));
  deepStrictEqual([...await act.read("y")], expected([21, 22], same));
  throws(() => act.run(), { name: "InputError", message: /random input "e" needs a generator/ });
});

onDevice("a program on the host may not replace state", async (workspace) => {
  workspace.define("sum", { w: floats(1, 2) });
  const program = workspace.compile(
    { name: "grow", state: ["sum"], placement: "host" },
    ({ state: { sum } }) => ({ outputs: {}, state: { sum: { w: tf.add(sum.w, 1) } } }),
  );
  program.run();
  await rejects(program.read("w" as never), { name: "InputError", message: /replaces "sum"/ });
  ok(await workspace.read("sum"));
});

/** w ← its two largest elements + noise, twice over; a host step with all that a program has. */
function largest(workspace: Workspace) {
  return workspace.compile(
    {
      name: "largest",
      inputs: { x: [[2], "float32"] },
      random: { noise: [[2], "uniform"] },
      scalars: ["rate"],
      state: ["sum"],
    },
    ({ input, random, scalar, state: { sum } }) => {
      const { values, indices } = tf.topk(tf.concat([sum.w, tf.mul(input.x, scalar.rate)]), 2);
      return { outputs: { indices }, state: { sum: { w: tf.add(values, random.noise) } } };
    },
  );
}

onDevice("a step that the device cannot run runs on the host, in its turn", async (workspace) => {
  /** Additions and host steps in turn, none waited for. */
  const mixed = async (workspace: Workspace) => {
    workspace.define("sum", { w: floats(1, 2) });
    const add = adder(workspace);
    const top = largest(workspace);
    const random = defaultRng(5);
    add.scalar.rate = 2;
    const seen: Promise<Float32Array>[] = [];
    for (let i = 0; i < 4; i++) {
      add.input.x.set([i, 1 - i]);
      add.run();
      top.input.x.set([i + 3, -i]);
      top.scalar.rate = i + 1;
      top.run(random);
      if (i % 2 === 0) seen.push(top.read("indices"), add.read("before"));
      workspace.copy("sum", `copy ${i}`);
    }
    const groups = ["sum", "copy 0", "copy 2"].map(async (name) =>
      (await workspace.read(name)).w.values
    );
    return (await Promise.all([...seen, ...groups])).map((x) => [...x]);
  };
  const expected = await mixed(new PlainWorkspace("cpu"));
  (await mixed(workspace)).forEach((values, i) =>
    values.forEach((value, j) => ok(Math.abs(value - expected[i][j]) < 1e-5, `${i}: ${values}`))
  );
  const [added, onHost] = workspace.explain!();
  deepStrictEqual(fallbacksOf(added), []);
  match(onHost.backend, /^wasm/);
  match(
    explanationTable(onHost),
    /largest ran on wasm\S*: .*no lowering of the kernel TopK in WGSL .*wgsl_workspace_test/,
  );
});

onDevice("a policy on the host sees what a step on the host has made", async (workspace) => {
  workspace.define("sum", { w: floats(1, 2) });
  const top = largest(workspace);
  top.scalar.rate = 0;
  const act = workspace.compile(
    { name: "act", state: ["sum"], placement: "host" },
    ({ state: { sum } }) => ({ outputs: { y: tf.mul(sum.w, 1) } }),
  );
  top.run(defaultRng(1));
  act.run();
  const [seen, state] = await Promise.all([act.read("y"), workspace.read("sum")]);
  deepStrictEqual([...seen], [...state.w.values]);
});

onDevice("a step on the host that fails is reported at the next read", async (workspace) => {
  workspace.define("sum", { w: floats(1, 2) });
  const program = workspace.compile(
    { name: "distinct", inputs: { x: [[4], "float32"] }, state: ["sum"] },
    ({ input, state: { sum } }) => ({
      outputs: { sum: tf.add(sum.w, tf.unique(input.x).values) },
    }),
  );
  program.input.x.set([1, 2, 1, 2]);
  program.run();
  deepStrictEqual([...await program.read("sum")], [2, 4]);
  program.input.x.set([1, 2, 3, 4]);
  program.run();
  await rejects(program.read("sum"), /broadcast/);
});

Deno.test("an arena may have what a buffer may and what is bound of it, the less of both", () => {
  for (const [maxBufferSize, maxStorageBufferBindingSize] of [[300, 200], [200, 300]]) {
    const device = {
      limits: { maxBufferSize, maxStorageBufferBindingSize },
      createBindGroupLayout: () => ({}),
      createPipelineLayout: () => ({}),
      lost: new Promise(() => {}),
      addEventListener: () => {},
    } as unknown as GPUDevice;
    const info = {} as GPUAdapterInfo;
    const compute = new ComputeDevice({ device, name: "made up", info });
    strictEqual(compute.mostBytes, 200);
  }
});
