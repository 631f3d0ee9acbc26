/**
 * A run as a TensorBoard event file: TFRecord framing with masked CRC-32C around `Event` messages
 * (tensorflow/core/util/event.proto), scalars for the series, text for the configuration and the
 * events.
 *
 * @module
 */
import type { Run, Series } from "../store.ts";
import type { ExportedRun } from "./exported_run.ts";
import { bytesField, doubleField, floatField, integerField } from "./protobuf.ts";

/** What TensorBoard's step axis shows. */
export type StepAxis = "iterations" | "environmentSteps" | "gradientSteps" | "examples";

/** Name of a run's event file; TensorBoard knows the file by its beginning. */
export function tensorboardFileName(run: Run): string {
  return `events.out.tfevents.${Math.floor(run.createdAt / 1000)}.${run.id}`;
}

/**
 * The file in parts: version and texts first, then one part a series. TensorBoard keeps values as
 * float32.
 *
 * @param axis The step of each point. Default: environment steps for agents, gradient steps for
 * models.
 */
export function* tensorboardParts(
  { run, series, events }: Pick<ExportedRun, "run" | "series" | "events">,
  axis: StepAxis = run.environmentSteps > 0 ? "environmentSteps" : "gradientSteps",
): Generator<Uint8Array<ArrayBuffer>> {
  const start = run.createdAt / 1000;
  const { configuration, experiment, seed, backend } = run.manifest.determined;
  yield record([...doubleField(1, start), ...bytesField(3, "brain.Event:2")]);
  yield textEvent(start, 0, "configuration", codeBlock({ ...configuration, seed, backend }));
  const title = `${experiment}: run ${run.id} (${run.name})`;
  yield textEvent(start, 0, "experiment", run.note === "" ? title : `${title}\n\n${run.note}`);
  for (const { at, iteration, level, message } of events) {
    yield textEvent(at / 1000, iteration, `events/${level}`, message);
  }
  for (const points of series) yield scalarEvents(points, points[axis], start);
}

/** TensorBoard renders Markdown: four blanks in front make code. */
function codeBlock(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(/^/gm, "    ");
}

function scalarEvents(
  points: Series,
  steps: Float64Array,
  start: number,
): Uint8Array<ArrayBuffer> {
  const tag = bytesField(1, points.name);
  const records = Array.from(points.values, (value, i) => {
    const scalar = [...tag, ...floatField(2, value)];
    return event(start + points.wallSeconds[i], steps[i], scalar);
  });
  return concatenate(records);
}

function textEvent(
  seconds: number,
  step: number,
  tag: string,
  text: string,
): Uint8Array<ArrayBuffer> {
  const dtString = integerField(1, 7);
  const shapeOfOne = bytesField(2, bytesField(2, integerField(1, 1)));
  const tensor = [...dtString, ...shapeOfOne, ...bytesField(8, text)];
  const metadata = [...bytesField(1, bytesField(1, "text")), ...integerField(4, 2)];
  return event(seconds, step, [
    ...bytesField(1, tag),
    ...bytesField(8, tensor),
    ...bytesField(9, metadata),
  ]);
}

/** An `Event` with a `Summary` of one value. */
function event(seconds: number, step: number, value: number[]): Uint8Array<ArrayBuffer> {
  return record([
    ...doubleField(1, seconds),
    ...integerField(2, step),
    ...bytesField(5, bytesField(1, value)),
  ]);
}

/** TFRecord: length, its checksum, the bytes, their checksum. */
function record(content: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length, true);
  view.setUint32(8, maskedChecksum(bytes.subarray(0, 8)), true);
  bytes.set(content, 12);
  view.setUint32(
    12 + content.length,
    maskedChecksum(bytes.subarray(12, 12 + content.length)),
    true,
  );
  return bytes;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** CRC-32C (Castagnoli), reflected polynomial, byte by byte. */
const checksums = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? byte >>> 1 ^ 0x82f63b78 : byte >>> 1;
  return byte;
});

/** TensorFlow rotates and offsets checksums, as one of bytes that hold their own is no check. */
export function maskedChecksum(bytes: Uint8Array): number {
  let checksum = -1;
  for (const byte of bytes) checksum = checksums[(checksum ^ byte) & 0xff] ^ checksum >>> 8;
  checksum = ~checksum;
  return (checksum >>> 15 | checksum << 17) + 0xa282ead8 >>> 0;
}
