/**
 * Definition + overrides → resolved configuration: every field with its value, checked by the
 * schema of the part that it belongs to. The configuration is plain JSON and decides, with seed
 * and backend, what a run computes.
 *
 * @module
 */
import * as z from "zod";
import type { AgentDefinition, ModelDefinition } from "../compute/definitions.ts";
import { environmentOf } from "../core/define_environment.ts";
import { isRecord, show } from "../core/plain.ts";
import type { Environment, EnvironmentDefinition } from "../core/environment.ts";
import { unknownEnvironment } from "../core/environment_ids.ts";
import { checkNames, InputError, unknownName } from "../core/errors.ts";
import type { Json } from "../core/snapshot.ts";
import type { BudgetUnit } from "../core/trainer.ts";
import { commonSchema } from "./common_schema.ts";
import { totalOf } from "./budget.ts";
import type { AgentExperiment, ExperimentDefinition, Options } from "./definition.ts";
import { type Field, type FieldDescription, fieldsOf, requirementOf } from "./fields.ts";
import { pictureNote, requireBody, requireDataFit, requireFit } from "./fit.ts";
import { excessIn } from "./memory.ts";
import { directionOf } from "./metric_direction.ts";
import { hintFor } from "./other_names.ts";
import { isOwnEnvironment, namedPart, ownPartsOf } from "./own.ts";
import type { Registries } from "./registries.ts";
import { parsedSettings } from "./settings.ts";
import type { StopRule } from "./stop_rule.ts";

/** A definition with every field filled in and checked. */
export interface Resolved {
  readonly definition: ExperimentDefinition;
  /**
   * `budget`, `evaluation`, `checkpoint`, `stop`, and `environment` + `agent` or `dataset` +
   * `model`; `body` and `callbacks` where the definition has them. What stands as code in the
   * definition's module is marked `own: true`.
   */
  readonly configuration: { readonly [key: string]: Json };
  readonly unit: BudgetUnit;
  readonly fields: readonly FieldDescription[];
  /** What was dropped because an override chose another agent, model, world or data set. */
  readonly notes: readonly string[];
}

/** What the command line changes. */
export interface Overrides {
  /** Dotted path and value as text; later ones win. */
  readonly set?: readonly (readonly [path: string, value: string])[];
  /** Total budget: in the trainer's unit, or as text with its own (`100k-steps`). */
  readonly budget?: number | string;
}

/** What stands behind one part of a configuration (`agent`, `environment`, …). */
interface Part {
  readonly path: string;
  readonly selector: "id" | "name";
  readonly chosen: string;
  readonly schema: z.ZodType;
  readonly given: { [name: string]: Json };
  readonly own: boolean;
}

/**
 * Checks a definition, applies the overrides and fills in every default.
 *
 * Throws an `InputError` of one line that names path, value and allowed range, or the nearest known
 * paths; and for an agent or model that cannot learn from the world or data set, those that can. Throws
 * a `FitError` where the agent's fields and the budget do not fit each other.
 */
