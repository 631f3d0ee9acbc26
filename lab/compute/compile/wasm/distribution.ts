/**
 * Items over threads: split ones on all, whole ones on the thread with least to do, and a barrier
 * only where an item touches memory that another thread has worked on since the last one.
 *
 * @module
 */
import { sleepers, spins } from "../thread_words.ts";
import { atomic, type Code, get, i32, sequence, set, tee, unreachable, when } from "./assembler.ts";

/** Bytes that an item reads and writes. */
export interface Touched {
  readonly reads: readonly Bytes[];
  readonly writes: readonly Bytes[];
}

/** From the first byte to the one after the last. */
export type Bytes = readonly [from: number, to: number];

interface Open extends Touched {
  /** The thread that works on it; undefined: all of them. */
  readonly thread: number | undefined;
}

/** A sleep at a barrier. */
const sleepMilliseconds = 1000;
/** A thread gives up after so many, so that one that has died does not hang the program. */
const mostSleeps = 128;

/**
 * Code of each thread, in one function with the parameter `base` (local 0): the arrivals at
 * barriers before this run. Local 1 counts spins, local 2 holds the arrivals seen.
 */
export class Distribution {
  readonly #codes: Code[][];
  readonly #work: number[];
  #open: Open[] = [];
  /** Barriers of a run. */
  barriers = 0;

  /** @param counter Address of the barriers' arrival counter. */
  constructor(readonly threads: number, private readonly counter: number) {
    this.#codes = Array.from({ length: threads }, () => []);
    this.#work = new Array(threads).fill(0);
  }

  /** An item whose parts, one a thread, have this code. */
  split(touched: Touched, parts: readonly Code[]): void {
    if (this.#conflicts(touched).length > 0) this.barrier();
    this.#open.push({ ...touched, thread: undefined });
    parts.forEach((code, t) => this.#codes[t].push(code));
  }

  /** An item that one thread does: `code` writes it for that thread; `work` weighs it. */
  whole(touched: Touched, code: (thread: number) => Code, work: number): void {
    const conflicts = this.#conflicts(touched);
    const [first] = conflicts;
    const owner = first?.thread;
    // What depends on one thread alone goes on there without a barrier.
    const alone = owner !== undefined && conflicts.every((each) => each.thread === owner);
    if (first !== undefined && !alone) this.barrier();
    const thread = alone ? owner : this.#work.indexOf(Math.min(...this.#work));
    this.#open.push({ ...touched, thread });
    this.#work[thread] += work;
    this.#codes[thread].push(code(thread));
  }

  /** Every thread waits here for all others. */
  barrier(): void {
    if (this.threads === 1) return;
    this.barriers += 1;
    const target = i32.add(get(0), i32.const(this.threads * this.barriers));
    const counter = i32.const(this.counter);
    const sleeping = i32.const(sleepers * 4);
    const sleep = sequence(
      atomic.add(sleeping, i32.const(1)),
      atomic.wait(counter, get(2), sleepMilliseconds),
      atomic.add(sleeping, i32.const(-1)),
      when(i32.ge(get(1), i32.const(spins + mostSleeps)), unreachable),
    );
    // loop: while arrived < target, count a look, sleep where there were many, go round again.
    const wait: Code = [
      0x03,
      0x40,
      ...when(
        i32.lt(i32.sub(tee(2, atomic.load(counter)), target), i32.const(0)),
        sequence(
          set(1, i32.add(get(1), i32.const(1))),
          when(i32.ge(get(1), i32.const(spins)), sleep),
          [0x0c, 1],
        ),
      ),
      0x0b,
    ];
    const code = sequence(
      atomic.add(counter, i32.const(1)),
      set(1, i32.const(0)),
      wait,
      when(atomic.load(sleeping), atomic.notify(counter)),
    );
    for (const codes of this.#codes) codes.push(code);
    this.#open = [];
    this.#work.fill(0);
  }

  /** Code that only the first thread runs, after all have finished. */
  last(code: Code): void {
    this.barrier();
    this.#codes[0].push(code);
  }

  /** The body of a thread's function. */
  codeOf(thread: number): Code {
    return sequence(...this.#codes[thread]);
  }

  #conflicts({ reads, writes }: Touched): Open[] {
    if (this.threads === 1) return [];
    return this.#open.filter((open) =>
      overlap(reads, open.writes) || overlap(writes, open.reads) || overlap(writes, open.writes)
    );
  }
}

function overlap(some: readonly Bytes[], others: readonly Bytes[]): boolean {
  return some.some(([from, to]) => others.some(([start, end]) => from < end && start < to));
}
