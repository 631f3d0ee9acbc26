/** Tracing: shapes as TensorFlow.js has them, and every impurity named with its line. */
import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import type { Graph } from "../../../../lab/compute/compile/ir.ts";
import { graphOf as graphOfStep, outputNames } from "../../../../lab/compute/compile/step_graph.ts";
import { trace } from "../../../../lab/compute/compile/trace.ts";
import { valueAndGradients } from "../../../../lab/compute/gradients.ts";
import { mlp, mlpParameters } from "../../../../lab/compute/networks.ts";
import { adam } from "../../../../lab/compute/optimizers.ts";
import type { Tensors } from "../../../../lab/compute/workspace.ts";
import { defaultRng } from "../../../../lab/core/random.ts";
import { graphOf, kernelsOf, linesOf, type Shapes } from "./graphs.ts";

/** Shape and type of every output, as traced and as TensorFlow.js computes them. */
function shapesAgree(inputs: Shapes, f: (given: Tensors) => Tensors): void {
  const graph = graphOf(inputs, f);
  const traced = graph.outputs.map(({ name, view }) => [
    name,
    view.shape,
    graph.values[view.value].dtype,
  ]);
  const concrete = tf.tidy(() => {
    const given = Object.entries(inputs).map(([name, each]) => {
      const [shape, dtype] = typeof each[1] === "string" ? each : [each, "float32"];
      return [name, tf.ones(shape as number[], dtype as "float32")];
    });
    return Object.entries(f(Object.fromEntries(given))).map((
      [name, { shape, dtype }],
    ) => [name, shape, dtype]);
  });
  deepStrictEqual(traced, concrete);
}

Deno.test("symbolic shapes are the concrete ones: elementwise and broadcast", () => {
  shapesAgree({ x: [3, 1, 4], y: [2, 1], n: [[4], "int32"] }, ({ x, y, n }) => ({
    sum: tf.add(x, y),
    difference: tf.sub(y, x),
    mixed: tf.mul(x, n),
    whole: tf.add(n, tf.scalar(1, "int32")),
    quotient: tf.div(x, n),
    truth: tf.greater(x, y),
    either: tf.logicalOr(tf.less(x, 0), tf.equal(n, 2)),
    chosen: tf.where(tf.greater(tf.add(x, y), 0), tf.add(x, y), tf.zeros([3, 2, 4])),
    number: tf.cast(tf.greater(x, 0), "int32"),
    exp: tf.exp(tf.cast(n, "float32")),
    clipped: tf.clipByValue(x, -1, 1),
    power: tf.pow(x, 2),
    sloped: tf.prelu(x, y),
    either7: tf.where(tf.greater(n, 1), n, 7),
    wholeOrTruth: tf.where(tf.greater(n, 1), tf.greater(n, 2), n),
    joinedToFloats: tf.concat([tf.reshape(x, [12]), n, tf.greater(n, 0)]),
    joinedToWholes: tf.concat([n, tf.reshape(x, [12])]),
  }));
});

Deno.test("symbolic shapes are the concrete ones: reductions, products and moves", () => {
  shapesAgree(
    { x: [3, 2, 4], a: [2, 5, 3], b: [2, 3, 6], n: [[5], "int32"] },
    ({ x, a, b, n }) => ({
      total: tf.sum(x),
      rows: tf.mean(x, -1),
      kept: tf.max(x, [0, 2], true),
      counted: tf.sum(tf.cast(tf.greater(x, 0), "int32"), 0),
      best: tf.argMax(x, 1),
      product: tf.matMul(a, b),
      transposed: tf.matMul(a, a, true, false),
      turned: tf.transpose(x, [2, 0, 1]),
      slice: tf.slice(x, [1, 0, 1], [-1, 1, 2]),
      joined: tf.concat([x, tf.zeros([3, 5, 4])], 1),
      stacked: tf.stack([x, x], -1),
      part: tf.split(x, [1, 3], 2)[1],
      piece: tf.unstack(x, 1)[0],
      padded: tf.pad(x, [[0, 1], [2, 0], [0, 0]]),
      tiled: tf.tile(x, [1, 2, 3]),
      shaped: tf.reshape(x, [2, -1]),
      wide: tf.expandDims(tf.squeeze(tf.sum(x, 1, true)), 0),
      hot: tf.oneHot(n, 7),
      soft: tf.softmax(x),
      logs: tf.logSoftmax(tf.reshape(x, [6, 4])),
      range: tf.range(0, 7, 2),
    }),
  );
});

