/**
 * Convolutions as matrix products that read windows where they lie: in the images, or in copies of a
 * few of them with a border of zeros. A table says where each window begins. Sums are those of
 * `unfolded.ts`, in the same order, so that the bits are the same.
 *
 * @module
 */
import type { Axis } from "../copies.ts";
import { allInside, imageBlock, paddedShape, windowSize } from "../images.ts";
import { elements } from "../ir.ts";
import type { Convolution } from "../items.ts";
import { type Code, get, i32, Locals, loop, memory, sequence, set } from "./assembler.ts";
import type { Range } from "./loops.ts";
import {
  fewColumns,
  fewRows,
  mostAdded,
  type Products,
  productScratch,
  type ProductShape,
  tableEntries,
} from "./matmul.ts";
import { moveCode } from "./moves.ts";
import { imageAxes, turned, windowAxes } from "./window_axes.ts";

/** Whether a convolution's products are of a form that takes a table. */
export function readsWindows({ solves, windows: { channels }, filters }: Convolution): boolean {
  switch (solves) {
    case "output":
      return filters > fewColumns;
    case "input":
      return channels > fewColumns && filters <= mostAdded;
    case "filter":
      return filters >= fewRows && channels % 4 === 0;
  }
}

/** Windows whose images are worked on together, and elements of their copies, at most. */
const [mostWindows, mostElements] = [1024, 131072];

/** Images that are worked on together: of a filter's gradient those whose sum is added at once. */
function imagesTogether({ solves, windows: w }: Convolution): number {
  if (solves === "filter") return imageBlock(w);
  const byWindows = mostWindows / (w.outHeight * w.outWidth);
  const most = Math.floor(Math.min(byWindows, mostElements / elements(paddedShape(w))));
  return Math.max(1, Math.min(most, w.images));
}

/**
 * The product of some images; `table`: where it stands. Of the input's gradient it is that of one
 * place in the windows, added to what is there; the filter's gradient it gives transposed.
 */
function productOf(
  { solves, windows: w, filters }: Convolution,
  { images, at, columns }: { images: number; at: number; columns: readonly number[] },
): ProductShape {
  const windows = images * w.outHeight * w.outWidth;
  const size = windowSize(w);
  switch (solves) {
    case "output":
      return {
        ...{ rows: windows, columns: filters, inner: size },
        ...{ aStrides: [size, 1], bStrides: [filters, 1] },
        table: { of: "a", at, columns },
      };
    case "input":
      return {
        ...{ rows: windows, columns: w.channels, inner: filters, adds: true },
        ...{ aStrides: [filters, 1], bStrides: [1, filters] },
        table: { of: "c", at, columns: [] },
      };
    case "filter":
      return {
        ...{ rows: filters, columns: size, inner: windows },
        ...{ aStrides: [1, filters], bStrides: [size, 1] },
        table: { of: "b", at, columns },
      };
  }
}

/** Where scratch memory, after the product's, has padded images, the table, a sum, the sum of sums. */
function placesOf(item: Convolution, scratch: number) {
  const { solves, windows: w, filters } = item;
  const images = imagesTogether(item);
  const sums = solves === "filter" ? windowSize(w) * filters : 0;
  const sizes = [
    productScratch(productOf(item, { images, at: 0, columns: [] })) / 4,
    allInside(w) ? 0 : images * elements(paddedShape(w)),
    tableEntries(images * w.outHeight * w.outWidth),
    sums,
    sums,
  ];
  const [padded, table, sum, total, end] = sizes.map((_, i) =>
    sizes.slice(0, i + 1).reduce((at, size) => at + Math.ceil(size / 16) * 64, scratch)
  );
  return { padded, table, sum, total, end };
}

/** Bytes of scratch memory that it needs. */
export function windowedScratch(item: Convolution): number {
  return placesOf(item, 0).end;
}

/**
 * A function that computes a convolution that {@linkcode readsWindows}, or one of its gradients; of
 * the filter's gradient the channels of the range.
 */
