/**
 * The fixed rule by which an item is split over threads. A part computes its elements in the same
 * order as the whole would, so that the number of threads never changes a bit; an item whose
 * result is a sum over all of its elements stays whole.
 *
 * @module
 */
import { imageBlock } from "../images.ts";
import { elements } from "../ir.ts";
import type { Item } from "../items.ts";
import { imagesOfCall, isHandedOver, type LibraryShare } from "../library.ts";
import type { LoopPart, Range } from "./loops.ts";
import { wideRows } from "./matmul.ts";

/** An item, or what one thread does of it. */
export interface Part {
  readonly item: Item;
  /** By how many bytes values lie further on for this part. */
  readonly offsets: ReadonlyMap<number, number>;
  /** Of a loop. */
  readonly loop?: LoopPart;
  /** Of a filter's gradient. */
  readonly channels?: Range;
}

/** Multiply-adds or elements below which a part is not worth a thread's start. */
const leastProduct = 20_000;
const leastLoop = 2048;

/** The item as a whole. */
export function wholeOf(item: Item): Part {
  return { item, offsets: new Map() };
}

/**
 * Parts for `threads` threads; undefined where the item stays whole. One that is left to a library
 * (`native`) is split only where the library is given the same products all the same.
 */
export function partsOf(
  item: Item,
  threads: number,
  native?: LibraryShare,
): Part[] | undefined {
  switch (item.kind) {
    case "matMul": {
      const { rows, columns, inner, batch, aStrides } = item;
      if (native !== undefined || batch > 1 || rows < 8 || rows * columns * inner < leastProduct) {
        return undefined;
      }
      // The offset of one operand would move the other, too.
      if (item.a === item.b || [item.a, item.b].includes(item.addend!)) return undefined;
      return split(Math.ceil(rows / wideRows), threads, (from, to) => {
        const [first, last] = [from * wideRows, Math.min(to * wideRows, rows)];
        const ofResult = first * columns * 4;
        return {
          item: { ...item, rows: last - first },
          offsets: new Map([
            [item.output, ofResult],
            [item.addend ?? item.output, ofResult],
            [item.a, first * aStrides[0] * 4],
          ]),
        };
      });
    }
    case "loop": {
      const over = (what: string) => item.reductions.some((reduction) => reduction.over === what);
      const columns = item.columns ?? item.size;
      const rows = item.size / columns;
      if (over("all") || item.size < leastLoop) return undefined;
      if (rows > 1 && !over("column")) {
        return split(rows, threads, (from, to) => ({
          ...wholeOf(item),
          loop: { rows: { from, to } },
        }));
      }
      if (over("row")) return undefined;
      return split(Math.ceil(columns / 4), threads, (from, to) => ({
        ...wholeOf(item),
        loop: { columns: { from: from * 4, to: Math.min(to * 4, columns) } },
      }));
    }
    case "convolution": {
      const { windows: w, filters } = item;
      // A filter's gradient sums over images, in one order only: its channels are split.
      if (item.solves === "filter") {
        if (native !== undefined) return undefined;
        return split(Math.floor(w.channels / 4), threads, (from, to) => {
          const channels = { from: from * 4, to: to * 4 + 4 > w.channels ? w.channels : to * 4 };
          return { ...wholeOf(item), channels };
        });
      }
      if (item.inputs[0] === item.inputs[1]) return undefined;
      const image = elements([w.height, w.width, w.channels]) * 4;
      const result = elements([w.outHeight, w.outWidth, filters]) * 4;
      const [from, to] = item.solves === "output" ? [image, result] : [result, image];
      const unit = native === undefined
        ? 1
        : isHandedOver(item, native)
        ? imagesOfCall
        : imageBlock(w);
      return split(Math.ceil(w.images / unit), threads, (start, end) => {
        const [first, last] = [start * unit, Math.min(end * unit, w.images)];
        return {
          item: { ...item, windows: { ...w, images: last - first } },
          offsets: new Map([[item.inputs[0], first * from], [item.output, first * to]]),
        };
      });
    }
    default:
      return undefined;
  }
}

/** Nearly equal shares of `count` units; undefined where a thread would get none. */
function split(
  count: number,
  threads: number,
  part: (from: number, to: number) => Part,
): Part[] | undefined {
  if (count < threads) return undefined;
  return Array.from(
    { length: threads },
    (_, t) => part(Math.floor(count * t / threads), Math.floor(count * (t + 1) / threads)),
  );
}
