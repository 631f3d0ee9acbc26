/**
 * What a sweep is: a definition with everything filled in, checked against its experiment before
 * anything is stored, and held to what the store has of it.
 *
 * @module
 */
import type { BackendChoice } from "../../compute/backend_choice.ts";
import { encodeCanonicalJson } from "../../core/canonical_json.ts";
import type { Holdings } from "../../core/dataset.ts";
import { FitError, InputError } from "../../core/errors.ts";
import { RETURN } from "../../core/metrics.ts";
import { isRecord } from "../../core/plain.ts";
import { settingText, shellWord } from "../../core/shell.ts";
import type { Json } from "../../core/snapshot.ts";
import { fewestRungs, type PrunerName } from "../../search/pruners.ts";
import { gridOf, learns, type SamplerName, samplers } from "../../search/samplers.ts";
import {
  checkSpace,
  countOf,
  type Field,
  type Point,
  type Range,
  type Space,
  stepOf,
} from "../../search/space.ts";
import { term } from "../conditions.ts";
import { differingPaths, flatten } from "../comparison.ts";
import { type Described, Describer } from "../describe.ts";
import { bestByOn } from "../fit.ts";
import { JUDGING } from "../judging.ts";
import { type Objective, objectiveIn, typedObjective } from "../objective.ts";
import type { Registries } from "../registries.ts";
import { valueAt } from "../resolve.ts";
import { checkSweep, fieldOf, type SweepDefinition } from "./definition.ts";

/** A sweep with everything filled in, as the store has it. */
export interface Sweep {
  readonly experiment: string;
  readonly version: number;
  /** What all trials have in common. */
  readonly configuration: { readonly [key: string]: Json };
  readonly set: readonly (readonly [path: string, value: string])[];
  readonly budget: string | null;
  readonly backend: BackendChoice;
  readonly space: Space;
  readonly sampler: SamplerName;
  readonly pruner: PrunerName;
  readonly trials: number;
  readonly seeds: number;
  readonly seed: number;
  readonly objective: Objective;
  readonly judge: number;
  /** Whether a sampler that learns ranks pruned trials behind those that ended; missing in older ones. */
  readonly prunedLast?: true;
}

const MOST_TUNING_SEEDS = JUDGING - 2;

/** Trials where nothing says how many. */
const TRIALS = 20;

/**
 * Fills in a sweep, and checks that its experiment takes the ends of every range.
 *
 * @param options.examine False: a file's world is not looked at. Default true.
 * @throws {InputError} in a line, before anything is stored.
 */
export async function resolveSweep(
  definition: SweepDefinition,
  registries: Registries,
  options: { readonly examine?: boolean } = {},
): Promise<Sweep> {
  checkSweep(definition);
  const { experiment, budget, seeds = 3, judge = 5, seed = 1, backend = "auto" } = definition;
  const typed = Object.entries(definition.space).map(([path, field]) => fieldOf(path, field));
  checkSpace(typed);
  const set = settingsOf(definition.set ?? {});
  const both = set.find(([path]) => typed.some((field) => field.path === path));
  if (both !== undefined) {
    throw new InputError(`Cannot sweep over ${both[0]} as it must not be set, too: ${both[1]}`);
  }
  whole("seeds", seeds, 1, MOST_TUNING_SEEDS, `from ${JUDGING} on they judge`);
  whole("judge", judge, 0, 1000);
  whole("seed", seed, 0, Number.MAX_SAFE_INTEGER);
  if (definition.trials !== undefined) whole("trials", definition.trials, 1, 100_000);
  using describer = new Describer(registries, options);
  const overrides = { set, budget };
  const described = await describer.describe(experiment, overrides);
  /** Of each field, by its values' JSON, what the experiment reads in their place. */
  const read = new Map<string, Map<string, Json>>();
  for (const field of typed) {
    const { path } = field;
    const describe = (point: Point) =>
      describer.describe(experiment, { ...overrides, set: [...set, ...settingsOf(point)] });
    const conditions = conditionOf(typed, field);
    const own = new Map<string, Json>();
    for (const value of endsOf(field.range)) {
      const fitting = await requireFit({ ...conditions, [path]: value }, typed, field, describe);
      own.set(JSON.stringify(value), readIn(fitting, path, value));
    }
    read.set(path, own);
    await requireBetween(field, (value) => describe({ ...conditions, [path]: value }));
  }
  const space = typed.map((field) => asRead(field, read));
  checkSpace(space);
  const { sampler, trials } = samplerOf(definition, space);
  const pruner = definition.pruner ?? "none";
  const objective = await objectiveOf(definition.objective, described, registries);
  if (pruner !== "none" && !/^(evaluation|validation)\//.test(objective.metric)) {
    throw new InputError(
      `Cannot prune by ${objective.metric} as a pruner looks at evaluations: take a metric ` +
        "evaluation/… or validation/…",
    );
  }
  const moved = space.find(({ path }) => path === "budget" || path === "evaluation.every");
  if (pruner !== "none" && moved !== undefined) {
    throw new InputError(
      `Cannot prune by ${pruner} as trials must be evaluated at the same places: ${moved.path} is tried`,
    );
  }
  if (pruner !== "none" && rungsOf(described) < fewestRungs[pruner]) {
    const { budget, evaluation } = described.configuration as unknown as Evaluated;
    const often = Math.max(1, Math.ceil(budget / 10));
    throw new InputError(
      `Cannot prune by ${pruner} as runs must be evaluated ${
        fewestRungs[pruner]
      } times or more (--set ` +
        `evaluation.every=${often}, in a file set: { "evaluation.every": ${often} }): every ${evaluation.every} of a budget of ${budget}`,
    );
  }
  return {
    experiment,
    version: described.version,
    configuration: described.configuration,
    set,
    budget: budget === undefined ? null : String(budget),
    ...{ backend, space, sampler, pruner, trials, seeds, seed, objective, judge },
    ...(learns(sampler) && pruner !== "none" ? { prunedLast: true } : {}),
  };
}

