/**
 * Runs from TensorBoard's event files: scalars, as TensorFlow 1 and PyTorch write them (a value of
 * their own) and as TensorFlow 2 and JAX do (a tensor of one number, whatever its type).
 *
 * @module
 */
import { InputError } from "../../core/errors.ts";
import { printable } from "../../core/printable.ts";
import { maskedChecksum } from "../../store/exports/mod.ts";
import type { ImportedPoint } from "./imported_run.ts";
import { isStep, STEPS } from "./rows.ts";

/** A field of a message: its number, and its bytes. */
type Field = readonly [field: number, value: Uint8Array];

/** A file, and what it is called in messages. */
export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What stands in an event file, with the times of its clock. */
interface EventFile {
  readonly name: string;
  /** Of the first event and the last one; undefined where no event has a time. */
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly points: readonly EventPoint[];
  /** Tags of what is no scalar. */
  readonly others: ReadonlySet<string>;
  /** Bytes of a record that was cut off at its end. */
  readonly cutOff: number;
}

/** What event files hold. */
export interface Events {
  readonly points: readonly ImportedPoint[];
  /** Values that gave way. */
  readonly rewritten: number;
  /** Tags of what is no scalar, as pictures and texts. */
  readonly others: readonly string[];
  /** Files that end within a record, and the bytes that they have of it. */
  readonly cutOff: readonly { readonly name: string; readonly bytes: number }[];
}

/** What stands at a step: values; or that a program went on from there, which takes back what it had. */
type EventPoint = ImportedPoint & { readonly goesOn?: true };

/** The state that an event of the log of sessions tells of where a program has started. */
const START = 1n;

/**
 * What the event files of a folder hold: one run, whose program may have been started several times. The
 * files follow one another by the times of their first events; of a metric that a later one takes up
 * again at a step, what earlier ones have from there on gives way; so does whatever stands from a step on
 * before an event that says that the program went on from there (a writer's `purge_step`). Of a step that a
 * file has twice the last value counts. Seconds are counted from the first event, without those between two files. A
 * record that was cut off at its end, as of a program that still writes, is left out.
 *
 * @returns No points where no scalar is found.
 * @throws {InputError} where a record is not as it was written.
 */
export function pointsOfTensorboard(given: readonly NamedBytes[]): Events {
  const files = given.map(eventFileOf).sort((a, b) =>
    (a.start ?? 0) - (b.start ?? 0) || a.name.localeCompare(b.name, "en", { numeric: true })
  );
  return {
    ...withoutRewritten(sinceStart(files)),
    others: [...new Set(files.flatMap(({ others }) => [...others]))],
    cutOff: files.filter(({ cutOff }) => cutOff > 0)
      .map(({ name, cutOff }) => ({ name, bytes: cutOff })),
  };
}

function eventFileOf({ name, bytes }: NamedBytes): EventFile {
  const points: EventPoint[] = [];
  const others = new Set<string>();
  let start: number | undefined;
  let end: number | undefined;
  const { records, rest } = recordsOf(bytes, name);
  for (const event of records) {
    const fields = fieldsOf(event, name);
    const of = (wanted: number) => fields.find(([field]) => field === wanted)?.[1];
    const step = Number(BigInt.asIntN(64, integerOf(of(2))));
    if (!isStep(step)) {
      throw new InputError(`Cannot import ${name} as its steps must be ${STEPS}: one is ${step}`);
    }
    const seconds = secondsOf(of(1));
    start ??= seconds;
    end = seconds ?? end;
    const session = of(7);
    if (
      session !== undefined &&
      fieldsOf(session, name).some(([field, value]) => field === 1 && integerOf(value) === START)
    ) points.push({ step, metrics: {}, goesOn: true });
    const metrics: Record<string, number> = {};
    for (const [field, value] of fieldsOf(of(5) ?? new Uint8Array(), name)) {
      if (field !== 1) continue;
      const [tag, number] = scalarOf(value, name);
      if (number === undefined || tag.trim() === "") others.add(tag.trim() || "(no tag)");
      else metrics[tag] = number;
    }
    if (Object.keys(metrics).length === 0) continue;
    points.push({ step, ...(seconds === undefined ? {} : { seconds }), metrics });
  }
  return { name, start, end, points, others, cutOff: rest };
}

