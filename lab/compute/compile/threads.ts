/**
 * Threads that share the memory of compiled programs.
 *
 * @module
 */
import { LabError } from "../../core/errors.ts";
import { boundCalls, type LibraryCall, type LibrarySource, type OpenedLibrary } from "./library.ts";
import type { SharedArena } from "./memory.ts";
import { threadChoices } from "./thread_choice.ts";
import * as word from "./thread_words.ts";
import type { Lowered } from "./wasm/lower.ts";

/** What a thread has to know of a program. */
export interface Assignment {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  /** 1 … threads − 1; the caller is 0. */
  readonly thread: number;
  readonly threads: number;
  readonly arrivals: number;
  /** What the module leaves to a library, and where that is opened from. */
  readonly libraryCalls: readonly LibraryCall[];
  readonly library?: LibrarySource;
}

/**
 * Runs a program once on all threads; returns false, and has done nothing, where not all of them
 * have come after so many milliseconds.
 */
type ThreadedRun = (patience: number) => boolean;

/** Milliseconds in which threads have to start. */
const startTime = 60_000;

/** Why programs may not run on several threads here; undefined where they may. */
export function threadsRefused(): string | undefined {
  if (typeof SharedArrayBuffer === "undefined") {
    return "the page is not cross-origin isolated, so that memory cannot be shared";
  }
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return undefined;
  } catch {
    return "a page's main thread may not wait for others";
  }
}

/**
 * The threads beside the calling one. They end with the worker that made them, or by `close`: a
 * program that keeps them open does not end by itself.
 */
export class ThreadPool {
  readonly #workers: Worker[] = [];
  readonly #words: Int32Array;
  #programs = 0;
  #calls = 0;
  #handedAt = 0;
  #lost: string | undefined;

  /**
   * @param threads All threads, the calling one included; at least 2.
   * @param options.entry What each of them runs.
   * @param options.library What computes what programs leave to it, in every thread.
   */
  constructor(
    private readonly arena: SharedArena,
    readonly threads: number,
    private readonly options: { readonly entry?: URL; readonly library?: OpenedLibrary } = {},
  ) {
    const { entry = new URL("./thread_worker.ts", import.meta.url) } = options;
    this.#words = arena.ints(0, 16);
    try {
      for (let i = 1; i < threads; i++) this.#workers.push(this.#start(entry));
    } catch (error) {
      this.#lose((error as Error).message);
    }
  }

  #start(entry: URL): Worker {
    const worker = new Worker(entry, { type: "module" });
    worker.onerror = (event) => {
      event.preventDefault();
      this.#lose(event.message);
    };
    return worker;
  }

  /** Whether all threads wait for calls. */
  get ready(): boolean {
    if (this.#lost !== undefined) return false;
    if (Atomics.load(this.#words, word.taken) === this.#workers.length * this.#programs) {
      return true;
    }
    if (performance.now() - this.#handedAt > startTime) {
      this.#lose(`not ready after ${startTime / 1000} s`);
    }
    return false;
  }

  /** Why there are no threads any more; undefined while there are. */
  get lost(): string | undefined {
    return this.#lost;
  }

  /**
   * Hands a program to all threads.
   *
   * @returns How to run it while the pool is ready.
   */
  add({ binary, barriers, libraryCalls }: Lowered): ThreadedRun {
    const module = new WebAssembly.Module(binary);
    const { threads, options: { library } } = this;
    const { memory } = this.arena;
    const arrivals = threads * barriers;
    const program = this.#programs++;
    this.#handedAt = performance.now();
    Atomics.store(this.#words, word.handed, this.#programs);
    this.#call(word.leave);
    this.#workers.forEach((worker, i) => {
      const thread = { thread: i + 1, threads, arrivals };
      const assignment: Assignment = {
        memory,
        module,
        ...thread,
        libraryCalls,
        library: library?.source,
      };
      worker.postMessage(assignment);
    });
    const env = { memory, library: boundCalls(libraryCalls, library?.library, memory) };
    const { exports } = new WebAssembly.Instance(module, { env });
    const run = exports.run0 as (base: number) => void;
    let base = 0;
    return (patience) => {
      if (!this.#joined(this.#call(program), patience)) return false;
      try {
        run(base);
      } catch (error) {
        throw new LabError(
          `Cannot go on with a step as all of its threads must finish it: ${error}`,
        );
      }
      base = (base + arrivals) | 0;
      return true;
    };
  }

  /** Ends the threads. They leave by themselves: one that sleeps does not hear `terminate`. */
  close(): void {
    this.#call(word.quit);
    const end = performance.now() + 1000;
    for (let left = 0; performance.now() < end;) {
      left = Atomics.load(this.#words, word.listening);
      if (left === 0) break;
      word.changed(this.#words, word.listening, left, 10);
    }
    for (const worker of this.#workers) worker.terminate();
  }

  #lose(reason: string): void {
    if (this.#lost !== undefined) return;
    this.#lost = reason;
    this.close();
  }

  #call(program: number): number {
    this.#calls = (this.#calls + 1) & 0x7fffff;
    Atomics.store(this.#words, word.program, program);
    Atomics.store(this.#words, word.call, this.#calls << 8);
    Atomics.notify(this.#words, word.call);
    return this.#calls << 8;
  }

  /** Waits until all threads have joined a call; withdraws it where they do not. */
  #joined(begun: number, patience: number): boolean {
    const words = this.#words;
    const all = begun + this.#workers.length;
    const end = performance.now() + patience;
    let call = begun;
    for (let left = patience; call !== all; left = end - performance.now()) {
      if (left <= 0) {
        const now = Atomics.compareExchange(words, word.call, call, call | word.withdrawn);
        if (now === call) return false;
        call = now;
      } else call = word.changed(words, word.call, call, left);
    }
    return true;
  }
}

/** Milliseconds that a program has run on one thread before threads are started for it. */
export const worthwhile = 300;
/** Milliseconds of a run below which barriers cost more than threads gain. */
export const shortest = 0.1;

/** A program that takes as many threads as prove faster. */
export interface FasterRun {
  run(): void;
  /** Threads that the last run took. */
  threads(): number;
}

/**
 * Runs a program on one thread, or on all where that proves faster. `threaded` is asked for once
 * the program has run for long enough; `pool` is there from then on.
 */
export function fasterRun(
  one: () => void,
  pool: () => ThreadPool,
  threaded: () => Lowered,
): FasterRun {
  const choices = threadChoices();
  let { many, patience } = choices.next().value;
  let threads: ThreadPool | undefined;
  let onMany: ThreadedRun;
  let took = 1;
  let spent = 0;
  let runs = 0;
  const alone = () => {
    const begun = performance.now();
    one();
    spent += performance.now() - begun;
    runs += 1;
    if (spent < worthwhile) return;
    if (spent / runs > shortest) {
      threads = pool();
      onMany = threads.add(threaded());
    } else spent = runs = 0;
  };
  const run = () => {
    took = 1;
    if (threads === undefined) return alone();
    if (!threads.ready) return one();
    const begun = performance.now();
    if (many && onMany(patience)) took = threads.threads;
    else one();
    ({ many, patience } = choices.next(performance.now() - begun).value);
  };
  return { run, threads: () => took };
}
