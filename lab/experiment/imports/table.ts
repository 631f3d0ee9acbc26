/**
 * Runs from tables of numbers: CSV of any logger, and what the page of Weights & Biases exports as CSV
 * or JSON.
 *
 * @module
 */
import { type CsvRecord, csvRecords } from "../../core/csv.ts";
import { InputError } from "../../core/errors.ts";
import { isRecord } from "../../core/plain.ts";
import { printable, shortened } from "../../core/printable.ts";
import { csvColumns } from "../../store/exports/mod.ts";
import { isExported, runsOfExported } from "./exported_csv.ts";
import type { ImportedPoint, ImportedRun, LabRun } from "./imported_run.ts";
import { isStep, jsonOf, numberOf, onePerStep, type Row, STEPS } from "./rows.ts";

/** A run of another program, which a file may leave to its own name, or its folder's, to name. */
export type FoundRun = Omit<ImportedRun, "name"> & Partial<Pick<ImportedRun, "name">>;

/** What a file holds. */
export interface Table {
  readonly runs: readonly (FoundRun | LabRun)[];
  /** Lines on what of it no run has, and on what was taken for granted. */
  readonly remarks: readonly string[];
}

/** Columns that hold the step, the first that has any; and seconds since the start. */
const steps = [
  ...["step", "global_step", "environment_steps", "timesteps", "total_timesteps"],
  ...["trainer/global_step", "train/global_step"],
  ...["time/total_timesteps", "num_env_steps_sampled_lifetime", "timesteps_total"],
  // That of Weights & Biases counts what was logged.
  ...[
    "num_env_steps_sampled",
    "_step",
    "iteration",
    "iterations",
    "epoch",
    "update",
    "training_iteration",
  ],
];
/** The one of them that may count parts. */
const EPOCH = "epoch";
const seconds = [
  "seconds",
  "wall_seconds",
  "_runtime",
  "time/time_elapsed",
  "time_total_s",
  "relative time (process)",
  "relative time (wall)",
];
/** Columns that are neither. */
const others = ["_timestamp", "wall time", "wall_time", "time"];

/** Tables that have a row a run, by columns that all of them have, and what to import in their place. */
const tablesOfRuns = [
  {
    kind: "a table of Weights & Biases with a row a run",
    columns: [/^Name$/, /^(State|Created|Runtime)$/],
    instead: "export the chart of a metric, or the history of a run",
  },
  {
    kind: "a table of Optuna with a row a trial",
    columns: [/^number$/, /^state$/, /^(value|values_.+|params_.+)$/],
    instead: "import what each trial logged as it was trained",
  },
];

/** How a column is called that has no name, by itself or by pandas. */
const UNNAMED = /^(Unnamed: \d+(\.\d+)?)?$/;

/**
 * The runs of a CSV file: a column of steps and one a metric; of W&B's, columns `RUN - METRIC`; those
 * of the lab's own export.
 *
 * @param name What the file is called in messages.
 * @throws {InputError} that names the line.
 */
export function runsOfCsv(text: string, name: string): Table {
  const [head, ...lines] = csvRecords(text, `import ${name}`);
  if (head === undefined) throw new InputError(`Cannot import ${name} as it is empty`);
  requireSteps(head.cells, name);
  requireCommas([head, ...lines], name);
  const isIndexed = hasIndex(head, lines);
  const rows = rowsOf(head, lines, name, isIndexed);
  const index = isIndexed ? [`Left out of ${name} as it numbers the rows: column 1`] : [];
  if (!isExported(head.cells)) {
    const { runs, remarks } = runsOfRows(rows, name);
    return { runs, remarks: [...index, ...remarks] };
  }
  const known: readonly string[] = csvColumns;
  const others = head.cells.slice(index.length).filter((column) => !known.includes(column));
  const remark = `Left out of ${name} as the lab's own export has no such columns: ` +
    shortened(others.join(", "));
  const runs = runsOfExported(rows, head.cells, name);
  const seeds = new Set(runs.map(({ name, seed }) => JSON.stringify([name, String(seed)])));
  const alike =
    `${name} has no configurations: runs of one name that differed in them, as those of a ` +
    "grid, become seeds of one (`sync` brings whole runs)";
  return {
    runs,
    remarks: [
      ...index,
      ...others.length === 0 ? [] : [remark],
      ...seeds.size === runs.length ? [] : [alike],
    ],
  };
}

/** Refuses cells that something else than commas separates. */
function requireCommas([head, ...lines]: readonly CsvRecord[], name: string): void {
  const separator = [";", "\t"].find((each) =>
    head.cells.length === 1 &&
    [head, ...lines].every(({ cells }) => cells.some((cell) => cell.includes(each)))
  );
  if (separator === undefined) return;
  throw new InputError(
    `Cannot import ${name} as commas must separate its cells: ` +
      `${separator === ";" ? "semicolons" : "tabs"} do`,
  );
}

