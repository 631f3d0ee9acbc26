/**
 * A run as a TensorBoard event file: TFRecord framing with masked CRC-32C around `Event` messages
 * (tensorflow/core/util/event.proto), scalars for the series, text for the configuration and the
 * events, images, and the configuration once more as hyperparameters (the plugin `hparams`).
 *
 * @module
 */
import { crc32c } from "../../core/crc32.ts";
import { Message } from "../../core/protobuf.ts";
import type { Json } from "../../core/snapshot.ts";
import type { Run, Series, StoredArtifact } from "../store.ts";
import type { ExportedRun } from "./exported_run.ts";

/** What TensorBoard's step axis shows. */
export type StepAxis = "iterations" | "environmentSteps" | "gradientSteps" | "examples";

/** A picture of a run: a PNG file. */
export interface ExportedPicture {
  readonly artifact: Pick<StoredArtifact, "name" | "iteration">;
  readonly bytes: Uint8Array;
}

/** Name of a run's event file; TensorBoard knows the file by its beginning. */
export function tensorboardFileName(run: Run): string {
  return `events.out.tfevents.${Math.floor(run.createdAt / 1000)}.${run.id}`;
}

/** What points are at, the first that a run has. */
const usual: readonly StepAxis[] = [
  "environmentSteps",
  "gradientSteps",
  "examples",
  "iterations",
];

/**
 * The file in parts: version, hyperparameters and texts first, then one part a series, then pictures.
 * TensorBoard keeps values as float32.
 *
 * @param axis The step of each point, without its fraction. Default: the first that the run has, in whole
 * numbers, of environment steps, gradient steps, examples and iterations.
 */
export function* tensorboardParts(
  { run, series, events }: Pick<ExportedRun, "run" | "series" | "events">,
  axis: StepAxis =
    usual.find((each) =>
      run[each] > 0 && series.every((points) => points[each].every(Number.isInteger))
    ) ?? "iterations",
  pictures: readonly ExportedPicture[] = [],
): Generator<Uint8Array<ArrayBuffer>> {
  const start = run.createdAt / 1000;
  const { configuration, experiment, seed, backend } = run.manifest.determined;
  yield record(new Message().double(1, start).text(3, "brain.Event:2"));
  yield* hyperparameters(run);
  yield textEvent(start, 0, "configuration", codeBlock({ ...configuration, seed, backend }));
  const title = `${experiment}: run ${run.id} (${run.name})`;
  yield textEvent(start, 0, "experiment", run.note === "" ? title : `${title}\n\n${run.note}`);
  const placeOf = placesOf(series, axis);
  for (const { at, iteration, level, message } of events) {
    yield textEvent(at / 1000, placeOf(iteration).step, `events/${level}`, message);
  }
  for (const points of series) yield scalarEvents(points, points[axis], start);
  for (const { artifact: { name, iteration }, bytes } of pictures) {
    const { step, seconds } = placeOf(iteration);
    yield event(start + seconds, step, imageOf(name, bytes));
  }
}

/** TensorBoard renders Markdown: four blanks in front make code. */
function codeBlock(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(/^/gm, "    ");
}

function scalarEvents(
  { name, values, wallSeconds }: Series,
  steps: Float64Array,
  start: number,
): Uint8Array<ArrayBuffer> {
  const records = Array.from(values, (value, i) => {
    const scalar = new Message().text(1, name).float(2, Math.fround(value));
    return event(start + wallSeconds[i], steps[i], scalar);
  });
  return concatenate(records);
}

function textEvent(
  seconds: number,
  step: number,
  tag: string,
  text: string,
): Uint8Array<ArrayBuffer> {
  const ofOne = new Message().message(2, new Message().integer(1, 1));
  const tensor = new Message().integer(1, 7).message(2, ofOne).text(8, text);
  const metadata = new Message().message(1, new Message().text(1, "text")).integer(4, 2);
  return event(seconds, step, new Message().text(1, tag).message(8, tensor).message(9, metadata));
}

