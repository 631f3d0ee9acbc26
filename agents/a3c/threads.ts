/**
 * A learner of A3C in a thread of its own, as the main thread speaks to it.
 *
 * @module
 */
import { InputError, LabError } from "../../lab/core/errors.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import { Thread } from "../../lab/core/thread.ts";
import type { Opening } from "../../lab/compute/backend.ts";
import type { EnvironmentSource } from "../../lab/compute/definitions.ts";
import type { LearnerContext, LearnOrder, WorkerPart, WorkerReport } from "./learner.ts";

/** The first message: what the thread makes its learner from. */
export interface Start extends Omit<LearnerContext, "workspace" | "makeEnvironment" | "body"> {
  readonly kind: "start";
  readonly opening: Opening;
  readonly source: EnvironmentSource;
}

/** To a thread, which replies to each message before the next one. */
export type ToThread =
  | Start
  | LearnOrder & { readonly kind: "learn" }
  | { readonly kind: "snapshot" }
  | { readonly kind: "restore"; readonly snapshot: Json };

/** A thread's reply. */
export interface FromThread {
  readonly value: WorkerReport | Json;
  /** One line, where it failed. */
  readonly failed?: string;
  /** Bad input, not a failure. */
  readonly input?: boolean;
}

/** A learner elsewhere. */
export class LearnerThread implements WorkerPart {
  readonly #thread = new Thread<ToThread, FromThread>(
    new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }),
  );
  readonly #started: Promise<unknown>;

  constructor(private readonly index: number, start: Omit<Start, "kind">) {
    this.#started = this.#ask({ kind: "start", ...start });
    // Reported to whoever asks for something first.
    this.#started.catch(() => {});
  }

  async learn(order: LearnOrder): Promise<WorkerReport> {
    await this.#started;
    return await this.#ask({ kind: "learn", ...order }) as WorkerReport;
  }

  async snapshot(): Promise<Json> {
    await this.#started;
    return await this.#ask({ kind: "snapshot" }) as Json;
  }

  async restore(snapshot: Json): Promise<void> {
    await this.#started;
    await this.#ask({ kind: "restore", snapshot });
  }

  /** Ends the thread, whatever it does; its worlds are not closed. */
  dispose(): void {
    this.#thread[Symbol.dispose]();
  }

  async #ask(message: ToThread): Promise<FromThread["value"]> {
    const { value, failed, input } = await this.#thread.ask(message).catch((error) => {
      throw new LabError(`worker ${this.index} ended: ${error.message}`);
    });
    if (failed === undefined) return value;
    throw new (input ? InputError : LabError)(`worker ${this.index}: ${failed}`);
  }
}
