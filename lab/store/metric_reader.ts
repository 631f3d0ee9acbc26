/**
 * The reading side of metrics: what is visible of a series, whole or down-sampled.
 *
 * @module
 */
import { visibilityOf } from "./attempts.ts";
import type { Visibility } from "./attempts.ts";
import { AXES, axisAt, decodeColumns, decodeValues } from "./columns.ts";
import type { Axis } from "./columns.ts";
import type { Database, Row } from "./database.ts";
import { Downsampler } from "./downsample.ts";
import type { Series } from "./store.ts";

/** Points `from` to before `to` of a stored chunk. */
interface Part {
  readonly id: number;
  readonly from: number;
  readonly to: number;
}

/** Names of the series of a run that have a visible point, sorted. */
export function seriesNames(database: Database, run: string): string[] {
  return Object.keys(lastMetrics(database, run));
}

/** The last visible value of every series of a run, by name. */
export function lastMetrics(database: Database, run: string): Record<string, number> {
  const visibleUntil = visibilityOf(database, run);
  const metrics: Record<string, number> = {};
  const newest = database.all(
    `SELECT s.id, s.name, c.attempt, c.last_iteration, c.last_value FROM series s
     JOIN chunk c ON c.id = (SELECT MAX(id) FROM chunk WHERE chunk.series = s.id)
     WHERE s.run = ? ORDER BY s.name`,
    run,
  );
  for (const row of newest) {
    const value = Number(row.last_iteration) <= visibleUntil(Number(row.attempt))
      ? decodeValues(row.last_value as Uint8Array)[0]
      : lastVisible(database, Number(row.id), visibleUntil);
    if (value !== undefined) metrics[String(row.name)] = value;
  }
  return metrics;
}

/** Names of the series of all runs outside the trash, sorted. */
export function allSeriesNames(database: Database): string[] {
  return database.all(
    `SELECT DISTINCT s.name FROM series s JOIN run r ON r.id = s.run
     WHERE r.trashed_at IS NULL ORDER BY s.name`,
  ).map((row) => String(row.name));
}

/** The last visible value of one series, by the ids of the runs that have it; in one pass. */
export function lastValues(database: Database, name: string): Map<string, number> {
  const resumed = new Set(
    database.all("SELECT DISTINCT run FROM attempt").map((row) => String(row.run)),
  );
  const values = new Map<string, number>();
  const newest = database.all(
    `SELECT s.run, c.last_value FROM series s
     JOIN chunk c ON c.id = (SELECT MAX(id) FROM chunk WHERE chunk.series = s.id)
     WHERE s.name = ?`,
    name,
  );
  for (const row of newest) {
    const run = String(row.run);
    const value = resumed.has(run)
      ? lastMetrics(database, run)[name] // some of its points may be hidden
      : decodeValues(row.last_value as Uint8Array)[0];
    if (value !== undefined) values.set(run, value);
  }
  return values;
}

/**
 * The visible points of a series after iteration `after`; about `points` of them where that is
 * given, all else.
 */
export function readSeries(
  database: Database,
  run: string,
  name: string,
  options: { points?: number; after?: number } = {},
): Series {
  const row = database.get("SELECT id FROM series WHERE run = ? AND name = ?", run, name);
  const parts = row === undefined
    ? []
    : visibleParts(database, run, Number(row.id), options.after ?? -Infinity);
  const total = parts.reduce((sum, part) => sum + part.to - part.from, 0);
  const downsampled = options.points !== undefined && total > options.points;
  return downsampled
    ? sampled(database, name, parts, total, Math.max(2, options.points!))
    : complete(database, name, parts, total);
}

/** The last visible value of a series that has hidden ones at its end. */
function lastVisible(
  database: Database,
  series: number,
  visibleUntil: Visibility,
): number | undefined {
  const rows = database.all(
    `SELECT id, attempt, count, first_iteration, last_iteration FROM chunk WHERE series = ?
     ORDER BY id DESC`,
    series,
  );
  for (const row of rows) {
    const part = visiblePart(database, row, -Infinity, visibleUntil(Number(row.attempt)));
    if (part !== undefined) return readChunk(database, part.id)?.values[part.to - 1];
  }
}

function visibleParts(database: Database, run: string, series: number, after: number): Part[] {
  const visibleUntil = visibilityOf(database, run);
  return database.all(
    `SELECT id, attempt, count, first_iteration, last_iteration FROM chunk WHERE series = ?
     ORDER BY id`,
    series,
  )
    .map((row) => visiblePart(database, row, after, visibleUntil(Number(row.attempt))))
    .filter((part) => part !== undefined);
}

/** The points of a chunk after iteration `after` and up to iteration `until`. */
function visiblePart(database: Database, row: Row, after: number, until: number): Part | undefined {
  const id = Number(row.id);
  const count = Number(row.count);
  const first = Number(row.first_iteration);
  const last = Number(row.last_iteration);
  if (first > until || last <= after) return undefined;
  if (first > after && last <= until) return { id, from: 0, to: count };
  const iterations = readChunk(database, id)?.axes[0];
  if (iterations === undefined) return undefined;
  const from = countUpTo(iterations, count, after);
  const to = countUpTo(iterations, count, until);
  return from < to ? { id, from, to } : undefined;
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

/** The points of a chunk; null where another process has purged it since it was listed. */
function readChunk(database: Database, id: number): { values: Float64Array; axes: Axis[] } | null {
  const row = database.get("SELECT count, points FROM chunk WHERE id = ?", id);
  return row === undefined ? null : decodeColumns(row.points as Uint8Array, Number(row.count));
}

/** Columns of a series, filled point by point. */
class SeriesBuilder {
  readonly values: Float64Array;
  readonly axes: Float64Array[];
  #filled = 0;

  constructor(length: number) {
    this.values = new Float64Array(length);
    this.axes = AXES.map(() => new Float64Array(length));
  }

  /** Adds point `i` of a chunk. */
  add(values: Float64Array, axes: readonly Axis[], i: number): void {
    const at = this.#filled++;
    this.values[at] = values[i];
    for (let a = 0; a < axes.length; a++) this.axes[a][at] = axisAt(axes[a], i);
  }

  series(name: string, total: number): Series {
    const [iterations, environmentSteps, gradientSteps, examples, wallSeconds] = this.axes.map((
      axis,
    ) => axis.subarray(0, this.#filled));
    const values = this.values.subarray(0, this.#filled);
    const axes = { iterations, environmentSteps, gradientSteps, examples, wallSeconds };
    return { name, ...axes, values, total };
  }
}

function complete(
  database: Database,
  name: string,
  parts: readonly Part[],
  total: number,
): Series {
  const builder = new SeriesBuilder(total);
  for (const { id, from, to } of parts) {
    const chunk = readChunk(database, id);
    if (chunk === null) continue;
    for (let i = from; i < to; i++) builder.add(chunk.values, chunk.axes, i);
  }
  return builder.series(name, total);
}

function sampled(
  database: Database,
  name: string,
  parts: readonly Part[],
  total: number,
  points: number,
): Series {
  const sampler = new Downsampler(total, points);
  const chunks = parts.map((part) => {
    const chunk = readChunk(database, part.id);
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
    if (chunk !== null) builder.add(chunk.values, chunk.axes, parts[c].from + pick - start);
  }
  return builder.series(name, total);
}
