/**
 * Shape and element type of every kernel that a step may use: what the symbolic trace needs to
 * know. A kernel that is missing here cannot be compiled. The rules also refuse operands that do not
 * go together, mostly by TensorFlow.js's own checks, which its cpu kernels make as they compute.
 *
 * @module
 */
import {
  backend_util,
  type DataType,
  gather_util,
  slice_util,
  type Tensor,
  upcastType,
  util,
} from "@tensorflow/tfjs";
import { InputError } from "../../core/errors.ts";
import { stridedSlice } from "./copies.ts";
import { type Attributes, type Dtype, NoLowering } from "./ir.ts";

/** A tensor without elements. */
export interface Shaped {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
}

/**
 * The output's shape and type from the inputs' (in the kernel's order) and the attributes. It throws
 * an Error where these do not fit; the trace says of which call it is.
 */
export type Rule = (inputs: readonly Shaped[], attributes: Attributes) => Shaped;

/** NumPy's broadcasting of two shapes. */
export function broadcast(a: readonly number[], b: readonly number[]): number[] {
  return backend_util.assertAndGetBroadcastShape([...a], [...b]);
}

/** A tensor without elements, for those of TensorFlow.js's checks that look at the shape alone. */
function shaped({ shape, dtype }: Shaped): Tensor {
  return { shape: [...shape], dtype } as unknown as Tensor;
}

/** @throws Error where an operand has another shape than it must. */
function requireShape(what: string, given: readonly number[], expected: readonly number[]): void {
  util.assertShapesMatch([...given], [...expected], `${what}: `);
}

const arithmetic: Rule = ([a, b]) => ({ shape: broadcast(a.shape, b.shape), dtype: a.dtype });
const comparison: Rule = ([a, b]) => ({ shape: broadcast(a.shape, b.shape), dtype: "bool" });
const same: Rule = ([x]) => x;
const float: Rule = ([x]) => ({ shape: x.shape, dtype: "float32" });

const reduction: Rule = ([x], attributes) => {
  const axes = attributes.axes as number[];
  const shape = attributes.keepDims
    ? x.shape.map((length, i) => axes.includes(i) ? 1 : length)
    : x.shape.filter((_, i) => !axes.includes(i));
  return { shape, dtype: x.dtype };
};

const matMul: Rule = ([a, b], { transposeA, transposeB }) => {
  const rank = a.shape.length;
  const inner = [a.shape.at(transposeA ? -2 : -1), b.shape.at(transposeB ? -1 : -2)];
  util.assert(
    Math.min(rank, b.shape.length) >= 2 && inner[0] === inner[1],
    () => `a product is of matrices of equal inner lengths: ${inner.join(" and ")}`,
  );
  const rows = a.shape[transposeA ? rank - 1 : rank - 2];
  const columns = b.shape[transposeB ? b.shape.length - 2 : b.shape.length - 1];
  const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return { shape: [...batch, rows, columns], dtype: a.dtype };
};

/** An Einstein sum's labels, by operand and of the result, and how long each is. */
export function einsumOf(
  equation: string,
  inputs: readonly { readonly shape: readonly number[] }[],
): { operands: string[][]; result: string[]; sizes: ReadonlyMap<string, number> } {
  const [given, result] = equation.replaceAll(" ", "").split("->");
  const operands = given.split(",").map((labels) => [...labels]);
  if (operands.length > 2 || operands.some((labels) => new Set(labels).size < labels.length)) {
    throw new InputError(
      `Cannot compile as an einsum has one or two tensors without repeated axes: ${equation}`,
    );
  }
  operands.forEach((labels, i) =>
    util.assert(
      labels.length === inputs[i]?.shape.length,
      () => `${equation} names ${labels.length} axes of [${inputs[i]?.shape ?? "nothing"}]`,
    )
  );
  const sizes = new Map(
    operands.flatMap((labels, i) => labels.map((label, axis) => [label, inputs[i].shape[axis]])),
  );
  return { operands, result: [...result], sizes };
}

/**
 * The type of an Einstein sum: that of the operand by which TensorFlow.js multiplies last.
 *
 * @throws NoLowering where that is int32 and it rounds products of float32 to it.
 */
