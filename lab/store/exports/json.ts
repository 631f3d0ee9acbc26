/**
 * Runs as one JSON document: everything that the store knows of them but the bytes of files.
 *
 * @module
 */
import type { ExportedRun } from "./exported_run.ts";

/** A text that `JSON.stringify` takes over as it is: it writes no sign of a zero itself. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/**
 * The text in parts, one a run: `{"runs":[{…the run, "series": {NAME: {"iterations": […], …}},
 * "events", "artifacts", "checkpoints"}]}`. As JSON has no such numbers, values that are not finite
 * are the strings "NaN", "Infinity" and "-Infinity"; negative zero is -0.0, as in CSV.
 */
export function* jsonParts(runs: Iterable<ExportedRun>): Generator<string> {
  yield '{"runs":[';
  let separator = "";
  for (const { run, series, events, artifacts, checkpoints } of runs) {
    const columns = Object.fromEntries(series.map(({ name, total: _, ...rest }) => [
      name,
      Object.fromEntries(
        Object.entries(rest).map(([column, values]) => [column, [...values as Float64Array]]),
      ),
    ]));
    const document = { ...run, series: columns, events, artifacts, checkpoints };
    yield separator + JSON.stringify(document, (_, value) => {
      if (Object.is(value, -0)) return rawJSON("-0.0");
      return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
    });
    separator = ",\n";
  }
  yield "]}\n";
}
