/**
 * What a group of measurements is.
 *
 * @module
 */
import type { Peer, PeerScript } from "./peers/peer.ts";
import type { Row } from "./row.ts";
import type { LabBackend } from "./workspaces.ts";

/** What a group is given. */
export interface Bench {
  /** Called with what is being measured, on standard error. */
  progress(line: string): void;
  /**
   * Another library in a process of its own; a sentence that says why where there is none, undefined
   * where none is asked for.
   */
  peer(script: PeerScript): Promise<Peer | string | undefined>;
  /** The lab's own that steps are measured on. */
  readonly backend: LabBackend;
}

/** Measures the rows of a group, one after another. */
export type Measure = (bench: Bench) => AsyncIterable<Row>;

/** A group. */
export interface Group {
  readonly name: string;
  readonly summary: string;
  /** Not measured unless named: it takes minutes. */
  readonly slow?: boolean;
  load(): Promise<Measure>;
}
