/**
 * Runs as they leave the store: plain data that an exported page reads in the store's place, the
 * files of what was learned, and pictures. What stands in no capsule is on no exported page.
 *
 * @module
 */
import type { Run, StoredArtifact, StoredCheckpoint, StoredEvent } from "../../lab/store/store.ts";
import type { Part } from "../file_parts.ts";
import type { Guide } from "../metric_guide.ts";
import type { SweepRow, SweepView } from "../sweeps.ts";
import type { Between } from "../thinned.ts";

/** What is known of every run at once. */
export interface Head {
  readonly runs: readonly {
    readonly run: Run;
    /** Last values by series; those that are not finite as text. */
    readonly last: Readonly<Record<string, number | string>>;
  }[];
  /** Why a file is not there, by its name. */
  readonly missing: Readonly<Record<string, string>>;
}

/** The axes of a series, in the order of {@linkcode PackedSeries.axes}. */
export const axes = [
  ...["iterations", "environmentSteps", "gradientSteps", "examples", "wallSeconds"] as const,
];

/** A series whose axes stand in {@linkcode Body.axes}, as several share them. */
export interface PackedSeries {
  readonly axes: readonly number[];
  readonly values: readonly (number | string)[];
  readonly total: number;
  /** Of points that stayed behind; left out where none did. */
  readonly between?: Between;
}

/** What is known of one run. */
export interface Body {
  readonly axes: readonly (readonly number[])[];
  readonly series: Readonly<Record<string, PackedSeries>>;
  readonly events: readonly StoredEvent[];
  readonly artifacts: readonly StoredArtifact[];
  readonly checkpoints: readonly StoredCheckpoint[];
}

/** Runs that have left the store. */
export interface Capsule {
  readonly head: Head;
  readonly bodies: ReadonlyMap<string, Body>;
  /** Policies, models and what goes with them, by {@linkcode fileName}, and samples of text. */
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  /** PNG files by hash. */
  readonly pictures: ReadonlyMap<string, Uint8Array>;
  /** Sweeps whose runs are all there, the newest first, as they stood. */
  readonly sweeps: readonly { readonly row: SweepRow; readonly view: SweepView }[];
}

/** What a site's part is called that holds what the series of each method mean. */
export const GUIDES = "guides";

/** Guides by method. */
export type Guides = Readonly<Record<string, Guide>>;

/** What a file of samples of text is called. */
export function textName(hash: string): string {
  return `text-${hash}`;
}

/** What a run's file is called. */
export function fileName(run: string, part: Part, checkpoint?: number): string {
  return [run, part, ...(checkpoint === undefined ? [] : [checkpoint])].join("-");
}
