/**
 * Local simplification: constants folded, identities dropped, transposes taken into matrix
 * products. Only rewrites that keep every bit are here (x·1, x/1, not x + 0, which turns −0 to 0).
 *
 * @module
 */
import {
  type Dtype,
  elements,
  type Graph,
  type GraphBuilder,
  type Operation,
  uniform,
  type View,
} from "../ir.ts";
import { broadcast, elementwise } from "../shapes.ts";
import { keep, rewrite } from "./rewrite.ts";

/** Elementwise kernels over uniform constants, in float32. */
const folds: Record<string, (a: number, b: number) => number> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Multiply: (a, b) => a * b,
  RealDiv: (a, b) => a / b,
  Maximum: Math.max,
  Minimum: Math.min,
  Neg: (a) => -a,
  Abs: Math.abs,
  Square: (a) => a * a,
  Sqrt: Math.sqrt,
  Reciprocal: (a) => 1 / a,
  Relu: (a) => Math.max(a, 0),
};

/** Kernels that only move elements: of equal ones they make equal ones. */
const moving = new Set(
  ["Transpose", "Slice", "StridedSlice", "Reverse", "MirrorPad", "Tile", "Concat", "Pack"],
);

/** The graph after one walk in order: what an operation became is known to those that use it. */
export function simplify(graph: Graph): Graph {
  const makers = new Map<number, Operation>();
  return rewrite(graph, (operation, builder) => {
    const known = simpler(operation, builder, makers);
    if (known !== undefined) return known;
    makers.set(operation.output.value, operation);
    return keep(operation, builder);
  });
}

function simpler(
  operation: Operation,
  builder: GraphBuilder,
  makers: ReadonlyMap<number, Operation>,
): View | undefined {
  const { kernel, inputs, output, attributes } = operation;
  const dtype = builder.values[output.value].dtype;
  const size = elements(output.shape);
  const values = inputs.map((input) => builder.values[input.value]);
  const constants = values.map(uniform);
  const filled = (value: number): View => ({
    value: builder.constant([value], dtype, size).id,
    shape: output.shape,
  });
  const alias = (input: View): View | undefined =>
    elements(input.shape) === size ? { value: input.value, shape: output.shape } : undefined;

  if (kernel === "ZerosLike") return filled(0);
  if (kernel === "OnesLike") return filled(dtype === "bool" ? -1 : 1);
  if (kernel === "Cast") return simplerCast(operation, builder);
  const fold = folds[kernel];
  if (fold !== undefined && dtype === "float32" && constants.every((each) => each !== undefined)) {
    return filled(Math.fround(fold(constants[0]!, constants[1] ?? 0)));
  }
  if (kernel === "Multiply") {
    if (constants[1] === 1) return alias(inputs[0]);
    if (constants[0] === 1) return alias(inputs[1]);
  }
  if (kernel === "RealDiv" && constants[1] === 1) return alias(inputs[0]);
  if (["Sum", "Max", "Min", "Prod", "All", "Any"].includes(kernel)) {
    const trivial = (attributes.axes as number[]).every((axis) => inputs[0].shape[axis] === 1);
    if (trivial) return alias(inputs[0]);
  }
  if (kernel === "Transpose" && !moves(inputs[0].shape, attributes.perm as number[])) {
    return alias(inputs[0]);
  }
  if (["Slice", "Tile", "PadV2"].includes(kernel) || (kernel === "Concat" && inputs.length === 1)) {
    return alias(inputs[0]);
  }
  if (moving.has(kernel) && constants.every((each) => Object.is(each, constants[0]))) {
    if (constants[0] !== undefined) return filled(constants[0]);
  }
  if (kernel === "AddN" && inputs.length === 1) return alias(inputs[0]);
  if (kernel === "BatchMatMul") return withoutTransposes(operation, builder, makers);
  if (elementwise.has(kernel)) return withoutTiles(operation, builder, makers);
  return undefined;
}

/** Whether a permutation moves an axis that is longer than 1. */
function moves(shape: readonly number[], permutation: readonly number[]): boolean {
  const long = permutation.filter((axis) => shape[axis] !== 1);
  return long.some((axis, i) => i > 0 && axis < long[i - 1]);
}

function simplerCast({ inputs: [x], output }: Operation, builder: GraphBuilder): View | undefined {
  const from = builder.values[x.value];
  const to: Dtype = builder.values[output.value].dtype;
  if (from.dtype === to) return { value: x.value, shape: output.shape };
  if (from.kind !== "constant") return undefined;
  const cast = Array.from(from.elements!, (element) => {
    const number = from.dtype === "bool" ? (element !== 0 ? 1 : 0) : element;
    return to === "bool" ? (number !== 0 ? -1 : 0) : to === "int32" ? Math.trunc(number) : number;
  });
  return { value: builder.constant(cast, to, from.size).id, shape: output.shape };
}

/** What is tiled only to broadcast is broadcast by the kernel that reads it. */
function withoutTiles(
  operation: Operation,
  builder: GraphBuilder,
  makers: ReadonlyMap<number, Operation>,
): View | undefined {
  const inputs = operation.inputs.map((input) => {
    const maker = makers.get(input.value);
    if (maker?.kernel !== "Tile" || `${maker.output.shape}` !== `${input.shape}`) return input;
    const [x] = maker.inputs;
    const spreads = x.shape.every((length, i) =>
      length === 1 || (maker.attributes.reps as number[])[i] === 1
    );
    return spreads ? x : input;
  });
  if (inputs.every((input, i) => input === operation.inputs[i])) return undefined;
  const shape = inputs.map((input) => input.shape).reduce(broadcast);
  if (`${shape}` !== `${operation.output.shape}`) return undefined;
  builder.operations.push({ ...operation, inputs });
  return operation.output;
}

/** A product of transposed matrices reads them transposed instead. */
function withoutTransposes(
  operation: Operation,
  builder: GraphBuilder,
  makers: ReadonlyMap<number, Operation>,
): View | undefined {
  const flags = { ...operation.attributes } as { transposeA: boolean; transposeB: boolean };
  let changed = false;
  const inputs = operation.inputs.map((input, i) => {
    const maker = makers.get(input.value);
    const rank = input.shape.length;
    const swap = maker?.kernel === "Transpose" && rank >= 2 &&
      `${maker.output.shape}` === `${input.shape}` &&
      (maker.attributes.perm as number[]).every((axis, at) =>
        axis === (at < rank - 2 ? at : at === rank - 2 ? rank - 1 : rank - 2)
      );
    if (!swap) return input;
    changed = true;
    if (i === 0) flags.transposeA = !flags.transposeA;
    else flags.transposeB = !flags.transposeB;
    return maker!.inputs[0];
  });
  if (!changed) return undefined;
  builder.operations.push({ ...operation, inputs, attributes: flags });
  return operation.output;
}
