/**
 * The reading side of metrics: what is visible of a series, whole or down-sampled.
 *
 * @module
 */
import { DamageError, unlessDamaged } from "../core/errors.ts";
import { visibilityOf } from "./attempts.ts";
import type { Visibility } from "./attempts.ts";
import { checksum } from "./checksum.ts";
import { AXES, axisAt, decodeColumns, decodeValues, encodeValues } from "./columns.ts";
import type { Axis } from "./columns.ts";
import type { Database, Row } from "./database.ts";
import { Downsampler } from "./downsample.ts";
import type { Series } from "./store.ts";

/** A stored series. */
interface SeriesRow {
  readonly id: number;
  readonly run: string;
  readonly name: string;
}

/** What a chunk says of itself beside its points. */
interface Head {
  readonly id: number;
  readonly attempt: number;
  readonly count: number;
  readonly first: number;
  readonly last: number;
  readonly lastValue: number;
  readonly pointsChecksum: number;
}

/** The columns that {@linkcode headOf} reads. */
const HEAD = `c.id, c.attempt, c.count, c.first_iteration, c.last_iteration, c.last_value,
  c.points_checksum, c.head_checksum`;

/** Points `from` to before `to` of a stored chunk. */
interface Part {
  readonly chunk: Head;
  readonly from: number;
  readonly to: number;
}

/** @throws {DamageError} where the checksum says that something of it is not as it was written. */
function headOf({ run, name }: Omit<SeriesRow, "id">, row: Row): Head {
  const { attempt, count, first_iteration, last_iteration, last_value, points_checksum } = row;
  const sum = checksum(
    ...[run, name, attempt, count, first_iteration, last_iteration, last_value, points_checksum],
  );
  if (sum !== row.head_checksum || !(last_value instanceof Uint8Array)) throw damaged(run, name);
  return {
    id: Number(row.id),
    attempt: Number(attempt),
    count: Number(count),
    first: Number(first_iteration),
    last: Number(last_iteration),
    lastValue: decodeValues(last_value)[0],
    pointsChecksum: Number(points_checksum),
  };
}

function damaged(run: string, name: string, where = ""): DamageError {
  return new DamageError(
    `Cannot read the series ${name} of run ${run} as points of it are damaged${where}`,
  );
}

/** Names of the series of a run that have a visible point or are damaged, sorted. */
export function seriesNames(database: Database, run: string): string[] {
  return [...lastOfEach(database, run).keys()];
}

/**
 * The last visible value of every series of a run, by name: those that were kept, where they are.
 *
 * @throws {DamageError} where one of them is damaged.
 */
export function lastMetrics(database: Database, run: string): Record<string, number> {
  const metrics = keptMetrics(database, run);
  if (metrics !== undefined) return metrics;
  const read: Record<string, number> = {};
  for (const [name, value] of lastOfEach(database, run)) {
    if (value instanceof DamageError) throw value;
    read[name] = value;
  }
  return read;
}

/**
 * Keeps the last visible values of a run in one row, until its points change; not where one of them is
 * damaged. For a run that ends, within a write transaction.
 */
export function keepLastMetrics(database: Database, run: string): void {
  database.run("DELETE FROM last_values WHERE run = ?", run);
  const last = lastOfEach(database, run);
  const values = [...last.values()].filter((value) => typeof value === "number");
  if (values.length < last.size) return;
  const names = JSON.stringify([...last.keys()]);
  const numbers = encodeValues(values);
  const sum = checksum(run, names, numbers);
  database.run("INSERT INTO last_values VALUES (?, ?, ?, ?)", run, names, numbers, sum);
}

/** Undefined where they were not kept, or are not as they were written. */
function keptMetrics(database: Database, run: string): Record<string, number> | undefined {
  const row = database.get("SELECT * FROM last_values WHERE run = ?", run);
  return row && metricsIn(row, (names) => JSON.parse(names));
}

/** The last values of all runs that were kept, and are as they were written, by run. */
export function allKeptMetrics(database: Database): Map<string, Record<string, number>> {
  const kept = new Map<string, Record<string, number>>();
  // Runs of one experiment have the same names.
  const known = new Map<string, string[]>();
  const parsed = (text: string) => {
    const names = known.get(text) ?? JSON.parse(text);
    known.set(text, names);
    return names;
  };
  for (const row of database.all("SELECT * FROM last_values")) {
    const metrics = metricsIn(row, parsed);
    if (metrics !== undefined) kept.set(String(row.run), metrics);
  }
  return kept;
}

/** A row of last values; undefined where it is not as it was written. */
function metricsIn(
  row: Row,
  parsed: (names: string) => string[],
): Record<string, number> | undefined {
  if (checksum(row.run, row.names, row.numbers) !== row.checksum) return undefined;
  const values = decodeValues(row.numbers as Uint8Array);
  const metrics: Record<string, number> = {};
  for (const [i, name] of parsed(String(row.names)).entries()) metrics[name] = values[i];
  return metrics;
}

