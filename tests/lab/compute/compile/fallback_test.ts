/** What cannot be compiled runs otherwise, to the same numbers, and says so. */
import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { openWorkspace } from "../../../../lab/compute/backend.ts";
import { explanationTable, fallbacksOf } from "../../../../lab/compute/compile/explain.ts";
import { hostKernels } from "../../../../lab/compute/compile/host_kernels.ts";
import { rules } from "../../../../lab/compute/compile/shapes.ts";
import { CompiledWorkspace } from "../../../../lab/compute/compile/workspace.ts";
import { PlainWorkspace } from "../../../../lab/compute/plain_workspace.ts";
import { defaultRng } from "../../../../lab/core/random.ts";
import type { Workspace } from "../../../../lab/compute/workspace.ts";
import { noise } from "./agree.ts";

const floats = (...values: number[]) =>
  ({ shape: [values.length], dtype: "float32", values: Float32Array.from(values) }) as const;

Deno.test("a step whose shapes depend on values runs kernel by kernel, and says so", async () => {
  const { workspace } = await openWorkspace("wasm");
  workspace.define("best", { values: floats(0, 0) });
  const program = workspace.compile(
    {
      name: "distinct",
      inputs: { x: [[4], "float32"] },
      random: { noise: [[4], "uniform"] },
      scalars: ["scale"],
      state: ["best"],
    },
    ({ input, random, scalar, state: { best } }) => {
      const { values } = tf.unique(tf.add(tf.mul(input.x, scalar.scale), tf.mul(random.noise, 0)));
      return {
        outputs: { values },
        state: { best: { values: tf.add(best.values, tf.slice(values, 0, 2)) } },
      };
    },
  );
  const double = workspace.compile(
    { name: "double", state: ["best"] },
    ({ state: { best } }) => ({
      outputs: {},
      state: { best: { values: tf.mul(best.values, 2) } },
    }),
  );
  const random = defaultRng(1);
  program.input.x.set([4, 3, 4, 2]);
  program.scalar.scale = 10;
  program.run(random);
  double.run();
  program.run(random);
  deepStrictEqual([...await program.read("values")], [40, 30, 20]);
  deepStrictEqual([...(await workspace.read("best")).values.values], [120, 90]);
  const [fallback, compiled] = workspace.explain!();
  strictEqual(fallback.backend, "tfjs-cpu");
  match(
    explanationTable(fallback),
    /distinct ran on tfjs-cpu, kernel by kernel:.*Unique.*fallback_test\.ts:\d+/,
  );
  strictEqual(compiled.backend, "wasm");
  deepStrictEqual(fallbacksOf(compiled), []);
  workspace.dispose();
});

Deno.test("images with channels first and text run kernel by kernel", () => {
  const filter = () => tf.tensor4d([1, 10], [1, 1, 2, 1]);
  const steps: Record<string, (x: tf.Tensor4D) => tf.Tensor> = {
    "Conv2D of NCHW": (x) => tf.conv2d(x, filter(), 1, "valid", "NCHW"),
    "tf.tensor of string": (x) => tf.mul(tf.sum(x), tf.tensor1d(["one", "other"]).size),
  };
  const found = Object.entries(steps).map(([what, step]) => {
    const workspace = new CompiledWorkspace("strict");
    const program = workspace.compile(
      { name: what, inputs: { x: [[1, 2, 2, 2], "float32"] } },
      ({ input }) => ({ outputs: { y: step(input.x as tf.Tensor4D) } }),
    );
    program.input.x.set([1, 2, 3, 4, 5, 6, 7, 8]);
    program.run();
    const [reason] = fallbacksOf(workspace.explain()[0]);
    match(reason, new RegExp(`the kernel ${what} \\(.*fallback_test\\.ts:\\d+`));
    const y = [...program.readNow("y")];
    workspace.dispose();
    return y;
  });
  deepStrictEqual(found, [[51, 62, 73, 84], [72]]);
});

Deno.test("what has no elements runs kernel by kernel, and touches nothing beside it", () => {
  const steps: Record<string, (x: tf.Tensor, y: tf.Tensor) => Record<string, tf.Tensor>> = {
    "Slice of no elements": (x, y) => {
      const rows = tf.relu(tf.add(tf.slice(x, [0, 0], [0, 2]), y));
      return { rows, beside: tf.neg(y), sum: tf.sum(rows, 0) };
    },
    "Max of no elements": (x) => ({
      most: tf.max(tf.zeros([3, 0]), 1),
      same: tf.neg(x),
    }),
    "Concat of no elements": (x) => ({ y: tf.concat([tf.zeros([0, 2]), x]) }),
  };
  for (const [kernel, step] of Object.entries(steps)) {
    const [expected, found] = [new PlainWorkspace("cpu"), new CompiledWorkspace("strict")]
      .map((workspace) => {
        const names: string[] = [];
        const program = workspace.compile(
          { name: "none", inputs: { x: [[3, 2], "float32"], y: [[2], "float32"] } },
          ({ input }) => {
            const outputs = step(input.x, input.y);
            names.splice(0, names.length, ...Object.keys(outputs));
            return { outputs };
          },
        );
        program.input.x.set([1, 2, 3, 4, 5, 6]);
        program.input.y.set([7, 8]);
        program.run();
        if (workspace instanceof CompiledWorkspace) {
          match(fallbacksOf(workspace.explain()[0])[0], new RegExp(kernel));
        }
        return names.map((name) => [...program.readNow(name)]);
      });
    deepStrictEqual(found, expected, kernel);
  }
});

