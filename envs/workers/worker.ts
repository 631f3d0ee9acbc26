/**
 * A worker of a vector: makes its environments, then does what its word says, and sleeps.
 *
 * @module
 */
import type { MultiDiscrete } from "../../lab/core/space.ts";
import type { Seed } from "../../lab/core/random.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import type { Vector } from "../../lab/core/vector.ts";
import { makeVectorEnv } from "../mod.ts";
import {
  type Assignment,
  type Columns,
  columnsOf,
  type KeptReset,
  put,
  take,
  word,
} from "./shared.ts";

/** A vector over some rows of shared columns. */
class Rows {
  readonly #vector: Vector;
  readonly #columns: Columns;
  readonly #actions: () => ArrayLike<unknown>;

  constructor(private readonly assignment: Assignment) {
    const { id, options, autoreset: mode, sizes, from, to, memory } = assignment;
    this.#vector = makeVectorEnv(id, { count: to - from, mode, options });
    this.#columns = columnsOf(sizes, memory);
    this.#actions = this.#reader();
  }

  /** What turns the shared numbers of these rows into actions. */
  #reader(): () => ArrayLike<unknown> {
    const { from, to, sizes: { actionSize } } = this.assignment;
    const given = this.#columns.actions.subarray(from * actionSize, to * actionSize);
    const { actionSpace } = this.#vector;
    if (actionSpace.kind === "discrete") return () => given;
    if (actionSpace.kind === "box") {
      const values = new Float32Array(given.length);
      return () => {
        values.set(given);
        return values;
      };
    }
    const width = (actionSpace as MultiDiscrete).nvec.length;
    return () =>
      Array.from(
        { length: to - from },
        (_, i) => Int32Array.from(given.subarray(i * width, (i + 1) * width)),
      );
  }

  step(): void {
    const { from, sizes: { observationSize } } = this.assignment;
    const step = this.#vector.step(this.#actions());
    const columns = this.#columns;
    columns.observations.set(step.observations, from * observationSize);
    columns.finalObservations.set(step.finalObservations, from * observationSize);
    columns.rewards.set(step.rewards, from);
    columns.terminated.set(step.terminated, from);
    columns.truncated.set(step.truncated, from);
    columns.started.set(step.started, from);
  }

  reset({ seeds, mask }: KeptReset): void {
    this.#vector.reset({
      ...seeds !== null &&
        { seeds: seeds.map((seed) => seed === null ? undefined : BigInt(seed)) as Seed[] },
      ...mask !== null && { mask },
    });
    this.#show();
  }

  snapshot(): Json | undefined {
    return this.#vector.snapshot();
  }

  restore(kept: Json): void {
    this.#vector.restore(kept);
    this.#show();
  }

  masks(): void {
    const { from, sizes: { maskSize } } = this.assignment;
    this.#columns.masks.set(this.#vector.actionMasks!(), from * maskSize);
  }

  close(): void {
    this.#vector.close();
  }

  #show(): void {
    const { from, sizes: { observationSize } } = this.assignment;
    this.#columns.observations.set(this.#vector.observations, from * observationSize);
  }
}

/** Does one thing. */
function obey(rows: Rows, command: number, mailbox: SharedArrayBuffer): void {
  if (command === word.step) rows.step();
  else if (command === word.reset) rows.reset(take(mailbox));
  else if (command === word.snapshot) put(mailbox, rows.snapshot());
  else if (command === word.restore) rows.restore(take(mailbox));
  else if (command === word.masks) rows.masks();
  else rows.close();
}

/**
 * Answers `said` with the word that the calling thread waits for; where that thread has said another one
 * since, as it gave up, the other one stays.
 */
function reply({ words, worker }: Assignment, said: number, answer: number): void {
  if (Atomics.compareExchange(words, worker, said, answer) === said) Atomics.notify(words, worker);
}

function fail(assignment: Assignment, said: number, error: unknown): void {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  put(assignment.mailbox, { name, message });
  reply(assignment, said, word.failed);
}

/** Waits for words and does what they say until the vector is closed. */
function serve(rows: Rows, assignment: Assignment): void {
  const { words, worker, mailbox } = assignment;
  for (let said: number = word.idle; said !== word.close;) {
    said = Atomics.load(words, worker);
    if (said <= word.idle) {
      Atomics.wait(words, worker, said);
      continue;
    }
    try {
      obey(rows, said, mailbox);
      reply(assignment, said, word.idle);
    } catch (error) {
      fail(assignment, said, error);
    }
  }
}

/** The calling thread sleeps while it waits and would not see this one end: so its worlds may not. */
function stay(): void {
  const scope = globalThis as unknown as { close(): void; Deno?: { exit(): void } };
  const { Deno: runtime } = scope;
  const refuse = (name: string) => () => {
    throw new Error(`a world must not end its thread: ${name}() was called`);
  };
  scope.close = refuse("close");
  if (runtime !== undefined) runtime.exit = refuse("exit");
}

stay();

self.onmessage = async ({ data }: MessageEvent<Assignment>) => {
  let rows;
  try {
    if (data.module !== undefined) await import(data.module);
    rows = new Rows(data);
  } catch (error) {
    return fail(data, word.start, error);
  }
  reply(data, word.start, word.idle);
  serve(rows, data);
};