/**
 * What an experiment makes of a value that is text: `1k` of a budget is 1000, `default` what that is. A
 * value that leaves its field out, or is a part of several fields, stays as it is.
 */
function readIn(described: Described | undefined, path: string, value: Json): Json {
  if (described === undefined || typeof value !== "string") return value;
  const read = valueAt(described.configuration, path);
  return read === undefined || isRecord(read) ? value : read;
}

/** A field whose values, and those of its condition, are what the experiment reads. */
function asRead(field: Field, read: ReadonlyMap<string, ReadonlyMap<string, Json>>): Field {
  const { range, when } = field;
  const values = (path: string, typed: readonly Json[]) =>
    typed.map((value) => read.get(path)?.get(JSON.stringify(value)) ?? value);
  return {
    ...field,
    ...(range.kind === "choice"
      ? { range: { ...range, values: values(field.path, range.values) } }
      : {}),
    ...(when === undefined ? {} : { when: { ...when, in: values(when.path, when.in) } }),
  };
}

/** The settings of a point. */
export function settingsOf(point: Point): (readonly [path: string, value: string])[] {
  return Object.entries(point).map(([path, value]) => [path, settingText(value)] as const);
}

/** The values that stand for a range when it is checked. */
function endsOf(range: Range): readonly Json[] {
  return range.kind === "choice" ? range.values : [range.low, range.high];
}

/** Points that are looked through for one that fits, at most. */
const MOST_LOOKED_THROUGH = 200;

/**
 * Requires of a value that it fits the experiment, or where it does not as it is, some values of the
 * other fields. Where these are too many to be looked through, that shows when trials have it.
 *
 * @param alone The value and what its field's condition asks for.
 * @returns The experiment with it; undefined where too much would have to be looked through.
 * @throws {InputError} for a value that is none of the field's, or fits nowhere.
 */
async function requireFit(
  alone: Point,
  space: Space,
  field: Field,
  describe: (point: Point) => Promise<Described>,
): Promise<Described | undefined> {
  const fits = (point: Point) =>
    describe(point).catch((error) => {
      if (error instanceof FitError) return error;
      throw error;
    });
  const described = await fits(alone);
  if (!(described instanceof FitError)) return described;
  const value: Range = { kind: "choice", values: [alone[field.path]] };
  const fixed = space.map((each) => each === field ? { ...each, range: value } : each);
  const points = fixed.reduce((product, { range }) => product * countOf(range), 1);
  if (points > MOST_LOOKED_THROUGH) return;
  for (const point of gridOf(fixed)) {
    if (!(field.path in point)) continue;
    const other = await fits(point);
    if (!(other instanceof FitError)) return other;
  }
  throw described;
}

/**
 * Requires of a field whose range has any number between its ends that it takes more than whole ones.
 *
 * @throws {InputError} that shows how whole numbers are written.
 */
async function requireBetween(
  { path, range }: Field,
  describe: (value: Json) => Promise<unknown>,
): Promise<void> {
  if (range.kind !== "uniform" && range.kind !== "log") return;
  const { low, high } = range;
  if (!Number.isInteger(low) || !Number.isInteger(high)) return;
  try {
    await describe(low + (high - low) / Math.PI);
  } catch (error) {
    if (error instanceof FitError) return;
    if (!(error instanceof InputError)) throw error;
    const int = range.kind === "log" ? "log-int" : "int";
    throw new InputError(
      `Cannot sweep over ${path} as it takes whole numbers alone (written ${int}:${low}..${high}): ` +
        shownField({ path, range }),
    );
  }
}

/** Values of other fields with which a field is tried. */
function conditionOf(space: Space, { when }: Field): Point {
  if (when === undefined) return {};
  const other = space.find(({ path }) => path === when.path)!;
  return { ...conditionOf(space, other), [when.path]: when.in[0] };
}

/** @throws {InputError} */
function whole(name: string, value: number, least: number, most: number, why?: string): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new InputError(
    `Cannot sweep as ${name} must be a whole number from ${least} to ${most}` +
      `${why === undefined ? "" : ` (${why})`}: ${JSON.stringify(value)}`,
  );
}

