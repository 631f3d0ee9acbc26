/**
 * Runs of programs that another thread computes while the calling one goes on: each is kept with
 * what its inputs hold, and the thread works them off in order.
 *
 * @module
 */
import { LabError } from "../../core/errors.ts";
import {
  type DeferredProgram,
  type DeferredRun,
  ended,
  failed,
  type Order,
  ready,
} from "./background_order.ts";
import type { OpenedLibrary } from "./library.ts";
import type { SharedArena } from "./memory.ts";
import { threadChoices } from "./thread_choice.ts";
import { changed } from "./thread_words.ts";
import { shortest, worthwhile } from "./threads.ts";

/** A program whose runs can be kept. */
export interface Deferrable extends DeferredProgram {
  /** The bytes of the memory that hold its inputs, random numbers and scalars. */
  readonly given: { readonly from: number; readonly to: number };
  /** The groups that it was compiled over. */
  readonly groups: readonly string[];
}

/** Milliseconds that one run may take. */
const patience = 120_000;

/** The thread beside this one, and the trial that says whether it is faster. */
export class Background {
  /** Whether `run`s are kept. */
  #records = false;
  readonly #choices = threadChoices();
  #many: boolean | undefined;
  /** Milliseconds and times that work was computed here before the thread was started. */
  #spent = 0;
  #times = 0;
  #worker: Worker | undefined;
  #lost: string | undefined;
  readonly #words = new Int32Array(new SharedArrayBuffer(64));
  readonly #reason = new Uint8Array(new SharedArrayBuffer(256));
  readonly #known = new Map<Deferrable, number>();
  #programs: Deferrable[] = [];
  #runs: DeferredRun[] = [];
  #inputs = new Uint8Array(new SharedArrayBuffer(65536));
  #filled = 0;
  /** What stood in the views of the programs when their runs were sent; the thread writes into them. */
  #held: { readonly address: number; readonly bytes: Uint8Array }[] = [];
  #asked = 0;
  readonly #busy = new Set<unknown>();

  /** @param options.eager Whether the thread takes everything, without a trial. */
  constructor(
    private readonly arena: SharedArena,
    private readonly options: {
      readonly library?: OpenedLibrary;
      readonly eager?: boolean;
      readonly entry?: URL;
    } = {},
  ) {}

  /** Whether runs are to be kept by `add` now, in place of computed. */
  get records(): boolean {
    return this.#records;
  }

  /** Why there is no thread any more; undefined while there is one, or none has been needed. */
  get lost(): string | undefined {
    return this.#lost;
  }

  /** See `Workspace.meanwhile`. */
  take(work: () => void): () => void {
    this.settle();
    if (this.options.eager) this.#start();
    const begun = performance.now();
    if (this.options.eager ? this.#worker !== undefined : this.#isReady && this.#many) {
      this.#records = true;
      try {
        work();
      } finally {
        this.#records = false;
        this.#send();
      }
    } else {
      work();
      this.#spent += performance.now() - begun;
      this.#times += 1;
    }
    return () => {
      this.settle();
      this.#ended(performance.now() - begun);
    };
  }

  /** Keeps a run of a program. */
  add(program: Deferrable): void {
    let index = this.#known.get(program);
    if (index === undefined) {
      index = this.#known.size;
      this.#known.set(program, index);
      this.#programs.push(program);
    }
    const { given: { from, to }, groups } = program;
    const first = this.#filled;
    this.#filled += to - from;
    if (this.#filled > this.#inputs.length) {
      const larger = new Uint8Array(new SharedArrayBuffer(2 * this.#filled));
      larger.set(this.#inputs);
      this.#inputs = larger;
    }
    this.#inputs.set(this.#view(from, to - from), first);
    this.#runs.push({ program: index, from: first, to: this.#filled, address: from });
    this.#busy.add(program);
    for (const group of groups) this.#busy.add(group);
  }

  /**
   * Waits until the thread has computed everything; with `what`, a program or groups, only where
   * it changes or computes that. Views hold afterwards what they held when their runs were sent.
   *
   * @throws LabError where it fails or does not answer.
   */
  settle(...what: readonly unknown[]): void {
    if (this.#busy.size === 0) return;
    if (what.length > 0 && !what.some((each) => this.#busy.has(each))) return;
    this.#send();
    const words = this.#words;
    for (let seen = Atomics.load(words, ended); seen !== this.#asked;) {
      if (Atomics.load(words, failed) === 1) {
        this.#lost = new TextDecoder().decode(this.#reason.slice()).replaceAll("\0", "");
        this.close();
        throw new LabError(
          `Cannot go on with the updates as the thread that computes them must not fail: ${this.#lost}`,
        );
      }
      const now = changed(words, ended, seen, patience);
      if (now === seen) {
        throw new LabError(
          `Cannot go on with the updates as the thread that computes them must answer within ` +
            `${patience / 1000} s: ${this.#lost ?? "no answer"}`,
        );
      }
      seen = now;
    }
    for (const { address, bytes } of this.#held) this.#view(address, bytes.length).set(bytes);
    this.#held = [];
    this.#busy.clear();
  }

  /** Ends the thread. */
  close(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
  }

  get #isReady(): boolean {
    return this.#worker !== undefined && Atomics.load(this.#words, ready) === 1;
  }

  /** Learns how long work took, from its beginning to its end with what went on beside it. */
  #ended(milliseconds: number): void {
    if (this.options.eager) return;
    if (this.#isReady) this.#many = this.#choices.next(milliseconds).value.many;
    else if (this.#spent > worthwhile) {
      if (this.#spent / this.#times > shortest) this.#start();
      this.#spent = this.#times = 0;
    }
  }

  #start(): void {
    if (this.#worker !== undefined || this.#lost !== undefined) return;
    const { entry = new URL("./background_worker.ts", import.meta.url) } = this.options;
    try {
      this.#worker = new Worker(entry, { type: "module" });
      this.#worker.onerror = (event) => {
        event.preventDefault();
        this.#lost = event.message;
        this.close();
      };
      this.#order();
    } catch (error) {
      this.#lost = (error as Error).message;
    }
  }

  /** Sends what has been kept. */
  #send(): void {
    if (this.#runs.length === 0) return;
    this.#asked = (this.#asked + this.#runs.length) | 0;
    const views = new Map(this.#runs.map(({ address, from, to }) => [address, to - from]));
    this.#held = [...views].map(([address, length]) => ({
      address,
      bytes: this.#view(address, length).slice(),
    }));
    this.#order();
    this.#programs = [];
    this.#runs = [];
    this.#filled = 0;
  }

  #view(address: number, length: number): Uint8Array {
    return new Uint8Array(this.arena.memory.buffer, address, length);
  }

  #order(): void {
    const order: Order = {
      memory: this.arena.memory,
      words: this.#words,
      library: this.options.library?.source,
      programs: this.#programs.map(({ module, libraryCalls }) => ({ module, libraryCalls })),
      runs: this.#runs,
      inputs: this.#inputs,
      reason: this.#reason,
    };
    this.#worker!.postMessage(order);
  }
}
