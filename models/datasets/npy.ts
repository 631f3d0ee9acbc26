/**
 * NumPy's array files: `.npy` of versions 1 to 3, and `.npz`, a zip archive of them.
 *
 * @module
 */
import { InputError } from "../../lab/core/errors.ts";
import type { ReadBytes } from "./files.ts";

/** An array of a file. */
export interface NpyArray {
  readonly shape: readonly number[];
  /** Row-major, as float64 (64-bit integers are rounded to it). */
  readonly values: Float64Array;
  /** Whether its elements are unsigned bytes, as those of pictures are. */
  readonly bytes: boolean;
}

type Reader = (view: DataView, at: number, little: boolean) => number;

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
  f4: [4, (view, at, little) => view.getFloat32(at, little)],
  f8: [8, (view, at, little) => view.getFloat64(at, little)],
};

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/**
 * Parses an `.npy` file.
 *
 * @throws InputError that names the file where it is none, holds another type than numbers (objects are
 *   refused), or is shorter or longer than its header says.
 */
export function parseNpy({ bytes, path }: ReadBytes): NpyArray {
  const fail = (requirement: string, given: string) =>
    new InputError(`Cannot read ${path} as ${requirement}: ${given}`);
  if (bytes.length < 12 || MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw fail("it must begin with NumPy's mark", `${bytes.length} bytes of another kind`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6] >= 2;
  const start = wide ? 12 : 10;
  const end = start + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  if (end > bytes.length) {
    throw fail(`its header takes ${end} bytes`, `${bytes.length} (truncated)`);
  }
  const header = new TextDecoder().decode(bytes.subarray(start, end));
  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1] ?? "an array of records";
  const sizes = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  const reader = readers[type.slice(1)];
  if (reader === undefined || sizes === undefined) {
    throw fail(`its elements must be numbers (${Object.keys(readers).join(", ")})`, type);
  }
  const shape = sizes.split(",").filter((size) => size.trim() !== "").map(Number);
  const count = shape.reduce((product, size) => product * size, 1);
  const [length, read] = reader;
  if (bytes.length !== end + count * length) {
    throw fail(
      `[${shape.join(", ")}] of ${type} takes ${end + count * length} bytes`,
      `the file has ${bytes.length}`,
    );
  }
  const little = type[0] !== ">";
  const stored = Float64Array.from(
    { length: count },
    (_, i) => read(view, end + i * length, little),
  );
  const values = /'fortran_order':\s*True/.test(header) ? rowMajor(stored, shape) : stored;
  return { shape, values, bytes: type.slice(1) === "u1" };
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
 * The arrays of an `.npz` file by name, each unpacked when it is asked for.
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
    const length = view.getUint32(at + 20, true);
    const [name, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const local = view.getUint32(at + 42, true);
    const entry = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + name));
    at += 46 + name + extra + comment;
    entries.set(entry.replace(/\.npy$/, ""), async () => {
      if (local + 30 > bytes.length) throw broken();
      const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
      const content = bytes.slice(from, from + length);
      const whole = packed ? await inflate(content).catch(() => Promise.reject(broken())) : content;
      return { bytes: whole, path: `${path}, ${entry}` };
    });
  }
  return entries;
}

async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
