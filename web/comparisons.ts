/**
 * Comparisons in a thread of their own, so that every other page is answered meanwhile.
 *
 * @module
 */
import { InputError, LabError } from "../lab/core/errors.ts";
import type { ComparisonRequest } from "./comparison.ts";
import type { Answer, Question } from "./comparison_worker.ts";

/** Asks the thread, which begins with the first question, or where one is to be expected. */
export class Comparisons implements Disposable {
  readonly #location: string;
  readonly #waiting = new Map<number, PromiseWithResolvers<Uint8Array<ArrayBuffer>>>();
  #worker: Worker | undefined;
  #asked = 0;

  /** `location` is the store's. */
  constructor(location: string) {
    this.#location = location;
  }

  /** Begins the thread for who is about to ask. */
  expect(): void {
    this.#worker ??= this.#begin();
  }

  /**
   * A comparison as JSON (see `Comparison`).
   *
   * @param signal Stops it, as its reader has gone.
   * @throws InputError for a run that is not there.
   */
  async of(request: ComparisonRequest, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    signal.throwIfAborted();
    const id = this.#asked++;
    const waiting = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
    const leave = () => {
      this.#ask({ id, request: null });
      waiting.reject(signal.reason);
    };
    this.#waiting.set(id, waiting);
    signal.addEventListener("abort", leave);
    try {
      this.#ask({ id, request });
      return await waiting.promise;
    } finally {
      signal.removeEventListener("abort", leave);
      this.#waiting.delete(id);
    }
  }

  [Symbol.dispose](): void {
    this.#end("Cannot compare as the dashboard has ended");
  }

  #ask(question: Question): void {
    this.expect();
    this.#worker!.postMessage(question);
  }

  #begin(): Worker {
    const url = new URL("./comparison_worker.ts", import.meta.url);
    const worker = new Worker(url, { type: "module", name: this.#location });
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      const waiting = this.#waiting.get(data.id);
      if ("json" in data) return waiting?.resolve(data.json);
      const Kind = { input: InputError, lab: LabError, fault: Error }[data.kind];
      waiting?.reject(new Kind(data.problem));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.#end(`Cannot compare as its thread has ended: ${event.message}`);
    };
    return worker;
  }

  /** The next question begins a thread anew. */
  #end(reason: string): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const waiting of this.#waiting.values()) waiting.reject(new LabError(reason));
  }
}
