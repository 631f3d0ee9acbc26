/**
 * Kernels that follow indices or run along an axis, as items.
 *
 * @module
 */
import { elements, type Operation } from "./ir.ts";
import { strides } from "./copies.ts";
import type { Indexed, Scan } from "./items.ts";

/** A gather or scatter; undefined for other kernels. */
export function indexedOf(operation: Operation): Indexed | undefined {
  switch (operation.kernel) {
    case "GatherV2":
      return gatherOf(operation);
    case "GatherNd":
      return byParts(operation, "gather", operation.inputs[0].shape);
    case "ScatterNd":
      return byParts(operation, "scatter", operation.output.shape);
    case "UnsortedSegmentSum":
      return segmentSumOf(operation);
    default:
      return undefined;
  }
}

function gatherOf({ inputs: [x, indices], attributes, output }: Operation): Indexed {
  const [axis] = attributes.axes as number[];
  const batchDims = attributes.batchDims as number ?? 0;
  const batch = elements(x.shape.slice(0, batchDims));
  return {
    kind: "gather",
    inputs: [x.value, indices.value],
    output: output.value,
    batch,
    outer: elements(x.shape.slice(batchDims, axis)),
    rows: x.shape[axis],
    count: elements(indices.shape) / batch,
    inner: elements(x.shape.slice(axis + 1)),
    parts: [{ length: x.shape[axis], stride: 1 }],
  };
}

/** Sums of rows by segment. */
function segmentSumOf({ inputs: [x, ids], attributes, output }: Operation): Indexed {
  const rows = attributes.numSegments as number;
  return {
    kind: "scatter",
    inputs: [x.value, ids.value],
    output: output.value,
    batch: 1,
    outer: 1,
    rows,
    count: elements(ids.shape),
    inner: elements(x.shape.slice(ids.shape.length)),
    parts: [{ length: rows, stride: 1 }],
  };
}

/** Indices whose last axis names the first axes of `shape`. */
function byParts(
  { inputs, output }: Operation,
  kind: Indexed["kind"],
  shape: readonly number[],
): Indexed {
  const [source, indices] = kind === "gather" ? inputs : [inputs[1], inputs[0]];
  const depth = indices.shape.at(-1)!;
  const lengths = shape.slice(0, depth);
  const steps = strides(lengths);
  return {
    kind,
    inputs: [source.value, indices.value],
    output: output.value,
    batch: 1,
    outer: 1,
    rows: elements(lengths),
    count: elements(indices.shape) / depth,
    inner: elements(shape.slice(depth)),
    parts: lengths.map((length, i) => ({ length, stride: steps[i] })),
  };
}

/** A running sum or product; undefined for other kernels. */
export function scanOf({ kernel, inputs: [x], attributes, output }: Operation): Scan | undefined {
  if (kernel !== "Cumsum" && kernel !== "Cumprod") return undefined;
  const [axis] = attributes.axes as number[];
  return {
    kind: "scan",
    inputs: [x.value],
    output: output.value,
    combine: kernel === "Cumsum" ? "Sum" : "Prod",
    outer: elements(x.shape.slice(0, axis)),
    length: x.shape[axis],
    inner: elements(x.shape.slice(axis + 1)),
    exclusive: attributes.exclusive === true,
    reverse: attributes.reverse === true,
  };
}
