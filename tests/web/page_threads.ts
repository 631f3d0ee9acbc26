/** Threads of a page that a test speaks for: they stand in for `Worker` until they are disposed of. */
import { answered } from "./small_page.ts";

/** A thread that a page has made. */
export interface SpokenFor {
  /** The script that it is made of. */
  readonly address: string;
  readonly options?: object;
  /** What it was told, oldest first. */
  readonly posted: object[];
  readonly ended: boolean;
  /** Says something to the page. */
  says(said: object): void;
  /** Breaks, and returns whether the page has kept that from the console. */
  breaks(message: string): boolean;
}

/** All threads of a page. */
export class PageThreads implements Disposable {
  /** In the order in which they were made. */
  readonly all: SpokenFor[] = [];
  /** Whether no other can be made. */
  refuses = false;
  readonly #before = globalThis.Worker;
  #asked = 0;

  constructor() {
    const made = (thread: SpokenFor) => {
      this.#asked++;
      if (this.refuses) throw new TypeError("Failed to fetch");
      this.all.push(thread);
    };
    Object.assign(globalThis, {
      Worker: class {
        onmessage?: (event: { data: object }) => void;
        onerror?: (event: { message: string; preventDefault(): void }) => void;
        readonly posted: object[] = [];
        ended = false;

        constructor(readonly address: string, readonly options?: object) {
          made(this);
        }

        postMessage(order: object): void {
          this.posted.push(order);
        }

        terminate(): void {
          this.ended = true;
        }

        says(data: object): void {
          this.onmessage!({ data });
        }

        breaks(message: string): boolean {
          let isKept = false;
          this.onerror!({ message, preventDefault: () => isKept = true });
          return isKept;
        }
      },
    });
  }

  /** Waits until so many were asked for: each comes once its module has. */
  async started(count: number): Promise<void> {
    while (this.#asked < count) await new Promise((next) => setTimeout(next));
    await answered();
  }

  [Symbol.dispose](): void {
    Object.assign(globalThis, { Worker: this.#before });
  }
}
