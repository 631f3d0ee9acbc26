/**
 * Kernels that only move elements, as boxes moved with strides on both sides.
 *
 * @module
 */
import { slice_util } from "@tensorflow/tfjs";
import type { Operation, View } from "./ir.ts";
import type { Copy, Move } from "./items.ts";

/** Row-major strides. */
export function strides(shape: readonly number[]): number[] {
  const made = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    made[i] = stride;
    stride *= shape[i];
  }
  return made;
}

/** An axis of a move: how often, and how far on both sides (in elements). */
export interface Axis {
  length: number;
  source: number;
  target: number;
}

/** The axes of a move, outermost first. */
export function axesOfMove({ shape, sourceStrides, targetStrides }: Move): Axis[] {
  return shape.map((length, i) => ({
    length,
    source: sourceStrides[i],
    target: targetStrides[i],
  }));
}

/** Elements of a value: rows of neighbours that lie `stride` apart, from `offset` on. */
export interface Box {
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
  readonly stride: number;
}

/**
 * The elements of a move's source or target, where those of the other side are one run; undefined
 * where they are no box.
 */
export function boxOf(move: Move, of: "source" | "target"): Box | undefined {
  const other = of === "source" ? "target" : "source";
  const one = { length: 1, source: 1, target: 1 };
  const [column, row = one, ...more] = merged(axesOfMove(move)).toReversed();
  if (column === undefined || more.length > 0) return undefined;
  if (column.source !== 1 || column.target !== 1) return undefined;
  if (row.length > 1 && (row[other] !== column.length || row[of] < column.length)) return undefined;
  return {
    ...{ offset: move[`${of}Offset`], rows: row.length, columns: column.length },
    stride: row[of],
  };
}

/** Axes longer than 1, neighbours merged where both sides run on without a gap. */
export function merged(given: readonly Axis[]): Axis[] {
  const axes = given.filter(({ length }) => length !== 1);
  const merged: Axis[] = [];
  for (const axis of axes) {
    const outer = merged.at(-1);
    const runsOn = outer !== undefined && outer.source === axis.source * axis.length &&
      outer.target === axis.target * axis.length;
    if (runsOn) {
      merged[merged.length - 1] = { ...axis, length: outer.length * axis.length };
    } else merged.push({ ...axis });
  }
  return merged;
}