/** How many points a space has; infinity where a range has no end of values, or a grid is too large. */
function pointsOf(space: Space): number {
  try {
    return gridOf(space).length;
  } catch (error) {
    if (error instanceof InputError) return Infinity;
    throw error;
  }
}

function samplerOf(
  { name, sampler, trials, seed }: SweepDefinition,
  space: Space,
): { sampler: SamplerName; trials: number } {
  const chosen = sampler ?? (pointsOf(space) <= (trials ?? TRIALS) ? "grid" : "tpe");
  if (chosen === "grid") {
    if (seed !== undefined) {
      throw new InputError(
        `Cannot sweep as ${name} with a seed as a grid draws nothing, and the seeds of its trials are ` +
          `1, 2, …: ${seed}`,
      );
    }
    const all = gridOf(space).length;
    return { sampler: chosen, trials: Math.min(all, trials ?? all) };
  }
  // What it cannot draw from is refused here, before anything is stored.
  samplers[chosen](space, 0);
  return { sampler: chosen, trials: trials ?? TRIALS };
}

async function objectiveOf(
  text: string | undefined,
  { configuration }: Described,
  registries: Registries,
): Promise<Objective> {
  if (text !== undefined) return objectiveIn(text, { action: "sweep" });
  if ("agent" in configuration) return { metric: RETURN, goal: "maximize" };
  const { name } = configuration.model as { name: string };
  const entry = registries.models.find((each) => each.name === name);
  const bestBy = entry &&
    bestByOn(await entry.load(), configuration.dataset as Pick<Holdings, "unpaired">);
  if (bestBy !== undefined) return bestBy;
  throw new InputError(
    `Cannot sweep over ${name} as it must be said what is best: --objective min:METRIC or max:METRIC`,
  );
}

/** Of a resolved configuration, how long it trains and how often it is evaluated. */
export interface Evaluated {
  readonly budget: number;
  readonly evaluation: { readonly every: number };
}

/** Rungs that pruners compare trials at: the multiples of `evaluation.every` in the budget, and its end. */
export function rungsOf({ configuration }: Pick<Sweep, "configuration">): number {
  const { budget, evaluation } = configuration as unknown as Evaluated;
  return Math.max(1, Math.ceil(budget / evaluation.every));
}

/**
 * Requires that a sweep is the one that the store has under its name, but for more trials where they
 * are asked for.
 *
 * @throws {InputError} that names the first field that differs.
 */
export function requireSame(
  name: string,
  before: Sweep,
  now: Sweep,
  { extend = false }: { readonly extend?: boolean } = {},
): void {
  const differs = (a: unknown, b: unknown) =>
    encodeCanonicalJson((a ?? null) as Json) !== encodeCanonicalJson((b ?? null) as Json);
  const shown = (value: unknown) => settingText((value ?? null) as Json);
  const changed = (field: string, a: unknown, b: unknown) =>
    new InputError(
      `Cannot go on with the sweep ${name} as ${field} must be what it was, ` +
        `${shown(a)}: ${shown(b)} (another --name begins another sweep)`,
    );
  if (before.experiment !== now.experiment) {
    throw changed("its experiment", before.experiment, now.experiment);
  }
  const paths = new Set([...before.space, ...now.space].map(({ path }) => path));
  for (const path of paths) {
    const [a, b] = [before, now].map(({ space }) => space.find((field) => field.path === path));
    if (differs(a, b)) throw changed(path, shownField(a), shownField(b));
  }
  const settings = [before, now].map(({ configuration }) => flatten(configuration));
  const [path] = differingPaths(settings);
  if (path !== undefined) throw changed(path, settings[0][path], settings[1][path]);
  const [earlier, later] = [before, now].map(({ objective }) => typedObjective(objective));
  if (earlier !== later) throw changed("its objective", earlier, later);
  for (const key of Object.keys(now) as (keyof Sweep)[]) {
    // The configuration, compared above, has what these set, however they are written.
    if (["trials", "set", "budget"].includes(key) || !differs(before[key], now[key])) continue;
    throw changed(`its ${key}`, before[key], now[key]);
  }
  if (now.trials === before.trials || (extend && now.trials > before.trials)) return;
  throw new InputError(
    `Cannot go on with the sweep ${name} as it has ${before.trials} trials, ` +
      `${extend ? "and" : "and without --extend"} must keep them: ${now.trials}`,
  );
}

/** `--where` for the runs of a sweep, as it is typed. */
export function whereSweep(name: string): string {
  return `--where ${shellWord(term("sweep", name))}`;
}

/** A field as `--sweep` takes it. */
export function shownField(field: Field | undefined): string {
  if (field === undefined) return "not tried";
  const { range, when } = field;
  const words = { "uniform": "", "log": "log:", "integer": "int:", "log-integer": "log-int:" };
  const text = range.kind === "choice"
    ? range.values.map(settingText).join(",")
    : `${words[range.kind]}${range.low}..${range.high}` +
      (stepOf(range) === 1 ? "" : `/${stepOf(range)}`);
  return when === undefined
    ? text
    : `${text} where ${when.path} is ${when.in.map(settingText).join(" or ")}`;
}