/** The last visible value of every series of a run, or its damage, by name. */
function lastOfEach(database: Database, run: string): Map<string, number | DamageError> {
  const visibleUntil = visibilityOf(database, run);
  const newest = database.all(
    `SELECT s.id AS series, s.name, ${HEAD} FROM series s
     JOIN chunk c ON c.id = (SELECT MAX(id) FROM chunk WHERE chunk.series = s.id)
     WHERE s.run = ? ORDER BY s.name`,
    run,
  );
  const values = new Map<string, number | DamageError>();
  for (const row of newest) {
    const name = String(row.name);
    const value = unlessDamaged(() => {
      const { last, lastValue, attempt } = headOf({ run, name }, row);
      if (last <= visibleUntil(attempt)) return lastValue;
      return lastVisible(database, { id: Number(row.series), run, name }, visibleUntil);
    });
    if (value !== undefined) values.set(name, value);
  }
  return values;
}

/** A text that changes with every point of a series that is added or hidden. */
export function seriesMark(database: Database, run: string, name: string): string {
  const newest = database.get(
    `SELECT c.id, c.count, r.attempt FROM series s JOIN run r ON r.id = s.run
     JOIN chunk c ON c.id = (SELECT MAX(id) FROM chunk WHERE chunk.series = s.id)
     WHERE s.run = ? AND s.name = ?`,
    run,
    name,
  );
  return newest === undefined ? "" : `${newest.attempt} ${newest.id} ${newest.count}`;
}

/** Names of the series of all runs outside the trash, sorted. */
export function allSeriesNames(database: Database): string[] {
  return database.all(
    `SELECT DISTINCT s.name FROM series s JOIN run r ON r.id = s.run
     WHERE r.trashed_at IS NULL ORDER BY s.name`,
  ).map((row) => String(row.name));
}

/**
 * The last visible value of one series, by the ids of the runs that have it whole; in one pass.
 */
export function lastValues(database: Database, name: string): Map<string, number> {
  const resumed = new Set(
    database.all("SELECT DISTINCT run FROM attempt").map((row) => String(row.run)),
  );
  const values = new Map<string, number>();
  const newest = database.all(
    `SELECT s.run, ${HEAD} FROM series s
     JOIN chunk c ON c.id = (SELECT MAX(id) FROM chunk WHERE chunk.series = s.id)
     WHERE s.name = ?`,
    name,
  );
  for (const row of newest) {
    const run = String(row.run);
    const value = resumed.has(run)
      ? lastOfEach(database, run).get(name) // some of its points may be hidden
      : unlessDamaged(() => headOf({ run, name }, row).lastValue);
    if (typeof value === "number") values.set(run, value);
  }
  return values;
}

/**
 * The visible points of a series after iteration `after`; about `points` of them where that is
 * given, all else.
 *
 * @throws {DamageError} where points of it are damaged.
 */
export function readSeries(
  database: Database,
  run: string,
  name: string,
  options: { points?: number; after?: number } = {},
): Series {
  const row = database.get("SELECT id FROM series WHERE run = ? AND name = ?", run, name);
  if (row === undefined) return new SeriesBuilder(0).series(name, 0);
  const series = { id: Number(row.id), run, name };
  const parts = visibleParts(database, series, options.after ?? -Infinity);
  const total = parts.reduce((sum, part) => sum + part.to - part.from, 0);
  const downsampled = options.points !== undefined && total > options.points;
  return downsampled
    ? sampled(database, series, parts, total, Math.max(2, options.points!))
    : complete(database, series, parts, total);
}

/** The chunks of a series, oldest first. */
function headsOf(database: Database, series: SeriesRow): Head[] {
  return database.all(`SELECT ${HEAD} FROM chunk c WHERE c.series = ? ORDER BY c.id`, series.id)
    .map((row) => headOf(series, row));
}

/** The last visible value of a series that has hidden ones at its end. */
function lastVisible(
  database: Database,
  series: SeriesRow,
  visibleUntil: Visibility,
): number | undefined {
  for (const chunk of headsOf(database, series).reverse()) {
    const part = visiblePart(database, series, chunk, -Infinity, visibleUntil(chunk.attempt));
    if (part !== undefined) return readChunk(database, series, chunk)?.values[part.to - 1];
  }
}

function visibleParts(database: Database, series: SeriesRow, after: number): Part[] {
  const visibleUntil = visibilityOf(database, series.run);
  return headsOf(database, series)
    .map((chunk) => visiblePart(database, series, chunk, after, visibleUntil(chunk.attempt)))
    .filter((part) => part !== undefined);
}

/** The points of a chunk after iteration `after` and up to iteration `until`. */
function visiblePart(
  database: Database,
  series: SeriesRow,
  chunk: Head,
  after: number,
  until: number,
): Part | undefined {
  const { count, first, last } = chunk;
  if (first > until || last <= after) return undefined;
  if (first > after && last <= until) return { chunk, from: 0, to: count };
  const iterations = readChunk(database, series, chunk)?.axes[0];
  if (iterations === undefined) return undefined;
  const from = countUpTo(iterations, count, after);
  const to = countUpTo(iterations, count, until);
  return from < to ? { chunk, from, to } : undefined;
}