Deno.test("a step that runs kernel by kernel leaves no tensor behind", () => {
  const workspace = new CompiledWorkspace("strict");
  const tensors = tf.memory().numTensors;
  workspace.define("best", { values: floats(1, 1) });
  const program = workspace.compile(
    { name: "distinct", state: ["best"] },
    ({ state: { best } }) => ({ outputs: { values: tf.unique(best.values).values } }),
  );
  program.run();
  // Another layout: the step is bound anew.
  workspace.define("best", { values: floats(1, 2, 1) });
  program.run();
  deepStrictEqual([...program.readNow("values")], [1, 2]);
  workspace.dispose();
  strictEqual(tf.memory().numTensors, tensors);
});

/** The loss of a small network through its two largest activations a row, trained. */
function trained(workspace: Workspace) {
  workspace.define("net", {
    w: { ...noise([3, 5], 2), values: Float32Array.from(noise([3, 5], 2).values) },
    slots: { shape: [5], dtype: "int32", values: new Int32Array(5) },
  });
  const update = workspace.compile(
    { name: "update", inputs: { x: [[4, 3], "float32"] }, state: ["net"] },
    ({ input, state: { net } }) => {
      const { value, grads: [slope] } = tf.valueAndGrads((w) => {
        const { values } = tf.topk(tf.relu(tf.matMul(input.x as tf.Tensor2D, w as tf.Tensor2D)), 2);
        return tf.mean(tf.square(values)) as tf.Scalar;
      })([net.w]);
      const { values, indices } = tf.topk(net.w, 3);
      const hit = tf.oneHot(tf.slice(indices, [0, 0], [1, 1]), 5);
      return {
        outputs: { loss: value, values, indices, any: tf.greater(values, 0.5) },
        state: {
          net: {
            w: tf.sub(net.w, tf.mul(slope, 0.1)),
            slots: tf.add(net.slots, tf.reshape(tf.cast(hit, "int32"), [5])),
          },
        },
      };
    },
  );
  update.input.x.set(noise([4, 3], 7, 1).values);
  return update;
}

Deno.test("a kernel without a lowering runs on the host within a compiled program", async () => {
  await tf.setBackend("cpu");
  const plain = new PlainWorkspace("cpu");
  const workspace = new CompiledWorkspace("strict");
  const [expected, update] = [trained(plain), trained(workspace)];
  update.run();
  const buffers = tf.findBackend("cpu").numDataIds();
  for (let i = 1; i < 20; i++) update.run();
  strictEqual(tf.findBackend("cpu").numDataIds(), buffers, "buffers were left behind");
  for (let i = 0; i < 20; i++) expected.run();
  for (const name of ["loss", "values", "indices", "any"] as const) {
    const found = await update.read(name);
    (await expected.read(name)).forEach((value, i) =>
      ok(Math.abs(found[i] - value) <= 1e-6 * (1 + Math.abs(value)), `${name} ${i}: ${found[i]}`)
    );
  }
  deepStrictEqual(
    [...(await workspace.read("net")).slots.values],
    [...(await plain.read("net")).slots.values],
  );
  const [explained] = workspace.explain(true);
  strictEqual(explained.backend, "wasm-strict");
  ok(explained.items.some(({ what }) => what === "top k, by TensorFlow.js"));
  ok(explained.items.some(({ what }) => what === "matrix product"));
  const lines = fallbacksOf(explained);
  ok(
    lines.length >= 2 &&
      lines.every((line) => /update left.*TopK.*fallback_test\.ts:\d+/.test(line)),
    lines.join(),
  );
  match(explanationTable(explained), /update left a kernel that has no lowering/);
  workspace.dispose();
  plain.dispose();
});

