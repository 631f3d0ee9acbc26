/**
 * Stores that are gone afterwards, and a run in one.
 *
 * @module
 */
import type { MetricPoint } from "../lab/core/metrics.ts";
import type { Generator } from "../lab/core/random.ts";
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

/** Ends a run with a random walk of a loss, so many points long. */
export function addWalk(store: Store, run: string, count: number, random: Generator): void {
  let value = 0;
  const points = Array.from({ length: count }, (_, i): MetricPoint => ({
    name: "losses/loss",
    value: value += random.normal(),
    iterations: i + 1,
    environmentSteps: i + 1,
    gradientSteps: i + 1,
    examples: i + 1,
    wallSeconds: i / 1000,
  }));
  store.append(run, points);
  store.update(run, { iterations: count, status: "completed", digest: "0".repeat(64) });
}
