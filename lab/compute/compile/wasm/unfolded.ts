/**
 * Convolutions as matrix products: the windows of a few images at a time are laid out as rows of
 * scratch memory (im2col); of the input's gradient such rows are added up again (col2im).
 *
 * @module
 */
import { elements } from "../ir.ts";
import { allInside, imageBlock, paddedShape, scratchElements, windowSize } from "../images.ts";
import type { Convolution } from "../items.ts";
import { matrix, type ProductCall } from "../library.ts";
import { type Code, get, i32, Locals, loop, memory, sequence, set } from "./assembler.ts";
import { type Products, productScratch, type ProductShape } from "./matmul.ts";
import { moveCode } from "./moves.ts";
import { imageAxes, turned, windowAxes } from "./window_axes.ts";

/** Scratch of one convolution: the product's, a padded image, rows of windows, a partial sum. */
function layout(item: Convolution) {
  const { padded, columns, partial } = scratchElements(item);
  const paddedAt = aligned(productScratch(unfoldedProduct(item)));
  const columnsAt = paddedAt + aligned(padded * 4);
  const partialAt = columnsAt + aligned(columns * 4);
  return { paddedAt, columnsAt, partialAt, end: partialAt + aligned(partial * 4) };
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}

/** Bytes of scratch memory that a convolution needs. */
export function unfoldedScratch(item: Convolution): number {
  return layout(item).end;
}

/** The matrix product of a block of images, the largest one if not said. */
export function unfoldedProduct(
  { solves, windows: w, filters }: Convolution,
  images = imageBlock(w),
): ProductShape {
  const windows = images * w.outHeight * w.outWidth;
  const size = windowSize(w);
  switch (solves) {
    case "output":
      return {
        ...{ rows: windows, columns: filters, inner: size },
        ...{ aStrides: [size, 1], bStrides: [filters, 1] },
      };
    case "input":
      return {
        ...{ rows: windows, columns: size, inner: filters },
        ...{ aStrides: [filters, 1], bStrides: [1, filters] },
      };
    case "filter":
      return {
        ...{ rows: size, columns: filters, inner: windows },
        ...{ aStrides: [1, size], bStrides: [filters, 1] },
      };
  }
}

/** What multiplies: the module's own functions, or a library that is given all calls and an index. */
export type Multiplier =
  | Pick<Products, "product">
  | { readonly library: (calls: readonly ProductCall[], index: Code) => Code };

/** Blocks of images that are worked on one after the other. */
interface Blocks {
  /** Images of each. */
  readonly images: number;
  /** The first one, how many, and which of them it is. */
  readonly first: number;
  readonly count: number;
  readonly index: Code;
}

/** A matrix of a block: its address as code, and in bytes for each block. */
interface Place {
  readonly code: Code;
  readonly at: (block: number) => number;
}

/**
 * A function that computes a convolution or one of its gradients; of the filter's gradient, where a
 * range is given, these channels alone.
 */
