/**
 * Runs from TensorBoard's event files: scalars, as TensorFlow 1 and PyTorch write them (a value of
 * their own) and as TensorFlow 2 does (a tensor).
 *
 * @module
 */
import { InputError } from "../../core/errors.ts";
import { printable } from "../../core/printable.ts";
import { maskedChecksum } from "../../store/exports/mod.ts";
import type { ImportedPoint } from "./imported_run.ts";
import { isStep, STEPS } from "./rows.ts";

/** A field of a message: a whole number, or bytes. */
type Field = readonly [field: number, value: number | Uint8Array];

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
}

/** What stands at a step: values; or that a program went on from there, which takes back what it had. */
type EventPoint = ImportedPoint & { readonly goesOn?: true };

/** The state that an event of the log of sessions tells of where a program has started. */
const START = 1;

/**
 * What the event files of a folder hold: one run, whose program may have been started several times. The
 * files follow one another by the times of their first events; of a metric that a later one takes up
 * again at a step, what earlier ones have from there on gives way; so does whatever stands from a step on
 * before an event that says that the program went on from there (a writer's `purge_step`). Of a step that a
 * file has twice the last value counts. Seconds are counted from the first event, without those between two files. A
 * record that was cut off at its end, as of a program that still writes, is left out.
 *
 * @returns Points, none where no scalar is found, and how many values gave way.
 * @throws {InputError} where a record is not as it was written.
 */
export function pointsOfTensorboard(
  given: readonly NamedBytes[],
): { points: ImportedPoint[]; rewritten: number } {
  const files = given.map(eventFileOf).sort((a, b) =>
    (a.start ?? 0) - (b.start ?? 0) || a.name.localeCompare(b.name, "en", { numeric: true })
  );
  return withoutRewritten(sinceStart(files));
}

function eventFileOf({ name, bytes }: NamedBytes): EventFile {
  const points: EventPoint[] = [];
  let start: number | undefined;
  let end: number | undefined;
  for (const event of recordsOf(bytes, name)) {
    const fields = fieldsOf(event, name);
    const time = fields.find(([field]) => field === 1)?.[1];
    const step = Number(fields.find(([field]) => field === 2)?.[1] ?? 0);
    if (!isStep(step)) {
      // Below 0 it is, as the file has it, above 2⁶³.
      const shown = step < 2 ** 63 ? `${step}` : "less than 0";
      throw new InputError(`Cannot import ${name} as its steps must be ${STEPS}: one is ${shown}`);
    }
    const seconds = time instanceof Uint8Array ? float64(time) : undefined;
    start ??= seconds;
    end = seconds ?? end;
    const session = fields.find(([field]) => field === 7)?.[1];
    if (
      session instanceof Uint8Array &&
      fieldsOf(session, name).some(([field, value]) => field === 1 && value === START)
    ) points.push({ step, metrics: {}, goesOn: true });
    const summary = fields.find(([field]) => field === 5)?.[1];
    if (!(summary instanceof Uint8Array)) continue;
    const metrics: Record<string, number> = {};
    for (const [field, value] of fieldsOf(summary, name)) {
      if (field !== 1 || !(value instanceof Uint8Array)) continue;
      const scalar = scalarOf(value, name);
      if (scalar !== undefined) metrics[printable(scalar.tag)] = scalar.value;
    }
    if (Object.keys(metrics).length === 0) continue;
    points.push({ step, ...(seconds === undefined ? {} : { seconds }), metrics });
  }
  return { name, start, end, points };
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
