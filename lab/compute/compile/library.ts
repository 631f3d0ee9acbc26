/**
 * Matrix products and convolutions that a library of the machine computes on a program's memory: the
 * backend `native`. The machine code calls out for them by number, between what it computes itself.
 *
 * @module
 */
import { elements } from "./ir.ts";
import type { Convolution, MatMul } from "./items.ts";

/** A matrix as it lies in memory. */
export interface Matrix {
  /** In bytes, of its first element. */
  readonly address: number;
  /** Elements from one row to the next as they lie. */
  readonly stride: number;
  /** Whether what lies as a row is a column of the matrix. */
  readonly transposed: boolean;
}

/** c = a·b, or c + a·b, `batch` times; c row-major and contiguous. */
export interface ProductCall {
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly a: Matrix;
  readonly b: Matrix;
  /** Address of c, in bytes. */
  readonly c: number;
  /** Whether the product is added to what c holds. */
  readonly accumulate: boolean;
  readonly batch: number;
  /** Elements from one matrix of the batch to the next; 0 where all share it. */
  readonly batchStrides: readonly [a: number, b: number];
}

/**
 * A convolution or one of its gradients, of consecutive images: `a` and `b` are the addresses, in bytes,
 * of the item's inputs, `c` that of its output, all as TensorFlow.js has them.
 */
export interface ConvolutionCall extends Pick<Convolution, "solves" | "windows" | "filters"> {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** What a module leaves to a library. */
export type LibraryCall = ProductCall | ConvolutionCall;

/** Of two operands and the result, from their first elements on. */
export type CallViews = readonly [a: Float32Array, b: Float32Array, c: Float32Array];

/** A library that multiplies float32 matrices, and may compute convolutions. */
export interface MathLibrary {
  /** Its name, version and the type of processor that it has chosen its code for. */
  readonly name: string;
  /** A function that computes one product, whatever its `batch`, on one thread. */
  bind(call: ProductCall, views: CallViews): () => void;
  /**
   * A function that computes a convolution on one thread. A library without it is given products of
   * windows that are laid out as rows.
   */
  bindConvolution?(call: ConvolutionCall, views: CallViews): () => void;
}

/** Which of a program's items a library computes. */
export interface LibraryShare {
  /** Multiply-adds from which on products are left to it. */
  readonly least: number;
  /** Whether it computes convolutions itself. */
  readonly convolves: boolean;
}

/** Where a library is opened from, as plain data: each thread opens it for itself. */
export interface LibrarySource {
  /** URL of a module that exports `openLibrary(file: string): MathLibrary`. */
  readonly module: string;
  /** The library's file. */
  readonly file: string;
  /** Multiply-adds from which on products are left to it; default {@linkcode leastWork}. */
  readonly least?: number;
}

/** A library that is open in this thread, and where other threads open it from. */
export interface OpenedLibrary {
  readonly library: MathLibrary;
  readonly source: LibrarySource;
}

/** Opens a library in this thread. */
export async function openSource({ module, file }: LibrarySource): Promise<MathLibrary> {
  const { openLibrary } = await import(module) as {
    openLibrary(file: string): MathLibrary;
  };
  return openLibrary(file);
}

/** Which of a program's items a library computes. */
export function shareOf({ library, source }: OpenedLibrary): LibraryShare {
  const { least = leastWork } = source;
  return { least, convolves: library.bindConvolution !== undefined };
}

/** What machine code calls to compute the call of an index; `library` where there are any. */
export function boundCalls(
  calls: readonly LibraryCall[],
  library: MathLibrary | undefined,
  memory: WebAssembly.Memory,
): (index: number) => void {
  const floats = (address: number, length: number) =>
    new Float32Array(memory.buffer, address, length);
  const runs = calls.map((call) => {
    if ("solves" in call) {
      const { solves, windows: w, filters } = call;
      const image = elements([w.images, w.height, w.width, w.channels]);
      const result = elements([w.images, w.outHeight, w.outWidth, filters]);
      const filter = elements([w.kernelHeight, w.kernelWidth, w.channels, filters]);
      const lengths = {
        output: [image, filter, result],
        input: [result, filter, image],
        filter: [image, result, filter],
      }[solves];
      const [a, b, c] = [call.a, call.b, call.c].map((at, i) => floats(at, lengths[i]));
      return library!.bindConvolution!(call, [a, b, c]);
    }
    const { rows, columns, inner, a, b, c, batch, batchStrides } = call;
    const one = (i: number) =>
      library!.bind(call, [
        floats(a.address + 4 * i * batchStrides[0], rows * inner),
        floats(b.address + 4 * i * batchStrides[1], inner * columns),
        floats(c + 4 * i * rows * columns, rows * columns),
      ]);
    if (batch === 1) return one(0);
    const each = Array.from({ length: batch }, (_, i) => one(i));
    return () => {
      for (const run of each) run();
    };
  });
  return (index) => runs[index]();
}

/** A matrix of these strides, of which one is 1, with rows of `length` elements. */
export function matrix(
  address: number,
  [row, column]: readonly [row: number, column: number],
  [rows, columns]: readonly [rows: number, columns: number],
): Matrix {
  const transposed = column !== 1;
  return transposed
    ? { address, stride: Math.max(column, rows), transposed }
    : { address, stride: Math.max(row, columns), transposed };
}

/** The call that a product is. */
export function callOf(item: MatMul, address: (value: number) => number): ProductCall {
  const { rows, columns, inner, batch, batchStrides } = item;
  return {
    ...{ rows, columns, inner, batch, batchStrides },
    a: matrix(address(item.a), item.aStrides, [rows, inner]),
    b: matrix(address(item.b), item.bStrides, [inner, columns]),
    c: address(item.output),
    accumulate: item.addend !== undefined,
  };
}

/** Multiply-adds from which on a call, which takes some 60 ns, costs less than it saves. */
const leastWork = 1024;

/** Whether a product of these lengths is of at least so many multiply-adds. */
export function worthCalling(
  { rows, columns, inner }: Pick<ProductCall, "rows" | "columns" | "inner">,
  least: number,
): boolean {
  return rows * columns * inner >= least;
}

/** Channels from which on a library's gradients of images are as fast as products. */
const leastChannels = 8;

/** Whether a convolution is handed over as it is, not as products. */
export function isHandedOver(
  { solves, windows }: Convolution,
  { convolves }: LibraryShare,
): boolean {
  return convolves && (solves !== "input" || windows.channels >= leastChannels);
}

/** Images of a convolution that are handed over at a time, however many threads there are. */
export const imagesOfCall = 32;

/** The calls that a convolution is: one for the filter's gradient, else one a few images. */
export function convolutionCalls(
  { solves, windows, filters, inputs, output }: Convolution,
  address: (value: number) => number,
): ConvolutionCall[] {
  const [a, b, c] = [...inputs, output].map(address);
  if (solves === "filter") return [{ solves, windows, filters, a, b, c }];
  const { height, width, channels, outHeight, outWidth } = windows;
  const image = 4 * elements([height, width, channels]);
  const result = 4 * elements([outHeight, outWidth, filters]);
  const [from, to] = solves === "output" ? [image, result] : [result, image];
  const calls: ConvolutionCall[] = [];
  for (let first = 0; first < windows.images; first += imagesOfCall) {
    const images = Math.min(imagesOfCall, windows.images - first);
    calls.push({
      ...{ solves, windows: { ...windows, images }, filters },
      ...{ a: a + first * from, b, c: c + first * to },
    });
  }
  return calls;
}
