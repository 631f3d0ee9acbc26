/**
 * Snapshots: everything that resume needs, as tensors and plain data.
 *
 * @module
 */
import type { NamedTensors } from "./tensor_data.ts";

/** Plain JSON. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** How names of tensors begin that belong to a replay buffer, the large part of a state. */
export const REPLAY = "replay/";

/** The whole state of a trainer between two iterations. */
export interface Snapshot {
  /** The learned tensors (`policy/0/kernel`, …): what a digest, an export and a warm start use. */
  readonly parameters: NamedTensors;
  /** Every other tensor: optimizer moments, target networks, replay, running statistics. */
  readonly state: NamedTensors;
  /**
   * The part of the state that is too large to copy, a replay buffer's rows ({@linkcode REPLAY}):
   * views of memory that the trainer goes on writing to, to be read before its next iteration. A
   * stored snapshot has them in `state`.
   */
  readonly lent?: NamedTensors;
  /** Counters, generator states, environment states, open episodes. */
  readonly values: Json;
}
