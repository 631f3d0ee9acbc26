/**
 * Threads that share the memory of compiled programs.
 *
 * @module
 */
import type { SharedArena } from "./memory.ts";

/** Word that rises with every run, and the program to run or `leave`: in the arena's first bytes. */
export const goAddress = 16;
/** See {@linkcode goAddress}. */
export const programAddress = 20;
/** Tells a thread to go back to its event loop, as a message is waiting. */
export const leave = -1;

/** Tells a thread to end. */
export const quit = -2;

/** What a thread is told about a program. */
export interface Assignment {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly thread: number;
  readonly arrivals: number;
}

/** A program that all threads have taken up: runs it once on all of them. */
export type ThreadedRun = () => void;

/**
 * The threads beside the calling one. They end with the worker that made them, or by `close`: a
 * program that keeps them open does not end by itself.
 */
export class ThreadPool {
  readonly #workers: Worker[] = [];
  readonly #control: Int32Array;
  #programs = 0;
  #last: Promise<void> = Promise.resolve();
  /** Messages are on their way: nothing may be run on threads until all have answered. */
  #busy = 0;

  /** @param threads All threads, the calling one included; at least 2. */
  constructor(private readonly arena: SharedArena, readonly threads: number) {
    this.#control = arena.ints(0, 16);
    const entry = new URL("./thread_worker.ts", import.meta.url);
    for (let i = 1; i < threads; i++) this.#workers.push(new Worker(entry, { type: "module" }));
  }

  /** Whether threaded runs are possible now. */
  get ready(): boolean {
    return this.#busy === 0;
  }

  /** Hands a program to all threads; answers how to run it once they have it. */
  add(binary: Uint8Array<ArrayBuffer>, barriers: number): Promise<ThreadedRun> {
    // One at a time: a thread that has taken up a program sleeps until the next word.
    this.#busy += 1;
    const taken = this.#last.then(() => this.#hand(binary, barriers));
    this.#last = taken.then(() => void (this.#busy -= 1));
    return taken;
  }

  async #hand(binary: Uint8Array<ArrayBuffer>, barriers: number): Promise<ThreadedRun> {
    const module = new WebAssembly.Module(binary);
    const arrivals = this.threads * barriers;
    const program = this.#programs++;
    this.#go(leave);
    const { memory } = this.arena;
    await Promise.all(this.#workers.map((worker, i) => {
      const taken = new Promise<void>((resolve, reject) => {
        worker.addEventListener("message", ({ data }) => data === program + 1 && resolve());
        worker.addEventListener("error", reject, { once: true });
      });
      const assignment: Assignment = { memory, module, thread: i + 1, arrivals };
      worker.postMessage(assignment);
      return taken;
    }));
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    const run = exports.run0 as (base: number) => void;
    let base = 0;
    return () => {
      this.#go(program);
      run(base);
      base = (base + arrivals) | 0;
    };
  }

  /** Ends the threads: one that sleeps in its loop does not hear `terminate`. */
  close(): void {
    this.#go(quit);
    for (const worker of this.#workers) worker.terminate();
  }

  #go(program: number): void {
    Atomics.store(this.#control, programAddress / 4, program);
    Atomics.add(this.#control, goAddress / 4, 1);
    Atomics.notify(this.#control, goAddress / 4);
  }
}

/** Runs by which one thread and several are compared, each; and runs until the next comparison. */
const trials = 5;
const term = 2000;
/** Threaded runs before the first comparison: the engine optimizes code that has run for a while. */
const warmUp = 60;

/**
 * Runs a program on one thread, and on all of `pool` while that proves faster by a tenth. As other
 * work comes and goes on the machine the two are compared again and again; the bits are the same
 * either way.
 */
export function fasterRun(one: () => void, pool: ThreadPool, threaded: Promise<ThreadedRun>) {
  let many: ThreadedRun | undefined;
  // Threads that do not come are no loss: one thread computes the same.
  threaded.then((run) => many = run, () => {});
  let times: [number[], number[]] = [[], []];
  let chosen = one;
  let left = 0;
  let cold = warmUp;
  return () => {
    if (many === undefined || !pool.ready) return one();
    if (cold > 0) {
      cold -= 1;
      return many();
    }
    if (left > 0) {
      left -= 1;
      return chosen();
    }
    // In a row each, as they run later: a thread that sleeps takes long to wake.
    const kind = times[0].length < trials ? 0 : 1;
    const begun = performance.now();
    (kind === 0 ? one : many)();
    times[kind].push(performance.now() - begun);
    if (times[1].length < trials) return;
    chosen = median(times[1]) < 0.9 * median(times[0]) ? many : one;
    times = [[], []];
    left = term;
  };
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1];
}