Deno.test("the gradient of a training step has the parameters' shapes", () => {
  const parameters = mlpParameters(defaultRng(1), [3, 5, 2]);
  const state = Object.fromEntries(
    Object.entries(parameters).map(([name, { shape }]) => [name, shape]),
  );
  const graph = graphOf({ x: [4, 3] }, ({ x, ...net }) => {
    const { gradients } = valueAndGradients(
      (net) => ({ loss: tf.mean(tf.square(mlp(net, x, "tanh"))) as tf.Scalar }),
      net,
    );
    return gradients;
  }, state);
  const shapes = Object.fromEntries(graph.outputs.map(({ name, view }) => [name, view.shape]));
  deepStrictEqual(shapes, state);
});

Deno.test("a reshape is another view, and a second use of a tensor is no copy", () => {
  const graph = graphOf({ x: [2, 3] }, ({ x }) => {
    const flat = tf.reshape(tf.neg(x), [6]);
    return { twice: tf.add(flat, tf.clone(flat)) };
  });
  deepStrictEqual(linesOf(graph), [
    "%1 = Neg(x) [2,3]",
    "%2 = Add(%1, %1) [6]",
    "twice: %2 [6]",
  ]);
});

Deno.test("what the step frees early is still known", () => {
  const graph = graphOf({ x: [2] }, ({ x }) => {
    const y = tf.tidy(() => tf.exp(tf.neg(x)));
    const z = tf.square(y);
    y.dispose();
    return { z };
  });
  deepStrictEqual(kernelsOf(graph), { Neg: 1, Exp: 1, Square: 1 });
});

/** The step's refusal, with the place in this file that it names. */
function refusal(f: (given: Tensors) => Tensors): { message: string; line: string } {
  let message = "";
  throws(() => graphOf({ x: [4], n: [[4], "int32"] }, f), (error: Error) => {
    strictEqual(error.name, "InputError");
    message = error.message;
    return true;
  });
  const at = message.match(/trace_test\.ts:(\d+):\d+/);
  ok(at, `names no line of the step: ${message}`);
  return { message, line: source[Number(at[1]) - 1].trim() };
}

Deno.test("a step without a workspace has what it declares, of its shapes and types", () => {
  const spec = {
    name: "declared",
    inputs: { ids: [[2], "int32"], x: [[2, 3], "float32"] },
    random: { noise: [[2, 3], "normal"] },
    scalars: ["rate"],
  } as const;
  const state = {
    s: {
      w: { shape: [3], dtype: "float32", values: new Float32Array(3) },
      count: { shape: [], dtype: "int32", values: new Int32Array(1) },
    },
  } as const;
  const step: Parameters<typeof graphOfStep>[2] = ({ input, random, scalar, state }) => ({
    outputs: {
      y: tf.mul(tf.add(tf.mul(input.x, state.s.w), random.noise), scalar.rate),
      ids: tf.add(input.ids, state.s.count),
    },
  });
  const declared = graphOfStep(spec as never, state, step).values
    .filter(({ name }) => name !== undefined)
    .map(({ kind, name, dtype, size }) => `${kind} ${name}: ${dtype} of ${size}`);
  deepStrictEqual(declared.sort(), [
    "input ids: int32 of 2",
    "input x: float32 of 6",
    "random noise: float32 of 6",
    "scalar rate: float32 of 1",
    "state s/count: int32 of 1",
    "state s/w: float32 of 3",
  ]);
  deepStrictEqual(outputNames(spec as never, state, step), ["y", "ids"]);
});

