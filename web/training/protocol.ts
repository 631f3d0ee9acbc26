/**
 * What a page and the thread that trains in it say to each other.
 *
 * @module
 */
import type { Artifact } from "../../lab/core/picture.ts";
import type { Opened } from "../../lab/experiment/protocol.ts";
import type { Ending, RunReport } from "../../lab/experiment/runner.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import type { BudgetUnit } from "../../lab/core/trainer.ts";
import type { Part } from "../file_parts.ts";
import type { Shifts } from "../modes.ts";
import type { OwnCode } from "../own/code.ts";
import type { Ahead } from "./ahead.ts";
import type { FormField } from "./form.ts";
import type { Setting } from "./setting.ts";

/** What a stored run was trained by, and what came out. */
export interface BaseRun {
  readonly experiment: string;
  readonly version: number;
  readonly configuration: { readonly [key: string]: Json };
  readonly seed: string;
  readonly backend: string;
  /** Null where it has not finished. */
  readonly digest: string | null;
  /** Where parts of it stand in a user's file. */
  readonly own?: OwnCode;
}

/** A setting, with the run that it is based on, where it is. */
export interface Asked {
  readonly setting: Setting;
  readonly base?: BaseRun;
}

/** To the thread. */
export type Order =
  /** What are the fields, and is the setting right? The answer has the same number. */
  | { readonly kind: "describe"; readonly number: number; readonly asked: Asked }
  /** What does it begin with? */
  | { readonly kind: "look"; readonly number: number; readonly asked: Asked }
  | { readonly kind: "train"; readonly asked: Asked }
  | { readonly kind: "pause"; readonly paused: boolean }
  /** The data's modes lie elsewhere from the next iteration on. */
  | { readonly kind: "move"; readonly shifts: Shifts }
  /** Ends after the iteration. */
  | { readonly kind: "stop" }
  /** Makes a file of what is trained. */
  | { readonly kind: "file"; readonly number: number; readonly part: Part };

/** The fields of a setting. */
export interface Description {
  readonly experiment: string;
  readonly summary: string;
  readonly unit: BudgetUnit;
  readonly fields: readonly FormField[];
  /** What was dropped because another part was chosen. */
  readonly notes: readonly string[];
  /** Seconds that it takes on the command line; null: not known. */
  readonly seconds: number | null;
}

/** What is trained, as a manifest says it. */
export interface Determined {
  readonly experiment: string;
  readonly version: number;
  readonly configuration: { readonly [key: string]: Json };
  readonly seed: string;
  readonly backend: string;
}

/** A report whose seconds leave out pauses. */
export type PageReport = Omit<RunReport, "artifacts"> & {
  readonly artifacts: readonly Artifact[];
};

/** From the thread. */
export type Told =
  | {
    readonly kind: "described";
    readonly number: number;
    /** Undefined where there is no such experiment. */
    readonly description?: Description;
    /** Why it cannot be trained, in a line; undefined where it can. */
    readonly problem?: string;
  }
  /** Empty where nothing of it can be shown. */
  | { readonly kind: "looked"; readonly number: number; readonly ahead: Ahead }
  | {
    readonly kind: "opened";
    /** What it was ordered by. */
    readonly asked: Asked;
    readonly determined: Determined;
    readonly unit: BudgetUnit;
    readonly opened: Opened;
  }
  | { readonly kind: "reports"; readonly reports: readonly PageReport[] }
  /** The policy, or the model of points in the plane, as it is; `isFinal`: training is over. */
  | {
    readonly kind: "learned";
    readonly iteration: number;
    readonly isFinal: boolean;
    readonly bytes: Uint8Array<ArrayBuffer>;
  }
  | { readonly kind: "ended"; readonly ending: Ending; readonly digest: string | null }
  /** Training was refused, or broke off. */
  | { readonly kind: "failed"; readonly problem: string }
  | { readonly kind: "file"; readonly number: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "file"; readonly number: number; readonly problem: string };
