/**
 * Runs that were asked for and have not begun, in a store's batches and at a hub, or have not ended, in the
 * stores of Slurm's jobs.
 *
 * @module
 */
import { InputError, LabError } from "../lab/core/errors.ts";
import { shellWord } from "../lab/core/shell.ts";
import { isFolder, namesIn, sizeOfFile } from "../lab/store/files.ts";
import { isBatchLocked } from "../lab/store/lock.ts";
import type { Hub } from "../lab/store/postgres/hub.ts";
import type { Batch, Run, Store } from "../lab/store/store.ts";
import { commandLine } from "./stores.ts";
import { plural } from "./terminal/format.ts";

/** A line for each place where runs wait. */
export async function waitingLines(
  { store, hub }: { readonly store: Store; readonly hub?: Hub },
  location: string | undefined,
): Promise<string[]> {
  if (hub !== undefined) {
    const waiting = (await hub.tasks()).filter(({ state }) => state === "waiting").length;
    return waiting === 0 ? [] : [`${plural(waiting, "run")} waiting for a worker`];
  }
  const here = waitingIn(store.batches());
  const lines = here === 0 ? [] : [
    `${plural(here, "run")} waiting to begin (where nothing trains them any more: ` +
    `${commandLine("resume --batch", location)}, or ${commandLine("delete --waiting", location)})`,
  ];
  for (const job of foldersIn(`${store.location}/slurm`)) {
    lines.push(...await jobLines(`${store.location}/slurm/${job}`));
  }
  return lines;
}

/** Lines for a job of Slurm's whose runs have not all ended, and for its stores that cannot be read. */
async function jobLines(job: string): Promise<string[]> {
  const counts = { waiting: 0, training: 0, interrupted: 0 };
  const sweeps: string[] = [];
  const unread: string[] = [];
  for (const task of foldersIn(job)) {
    if (sizeOfFile(`${job}/${task}/lab.db`) === undefined) continue;
    try {
      const share = await standingOf(`${job}/${task}`);
      for (const what of ["waiting", "training", "interrupted"] as const) {
        counts[what] += share[what];
      }
      sweeps.push(...share.sweeps);
    } catch (error) {
      if (!(error instanceof LabError || error instanceof InputError)) throw error;
      unread.push(`Left out of Slurm's job of ${job}: ${error.message}`);
    }
  }
  const parts = [
    ...sweeps,
    ...Object.entries(counts).flatMap(([what, count]) => count > 0 ? [`${count} ${what}`] : []),
  ];
  if (parts.length === 0) return unread;
  const hint = counts.training === 0
    ? ` (where squeue has it no more: sbatch ${shellWord(`${job}/job.sh`)})`
    : "";
  return [`Runs in Slurm's job of ${job}: ${parts.join(", ")}${hint}`, ...unread];
}

/** How the runs of a task's store stand. */
async function standingOf(folder: string) {
  const { openStore } = await import("../lab/store/sqlite_store.ts");
  const { isOpen } = await import("../lab/experiment/resume.ts");
  const { sweepState } = await import("../lab/experiment/sweep/state.ts");
  const share = openStore(folder, { readOnly: true });
  try {
    const runs = share.runs();
    return {
      waiting: waitingIn(share.batches()),
      training: runs.filter(({ active }) => active).length,
      interrupted: runs.filter(isOpen).length,
      sweeps: share.sweepNames().flatMap((name) => {
        const { trials, sweep, over } = sweepState(share, name)!;
        const count = trials.filter(({ value }) => value !== undefined).length;
        return over ? [] : [`sweep ${name} with ${count} of ${plural(sweep.trials, "trial")}`];
      }),
    };
  } finally {
    share.close();
  }
}

/** How many runs of batches have not begun. */
export function waitingIn(batches: readonly Batch[]): number {
  return batches.reduce((sum, { waiting }) => sum + waiting.length, 0);
}

/**
 * What says that a batch is being trained now, so that its process begins the runs that wait: a run of it, of
 * all `runs` of the store, or that it is held while none of its runs is; undefined where nothing does.
 */
export function trainedBy(store: Store, runs: readonly Run[], batch: Batch): string | undefined {
  const run = runs.find(({ id, active }) => active && batch.runs.includes(id));
  if (run !== undefined) return `${run.id} as that run is training now`;
  if (!isBatchLocked(store.location, batch.id)) return undefined;
  return `request ${batch.id} as another process trains it`;
}

function foldersIn(path: string): string[] {
  return namesIn(path).filter((name) => isFolder(`${path}/${name}`)).sort();
}