/** How many of `count` ascending coordinates are at most `limit`. */
function countUpTo(axis: Axis, count: number, limit: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (axisAt(axis, middle) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The points of a chunk; null where another process has purged it since it was listed.
 *
 * @throws {DamageError} where they are not as they were written.
 */
function readChunk(
  database: Database,
  series: SeriesRow,
  { id }: Head,
): { values: Float64Array; axes: Axis[] } | null {
  // With its head: its writer may have added points since that was read.
  const row = database.get(`SELECT ${HEAD}, c.points FROM chunk c WHERE c.id = ?`, id);
  if (row === undefined) return null;
  const { count, first, last, pointsChecksum } = headOf(series, row);
  const { points } = row;
  const sound = points instanceof Uint8Array && checksum(points) === pointsChecksum;
  const columns = sound ? decodeColumns(points, count) : undefined;
  if (columns !== undefined) return columns;
  throw damaged(series.run, series.name, `, iterations ${first} to ${last}`);
}

/** Later than the last iteration of any attempt. */
const NEVER = Number.MAX_SAFE_INTEGER;

/**
 * Gives every chunk of a run that cannot be read a head that no attempt shows; its points stay as
 * they are. For a run that computes them again, within a write transaction.
 */
export function hideUnreadable(database: Database, run: string): void {
  const rows = database.all("SELECT id, name FROM series WHERE run = ?", run);
  for (const { id, name } of rows) {
    const series = { id: Number(id), run, name: String(name) };
    for (const row of database.all(`SELECT ${HEAD} FROM chunk c WHERE c.series = ?`, series.id)) {
      const read = unlessDamaged(() => readChunk(database, series, headOf(series, row)));
      if (!(read instanceof DamageError)) continue;
      const head = [0, 0, NEVER, NEVER, new Uint8Array(Float64Array.BYTES_PER_ELEMENT), 0] as const;
      database.run(
        `UPDATE chunk SET (attempt, count, first_iteration, last_iteration, last_value,
           points_checksum, head_checksum) = (?, ?, ?, ?, ?, ?, ?) WHERE id = ?`,
        ...head,
        checksum(run, series.name, ...head),
        row.id,
      );
    }
  }
}

/** Columns of a series, filled from chunks: its x axes when somebody looks along them. */
class SeriesBuilder {
  readonly #values: Float64Array;
  readonly #parts: {
    readonly axes: readonly Axis[];
    readonly from: number;
    readonly to: number;
  }[] = [];
  #filled = 0;

  constructor(length: number) {
    this.#values = new Float64Array(length);
  }

  /** Adds the points of a chunk in [from, to). */
  add(values: Float64Array, axes: readonly Axis[], from: number, to: number): void {
    this.#values.set(values.subarray(from, to), this.#filled);
    this.#filled += to - from;
    this.#parts.push({ axes, from, to });
  }

  series(name: string, total: number): Series {
    const along = AXES.map((_, axis) => {
      let column: Float64Array | undefined;
      return () => column ??= this.#column(axis);
    });
    const [iterations, environmentSteps, gradientSteps, examples, wallSeconds] = along;
    return {
      ...{ name, total, values: this.#values.subarray(0, this.#filled) },
      get iterations() {
        return iterations();
      },
      get environmentSteps() {
        return environmentSteps();
      },
      get gradientSteps() {
        return gradientSteps();
      },
      get examples() {
        return examples();
      },
      get wallSeconds() {
        return wallSeconds();
      },
    };
  }

  #column(axis: number): Float64Array {
    const column = new Float64Array(this.#filled);
    let at = 0;
    for (const { axes, from, to } of this.#parts) {
      const { start, rise, values } = axes[axis];
      if (values !== null) column.set(values.subarray(from, to), at);
      else for (let i = from; i < to; i++) column[at + i - from] = start + i * rise;
      at += to - from;
    }
    return column;
  }
}

function complete(
  database: Database,
  series: SeriesRow,
  parts: readonly Part[],
  total: number,
): Series {
  const builder = new SeriesBuilder(total);
  for (const { chunk, from, to } of parts) {
    const columns = readChunk(database, series, chunk);
    if (columns === null) continue;
    builder.add(columns.values, columns.axes, from, to);
  }
  return builder.series(series.name, total);
}

function sampled(
  database: Database,
  series: SeriesRow,
  parts: readonly Part[],
  total: number,
  points: number,
): Series {
  const sampler = new Downsampler(total, points);
  const chunks = parts.map((part) => {
    const chunk = readChunk(database, series, part.chunk);
    if (chunk !== null) sampler.add(chunk.values, part.from, part.to);
    return chunk;
  });
  const builder = new SeriesBuilder(sampler.picks.length);
  let c = 0;
  let start = 0;
  for (const pick of sampler.picks) {
    while (pick - start >= parts[c].to - parts[c].from) {
      start += parts[c].to - parts[c].from;
      c++;
    }
    const chunk = chunks[c];
    const place = parts[c].from + pick - start;
    if (chunk !== null) builder.add(chunk.values, chunk.axes, place, place + 1);
  }
  return builder.series(series.name, total);
}
