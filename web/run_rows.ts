/**
 * The order of rows in the table of runs.
 *
 * @module
 */
import type { RunSummary } from "./summary.ts";

/** What rows may be sorted by. */
export type RowKey = "name" | "seed" | "status" | "headline" | "wallSeconds" | "createdAt";

/** What a row is sorted by; null comes last in either direction. */
function rank(row: RunSummary, key: RowKey): number | string | null {
  if (key === "headline") {
    return typeof row.headline?.value === "number" ? row.headline.value : null;
  }
  return key === "seed" ? Number(row.seed) : row[key];
}

/** Rows by what they are sorted by, equal ones the newest first; the given ones stay as they are. */
export function sortedRows(
  rows: readonly RunSummary[],
  key: RowKey,
  descending: boolean,
): RunSummary[] {
  const sign = descending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [x, y] = [rank(a, key), rank(b, key)];
    if (x === null || y === null) return x === y ? b.createdAt - a.createdAt : x === null ? 1 : -1;
    return sign * (x < y ? -1 : x > y ? 1 : 0) || b.createdAt - a.createdAt;
  });
}
