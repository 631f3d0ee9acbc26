/**
 * The table of runs as a reader asks for it: which runs, in which order, by which columns, one by
 * one or in groups.
 *
 * @module
 */
import { printable } from "../lab/core/printable.ts";
import { RecentlyUsed } from "../lab/core/recently_used.ts";
import {
  groupRuns,
  isLost,
  judgedByEnd,
  type RunGroup,
  seedsText,
  settingsApart,
} from "../lab/experiment/comparison.ts";
import type { Value } from "../lab/experiment/conditions.ts";
import {
  columnNames,
  isMoment,
  type MetricSource,
  pathsOf,
  readerOf,
} from "../lab/experiment/run_fields.ts";
import { figureSpread, iqm, spreadOf } from "../lab/statistics/mod.ts";
import type { Run } from "../lab/store/store.ts";
import { bySortKey, type SortKey, sortKeyOf } from "./alphabet.ts";
import { countingOf, labelsApart, lostBefore } from "./comparison.ts";
import { filtered, unlessArchived } from "./filter.ts";
import { instant, shortNumbers } from "./format.ts";
import { RETURN } from "../lab/core/metrics.ts";
import { FIGURE } from "../lab/experiment/metric_label.ts";
import { directionOf } from "../lab/experiment/metric_direction.ts";
import {
  type Cell,
  type GroupCell,
  LABEL,
  type TableAnswer,
  type TableRequest,
} from "./runs_query.ts";
import { jsonNumber, type RunSummary } from "./summary.ts";

/** What a table is made of. */
export interface Record {
  readonly row: RunSummary;
  /** Undefined where its record is damaged. */
  readonly run: Run | undefined;
  /** Names of its series. */
  readonly metrics: readonly string[];
}

/** Metrics that are columns unless others are chosen, at most: of more what each run is judged by is one. */
const OWN_COLUMNS = 3;
/**
 * Figures that have the interval of Compare, at most: of more it takes a tenth of a second and longer.
 * Those that one of more is drawn from, about: 1,000 resamples of 25, and at least 200.
 */
const [AS_COMPARED, DRAWS] = [16, 25_000];
/** Groups' metrics that are kept for the next table. */
const KEPT_CELLS = 500;

/**
 * The part of the table that is asked for.
 *
 * @throws {InputError} for a key that no run has, with the nearest ones.
 */
export function tableOf(
  source: MetricSource,
  records: readonly Record[],
  request: TableRequest,
): TableAnswer {
  const all = filtered(source, records, request.filter);
  const found = unlessArchived(all, request.filter);
  const runs = records.flatMap(({ run }) => run ?? []);
  const reader = (key: string, action: string) => {
    const read = readerOf(source, runs, key, action);
    return ({ run }: Record) => run && read(run);
  };
  const own = request.columns.length > 0 ? request.columns : ownColumns(found);
  const columns = own.map((key) => ({
    ...{ key, better: key === FIGURE ? commonDirection(judgingMetrics(found)) : directionOf(key) },
    ...isMoment(key) && { isMoment: true },
  }));
  const readers = own.map((key) => reader(key, "show the column"));
  const answer = {
    filter: request.filter,
    group: request.group,
    total: records.length,
    found: found.length,
    archived: all.length - found.length,
    columns,
    keys: keysOf(records, runs),
  };
  const { limit, group, descending } = request;
  const offsetIn = (length: number) =>
    request.offset < length ? request.offset : Math.max(0, Math.ceil(length / limit) - 1) * limit;
  if (group !== "") {
    const made = groupsOf(endedOf(source, found), group, reader);
    const areMetrics = own.map((key) => isMetric(key, records));
    const judged = made.map(({ members }) => {
      const whole = members.filter(({ run }) => !isLost(run!));
      return judgingMetrics(whole.length > 0 ? whole : members);
    });
    const areLostBefore = readers.map((read, k) =>
      // What each run is judged by is an evaluation's.
      lostBefore(own[k] === FIGURE ? RETURN : own[k], () =>
        found.flatMap((record) =>
          record.run !== undefined && typeof read(record) === "number" ? [record.run] : []
        ))
    );
    const values = made.map(({ members }, i) =>
      readers.map((read, k) =>
        // Figures of several metrics have no mean.
        own[k] === FIGURE && judged[i].length > 1
          ? { values: [] }
          : countedOf(members, read, areMetrics[k], areLostBefore[k])
      )
    );
    const place = own.indexOf(request.sort);
    const keyed = made.map((each, i) => ({
      each,
      i,
      key: place < 0 ? each.value : iqmOf(values[i][place]),
    }));
    const falls = descending && (place >= 0 || request.sort === LABEL);
    const ordered = request.sort === FIGURE && place >= 0
      ? inOrderByMetric(keyed, ({ i }) => metricOf(judged[i]), ({ key }) => key, falls)
      : inOrder(keyed, ({ key }) => key, falls);
    const offset = offsetIn(made.length);
    const page = ordered.slice(offset, offset + limit);
    const names = namesOf(page.map(({ each }) => each), isMoment(group));
    const groups = page.map(({ each: { label, members }, i }, place) => ({
      label,
      ...names[place] !== label && { name: names[place] },
      runs: members.map(({ row }) => row.id),
      cells: values[i].map((counted, k) => ({
        ...groupCell(counted),
        ...own[k] === FIGURE && { metrics: judged[i] },
      })),
    }));
    return { ...answer, length: made.length, offset, rows: [], groups };
  }
  const read = reader(request.sort, "sort runs");
  const ordered = request.sort === FIGURE
    ? inOrderByMetric(found, (record) => metricOf(judgingMetrics([record])), read, descending)
    : inOrder(found, read, descending);
  const offset = offsetIn(found.length);
  const page = ordered.slice(offset, offset + limit);
  const apart = settingsApart(page.flatMap(({ run }) => run ?? []));
  const rows = page.map((record) => ({
    row: record.row,
    apart: (record.run && apart.get(record.run)) ?? [],
    cells: readers.map((read) => cellOf(read(record))),
  }));
  return { ...answer, length: found.length, offset, rows, groups: [] };
}

