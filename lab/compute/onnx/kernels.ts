/**
 * The kernels that the compiler's passes leave, as operators of ONNX.
 *
 * @module
 */
import { InputError } from "../../core/errors.ts";
import type { Attributes, Dtype, Graph, Operation } from "../compile/ir.ts";
import { stridedSlice } from "../compile/copies.ts";
import { convolutionInfo, poolInfo } from "../compile/shapes.ts";
import type { OnnxBuilder } from "./builder.ts";
import type { Length, Lengths, Multiple, RowOperation, RowView } from "./rows.ts";

/** The graph that a kernel is written into. */
export interface Translated {
  readonly builder: OnnxBuilder;
  /** The type of a value's elements. */
  dtypeOf(view: RowView): Dtype;
  /** A view as a tensor of its shape. */
  operand(view: RowView): string;
}

/** The tensor that a kernel makes of its operands. */
type Rule = (operation: RowOperation, operands: readonly string[], to: Translated) => string;

/** The least and the greatest end of a slice. */
const LEAST = -(2 ** 62), GREATEST = 2 ** 62;

/** Operators that are the kernels under another or the same name. */
const same: Readonly<Record<string, string>> = {
  ...{ Add: "Add", Sub: "Sub", Multiply: "Mul", RealDiv: "Div", AddN: "Sum", Pow: "Pow" },
  ...{ Maximum: "Max", Minimum: "Min", Select: "Where", Relu: "Relu", Sign: "Sign" },
  ...{ Neg: "Neg", Abs: "Abs", Sqrt: "Sqrt", Exp: "Exp", Log: "Log", Reciprocal: "Reciprocal" },
  ...{ Tanh: "Tanh", Sigmoid: "Sigmoid", Erf: "Erf", Sin: "Sin", Cos: "Cos", Atan: "Atan" },
  ...{ Floor: "Floor", Ceil: "Ceil", Round: "Round" },
  ...{ Equal: "Equal", Greater: "Greater", GreaterEqual: "GreaterOrEqual", Less: "Less" },
  ...{ LessEqual: "LessOrEqual", LogicalAnd: "And", LogicalOr: "Or", LogicalNot: "Not" },
};

/** The axes that a kernel's attributes name. */
function axesOf({ attributes }: RowOperation): number[] {
  return attributes.axes as number[];
}

/** In the shape that a reduction leaves. */
function reduction(operator: string): Rule {
  return (operation, [x], { builder }) =>
    builder.add(operator, [x, builder.integers(axesOf(operation))], {
      keepdims: operation.attributes.keepDims ? 1 : 0,
    });
}

/** A reduction of truth values as numbers. */
function truths(operator: string): Rule {
  const reduced = reduction(operator);
  return (operation, [x], to) => {
    const { builder } = to;
    return builder.cast(reduced(operation, [builder.cast(x, "int32")], to), "bool");
  };
}

function ofRows(what: string): InputError {
  return new InputError(`Cannot write ${what} of rows as ONNX as each row must be computed alone`);
}

/** The end of a slice along an axis. */
function endOf(begin: Length, size: Length): Length {
  if (typeof begin === "number" && typeof size === "number") return begin + size;
  const multiples = [begin, size].map((each) => each === 0 ? 0 : (each as Multiple).rows);
  if (multiples.includes(undefined as never)) {
    throw ofRows("a slice");
  }
  return { rows: multiples[0] + multiples[1] };
}

function axes(shape: Lengths): number[] {
  return shape.map((_, i) => i);
}

/** A convolution's attributes, or a pool's. */
function windowOf({ attributes }: RowOperation): Readonly<Record<string, number | number[]>> {
  const { kernel, strides, dilations, pads } = attributes.geometry as Record<string, number[]>;
  return { kernel_shape: kernel, strides, dilations, pads };
}

const toNchw = [0, 3, 1, 2], toNhwc = [0, 2, 3, 1];

/** Images with channels first into an operator and out of it. */
function channelsFirst(x: string, to: Translated, operate: (x: string) => string): string {
  const { builder } = to;
  const moved = builder.add("Transpose", [x], { perm: toNchw });
  return builder.add("Transpose", [operate(moved)], { perm: toNhwc });
}