function einsumType(equation: string, inputs: readonly Shaped[]): Dtype {
  const decoded = backend_util.decodeEinsumEquation(equation, inputs.length);
  const { allDims, summedDims, idDims } = decoded;
  backend_util.checkEinsumDimSizes(allDims.length, idDims, inputs.map(shaped));
  const { steps } = backend_util.getEinsumComputePath(summedDims, idDims);
  const { dtype } = inputs[steps.flat().at(-1)!];
  if (dtype === "float32" || inputs.every((input) => input.dtype === dtype)) return dtype;
  throw new NoLowering(`Einsum of float32 and ${dtype}`, new Error());
}

/** The geometry of a convolution kernel, or of one of its gradients, over [N, H, W, C]. */
export function convolutionInfo(
  kernel: string,
  inputs: readonly { readonly shape: readonly number[] }[],
  attributes: Attributes,
): backend_util.Conv2DInfo {
  const { strides, pad, dilations, dimRoundingMode, inputShape, filterShape } = attributes;
  return backend_util.computeConv2DInfo(
    [...(inputShape as number[] ?? inputs[0].shape)] as [number, number, number, number],
    [...(filterShape as number[] ?? inputs[1].shape)] as [number, number, number, number],
    strides as number,
    (dilations ?? 1) as number,
    pad as "same",
    dimRoundingMode as "floor",
    kernel.includes("Depthwise"),
  );
}

/** The geometry of a pool over [N, H, W, C]. */
export function poolInfo(
  shape: readonly number[],
  attributes: Attributes,
): backend_util.Conv2DInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attributes;
  return backend_util.computePool2DInfo(
    [...shape] as [number, number, number, number],
    filterSize as number,
    strides as number,
    1,
    pad as "same",
    dimRoundingMode as "floor",
  );
}

const convolution = (kernel: string): [string, Rule] => [
  kernel,
  (inputs, attributes) => ({
    shape: convolutionInfo(kernel, inputs, attributes).outShape,
    dtype: "float32",
  }),
];

/** The gradient of a convolution by what an attribute has the shape of. */
const convolutionGradient = (attribute: string) => (kernel: string): [string, Rule] => [
  kernel,
  (inputs, attributes) => {
    const dy = inputs[attribute === "inputShape" ? 0 : 1].shape;
    const { outShape } = convolutionInfo(kernel, inputs, attributes);
    requireShape("the convolution's result", dy, outShape);
    return { shape: attributes[attribute] as number[], dtype: "float32" };
  },
];

const pool: Rule = ([x], attributes) => ({
  shape: poolInfo(x.shape, attributes).outShape,
  dtype: x.dtype,
});

const resized = ([images]: readonly Shaped[], { size }: Attributes): number[] => [
  images.shape[0],
  ...size as number[],
  images.shape[3],
];

const padded: Rule = ([x], attributes) => {
  const paddings = attributes.paddings as [number, number][];
  util.assert(
    paddings.length === x.shape.length && paddings.flat().every((each) => each >= 0),
    () => `paddings are two lengths for each axis: ${JSON.stringify(paddings)}`,
  );
  const shape = x.shape.map((length, i) => paddings[i][0] + length + paddings[i][1]);
  return { shape, dtype: x.dtype };
};

const arg: Rule = ([x], { axes }) => ({
  shape: x.shape.toSpliced((axes as number[])[0], 1),
  dtype: "int32",
});

/** A running sum counts truth values. */
const running: Rule = ([x]) => ({ shape: x.shape, dtype: x.dtype === "bool" ? "int32" : x.dtype });

function all(rule: Rule, ...kernels: string[]): [string, Rule][] {
  return kernels.map((kernel) => [kernel, rule]);
}