Deno.test("host kernels take whole numbers and truth values, and give the cpu's very bits", () => {
  const images = noise([2, 4, 4, 3]);
  const volumes = noise([1, 4, 4, 4, 2], 3);
  const steps: Record<string, (x: tf.Tensor, v: tf.Tensor, i: tf.Tensor) => tf.Tensor> = {
    LRN: (x) => tf.localResponseNormalization(x as tf.Tensor4D, 2),
    Atan2: (x) => tf.atan2(x, tf.add(x, 0.5)),
    FlipLeftRight: (x) => tf.image.flipLeftRight(x as tf.Tensor4D),
    RotateWithOffset: (x) => tf.image.rotateWithOffset(x as tf.Tensor4D, 0.4),
    CropAndResize: (x) => tf.image.cropAndResize(x as tf.Tensor4D, [[0, 0.1, 0.8, 1]], [1], [3, 5]),
    SpaceToBatchND: (x) => tf.spaceToBatchND(x, [2, 2], [[0, 0], [0, 0]]),
    AvgPool3D: (_, v) => tf.avgPool3d(v as tf.Tensor5D, 2, 2, "valid"),
    MaxPool3D: (_, v) => tf.maxPool3d(v as tf.Tensor5D, 2, 1, "same"),
    Conv3D: (_, v) =>
      tf.conv3d(v as tf.Tensor5D, tf.ones([2, 2, 2, 2, 3]) as tf.Tensor5D, 1, "valid"),
    Dilation2D: (x) =>
      tf.dilation2d(x as tf.Tensor4D, tf.ones([2, 2, 3]) as tf.Tensor3D, 1, "same", 1),
    Dilation2DBackpropInput: (x) =>
      tf.grad((x) =>
        tf.sum(
          tf.square(
            tf.dilation2d(x as tf.Tensor4D, tf.ones([2, 2, 3]) as tf.Tensor3D, 1, "same", 1),
          ),
        )
      )(x),
    Dilation2DBackpropFilter: (x) =>
      tf.grad((filter) =>
        tf.sum(tf.square(tf.dilation2d(x as tf.Tensor4D, filter as tf.Tensor3D, 1, "same", 1)))
      )(tf.ones([2, 2, 3])),
    Bincount: (_, __, i) => tf.bincount(i as tf.Tensor1D, tf.tensor1d([]), 9),
    BitwiseAnd: (_, __, i) => tf.bitwiseAnd(i, tf.scalar(6, "int32").broadcastTo([6])),
    TopK: (_, __, i) => tf.topk(i, 4).indices,
    DenseBincount: (_, __, i) => tf.denseBincount(i as tf.Tensor1D, tf.tensor1d([]), 9, true),
    TensorScatterUpdate: (x, _, i) =>
      tf.tensorScatterUpdate(
        tf.reshape(x, [-1]),
        tf.reshape(i, [6, 1]),
        tf.slice(tf.reshape(x, [-1]), 50, 6),
      ),
    SearchSorted: (_x, _v, i) => tf.lowerBound(tf.tensor1d([0, 2, 4], "int32"), i),
  };
  for (const [kernel, step] of Object.entries(steps)) {
    ok(hostKernels.has(kernel), kernel);
    const bits = [new PlainWorkspace("cpu"), new CompiledWorkspace("strict")].map((workspace) => {
      const program = workspace.compile(
        {
          name: kernel,
          inputs: {
            x: [[2, 4, 4, 3], "float32"],
            v: [[1, 4, 4, 4, 2], "float32"],
            i: [[6], "int32"],
          },
        },
        ({ input: { x, v, i } }) => ({ outputs: { y: step(x, v, i) } }),
      );
      program.input.x.set(images.values);
      program.input.v.set(volumes.values);
      program.input.i.set([3, 8, 1, 5, 0, 4]);
      program.run();
      return [...new Int32Array(program.readNow("y").buffer)];
    });
    deepStrictEqual(bits[1], bits[0], kernel);
  }
});

Deno.test("of two steps alike each names the line where it asks for a host kernel", () => {
  const steps: ((context: { input: { x: tf.Tensor } }) => { outputs: { y: tf.Tensor } })[] = [
    ({ input }) => ({ outputs: { y: tf.topk(input.x, 2).values } }),
    ({ input }) => ({ outputs: { y: tf.topk(input.x, 2).values } }),
  ];
  const lines = steps.map((step) => {
    const workspace = new CompiledWorkspace("strict", { fallback: false });
    const program = workspace.compile({ name: "alike", inputs: { x: [[5], "float32"] } }, step);
    try {
      program.run();
      return "";
    } catch (error) {
      return /fallback_test\.ts:(\d+)/.exec((error as Error).message)![1];
    } finally {
      workspace.dispose();
    }
  });
  strictEqual(Number(lines[1]) - Number(lines[0]), 1);
});

Deno.test("a host kernel has no rule of its own, and is refused where fallbacks are", () => {
  for (const kernel of hostKernels) {
    ok(!rules.has(kernel), kernel);
    ok(tf.getKernel(kernel, "cpu") !== undefined, kernel);
  }
  const workspace = new CompiledWorkspace("strict", { fallback: false });
  const program = workspace.compile(
    { name: "largest", inputs: { x: [[4], "float32"] } },
    ({ input }) => ({ outputs: { y: tf.topk(input.x, 2).values } }),
  );
  throws(() => program.run(), {
    name: "InputError",
    message: /no lowering of the kernel TopK .*fallback_test\.ts:\d+/,
  });
});
