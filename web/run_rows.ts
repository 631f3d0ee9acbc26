/**
 * The rows of the table of runs: which a filter finds, and their order.
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

/** Every word of `filter` stands in the row's text; `seed=1` and the like must hold exactly. */
export function matches(row: RunSummary, filter: string): boolean {
  const words = filter.toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return true;
  const { id, name, experiment, method, world, seed, status, backend, tags } = row;
  const text = [id, name, experiment, method, world, status, backend, ...tags].join(" ")
    .toLowerCase();
  const fields = [
    ...Object.entries({ id, name, experiment, seed, status, backend }),
    ...["agent", "model"].map((key) => [key, method]),
    ...["environment", "dataset"].map((key) => [key, world]),
    ...tags.map((tag) => ["tag", tag]),
  ].map(([key, value]) => `${key}=${value}`.toLowerCase());
  return words.every((word) => word.includes("=") ? fields.includes(word) : text.includes(word));
}