export async function resolve(
  definition: ExperimentDefinition,
  registries: Registries,
  overrides: Overrides = {},
): Promise<Resolved> {
  checkKeys(definition);
  const sets = new Map(overrides.set ?? []);
  const notes: string[] = [];
  const choose = (
    path: string,
    selector: "id" | "name",
    options: unknown,
  ) => chosenName(definition, sets, path, selector, options);

  const own = ownPartsOf(definition);
  let parts: Part[];
  let trainer: AgentDefinition | ModelDefinition;
  if ("agent" in definition) {
    const options = namedPart(definition.agent);
    const id = choose("environment", "id", definition.environment);
    const agent = choose("agent", "name", options);
    const isOwnWorld = own.environment?.id === id;
    trainer = await ownOr(own.agent, agent, registries.agents, "agent", definition.name);
    const schema = isOwnWorld
      ? z.strictObject({})
      : environmentEntry(registries, id, definition.name).configuration;
    const given = own.environment === undefined
      ? definition.environment as Options
      : { id: own.environment.id };
    parts = [
      partOf("environment", "id", id, schema, given, notes, isOwnWorld),
      partOf("agent", "name", agent, trainer.configuration, options, notes, trainer === own.agent),
    ];
  } else {
    const data = namedPart(definition.dataset);
    const options = namedPart(definition.model);
    const dataset = choose("dataset", "name", data);
    const model = choose("model", "name", options);
    const source = await ownOr(
      own.dataset,
      dataset,
      registries.datasets,
      "data set",
      definition.name,
    );
    trainer = await ownOr(own.model, model, registries.models, "model", definition.name);
    await requireDataFit(trainer, source, registries);
    parts = [
      partOf("dataset", "name", dataset, source.configuration, data, notes, source === own.dataset),
      partOf("model", "name", model, trainer.configuration, options, notes, trainer === own.model),
    ];
  }

  const unit = trainer.budgetUnit;
  if (overrides.budget !== undefined && sets.has("budget")) {
    throw new InputError(`Cannot set budget as --budget says it, too: ${sets.get("budget")}`);
  }
  const typed = overrides.budget ?? sets.get("budget");
  sets.delete("budget");
  const schemaOf = (budget: number) => commonSchema("agent" in definition, budget, unit);
  for (const { path, schema } of parts) {
    if (typeof (schema as Partial<z.ZodType> | undefined)?.safeParse === "function") continue;
    throw new InputError(
      `Cannot use "${definition.name}" as the configuration of its ${path} must be a schema of zod, ` +
        `as z.strictObject({ … }): ${shown(schema)}`,
    );
  }
  const partFields = parts.flatMap((part) => [
    selectorField(part),
    ...fieldsOf(part.schema, part.path),
  ]);
  const known = [...partFields, ...fieldsOf(schemaOf(definition.budget), "")];
  const isNamed = registries.experiments.some(({ name }) => name === definition.name);
  const reference = isNamed ? definition.name : "FILE.ts";
  const lack = `"${definition.name}" has no such field`;
  const changes = parsedSettings(sets, known, { owner: reference, lack });
  const configuration: { [key: string]: Json } = {};
  for (const { path, selector, chosen, schema, given, own } of parts) {
    const values = check(definition.name, schema, path, given, changes, known);
    configuration[path] = { [selector]: chosen, ...(own ? { own: true } : {}), ...values };
  }
  if (typed !== undefined) {
    const { total, note } = totalOf(String(typed), trainer, configuration);
    changes.set("budget", total);
    if (note !== undefined) notes.push(note);
  }
  const budget = (changes.get("budget") ?? definition.budget) as number;
  const common = schemaOf(budget);
  const { evaluation, checkpoint, stop } = definition;
  const commonGiven = plain({ budget, evaluation, checkpoint, stop });
  const fields = [...partFields, ...fieldsOf(common, "")];
  Object.assign(configuration, check(definition.name, common, "", commonGiven, changes, fields));
  requireStop(definition.name, configuration.stop as StopRule | null);
  if (own.callbacks !== undefined) configuration.callbacks = { own: true };
  const part = "agent" in definition ? "agent" : "model";
  requireSinglePrecision(definition.name, part, configuration, changes);
  if ("agent" in definition) {
    const environment = worldOf(definition, configuration, registries);
    try {
      await requireFit(trainer as AgentDefinition, environment, registries);
    } finally {
      environment.close?.();
    }
    requireMemory(definition.name, "agent", configuration, changes, environment);
    const { name: _, own: __, ...fields } = configuration.agent as { [field: string]: Json };
    (trainer as AgentDefinition).requires?.(fields, budget);
    const { convolutions } = configuration.agent as { convolutions?: Json };
    const note = own.body === undefined && pictureNote(environment.observationSpace, convolutions);
    if (note) notes.push(note);
    if (own.body !== undefined) {
      await requireBody(trainer as AgentDefinition, definition.name, registries);
      configuration.body = { name: own.body.name, own: true };
    }
  } else requireMemory(definition.name, "model", configuration, changes);
  return {
    definition,
    configuration,
    unit,
    fields: fields.filter((field) => !field.group).map(({ group: _, choices: __, ...field }) => ({
      ...field,
      value: valueAt(configuration, field.path) ?? null,
    })),
    notes,
  };
}

/**
 * A rule ends a run where its metric has become as good as is asked, so that the bound is to fit the way in
 * which it is better: the other one would end the run at its first evaluation.
 *
 * @throws InputError for a rule without a bound, with both, or with the one that does not fit.
 */
