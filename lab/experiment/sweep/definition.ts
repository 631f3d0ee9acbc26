/**
 * Sweeps as people write them.
 *
 * @module
 */
import { type BackendChoice, backendChoices } from "../../compute/backend_choice.ts";
import { checkNames, InputError, unknownName } from "../../core/errors.ts";
import { isRecord } from "../../core/plain.ts";
import type { Json } from "../../core/snapshot.ts";
import { type PrunerName, prunerNames } from "../../search/pruners.ts";
import { type SamplerName, samplerNames } from "../../search/samplers.ts";
import { type Condition, type Field, type Range, rangeKinds, rangeOf } from "../../search/space.ts";

/** A range as it is typed (`log:1e-4..1e-2`), or as data; with a condition, where it has one. */
export type FieldDefinition =
  | string
  | readonly Json[]
  | Range
  | { readonly range: string | readonly Json[] | Range; readonly when: Condition };

/** What `defineSweep` takes. */
export interface SweepDefinition {
  /** What the store keeps it under. */
  readonly name: string;
  /** A registered experiment, or a file that exports one. */
  readonly experiment: string;
  /** What is tried, by path. */
  readonly space: { readonly [path: string]: FieldDefinition };
  /** Fields that all trials share, by path. */
  readonly set?: { readonly [path: string]: Json };
  /** Total budget of a run. Default: the experiment's. */
  readonly budget?: number | string;
  /** Points that are tried. Default: all of a grid, else 20. */
  readonly trials?: number;
  /** Tuning seeds of a trial, 1 … n, at most 99. Default 3. */
  readonly seeds?: number;
  /** Default: a grid where it has no more points than trials, else TPE. */
  readonly sampler?: SamplerName;
  /** Default `none`. */
  readonly pruner?: PrunerName;
  /** `METRIC`, `min:METRIC` or `max:METRIC`. Default: what the agent or the model is judged by. */
  readonly objective?: string;
  /** Seeds from 101 on that the best trial is judged on. Default 5. */
  readonly judge?: number;
  /** What the trials are drawn by. Default 1. */
  readonly seed?: number;
  /** What computes. Default `auto`. */
  readonly backend?: BackendChoice;
}

/** Types a sweep; it is checked when it is resolved. */
export function defineSweep<D extends SweepDefinition>(definition: D): D {
  return definition;
}

/** Whether an exported value is meant for a sweep; {@linkcode checkSweep} says whether it is one. */
export function isSweep(value: unknown): value is SweepDefinition {
  return value !== null && typeof value === "object" && ("space" in value || "experiment" in value);
}

const allKeys =
  "name experiment space set budget trials seeds sampler pruner objective judge seed backend"
    .split(" ");

/**
 * Requires of a definition, which may come from a file that nothing typed, that each of its fields is of
 * its kind. What values they may have is for who uses them.
 *
 * @throws {InputError}
 */
export function checkSweep(definition: SweepDefinition): void {
  const { name, sampler, pruner, backend } = definition;
  if (typeof name !== "string" || name.trim() === "") {
    throw new InputError(`Cannot sweep as the sweep must have a name: ${shown(name)}`);
  }
  checkNames(`use the sweep "${name}"`, "field", definition, allKeys);
  const requireKind = (
    key: keyof SweepDefinition,
    kind: string,
    isRight: (value: unknown) => boolean,
  ) => {
    const { [key]: value } = definition;
    if (isRight(value)) return;
    throw new InputError(
      `Cannot use the sweep "${name}" as its ${key} must be ${kind}: ${shown(value)}`,
    );
  };
  const isText = (value: unknown) => typeof value === "string" && value !== "";
  const isMissing = (value: unknown) => value === undefined;
  requireKind("experiment", "an experiment's name, or a file", isText);
  requireKind("space", 'fields by path, as { "agent.gamma": "0.9..0.999" }', isRecord);
  requireKind("set", "values by path", (value) => isMissing(value) || isRecord(value));
  requireKind(
    "objective",
    "METRIC, min:METRIC or max:METRIC",
    (value) => isMissing(value) || isText(value),
  );
  requireKind(
    "budget",
    "a number or text",
    (value) => isMissing(value) || isText(value) || typeof value === "number",
  );
  const named = [["sampler", sampler, samplerNames], ["pruner", pruner, prunerNames], [
    "backend",
    backend,
    backendChoices,
  ]] as const;
  for (const [kind, value, known] of named) {
    if (value === undefined || (known as readonly unknown[]).includes(value)) continue;
    throw unknownName("sweep", kind, String(value), known, "run --help");
  }
}

/**
 * A field of a space as it is defined.
 *
 * @throws {InputError} where it is nothing that a definition can hold.
 */
export function fieldOf(path: string, field: FieldDefinition): Field {
  if (typeof field === "string") return { path, range: rangeOf(path, field) };
  if (Array.isArray(field)) return { path, range: { kind: "choice", values: field } };
  const refused = (requirement: string, value: unknown = field) =>
    new InputError(`Cannot sweep over ${path} as ${requirement}: ${shown(value)}`);
  if (isRecord(field) && "range" in field) {
    checkNames(`sweep over ${path}`, "field", field, ["range", "when"]);
    const { range, when } = field;
    if (when === undefined) return fieldOf(path, range);
    if (!isRecord(when) || typeof when.path !== "string" || !Array.isArray(when.in)) {
      throw refused('its condition must be as { path: "agent.optimizer", in: ["rmsprop"] }', when);
    }
    checkNames(`sweep over ${path}`, "field", when, ["path", "in"]);
    return { ...fieldOf(path, range), when };
  }
  if (!isRecord(field) || !("kind" in field)) {
    throw refused("it must be tried as text (log:1e-4..1e-2), as a list, or as { range, when }");
  }
  if (!rangeKinds.includes(field.kind)) {
    throw unknownName(`sweep over ${path}`, "kind of range", String(field.kind), rangeKinds);
  }
  const keys = field.kind === "choice"
    ? ["values"]
    : ["low", "high", ...field.kind === "integer" ? ["step"] : []];
  checkNames(`sweep over ${path}`, "field", field, ["kind", ...keys]);
  if (field.kind === "choice" && !Array.isArray(field.values)) {
    throw refused("a choice must have values");
  }
  return { path, range: field };
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? "missing";
}
