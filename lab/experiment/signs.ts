/**
 * What a run's thread and the main thread show each other without messages: whether the run goes on,
 * what memory it holds, and whether it is to stop.
 *
 * @module
 */
import { getHeapStatistics } from "node:v8";
import { LabError } from "../core/errors.ts";

/** Milliseconds between two looks at the memory. */
const LOOK_EVERY = 20;

/** Words of the shared memory. */
const word = { stop: 0, beats: 1, mebibytes: 2, heapPercent: 3 } as const;

/** Stops that the main thread asks for: after the iteration, with a checkpoint; at once. */
const stop = { afterIteration: 1, atOnce: 2 } as const;

/** What a run's thread holds. */
export interface Held {
  readonly bytes: number;
  /** Of what V8 gives the thread. */
  readonly heapShare: number;
}

/** What a run's thread shows. */
export interface Shown extends Held {
  readonly beats: number;
}

/** Share of what V8 gives a thread at which a run is ended: at all of it V8 ends the process. */
const MOST_HEAP = 0.75;

/** Why a run is to be ended that holds more than `limit` bytes, or nearly all that it can have. */
export function excessOf({ bytes, heapShare }: Held, limit: number): string | undefined {
  const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MB`;
  const held = `the run's thread holds ${megabytes(bytes)} of memory`;
  if (bytes > limit) return `${held}: its limit is ${megabytes(limit)} (--memory-limit)`;
  if (heapShare < MOST_HEAP) return undefined;
  return `${held}: that is ${Math.round(100 * heapShare)} % of all that a thread can have`;
}

/** The signs of one run. */
export class Signs {
  readonly #words: Int32Array;
  #lookedAt = -Infinity;

  /** @param memory Of the other thread; left out: new ones. */
  constructor(readonly memory: SharedArrayBuffer = new SharedArrayBuffer(16)) {
    this.#words = new Int32Array(memory);
  }

  /** Whether the run is to finish its iteration, checkpoint and end. */
  get interrupted(): boolean {
    return this.stop !== 0;
  }

  /** Asks the run to finish its iteration, to checkpoint and to end. */
  interrupt(): void {
    this.stop = stop.afterIteration;
  }

  /** Has the run fail at its next {@linkcode beat}. */
  giveUp(): void {
    this.stop = stop.atOnce;
  }

  /** How the run was asked to stop: a word that only signs know; 0 where it was not. */
  get stop(): number {
    return Atomics.load(this.#words, word.stop);
  }

  set stop(asked: number) {
    Atomics.store(this.#words, word.stop, asked);
  }

  /** Shows what the thread of another process has shown there. */
  show({ beats, bytes, heapShare }: Shown): void {
    Atomics.store(this.#words, word.beats, beats);
    Atomics.store(this.#words, word.mebibytes, Math.round(bytes / 2 ** 20));
    Atomics.store(this.#words, word.heapPercent, Math.round(100 * heapShare));
  }

  /** How often the run's thread has shown that it goes on. */
  get beats(): number {
    return Atomics.load(this.#words, word.beats);
  }

  /** What the run's thread held when it last looked: bytes, and the share of what V8 gives it. */
  get held(): Held {
    return {
      bytes: 2 ** 20 * Atomics.load(this.#words, word.mebibytes),
      heapShare: Atomics.load(this.#words, word.heapPercent) / 100,
    };
  }

  /**
   * In the run's thread: shows that it goes on, and what it holds.
   *
   * @throws LabError where the run was given up.
   */
  beat(): void {
    Atomics.add(this.#words, word.beats, 1);
    if (this.stop === stop.atOnce) throw new LabError("it was given up");
    const now = performance.now();
    if (now - this.#lookedAt < LOOK_EVERY) return;
    this.#lookedAt = now;
    const { used_heap_size, external_memory, heap_size_limit } = getHeapStatistics();
    const bytes = used_heap_size + external_memory;
    Atomics.store(this.#words, word.mebibytes, Math.round(bytes / 2 ** 20));
    Atomics.store(
      this.#words,
      word.heapPercent,
      Math.round(100 * used_heap_size / heap_size_limit),
    );
  }
}
