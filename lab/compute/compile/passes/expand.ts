/**
 * Composite kernels as the primitive ones that the lowerings know.
 *
 * @module
 */
import { axesOf } from "../shapes.ts";
import type { Dtype, Graph, GraphBuilder, Operation, View } from "../ir.ts";
import { keep, rewrite } from "./rewrite.ts";

/** Appends primitives for one composite operation; answers the view of the result. */
type Expansion = (operation: Operation, add: Adder) => View;

/** Short forms for appending float operations of the composite's origin. */
interface Adder {
  (kernel: string, inputs: readonly View[], attributes?: Operation["attributes"]): View;
  constant(value: number): View;
  typed(
    kernel: string,
    inputs: readonly View[],
    shape: readonly number[],
    dtype: Dtype,
    attributes?: Operation["attributes"],
  ): View;
}

function adder(builder: GraphBuilder, origin: Error | undefined): Adder {
  const typed: Adder["typed"] = (kernel, inputs, shape, dtype, attributes = {}) =>
    builder.apply(kernel, inputs, shape, dtype, attributes, origin);
  const longest = (views: readonly View[]) =>
    views.reduce((a, b) => b.shape.length > a.shape.length ? b : a).shape;
  const add = (kernel: string, inputs: readonly View[], attributes = {}) =>
    typed(kernel, inputs, longest(inputs), "float32", attributes);
  return Object.assign(add, {
    typed,
    constant: (value: number): View => ({
      value: builder.constant([value], "float32").id,
      shape: [],
    }),
  });
}

const activations: Record<string, string> = {
  relu: "Relu",
  relu6: "Relu6",
  tanh: "Tanh",
  sigmoid: "Sigmoid",
  elu: "Elu",
};

/** max(x, 0) + log1p(exp(−|x|)): no overflow on either side. */
const softplus: Expansion = ({ inputs: [x] }, add) =>
  add("Add", [add("Relu", [x]), add("Log1p", [add("Exp", [add("Neg", [add("Abs", [x])])])])]);

/** Shifted by the row's maximum, over the last axis. */
function shifted(x: View, add: Adder): { difference: View; row: readonly number[] } {
  const row = [...x.shape.slice(0, -1), 1];
  const axis = { axis: [x.shape.length - 1], keepDims: true };
  const difference = add("Sub", [x, add.typed("Max", [x], row, "float32", axis)]);
  return { difference, row };
}

const expansions: Record<string, Expansion> = {
  Softplus: softplus,
  Softmax: ({ inputs: [x] }, add) => {
    const { difference, row } = shifted(x, add);
    const exp = add("Exp", [difference]);
    const axis = { axis: [x.shape.length - 1], keepDims: true };
    return add("RealDiv", [exp, add.typed("Sum", [exp], row, "float32", axis)]);
  },
  LogSoftmax: ({ inputs: [x] }, add) => {
    const { difference, row } = shifted(x, add);
    const axis = { axis: [x.shape.length - 1], keepDims: true };
    const sum = add.typed("Sum", [add("Exp", [difference])], row, "float32", axis);
    return add("Sub", [difference, add("Log", [sum])]);
  },
  _FusedMatMul: ({ inputs, attributes, output }, add) => {
    const { transposeA, transposeB, activation, hasBias } = attributes;
    let view = add.typed("BatchMatMul", inputs.slice(0, 2), output.shape, "float32", {
      transposeA,
      transposeB,
    });
    if (hasBias) view = add("Add", [view, inputs[2]]);
    const kernel = activations[activation as string];
    return kernel === undefined ? view : add(kernel, [view]);
  },
  Relu6: ({ inputs: [x] }, add) => add("ClipByValue", [x], { clipValueMin: 0, clipValueMax: 6 }),
  LeakyRelu: ({ inputs: [x], attributes }, add) => {
    const negative = add("Minimum", [x, add.constant(0)]);
    const slope = add.constant(attributes.alpha as number);
    return add("Add", [add("Relu", [x]), add("Multiply", [negative, slope])]);
  },
  Prelu: ({ inputs: [x, alpha], output }, add) => {
    const negative = add("Minimum", [x, add.constant(0)]);
    const sloped = add.typed("Multiply", [negative, alpha], output.shape, "float32");
    return add("Add", [add("Relu", [x]), sloped]);
  },
  Elu: ({ inputs: [x] }, add) =>
    add("Add", [add("Relu", [x]), add("Expm1", [add("Minimum", [x, add.constant(0)])])]),
  // 1.7580993 = 1.0507010 · 1.6732632 (Klambauer et al. 2017).
  Selu: ({ inputs: [x] }, add) => {
    const negative = add("Expm1", [add("Minimum", [x, add.constant(0)])]);
    const right = add("Multiply", [add("Relu", [x]), add.constant(1.0507009873554805)]);
    return add("Add", [right, add("Multiply", [negative, add.constant(1.7580993408473766)])]);
  },
  EluGrad: ({ inputs: [dy, y] }, add) =>
    add("Multiply", [
      dy,
      add("Add", [add("Minimum", [y, add.constant(0)]), add.constant(1)]),
    ]),
  SquaredDifference: ({ inputs, output }, add) => {
    const difference = add.typed("Sub", inputs, output.shape, "float32");
    return add("Square", [difference]);
  },
};

/** A mean is a sum times one over the count: one reduction less for the lowerings to know. */
function expandMean({ inputs: [x], attributes, output }: Operation, add: Adder): View {
  const count = axesOf(attributes, x.shape.length).reduce((n, axis) => n * x.shape[axis], 1);
  const sum = add.typed("Sum", [x], output.shape, "float32", attributes);
  return add("Multiply", [sum, add.constant(1 / count)]);
}

/** The graph without composite kernels. */
export function expand(graph: Graph): Graph {
  return rewrite(graph, (operation, builder) => {
    const add = adder(builder, operation.origin);
    if (operation.kernel === "Mean") return expandMean(operation, add);
    const expansion = expansions[operation.kernel];
    const integer = operation.kernel === "SquaredDifference" &&
      graph.values[operation.output.value].dtype !== "float32";
    if (expansion === undefined || integer) return keep(operation, builder);
    return expansion(operation, add);
  });
}