const source = Deno.readTextFileSync(new URL(import.meta.url)).split("\n");

/** Refused with this message, at the line that holds this code. */
function refuses(what: string, expected: RegExp, code: string, f: (given: Tensors) => Tensors) {
  Deno.test(`${what} is refused, with the line of the step`, () => {
    const { message, line } = refusal(f);
    match(message, expected);
    ok(line.includes(code), `${line} (named by: ${message})`);
  });
}

refuses("a branch on a value", /reads the value of a tensor/, "dataSync", ({ x }) => {
  const first = x.dataSync()[0];
  return { y: first > 0 ? tf.neg(x) : x };
});

refuses("a value as a JavaScript number", /reads the value of a tensor/, "arraySync", ({ x }) => {
  const total = tf.sum(x).arraySync() as number;
  return { y: tf.mul(x, total) };
});

const outsider = tf.tensor([1, 2, 3, 4]);

refuses("a tensor from outside", /made outside of it.*declare/, "outsider", ({ x }) => {
  const y = tf.add(x, outsider);
  return { y };
});

refuses("a clone of a tensor from outside", /made outside of it/, "outsider", ({ x }) => {
  const mine = tf.clone(outsider);
  return { y: tf.add(x, mine) };
});

refuses("Math.random in a constant", /a constant of Multiply differs/, "Math.random", ({ x }) => {
  const y = tf.mul(x, tf.scalar(Math.random()));
  return { y };
});

let calls = 0;
refuses("a counter in a constant", /a constant of Add differs/, "calls++", ({ x }) => {
  const y = tf.add(x, calls++);
  return { y };
});

refuses(
  "equal elements that come to differ",
  /a constant of Multiply differs/,
  "calls++",
  ({ x }) => {
    const y = tf.mul(x, tf.tensor1d([1, 1, 1, 1 - calls++ % 2]));
    return { y };
  },
);

refuses("a clock in a constant", /a constant of Sub differs/, "performance.now", ({ x }) => {
  const y = tf.sub(x, performance.now());
  return { y };
});

refuses("a counter in an attribute", /the call ClipByValue differs/, "-calls++", ({ x }) => {
  const y = tf.clipByValue(x, -calls++, 1);
  return { y };
});

refuses(
  "the sign of a zero in an attribute",
  /the call ClipByValue differs/,
  "calls++",
  ({ x }) => {
    const y = tf.clipByValue(x, calls++ % 2 === 0 ? 0 : -0, 1);
    return { y };
  },
);

refuses("NaN in an attribute", /the call PadV2 differs/, "calls++", ({ x }) => {
  const y = tf.pad(x, [[1, 1]], calls++ % 2 === 0 ? NaN : Infinity);
  return { y };
});

refuses("a counter in the shape", /the call Slice differs/, "calls++", ({ x }) => {
  const y = tf.slice(x, calls++ % 2, 1);
  return { y: tf.sum(y) };
});

refuses("a call that comes and goes", /differs between two traces/, "tf.exp", ({ x }) => {
  const y = calls++ % 2 === 0 ? tf.exp(x) : x;
  return { y: tf.neg(y) };
});

refuses("TensorFlow.js's own random numbers", /differs between two traces/, "dropout", ({ x }) => {
  const y = tf.dropout(x, 0.5);
  return { y };
});

refuses("a shape that depends on values", /no lowering of the kernel Unique/, "unique", ({ n }) => {
  const y = tf.unique(n).values;
  return { y };
});

refuses(
  "a kernel that draws its own numbers",
  /no lowering of the kernel Multinomial/,
  "multinomial",
  ({ x }) => {
    const y = tf.multinomial(x as tf.Tensor1D, 2, 3);
    return { y };
  },
);

