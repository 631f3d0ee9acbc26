/**
 * Matrix products in tiles: a workgroup computes a square of c, through panels of a and b in
 * workgroup memory; each lane holds a square of `side` × `side` sums. What the elements of a and b
 * are is the caller's: a convolution is a product whose rows are windows.
 *
 * @module
 */
import { powerOfTwoFrom } from "../../../core/elementary.ts";
import type { MatMul } from "../items.ts";
import { columnTasks } from "./reductions.ts";
import { load } from "./expressions.ts";
import {
  coordinates,
  each,
  index,
  type Lowering,
  type Span,
  span,
  spanOf,
  type Task,
} from "./tasks.ts";

/** Lanes of a workgroup as a square. */
const square = 8;
/** Most sums that a lane holds along each side, and most steps of the inner axis in a panel. */
const longestSide = 4;
const longestDepth = 32;
/** Steps of the inner axis that stand one after another, so that they wait together for what they read. */
const mostTogether = 4;
/** Steps of the inner axis from which on it may be split, and how many a part has at least. */
const longInner = 512;
const partInner = 256;
/** About as many workgroups as a split aims at. */
const aim = 128;

/** Multiplications, and turns of its loop, up to which a lane for each element of c needs no panels. */
const smallProduct = 32768;
const mostTurns = 32;

/** Declarations that products need. */
export const productMemory = ["A", "B"].map((name) =>
  `var<workgroup> panel${name}: array<f32, ${square * longestSide * longestDepth}>;`
).join("\n");

/** A matrix to multiply. */
export interface Factor {
  /**
   * Statements that set `x`, 0 before, to the element in row of a (or column of b) `t` at step `k`
   * of the inner axis, in product `batch`: all u32 in code, within the matrix.
   */
  readonly element: string;
  /** Whether neighbours along the inner axis are neighbours in memory. */
  readonly alongInner: boolean;
  readonly reads: Span;
}

/** c[batch, i, j] = Σₖ a[batch, i, k]·b[batch, k, j]. */
export interface Product {
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly batch: number;
  readonly a: Factor;
  readonly b: Factor;
  /** Byte address of c. */
  readonly target: number;
}

/** Workgroups of a product with a side. */
function groupsOf({ rows, columns, batch }: Product, side: number): number {
  return Math.ceil(rows / (square * side)) * Math.ceil(columns / (square * side)) * batch;
}

/** Sums a lane holds along each side: fewer where that leaves the device too few workgroups. */
function sideOf(product: Product): 1 | 2 | 4 {
  return groupsOf(product, longestSide) >= 32 || product.inner >= longInner
    ? longestSide
    : groupsOf(product, 2) >= 16
    ? 2
    : 1;
}

/** Into how many parts the inner axis is split, for a long one and few workgroups. */
function partsOf(product: Product): number {
  if (product.inner < longInner) return 1;
  const wanted = Math.floor(aim / groupsOf(product, sideOf(product)));
  return Math.max(1, Math.min(wanted, Math.floor(product.inner / partInner)));
}

/** The product as a task; a split one as two, of which the second adds the parts up. */
export function productTasks(product: Product, lowering: Lowering): Task[] {
  const size = product.batch * product.rows * product.columns;
  if (
    size * product.inner <= smallProduct && product.inner / together(product.inner) <= mostTurns
  ) {
    return [elements(product)];
  }
  const parts = partsOf(product);
  if (parts === 1) return [tiles(product, 1, product.target)];
  const partial = lowering.scratch(parts * size);
  const adding = columnTasks({
    count: parts,
    length: size,
    sinks: [{
      combine: "Sum",
      dtype: "float32",
      target: product.target,
      taken: load("float32", index(partial / 4, ["i", 1])),
    }],
    body: () => "",
    reads: [span(partial, parts * size)],
    writes: [],
  }, lowering);
  return [tiles(product, parts, partial), ...adding];
}

/** How many steps of an axis stand one after another: none is left over. */
function together(steps: number): number {
  return steps % mostTogether === 0 ? mostTogether : steps % 2 === 0 ? 2 : 1;
}

/** Code for each of some steps, a few a turn of a loop that drivers do not write out. */
function eachStep(steps: number, step: string): string {
  const few = together(steps);
  const turn = Array.from({ length: few }, (_, i) => `{ let k = turn + ${i}u; ${step} }`);
  return `for (var turn = 0u; turn < repeated(${steps}u); turn += ${few}u) {
      ${turn.join("\n      ")}
    }`;
}

