/**
 * Threads of a page, each made of a module that a page imports for its address alone.
 *
 * @module
 */
import { reasonOf } from "./ask.ts";

/** What threads are made of, by their names. */
export const threads = {
  robustness: () => import("./player/robustness_thread.ts"),
  sampling: () => import("./explorer/sampling_thread.ts"),
};

/** The name of a thread. */
export type ThreadName = keyof typeof threads;

/** A thread that was begun. */
export interface PageThread<Order> {
  /** Hands it an order, as soon as it listens. */
  readonly post: (order: Order) => void;
  /** Ends it: nothing is heard of it any more. */
  readonly end: () => void;
}

/** Where the script of a page that stands alone lies for its threads. */
let ownScript: string | undefined;

/** Of a page that stands alone a thread is one of the page's own script, which goes by the thread's name. */
function workerOf(address: string, name: ThreadName): Worker {
  const alone = document.querySelector("script[type=module]:not([src])")?.textContent;
  if (alone === undefined) return new Worker(address, { type: "module", name });
  ownScript ??= URL.createObjectURL(new Blob([alone], { type: "text/javascript" }));
  return new Worker(ownScript, { name });
}

/**
 * Begins a thread. It says `{ kind: "listens" }` once it does.
 *
 * @param hear Called with all else that it says.
 * @param fail Called with a line where it cannot begin or breaks, which ends it.
 */
export function beginThread<Order, Said extends { readonly kind: string }>(
  name: ThreadName,
  hear: (said: Exclude<Said, { kind: "listens" }>) => void,
  fail: (line: string) => void,
): PageThread<Order> {
  let worker: Worker | undefined;
  let [listens, isEnded] = [false, false];
  const waiting: Order[] = [];
  const end = () => {
    isEnded = true;
    worker?.terminate();
  };
  const broken = (line: string) => {
    if (isEnded) return;
    end();
    fail(line);
  };
  const begin = async () => {
    const { address } = await threads[name]();
    if (isEnded) return;
    const begun = worker = workerOf(address, name);
    begun.onerror = (event) => {
      event.preventDefault();
      broken(event.message || "The script of the thread cannot be loaded");
    };
    begun.onmessage = ({ data: said }) => {
      if (isEnded) return;
      if (said.kind !== "listens") return hear(said);
      listens = true;
      for (const order of waiting.splice(0)) begun.postMessage(order);
    };
  };
  begin().catch((error) => broken(reasonOf(error)));
  return { post: (order) => listens ? worker!.postMessage(order) : void waiting.push(order), end };
}