function requireStop(experiment: string, stop: StopRule | null): void {
  if (stop === null) return;
  const [bound, ...more] = (["atLeast", "atMost"] as const).filter((each) =>
    stop[each] !== undefined
  );
  if (bound === undefined || more.length > 0) {
    throw new InputError(
      `Cannot use "${experiment}" with this stop as it must have one of stop.atLeast and stop.atMost: ` +
        (bound === undefined ? "neither" : "both (take the other back with =default)"),
    );
  }
  const direction = directionOf(stop.metric);
  const [better, fitting] = direction === "down" ? ["lower", "atMost"] : ["higher", "atLeast"];
  if (direction === null || bound === fitting) return;
  const given = `stop.${bound}=${stop[bound]}`;
  throw new InputError(
    `Cannot use "${experiment}" with ${given} as ${stop.metric} is better the ${better}: ` +
      `set stop.${fitting}`,
  );
}

/** The world of a configuration: a registered one, or the definition's own. */
function worldOf(
  { name, environment }: AgentExperiment,
  configuration: { readonly [key: string]: Json },
  registries: Registries,
): Environment {
  const { id, own, ...options } = configuration.environment as { id: string; own?: boolean };
  return own && isOwnEnvironment(environment)
    ? environmentOf(environment)
    : environmentEntry(registries, id, name).make(options);
}

/** A registered environment; an `InputError` names the nearest known ids. */
export function environmentEntry(registries: Registries, id: string, experiment: string) {
  const entry = registries.environments.find((entry) => entry.id === id);
  if (entry !== undefined) return entry;
  const known = registries.environments.map((entry) => entry.id);
  throw unknownEnvironment(`use "${experiment}"`, id, known);
}

/** Loads a registered agent, model or data set; an `InputError` names the nearest known names. */
export function loadEntry<T>(
  entries: readonly { readonly name: string; load(): Promise<T> }[],
  kind: string,
  name: string,
  experiment: string,
): Promise<T> {
  const entry = entries.find((entry) => entry.name === name);
  if (entry !== undefined) return entry.load();
  const known = entries.map((entry) => entry.name);
  throw unknownName(`use "${experiment}"`, kind, name, known, `list ${kind.replace(" ", "")}s`);
}

/**
 * The definition's own part where it is chosen, else a registered one.
 *
 * @throws InputError where the own part has the name of a registered one, which nothing could tell
 *   apart, and where no part has the name.
 */
function ownOr<T extends { readonly name: string }>(
  own: T | undefined,
  name: string,
  entries: readonly { readonly name: string; load(): Promise<T> }[],
  kind: string,
  experiment: string,
): T | Promise<T> {
  if (own?.name !== name) return loadEntry(entries, kind, name, experiment);
  if (entries.every((entry) => entry.name !== name)) return own;
  throw new InputError(
    `Cannot use "${experiment}" as its own ${kind} needs a name that the lab's do not have: ${name}`,
  );
}

/**
 * Checks a part of a stored configuration again (`{ name, …fields }`) and returns its typed fields.
 */
export function checkStored<T>(schema: z.ZodType<T>, path: string, stored: Json, name: string): T {
  const { id: _, name: __, own: ___, ...given } = stored as Record<string, Json>;
  return check(name, schema, path, given, new Map(), fieldsOf(schema, path)) as T;
}

const allKeys = [
  ..."name version summary expectedSeconds budget seeds tunedOn evaluation checkpoint stop".split(
    " ",
  ),
  ..."environment agent body dataset model callbacks".split(" "),
];

