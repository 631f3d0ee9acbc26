/**
 * Environments divided over workers, for worlds whose steps take long: all of them are stepped at the
 * same time, and their numbers lie in shared memory.
 *
 * @module
 */
import type { Environment } from "../../lab/core/environment.ts";
import { InputError, LabError } from "../../lab/core/errors.ts";
import { show } from "../../lab/core/plain.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import type { MultiDiscrete, Space } from "../../lab/core/space.ts";
import { requireWorkers } from "../../lab/core/thread.ts";
import {
  type Autoreset,
  checkRows,
  checkVector,
  readReset,
  type ResetRows,
  restoreRows,
  snapshotRows,
  type Vector,
  type VectorStep,
} from "../../lab/core/vector.ts";
import {
  type Assignment,
  type Columns,
  columnsOf,
  type KeptReset,
  newMailbox,
  put,
  take,
  word,
} from "./shared.ts";

/** How long a worker may take to load the lab and make its environments. */
const STARTING_SECONDS = 60;

/** How long it may take to answer, where nothing else is said. */
const ANSWERING_SECONDS = 300;

/** Whether this thread may wait for others: a browser page's main thread may not. */
export function mayWait(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}

/** Numbers of an action. @throws InputError for a space whose actions have no fixed numbers. */
function numbersOf({ id, actionSpace }: Environment): number {
  if (actionSpace.kind === "discrete") return 1;
  if (actionSpace.kind === "box") return actionSpace.flatSize;
  if (actionSpace.kind === "multi-discrete") return (actionSpace as MultiDiscrete).nvec.length;
  throw new InputError(
    `Cannot step ${id} in workers as its actions must be Discrete, Box or MultiDiscrete: ` +
      `${actionSpace}`,
  );
}

/** What workers are made with. */
interface WorkerOptions {
  /** Environments in all. */
  readonly count: number;
  /** When an ended episode gives way to the next one. */
  readonly autoreset: Autoreset;
  /** The environment's own options. */
  readonly options: object;
  /** Workers; no more than environments are made. */
  readonly workers: number;
  /** URL of a module that registers the environment, where the lab does not bring it along. */
  readonly module?: string;
  /** Seconds within which a worker must answer, above 0. Default 300. */
  readonly answerSeconds?: number;
}

/**
 * N environments over W workers, equal to the same vector in one thread bit for bit. All actions are
 * looked at before any row is stepped. The calling thread waits, so that `step` returns as that of any
 * vector; a worker that does not answer in time ends them all. One whose step never returns goes on
 * until the program exits, as Deno ends no thread in the midst of JavaScript. A program ends only after
 * `close`.
 */
export class WorkerVector implements Vector {
  readonly id: string;
  readonly count: number;
  readonly autoreset: Autoreset;
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  readonly observationSize: number;
  /** Threads that step. */
  readonly workers: number;
  readonly actionMasks?: () => Uint8Array;
  readonly #answerSeconds: number;
  readonly #clips: boolean;
  readonly #width: number;
  readonly #columns: Columns;
  readonly #words: Int32Array;
  readonly #mailboxes: readonly SharedArrayBuffer[];
  readonly #threads: Worker[] = [];
  /** First row of each worker, and N. */
  readonly #bounds: readonly number[];
  /** Rows whose next step is a reset, which ignores the action (`next-step`). */
  readonly #resting: Uint8Array;

