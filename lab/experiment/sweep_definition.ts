/**
 * Sweeps as people write them.
 *
 * @module
 */
import type { BackendChoice } from "../compute/backend_choice.ts";
import type { Json } from "../core/snapshot.ts";
import type { PrunerName } from "../search/pruners.ts";
import type { SamplerName } from "../search/samplers.ts";
import type { Condition, Range } from "../search/space.ts";

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

/** Whether an exported value looks like a sweep. */
export function isSweep(value: unknown): value is SweepDefinition {
  return value !== null && typeof value === "object" && "space" in value && "experiment" in value;
}