/** Rules by kernel. */
export const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...all(arithmetic, "Add", "Sub", "Multiply", "Maximum", "Minimum", "SquaredDifference", "Pow"),
  ...all(arithmetic, "RealDiv", "Mod"),
  ["FloorDiv", ([a, b]) => ({ shape: broadcast(a.shape, b.shape), dtype: "int32" })],
  ...all(comparison, "Equal", "NotEqual", "Greater", "GreaterEqual", "Less", "LessEqual"),
  ...all(comparison, "LogicalAnd", "LogicalOr", "LogicalXor"),
  ...all(([x]) => ({ shape: x.shape, dtype: "bool" }), "IsNan", "IsInf", "IsFinite"),
  ...all(same, "LogicalNot", "Neg", "Abs", "Square", "Relu", "Relu6", "Sign", "ClipByValue"),
  ...all(same, "Floor", "Ceil", "Round", "ZerosLike", "OnesLike", "EluGrad"),
  ...all(float, "Exp", "Expm1", "Log", "Log1p", "Sqrt", "Rsqrt", "Reciprocal", "Tanh", "Sigmoid"),
  ...all(float, "Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh"),
  ...all(float, "Asinh", "Acosh", "Atanh", "Softplus", "Erf", "Elu", "Selu", "LeakyRelu"),
  ...all(float, "Step", "Softmax", "LogSoftmax"),
  ["Prelu", ([x, alpha]) => ({ shape: broadcast(x.shape, alpha.shape), dtype: "float32" })],
  ["FusedBatchNorm", ([x, ...others]) => {
    const shape = others.map((each) => each.shape).reduce(broadcast, x.shape);
    requireShape("moments, scale and offset broadcast to x", shape, x.shape);
    return { shape: x.shape, dtype: "float32" };
  }],
  ...all(reduction, "Sum", "Max", "Min", "Prod", "All", "Any"),
  ["Mean", (inputs, attributes) => ({ ...reduction(inputs, attributes), dtype: "float32" })],
  ...all(arg, "ArgMax", "ArgMin"),
  ["Cast", ([x], { dtype }) => ({ shape: x.shape, dtype: dtype as Dtype })],
  ["AddN", ([first]) => first],
  ["Select", ([, t]) => t],
  ["OneHot", ([indices], { depth, dtype }) => ({
    shape: [...indices.shape, depth as number],
    dtype: (dtype ?? "int32") as Dtype,
  })],
  ["BatchMatMul", matMul],
  ["_FusedMatMul", matMul],
  ["Einsum", (inputs, { equation }) => {
    const { result, sizes } = einsumOf(equation as string, inputs);
    const dtype = einsumType(equation as string, inputs);
    return { shape: result.map((label) => sizes.get(label)!), dtype };
  }],
  ["Transpose", ([x], attributes) => {
    const perm = attributes.perm as number[];
    util.assert(new Set(perm).size === perm.length, () => `${perm} names an axis twice`);
    return { shape: perm.map((axis) => x.shape[axis]), dtype: x.dtype };
  }],
  ["Slice", ([x], attributes) => {
    const { begin, size } = attributes as Record<string, number[]>;
    slice_util.assertParamsValid(shaped(x), begin, size);
    util.assert(
      [...begin, ...size].every((each) => each >= 0),
      () => `begin ${begin} and size ${size} cannot be negative`,
    );
    return { shape: size, dtype: x.dtype };
  }],
  ["Concat", (inputs, { axes }) => {
    const [at] = axes as number[];
    backend_util.assertParamsConsistent(inputs.map(({ shape }) => [...shape]), at);
    const total = inputs.reduce((sum, x) => sum + x.shape[at], 0);
    return {
      shape: inputs[0].shape.map((length, i) => i === at ? total : length),
      dtype: inputs[0].dtype,
    };
  }],
  ["Pack", (inputs, { axes }) => {
    const [{ shape, dtype }] = inputs;
    for (const each of inputs) {
      requireShape("stacked tensors have one shape", each.shape, shape);
      util.assert(each.dtype === dtype, () => "stacked tensors have one type");
    }
    return { shape: shape.toSpliced((axes as number[])[0], 0, inputs.length), dtype };
  }],
  ...all(padded, "PadV2", "MirrorPad"),
  ["Reverse", same],
  ["StridedSlice", ([x], attributes) => ({
    shape: stridedSlice(x.shape, attributes).final,
    dtype: x.dtype,
  })],
  ["GatherV2", ([x, indices], attributes) => {
    const [axis] = attributes.axes as number[];
    const batchDims = attributes.batchDims as number ?? 0;
    const { segment_util } = backend_util;
    const info = segment_util.collectGatherOpShapeInfo(shaped(x), shaped(indices), axis, batchDims);
    return { shape: info.outputShape, dtype: x.dtype };
  }],
  ["GatherNd", ([x, indices]) => {
    const [shape] = gather_util.prepareAndValidate(shaped(x), shaped(indices));
    return { shape, dtype: x.dtype };
  }],
  ["ScatterNd", ([, updates], { shape }) => ({ shape: shape as number[], dtype: updates.dtype })],
  ["UnsortedSegmentSum", ([x, ids], { numSegments }) => {
    const rank = ids.shape.length;
    requireShape("ids are those of the first axes", ids.shape, x.shape.slice(0, rank));
    return { shape: [numSegments as number, ...x.shape.slice(rank)], dtype: x.dtype };
  }],
  ...all(running, "Cumsum", "Cumprod"),
  ["DepthToSpace", ([x], { blockSize }) => {
    const [n, height, width, channels] = x.shape;
    const block = blockSize as number;
    return {
      shape: [n, height * block, width * block, channels / (block * block)],
      dtype: x.dtype,
    };
  }],
  ...["Conv2D", "FusedConv2D", "DepthwiseConv2dNative", "FusedDepthwiseConv2D"].map(convolution),
  ...["Conv2DBackpropInput", "DepthwiseConv2dNativeBackpropInput"]
    .map(convolutionGradient("inputShape")),
  ...["Conv2DBackpropFilter", "DepthwiseConv2dNativeBackpropFilter"]
    .map(convolutionGradient("filterShape")),
  ...all(pool, "MaxPool", "AvgPool"),
  ...all(
    ([, x]) => ({ shape: x.shape, dtype: "float32" }),
    "MaxPoolGrad",
    "AvgPoolGrad",
  ),
  ["ResizeNearestNeighbor", (inputs, attributes) => ({
    shape: resized(inputs, attributes),
    dtype: inputs[0].dtype,
  })],
  ["ResizeBilinear", (inputs, attributes) => ({
    shape: resized(inputs, attributes),
    dtype: "float32",
  })],
  ["Tile", ([x], { reps }) => ({
    shape: x.shape.map((length, i) => length * (reps as number[])[i]),
    dtype: x.dtype,
  })],
]);

