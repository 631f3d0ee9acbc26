/**
 * What the exports are made from.
 *
 * @module
 */
import type { Run, Series, StoredArtifact, StoredCheckpoint, StoredEvent } from "../store.ts";

/** A run and what the store keeps of it. */
export interface ExportedRun {
  /** The run itself. */
  readonly run: Run;
  /** Its series in full, not down-sampled. */
  readonly series: readonly Series[];
  /** Its events. */
  readonly events: readonly StoredEvent[];
  /** Its files. */
  readonly artifacts: readonly StoredArtifact[];
  /** Its checkpoints. */
  readonly checkpoints: readonly StoredCheckpoint[];
}