/** A convolution of images with a filter whose axes come in this order. */
function convolution(perm: readonly number[], depthwise: boolean): Rule {
  return (operation, [x, filter], to) =>
    channelsFirst(x, to, (images) => {
      const moved = to.builder.add("Transpose", [filter], { perm });
      const group = depthwise ? operation.inputs[1].shape[2] as number : 1;
      return to.builder.add("Conv", [images, moved], { ...windowOf(operation), group });
    });
}

/** The gradient of a convolution with respect to its images: a transposed convolution. */
function transposed(perm: readonly number[], depthwise: boolean): Rule {
  return (operation, [dy, filter], to) =>
    channelsFirst(dy, to, (images) => {
      const moved = to.builder.add("Transpose", [filter], { perm });
      const group = depthwise ? operation.inputs[1].shape[2] as number : 1;
      const { kernel, strides, dilations, pads } = operation.attributes.geometry as Record<
        string,
        number[]
      >;
      const output_padding = [0, 1].map((i) => {
        const before = operation.inputs[0].shape[1 + i] as number;
        const after = operation.output.shape[1 + i] as number;
        const reach = (kernel[i] - 1) * dilations[i] + 1;
        return after - (strides[i] * (before - 1) + reach - pads[i] - pads[i + 2]);
      });
      const attributes = { ...windowOf(operation), group, output_padding };
      return to.builder.add("ConvTranspose", [images, moved], attributes);
    });
}

function pool(operator: string): Rule {
  return (operation, [x], to) =>
    channelsFirst(x, to, (images) => {
      const { dilations: _, ...window } = windowOf(operation);
      return to.builder.add(operator, [images], window);
    });
}

/** Sums of rows into places of zeros. */
function scattered(
  to: Translated,
  output: RowView,
  indices: string,
  updates: string,
): string {
  const { builder } = to;
  const zero = builder.number(0, to.dtypeOf(output));
  const zeros = builder.add("Expand", [zero, builder.integers(output.shape)]);
  const places = builder.cast(indices, "int64");
  return builder.add("ScatterND", [zeros, places, updates], { reduction: "add" });
}

const padded = (attributes: Attributes) => {
  const paddings = attributes.paddings as readonly (readonly [Length, Length])[];
  return [...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)];
};

