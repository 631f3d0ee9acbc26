/**
 * A run among those that differ from it in their seed alone.
 *
 * @module
 */
import { groupRuns, isLost } from "../lab/experiment/comparison.ts";
import { directionOf } from "../lab/experiment/metric_direction.ts";
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
  /** Its place among those with a figure, the best one's 1; null where that is not known. */
  readonly place: number | null;
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
  const metric = own.row.headline?.name;
  const rows = new Map(records.map(({ row }) => [row.id, row]));
  const siblings = group.runs.map((run): Sibling => {
    const { id, manifest: { determined: { seed } } } = run;
    const headline = rows.get(id)?.headline ?? null;
    const known = headline !== null && headline.name === metric &&
      typeof headline.value === "number" && !isLost(run);
    return { run: id, seed, value: known ? headline.value as number : null };
  });
  const index = siblings.findIndex(({ run }) => run === id);
  return { siblings, index, place: placeOf(siblings, index, metric) };
}

function placeOf(
  siblings: readonly Sibling[],
  index: number,
  metric: string | undefined,
): number | null {
  const direction = metric === undefined ? null : directionOf(metric);
  const { value } = siblings[index];
  if (direction === null || value === null) return null;
  const better = (other: number) => direction === "up" ? other > value : other < value;
  return 1 + siblings.filter((each) => each.value !== null && better(each.value)).length;
}