export function windowedFunction(
  item: Convolution,
  address: (value: number) => number,
  products: Products,
  scratch: number,
  range: Range,
): { locals: Locals; body: Code } {
  const { solves, windows: whole, filters } = item;
  const w = { ...whole, channels: range.to - range.from };
  const { padded, table, sum, total } = placesOf(item, scratch);
  const locals = new Locals(0);
  const [block, within, image, other, from, to] = [0, 1, 2, 3, 4, 5].map(() => locals.add("i32"));
  const advance = (local: number, by: number) => set(local, i32.add(get(local), i32.const(by * 4)));
  const [first, second] = item.inputs.map(address);
  const result = address(item.output);
  const together = imagesTogether(item);
  const inside = allInside(w);
  const [, columns] = paddedShape(w);
  const ofImage = elements([w.height, w.width, whole.channels]);
  const ofPadded = elements(paddedShape(w));
  const axes = inside ? windowAxes(w, w.width, whole.channels) : windowAxes(w, columns);
  const positions = offsetsOf(axes.slice(2));
  const base = inside ? get(image) : i32.const(padded);
  const clear = inside
    ? []
    : memory.fill(i32.const(padded), i32.const(0), i32.const(together * ofPadded * 4));
  const eachPadded = (images: number, move: Code) => {
    if (inside) return [];
    const interior = padded + (w.padTop * columns + w.padLeft) * w.channels * 4;
    const one = sequence(move, advance(from, ofImage), advance(to, ofPadded));
    return sequence(
      set(from, get(image)),
      set(to, i32.const(interior)),
      loop(within, i32.const(images), i32.const(1), one),
    );
  };
  const pad = moveCode(locals, imageAxes(w, whole.channels), get(from), get(to));
  const unpad = moveCode(locals, turned(imageAxes(w)), get(to), get(from));
  /** Some images after the others; `image` and `other` are where theirs begin. */
  const each = (body: (images: number) => Code) => {
    const some = (images: number) =>
      sequence(
        body(images),
        advance(image, images * ofImage),
        advance(other, images * w.outHeight * w.outWidth * filters),
      );
    const rest = w.images % together;
    const count = i32.const(Math.floor(w.images / together));
    return sequence(
      loop(block, count, i32.const(1), some(together)),
      rest > 0 ? some(rest) : [],
    );
  };
  const multiply = (images: number, a: Code, b: Code, c: Code) => {
    const shape = productOf({ ...item, windows: w }, { images, at: table, columns: positions });
    return products.product(shape, [a, b, c], scratch);
  };
  const begin = (images: number, others: number) =>
    sequence(
      tableCode(
        locals,
        [{ length: together, source: inside ? ofImage : ofPadded }, ...axes.slice(0, 2)],
        table,
      ),
      set(image, i32.const(images)),
      set(other, i32.const(others)),
    );
  switch (solves) {
    case "output": {
      const body = each((images) =>
        sequence(
          eachPadded(images, pad),
          multiply(images, base, i32.const(second), get(other)),
        )
      );
      return { locals, body: sequence(clear, begin(first, result), body) };
    }
    case "input": {
      const places = offsetsOf(axes.slice(2, 4));
      // The last place first: so an element gets its windows' shares from the first window on.
      const taps = (images: number) =>
        places.map((place, i) => {
          const ofPlace = i32.const(second + i * w.channels * filters * 4);
          return multiply(images, get(other), ofPlace, i32.add(base, i32.const(place * 4)));
        }).toReversed();
      const bytes = w.images * ofImage * 4;
      const body = each((images) =>
        sequence(
          clear,
          ...taps(images),
          eachPadded(images, unpad),
        )
      );
      const zero = memory.fill(i32.const(result), i32.const(0), i32.const(bytes));
      return { locals, body: sequence(zero, begin(result, first), body) };
    }
    case "filter": {
      const size = windowSize(w);
      const all = [{ length: size * filters, source: 1, target: 1 }];
      const kernel = w.kernelHeight * w.kernelWidth;
      const transposed = [
        { length: kernel, source: w.channels, target: whole.channels * filters },
        { length: w.channels, source: 1, target: filters },
        { length: filters, source: size, target: 1 },
      ];
      const body = each((images) =>
        sequence(
          eachPadded(images, pad),
          multiply(images, get(other), base, i32.const(sum)),
          moveCode(locals, all, i32.const(sum), i32.const(total), "float32"),
        )
      );
      return {
        locals,
        body: sequence(
          clear,
          memory.fill(i32.const(total), i32.const(0), i32.const(size * filters * 4)),
          begin(first + range.from * 4, second),
          body,
          moveCode(
            locals,
            transposed,
            i32.const(total),
            i32.const(result + range.from * filters * 4),
          ),
        ),
      };
    }
  }
}

/** Writes where the elements along nested axes lie, in bytes, and entries that a tile may read. */
function tableCode(locals: Locals, axes: readonly Omit<Axis, "target">[], at: number): Code {
  const to = locals.add("i32");
  const counters = axes.map(() => locals.add("i32"));
  const place = axes.map(({ source }, i) => i32.mul(get(counters[i]), i32.const(source * 4)))
    .reduce(i32.add);
  const write = (value: Code) =>
    sequence(i32.store(get(to), value, at), set(to, i32.add(get(to), i32.const(4))));
  const nested = axes.reduceRight(
    (inner, { length }, i) => loop(counters[i], i32.const(length), i32.const(1), inner),
    write(place),
  );
  const behind = Array.from({ length: tableEntries(0) }, () => write(i32.const(0)));
  return sequence(set(to, i32.const(0)), nested, ...behind);
}

/** Where the elements along nested axes lie. */
function offsetsOf(axes: readonly Axis[]): number[] {
  return axes.reduce(
    (all, { length, source }) =>
      all.flatMap((at) => Array.from({ length }, (_, i) => at + i * source)),
    [0],
  );
}
