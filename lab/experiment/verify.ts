/**
 * Verify: whether everything that is stored can be read, and is what was stored.
 *
 * @module
 */
import { DamageError, InputError } from "../core/errors.ts";
import type { DamagedRun, Run, Store } from "../store/store.ts";
import { lineOf } from "./error_lines.ts";
import { storedDigest } from "./recorder.ts";

/** What of a run is damaged, a line each. */
export interface RunDamage {
  readonly id: string;
  readonly name: string;
  readonly lines: readonly string[];
}

/** What a verification found. */
export interface Verification {
  /** What of the database, its sweeps and batches is damaged, a line each. */
  readonly database: readonly string[];
  /** Runs that were looked at. */
  readonly runs: number;
  readonly damaged: readonly RunDamage[];
}

/**
 * Reads all of a store, or of the runs of some ids: the database's own structure, journals, records,
 * sweeps, waiting requests, every point, checkpoint and artifact, and of finished runs whether series and
 * parameters give the digest. Writes nothing.
 *
 * @param options.onRun Told of each run before it is read.
 */
export async function verify(
  store: Store,
  options: { readonly ids?: readonly string[]; readonly onRun?: (id: string) => void } = {},
): Promise<Verification> {
  const chosen = ({ id }: { readonly id: string }) => options.ids?.includes(id) ?? true;
  const both = [{}, { trashed: true }];
  const broken = both.flatMap((where) => store.damagedRuns(where)).filter(chosen);
  const sound = both.flatMap((where) => store.runs(where)).filter(chosen);
  const damaged = broken.map(({ id, name, reason }: DamagedRun): RunDamage => ({
    id,
    name,
    lines: [`its record: ${reason}`],
  }));
  for (const run of sound) {
    options.onRun?.(run.id);
    const lines = await damagesOf(store, run);
    if (lines.length > 0) damaged.push({ id: run.id, name: run.name, lines });
  }
  const database = [...store.damages(), ...damagedRecords(store)];
  return { database, runs: sound.length + broken.length, damaged };
}

/** What of sweeps, and of requests whose runs have not begun, is damaged, a line each. */
function damagedRecords(store: Store): string[] {
  const waiting = store.batches().flatMap((batch) => batch.waiting);
  const reads = [
    ...store.sweepNames().map((name) => () => store.sweep(name)),
    ...waiting.map((id) => () => store.request(id)),
  ];
  return reads.flatMap((read) => {
    try {
      read();
      return [];
    } catch (error) {
      // A request that has begun since it was listed is no damage.
      return error instanceof DamageError ? [lineOf(error)] : [];
    }
  });
}

async function damagesOf(store: Store, run: Run): Promise<string[]> {
  const lines: string[] = [];
  const read = async (action: () => unknown) => {
    try {
      await action();
    } catch (error) {
      // What a run that trains has replaced since it was listed is no damage.
      if (!(error instanceof InputError)) lines.push(lineOf(error));
    }
  };
  await read(async () => {
    for (const name of store.seriesNames(run.id)) await read(() => store.series(run.id, name));
    for (const checkpoint of store.checkpoints(run.id)) {
      await read(() => store.loadCheckpoint(run.id, checkpoint, { without: "" }));
    }
    const hashes = new Set(store.artifacts(run.id).map(({ hash }) => hash));
    for (const hash of hashes) await read(() => store.readArtifact(hash));
    store.events(run.id);
  });
  if (lines.length > 0 || run.digest === null) return lines;
  await read(async () => {
    const digest = await storedDigest(store, run);
    if (digest !== run.digest) lines.push(digestLine(run));
  });
  return lines;
}

/** What is said of a run whose series and parameters have another digest than it ended with. */
export function digestLine({ digest }: Run): string {
  return `its series, parameters and settings do not have the digest ${digest?.slice(0, 12)}… ` +
    "that it ended with";
}