/**
 * The type as which a kernel that hands elements on takes its operands, and from which of them on:
 * undefined for kernels that take each as it is.
 *
 * @throws NoLowering where TensorFlow.js would write numbers into truth values.
 */
export function handedOn(
  kernel: string,
  inputs: readonly { readonly dtype: DataType }[],
): { readonly dtype: DataType; readonly from: number } | undefined {
  if (kernel === "Select") return { dtype: upcastType(inputs[1].dtype, inputs[2].dtype), from: 1 };
  if (kernel !== "Concat") return undefined;
  const [{ dtype }] = inputs;
  const other = inputs.find((each) => each.dtype !== dtype);
  if (dtype !== "bool" || other === undefined) return { dtype, from: 0 };
  throw new NoLowering(`Concat of bool and ${other.dtype}`, new Error());
}

/**
 * Types of operands that a kernel has no lowering for: TensorFlow.js sums truth values up in bytes,
 * and its fused kernels round whole numbers on the way.
 */
export const withoutLowering: ReadonlyMap<string, readonly Dtype[]> = new Map([
  ...without(["bool"], "AddN", "BatchMatMul", "Einsum", "UnsortedSegmentSum", "ScatterNd"),
  ...without(["int32", "bool"], "_FusedMatMul", "FusedBatchNorm"),
]);

function without(types: readonly Dtype[], ...kernels: string[]): [string, readonly Dtype[]][] {
  return kernels.map((kernel) => [kernel, types]);
}

/** Kernels that make each element from the elements at its place, as they are after the passes. */
export const elementwise: ReadonlySet<string> = new Set([
  ...["Add", "Sub", "Multiply", "RealDiv", "Maximum", "Minimum", "AddN", "Select", "Cast"],
  ...["Neg", "Abs", "Square", "Sqrt", "Rsqrt", "Reciprocal", "Exp", "Expm1", "Log", "Log1p"],
  ...["Tanh", "Sigmoid", "Relu", "ClipByValue", "Step", "Sign", "Floor", "Ceil", "Round", "Erf"],
  ...["Sin", "Cos", "Atan", "Pow", "Mod", "FloorDiv", "FloorDivFloat"],
  ...["Equal", "NotEqual", "Greater", "GreaterEqual", "Less", "LessEqual"],
  ...["LogicalAnd", "LogicalOr", "LogicalNot", "OneHot"],
]);
