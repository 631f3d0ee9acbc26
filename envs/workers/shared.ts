/**
 * What a vector and its workers share: columns of numbers, a word for each worker, and a mailbox each
 * for what has no fixed size.
 *
 * @module
 */
import type { Autoreset } from "../../lab/core/vector.ts";

/** What a worker's word says. Above 0: what it is to do. */
export const word = {
  failed: -1,
  idle: 0,
  start: 1,
  step: 2,
  reset: 3,
  snapshot: 4,
  restore: 5,
  masks: 6,
  close: 7,
} as const;

/** Bytes of a mailbox at first, and at most. Only what is used takes memory. */
const [least, most] = [1 << 16, 1 << 30];

/** How many environments there are, and the numbers of an observation and of an action. */
export interface Sizes {
  readonly count: number;
  readonly observationSize: number;
  readonly actionSize: number;
  /** Choices that an action mask tells of; 0 where the environments have none. */
  readonly maskSize: number;
}

/** The rows of all workers. */
export interface Columns {
  /** [N × A]. */
  readonly actions: Float64Array;
  /** [N]. */
  readonly rewards: Float64Array;
  /** [N, D]. */
  readonly observations: Float32Array;
  /** [N, D]. */
  readonly finalObservations: Float32Array;
  /** [N]. */
  readonly terminated: Uint8Array;
  /** [N]. */
  readonly truncated: Uint8Array;
  /** [N]. */
  readonly started: Uint8Array;
  /** [N × A]. */
  readonly masks: Uint8Array;
}

/** The columns over `memory`, or over a memory of their own. */
export function columnsOf(
  { count, observationSize, actionSize, maskSize }: Sizes,
  memory?: SharedArrayBuffer,
): Columns & { readonly memory: SharedArrayBuffer } {
  const lengths = [
    8 * count * actionSize,
    8 * count,
    ...Array(2).fill(4 * count * observationSize),
  ];
  const ends = [...lengths, count, count, count, count * maskSize].reduce<number[]>(
    (sums, length) => [...sums, sums[sums.length - 1] + length],
    [0],
  );
  const shared = memory ?? new SharedArrayBuffer(ends[ends.length - 1]);
  return {
    memory: shared,
    actions: new Float64Array(shared, ends[0], count * actionSize),
    rewards: new Float64Array(shared, ends[1], count),
    observations: new Float32Array(shared, ends[2], count * observationSize),
    finalObservations: new Float32Array(shared, ends[3], count * observationSize),
    terminated: new Uint8Array(shared, ends[4], count),
    truncated: new Uint8Array(shared, ends[5], count),
    started: new Uint8Array(shared, ends[6], count),
    masks: new Uint8Array(shared, ends[7], count * maskSize),
  };
}

/** What a worker is made with. */
export interface Assignment {
  readonly id: string;
  readonly options: object;
  /** A module that registers the environment; undefined where the lab brings it along. */
  readonly module: string | undefined;
  readonly autoreset: Autoreset;
  readonly sizes: Sizes;
  /** Rows `from` … `to` − 1 are this worker's. */
  readonly from: number;
  readonly to: number;
  readonly memory: SharedArrayBuffer;
  readonly words: Int32Array;
  /** Its word's index. */
  readonly worker: number;
  readonly mailbox: SharedArrayBuffer;
}

/** Rows to be reset, as a mailbox holds them: whole numbers of any size as text. */
export interface KeptReset {
  readonly seeds: readonly (string | null)[] | null;
  readonly mask: readonly number[] | null;
}

/** An empty mailbox. */
export function newMailbox(): SharedArrayBuffer {
  return new SharedArrayBuffer(least, { maxByteLength: most });
}

/** Puts plain JSON into a mailbox. */
export function put(mailbox: SharedArrayBuffer, value: unknown): void {
  const bytes = new TextEncoder().encode(JSON.stringify(value ?? null));
  if (bytes.length + 4 > mailbox.byteLength) mailbox.grow(bytes.length + 4);
  new Uint32Array(mailbox, 0, 1)[0] = bytes.length;
  new Uint8Array(mailbox, 4, bytes.length).set(bytes);
}

/** Takes what was put into a mailbox. */
export function take<T>(mailbox: SharedArrayBuffer): T {
  const [length] = new Uint32Array(mailbox, 0, 1);
  return JSON.parse(new TextDecoder().decode(new Uint8Array(mailbox, 4, length).slice()));
}
