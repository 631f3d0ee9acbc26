/** Stores for tests. */
import { LabError } from "../../../lab/core/errors.ts";
import { openStore } from "../../../lab/store/sqlite_store.ts";
import type { Store } from "../../../lab/store/store.ts";

/** A store in a folder of its own, removed at the end. */
export async function temporaryStore() {
  const folder = await Deno.makeTempDir();
  const store = openStore(`${folder}/runs`);
  return {
    store,
    folder,
    [Symbol.asyncDispose]: async () => {
      store.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The same store on a disk that is full once a checkpoint of a later iteration is written. */
export function fullAfter(store: Store, iteration: number): Store {
  return new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (name !== "saveCheckpoint") return value.bind(target);
      return (...given: Parameters<Store["saveCheckpoint"]>) =>
        given[1].iteration > iteration
          ? Promise.reject(new LabError("Cannot write the checkpoint as the disk is full"))
          : target.saveCheckpoint(...given);
    },
  });
}
