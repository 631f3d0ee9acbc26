/**
 * The safetensors file format (huggingface/safetensors, version 0.x): eight bytes with the length of
 * a JSON header, the header, the tensors' bytes; all little-endian. The same tensors give the same
 * bytes.
 *
 * @module
 */
import { InputError } from "./errors.ts";
import { isRecord } from "./plain.ts";
import { shortened } from "./printable.ts";
import { parseStrictJson } from "./strict_json.ts";
import {
  allocate,
  type Dtype,
  type NamedTensors,
  sizeOf,
  type TensorData,
  type TypedArrays,
} from "./tensor_data.ts";

/** In the order in which the reference implementation lays them out. */
const codes = { float64: "F64", float32: "F32", int32: "I32", uint8: "U8" } as const;
const ranks = Object.keys(codes);
const dtypes = new Map<unknown, Dtype>(
  Object.entries(codes).map(([dtype, code]) => [code, dtype as Dtype]),
);
const elementBytes = { float32: 4, float64: 8, int32: 4, uint8: 1 } as const;
/** The reference implementation reads no longer header. */
const LONGEST_HEADER = 100_000_000;
const ALIGNMENT = 8;
const METADATA = "__metadata__";

/** A tensor as the header describes it. */
interface Entry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Offsets into the bytes after the header. */
  readonly begin: number;
  readonly end: number;
}

/**
 * Writes tensors as the reference implementation orders them: F64, F32, I32, U8 and by name. A
 * tensor whose values do not fill its shape, or a tensor named `__metadata__`, throws an
 * `InputError`.
 *
 * @param tensors By name; `shape` [] is a scalar.
 * @param metadata Free text by key, in the header.
 */
export function encodeSafetensors(
  tensors: NamedTensors,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const parts = safetensorsParts(tensors, metadata);
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/**
 * The bytes of {@linkcode encodeSafetensors} one after the other, without a copy: the header, then
 * each tensor's memory.
 */
export function safetensorsParts(
  tensors: NamedTensors,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array[] {
  const names = Object.keys(tensors).sort((a, b) =>
    ranks.indexOf(tensors[a].dtype) - ranks.indexOf(tensors[b].dtype) || (a < b ? -1 : 1)
  );
  const header: [string, unknown][] = [];
  if (metadata !== undefined && Object.keys(metadata).length > 0) {
    const sorted = Object.keys(metadata).sort().map((key) => [key, metadata[key]]);
    header.push([METADATA, Object.fromEntries(sorted)]);
  }
  let end = 0;
  for (const name of names) {
    const { dtype, shape, values } = tensors[name];
    if (name === METADATA || values.length !== sizeOf(shape)) {
      throw new InputError(
        `Cannot write tensor "${name}" as ` +
          (name === METADATA
            ? "the format keeps this name for itself"
            : `its shape [${shape}] needs ${sizeOf(shape)} values: ${values.length}`),
      );
    }
    const begin = end;
    end += values.byteLength;
    header.push([name, { dtype: codes[dtype], shape, data_offsets: [begin, end] }]);
  }
  // Entries are joined by hand: an object would move a tensor named "0" to the front.
  const json = `{${
    header.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
  }}`;
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / ALIGNMENT) * ALIGNMENT;
  const start = new Uint8Array(8 + length).fill(0x20, 8);
  new DataView(start.buffer).setBigUint64(0, BigInt(length), true);
  start.set(text, 8);
  const memory = names.map((name) => {
    const { buffer, byteOffset, byteLength } = tensors[name].values;
    return new Uint8Array(buffer, byteOffset, byteLength);
  });
  return [start, ...memory];
}

/**
 * Reads tensors into arrays of their own, those that are `wanted` by their names. Anything that does not follow the format throws an
 * `InputError` that names what is wrong: a truncated file, a header that is no JSON, an element type
 * that the lab has not, a tensor whose bytes do not fit its shape, overlap another's or leave a gap.
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  wanted: (name: string) => boolean = () => true,
): { tensors: NamedTensors; metadata: Record<string, string> } {
  const { header, start } = readHeader(bytes);
  const metadata = readMetadata(header[METADATA]);
  const names = Object.keys(header).filter((name) => name !== METADATA);
  const entries = names.map((name) => readEntry(name, header[name]));
  checkLayout(entries, bytes.length - start);
  const tensors: Record<string, TensorData> = Object.create(null);
  for (const { name, dtype, shape, begin, end } of entries) {
    if (!wanted(name)) continue;
    const values: TypedArrays[Dtype] = allocate(dtype, sizeOf(shape));
    new Uint8Array(values.buffer).set(bytes.subarray(start + begin, start + end));
    tensors[name] = { shape, dtype, values };
  }
  return { tensors: { ...tensors }, metadata };
}

function fail(requirement: string, given: string): never {
  throw new InputError(
    `Cannot read safetensors as ${shortened(requirement)}: ${shortened(`${given}`)}`,
  );
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; start: number } {
  if (bytes.length < 8) fail("a file starts with 8 bytes of length", `${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > LONGEST_HEADER) fail(`a header has at most ${LONGEST_HEADER} bytes`, `${length}`);
  const start = 8 + Number(length);
  if (start > bytes.length) {
    fail(`the header has ${length} bytes`, `the file ends after ${bytes.length - 8} of them`);
  }
  let header: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, start));
    header = parseStrictJson(text);
  } catch (error) {
    fail("the header must be JSON", (error as Error).message);
  }
  if (!isRecord(header)) fail("the header must be a JSON object", JSON.stringify(header));
  return { header, start };
}

function readMetadata(metadata: unknown = {}): Record<string, string> {
  const valid = isRecord(metadata) &&
    Object.values(metadata).every((value) => typeof value === "string");
  if (!valid) fail(`"${METADATA}" must map text to text`, JSON.stringify(metadata));
  return metadata as Record<string, string>;
}

function readEntry(name: string, entry: unknown): Entry {
  if (!isRecord(entry)) fail(`"${name}" must be described by an object`, JSON.stringify(entry));
  const { dtype: code, shape, data_offsets: offsets } = entry;
  const dtype = dtypes.get(code);
  if (dtype === undefined) {
    fail(`"${name}" must have a type of ${[...dtypes.keys()].join(", ")}`, `${code}`);
  }
  if (!isCounts(shape)) fail(`"${name}" must have a shape of counts`, JSON.stringify(shape));
  if (!isCounts(offsets) || offsets.length !== 2) {
    fail(`"${name}" must have two data offsets`, JSON.stringify(offsets));
  }
  const [begin, end] = offsets;
  const expected = sizeOf(shape) * elementBytes[dtype];
  if (end - begin !== expected) {
    fail(`"${name}" (${code} [${shape}]) must have ${expected} bytes`, `${begin} to ${end}`);
  }
  return { name, dtype, shape, begin, end };
}

/** Every byte after the header belongs to exactly one tensor. */
function checkLayout(entries: readonly Entry[], available: number): void {
  let position = 0;
  for (const entry of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin !== position) {
      fail(
        `"${entry.name}" must start at byte ${position}, where the tensor before it ends`,
        `it ${
          entry.begin < position ? "overlaps it from" : "starts after a gap at"
        } ${entry.begin}`,
      );
    }
    position = entry.end;
  }
  if (position !== available) {
    fail(
      `the tensors have ${position} bytes`,
      `the file holds ${available}${available < position ? " (truncated)" : ""}`,
    );
  }
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}
