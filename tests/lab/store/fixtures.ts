/**
 * A manifest, points and snapshots for tests of the store.
 *
 * @module
 */
import type { MetricPoint } from "../../../lab/core/metrics.ts";
import type { Snapshot } from "../../../lab/core/snapshot.ts";
import { openStore } from "../../../lab/store/sqlite_store.ts";
import type {
  Manifest,
  NewCheckpoint,
  Run,
  Store,
  StoredCheckpoint,
} from "../../../lab/store/store.ts";

/** A manifest of the experiment `name`. */
export function manifestOf(name: string): Manifest {
  return {
    determined: {
      experiment: name,
      version: 1,
      configuration: { agent: { gamma: 0.99 } },
      seed: "340282366920938463463374607431768211455",
      backend: "tfjs-cpu",
    },
    definition: { module: "experiments/mod.ts", hash: "00" },
    code: { revision: null, dirty: null, hash: "11", lock: "22" },
    versions: { deno: "2.9.6" },
    machine: { adapter: null, cpuFeatures: ["avx2"], cores: 2, os: "linux" },
    backendReason: "asked for",
  };
}

/** Adds a run. */
export function addRun(store: Store, name = "corridor-dqn"): Run {
  return store.createRun({ name, manifest: manifestOf(name), tags: [], note: "" });
}

/** A point whose axes all follow from its iteration. */
export function pointAt(name: string, iteration: number, value: number): MetricPoint {
  return {
    name,
    value,
    iterations: iteration,
    environmentSteps: 16 * iteration,
    gradientSteps: 4 * iteration,
    examples: 64 * iteration,
    wallSeconds: iteration / 7,
  };
}

/** A snapshot that differs from iteration to iteration. */
export function snapshotAt(iteration: number, length = 6): Snapshot {
  const values = Float32Array.from({ length }, (_, i) => Math.sin(iteration + i));
  return {
    parameters: { "policy/0/kernel": { shape: [2, length / 2], dtype: "float32", values } },
    state: { "adam/steps": { shape: [], dtype: "int32", values: Int32Array.of(iteration) } },
    values: { iteration, generators: { policy: [iteration, "17"] } },
  };
}

/** What `saveCheckpoint` takes for an iteration. */
export function checkpointAt(
  iteration: number,
  options: { kind?: StoredCheckpoint["kind"]; keep?: number; length?: number } = {},
): NewCheckpoint {
  return {
    snapshot: snapshotAt(iteration, options.length),
    runner: { wallSeconds: iteration / 7 },
    iteration,
    kind: options.kind ?? "last",
    score: null,
    keep: options.keep ?? 2,
  };
}

/** Runs `test` with a store in a folder of its own, which is removed afterwards. */
export async function withStore(
  test: (store: Store, folder: string) => void | Promise<void>,
): Promise<void> {
  await withFolder(async (parent) => {
    const store = openStore(`${parent}/runs`);
    try {
      await test(store, `${parent}/runs`);
    } finally {
      store.close();
    }
  });
}

/** Runs `test` with a folder of its own, which is removed afterwards. */
export async function withFolder(test: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    await test(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** All that a store says of a run, whatever that is called there. */
export async function contentOf(store: Store, id: string, { bytes = true } = {}) {
  const checkpoints = [];
  for (const checkpoint of store.checkpoints(id)) {
    checkpoints.push({ ...checkpoint, id: 0, ...await store.loadCheckpoint(id, checkpoint) });
  }
  const artifacts = store.artifacts(id);
  return {
    run: { ...store.run(id), id: "", active: false },
    series: store.seriesNames(id).map((name) => store.series(id, name)),
    last: store.lastMetrics(id),
    events: store.events(id),
    artifacts,
    bytes: bytes && await Promise.all(artifacts.map(({ hash }) => store.readArtifact(hash))),
    checkpoints,
  };
}
