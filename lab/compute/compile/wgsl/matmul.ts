/**
 * Matrix product in tiles: a workgroup computes a square of c, through panels of a and b in
 * workgroup memory; each lane holds a square of `side` × `side` sums.
 *
 * @module
 */
import type { MatMul } from "../schedule.ts";
import { index, span, type Task } from "./tasks.ts";

/** Lanes of a workgroup as a square. */
const square = 8;
/** Most sums that a lane holds along each side, and most steps of the inner axis in a panel. */
const longestSide = 4;
const longestDepth = 32;

/** Declarations that products need. */
export const matMulMemory = `var<workgroup> panelA: array<f32, ${
  square * longestSide * longestDepth
}>;
var<workgroup> panelB: array<f32, ${square * longestSide * longestDepth}>;`;

/** Sums a lane holds along each side: fewer where that leaves the device too few workgroups. */
function sideOf({ rows, columns, batch }: MatMul): 1 | 2 | 4 {
  const groups = (side: number) =>
    Math.ceil(rows / (square * side)) * Math.ceil(columns / (square * side)) * batch;
  return groups(longestSide) >= 32 ? longestSide : groups(2) >= 16 ? 2 : 1;
}

/** The product as one task. */
export function matMulTask(item: MatMul, address: (value: number) => number): Task {
  const { rows, columns, inner, aStrides, bStrides, batch, batchStrides } = item;
  const side = sideOf(item);
  const tile = square * side;
  const depth = Math.min(longestDepth, 2 ** Math.ceil(Math.log2(Math.max(1, inner))));
  const [across, down] = [Math.ceil(columns / tile), Math.ceil(rows / tile)];
  const sums = range(side);
  // Lanes go along the axis that is contiguous in memory, so that they read neighbours.
  const panel = (name: "A" | "B", strides: readonly [outer: number, inner: number]) => {
    const value = name === "A" ? item.a : item.b;
    const [length, first] = name === "A" ? [rows, "row"] : [columns, "column"];
    const alongInner = strides[1] === 1 && strides[0] !== 1;
    const [t, k] = alongInner
      ? [`e / ${depth}u`, `e % ${depth}u`]
      : [`e % ${tile}u`, `e / ${tile}u`];
    const at = index(
      address(value) / 4,
      ["batch", batchStrides[name === "A" ? 0 : 1]],
      [`(${first} + t)`, strides[0]],
      ["(start + k)", strides[1]],
    );
    return `for (var e = lane; e < ${tile * depth}u; e += ${square * square}u) {
      let t = ${t};
      let k = ${k};
      var x = 0.0f;
      if (${first} + t < ${length}u && start + k < ${inner}u) { x = bitcast<f32>(m[${at}]); }
      panel${name}[k * ${tile}u + t] = x;
    }`;
  };
  const body = `let batch = group / ${across * down}u;
  let row = group / ${across}u % ${down}u * ${tile}u;
  let column = group % ${across}u * ${tile}u;
  let y = lane / ${square}u;
  let x = lane % ${square}u;
  ${sums.flatMap((i) => sums.map((j) => `var c${i}${j} = 0.0f;`)).join(" ")}
  for (var start = 0u; start < ${inner}u; start += ${depth}u) {
    ${panel("A", aStrides)}
    ${panel("B", [bStrides[1], bStrides[0]])}
    workgroupBarrier();
    for (var k = 0u; k < ${depth}u; k++) {
      ${
    sums.map((i) => `let a${i} = panelA[${index(0, ["k", tile])} + y + ${i * square}u];`).join(" ")
  }
      ${
    sums.map((j) => `let b${j} = panelB[${index(0, ["k", tile])} + x + ${j * square}u];`).join(" ")
  }
      ${sums.flatMap((i) => sums.map((j) => `c${i}${j} = fma(a${i}, b${j}, c${i}${j});`)).join(" ")}
    }
    workgroupBarrier();
  }
  ${
    sums.flatMap((i) =>
      sums.map((j) => {
        const [r, c] = [`row + y + ${i * square}u`, `column + x + ${j * square}u`];
        const at = index(address(item.output) / 4, ["batch", rows * columns], [`(${r})`, columns], [
          c,
          1,
        ]);
        return `if (${r} < ${rows}u && ${c} < ${columns}u) { m[${at}] = bitcast<u32>(c${i}${j}); }`;
      })
    ).join("\n  ")
  }`;
  const extent = (
    batchStride: number,
    lengths: readonly [number, number],
    strides: readonly [number, number],
  ) =>
    (batch - 1) * batchStride + (lengths[0] - 1) * strides[0] + (lengths[1] - 1) * strides[1] + 1;
  return {
    groups: rows * columns === 0 ? 0 : batch * across * down,
    body,
    reads: [
      span(address(item.a), extent(batchStrides[0], [rows, inner], aStrides)),
      span(address(item.b), extent(batchStrides[1], [inner, columns], bStrides)),
    ],
    writes: [span(address(item.output), batch * rows * columns)],
  };
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
