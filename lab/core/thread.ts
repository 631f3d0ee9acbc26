/**
 * Threads that run code which may be anyone's: what the lab says to them and they to it passes through
 * its own message port, which that code does not see, and a thread that has ended is noticed, however
 * it ended: it holds a Web Lock, which the engine takes back with it.
 *
 * @module
 */

import { InputError, LabError } from "./errors.ts";

/** The one message to a thread's global scope. */
interface Joining {
  readonly port: MessagePort;
  readonly presence: string;
}

/** @throws InputError where the runtime, as Node, has none of the web's workers. */
export function requireWorkers(action: string): void {
  if (typeof Worker !== "undefined") return;
  throw new InputError(
    `Cannot ${action} as threads need the web's Worker, which this runtime lacks: use one`,
  );
}

/** A thread as the one that made it sees it. Dispose to end it. */
export class Thread<To, From> implements Disposable {
  readonly #port: MessagePort;
  readonly #disposed = new AbortController();
  readonly #present: Promise<void>;
  /** Why it has ended by itself, in a line. */
  #reason: string | undefined;
  #onEnd: (reason: string) => void = () => {};
  /** The answer to the last question: the next one is asked after it. */
  #answered: Promise<unknown> = Promise.resolve();

  /** @param worker A worker whose module calls {@linkcode joinThread} at once. */
  constructor(private readonly worker: Worker) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const presence = `reverie-${crypto.randomUUID()}`;
    const ended = (reason: string) => {
      this.#reason ??= reason;
      this.#onEnd(this.#reason);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      ended(event.message.split("\n")[0]);
    };
    this.#present = new Promise((resolve) => port1.onmessage = () => resolve());
    const { signal } = this.#disposed;
    const gone = () => ended("its code called exit() or close()");
    this.#present.then(() => navigator.locks.request(presence, { signal }, gone)).catch(() => {});
    worker.postMessage({ port: port2, presence } satisfies Joining, [port2]);
  }

  /** Says something to the thread, once it listens. */
  post(message: To): void {
    void this.#present.then(() => this.#port.postMessage(message));
  }

  /**
   * From now on, in place of who listened before: hands what the thread says to `receive`, and why it
   * has ended by itself, in a line, to `ended`.
   */
  listen(receive: (message: From) => void, ended: (reason: string) => void): void {
    void this.#present.then(() => this.#port.onmessage = ({ data }) => receive(data));
    this.#onEnd = ended;
    if (this.#reason !== undefined) ended(this.#reason);
  }

  /**
   * Says something to a thread that says one thing in return. It hears one question at a time, in the
   * order in which they are asked.
   *
   * @throws LabError where the thread has ended, with the reason.
   */
  ask(message: To): Promise<From> {
    const answer = this.#answered.then(() =>
      new Promise<From>((resolve, reject) => {
        this.listen(resolve, (reason) => reject(new LabError(reason)));
        this.post(message);
      })
    );
    this.#answered = answer.catch(() => {});
    return answer;
  }

  [Symbol.dispose](): void {
    this.#disposed.abort();
    this.worker.terminate();
    this.#port.close();
  }
}

/**
 * In the thread's module, at once: hands what the other side says to `receive`.
 *
 * @returns What says something to the other side, once it has said something.
 */
export function joinThread<To, From>(receive: (message: To) => void): (message: From) => void {
  // Standard output is for results: what this code prints is none.
  console.log = console.info = console.debug = console.error;
  const scope = globalThis as unknown as {
    onmessage: ((event: { data: Joining }) => Promise<void>) | null;
  };
  let post: ((message: unknown) => void) | undefined;
  scope.onmessage = async ({ data: { port, presence } }) => {
    scope.onmessage = null;
    await new Promise<void>((held, refused) => {
      navigator.locks.request(presence, () => {
        held();
        return new Promise<never>(() => {});
      }).catch(refused);
    });
    post = port.postMessage.bind(port);
    port.onmessage = ({ data }) => receive(data);
    post("present");
  };
  return (message) => post?.(message);
}