refuses("channels first", /no lowering of the kernel DepthToSpace of NCHW/, "depthTo", ({ x }) => {
  const y = tf.depthToSpace(tf.reshape(x, [1, 4, 1, 1]) as tf.Tensor4D, 2, "NCHW");
  return { y };
});

refuses("a complex number", /no lowering of the kernel Complex/, "tf.complex", ({ x }) => {
  const y = tf.abs(tf.complex(x, x));
  return { y };
});

refuses("text", /no lowering of the kernel tf.tensor of string/, "tf.tensor", ({ x }) => {
  const y = tf.tensor(["a", "b"]);
  return { x, y };
});

/** Operands that do not go together: x [2,3], y [4,2], v [4], image [1,2,2,1], whole numbers i [4]. */
const misfits: Record<string, (given: Tensors) => tf.Tensor> = {
  product: ({ x, y }) => tf.matMul(x, y),
  productOfTransposed: ({ x, y }) => tf.matMul(y, x, true, true),
  batchedProduct: ({ x, y }) => tf.matMul(tf.stack([x, x]), tf.stack([y, y])),
  productOfVector: ({ y, v }) => tf.matMul(v, y),
  fusedProduct: ({ x, y }) => tf.fused.matMul({ a: x, b: y, activation: "relu" }),
  network: ({ y, ...rest }) =>
    mlp({ "0/kernel": rest.x, "0/bias": tf.slice(rest.v, 0, 3) }, tf.transpose(y), "tanh"),
  sliceTooLong: ({ v }) => tf.slice(v, [2], [4]),
  reshapeMore: ({ x }) => tf.reshape(x, [4, 2]),
  reshapeFewer: ({ x }) => tf.reshape(x, [4]),
  reshapeRest: ({ x }) => tf.reshape(x, [-1, 4]),
  reshapeTwoRests: ({ x }) => tf.reshape(x, [-1, -1]),
  concat: ({ x, y }) => tf.concat([x, y], 1),
  concatRanks: ({ x, v }) => tf.concat([x, v]),
  concatAxis: ({ x }) => tf.concat([x, x], 2),
  stack: ({ x, y }) => tf.stack([x, y]),
  stackTypes: ({ v, i }) => tf.stack([v, i]),
  meanAxes: ({ x }) => tf.mean(x, [1, 2]),
  gatherAxis: ({ x, i }) => tf.gather(x, i, 2),
  gatherBatches: ({ x, i }) => tf.gather(x, i, 1, 1),
  expandAxis: ({ x }) => tf.expandDims(x, -4),
  einsum: ({ x, y }) => tf.einsum("ij,jk->ik", x, y),
  einsumRank: ({ x, v }) => tf.einsum("ij,jk->ik", x, v),
  einsumCount: ({ x }) => tf.einsum("ij,jk->ik", x),
  gatherND: ({ x }) => tf.gatherND(x, tf.zeros([2, 3], "int32")),
  segments: ({ x, i }) => tf.unsortedSegmentSum(x, i as tf.Tensor1D, 3),
  prelu: ({ x, v }) => tf.prelu(x, v),
  split: ({ v }) => tf.split(v, 3)[0],
  beforeAnyKernel: ({ x, y }) => tf.addN([x, y]),
  onTheHost: ({ x, y }) => tf.atan2(x, y),
};