/** Translateds by kernel. */
export const kernels: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(
    Object.entries(same).map(([kernel, operator]): [string, Rule] => [
      kernel,
      (_, operands, { builder }) => builder.add(operator, operands),
    ]),
  ),
  NotEqual: (_, operands, { builder }) => builder.add("Not", [builder.add("Equal", operands)]),
  Square: (_, [x], { builder }) => builder.add("Mul", [x, x]),
  Rsqrt: (_, [x], { builder }) => builder.add("Reciprocal", [builder.add("Sqrt", [x])]),
  Expm1: (_, [x], { builder }) => builder.add("Sub", [builder.add("Exp", [x]), builder.number(1)]),
  Log1p: (_, [x], { builder }) => builder.add("Log", [builder.add("Add", [x, builder.number(1)])]),
  Step: ({ attributes }, [x], { builder }) =>
    builder.add("Where", [
      builder.add("Greater", [x, builder.number(0)]),
      builder.number(1),
      builder.number((attributes.alpha ?? 0) as number),
    ]),
  ClipByValue: ({ inputs: [view], attributes: { clipValueMin, clipValueMax } }, [x], to) => {
    const dtype = to.dtypeOf(view);
    const limits = [clipValueMin, clipValueMax].map((limit) => {
      const number = limit as number;
      return Number.isFinite(number) || dtype === "float32" ? to.builder.number(number, dtype) : "";
    });
    return to.builder.add("Clip", [x, ...limits]);
  },
  // Python's remainder, with the sign of the divisor.
  Mod: ({ inputs: [view] }, [a, b], to) => {
    const { builder } = to;
    if (to.dtypeOf(view) === "int32") return builder.add("Mod", [a, b]);
    const whole = builder.add("Floor", [builder.add("Div", [a, b])]);
    return builder.add("Sub", [a, builder.add("Mul", [whole, b])]);
  },
  FloorDivFloat: (_, operands, { builder }) => builder.add("Floor", [builder.add("Div", operands)]),
  FloorDiv: (_, operands, { builder }) => {
    const floats = operands.map((each) => builder.cast(each, "float32"));
    return builder.cast(builder.add("Floor", [builder.add("Div", floats)]), "int32");
  },
  Cast: ({ output }, [x], to) => to.builder.cast(x, to.dtypeOf(output)),
  OneHot: ({ inputs: [indices], output, attributes }, _, to) => {
    const { builder } = to;
    const { depth, onValue = 1, offValue = 0 } = attributes as Record<string, number>;
    const places = Array.from({ length: depth }, (_, i) => i);
    const column = builder.reshaped(to.operand(indices), [...indices.shape, 1]);
    const here = builder.add("Equal", [column, builder.elements(places, "int32", [depth])]);
    const dtype = to.dtypeOf(output);
    return builder.add("Where", [
      here,
      builder.number(onValue, dtype),
      builder.number(offValue, dtype),
    ]);
  },
  Sum: reduction("ReduceSum"),
  Max: reduction("ReduceMax"),
  Min: reduction("ReduceMin"),
  Prod: reduction("ReduceProd"),
  All: truths("ReduceMin"),
  Any: truths("ReduceMax"),
  ArgMax: (operation, [x], { builder }) => {
    const [axis] = axesOf(operation);
    return builder.cast(builder.add("ArgMax", [x], { axis, keepdims: 0 }), "int32");
  },
  BatchMatMul: ({ inputs, attributes: { transposeA, transposeB } }, [a, b], { builder }) => {
    const turned = (x: string, { shape: { length } }: { shape: Lengths }, turn: unknown) => {
      if (!turn) return x;
      const perm = Array.from({ length }, (_, i) => i);
      [perm[length - 2], perm[length - 1]] = [length - 1, length - 2];
      return builder.add("Transpose", [x], { perm });
    };
    return builder.add("MatMul", [
      turned(a, inputs[0], transposeA),
      turned(b, inputs[1], transposeB),
    ]);
  },
  Transpose: ({ attributes }, [x], { builder }) =>
    builder.add("Transpose", [x], { perm: attributes.perm as number[] }),
  Slice: ({ inputs: [{ shape }], attributes }, [x], { builder }) => {
    const [begin, size] = [attributes.begin, attributes.size] as [Length[], Length[]];
    const ends = begin.map((each, i) => size[i] === -1 ? GREATEST : endOf(each, size[i]));
    const all = builder.integers(axes(shape));
    return builder.add("Slice", [x, builder.integers(begin), builder.integers(ends), all]);
  },
  StridedSlice: ({ inputs: [{ shape }], attributes, output }, [x], { builder }) => {
    const { begin, steps, lengths } = attributes.slice as Record<string, Length[]>;
    const ends = begin.map((first, i) => {
      const [step, length] = [steps[i] as number, lengths[i]];
      if (step === 1) return endOf(first, length);
      const end = (first as number) + step * (length as number);
      return end < 0 ? LEAST : end;
    });
    const all = builder.integers(axes(shape));
    const part = [begin, ends].map((each) => builder.integers(each));
    const sliced = builder.add("Slice", [x, ...part, all, builder.integers(steps)]);
    return builder.reshaped(sliced, output.shape);
  },
  Reverse: (operation, [x], { builder }) => {
    const turned = axesOf(operation);
    const each = (value: number) => builder.integers(turned.map(() => value));
    return builder.add("Slice", [x, each(-1), each(LEAST), builder.integers(turned), each(-1)]);
  },
  Concat: (operation, operands, { builder }) =>
    builder.add("Concat", operands, { axis: axesOf(operation)[0] }),
  Pack: (operation, operands, { builder }) => {
    const [axis] = axesOf(operation);
    const parts = operands.map((operand, i) =>
      builder.reshaped(operand, operation.inputs[i].shape.toSpliced(axis, 0, 1))
    );
    return builder.add("Concat", parts, { axis });
  },
  PadV2: ({ inputs: [view], attributes }, [x], to) => {
    const { builder } = to;
    const value = builder.number(attributes.constantValue as number, to.dtypeOf(view));
    return builder.add("Pad", [x, builder.integers(padded(attributes)), value]);
  },
  MirrorPad: ({ inputs: [{ shape }], attributes }, [x], { builder }) => {
    if (attributes.mode === "reflect") {
      return builder.add("Pad", [x, builder.integers(padded(attributes))], { mode: "reflect" });
    }
    // ONNX has no padding that repeats the edge: an axis is gathered by where its elements come from.
    return (attributes.paddings as [number, number][]).reduce((padded, [before, after], axis) => {
      const length = shape[axis];
      if (before === 0 && after === 0) return padded;
      if (typeof length !== "number") throw ofRows("a padding");
      const from = Array.from({ length: before + length + after }, (_, i) => {
        const at = i - before;
        return at < 0 ? -1 - at : at < length ? at : 2 * length - 1 - at;
      });
      return builder.add("Gather", [padded, builder.integers(from)], { axis });
    }, x);
  },
  Tile: ({ attributes }, [x], { builder }) =>
    builder.add("Tile", [x, builder.integers(attributes.reps as Length[])]),
  GatherV2: (operation, [x, indices], { builder }) => {
    if (((operation.attributes.batchDims ?? 0) as number) !== 0) {
      throw new InputError(
        "Cannot write a gather along each row as ONNX: no operator stands for it",
      );
    }
    return builder.add("Gather", [x, indices], { axis: axesOf(operation)[0] });
  },
  GatherNd: (_, [x, indices], { builder }) =>
    builder.add("GatherND", [x, builder.cast(indices, "int64")]),
  ScatterNd: ({ output }, [indices, updates], to) => scattered(to, output, indices, updates),
  UnsortedSegmentSum: ({ inputs: [, { shape }], output }, [x, segments], to) =>
    scattered(to, output, to.builder.reshaped(segments, [...shape, 1]), x),
  Cumsum: (operation, [x], { builder }) => {
    const { exclusive, reverse } = operation.attributes;
    return builder.add("CumSum", [x, builder.elements(axesOf(operation), "int64", [])], {
      exclusive: exclusive ? 1 : 0,
      reverse: reverse ? 1 : 0,
    });
  },
  // ONNX has no running product: each turn takes in twice as many elements as the one before.
  Cumprod: (operation, [x], to) => {
    const { builder } = to;
    const { inputs: [view], attributes: { exclusive, reverse } } = operation;
    const [axis] = axesOf(operation);
    const length = view.shape[axis];
    if (typeof length !== "number") throw ofRows("a running product");
    const one = builder.number(1, to.dtypeOf(view));
    const shifted = (tensor: string, by: number) => {
      const before = view.shape.map((_, i) => i === axis ? (reverse ? -by : by) : 0);
      const pads = builder.integers([...before, ...before.map((each) => -each)]);
      return builder.add("Pad", [tensor, pads, one]);
    };
    let product = exclusive ? shifted(x, 1) : x;
    for (let by = 1; by < length; by *= 2) {
      product = builder.add("Mul", [product, shifted(product, by)]);
    }
    return product;
  },
  Conv2D: convolution([3, 2, 0, 1], false),
  DepthwiseConv2dNative: convolution([2, 3, 0, 1], true),
  Conv2DBackpropInput: transposed([3, 2, 0, 1], false),
  DepthwiseConv2dNativeBackpropInput: transposed([2, 3, 0, 1], true),
  MaxPool: pool("MaxPool"),
  AvgPool: pool("AveragePool"),
};

/**
 * A graph of a known number of rows in which images and slices say what their shapes decide:
 * `geometry` and `slice` of the translations.
 */
export function measured(graph: Graph): Graph {
  return {
    ...graph,
    operations: graph.operations.map((each) => ({ ...each, attributes: measures(each) })),
  };
}

function measures({ kernel, inputs, attributes }: Operation): Attributes {
  if (kernel === "StridedSlice") {
    const { begin, steps, shape } = stridedSlice(inputs[0].shape, attributes);
    return { slice: { begin, steps, lengths: shape } };
  }
  const pool = kernel === "MaxPool" || kernel === "AvgPool";
  if (!pool && !/^(Depthwise)?Conv2d/i.test(kernel)) return attributes;
  const { padInfo, ...info } = pool
    ? poolInfo(inputs[0].shape, attributes)
    : convolutionInfo(kernel, inputs, attributes);
  return {
    geometry: {
      kernel: [info.filterHeight, info.filterWidth],
      strides: [info.strideHeight, info.strideWidth],
      dilations: [info.dilationHeight, info.dilationWidth],
      pads: [padInfo.top, padInfo.left, padInfo.bottom, padInfo.right],
    },
  };
}