  /**
   * Starts the workers; `environment` gives the spaces and is left as it is.
   *
   * @throws InputError where a count is wrong or a worker does not know the environment, LabError where
   * a worker does not start.
   */
  constructor(
    environment: Environment,
    { count, autoreset, options, workers, module, answerSeconds = ANSWERING_SECONDS }:
      WorkerOptions,
  ) {
    checkVector(count, { autoreset });
    if (!Number.isInteger(workers) || workers < 1) {
      throw new InputError(
        `Cannot step ${environment.id} in workers as there must be a whole number ≥ 1 of them: ` +
          show(workers),
      );
    }
    if (!(typeof answerSeconds === "number" && answerSeconds > 0)) {
      throw new InputError(
        `Cannot step ${environment.id} in workers as answerSeconds must be a number above 0: ` +
          show(answerSeconds),
      );
    }
    requireWorkers(`step ${environment.id} in ${workers} workers`);
    this.id = environment.id;
    this.count = count;
    this.autoreset = autoreset;
    this.observationSpace = environment.observationSpace;
    this.actionSpace = environment.actionSpace;
    this.observationSize = this.observationSpace.flatSize;
    this.workers = Math.min(workers, count);
    this.#answerSeconds = answerSeconds;
    this.#clips = environment.clipsActions === true;
    this.#width = numbersOf(environment);
    this.#resting = new Uint8Array(count);
    const sizes = {
      count,
      observationSize: this.observationSize,
      actionSize: this.#width,
      maskSize: environment.actionMask === undefined ? 0 : this.actionSpace.flatSize,
    };
    const { memory, ...columns } = columnsOf(sizes);
    this.#columns = columns;
    if (sizes.maskSize > 0) {
      this.actionMasks = () => {
        this.#command(word.masks, "read the action masks of");
        return columns.masks;
      };
    }
    this.#words = new Int32Array(new SharedArrayBuffer(4 * this.workers)).fill(word.start);
    this.#mailboxes = Array.from({ length: this.workers }, newMailbox);
    this.#bounds = Array.from(
      { length: this.workers + 1 },
      (_, worker) => Math.round(worker * count / this.workers),
    );
    for (let worker = 0; worker < this.workers; worker++) {
      const [from, to] = this.#bounds.slice(worker, worker + 2);
      const mailbox = this.#mailboxes[worker];
      const thread = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
      const shared = { sizes, from, to, memory, words: this.#words, worker, mailbox };
      thread.postMessage(
        { id: this.id, options, module, autoreset, ...shared } satisfies Assignment,
      );
      this.#threads.push(thread);
    }
    try {
      this.#await(word.start, "start", STARTING_SECONDS);
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  get observations(): Float32Array {
    return this.#columns.observations;
  }

  reset(options: ResetRows = {}): Float32Array {
    const { seeds, mask } = readReset(this.count, options);
    this.#post((from, to): KeptReset => ({
      seeds: seeds?.slice(from, to).map((seed) => seed?.toString() ?? null) ?? null,
      mask: mask === undefined ? null : [...mask.subarray(from, to)],
    }));
    this.#command(word.reset, "reset");
    for (let i = 0; i < this.count; i++) {
      if (mask === undefined || mask[i] === 1) this.#resting[i] = 0;
    }
    return this.observations;
  }

  step(actions: ArrayLike<unknown>): VectorStep {
    const width = this.#width;
    const isFlat = this.actionSpace.kind === "box" && actions instanceof Float32Array;
    checkRows("step", this.count, isFlat ? actions.length / width : actions.length, "action");
    for (let i = 0; i < this.count; i++) {
      this.#give(i, isFlat ? actions.subarray(i * width, (i + 1) * width) : actions[i]);
    }
    this.#command(word.step, "step");
    if (this.autoreset === "next-step") {
      const { terminated, truncated } = this.#columns;
      for (let i = 0; i < this.count; i++) this.#resting[i] = terminated[i] | truncated[i];
    }
    return this.#columns;
  }

  /** Hands a row's action over. */
  #give(i: number, action: unknown): void {
    const { actions } = this.#columns;
    const offset = i * this.#width;
    if (this.#resting[i] === 1) {
      const { start = 0 } = this.actionSpace as { start?: number };
      actions.fill(start, offset, offset + this.#width);
      return;
    }
    const isClipped = this.#clips && action instanceof Float32Array &&
      action.length === this.#width && action.every(Number.isFinite);
    if (!isClipped && !this.actionSpace.contains(action)) {
      throw new InputError(
        `Cannot step ${this.id} as the action must lie in ${this.actionSpace}: ${show(action)}`,
      );
    }
    if (typeof action === "number") actions[offset] = action;
    else actions.set(action as Float32Array, offset);
  }

  snapshot(): Json | undefined {
    this.#command(word.snapshot, "snapshot");
    const environments: Json[] = [];
    const ended: number[] = [];
    for (const mailbox of this.#mailboxes) {
      const kept = take<{ environments: Json[]; ended: number[] } | null>(mailbox);
      if (kept === null) return undefined;
      environments.push(...kept.environments);
      ended.push(...kept.ended);
    }
    return snapshotRows(environments, ended, this.observations);
  }

  restore(snapshot: Json): void {
    const { environments, ended, observations } = restoreRows(this, snapshot);
    const size = this.observationSize;
    this.#post((from, to) =>
      snapshotRows(
        environments.slice(from, to),
        ended.slice(from, to),
        observations.subarray(from * size, to * size),
      )
    );
    this.#command(word.restore, "restore");
    this.#resting.set(ended);
  }

  close(): void {
    if (this.#threads.length === 0) return;
    try {
      this.#command(word.close, "close");
    } finally {
      this.#end();
    }
  }

  /** A thread that waits for its word is not ended by `terminate`: told to close, it leaves. */
  #end(): void {
    this.#say(word.close);
    for (const thread of this.#threads) thread.terminate();
    this.#threads.length = 0;
  }

  /** Puts into every worker's mailbox the messages of its rows. */
  #post(messageOf: (from: number, to: number) => unknown): void {
    this.#mailboxes.forEach((mailbox, worker) =>
      put(mailbox, messageOf(this.#bounds[worker], this.#bounds[worker + 1]))
    );
  }

  /** Has all workers do one thing, and waits for all of them. */
  #command(said: number, act: string): void {
    if (this.#threads.length === 0) {
      throw new InputError(`Cannot ${act} ${this.id} as its workers must run: they were closed`);
    }
    this.#say(said);
    this.#await(said, act, this.#answerSeconds);
  }

  #say(said: number): void {
    for (let worker = 0; worker < this.workers; worker++) {
      Atomics.store(this.#words, worker, said);
      Atomics.notify(this.#words, worker);
    }
  }

  /**
   * Waits until no worker's word is `said`; throws what the first one failed with. Where one does not
   * answer, having died or hanging in a step, the workers are ended.
   */
  #await(said: number, act: string, seconds: number): void {
    const words = this.#words;
    for (let worker = 0; worker < this.workers; worker++) {
      while (Atomics.load(words, worker) === said) {
        if (Atomics.wait(words, worker, said, 1000 * seconds) !== "timed-out") continue;
        this.#end();
        throw new LabError(
          `Cannot ${act} ${this.id} in workers as they must answer within ${seconds} s: ` +
            `worker ${worker + 1} did not, and all were ended`,
        );
      }
    }
    const failed = words.indexOf(word.failed);
    if (failed >= 0) throw this.#failure(failed, act);
  }

  #failure(worker: number, act: string): Error {
    const { name, message } = take<{ name: string; message: string }>(this.#mailboxes[worker]);
    if (name === "InputError") {
      const hint = act === "start" && /no environment|outdated/.test(message)
        ? "; a world of your own needs `module`, the URL of a file that registers it"
        : "";
      return new InputError(message + hint);
    }
    const rows = `rows ${this.#bounds[worker]} to ${this.#bounds[worker + 1] - 1}`;
    return new LabError(
      `Cannot ${act} ${this.id} in a worker (${rows}) as it must not fail: ${name}: ${message}`,
    );
  }
}
