/**
 * Composite kernels as the primitive ones that the lowerings know.
 *
 * @module
 */
import type { Attributes, Dtype, Graph, GraphBuilder, View } from "../ir.ts";
import { broadcast } from "../shapes.ts";
import type { Adder, Expansion } from "./expansion.ts";
import { einsum } from "./expand_einsum.ts";
import { imageExpansions } from "./expand_images.ts";
import { mathExpansions } from "./expand_math.ts";
import { keep, rewrite } from "./rewrite.ts";

function adder(builder: GraphBuilder, origin: Error | undefined): Adder {
  const valueOf = (view: View) => builder.values[view.value];
  const typed: Adder["typed"] = (kernel, inputs, shape, dtype, attributes = {}) => {
    const output = { value: -1, shape };
    const expanded = expansions[kernel]?.({ kernel, inputs, attributes, output }, made);
    return expanded ?? builder.apply(kernel, inputs, shape, dtype, attributes, origin);
  };
  const add = (kernel: string, inputs: readonly View[], attributes = {}) => {
    const shape = inputs.map((view) => view.shape).reduce(broadcast);
    return typed(kernel, inputs, shape, "float32", attributes);
  };
  const made: Adder = Object.assign(add, {
    typed,
    valueOf,
    constant: (value: number): View => ({
      value: builder.constant([value], "float32").id,
      shape: [],
    }),
    integers: (values: readonly number[]): View => ({
      value: builder.constant(values, "int32").id,
      shape: [values.length],
    }),
    matrix: (values: Float32Array, shape: readonly number[]): View => ({
      value: builder.constant(values, "float32").id,
      shape,
    }),
    cast: (x: View, dtype: Dtype): View =>
      valueOf(x).dtype === dtype ? x : typed("Cast", [x], x.shape, dtype, { dtype }),
    activated: (x: View, rest: readonly View[], attributes: Attributes): View => {
      const has = (attributes.has ?? []) as string[];
      const others = [...rest];
      const y = has.includes("bias") ? add("Add", [x, others.shift()!]) : x;
      const { activation, leakyreluAlpha } = attributes;
      if (activation === "prelu") return add("Prelu", [y, others[0]]);
      if (activation === "leakyrelu") return add("LeakyRelu", [y], { alpha: leakyreluAlpha });
      const kernel = activations[activation as string];
      return kernel === undefined ? y : add(kernel, [y]);
    },
  });
  return made;
}

const activations: Record<string, string> = {
  relu: "Relu",
  relu6: "Relu6",
  tanh: "Tanh",
  sigmoid: "Sigmoid",
  elu: "Elu",
};

/** min(x, 0). */
function negativePart(x: View, add: Adder): View {
  return add("ClipByValue", [x], { clipValueMin: -Infinity, clipValueMax: 0 });
}

/** max(x, 0) + log1p(exp(−|x|)): no overflow on either side. */
const softplus: Expansion = ({ inputs: [x] }, add) =>
  add("Add", [add("Relu", [x]), add("Log1p", [add("Exp", [add("Neg", [add("Abs", [x])])])])]);

/** Shifted by the row's maximum, over the last axis. */
function shifted(x: View, add: Adder): { difference: View; row: readonly number[] } {
  const row = [...x.shape.slice(0, -1), 1];
  const last = { axes: [x.shape.length - 1], keepDims: true };
  const difference = add("Sub", [x, add.typed("Max", [x], row, "float32", last)]);
  return { difference, row };
}