/**
 * The rows of a table by their columns.
 *
 * @param isIndexed Whether the first column is left out, which may have no name then.
 * @throws {InputError} where a column has no name or another's, or a row more cells than there are, or less.
 */
export function rowsOf(
  head: CsvRecord,
  lines: readonly CsvRecord[],
  name: string,
  isIndexed = false,
): Row[] {
  const unnamed = head.cells.findIndex((column, i) =>
    UNNAMED.test(column.trim()) && !(i === 0 && isIndexed)
  );
  if (unnamed >= 0) {
    throw new InputError(
      `Cannot import ${name}, line ${head.line} as each column must have a name: column ` +
        `${unnamed + 1} has none`,
    );
  }
  const twice = head.cells.find((column, i) => head.cells.indexOf(column) !== i);
  if (twice !== undefined) {
    throw new InputError(
      `Cannot import ${name}, line ${head.line} as its columns must differ: ${
        printable(twice)
      } stands there twice`,
    );
  }
  return lines.map(({ cells, line }) => {
    if (cells.length !== head.cells.length) {
      throw new InputError(
        `Cannot import ${name}, line ${line} as it must have ${head.cells.length} cells: ` +
          `${cells.length}`,
      );
    }
    const byColumn = head.cells.map((column, i) => [column, cells[i]]);
    return {
      at: `line ${line}`,
      cells: Object.fromEntries(isIndexed ? byColumn.slice(1) : byColumn),
    };
  });
}

/** Whether the first column is the index that pandas writes, which numbers the rows from 0. */
function hasIndex({ cells: [first] }: CsvRecord, lines: readonly CsvRecord[]): boolean {
  return /^(Unnamed: 0)?$/.test(first.trim()) &&
    lines.every(({ cells }, i) => numberOf(cells[0]) === i);
}

/** Refuses tables that have a row a run. */
function requireSteps(columns: readonly string[], name: string): void {
  const table = tablesOfRuns.find((each) =>
    each.columns.every((pattern) => columns.some((column) => pattern.test(column)))
  );
  if (table === undefined) return;
  throw new InputError(`Cannot import ${name} as it is ${table.kind}: ${table.instead}`);
}

/**
 * The runs of a JSON file that holds a list of rows.
 *
 * @throws {InputError} where it holds anything else.
 */
export function runsOfJson(text: string, name: string): Table {
  const rows = jsonOf(text, name);
  if (!Array.isArray(rows) || !rows.every(isRecord)) {
    const own = isRecord(rows) && Array.isArray(rows.runs)
      ? ": of the lab's own exports the CSV comes back (export --format csv)"
      : "";
    throw new InputError(`Cannot import ${name} as it must be a list of objects, one a step${own}`);
  }
  return runsOfRows(rows.map((cells, i) => ({ at: `row ${i + 1}`, cells })), name);
}

/** One run; where all columns beside the steps' are W&B's `RUN - METRIC`, one a RUN. */
function runsOfRows(rows: readonly Row[], name: string): Table {
  const columns = [...new Set(rows.flatMap(({ cells }) => Object.keys(cells)))];
  const isFilled = (column: string) =>
    rows.some(({ cells }) => String(cells[column] ?? "").trim() !== "");
  const found = (known: readonly string[]) =>
    known.map((each) => columns.find((column) => column.toLowerCase() === each && isFilled(column)))
      .find((column) => column !== undefined);
  const time = found(seconds);
  const left = others.flatMap((each) => found([each]) ?? []);
  const step = found(steps) ??
    axisOfPanel(columns.filter((column) => column !== time && !left.includes(column)));
  const unlike = [step, time, ...left];
  const metrics = columns.filter((column) => !unlike.includes(column));
  if (rows.length === 0 || metrics.length === 0) {
    const lack = rows.length === 0 ? "rows" : "columns beside those of steps and times";
    throw new InputError(`Cannot import ${name} as it has no ${lack}`);
  }
  const remarks = [
    ...left.length === 0 || time !== undefined ? [] : [
      `Left out of ${name} as it may be a time of day (seconds since the start are called ` +
      `${seconds[0]}, or alike): ${left.join(", ")}`,
    ],
    ...textsOf(rows, [...metrics, ...(time === undefined ? [] : [time])], name),
    ...step === undefined
      ? [`Rows of ${name} are counted as its steps, as no column is called ${steps[0]}, or alike`]
      : [],
  ];
  if (!metrics.every((column) => column.includes(" - "))) {
    const points = pointsOf(rows, metrics, name, step, time);
    return { runs: [{ points }], remarks };
  }
  const ofRuns = metrics.filter((column) => !RANGE.test(column));
  // Names of runs hold " - " more often than names of metrics do.
  const ofRun = Map.groupBy(ofRuns, (column) => column.slice(0, column.lastIndexOf(" - ")));
  const runs = [...ofRun].map(([run, own]) => {
    const points = pointsOf(rows, own, name, step, time).map((point) => ({
      ...point,
      metrics: Object.fromEntries(
        Object.entries(point.metrics).map(([column, value]) => [
          column.slice(column.lastIndexOf(" - ") + 3),
          value,
        ]),
      ),
    }));
    return { name: run.trim() || undefined, points };
  });
  return { runs, remarks };
}

