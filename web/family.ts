/**
 * A run among those that differ from it in their seed alone.
 *
 * @module
 */
import { groupRuns, isLost } from "../lab/experiment/comparison.ts";
import { directionOf } from "../lab/experiment/metric_direction.ts";
import { counting } from "./comparison.ts";
import type { Record } from "./runs_table.ts";

/** One of them. */
export interface Sibling {
  readonly run: string;
  readonly seed: string;
  /** The figure that they are judged by; null where it has none. */
  readonly value: number | null;
}

/** A run's siblings, itself among them, by ascending seed. */
export interface Family {
  readonly siblings: readonly Sibling[];
  /** Its index among them. */
  readonly index: number;
  /** Its place among those that count and have a figure, the best one's 1; null where that is not known. */
  readonly place: number | null;
  /** How many these are. */
  readonly judged: number;
  /** What their figures are held against; left out where that is not known. */
  readonly mark?: number;
}

/** The family of a run; undefined where it is alone. */
export function familyOf(records: readonly Record[], id: string): Family | undefined {
  const own = records.find(({ row }) => row.id === id);
  if (own?.run === undefined) return undefined;
  const { experiment } = own.run.manifest.determined;
  const runs = records.flatMap(({ run }) =>
    run?.manifest.determined.experiment === experiment ? [run] : []
  );
  const group = groupRuns(runs).find((each) => each.runs.some((run) => run.id === id))!;
  if (group.runs.length < 2) return undefined;
  const rows = new Map(records.map(({ row }) => [row.id, row]));
  // One that was lost may have come to no evaluation: it stands among the figures of those that were not.
  const judged = isLost(own.run) ? group.runs.find((run) => !isLost(run)) ?? own.run : own.run;
  const { name: metric, mark } = rows.get(judged.id)?.headline ?? {};
  const siblings = group.runs.map((run): Sibling => {
    const { id, manifest: { determined: { seed } } } = run;
    const { headline = null, verdict = null } = rows.get(id) ?? {};
    const known = headline !== null && headline.name === metric &&
      typeof headline.value === "number" && !isLost(run) && verdict !== "diverged";
    return { run: id, seed, value: known ? headline.value as number : null };
  });
  const index = siblings.findIndex(({ run }) => run === id);
  // As in comparisons: of one seed the newest run alone.
  const counted = new Set(counting(group.runs).map((run) => run.id));
  const values = siblings.flatMap(({ run, value }) =>
    counted.has(run) && value !== null ? [value] : []
  );
  const place = counted.has(id) ? placeOf(siblings[index].value, values, metric) : null;
  const beside = mark === undefined ? {} : { mark };
  return { siblings, index, place, judged: values.length, ...beside };
}

function placeOf(
  value: number | null,
  values: readonly number[],
  metric: string | undefined,
): number | null {
  const direction = metric === undefined ? null : directionOf(metric);
  if (direction === null || value === null) return null;
  return 1 + values.filter((other) => direction === "up" ? other > value : other < value).length;
}
