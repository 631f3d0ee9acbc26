/**
 * Replay buffer: a ring of transitions in typed columns.
 *
 * @module
 */
import { InputError } from "../../lab/core/errors.ts";
import { type Column, gatherRows } from "../../lab/core/rows.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import type { Box, Space } from "../../lab/core/space.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { type ActionRows, actionSize } from "../distributions/actions.ts";
import { restoreColumns, tensorsOf } from "./columns.ts";
import type { WorldShape } from "../worlds/world.ts";

/** Where `gather` writes: the update program's views. */
export interface ReplayBatch {
  /** [B, D]. */
  readonly observations: Float32Array;
  /** [B, K]. */
  readonly actions: ActionRows;
  /** [B]. */
  readonly rewards: Float32Array;
  /** [B, D]: the observation that the transition led to; at an episode's end the final one. */
  readonly nextObservations: Float32Array;
  /** [B]: 1 where the episode terminated. A truncated transition is 0, as it bootstraps. */
  readonly terminated: Float32Array;
  /** [B, A], where actions are masked: 1 for each that may be chosen after the next observation. */
  readonly nextMasks?: Float32Array;
}

/**
 * Memory that crosses to another thread without a copy, as a checkpoint does from a worker to the
 * thread that stores it. In a page that is not isolated no memory is shared: a plain one.
 */
export function sharedMemory(bytes: number): ArrayBufferLike {
  const shares = typeof SharedArrayBuffer === "function";
  return shares ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
}

/** What a replay buffer must fit. */
export type ReplayShape = Pick<
  WorldShape,
  "observationSpace" | "observationSize" | "actionSpace" | "masked"
>;

/** Bytes that make 1 in a picture between the bounds of a space: 255 in [0, 1], 1 in [0, 255]. */
function bytesInOne(space: Space): number {
  const { low, high } = space as Partial<Box>;
  const scale = 255 / (high?.[0] ?? 0);
  const isPicture = (scale === 1 || scale === 255) && low!.every((bound) => bound === 0) &&
    high!.every((bound) => bound === high![0]);
  if (isPicture) return scale;
  throw new InputError(
    `Cannot store observations as bytes (storeBytes) as they must be pictures between 0 and 1 or ` +
      `0 and 255: ${space}`,
  );
}

/** A ring of the last `capacity` transitions. */
export class ReplayBuffer {
  /** Length D of a flat observation. */
  readonly observationSize: number;
  /** What `gather` writes, by the same names. */
  readonly #columns: { readonly [Name in keyof ReplayBatch]: readonly [Column, width?: number] };
  /** Where observations are kept in bytes, how many of these make 1; else 0. */
  readonly #bytesInOne: number;
  #size = 0;
  #next = 0;

  /**
   * @param capacity Transitions kept.
   * @param shape Length D of a flat observation, and where actions are chosen from.
   * @param options `storeBytes`: observations are those of pictures, whole 255ths in [0, 1] or whole
   *   numbers in [0, 255], and are kept in bytes, which loses nothing then.
   * @throws InputError where `storeBytes` is asked for and the bounds are others.
   */
  constructor(
    readonly capacity: number,
    { observationSpace, observationSize, actionSpace, masked }: ReplayShape,
    { storeBytes = false }: { readonly storeBytes?: boolean } = {},
  ) {
    this.observationSize = observationSize;
    this.#bytesInOne = storeBytes ? bytesInOne(observationSpace) : 0;
    const bytes = (width = 1) => new Uint8Array(sharedMemory(capacity * width));
    const floats = (width = 1) => new Float32Array(sharedMemory(4 * capacity * width));
    const integers = (width = 1) => new Int32Array(sharedMemory(4 * capacity * width));
    const observed = storeBytes ? bytes : floats;
    const width = actionSize(actionSpace);
    this.#columns = {
      observations: [observed(observationSize), observationSize],
      nextObservations: [observed(observationSize), observationSize],
      actions: [(actionSpace.kind === "box" ? floats : integers)(width), width],
      rewards: [floats()],
      terminated: [bytes()],
      ...masked && { nextMasks: [bytes(actionSpace.flatSize), actionSpace.flatSize] },
    };
  }

  /** Transitions kept, at most `capacity`. */
  get size(): number {
    return this.#size;
  }

  /** The row that the next transition is written to. */
  get written(): number {
    return this.#next;
  }

  /**
   * Adds a transition; the oldest one falls out of a full ring.
   *
   * @param observations Array with the observation at row `row`.
   * @param nextObservations Array with the observation that followed at row `row`.
   * @param actions Array with the action at row `row`.
   * @param nextMasks Array with the mask after it at row `row`, where actions are masked.
   */
  add(
    observations: Float32Array,
    nextObservations: Float32Array,
    row: number,
    actions: ActionRows,
    reward: number,
    terminated: number,
    nextMasks?: Uint8Array,
  ): void {
    const columns = this.#columns;
    this.#put(columns.observations, observations, row, this.#bytesInOne);
    this.#put(columns.nextObservations, nextObservations, row, this.#bytesInOne);
    this.#put(columns.actions, actions, row);
    if (columns.nextMasks !== undefined) this.#put(columns.nextMasks, nextMasks!, row);
    columns.rewards[0][this.#next] = reward;
    columns.terminated[0][this.#next] = terminated;
    this.#next = (this.#next + 1) % this.capacity;
    this.#size = Math.min(this.#size + 1, this.capacity);
  }

  /** Writes row `row` of `from` to the row that is next, in bytes where `scale` of them make 1. */
  #put(
    [values, width = 1]: readonly [Column, width?: number],
    from: Column,
    row: number,
    scale = 0,
  ): void {
    const [first, next] = [row * width, this.#next * width];
    for (let i = 0; i < width; i++) {
      values[next + i] = scale > 0 ? Math.round(from[first + i] * scale) : from[first + i];
    }
  }

  /** Fills `batch` with the transitions at `rows`, [B], each below `size`. */
  gather(rows: Int32Array, batch: ReplayBatch): void {
    for (const [name, [values, width = 1]] of Object.entries(this.#columns)) {
      gatherRows(values, rows, width, batch[name as keyof ReplayBatch]!);
    }
    const scale = this.#bytesInOne;
    if (scale <= 1) return;
    for (const observations of [batch.observations, batch.nextObservations]) {
      for (let i = 0; i < observations.length; i++) observations[i] /= scale;
    }
  }

  /** Views of the rows, which `add` goes on writing to, and where the ring stands. */
  snapshot(): { tensors: NamedTensors; values: Json } {
    return {
      tensors: tensorsOf(this.#columns, this.#size),
      values: { size: this.#size, next: this.#next },
    };
  }

  /**
   * Goes on from a snapshot of a buffer of the same width: of this capacity, or one that holds no more
   * transitions than this and had never been full.
   *
   * @throws InputError for another one.
   */
  restore(tensors: NamedTensors, values: Json): void {
    const { size, next } = values as { size: number; next: number };
    if (size > this.capacity || tensors.observations.shape[1] !== this.observationSize) {
      throw new InputError(
        `Cannot restore a replay buffer as it holds ${this.capacity} observations of length ` +
          `${this.observationSize}: the snapshot has [${tensors.observations.shape}]`,
      );
    }
    // What a full ring would write next is its oldest row, which may lie anywhere.
    if (size < this.capacity && next !== size) {
      throw new InputError(
        `Cannot restore a replay buffer as its capacity, ${this.capacity}, must be that of the full ` +
          `one that it goes on from: ${size}`,
      );
    }
    restoreColumns(this.#columns, tensors);
    this.#size = size;
    this.#next = next;
  }
}