function checkKeys(definition: ExperimentDefinition): void {
  if (!isRecord(definition)) {
    throw new InputError(
      `Cannot use the definition as it must be what defineExperiment takes: ${shown(definition)}`,
    );
  }
  const { name } = definition as { name?: unknown };
  if (typeof name !== "string" || name === "") {
    throw new InputError(`Cannot use the definition as it must have a name: ${shown(name)}`);
  }
  checkNames(`use "${name}"`, "field", definition, allKeys);
  for (
    const [key, least, most, requirement] of [
      ["version", 1, Infinity, "integer, ≥ 1"],
      ["seeds", 1, Infinity, "how many, integer, ≥ 1 (--seed N says the first one)"],
      ["tunedOn", 0, 99, "integer, 0 … 99"],
    ] as const
  ) {
    const value: unknown = definition[key];
    const isCount = Number.isInteger(value) && value as number >= least && value as number <= most;
    if (value !== undefined && !isCount) {
      throw misfit(name, key, `it must be ${requirement}`, value);
    }
  }
  const has = (key: string) => {
    const value: unknown = (definition as unknown as Record<string, unknown>)[key];
    return value !== undefined && value !== null && typeof value === "object";
  };
  for (const key of ["body", "callbacks"] as const) {
    const { [key]: value } = definition as unknown as Record<string, unknown>;
    if (value === undefined || has(key)) continue;
    const helper = key === "body" ? "defineBody" : "defineCallbacks";
    throw misfit(name, key, `it must be made by ${helper}`, value);
  }
  for (const key of ["environment", "agent", "dataset", "model"] as const) {
    const { [key]: value } = definition as unknown as Record<string, unknown>;
    if (value === undefined || has(key)) continue;
    const chosen = typeof value === "string" ? JSON.stringify(value) : "…";
    const selector = key === "environment" ? "id" : "name";
    throw misfit(name, key, `it must be { ${selector}: ${chosen} }`, value);
  }
  const { environment } = definition as { readonly environment?: Partial<EnvironmentDefinition> };
  if (typeof environment?.step === "function" && typeof environment.observe !== "function") {
    throw new InputError(
      `Cannot use "${name}" with this environment as each worker makes its own: ` +
        `register({ id, entry: () => … }) what makes it, and take environment: { id }`,
    );
  }
  const two = [["agent", "environment"], ["model", "dataset"]].map((keys) => keys.filter(has));
  if (two.every((keys) => keys.length > 0)) {
    throw new InputError(
      `Cannot use "${name}" as it must have environment and agent, or dataset and model, not both: ` +
        two.flat().join(", "),
    );
  }
  if (two.every((keys) => keys.length < 2)) {
    throw new InputError(
      `Cannot use "${name}" as it must have environment and agent, or dataset and model: ` +
        Object.keys(definition).join(", "),
    );
  }
}

function chosenName(
  definition: ExperimentDefinition,
  sets: ReadonlyMap<string, string>,
  path: string,
  selector: string,
  options: unknown,
): string {
  const chosen = sets.get(`${path}.${selector}`) ?? (options as Record<string, unknown>)[selector];
  if (typeof chosen === "string") return chosen;
  throw new InputError(
    `Cannot use "${definition.name}" as ${path}.${selector} must be a string: ${shown(chosen)}`,
  );
}

/** Fields of another choice that the chosen one does not have are dropped, and said so. */
function partOf(
  path: string,
  selector: "id" | "name",
  chosen: string,
  schema: z.ZodType,
  options: Options,
  notes: string[],
  ownDefinition = false,
): Part {
  const { [selector]: named, ...rest } = options;
  const given = plain(rest);
  if (named !== chosen) {
    const known = new Set(fieldsOf(schema, "").map((field) => field.path.split(".")[0]));
    const dropped = Object.keys(given).filter((name) => !known.has(name));
    for (const name of dropped) delete given[name];
    if (dropped.length > 0) {
      notes.push(
        `${path}.${selector} is ${chosen} instead of ${named}: dropped ` +
          dropped.map((name) => `${path}.${name}`).join(", "),
      );
    }
  }
  return { path, selector, chosen, schema, given, own: ownDefinition && named === chosen };
}

function selectorField({ path, selector, chosen }: Part): Field {
  const description = path === "environment"
    ? "The world that the agent acts in"
    : `The registered ${path === "dataset" ? "data set" : path}`;
  const field = { type: "string", default: chosen, description, group: false, choices: [] };
  return { path: `${path}.${selector}`, ...field };
}