/** What a clock shows; undefined where that is no time. */
function secondsOf(bytes: Uint8Array | undefined): number | undefined {
  const seconds = bytes?.length === 8 ? viewOf(bytes).getFloat64(0, true) : undefined;
  return isStep(seconds) ? seconds : undefined;
}

/** The files' points with seconds of work: those between the end of one and the start of the next are none. */
function sinceStart(files: readonly EventFile[]): EventPoint[][] {
  let origin: number | undefined;
  let end: number | undefined;
  return files.map((file) => {
    if (file.start !== undefined) {
      origin = (origin ?? file.start) + Math.max(0, file.start - (end ?? file.start));
      end = Math.max(end ?? file.start, file.end ?? file.start);
    }
    return file.points.map(({ seconds, ...point }) =>
      seconds === undefined ? point : { ...point, seconds: Math.max(0, seconds - origin!) }
    );
  });
}

/** The points of files in their order, without values that gave way. */
function withoutRewritten(
  files: readonly (readonly EventPoint[])[],
): { points: ImportedPoint[]; rewritten: number } {
  /** By metric, the first step that a later file has. */
  const taken = new Map<string, number>();
  const points: ImportedPoint[] = [];
  let wentOn = Infinity;
  let rewritten = 0;
  for (const file of files.toReversed()) {
    const own = new Map<string, Set<number>>();
    for (const { metrics, goesOn, ...point } of file.toReversed()) {
      if (goesOn) wentOn = Math.min(wentOn, point.step);
      const kept = Object.entries(metrics).filter(([metric]) => {
        const steps = own.get(metric) ?? new Set();
        own.set(metric, steps);
        return point.step < Math.min(wentOn, taken.get(metric) ?? Infinity) &&
          !steps.has(point.step) && steps.add(point.step);
      });
      rewritten += Object.keys(metrics).length - kept.length;
      if (kept.length > 0) points.push({ ...point, metrics: Object.fromEntries(kept) });
    }
    for (const [metric, steps] of own) {
      const first = steps.values().reduce((least, step) => Math.min(least, step), Infinity);
      taken.set(metric, Math.min(first, taken.get(metric) ?? Infinity));
    }
  }
  return { points: points.reverse(), rewritten };
}

/** A summary's value: its tag, and a number where it is one. */
function scalarOf(bytes: Uint8Array, name: string): [tag: string, number: number | undefined] {
  const fields = fieldsOf(bytes, name);
  const of = (wanted: number) => fields.find(([field]) => field === wanted)?.[1];
  const [tag, simple, tensor] = [of(1), of(2), of(8)];
  const number = simple?.length === 4
    ? viewOf(simple).getFloat32(0, true)
    : tensor && numberIn(tensor, name);
  return [printable(new TextDecoder().decode(tag)), number];
}

/** How a type of tensors is written: bytes of a number in its content, and the field of its values. */
interface NumberType {
  readonly bytes: number;
  readonly field: number;
  /** Of a number's bytes. */
  readonly read: (view: DataView) => number;
  /** Of a value of a field that holds whole numbers; left out: its values are these bytes. */
  readonly of?: (value: bigint) => number;
}

/** A type of whole numbers of so many bytes. */
function whole(bytes: number, field: number, isSigned: boolean): NumberType {
  const as = isSigned ? BigInt.asIntN : BigInt.asUintN;
  const of = (value: bigint) => Number(as(8 * bytes, value));
  const bits = (view: DataView) =>
    Array.from({ length: bytes }, (_, i) => BigInt(view.getUint8(i)) << BigInt(8 * i));
  return { bytes, field, of, read: (view) => of(bits(view).reduce((sum, each) => sum + each, 0n)) };
}

/** A type of two bytes, whose values are whole numbers with the same bits. */
function short(read: (view: DataView) => number): NumberType {
  const of = (value: bigint) => read(new DataView(Uint16Array.of(Number(value)).buffer));
  return { bytes: 2, field: 13, read, of };
}

/** The beginning of a float32 is a bfloat16. */
function bfloat16(view: DataView): number {
  return new Float32Array(Uint32Array.of(view.getUint16(0, true) << 16).buffer)[0];
}

