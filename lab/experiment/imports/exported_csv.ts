/**
 * Runs from the CSV that the lab itself exports: a row a point, of any number of runs.
 *
 * @module
 */
import { InputError } from "../../core/errors.ts";
import type { MetricPoint } from "../../core/metrics.ts";
import { printable, shortened } from "../../core/printable.ts";
import { seedIn } from "../../core/seed_sequence.ts";
import { csvColumns } from "../../store/exports/mod.ts";
import type { LabRun } from "./imported_run.ts";
import { isStep, numberOf, onePerStep, type Row, STEPS } from "./rows.ts";

/** Whether a table has a row a point, as the lab's own export has. */
export function isExported(columns: readonly string[]): boolean {
  return ["run", "metric", "value"].every((column) => columns.includes(column));
}

/**
 * The runs of such a table, with their seeds and all of their counts.
 *
 * @throws {InputError} that names the line, or the column that is missing.
 */
export function runsOfExported(
  rows: readonly Row[],
  columns: readonly string[],
  name: string,
): LabRun[] {
  const missing = csvColumns.find((column) => !columns.includes(column));
  if (missing !== undefined) {
    throw new InputError(
      `Cannot import ${name} as a table with a row a point must have the columns of the lab's own ` +
        `export: ${missing} is missing`,
    );
  }
  if (rows.length === 0) throw new InputError(`Cannot import ${name} as it has no rows`);
  const label = ({ cells }: Row) => JSON.stringify([cells.run, cells.name, cells.seed]);
  return [...Map.groupBy(rows, label).values()].map((own) => runOf(own, name));
}

function runOf(rows: readonly Row[], file: string): LabRun {
  const [{ at, cells: { run, name, ...cells } }] = rows;
  const seed = seedIn(String(cells.seed));
  if (String(name).trim() === "" || seed === undefined) {
    throw new InputError(
      `Cannot import ${file}, ${at} as a run must have a name and a seed, a whole number up to ` +
        shortened(`2¹²⁸ − 1: ${name}, ${cells.seed}`),
    );
  }
  const requireOne = onePerStep(file, "iteration");
  const points = new Map<string, MetricPoint>();
  for (const row of rows) {
    const point = pointOf(row, file);
    // What is measured of the machine may stand twice at an iteration, seconds apart.
    const { name, value, ...counts } = point;
    const place = Object.values(counts).join(" ");
    requireOne(name, point.iterations, value, row.at, place);
    points.set(`${place} ${name}`, point);
  }
  return {
    id: String(run),
    name: printable(String(name)),
    seed,
    points: [...points.values()].sort((a, b) => a.iterations - b.iterations),
  };
}

function pointOf({ at, cells }: Row, file: string): MetricPoint {
  const number = (
    column: typeof csvColumns[number],
    isRight: (value: number) => boolean = isStep,
    right = STEPS,
  ): number => {
    const value = numberOf(cells[column]);
    if (value !== undefined && isRight(value)) return value;
    throw new InputError(
      `Cannot import ${file}, ${at} as its ${column} must be ${right}: ` +
        shortened(String(cells[column])),
    );
  };
  const metric = printable(String(cells.metric));
  if (metric.trim() === "") {
    throw new InputError(`Cannot import ${file}, ${at} as its metric must have a name`);
  }
  const isWhole = (value: number) => isStep(value) && Number.isInteger(value);
  return {
    name: metric,
    value: number("value", () => true, "a number"),
    iterations: number("iteration", isWhole, "a whole number from 0 to 2⁵³ − 1"),
    environmentSteps: number("environment_steps"),
    gradientSteps: number("gradient_steps"),
    examples: number("examples"),
    wallSeconds: number("wall_seconds"),
  };
}
