/**
 * Replay buffer: a ring of transitions in typed columns, sampled uniformly with replacement.
 *
 * @module
 */
import { InputError } from "../../lab/core/errors.ts";
import type { Generator } from "../../lab/core/random.ts";
import { gatherRows } from "../../lab/core/rows.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import type { NamedTensors, TensorData } from "../../lab/core/tensor_data.ts";
import type { VectorStep } from "../../lab/core/vector.ts";
import { type ActionRows, actionSize } from "../distributions/actions.ts";
import type { Memory } from "./memory.ts";
import type { WorldShape } from "../worlds/world.ts";

/** Where `sample` writes: the update program's views. */
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
}

/**
 * Memory that crosses to another thread without a copy, as a checkpoint does from a worker to the
 * thread that stores it. In a page that is not isolated no memory is shared: a plain one.
 */
export function sharedMemory(bytes: number): ArrayBufferLike {
  const shares = typeof SharedArrayBuffer === "function";
  return shares ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
}

/** A ring of the last `capacity` transitions. */
export class ReplayBuffer implements Memory<ReplayBatch> {
  /** Length D of a flat observation. */
  readonly observationSize: number;
  readonly #observations: Float32Array | Uint8Array;
  readonly #nextObservations: Float32Array | Uint8Array;
  /** Whether observations are kept as whole 255ths. */
  readonly #storesBytes: boolean;
  readonly #actions: ActionRows;
  /** K. */
  readonly #actionSize: number;
  readonly #rewards: Float32Array;
  readonly #terminated: Uint8Array;
  /** The rows of the batch drawn last. */
  #rows = new Int32Array(0);
  #size = 0;
  #next = 0;

  /**
   * @param capacity Transitions kept.
   * @param shape Length D of a flat observation, and where actions are chosen from.
   * @param options `storeBytes`: observations are whole 255ths in [0, 1], as of pictures, and are
   *   kept in bytes, which loses nothing then.
   */
  constructor(
    readonly capacity: number,
    { observationSize, actionSpace }: Pick<WorldShape, "observationSize" | "actionSpace">,
    { storeBytes = false }: { readonly storeBytes?: boolean } = {},
  ) {
    this.observationSize = observationSize;
    this.#actionSize = actionSize(actionSpace);
    const bytes = (length: number) => new Uint8Array(sharedMemory(length));
    const floats = (length: number) => new Float32Array(sharedMemory(4 * length));
    const integers = (length: number) => new Int32Array(sharedMemory(4 * length));
    const kept = storeBytes ? bytes : floats;
    this.#storesBytes = storeBytes;
    this.#observations = kept(capacity * observationSize);
    this.#nextObservations = kept(capacity * observationSize);
    this.#actions = (actionSpace.kind === "box" ? floats : integers)(capacity * this.#actionSize);
    this.#rewards = floats(capacity);
    this.#terminated = bytes(capacity);
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
   */
  add(
    observations: Float32Array,
    nextObservations: Float32Array,
    row: number,
    actions: ActionRows,
    reward: number,
    terminated: number,
  ): void {
    const width = this.observationSize;
    const to = this.#next * width;
    const from = row * width;
    if (!this.#storesBytes) {
      for (let d = 0; d < width; d++) {
        this.#observations[to + d] = observations[from + d];
        this.#nextObservations[to + d] = nextObservations[from + d];
      }
    } else {
      for (let d = 0; d < width; d++) {
        this.#observations[to + d] = Math.round(observations[from + d] * 255);
        this.#nextObservations[to + d] = Math.round(nextObservations[from + d] * 255);
      }
    }
    const size = this.#actionSize;
    for (let k = 0; k < size; k++) this.#actions[this.#next * size + k] = actions[row * size + k];
    this.#rewards[this.#next] = reward;
    this.#terminated[this.#next] = terminated;
    this.#next = (this.#next + 1) % this.capacity;
    this.#size = Math.min(this.#size + 1, this.capacity);
  }

  store(observations: Float32Array, actions: ActionRows, step: VectorStep): void {
    const { rewards, terminated, truncated } = step;
    for (let n = 0; n < rewards.length; n++) {
      const ended = terminated[n] || truncated[n];
      const next = ended ? step.finalObservations : step.observations;
      this.add(observations, next, n, actions, rewards[n], terminated[n]);
    }
  }

  /** Fills `batch` with transitions drawn uniformly with replacement; the buffer must hold one. */
  sample(random: Generator, batch: ReplayBatch): void {
    if (this.#rows.length !== batch.rewards.length) {
      this.#rows = new Int32Array(batch.rewards.length);
    }
    random.fillIntegers(this.#rows, 0, this.#size);
    this.gather(this.#rows, batch);
  }

  /** Fills `batch` with the transitions at `rows`, [B], each below `size`. */
  gather(rows: Int32Array, batch: ReplayBatch): void {
    const width = this.observationSize;
    if (!this.#storesBytes) {
      gatherRows(this.#observations, rows, width, batch.observations);
      gatherRows(this.#nextObservations, rows, width, batch.nextObservations);
    } else {
      this.#gatherBytes(rows, batch);
    }
    gatherRows(this.#actions, rows, this.#actionSize, batch.actions);
    gatherRows(this.#rewards, rows, 1, batch.rewards);
    gatherRows(this.#terminated, rows, 1, batch.terminated);
  }

  #gatherBytes(rows: Int32Array, { observations, nextObservations }: ReplayBatch): void {
    const width = this.observationSize;
    for (let i = 0; i < rows.length; i++) {
      const [from, to] = [rows[i] * width, i * width];
      for (let d = 0; d < width; d++) {
        observations[to + d] = this.#observations[from + d] / 255;
        nextObservations[to + d] = this.#nextObservations[from + d] / 255;
      }
    }
  }

  /** Views of the rows, which `add` goes on writing to, and where the ring stands. */
  snapshot(): { tensors: NamedTensors; values: Json } {
    const rows = this.#size;
    const width = this.observationSize;
    return {
      tensors: {
        observations: tensorOf(this.#observations.subarray(0, rows * width), width),
        nextObservations: tensorOf(this.#nextObservations.subarray(0, rows * width), width),
        actions: tensorOf(
          this.#actions.subarray(0, rows * this.#actionSize),
          this.#actionSize,
        ),
        rewards: { shape: [rows], dtype: "float32", values: this.#rewards.subarray(0, rows) },
        terminated: { shape: [rows], dtype: "uint8", values: this.#terminated.subarray(0, rows) },
      },
      values: { size: rows, next: this.#next },
    };
  }

  /**
   * Goes on from a snapshot of a buffer of the same width and of at most this capacity.
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
    this.#observations.set(tensors.observations.values);
    this.#nextObservations.set(tensors.nextObservations.values);
    this.#actions.set(tensors.actions.values);
    this.#rewards.set(tensors.rewards.values);
    this.#terminated.set(tensors.terminated.values);
    this.#size = size;
    this.#next = next;
  }
}

/** Rows of `width` values as a tensor of their type. */
function tensorOf(values: Float32Array | Int32Array | Uint8Array, width: number): TensorData {
  const shape = [values.length / width, width];
  if (values instanceof Float32Array) return { shape, dtype: "float32", values };
  return values instanceof Uint8Array
    ? { shape, dtype: "uint8", values }
    : { shape, dtype: "int32", values };
}