/** What TensorFlow.js's cpu kernels compute from elements that are not there. */
const silentOnCpu: Record<string, (given: Tensors) => tf.Tensor> = {
  sliceBeyond: ({ v }) => tf.slice(v, [6]),
  negativeBegin: ({ v }) => tf.slice(v, [-2], [2]),
  padRank: ({ x }) => tf.pad(x, [[1, 1]]),
  negativePad: ({ x }) => tf.pad(x, [[0, 0], [-1, 1]]),
  axisTwice: ({ x }) => tf.transpose(x, [0, 0]),
  cumsumAxis: ({ x }) => tf.cumsum(x, 2),
  sumAxisTwice: ({ x }) => tf.sum(x, [0, 0]),
  meanAxisTwice: ({ x }) => tf.mean(x, [1, -1]),
  halfABegin: ({ v }) => tf.slice(v, [0.5], [2]),
  halfASize: ({ v }) => tf.slice(v, [0], [1.5]),
  halfAPart: ({ v }) => tf.split(v, [1.5, 2.5])[0],
  halfAStride: ({ v }) => tf.stridedSlice(v, [0], [4], [1.5]),
  halfAPad: ({ v }) => tf.pad(v, [[1.5, 0]]),
  halfATile: ({ v }) => tf.tile(v, [1.5]),
  halfAStep: ({ image }) => tf.conv2d(image as tf.Tensor4D, tf.ones([2, 2, 1, 1]), 1.5, "same"),
  halfADilation: ({ image }) =>
    tf.conv2d(image as tf.Tensor4D, tf.ones([2, 2, 1, 1]), 1, "same", "NHWC", 1.5),
  cutImage: ({ image }) => tf.conv2d(image as tf.Tensor4D, tf.ones([1, 1, 1, 1]), 1, -1),
  largeKernel: ({ image }) => tf.conv2d(image as tf.Tensor4D, tf.ones([5, 5, 1, 1]), 1, "valid"),
  largePool: ({ image }) => tf.maxPool(image as tf.Tensor4D, 5, 1, "valid"),
  largeDepthwise: ({ image }) =>
    tf.depthwiseConv2d(image as tf.Tensor4D, tf.ones([5, 5, 1, 1]), 1, "valid"),
  moments: ({ x, v }) => tf.batchNorm(x, v as tf.Tensor1D, v as tf.Tensor1D),
  transposedConvolution: ({ image }) =>
    tf.conv2dTranspose(image as tf.Tensor4D, tf.ones([2, 2, 1, 1]), [1, 7, 7, 1], 2, "same"),
  convolutionGradient: ({ image }) =>
    tf.engine().runKernel("Conv2DBackpropFilter", { x: image, dy: image }, {
      ...{ strides: 2, pad: "same", dataFormat: "NHWC", filterShape: [2, 2, 1, 1] },
    }),
};

const operands: Shapes = {
  ...{ x: [2, 3], y: [4, 2], v: [4], image: [1, 2, 2, 1] },
  i: [[4], "int32"],
};

for (const [what, f] of Object.entries({ ...misfits, ...silentOnCpu })) {
  Deno.test(`operands that do not fit are refused in one line: ${what}`, () => {
    throws(() => graphOf(operands, (given) => ({ y: f(given) })), (error: Error) => {
      strictEqual(error.name, "InputError");
      match(error.message, /^Cannot compile as [A-Z]\S+ [^\n]*trace_test\.ts:\d+:\d+\): [^\n]+$/);
      return true;
    });
    if (what in silentOnCpu) return;
    throws(() =>
      tf.tidy(() => {
        const given = Object.entries(operands).map(([name, each]) => [
          name,
          typeof each[1] === "string" ? tf.ones([4], "int32") : tf.ones(each as number[]),
        ]);
        f(Object.fromEntries(given));
      })
    );
  });
}

Deno.test("what does not fit is named with its kernel, shapes and TensorFlow.js's reason", () => {
  const { message } = refusal(({ x }) => ({ y: tf.slice(x, [2], [4]) }));
  match(
    message,
    /^Cannot compile as Slice does not take \[4\] this way \(file:.*\): .*\(6\) would overflow/,
  );
});

Deno.test("an error of the step's own is thrown as it is", () => {
  const own = new Error("no such layer");
  const step = () => {
    throw own;
  };
  throws(() => graphOf({ x: [2] }, step), (error) => error === own);
});