/** Ends of columns that a panel of W&B has beside each metric: its least and its greatest. */
const RANGE = /__(MIN|MAX)$/;

/** The axis of a panel of W&B, which may be any metric: the one column that is of no run. */
function axisOfPanel(columns: readonly string[]): string | undefined {
  const [axis, ...more] = columns.filter((column) => !column.includes(" - "));
  return more.length === 0 && columns.some((column) => RANGE.test(column)) ? axis : undefined;
}

/** A remark on those of the columns that hold text; see {@linkcode isText}. */
export function textsOf(rows: readonly Row[], columns: readonly string[], name: string): string[] {
  const texts = columns.filter((column) => isText(rows, column, name));
  return texts.length === 0
    ? []
    : [`Left out of ${name} as they hold text, no numbers: ${shortened(texts.join(", "))}`];
}

/** A number as some countries write it. */
const DECIMAL_COMMA = /^[+-]?\d*,\d+(e[+-]?\d+)?$/i;

/**
 * Whether a column is one of text, as notes are.
 *
 * @throws {InputError} where text stands among its numbers, or is a number with a comma: a curve
 * would lack these points, and nobody would see it.
 */
function isText(rows: readonly Row[], column: string, name: string): boolean {
  const filled = rows.map(({ at, cells }) => ({ at, cell: cells[column] }))
    .filter(({ cell }) => String(cell ?? "").trim() !== "");
  const [numbers, texts] = [true, false].map((isNumber) =>
    filled.filter(({ cell }) => (numberOf(cell) !== undefined) === isNumber)
  );
  const comma = texts.find(({ cell }) =>
    typeof cell === "string" && DECIMAL_COMMA.test(cell.trim())
  );
  const wrong = comma ?? (numbers.length > 0 ? texts[0] : undefined);
  if (wrong === undefined) return texts.length > 0;
  const wanted = wrong === comma
    ? "a number with a decimal point"
    : `a number, as in ${numbers[0].at}, or empty`;
  const { at, cell } = wrong;
  const shown = shortened(typeof cell === "object" ? JSON.stringify(cell) : String(cell));
  throw new InputError(
    `Cannot import ${name}, ${at} as its ${shortened(column)} must be ${wanted}: ${shown}`,
  );
}

/** Seconds that a clock falls by at least where it begins anew: by less it falls between threads that log. */
const ANEW = 1;

/** Seconds of a clock that begins anew, as of a program that went on: they count on from where it was. */
export function steadyClock(): (told: number) => number {
  let [before, clock] = [0, 0];
  return (told) => {
    if (told < clock - ANEW) before += clock;
    clock = told;
    return before + told;
  };
}

/** The points of rows, in the order of their steps. */
function pointsOf(
  rows: readonly Row[],
  metrics: readonly string[],
  name: string,
  step: string | undefined,
  time: string | undefined,
): ImportedPoint[] {
  const requireOne = onePerStep(name, step ?? "row");
  const counted = step?.toLowerCase() ?? EPOCH;
  // The axis of a panel may be anything.
  const isWhole = counted !== EPOCH && steps.includes(counted);
  const points = rows.flatMap(({ at: place, cells }, i): ImportedPoint[] => {
    const values = numbersOf(cells, metrics);
    if (values.length === 0) return [];
    const at = step === undefined ? i + 1 : numberOf(cells[step]);
    if (!isStep(at) || (isWhole && !Number.isInteger(at))) {
      throw new InputError(
        `Cannot import ${name}, ${place} as its ${step} must be ${
          isWhole ? STEPS.replace("a number", "a whole number") : STEPS
        }: ` +
          shortened(String(cells[step!] ?? "")),
      );
    }
    for (const [metric, value] of values) requireOne(metric, at, value, place);
    const told = time === undefined ? undefined : numberOf(cells[time]);
    return [{
      step: at,
      ...(isStep(told) ? { seconds: told } : {}),
      metrics: Object.fromEntries(values),
    }];
  });
  if (points.length === 0) {
    throw new InputError(`Cannot import ${name} as no column holds numbers`);
  }
  // A table may begin with its newest row: its clock falls there, and has not begun anew.
  const clock = steadyClock();
  return points.toSorted((a, b) => a.step - b.step).map((point) =>
    point.seconds === undefined ? point : { ...point, seconds: clock(point.seconds) }
  );
}

/** The numbers of a row with its columns' names, without what is empty or text. */
export function numbersOf(cells: Row["cells"], columns: readonly string[]): [string, number][] {
  return columns.flatMap((column): [string, number][] => {
    const value = numberOf(cells[column]);
    return value === undefined ? [] : [[printable(column), value]];
  });
}
