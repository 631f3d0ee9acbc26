/**
 * What of a store the command palette finds by a few words.
 *
 * @module
 */
import { InputError } from "../lab/core/errors.ts";
import type { MetricSource } from "../lab/experiment/run_fields.ts";
import { filtered } from "./filter.ts";
import type { Record } from "./runs_table.ts";

/** Lines of each kind, at most. */
const MOST = 6;

/** Runs, newest first, their experiments and sweeps. */
export interface Lookup {
  readonly runs: readonly { id: string; name: string; seed: string; status: string }[];
  readonly experiments: readonly { name: string; runs: number }[];
  readonly sweeps: readonly string[];
}

/** What is known before the server has said anything. */
export const nothingFound: Lookup = { runs: [], experiments: [], sweeps: [] };

/** What a filter finds; what is half typed finds nothing. */
export function lookedUp(
  source: MetricSource,
  records: readonly Record[],
  text: string,
): Lookup {
  const found = foundBy(source, records, text);
  const counts = new Map<string, number>();
  for (const { row: { experiment } } of found) {
    if (experiment !== "") counts.set(experiment, (counts.get(experiment) ?? 0) + 1);
  }
  const sweepOf = ({ run }: Record) => run?.manifest.sweep?.name ?? [];
  const words = text.toLowerCase().split(/\s+/);
  const isNamed = (name: string) =>
    words.every((word) => `sweep ${name}`.toLowerCase().includes(word));
  const sweeps = new Set([
    ...records.flatMap(sweepOf).filter(isNamed),
    ...found.flatMap(sweepOf),
  ]);
  return {
    runs: found.slice(0, MOST).map(({ row: { id, name, seed, status } }) => ({
      ...{ id, name, seed, status },
    })),
    experiments: [...counts].slice(0, MOST).map(([name, runs]) => ({ name, runs })),
    sweeps: [...sweeps].slice(0, MOST),
  };
}

function foundBy(source: MetricSource, records: readonly Record[], text: string) {
  try {
    return filtered(source, records, text);
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}
