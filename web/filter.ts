/**
 * The filter of runs, as people type it on the pages: conditions as of the command line's `--where`, but
 * with dates of UTC, as pages show them; and words.
 *
 * @module
 */
import { InputError } from "../lab/core/errors.ts";
import { queryIn } from "../lab/experiment/conditions.ts";
import { DAMAGED, matching, type MetricSource } from "../lab/experiment/run_fields.ts";
import type { Run } from "../lab/store/store.ts";
import type { RunFacts } from "./summary.ts";
import { ARCHIVED } from "./tags.ts";

/** A run with what it is called; one whose record is damaged has none. */
export interface Listed {
  readonly row: RunFacts;
  readonly run: Run | undefined;
}

/**
 * The runs that meet every condition and in whose text every word stands; the order stays. Of a
 * damaged run its status and its words are known.
 *
 * @throws {InputError} for a condition on what no run has, with the nearest names.
 */
export function filtered<Each extends Listed>(
  source: MetricSource,
  all: readonly Each[],
  text: string,
): Each[] {
  const { conditions, words } = queryIn(text);
  const wanted = words.map((word) => word.toLowerCase());
  let left = wanted.length === 0 ? [...all] : all.filter(({ row }) => {
    const { id, name, experiment, method, world, status, backend, tags } = row;
    const own = [id, name, experiment, method, world, status, backend, ...tags].join(" ")
      .toLowerCase();
    return wanted.every((word) => own.includes(word));
  });
  const sound = all.flatMap(({ run }) => run ?? []);
  for (const condition of conditions) {
    const { key, operator, wanted } = condition;
    if (key === "status" && wanted === DAMAGED) {
      if (operator !== "=" && operator !== "!=") {
        throw new InputError("Cannot filter runs as a status has no order: = and != compare it");
      }
      left = left.filter(({ row }) => (row.status === DAMAGED) === (operator === "="));
    } else {
      const met = new Set(matching(source, sound, [condition], "UTC").map(({ id }) => id));
      left = left.filter(({ row }) => met.has(row.id));
    }
  }
  return left;
}

/** What a filter found without the archived runs, unless it names their tag. */
export function unlessArchived<Each extends Listed>(found: readonly Each[], text: string): Each[] {
  const all = text.includes(ARCHIVED);
  return found.filter(({ row }) => all || !row.tags.includes(ARCHIVED));
}
