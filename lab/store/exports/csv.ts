/**
 * Series as CSV in long form, one line a point, for pandas, R and spreadsheets.
 *
 * @module
 */
import type { ExportedRun } from "./exported_run.ts";

/** What the columns are called, in their order. */
export const csvColumns = [
  "run",
  "name",
  "seed",
  "metric",
  "iteration",
  "environment_steps",
  "gradient_steps",
  "examples",
  "wall_seconds",
  "value",
] as const;

/**
 * The text in parts: the header, then one part a series. Fields are quoted as in RFC 4180, those with blanks
 * at an end, too, which many readers would take off; lines end with a line feed; NaN is `NaN`, the
 * infinities are `inf` and `-inf`, as pandas reads them.
 */
export function* csvParts(
  runs: Iterable<Pick<ExportedRun, "run" | "series">>,
): Generator<string> {
  yield `${csvColumns.join(",")}\n`;
  for (const { run, series } of runs) {
    for (const points of series) {
      const labels = [run.id, run.name, run.manifest.determined.seed, points.name].map(csvField);
      const prefix = labels.join(",");
      let text = "";
      for (let i = 0; i < points.values.length; i++) {
        text += `${prefix},${points.iterations[i]},${points.environmentSteps[i]},` +
          `${points.gradientSteps[i]},${points.examples[i]},` +
          `${number(points.wallSeconds[i])},${number(points.values[i])}\n`;
      }
      yield text;
    }
  }
}

/** A cell of a table, in quotes where it needs them. */
export function csvField(field: string): string {
  return /[",\r\n]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

function number(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0.0" : String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "inf" : "-inf";
}
