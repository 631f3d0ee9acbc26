/**
 * Stored agents and models as files that pages open, made when one asks for them.
 *
 * @module
 */
import { InputError, LabError } from "../lab/core/errors.ts";
import { RecentlyUsed } from "../lab/core/recently_used.ts";
import { Thread } from "../lab/core/thread.ts";
import { foreignWorker } from "../lab/experiment/foreign_worker.ts";
import { chosenCheckpoint } from "../lab/store/chosen_checkpoint.ts";
import type { Run, Store } from "../lab/store/store.ts";
import type { KeptPolicy } from "./contents.ts";
import type { Made, Wanted } from "./policy_thread.ts";

/** Files that are kept for the next page. */
const KEPT = 12;

/** A file, or one that is made. */
interface Kept {
  readonly made: Promise<Uint8Array<ArrayBuffer>>;
  /** Those who asked for it: undefined where one waits in any case. */
  readonly askers: (AbortSignal | undefined)[];
}

/** Makes files, one after the other, and keeps the last few. */
export class Policies {
  readonly #files = new RecentlyUsed<Kept>(KEPT);
  #busy: Promise<unknown> = Promise.resolve();

  constructor(private readonly store: Store) {}

  /**
   * A file of one of a run's checkpoints, by its id or as {@linkcode chosenCheckpoint} takes it.
   *
   * @param part What the file holds.
   * @param options.signal Of who asks; where all who asked for a file have gone before its turn came, it
   *   is not made.
   * @param options.settings Of a model: other values of the fields that it may draw its samples by.
   * @throws InputError where there is none, or the run has no such part.
   */
  of(
    run: Run,
    wanted: KeptPolicy["kind"] | number,
    part: Wanted["part"] = "policy",
    { signal, settings = [] }: {
      readonly signal?: AbortSignal;
      readonly settings?: Wanted["settings"];
    } = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    const kept = this.store.checkpoints(run.id);
    const found = typeof wanted === "number"
      ? kept.find(({ id }) => id === wanted)
      : chosenCheckpoint(kept, wanted);
    if (found === undefined && typeof wanted === "number") {
      throw new InputError(
        `Cannot show a policy as run ${run.id} must have its checkpoint: ${wanted}`,
      );
    }
    const checkpoint = found ?? wanted as KeptPolicy["kind"];
    const key = JSON.stringify([part, run.id, found?.id ?? wanted, settings]);
    const known = this.#files.get(key);
    if (known !== undefined) {
      known.askers.push(signal);
      return known.made;
    }
    const askers = [signal];
    const made = this.#busy.then(() => {
      if (askers.every((asker) => asker?.aborted)) {
        throw new InputError(`Cannot show run ${run.id} as nobody waits for it any more`);
      }
      return this.#make({ run: run.id, part, checkpoint, settings });
    });
    this.#busy = made.catch(() => this.#files.delete(key));
    this.#files.set(key, { made, askers });
    return made;
  }

  /** The lab's trainers, and code of a user's own, are loaded in a thread that ends with the file. */
  async #make(wanted: Omit<Wanted, "store">): Promise<Uint8Array<ArrayBuffer>> {
    using thread = new Thread<Wanted, Made>(
      foreignWorker(new URL("./policy_thread.ts", import.meta.url), "policy"),
    );
    const made = await thread.ask({ store: this.store.location, ...wanted });
    if ("file" in made) return made.file;
    throw new (made.input ? InputError : LabError)(made.failed);
  }
}
