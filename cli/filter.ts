/**
 * Which runs, and in which order: `--where key=value` and `--sort KEY`.
 *
 * @module
 */
import { InputError, nearest, unknownName } from "../lab/core/errors.ts";
import type { Json } from "../lab/core/snapshot.ts";
import type { Run, Store } from "../lab/store/store.ts";
import { statusOf } from "../lab/store/run_status.ts";

/** Keys that are no path of the configuration. */
const keys: Record<string, (run: Run) => readonly string[]> = {
  id: (run) => [run.id],
  name: (run) => [run.name],
  experiment: (run) => [run.manifest.determined.experiment],
  seed: (run) => [run.manifest.determined.seed],
  status: (run) => [statusOf(run)],
  backend: (run) => [run.manifest.determined.backend],
  tag: (run) => run.tags,
};

/** Value at a dotted path; a named part (`agent`) answers with its name or id. */
export function configured(run: Run, path: string): Json | undefined {
  let value: Json | undefined = run.manifest.determined.configuration;
  for (const part of path.split(".")) {
    value = value !== null && typeof value === "object" && !Array.isArray(value)
      ? value[part]
      : undefined;
  }
  return value !== null && typeof value === "object" && !Array.isArray(value)
    ? value.name ?? value.id ?? value
    : value;
}

/** Every dotted path of a configuration. */
function pathsOf(value: Json, prefix = ""): string[] {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return [prefix];
  const inner = Object.entries(value).flatMap(([key, each]) =>
    pathsOf(each, prefix === "" ? key : `${prefix}.${key}`)
  );
  return prefix === "" ? inner : [prefix, ...inner];
}

/**
 * The runs that match every condition.
 *
 * @throws {InputError} for a key that no run has.
 */
export function matching(
  runs: readonly Run[],
  where: readonly (readonly [key: string, value: string])[],
): Run[] {
  for (const [key] of where) {
    if (key in keys || runs.length === 0) continue;
    if (runs.some((run) => configured(run, key) !== undefined)) continue;
    const paths = runs.flatMap((run) => pathsOf(run.manifest.determined.configuration));
    throw unknownField(key, new Set([...Object.keys(keys), ...paths]));
  }
  return runs.filter((run) => where.every(([key, value]) => matches(run, key, value)));
}

/** Names the nearest of all paths, and lists only their first parts: there are dozens. */
function unknownField(key: string, known: ReadonlySet<string>): InputError {
  const near = nearest(key, known);
  const hint = near === undefined ? "" : ` (did you mean "${near}"?)`;
  const parts = [...known].filter((path) => !path.includes(".")).join(", ");
  return new InputError(
    `Cannot filter runs as no run has a field "${key}"${hint}: there are ${parts}, and the fields ` +
      `in them, as agent.gamma`,
  );
}

function matches(run: Run, key: string, wanted: string): boolean {
  if (key === "id") return run.id.startsWith(wanted);
  if (key in keys) return keys[key](run).includes(wanted);
  const value = configured(run, key);
  if (value === undefined) return false;
  if (typeof value === "number") return value === Number(wanted);
  return (typeof value === "string" ? value : JSON.stringify(value)) === wanted;
}

/** What runs can be sorted by, beside metrics and paths: greatest first for numbers. */
const orders: Record<string, (run: Run) => number | string> = {
  started: (run) => run.createdAt,
  name: (run) => run.name,
  seed: (run) => -Number(run.manifest.determined.seed),
  status: (run) => statusOf(run),
  time: (run) => run.wallSeconds,
  environment_steps: (run) => run.environmentSteps,
};

/**
 * Runs by a key: text ascending, seeds ascending, other numbers descending; runs without it last.
 *
 * @throws {InputError} for a key that is neither known, nor a metric nor a path of any run.
 */
export function sorted(store: Store, runs: readonly Run[], key: string): Run[] {
  const known = orders[key];
  const values = new Map(runs.map((run) => [
    run,
    known !== undefined ? known(run) : store.lastMetrics(run.id)[key] ?? configured(run, key),
  ]));
  if (runs.length > 0 && [...values.values()].every((value) => value === undefined)) {
    const metrics = runs.flatMap((run) => store.seriesNames(run.id));
    throw unknownName("sort runs", "key", key, new Set([...Object.keys(orders), ...metrics]));
  }
  return [...runs].sort((a, b) => {
    const [x, y] = [values.get(a), values.get(b)];
    if (x === undefined || y === undefined) {
      return Number(x === undefined) - Number(y === undefined);
    }
    if (typeof x === "number" && typeof y === "number") {
      return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || y - x;
    }
    return String(x).localeCompare(String(y));
  });
}
