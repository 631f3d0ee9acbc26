/**
 * Threads of a page, each made of a module that a page imports for its address alone.
 *
 * @module
 */

/** What threads are made of, by their names. */
export const threads = {
  robustness: () => import("./player/robustness_thread.ts"),
  sampling: () => import("./explorer/sampling_thread.ts"),
};

/** The name of a thread. */
export type ThreadName = keyof typeof threads;

/** Where the script of a page that stands alone lies for its threads. */
let ownScript: string | undefined;

/**
 * Starts a thread; of a page that stands alone it is one of the page's own script, which goes by the
 * thread's name. It says `{ kind: "listens" }` once it does.
 */
export async function startThread(name: ThreadName): Promise<Worker> {
  const { address } = await threads[name]();
  const alone = document.querySelector("script[type=module]:not([src])")?.textContent;
  if (alone === undefined) return new Worker(address, { type: "module", name });
  ownScript ??= URL.createObjectURL(new Blob([alone], { type: "text/javascript" }));
  return new Worker(ownScript, { name });
}