const expansions: Record<string, Expansion> = {
  Softplus: softplus,
  Softmax: ({ inputs: [x] }, add) => {
    const { difference, row } = shifted(x, add);
    const exp = add("Exp", [difference]);
    const last = { axes: [x.shape.length - 1], keepDims: true };
    return add("RealDiv", [exp, add.typed("Sum", [exp], row, "float32", last)]);
  },
  LogSoftmax: ({ inputs: [x] }, add) => {
    const { difference, row } = shifted(x, add);
    const last = { axes: [x.shape.length - 1], keepDims: true };
    const sum = add.typed("Sum", [add("Exp", [difference])], row, "float32", last);
    return add("Sub", [difference, add("Log", [sum])]);
  },
  _FusedMatMul: ({ inputs: [a, b, ...rest], attributes, output }, add) => {
    const { transposeA, transposeB } = attributes;
    const flags = { transposeA, transposeB };
    const product = add.typed("BatchMatMul", [a, b], output.shape, "float32", flags);
    return add.activated(product, rest, attributes);
  },
  Relu6: ({ inputs: [x] }, add) => {
    const { dtype } = add.valueOf(x);
    const limits = { clipValueMin: 0, clipValueMax: 6 };
    return add.typed("ClipByValue", [x], x.shape, dtype, limits);
  },
  LeakyRelu: ({ inputs: [x], attributes }, add) => {
    const negative = negativePart(x, add);
    const slope = add.constant(attributes.alpha as number);
    return add("Add", [add("Relu", [x]), add("Multiply", [negative, slope])]);
  },
  Prelu: ({ inputs: [x, alpha], output }, add) => {
    const negative = negativePart(x, add);
    const sloped = add.typed("Multiply", [negative, alpha], output.shape, "float32");
    return add("Add", [add("Relu", [x]), sloped]);
  },
  Elu: ({ inputs: [x] }, add) =>
    add("Add", [add("Relu", [x]), add("Expm1", [negativePart(x, add)])]),
  // 1.7580993 = 1.0507010 · 1.6732632 (Klambauer et al. 2017).
  Selu: ({ inputs: [x] }, add) => {
    const negative = add("Expm1", [negativePart(x, add)]);
    const right = add("Multiply", [add("Relu", [x]), add.constant(1.0507009873554805)]);
    return add("Add", [right, add("Multiply", [negative, add.constant(1.7580993408473766)])]);
  },
  EluGrad: ({ inputs: [dy, y] }, add) =>
    add("Multiply", [
      dy,
      add("Add", [negativePart(y, add), add.constant(1)]),
    ]),
  SquaredDifference: ({ inputs, output: { shape } }, add) => {
    const { dtype } = add.valueOf(inputs[0]);
    return add.typed("Square", [add.typed("Sub", inputs, shape, dtype)], shape, dtype);
  },
  // A sum times one over the count: one reduction less for the lowerings to know.
  Mean: ({ inputs: [x], attributes, output }, add) => {
    const count = (attributes.axes as number[]).reduce((n, axis) => n * x.shape[axis], 1);
    const sum = add.typed("Sum", [add.cast(x, "float32")], output.shape, "float32", attributes);
    return add("Multiply", [sum, add.constant(1 / count)]);
  },
  Einsum: einsum,
  ...mathExpansions,
  ...imageExpansions,
};

/**
 * Kernels that compute in float32 and also take whole numbers (exact up to 2²⁴) and truth values;
 * those whose result has another type are cast back to it.
 */
const ofFloats = new Set([
  ...["Exp", "Expm1", "Log", "Log1p", "Sqrt", "Rsqrt", "Reciprocal", "Tanh", "Sigmoid", "Sin"],
  ...["Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Acosh", "Atanh", "Erf"],
  ...["Softplus", "Elu", "Selu", "LeakyRelu", "Prelu", "Step", "Softmax", "LogSoftmax"],
  ...["BatchMatMul", "Einsum", "ResizeBilinear"],
  ...["MaxPool", "AvgPool", "MaxPoolGrad", "AvgPoolGrad"],
  ...["Conv2D", "Conv2DBackpropInput", "Conv2DBackpropFilter", "FusedConv2D"],
  ...["DepthwiseConv2dNative", "FusedDepthwiseConv2D"],
  ...["DepthwiseConv2dNativeBackpropInput", "DepthwiseConv2dNativeBackpropFilter"],
]);

/** The graph without composite kernels. */
export function expand(graph: Graph): Graph {
  return rewrite(graph, (operation, builder) => {
    const { kernel, output, attributes, origin } = operation;
    const add = adder(builder, origin);
    const inFloats = ofFloats.has(kernel);
    const inputs = inFloats
      ? operation.inputs.map((input) => add.cast(input, "float32"))
      : operation.inputs;
    const { dtype } = builder.values[output.value];
    if (inFloats && dtype !== "float32") {
      return add.cast(add.typed(kernel, inputs, output.shape, "float32", attributes), dtype);
    }
    const given = { ...operation, inputs };
    return expansions[kernel]?.(given, add) ?? keep(given, builder);
  });
}