/** A lane for each element of c, which walks the inner axis alone. */
function elements({ rows, columns, inner, batch, a, b, target }: Product): Task {
  const size = batch * rows * columns;
  const factor = (name: string, t: string, { element }: Factor) =>
    `var ${name} = 0.0f; { let t = ${t}; var x = 0.0f; ${element} ${name} = x; }`;
  const step = `${factor("left", "row", a)}
      ${factor("right", "column", b)}
      sum = fma(left, right, sum);`;
  const body = `${coordinates("i", [["batch", batch], ["row", rows], ["column", columns]])}
    var sum = 0.0f;
    ${eachStep(inner, step)}
    m[${index(target / 4, ["i", 1])}] = bitcast<u32>(sum);`;
  return each(size, body, [a.reads, b.reads], [span(target, size)]);
}

function tiles(product: Product, parts: number, target: number): Task {
  const { rows, columns, inner, batch } = product;
  const side = sideOf(product);
  const tile = square * side;
  const depth = Math.min(longestDepth, powerOfTwoFrom(inner));
  const part = Math.ceil(inner / parts / depth) * depth;
  const [across, down] = [Math.ceil(columns / tile), Math.ceil(rows / tile)];
  const sums = Array.from({ length: side }, (_, i) => i);
  const pairs = sums.flatMap((i) => sums.map((j) => [i, j]));
  const panel = (name: "A" | "B", factor: Factor) => {
    const [length, first] = name === "A" ? [rows, "row"] : [columns, "column"];
    // Lanes go along the axis that is contiguous in memory, so that they read neighbours.
    const [t, k] = factor.alongInner
      ? [`e / ${depth}u`, `e % ${depth}u`]
      : [`e % ${tile}u`, `e / ${tile}u`];
    return `for (var e = lane; e < ${tile * depth}u; e += ${square * square}u) {
      let t = ${first} + ${t};
      let k = start + ${k};
      var x = 0.0f;
      if (t < ${length}u && k < ${inner}u) { ${factor.element} }
      panel${name}[(${k}) * ${tile}u + ${t}] = x;
    }`;
  };
  const reads = (name: "A" | "B", lane: "x" | "y") =>
    sums.map((i) =>
      `let ${name.toLowerCase()}${i} = panel${name}[k * ${tile}u + ${lane} + ${i * square}u];`
    ).join(" ");
  const step = `${reads("A", "y")} ${reads("B", "x")}
      ${pairs.map(([i, j]) => `c${i}${j} = fma(a${i}, b${j}, c${i}${j});`).join(" ")}`;
  const store = ([i, j]: number[]) => {
    const [r, c] = [`row + y + ${i * square}u`, `column + x + ${j * square}u`];
    const at = index(
      target / 4,
      ["part", parts === 1 ? 0 : batch * rows * columns],
      ["batch", batch === 1 ? 0 : rows * columns],
      [`(${r})`, columns],
      [c, 1],
    );
    return `if (${r} < ${rows}u && ${c} < ${columns}u) { m[${at}] = bitcast<u32>(c${i}${j}); }`;
  };
  const body = `let batch = group / ${across * down}u % ${batch}u;
  let part = group / ${across * down * batch}u;
  let row = group / ${across}u % ${down}u * ${tile}u;
  let column = group % ${across}u * ${tile}u;
  let y = lane / ${square}u;
  let x = lane % ${square}u;
  ${pairs.map(([i, j]) => `var c${i}${j} = 0.0f;`).join(" ")}
  for (var s = 0u; s < ${part}u; s += ${depth}u) {
    let start = part * ${part}u + s;
    ${panel("A", product.a)}
    ${panel("B", product.b)}
    workgroupBarrier();
    ${eachStep(depth, step)}
    workgroupBarrier();
  }
  ${pairs.map(store).join("\n  ")}`;
  return {
    groups: batch * across * down * parts,
    body,
    reads: [product.a.reads, product.b.reads],
    writes: [span(target, parts * batch * rows * columns)],
  };
}

/** A product of matrices as they lie in memory. */
export function matMulTasks(item: MatMul, lowering: Lowering): Task[] {
  const { rows, columns, inner, aStrides, bStrides, batch, batchStrides } = item;
  const factor = (value: number, batchStride: number, across: number, along: number): Factor => {
    const at = index(lowering.address(value) / 4, ["batch", batchStride], ["t", across], [
      "k",
      along,
    ]);
    return {
      element: `x = bitcast<f32>(m[${at}]);`,
      alongInner: along === 1 && across !== 1,
      reads: spanOf(value, lowering),
    };
  };
  return productTasks({
    ...{ rows, columns, inner, batch },
    a: factor(item.a, batchStrides[0], aStrides[0], aStrides[1]),
    b: factor(item.b, batchStrides[1], bStrides[1], bStrides[0]),
    target: lowering.address(item.output),
  }, lowering);
}
