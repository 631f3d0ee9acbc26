/**
 * Threads that run code which may be anyone's: what the lab says to them and they to it passes through
 * a port of its own, which that code does not see, and a thread that has ended is noticed, however it
 * ended: it holds a Web Lock, which the engine takes back with it.
 *
 * @module
 */

/** The one message to a thread's global scope. */
interface Joining {
  readonly port: MessagePort;
  readonly presence: string;
}

/** A thread as the one that made it sees it. Dispose to end it. */
export class Thread<To, From> implements Disposable {
  /** Resolves once the thread listens; rejects where it has ended before. */
  readonly ready: Promise<void>;
  /** Resolves, with the reason in a line, once the thread has ended by itself. */
  readonly ended: Promise<string>;
  readonly #port: MessagePort;
  readonly #disposed = new AbortController();

  /** @param worker A worker whose module calls {@linkcode joinThread} at once. */
  constructor(private readonly worker: Worker) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const presence = `reverie-${crypto.randomUUID()}`;
    const present = new Promise<void>((resolve) => port1.onmessage = () => resolve());
    this.ended = new Promise((resolve) => {
      worker.onerror = (event) => {
        event.preventDefault();
        resolve(event.message.split("\n")[0]);
      };
      const gone = () => resolve("its code called exit() or close()");
      const { signal } = this.#disposed;
      present.then(() => navigator.locks.request(presence, { signal }, gone)).catch(() => {});
    });
    this.ready = Promise.race([
      present,
      this.ended.then((reason) => {
        throw new Error(reason);
      }),
    ]);
    this.ready.catch(() => {}); // reported to whoever waits for it
    worker.postMessage({ port: port2, presence } satisfies Joining, [port2]);
  }

  /** Says something to the thread, which is ready. */
  post(message: To): void {
    this.#port.postMessage(message);
  }

  /** Hands what the thread says from now on to `receive`, in place of who got it before. */
  listen(receive: (message: From) => void): void {
    this.#port.onmessage = ({ data }) => receive(data);
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