/** TensorFlow's types of real numbers (tensorflow/core/framework/types.proto), by number. */
const numberTypes: ReadonlyMap<number, NumberType> = new Map([
  [1, { bytes: 4, field: 5, read: (view) => view.getFloat32(0, true) }],
  [2, { bytes: 8, field: 6, read: (view) => view.getFloat64(0, true) }],
  [3, whole(4, 7, true)],
  [4, whole(1, 7, false)],
  [5, whole(2, 7, true)],
  [6, whole(1, 7, true)],
  [9, whole(8, 10, true)],
  [10, whole(1, 11, false)],
  [14, short(bfloat16)],
  [17, whole(2, 7, false)],
  [19, short((view) => view.getFloat16(0, true))],
  [22, whole(4, 16, false)],
  [23, whole(8, 17, false)],
]);

/**
 * The number that a tensor is (tensorflow/core/framework/tensor.proto); undefined where it is none, or
 * several. One of one element without a value is 0.
 */
function numberIn(tensor: Uint8Array, name: string): number | undefined {
  const fields = fieldsOf(tensor, name);
  const of = (wanted: number) => fields.find(([field]) => field === wanted)?.[1];
  const type = numberTypes.get(Number(integerOf(of(1))));
  const sizes = fieldsOf(of(2) ?? new Uint8Array(), name).filter(([field]) => field === 2)
    .map(([, size]) => fieldsOf(size, name).find(([field]) => field === 1)?.[1])
    .map(integerOf);
  if (type === undefined || sizes.some((size) => size !== 1n)) return undefined;
  const content = of(4);
  if (content !== undefined && content.length > 0) {
    return content.length === type.bytes ? type.read(viewOf(content)) : undefined;
  }
  const values = fields.filter(([field]) => field === type.field).map(([, value]) => value);
  if (values.length > 1) return undefined;
  const [value] = values;
  if (value === undefined || value.length === 0) return 0;
  if (type.of === undefined) {
    return value.length === type.bytes ? type.read(viewOf(value)) : undefined;
  }
  // Several stand one behind another, where each but the last byte of a number is above 127.
  return value.findIndex((byte) => byte < 128) === value.length - 1
    ? type.of(integerOf(value))
    : undefined;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A whole number: seven bits a byte, the lowest first; 0 where there is none. */
function integerOf(bytes: Uint8Array = new Uint8Array()): bigint {
  return bytes.reduceRight((sum, byte) => sum << 7n | BigInt(byte & 127), 0n);
}

/**
 * TFRecords: length, its checksum, the bytes, their checksum.
 *
 * @returns The records, and the bytes of one that was cut off behind them.
 */
function recordsOf(bytes: Uint8Array, name: string): { records: Uint8Array[]; rest: number } {
  const view = viewOf(bytes);
  const records: Uint8Array[] = [];
  let at = 0;
  while (at + 12 <= bytes.length) {
    const damaged = new InputError(`Cannot import ${name} as it is damaged at byte ${at}`);
    if (view.getUint32(at + 8, true) !== maskedChecksum(bytes.subarray(at, at + 8))) throw damaged;
    const length = view.getUint32(at, true) + 2 ** 32 * view.getUint32(at + 4, true);
    if (at + 16 + length > bytes.length) break;
    const content = bytes.subarray(at + 12, at + 12 + length);
    if (view.getUint32(at + 12 + length, true) !== maskedChecksum(content)) throw damaged;
    records.push(content);
    at += 16 + length;
  }
  return { records, rest: bytes.length - at };
}

/** The fields of a message of the Protocol Buffers wire format. */
function fieldsOf(bytes: Uint8Array, name: string): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const cutOff = () => new InputError(`Cannot import ${name} as a message in it is cut off`);
  const varint = () => {
    let value = 0;
    for (let shift = 1; at < bytes.length; shift *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
    throw cutOff();
  };
  while (at < bytes.length) {
    const key = varint();
    const [field, wire] = [Math.floor(key / 8), key % 8];
    const began = at;
    if (wire === 0) {
      varint();
      fields.push([field, bytes.subarray(began, at)]);
      continue;
    }
    const length = wire === 1 ? 8 : wire === 5 ? 4 : wire === 2 ? varint() : NaN;
    if (!(at + length <= bytes.length)) throw cutOff();
    fields.push([field, bytes.subarray(at, at + length)]);
    at += length;
  }
  return fields;
}