/** Applies the changes below `path` and parses; the first issue becomes one line. */
function check(
  experiment: string,
  schema: z.ZodType,
  path: string,
  given: { [name: string]: Json },
  changes: ReadonlyMap<string, Json | undefined>,
  fields: readonly Field[],
): { [name: string]: Json } {
  const values = structuredClone(given);
  const prefix = path === "" ? "" : `${path}.`;
  const topLevel = new Set(fieldsOf(schema, "").map((field) => field.path));
  for (const [changed, value] of changes) {
    const inner = changed.slice(prefix.length);
    if (changed.startsWith(prefix) && topLevel.has(inner)) setAt(values, inner.split("."), value);
  }
  const result = schema.safeParse(values);
  if (result.success) return result.data as { [name: string]: Json };

  const issue = result.error.issues[0];
  const unknown = issue.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  const inner = [...issue.path, ...(unknown === undefined ? [] : [unknown])].join(".");
  const full = `${prefix}${inner}`;
  if (unknown !== undefined) {
    const own = fields.filter(({ path: known }) => known.startsWith(prefix));
    throw new InputError(
      `Cannot use "${experiment}" as there is no field ${full}${hintFor(full, own)}`,
    );
  }
  const field = fields.find((field) => field.path === full) ??
    fields.find((field) => full.startsWith(`${field.path}.`));
  const named = field?.path ?? full;
  const value = valueAt(values, named.slice(prefix.length));
  const requirement = field === undefined || issue.code === "custom"
    ? issue.message
    : `it must be ${requirementOf(field)}`;
  throw refusal(experiment, named, requirement, value, changes);
}

function refusal(
  experiment: string,
  field: string,
  requirement: string,
  value: Json | undefined,
  changes: ReadonlyMap<string, Json | undefined>,
): InputError {
  return changes.has(field)
    ? new InputError(`Cannot set ${field} as ${requirement}: ${shown(value)}`)
    : misfit(experiment, field, requirement, value);
}

/** The error for a field of a definition: its name may be a word for one or for several. */
function misfit(
  experiment: string,
  field: string,
  requirement: string,
  value: unknown,
): InputError {
  return new InputError(
    `Cannot use "${experiment}" with the field ${field} as ${requirement}: ${shown(value)}`,
  );
}

/** @throws InputError that names the field whose number is infinite in the 32 bits that steps compute with. */
function requireSinglePrecision(
  experiment: string,
  part: "agent" | "model",
  configuration: { readonly [key: string]: Json },
  changes: ReadonlyMap<string, Json | undefined>,
): void {
  for (const [field, value] of Object.entries(configuration[part] as object)) {
    if ([value].flat().every((each) => typeof each !== "number" || isFinite(Math.fround(each)))) {
      continue;
    }
    const requirement = "it must be finite in 32 bits, within ±3.4e38";
    throw refusal(experiment, `${part}.${field}`, requirement, value, changes);
  }
}

/** @throws InputError that names the field which takes more memory than there can be. */
function requireMemory(
  experiment: string,
  part: "agent" | "model",
  configuration: { readonly [key: string]: Json },
  changes: ReadonlyMap<string, Json | undefined>,
  environment?: Environment,
): void {
  const values = configuration[part] as { readonly [field: string]: Json };
  const excess = excessIn(
    values,
    environment?.observationSpace.flatSize ?? 1,
    environment?.actionSpace.flatSize,
  );
  if (excess === undefined) return;
  const { field, reason } = excess;
  throw refusal(experiment, `${part}.${field}`, reason, values[field], changes);
}

/** Sets the value at a path, or takes it away. */
export function setAt(
  target: { [name: string]: Json },
  path: readonly string[],
  value: Json | undefined,
): void {
  const [first, ...rest] = path;
  if (rest.length === 0) {
    if (value === undefined) delete target[first];
    else target[first] = value;
    return;
  }
  const inner = target[first];
  if (value === undefined && !isRecord(inner)) return;
  const open = isRecord(inner) ? inner : {};
  target[first] = open;
  setAt(open, rest, value);
}

/** The value at a path; undefined where there is none. */
export function valueAt(values: Json, path: string): Json | undefined {
  return path.split(".").reduce<Json | undefined>(
    (value, name) =>
      value !== null && typeof value === "object"
        ? (value as Record<string, Json>)[name]
        : undefined,
    values,
  );
}

/** A copy without undefined fields, so that defaults fill in. */
function plain(values: { readonly [name: string]: unknown }): { [name: string]: Json } {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined).map(([name, value]) => [
      name,
      cloned(name, value),
    ]),
  );
}

function cloned(name: string, value: unknown): Json {
  try {
    return structuredClone(value) as Json;
  } catch {
    throw new InputError(`Cannot use the definition as ${name} must be plain data: ${value}`);
  }
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : show(value);
}
