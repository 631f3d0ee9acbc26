/**
 * Policies of stored agents as files, made when a page asks for one.
 *
 * @module
 */
import { RecentlyUsed } from "../lab/core/recently_used.ts";
import type { Run, Store } from "../lab/store/store.ts";
import type { KeptPolicy } from "./contents.ts";

/** Files that are kept for the next page. */
const KEPT = 8;

/** Makes policy files, one after the other, and keeps the last few. */
export class Policies {
  readonly #files = new RecentlyUsed<Promise<Uint8Array<ArrayBuffer>>>(KEPT);
  #busy: Promise<unknown> = Promise.resolve();

  constructor(private readonly store: Store) {}

  /**
   * The file of a run's newest checkpoint of a kind.
   *
   * @throws InputError where there is none, or the run is no agent.
   */
  of(run: Run, kind: KeptPolicy["kind"]): Promise<Uint8Array<ArrayBuffer>> {
    const newest = this.store.checkpoints(run.id).findLast((each) => each.kind === kind);
    const key = `${run.id} ${kind} ${newest?.id}`;
    const known = this.#files.get(key);
    if (known !== undefined) return known;
    const made = this.#busy.then(() => this.#make(run, kind));
    this.#busy = made.catch(() => this.#files.delete(key));
    this.#files.set(key, made);
    return made;
  }

  async #make(run: Run, checkpoint: KeptPolicy["kind"]): Promise<Uint8Array<ArrayBuffer>> {
    // The lab's trainers are loaded with the first policy, not with the dashboard.
    const { registries } = await import("../registries.ts");
    const { policyOf } = await import("../lab/experiment/inspect.ts");
    return await policyOf(run, { store: this.store, registries, checkpoint });
  }
}
