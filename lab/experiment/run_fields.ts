/**
 * What of a run can be compared and sorted by: its own fields, metrics, paths of its configuration.
 *
 * @module
 */
import { DamageError, didYouMean, InputError, unknownName, unlessDamaged } from "../core/errors.ts";
import { isRecord } from "../core/plain.ts";
import type { Json } from "../core/snapshot.ts";
import { statuses, statusOf } from "../store/run_status.ts";
import type { Run, Store } from "../store/store.ts";
import { headlineMetric, seedNumber } from "./comparison.ts";
import { type Condition, meets, type Reading, type Value, type Zone } from "./conditions.ts";
import { FIGURE, metricLabel } from "./metric_label.ts";
import { figureReader, figuresOf } from "./score.ts";

/** The status of a run whose record or series are not as they were written, however it ended. */
export const DAMAGED = "damaged";

/** Where last values of metrics are read: a store, or what a page keeps of it. */
export type MetricSource = Pick<Store, "lastMetrics" | "lastValues" | "seriesNames">;

/** Fields of a run that are no metric and no path of its configuration. */
const columns: Readonly<Record<string, (run: Run) => Value>> = {
  id: (run) => run.id,
  name: (run) => run.name,
  experiment: (run) => run.manifest.determined.experiment,
  seed: seedNumber,
  status: statusOf,
  backend: (run) => run.manifest.determined.backend,
  tag: (run) => run.tags,
  note: (run) => run.note,
  started: (run) => run.createdAt,
  ended: (run) => run.endedAt ?? undefined,
  time: (run) => run.wallSeconds,
  environment_steps: (run) => run.environmentSteps,
  gradient_steps: (run) => run.gradientSteps,
  examples: (run) => run.examples,
  iterations: (run) => run.iterations,
  sweep: (run) => run.manifest.sweep?.name,
  trial: (run) => run.manifest.sweep?.trial,
};

/** Those that are not compared as they are. */
const readings: Readonly<Record<string, Reading>> = { id: "id", started: "time", ended: "time" };

/** Whether a key names a moment, in milliseconds since 1970. */
export function isMoment(key: string): boolean {
  return readings[key] === "time";
}

/** What a run's configuration may name, of which a run of agents has others than one of models. */
export const partNames: readonly string[] = ["agent", "environment", "model", "dataset"];

/** Every key that is always there, for help and messages. */
export const columnNames: readonly string[] = Object.keys(columns);

/** Whether a key names a metric or a path of the configuration rather than a field of any run. */
export function isOwnKey(key: string): boolean {
  return !Object.hasOwn(columns, key) && key !== FIGURE;
}

/**
 * Value at a dotted path of the configuration; a named part (`agent`) is its name or id. Keys of a
 * user's own configuration may have dots themselves.
 */
export function configured(run: Run, path: string): Json | undefined {
  const value = valueAt(run.manifest.determined.configuration, path);
  return isRecord(value) ? value.name ?? value.id ?? value : value;
}

/** What stands at a dotted path; of several readings that of the shortest first key. */
function valueAt(value: Json, path: string): Json | undefined {
  if (!isRecord(value)) return undefined;
  for (let dot = path.indexOf("."); dot >= 0; dot = path.indexOf(".", dot + 1)) {
    const key = path.slice(0, dot);
    const inner = Object.hasOwn(value, key) ? valueAt(value[key], path.slice(dot + 1)) : undefined;
    if (inner !== undefined) return inner;
  }
  return Object.hasOwn(value, path) ? value[path] : undefined;
}

/** A configured value as one that can be compared: lists and groups as their JSON. */
function comparable(value: Json | undefined): Value {
  return value === null || typeof value === "object" ? JSON.stringify(value) : value;
}

/** Every dotted path of a configuration. */
export function pathsOf(value: Json, prefix = ""): string[] {
  if (!isRecord(value)) return [prefix];
  const inner = Object.entries(value).flatMap(([key, each]) =>
    pathsOf(each, prefix === "" ? key : `${prefix}.${key}`)
  );
  return prefix === "" ? inner : [prefix, ...inner];
}

/**
 * How a key is read off a run: a field, a metric's figure (for all runs in one pass), the
 * headline `figure`, or a path of the configuration.
 *
 * @param action What cannot be done where there is no such key.
 * @throws {InputError} for a key that no run has; it names the nearest ones.
 */
export function readerOf(
  store: MetricSource,
  runs: readonly Run[],
  key: string,
  action: string,
): (run: Run) => Value {
  if (Object.hasOwn(columns, key)) return columns[key];
  if (key === FIGURE) {
    return (run) => {
      const metrics = unlessDamaged(() => figuresOf(store, run));
      return metrics instanceof DamageError
        ? undefined
        : metrics[headlineMetric(Object.keys(metrics)) ?? ""];
    };
  }
  if (runs.some((run) => configured(run, key) !== undefined)) {
    return (run) => comparable(configured(run, key));
  }
  const figure = figureReader(store, key);
  if (figure !== undefined) return figure;
  if (runs.length === 0 || partNames.includes(key)) return () => undefined;
  const configurations = runs.map((run) => run.manifest.determined.configuration);
  const paths = new Set(configurations.flatMap((configuration) => pathsOf(configuration)));
  const series = store.seriesNames();
  // As tables call it where there is little room.
  const [shown = key] = series.filter((name) => metricLabel(name) === key);
  const known = [...columnNames, FIGURE, ...paths, ...series];
  throw new InputError(
    `Cannot ${action} as no run has a field "${key}"${didYouMean(shown, known)}: \`runs --help\` ` +
      "shows all, `runs --json` their metrics and configurations",
  );
}

/**
 * The runs that meet every condition; the order stays.
 *
 * @param zone Whose clock dates are of; default `local`.
 * @throws {InputError} for a key that no run has, a status that there is not, or a value that the
 * field cannot be compared with.
 */
export function matching(
  store: MetricSource,
  runs: readonly Run[],
  where: readonly Condition[],
  zone?: Zone,
): Run[] {
  return where.reduce<Run[]>((left, condition) => {
    const { key, wanted } = condition;
    const isStatus = key === "status";
    if (isStatus && ![...statuses, DAMAGED].includes(wanted)) {
      throw unknownName("filter runs", "status", wanted, [...statuses, DAMAGED]);
    }
    const read = isStatus && wanted === DAMAGED
      ? (run: Run) => isDamaged(store, run) ? DAMAGED : statusOf(run)
      : readerOf(store, runs, key, "filter runs");
    return left.filter((run) => meets(read(run), condition, readings[key], zone));
  }, [...runs]);
}

function isDamaged(store: MetricSource, { id }: Run): boolean {
  return unlessDamaged(() => store.lastMetrics(id)) instanceof DamageError;
}