export function unfoldedFunction(
  item: Convolution,
  address: (value: number) => number,
  multiplier: Multiplier,
  scratch: number,
  range = { from: 0, to: item.windows.channels },
): { locals: Locals; body: Code } {
  const { windows: whole, filters } = item;
  const w = { ...whole, channels: range.to - range.from };
  const pixel = whole.channels;
  const { paddedAt, columnsAt, partialAt } = layout(item);
  const at = { padded: scratch + paddedAt, columns: scratch + columnsAt };
  const locals = new Locals(0);
  const [block, within, image, rows, other] = [0, 1, 2, 3, 4].map(() => locals.add("i32"));
  // Of the whole: parts add up the same blocks of images.
  const count = imageBlock(whole);
  const size = windowSize(w);
  const inside = allInside(w);
  const [paddedRows, paddedColumns] = paddedShape(w);
  const interior = at.padded + (w.padTop * paddedColumns + w.padLeft) * w.channels * 4;
  const clear = memory.fill(
    i32.const(at.padded),
    i32.const(0),
    i32.const(inside ? 0 : elements([paddedRows, paddedColumns, w.channels]) * 4),
  );
  const advance = (local: number, by: number) => set(local, i32.add(get(local), i32.const(by * 4)));
  const eachImage = (count: number, body: Code) =>
    sequence(
      set(rows, i32.const(at.columns)),
      loop(
        within,
        i32.const(count),
        i32.const(1),
        sequence(
          body,
          advance(image, w.height * w.width * pixel),
          advance(rows, w.outHeight * w.outWidth * size),
        ),
      ),
    );
  /** Whole blocks of images, then what is left. */
  const eachBlock = (body: (blocks: Blocks) => Code) => {
    const whole = Math.floor(w.images / count);
    const one = (blocks: Blocks) =>
      sequence(body(blocks), advance(other, blocks.images * w.outHeight * w.outWidth * filters));
    const rest = w.images % count;
    return sequence(
      loop(
        block,
        i32.const(whole),
        i32.const(1),
        one({ images: count, first: 0, count: whole, index: get(block) }),
      ),
      rest > 0 ? one({ images: rest, first: whole, count: 1, index: i32.const(0) }) : [],
    );
  };
  const multiply = (blocks: Blocks, a: Place, b: Place, c: Place) => {
    const shape = unfoldedProduct({ ...item, windows: w }, blocks.images);
    if ("product" in multiplier) {
      return multiplier.product(shape, [a.code, b.code, c.code], scratch);
    }
    const { rows, columns, inner, aStrides, bStrides } = shape;
    const calls = Array.from({ length: blocks.count }, (_, i): ProductCall => {
      const at = blocks.first + i;
      return {
        ...{ rows, columns, inner, batch: 1, batchStrides: [0, 0] },
        a: matrix(a.at(at), aStrides, [rows, inner]),
        b: matrix(b.at(at), bStrides, [inner, columns]),
        c: c.at(at),
        // Only the filter's gradient is a sum over blocks.
        accumulate: item.solves === "filter" && at > 0,
      };
    });
    return multiplier.library(calls, blocks.index);
  };
  const fixed = (at: number): Place => ({ code: i32.const(at), at: () => at });
  /** The rows of the output's side that belong to a block. */
  const outputRows = (start: number): Place => ({
    code: get(other),
    at: (block) => start + block * count * w.outHeight * w.outWidth * filters * 4,
  });
  const toColumns = (count: number) =>
    eachImage(
      count,
      inside ? moveCode(locals, windowAxes(w, w.width, pixel), get(image), get(rows)) : sequence(
        moveCode(locals, imageAxes(w, pixel), get(image), i32.const(interior)),
        moveCode(locals, windowAxes(w, paddedColumns), i32.const(at.padded), get(rows)),
      ),
    );
  const columns = fixed(at.columns);
  const [first, second] = item.inputs.map(address);
  const result = address(item.output);
  switch (item.solves) {
    case "output": {
      const body = (blocks: Blocks) => multiply(blocks, columns, fixed(second), outputRows(result));
      return {
        locals,
        body: sequence(
          clear,
          set(image, i32.const(first)),
          set(other, i32.const(result)),
          eachBlock((blocks) => sequence(toColumns(blocks.images), body(blocks))),
        ),
      };
    }
    case "input": {
      const body = (blocks: Blocks) => multiply(blocks, outputRows(first), fixed(second), columns);
      const fromColumns = inside
        ? moveCode(locals, turned(windowAxes(w, w.width)), get(rows), get(image), "float32")
        : sequence(
          clear,
          moveCode(
            locals,
            turned(windowAxes(w, paddedColumns)),
            get(rows),
            i32.const(at.padded),
            "float32",
          ),
          moveCode(locals, turned(imageAxes(w)), i32.const(interior), get(image)),
        );
      const bytes = elements([w.images, w.height, w.width, w.channels]) * 4;
      return {
        locals,
        body: sequence(
          memory.fill(i32.const(result), i32.const(0), i32.const(bytes)),
          set(image, i32.const(result)),
          set(other, i32.const(first)),
          eachBlock((blocks) => sequence(body(blocks), eachImage(blocks.images, fromColumns))),
        ),
      };
    }
    case "filter": {
      // A library adds to the result itself.
      const adds = "library" in multiplier;
      const partial = scratch + partialAt;
      const body = (blocks: Blocks) =>
        multiply(blocks, columns, outputRows(second), fixed(adds ? result : partial));
      const kernel = w.kernelHeight * w.kernelWidth;
      const each = w.channels * filters;
      const sum = [
        { length: kernel, source: each, target: pixel * filters },
        { length: each, source: 1, target: 1 },
      ];
      const start = result + range.from * filters * 4;
      const zero = Array.from(
        { length: kernel },
        (_, i) =>
          memory.fill(
            i32.const(start + i * pixel * filters * 4),
            i32.const(0),
            i32.const(each * 4),
          ),
      );
      return {
        locals,
        body: sequence(
          clear,
          ...(adds ? [] : zero),
          set(image, i32.const(first + range.from * 4)),
          set(other, i32.const(second)),
          eachBlock((blocks) =>
            sequence(
              toColumns(blocks.images),
              body(blocks),
              adds ? [] : moveCode(locals, sum, i32.const(partial), i32.const(start), "float32"),
            )
          ),
        ),
      };
    }
  }
}
