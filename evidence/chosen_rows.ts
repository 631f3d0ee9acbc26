/** The rows that a person asks for. @module */
import { InputError } from "../lab/core/errors.ts";
import type { EvidenceRow } from "./row.ts";

/** Rows by exact name, else by part of the name or page; all without filters. */
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
    throw new InputError(`Cannot measure ${filter} as no row of evidence/rows.ts has it`);
  });
  return [...new Set(chosen)];
}
