/**
 * NumPy's array files: `.npy` of versions 1 to 3, and `.npz`, a zip archive of them.
 *
 * @module
 */
import { crc32 } from "./crc32.ts";
import { InputError } from "./errors.ts";
import { shortened } from "./printable.ts";
import type { OpenFile, ReadBytes } from "./registry.ts";

/** An array of a file. */
export interface NpyArray {
  readonly shape: readonly number[];
  /** Row-major, as float64 (64-bit integers are rounded to it). */
  readonly values: Float64Array;
  /** Whether its elements are unsigned bytes, as those of pictures are. */
  readonly bytes: boolean;
}

type Reader = (view: DataView, at: number, little: boolean) => number;

/** The number of the bits of a half-precision float (IEEE 754 binary16). */
function halfOf(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const magnitude = exponent === 0
    ? fraction * 2 ** -24
    : exponent === 31
    ? (fraction === 0 ? Infinity : NaN)
    : (1024 + fraction) * 2 ** (exponent - 25);
  return bits >> 15 === 0 ? magnitude : -magnitude;
}

/** How an element of each type is read, and its length in bytes. */
const readers: Readonly<Record<string, readonly [bytes: number, read: Reader]>> = {
  b1: [1, (view, at) => view.getUint8(at)],
  u1: [1, (view, at) => view.getUint8(at)],
  i1: [1, (view, at) => view.getInt8(at)],
  u2: [2, (view, at, little) => view.getUint16(at, little)],
  i2: [2, (view, at, little) => view.getInt16(at, little)],
  u4: [4, (view, at, little) => view.getUint32(at, little)],
  i4: [4, (view, at, little) => view.getInt32(at, little)],
  u8: [8, (view, at, little) => Number(view.getBigUint64(at, little))],
  i8: [8, (view, at, little) => Number(view.getBigInt64(at, little))],
  f2: [2, (view, at, little) => halfOf(view.getUint16(at, little))],
  f4: [4, (view, at, little) => view.getFloat32(at, little)],
  f8: [8, (view, at, little) => view.getFloat64(at, little)],
};

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** What an `.npy` file says of its elements. */
interface NpyHeader {
  readonly shape: readonly number[];
  /** Where the elements begin, in bytes. */
  readonly start: number;
  /** Bytes of an element. */
  readonly length: number;
  /** Whether its elements are unsigned bytes. */
  readonly bytes: boolean;
  /** Whether the first axis changes fastest. */
  readonly columnMajor: boolean;
  /** Elements of their bytes. */
  read(bytes: Uint8Array): Float64Array;
}

/** Bytes in which a header of version 1 ends. */
const HEADER = 2 ** 16 + 10;

/**
 * Reads an `.npy` file's header.
 *
 * @param bytes How the file begins.
 * @param size Bytes of the whole file.
 */
