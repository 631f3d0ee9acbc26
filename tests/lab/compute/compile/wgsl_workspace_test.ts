/** What is particular to the workspace on the graphics device: order, memory, failures, the host. */
import { deepStrictEqual, match, ok, rejects, strictEqual, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { openWorkspace } from "../../../../lab/compute/backend.ts";
import { explanationTable } from "../../../../lab/compute/compile/explain.ts";
import { GpuWorkspace } from "../../../../lab/compute/compile/gpu_workspace.ts";
import { ComputeDevice, DeviceArena } from "../../../../lab/compute/compile/wgsl/device.ts";
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
