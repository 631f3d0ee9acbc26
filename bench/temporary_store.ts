/**
 * Stores that are gone afterwards, and a run in one.
 *
 * @module
 */
import { openStore } from "../lab/store/sqlite_store.ts";
import type { Manifest, Run, Store } from "../lab/store/store.ts";

/** A store in a folder of its own. */
export async function temporaryStore() {
  const folder = await Deno.makeTempDir({ dir: "/tmp", prefix: "reverie-bench-" });
  const store = openStore(`${folder}/runs`);
  return {
    folder,
    store,
    [Symbol.asyncDispose]: async () => {
      store.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Of a run that nothing trains. */
export const emptyManifest: Manifest = {
  determined: {
    experiment: "bench",
    version: 1,
    configuration: { budget: 1, checkpoint: { keepLast: 1 } },
    seed: "1",
    backend: "none",
  },
  definition: { module: "bench", hash: "" },
  code: { revision: null, dirty: null, hash: "", lock: "" },
  versions: {},
  machine: { adapter: null, cpuFeatures: [], cores: 1, os: Deno.build.os },
  backendReason: "none",
};

/** A run that nothing trains. */
export function emptyRun(store: Store): Run {
  return store.createRun({ name: "bench", tags: [], note: "", manifest: emptyManifest });
}
