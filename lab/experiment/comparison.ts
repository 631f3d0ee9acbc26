/**
 * Runs side by side: groups of runs that differ in their seed alone, and what their evaluations
 * say. The seed is the unit, never the episode.
 *
 * @module
 */
import { encodeCanonicalJson } from "../core/canonical_json.ts";
import type { Json } from "../core/snapshot.ts";
import type { Run, Series, Store } from "../store/store.ts";

/** Runs of one experiment with equal configuration, version and backend, by ascending seed. */
export interface RunGroup {
  /** Experiment's name; where several groups share it, the settings in which they differ are appended. */
  readonly label: string;
  readonly experiment: string;
  readonly configuration: { readonly [key: string]: Json };
  readonly backend: string;
  readonly runs: readonly Run[];
}

/** Groups runs by everything that determines them but the seed. */
export function groupRuns(runs: readonly Run[]): RunGroup[] {
  const groups = new Map<string, Run[]>();
  for (const run of runs) {
    const { seed: _, ...rest } = run.manifest.determined;
    const key = encodeCanonicalJson(rest as unknown as Json);
    groups.set(key, [...groups.get(key) ?? [], run]);
  }
  const made = [...groups.values()].map((members) => {
    const { experiment, configuration, backend } = members[0].manifest.determined;
    const bySeed = members.sort((a, b) => Number(BigInt(seedOf(a)) - BigInt(seedOf(b))));
    return { label: experiment, experiment, configuration, backend, runs: bySeed };
  });
  return made.map((group) => ({ ...group, label: labelOf(group, made) }));
}

function seedOf(run: Run): string {
  return run.manifest.determined.seed;
}

/** The experiment, and the settings in which the group differs from its namesakes. */
function labelOf(group: RunGroup, all: readonly RunGroup[]): string {
  const namesakes = all.filter((other) => other.experiment === group.experiment);
  if (namesakes.length === 1) return group.experiment;
  const own = flatten(group.configuration);
  const others = namesakes.map((other) => flatten(other.configuration));
  const differing = Object.keys(own).filter((path) =>
    others.some((other) => other[path] !== own[path])
  );
  const settings = differing.map((path) => `${path}=${own[path]}`);
  if (namesakes.some((other) => other.backend !== group.backend)) settings.push(group.backend);
  return `${group.experiment} (${settings.join(", ")})`;
}

/** A configuration as dotted paths and values as text. */
export function flatten(
  configuration: { readonly [key: string]: Json },
  prefix = "",
): Record<string, string> {
  return Object.assign(
    {},
    ...Object.entries(configuration).map(([key, value]) =>
      value !== null && typeof value === "object" && !Array.isArray(value)
        ? flatten(value, `${prefix}${key}.`)
        : { [`${prefix}${key}`]: typeof value === "string" ? value : JSON.stringify(value) }
    ),
  );
}

/** When a series first reached a threshold. */
interface Reached {
  readonly environmentSteps: number;
  readonly wallSeconds: number;
}

/** The first point of `series` with a value of at least `threshold`; undefined: never. */
export function firstAtLeast(series: Series, threshold: number): Reached | undefined {
  const index = series.values.findIndex((value) => value >= threshold);
  if (index < 0) return undefined;
  return {
    environmentSteps: series.environmentSteps[index],
    wallSeconds: series.wallSeconds[index],
  };
}

/** Figures that a run may be judged by, in the order of interest. */
const headlines = [
  "evaluation/return_mean",
  "evaluation/accuracy",
  "evaluation/negative_elbo",
  "evaluation/modes",
  "evaluation/reconstruction",
  "rollout/episode_return_mean",
  "losses/elbo",
  "losses/reconstruction",
  "losses/critic",
  "losses/loss",
];

/** The series among `names` that a run is judged by; undefined where there is none. */
export function headlineMetric(names: Iterable<string>): string | undefined {
  const known = [...names];
  return headlines.find((metric) => known.includes(metric)) ??
    known.find((name) => name.startsWith("evaluation/")) ??
    known.find((name) => name.startsWith("losses/"));
}

/** Of several runs with one seed the newest; the order stays. */
export function newestOfEachSeed(runs: readonly Run[]): Run[] {
  const newest = new Map<string, Run>();
  for (const run of runs) {
    const known = newest.get(seedOf(run));
    if (known === undefined || run.id > known.id) newest.set(seedOf(run), run);
  }
  return runs.filter((run) => newest.get(seedOf(run)) === run);
}

/** Last value of `metric` of each run in the group, by ascending seed; NaN where there is none. */
export function lastValues(store: Store, group: RunGroup, metric: string): number[] {
  return group.runs.map((run) => store.lastMetrics(run.id)[metric] ?? NaN);
}