/** A PNG file as a summary's value; width and height stand in its header. */
function imageOf(tag: string, bytes: Uint8Array): Message {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const image = new Message().integer(1, view.getUint32(20)).integer(2, view.getUint32(16))
    .integer(3, 3).bytes(4, bytes);
  return new Message().text(1, tag).message(4, image);
}

/** Where an iteration stands on the axis, and when that was. */
interface Place {
  readonly step: number;
  readonly seconds: number;
}

/** Finds the place of an iteration: that of the points with it, or of the last ones before. */
function placesOf(series: readonly Series[], axis: StepAxis): (iteration: number) => Place {
  const places = new Map<number, Place>();
  for (const points of series) {
    points.iterations.forEach((iteration, i) => {
      if (places.has(iteration)) return;
      places.set(iteration, { step: points[axis][i], seconds: points.wallSeconds[i] });
    });
  }
  const known = Float64Array.from(places.keys()).sort();
  return (iteration) =>
    places.get(known.findLast((each) => each <= iteration) ?? NaN) ?? { step: 0, seconds: 0 };
}

/** The session of the plugin `hparams` (plugin_data.proto): its beginning, with the fields, and its end. */
function* hyperparameters(run: Run): Generator<Uint8Array<ArrayBuffer>> {
  const { createdAt, endedAt, status } = run;
  const { configuration, seed } = run.manifest.determined;
  const fields = [...leavesOf({ ...configuration, seed })];
  const begins = new Message()
    .messages(1, fields, ([path, value]) => new Message().text(1, path).message(2, valueOf(value)))
    .double(5, createdAt / 1000);
  const at = createdAt / 1000;
  yield event(at, 0, sessionOf("session_start_info", new Message().message(3, begins)));
  if (endedAt === null) return;
  // SUCCESS and FAILURE.
  const how = status === "failed" || status === "diverged" ? 2 : 1;
  const ends = new Message().integer(1, how).double(2, endedAt / 1000);
  yield event(endedAt / 1000, 0, sessionOf("session_end_info", new Message().message(4, ends)));
}

function sessionOf(name: string, content: Message): Message {
  const plugin = new Message().text(1, "hparams").message(2, content);
  const metadata = new Message().message(1, plugin);
  return new Message().text(1, `_hparams_/${name}`).message(9, metadata);
}

/** Numbers, texts and truth values of a configuration, by their paths; lists as text. */
function* leavesOf(value: Json, path = ""): Generator<[string, number | string | boolean]> {
  if (value === null) return;
  if (typeof value !== "object") yield [path, value];
  else if (Array.isArray(value)) yield [path, JSON.stringify(value)];
  else {
    for (const [key, each] of Object.entries(value)) {
      yield* leavesOf(each, path === "" ? key : `${path}.${key}`);
    }
  }
}

/** A `google.protobuf.Value`. */
function valueOf(value: number | string | boolean): Message {
  if (typeof value === "number") return new Message().double(2, value);
  return typeof value === "string"
    ? new Message().text(3, value)
    : new Message().integer(4, value ? 1 : 0);
}

/** An `Event` with a `Summary` of one value. */
function event(seconds: number, step: number, value: Message): Uint8Array<ArrayBuffer> {
  const summary = new Message().message(1, value);
  return record(new Message().double(1, seconds).integer(2, Math.floor(step)).message(5, summary));
}

/** TFRecord: length, its checksum, the bytes, their checksum. */
function record(message: Message): Uint8Array<ArrayBuffer> {
  const content = message.finish();
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

/** TensorFlow rotates and offsets checksums, as one of bytes that hold their own is no check. */
export function maskedChecksum(bytes: Uint8Array): number {
  const checksum = crc32c(bytes);
  return (checksum >>> 15 | checksum << 17) + 0xa282ead8 >>> 0;
}