/** The metrics that runs are judged by, those of most runs first. */
function judgingMetrics(found: readonly Record[]): string[] {
  const counts = new Map<string, number>();
  for (const { row: { headline }, metrics } of found) {
    // One whose name cannot stand on a page is no column.
    if (headline === null || !metrics.includes(headline.name)) continue;
    counts.set(headline.name, (counts.get(headline.name) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([name]) => name);
}

/** The one metric of several that there may be; undefined where there is none, or more than one. */
function metricOf(metrics: readonly string[]): string | undefined {
  return metrics.length === 1 ? metrics[0] : undefined;
}

/** Which way of all of these metrics is better; null where they differ. */
function commonDirection(metrics: readonly string[]): ReturnType<typeof directionOf> {
  const directions = new Set(metrics.map(directionOf));
  return directions.size === 1 ? [...directions][0] : null;
}

/** A column for each metric that runs are judged by; where these are many, one for all. */
function ownColumns(found: readonly Record[]): string[] {
  const metrics = judgingMetrics(found);
  return metrics.length > OWN_COLUMNS ? [FIGURE] : metrics;
}

const keys = new WeakMap<readonly Record[], string[]>();

/** Every key that some run has; kept as long as the runs are the same. */
function keysOf(records: readonly Record[], runs: readonly Run[]): string[] {
  if (!keys.has(records)) keys.set(records, findKeys(records, runs));
  return keys.get(records)!;
}

function findKeys(records: readonly Record[], runs: readonly Run[]): string[] {
  const paths = new Set<string>();
  const seen = new Set<string>();
  for (const { manifest: { determined: { configuration, experiment } } } of runs) {
    // Runs of one experiment have the same fields but for a few: those of each shape are enough.
    const shape = `${experiment} ${Object.keys(configuration).join()}`;
    if (seen.has(shape)) continue;
    seen.add(shape);
    for (const path of pathsOf(configuration)) {
      if (printable(path) === path) paths.add(path);
    }
  }
  const metrics = new Set<string>();
  for (const record of records) for (const name of record.metrics) metrics.add(name);
  return [...columnNames, FIGURE, ...[...paths].sort(), ...[...metrics].sort()];
}

interface Members {
  readonly label: string;
  /** What they have in common, which they are sorted by. */
  readonly value: Value;
  readonly members: readonly Record[];
  /** Where they are those of a configuration. */
  readonly group?: RunGroup;
}

function groupsOf(
  sound: readonly Record[],
  key: string,
  reader: (key: string, action: string) => (record: Record) => Value,
): Members[] {
  if (key === "configuration") {
    const records = new Map(sound.map((record) => [record.run!, record]));
    return groupRuns(sound.map(({ run }) => run!)).map((group) => ({
      ...{ group, label: group.label, value: group.label },
      members: group.runs.map((run) => records.get(run)!),
    }));
  }
  const read = reader(key, "group runs");
  const labelOf = (cell: Cell) => typeof cell === "number" && isMoment(key) ? instant(cell) : cell;
  const groups = Map.groupBy(sound, (record) => String(labelOf(cellOf(read(record))) ?? "") || "–");
  return [...groups].map(([label, members]) => ({ label, value: read(members[0]), members }));
}

/** Short names of rows: of configurations what tells those of the page apart, of numbers a few digits. */
function namesOf(page: readonly Members[], areMoments: boolean): string[] {
  const configurations = page.flatMap(({ group }) => group ?? []);
  if (configurations.length > 0) return labelsApart(configurations);
  return shortNumbers(
    page.map(({ label, value }) => typeof value === "number" && !areMoments ? value : label),
  );
}

/** Records whose runs stand as their last losses leave them; without those that are damaged. */
function endedOf(source: MetricSource, found: readonly Record[]): Record[] {
  const sound = found.filter(({ run }) => run !== undefined);
  const { runs } = judgedByEnd(source, sound.map(({ run }) => run!));
  return sound.map((record, i) => ({ ...record, run: runs[i] }));
}

/** What a group's runs come to that count. */
type Counted = Pick<GroupCell, "values" | "lost">;

/** Whether a key is read off what runs came to, and not off their record. */
function isMetric(key: string, records: readonly Record[]): boolean {
  return key === FIGURE || key.includes("/") ||
    records.some(({ metrics }) => metrics.includes(key));
}

/**
 * The numbers of the runs that count, each configuration for itself, as compared ones do. One that
 * diverged, failed or came to its end without it has no figure, and says so.
 */
function countedOf(
  members: readonly Record[],
  read: (record: Record) => Value,
  isFigure: boolean,
  isLostBefore: (runs: readonly Run[]) => boolean,
): Counted {
  const byRun = new Map(members.map((record) => [record.run!, record]));
  const valueOf = (run: Run) => read(byRun.get(run)!);
  const counted = countingOf(
    [...byRun.keys()],
    (run) => typeof valueOf(run) === "number",
    isLostBefore,
  );
  const judged = isFigure ? counted.filter((run) => !isLost(run)) : counted;
  const values = judged.map(valueOf).filter((value) => typeof value === "number");
  if (!isFigure || values.length === counted.length) return { values };
  return { values, lost: seedsText(counted, judged.length - values.length) };
}

function iqmOf({ values, lost }: Counted): number | undefined {
  return values.length === 0 || lost !== undefined ? undefined : iqm(values);
}

const cellsKept = new RecentlyUsed<GroupCell>(KEPT_CELLS);

/** A metric over runs; kept, as intervals take longer than all else of a table. */
function groupCell(counted: Counted): GroupCell {
  const { values, lost } = counted;
  const key = [lost, ...values].join();
  const cell = cellsKept.get(key) ?? {
    ...counted,
    values: values.filter(Number.isFinite),
    iqm: cellOf(iqmOf(counted)),
    spread: lost === undefined ? spreadBeside(values) : null,
  };
  cellsKept.set(key, cell);
  return cell;
}

function spreadBeside(values: readonly number[]): GroupCell["spread"] {
  if (values.length <= AS_COMPARED || !values.every(Number.isFinite)) return figureSpread(values);
  return spreadOf(values, iqm, { repeats: Math.max(200, Math.ceil(DRAWS / values.length)) });
}

/** A value as a cell. */
function cellOf(value: Value): Cell {
  if (value === undefined) return null;
  if (typeof value === "number") return jsonNumber(value);
  return typeof value === "object" ? value.join(", ") : String(value);
}

/**
 * Sorted by a value: numbers by size, text by the alphabet; what has none, and NaN, comes last both
 * ways. Equal ones stay as they were.
 */
export function inOrder<Each>(
  all: readonly Each[],
  read: (each: Each) => Value,
  descending: boolean,
): Each[] {
  const keys = new Map(all.map((each): [Each, SortKey | undefined] => {
    const value = read(each);
    if (value === undefined || Number.isNaN(value)) return [each, undefined];
    const isNumber = typeof value === "number" || typeof value === "bigint";
    return [each, sortKeyOf(isNumber ? value : String(value))];
  }));
  const sign = descending ? -1 : 1;
  return all.toSorted((a, b) => {
    const [x, y] = [keys.get(a), keys.get(b)];
    if (!x || !y) return Number(!x) - Number(!y);
    return sign * bySortKey(x, y);
  });
}

/**
 * Sorted by figures that are of several metrics: metric by metric, those of most first. Where not the same
 * way of all is better, what is descending begins with each one's better end.
 */
function inOrderByMetric<Each>(
  all: readonly Each[],
  metricOf: (each: Each) => string | undefined,
  read: (each: Each) => Value,
  descending: boolean,
): Each[] {
  const groups = Map.groupBy(all, metricOf);
  const countOf = (metric: string) => groups.get(metric)!.length;
  const metrics = [...groups.keys()].filter((metric) => metric !== undefined)
    .sort((a, b) => countOf(b) - countOf(a));
  const isMixed = commonDirection(metrics) === null;
  return [...metrics, undefined].flatMap((metric) => {
    const isTurned = isMixed && metric !== undefined && directionOf(metric) === "down";
    return inOrder(groups.get(metric) ?? [], read, descending !== isTurned);
  });
}
