/**
 * Runs from TensorBoard's event files: scalars, as TensorFlow 1 and PyTorch write them (a value of
 * their own) and as TensorFlow 2 does (a tensor).
 *
 * @module
 */
import { InputError } from "../../core/errors.ts";
import { printable } from "../../core/printable.ts";
import { maskedChecksum } from "../../store/exports/mod.ts";
import type { ImportedPoint, ImportedRun } from "./imported_run.ts";

/** A field of a message: a whole number, or bytes. */
type Field = readonly [field: number, value: number | Uint8Array];

/**
 * The run of an event file. A record that was cut off at its end, as of a program that still writes, is
 * left out.
 *
 * @throws {InputError} where a record is not as it was written, or no scalar is found.
 */
export function runOfTensorboard(bytes: Uint8Array, name: string): ImportedRun {
  const points: ImportedPoint[] = [];
  let start: number | undefined;
  for (const event of recordsOf(bytes, name)) {
    const fields = fieldsOf(event, name);
    const time = fields.find(([field]) => field === 1)?.[1];
    const step = Number(fields.find(([field]) => field === 2)?.[1] ?? 0);
    const seconds = time instanceof Uint8Array ? float64(time) : undefined;
    start ??= seconds;
    const summary = fields.find(([field]) => field === 5)?.[1];
    if (!(summary instanceof Uint8Array)) continue;
    const metrics: Record<string, number> = {};
    for (const [field, value] of fieldsOf(summary, name)) {
      if (field !== 1 || !(value instanceof Uint8Array)) continue;
      const scalar = scalarOf(value, name);
      if (scalar !== undefined) metrics[printable(scalar.tag)] = scalar.value;
    }
    if (Object.keys(metrics).length === 0) continue;
    const since = seconds === undefined ? undefined : Math.max(0, seconds - start!);
    points.push({ step, ...(since === undefined ? {} : { seconds: since }), metrics });
  }
  if (points.length === 0) throw new InputError(`Cannot import ${name} as it has no scalars`);
  const parts = name.split("/");
  // Event files are told apart by their folders.
  return { name: printable(parts.at(-2) ?? "") || "tensorboard", points };
}

/** A summary's value: its tag, and a number where it is one. */
function scalarOf(bytes: Uint8Array, name: string): { tag: string; value: number } | undefined {
  const fields = fieldsOf(bytes, name);
  const of = (wanted: number) => fields.find(([field]) => field === wanted)?.[1];
  const [tag, simple, tensor] = [of(1), of(2), of(8)];
  if (!(tag instanceof Uint8Array)) return undefined;
  const text = new TextDecoder().decode(tag);
  if (simple instanceof Uint8Array) return { tag: text, value: float32(simple) };
  if (!(tensor instanceof Uint8Array)) return undefined;
  const parts = fieldsOf(tensor, name);
  const kind = parts.find(([field]) => field === 1)?.[1];
  const content = parts.find(([field]) => field === 4)?.[1];
  const single = parts.find(([field]) => field === (kind === 2 ? 6 : 5))?.[1];
  const number = content instanceof Uint8Array && content.length > 0 ? content : single;
  if (!(number instanceof Uint8Array)) return undefined;
  if (kind === 1 && number.length === 4) return { tag: text, value: float32(number) };
  if (kind === 2 && number.length === 8) return { tag: text, value: float64(number) };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function float32(bytes: Uint8Array): number {
  return viewOf(bytes).getFloat32(0, true);
}

function float64(bytes: Uint8Array): number {
  return viewOf(bytes).getFloat64(0, true);
}

/** TFRecords: length, its checksum, the bytes, their checksum. */
function* recordsOf(bytes: Uint8Array, name: string): Generator<Uint8Array> {
  const view = viewOf(bytes);
  for (let at = 0; at + 12 <= bytes.length;) {
    const damaged = new InputError(`Cannot import ${name} as it is damaged at byte ${at}`);
    if (view.getUint32(at + 8, true) !== maskedChecksum(bytes.subarray(at, at + 8))) throw damaged;
    const length = view.getUint32(at, true) + 2 ** 32 * view.getUint32(at + 4, true);
    if (at + 16 + length > bytes.length) return;
    const content = bytes.subarray(at + 12, at + 12 + length);
    if (view.getUint32(at + 12 + length, true) !== maskedChecksum(content)) throw damaged;
    yield content;
    at += 16 + length;
  }
}

/** The fields of a message of the Protocol Buffers wire format. */
function fieldsOf(bytes: Uint8Array, name: string): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 1; at < bytes.length; shift *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
    throw new InputError(`Cannot import ${name} as a message in it is cut off`);
  };
  while (at < bytes.length) {
    const key = varint();
    const [field, wire] = [Math.floor(key / 8), key % 8];
    if (wire === 0) {
      fields.push([field, varint()]);
      continue;
    }
    const length = wire === 1 ? 8 : wire === 5 ? 4 : wire === 2 ? varint() : NaN;
    if (!(at + length <= bytes.length)) {
      throw new InputError(`Cannot import ${name} as a message in it is cut off`);
    }
    fields.push([field, bytes.subarray(at, at + length)]);
    at += length;
  }
  return fields;
}
