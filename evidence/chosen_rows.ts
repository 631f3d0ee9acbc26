/** The rows that a person asks for. @module */
import { unknownName } from "../lab/core/errors.ts";
import type { EvidenceRow } from "./row.ts";

/** What shows all rows. */
const LIST = "deno task docs:results --list";

/**
 * Rows by exact name, else by part of the name or page; all without filters.
 *
 * @throws InputError where no row has a filter, with the nearest names.
 */
export function chosenRows(
  filters: readonly string[],
  rows: readonly EvidenceRow[],
): readonly EvidenceRow[] {
  if (filters.length === 0) return rows;
  const chosen = filters.flatMap((filter) => {
    const named = rows.filter(({ experiment }) => experiment === filter);
    if (named.length > 0) return named;
    const found = rows.filter(({ experiment, page }) =>
      experiment.includes(filter) || page.includes(filter)
    );
    if (found.length > 0) return found;
    const known = rows.map(({ experiment }) => experiment);
    throw unknownName("measure", "row of evidence/rows.ts with", filter, known, LIST);
  });
  return [...new Set(chosen)];
}