refuses("a number among truth values", /kernel Concat of bool and float32/, "concat", ({ x }) => {
  const y = tf.concat([tf.greater(x, 0), x]);
  return { y };
});

Deno.test("an impurity in a result that nothing computes with is seen, too", () => {
  throws(() => graphOf({ x: [1] }, ({ x }) => ({ x, y: tf.scalar(calls++) })), {
    name: "InputError",
    message: /a constant of its outputs differs between two traces/,
  });
});

Deno.test("what differed is refused though two later traces agree", () => {
  let traces = 0;
  throws(() => graphOf({ x: [1] }, ({ x }) => ({ y: tf.mul(x, traces++ === 1 ? 2 : 3) })), {
    name: "InputError",
    message: /a constant of Multiply differs between two traces/,
  });
});

Deno.test("outputs that come and go are refused", () => {
  const coming = () => graphOf({ x: [1] }, ({ x }) => ({ [`y${calls++ % 2}`]: x }));
  throws(coming, { name: "InputError", message: /differs between two traces/ });
});

Deno.test("results that are swapped between two traces are refused", () => {
  const swapping = () =>
    graphOf({ x: [1], y: [1] }, ({ x, y }) => calls++ % 2 === 0 ? { z: x } : { z: y });
  throws(swapping, { name: "InputError", message: /differs between two traces/ });
});

Deno.test("a refused trace leaves the backend and the tensors as they were", () => {
  const before = tf.memory().numTensors;
  throws(() => graphOf({ x: [2] }, ({ x }) => ({ y: tf.scalar(x.dataSync()[0]) })));
  strictEqual(tf.getBackend(), "cpu");
  strictEqual(tf.memory().numTensors, before);
  deepStrictEqual([...tf.add([1], [2]).dataSync()], [3]);
});

Deno.test("a trace leaves no tensor behind, gradients and optimizer included", () => {
  const parameters = mlpParameters(defaultRng(1), [3, 4, 1]);
  const optimizer = adam();
  const moments = optimizer.initialState(parameters);
  const shapes = (tensors: typeof parameters, prefix: string): Shapes =>
    Object.fromEntries(
      Object.entries(tensors).map(([name, { shape, dtype }]) => [`${prefix}/${name}`, [
        shape,
        dtype as "float32",
      ]]),
    );
  const group = (given: Tensors, prefix: string): Tensors =>
    Object.fromEntries(
      Object.entries(given).filter(([name]) => name.startsWith(prefix))
        .map(([name, tensor]) => [name.slice(prefix.length + 1), tensor]),
    );
  const before = tf.memory().numTensors;
  const graph: Graph = graphOf(
    { x: [8, 3] },
    () => ({}),
    { ...shapes(parameters, "net"), ...shapes(moments, "moments") },
    (given) => {
      const net = group(given, "net");
      const { gradients } = valueAndGradients(
        (net) => ({ loss: tf.mean(tf.square(mlp(net, given.x, "relu"))) as tf.Scalar }),
        net,
      );
      const next = optimizer.update(net, gradients, group(given, "moments"), tf.scalar(0.1));
      return Object.fromEntries(
        Object.entries(next.parameters).map(([name, tensor]) => [`net/${name}`, tensor]),
      );
    },
  );
  strictEqual(graph.updates.length, 4);
  strictEqual(tf.memory().numTensors, before);
});

Deno.test("two steps trace the same whatever was traced between", () => {
  const once = () => linesOf(graphOf({ x: [3] }, ({ x }) => ({ y: tf.softmax(tf.mul(x, 2)) })));
  const first = once();
  graphOf({ z: [2] }, ({ z }) => ({ z: tf.exp(z) }));
  deepStrictEqual(once(), first);
});

Deno.test("a step may declare nothing", () => {
  const graph = trace([], () => ({ outputs: { two: tf.add(1, 1) }, updates: {} }));
  deepStrictEqual(linesOf(graph), ["%1 = Add(1, 1) []", "two: %1 []"]);
});
