/**
 * Matrix products that a library of the machine computes on a program's memory: the backend
 * `native`. The machine code calls out for them by number, between what it computes itself.
 *
 * @module
 */
import type { MatMul } from "./items.ts";

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

/** A library that multiplies float32 matrices. */
export interface ProductLibrary {
  /** Its name, version and the type of processor that it has chosen its code for. */
  readonly name: string;
  /**
   * A function that computes one product, whatever its `batch`, on one thread.
   *
   * @param views Of a, b and c, from their first elements on.
   */
  bind(
    call: ProductCall,
    views: readonly [a: Float32Array, b: Float32Array, c: Float32Array],
  ): () => void;
}

/** Where a library is opened from, as plain data: each thread opens it for itself. */
export interface LibrarySource {
  /** URL of a module that exports `openLibrary(file: string): ProductLibrary`. */
  readonly module: string;
  /** The library's file. */
  readonly file: string;
  /** Multiply-adds from which on products are left to it; default {@linkcode leastWork}. */
  readonly least?: number;
}

/** A library that is open in this thread, and where other threads open it from. */
export interface OpenedLibrary {
  readonly library: ProductLibrary;
  readonly source: LibrarySource;
}

/** Opens a library in this thread. */
export async function openSource({ module, file }: LibrarySource): Promise<ProductLibrary> {
  const { openLibrary } = await import(module) as {
    openLibrary(file: string): ProductLibrary;
  };
  return openLibrary(file);
}

/** What machine code calls to compute the product of an index; `library` where there are any. */
export function productCalls(
  calls: readonly ProductCall[],
  library: ProductLibrary | undefined,
  memory: WebAssembly.Memory,
): (index: number) => void {
  const floats = (address: number, length: number) =>
    new Float32Array(memory.buffer, address, length);
  const runs = calls.map((call) => {
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
export const leastWork = 1024;

/** Whether a product of these lengths is of at least so many multiply-adds. */
export function worthCalling(
  { rows, columns, inner }: Pick<ProductCall, "rows" | "columns" | "inner">,
  least: number,
): boolean {
  return rows * columns * inner >= least;
}