function headerOf({ bytes, path }: ReadBytes, size: number): NpyHeader {
  const fail = (requirement: string, given: string) =>
    new InputError(`Cannot read ${path} as ${requirement}: ${given}`);
  if (bytes.length < 12 || MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw fail("it must begin with NumPy's mark", `${size} bytes of another kind`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6] >= 2;
  const begin = wide ? 12 : 10;
  const start = begin + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  if (start > bytes.length) {
    throw fail(`its header takes ${start} bytes`, `${bytes.length} (truncated)`);
  }
  const header = new TextDecoder().decode(bytes.subarray(begin, start));
  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1] ?? "an array of records";
  const sizes = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  const reader = Object.hasOwn(readers, type.slice(1)) ? readers[type.slice(1)] : undefined;
  if (reader === undefined) {
    throw fail(`its elements must be numbers (${Object.keys(readers).join(", ")})`, type);
  }
  if (sizes === undefined) {
    const [given = "none"] = /'shape'.*/s.exec(header) ?? [];
    throw fail("its header must say its shape, like 'shape': (10, 3)", shortened(given));
  }
  const shape = sizes.split(",").filter((size) => size.trim() !== "").map(Number);
  const count = shape.reduce((product, size) => product * size, 1);
  const [length, readElement] = reader;
  if (size !== start + count * length) {
    throw fail(
      `[${shape.join(", ")}] of ${type} takes ${start + count * length} bytes`,
      `the file has ${size}`,
    );
  }
  const little = type[0] !== ">";
  const isBytes = type.slice(1) === "u1";
  const read = (bytes: Uint8Array) => {
    if (isBytes) return new Float64Array(bytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Float64Array.from(
      { length: bytes.length / length },
      (_, i) => readElement(view, i * length, little),
    );
  };
  return {
    ...{ shape, start, length, read, bytes: isBytes },
    columnMajor: /'fortran_order':\s*True/.test(header),
  };
}

/**
 * Parses an `.npy` file.
 *
 * @throws InputError that names the file where it is none, holds another type than numbers (objects are
 *   refused), or is shorter or longer than its header says.
 */
export function parseNpy({ bytes, path }: ReadBytes): NpyArray {
  const header = headerOf({ bytes, path }, bytes.length);
  const { shape } = header;
  const stored = header.read(bytes.subarray(header.start));
  const values = header.columnMajor ? rowMajor(stored, shape) : stored;
  return { shape, values, bytes: header.bytes };
}

/** The rows of an `.npy` file, each read when it is asked for. */
export interface NpyRows {
  readonly shape: readonly number[];
  /** Chosen rows, in the order chosen. */
  rows(indices: ArrayLike<number>): NpyArray;
}

/**
 * An `.npy` file whose rows are read when they are asked for.
 *
 * @throws InputError as `parseNpy` does, and where the first axis changes fastest, as rows then lie apart.
 */
export function openNpy(open: (path: string) => OpenFile, path: string): NpyRows {
  const begun = () => {
    using file = open(path);
    const bytes = new Uint8Array(Math.min(file.size, HEADER));
    file.read(0, bytes);
    return headerOf({ bytes, path }, file.size);
  };
  const header = begun();
  if (header.columnMajor) {
    throw new InputError(
      `Cannot stream ${path} as its rows must lie one after another (C order): Fortran order`,
    );
  }
  const { shape: [count, ...shape], start } = header;
  const width = header.length * shape.reduce((product, size) => product * size, 1);
  return {
    shape: [count, ...shape],
    rows(indices) {
      const bytes = new Uint8Array(indices.length * width);
      using file = open(path);
      for (let i = 0; i < indices.length; i++) {
        file.read(start + indices[i] * width, bytes.subarray(i * width, (i + 1) * width));
      }
      return { shape: [indices.length, ...shape], values: header.read(bytes), bytes: header.bytes };
    },
  };
}

/** An `.npy` file (version 1) of float32 elements. */
export function encodeNpy(
  values: Float32Array,
  shape: readonly number[],
): Uint8Array<ArrayBuffer> {
  const sizes = `${shape.join(", ")}${shape.length === 1 ? "," : ""}`;
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sizes}), }`;
  // The header ends with a line feed at a multiple of 64 bytes.
  const length = Math.ceil((10 + text.length + 1) / 64) * 64;
  const bytes = new Uint8Array(length + 4 * values.length);
  const view = new DataView(bytes.buffer);
  bytes.set([...MAGIC, 1, 0]);
  view.setUint16(8, length - 10, true);
  bytes.set(new TextEncoder().encode(`${text.padEnd(length - 11)}\n`), 10);
  values.forEach((value, i) => view.setFloat32(length + 4 * i, value, true));
  return bytes;
}

/** Column-major elements in row-major order. */
function rowMajor(stored: Float64Array, shape: readonly number[]): Float64Array {
  return stored.map((_, index) => {
    let [at, stride, rest] = [0, stored.length, index];
    // The first axis changes fastest in the file, slowest here.
    for (const size of shape.toReversed()) {
      stride /= size;
      at += (rest % size) * stride;
      rest = Math.floor(rest / size);
    }
    return stored[at];
  });
}

/**
 * The arrays of an `.npz` file by name, each unpacked when it is asked for, which throws an InputError
 * that names the array where it is not what was stored.
 *
 * @throws InputError that names the file where it is no whole zip archive.
 */
export function entriesOf(
  { bytes, path }: ReadBytes,
): ReadonlyMap<string, () => Promise<ReadBytes>> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const broken = () => new InputError(`Cannot read ${path} as it must be a whole zip archive`);
  // The end record stands last, before a comment of at most 65,535 bytes.
  let end = bytes.length - 22;
  while (end >= 0 && end > bytes.length - 65_558 && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0 || view.getUint32(end, true) !== 0x06054b50) throw broken();
  const entries = new Map<string, () => Promise<ReadBytes>>();
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50) throw broken();
    const packed = view.getUint16(at + 10, true) === 8;
    const [sum, length, size] = [16, 20, 24].map((field) => view.getUint32(at + field, true));
    const [name, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const local = view.getUint32(at + 42, true);
    const entry = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + name));
    at += 46 + name + extra + comment;
    entries.set(entry.replace(/\.npy$/, ""), async () => {
      if (local + 30 > bytes.length) throw broken();
      const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
      const content = bytes.slice(from, from + length);
      const whole = packed
        ? await inflate(content, size).catch(() => Promise.reject(broken()))
        : content;
      if (whole.length !== size || crc32(whole) !== sum) {
        throw new InputError(
          `Cannot read ${path}, ${entry} as it must have the size and the CRC-32 that the archive ` +
            "says: truncated or altered",
        );
      }
      return { bytes: whole, path: `${path}, ${entry}` };
    });
  }
  return entries;
}

/** What was packed; of more than `size` bytes the beginning, which is longer than that. */
async function inflate(bytes: Uint8Array<ArrayBuffer>, size: number): Promise<Uint8Array> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  for await (const part of stream) {
    parts.push(part);
    length += part.length;
    if (length > size) break;
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