/** The moves of a kernel that only moves elements; undefined for other kernels. */
export function copyOf(
  { kernel, inputs, attributes, output }: Operation,
  fillOf: (view: View) => number | undefined,
): Copy | undefined {
  const target = strides(output.shape);
  const whole = (input: View, targetOffset: number, targetStrides = target): Move => ({
    source: input.value,
    shape: input.shape,
    sourceOffset: 0,
    sourceStrides: strides(input.shape),
    targetOffset,
    targetStrides,
  });
  const copy = (moves: Move[], fill?: number): Copy => ({
    kind: "copy",
    output: output.value,
    moves,
    fill,
  });
  const [x] = inputs;
  const own = strides(x?.shape ?? []);
  switch (kernel) {
    case "Transpose": {
      const permutation = attributes.perm as number[];
      return copy([{
        ...whole(x, 0),
        shape: output.shape,
        sourceStrides: permutation.map((axis) => own[axis]),
      }]);
    }
    case "Slice": {
      const begin = attributes.begin as number[];
      const sourceOffset = begin.reduce((sum, at, i) => sum + at * own[i], 0);
      return copy([{ ...whole(x, 0), shape: output.shape, sourceOffset }]);
    }
    case "Concat":
    case "Pack": {
      const [axis] = attributes.axes as number[];
      let at = 0;
      const moves = inputs.map((input) => {
        const shape = kernel === "Pack" ? input.shape.toSpliced(axis, 0, 1) : input.shape;
        const move = whole({ value: input.value, shape }, at * target[axis]);
        at += shape[axis];
        return move;
      });
      const moved = moves.filter(({ source, shape }) =>
        !Object.is(fillOf({ value: source, shape }), 0)
      );
      return copy(moved, moved.length < moves.length ? 0 : undefined);
    }
    case "PadV2": {
      const before = (attributes.paddings as [number, number][]).map(([first]) => first);
      const offset = before.reduce((sum, at, i) => sum + at * target[i], 0);
      return copy([whole(x, offset)], attributes.constantValue as number);
    }
    case "Tile": {
      // Each axis becomes [reps, length]: the source stands still along reps.
      const reps = attributes.reps as number[];
      return copy([{
        ...whole(x, 0),
        shape: x.shape.flatMap((length, i) => [reps[i], length]),
        sourceStrides: own.flatMap((stride) => [0, stride]),
        targetStrides: target.flatMap((stride, i) => [stride * x.shape[i], stride]),
      }]);
    }
    case "StridedSlice": {
      const { begin, steps, shape } = stridedSlice(x.shape, attributes);
      return copy([{
        ...whole(x, 0),
        shape,
        sourceOffset: begin.reduce((sum, at, i) => sum + at * own[i], 0),
        sourceStrides: steps.map((step, i) => step * own[i]),
        targetStrides: strides(shape),
      }]);
    }
    case "Reverse": {
      const turned = x.shape.map((_, i) => (attributes.axes as number[]).includes(i));
      return copy([{
        ...whole(x, 0),
        sourceOffset: own.reduce(
          (sum, stride, i) => turned[i] ? sum + (x.shape[i] - 1) * stride : sum,
          0,
        ),
        sourceStrides: own.map((stride, i) => turned[i] ? -stride : stride),
      }]);
    }
    case "MirrorPad": {
      const edge = attributes.mode === "reflect" ? 1 : 0;
      const parts = x.shape.map((length, i) =>
        mirrored(length, (attributes.paddings as [number, number][])[i], edge)
      );
      return copy(
        boxes(parts).map((box) => ({
          source: x.value,
          shape: box.map((part) => part.length),
          sourceOffset: box.reduce((sum, { from }, i) => sum + from * own[i], 0),
          sourceStrides: box.map(({ step }, i) => step * own[i]),
          targetOffset: box.reduce((sum, { to }, i) => sum + to * target[i], 0),
          targetStrides: target,
        })),
      );
    }
    default:
      return undefined;
  }
}

/** Where a strided slice begins, how it steps, and its shape with the axes that it drops. */
export function stridedSlice(
  shape: readonly number[],
  attributes: Operation["attributes"],
): { begin: number[]; steps: number[]; shape: number[]; final: number[] } {
  const given = attributes as unknown as
    & Record<"begin" | "end" | "strides", number[]>
    & Record<"beginMask" | "endMask" | "ellipsisMask" | "newAxisMask" | "shrinkAxisMask", number>;
  const info = slice_util.sliceInfo(
    [...shape],
    given.begin,
    given.end,
    given.strides,
    given.beginMask,
    given.endMask,
    given.ellipsisMask,
    given.newAxisMask,
    given.shrinkAxisMask,
  );
  const lengths = slice_util.computeOutShape(info.begin, info.end, info.strides);
  return { begin: info.begin, steps: info.strides, shape: lengths, final: info.finalShape };
}

/** Elements of one axis that are copied in one run. */
interface Part {
  readonly from: number;
  readonly step: number;
  readonly to: number;
  readonly length: number;
}

/** One axis and its mirror images; `edge` 1 leaves the edge element out of them. */
function mirrored(length: number, [before, after]: readonly number[], edge: number): Part[] {
  return [
    { from: before - 1 + edge, step: -1, to: 0, length: before },
    { from: 0, step: 1, to: before, length },
    { from: length - 1 - edge, step: -1, to: before + length, length: after },
  ].filter((part) => part.length > 0);
}

/** Every combination of one part an axis. */
function boxes(parts: readonly (readonly Part[])[]): Part[][] {
  return parts.reduce<Part[][]>(
    (all, axis) => all.flatMap((box) => axis.map((part) => [...box, part])),
    [[]],
  );
}
