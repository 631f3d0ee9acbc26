/**
 * The store that a command works on.
 *
 * @module
 */
import { didYouMean, InputError } from "../lab/core/errors.ts";
import { locationIn } from "../lab/store/location.ts";
import type { Run, Store } from "../lab/store/store.ts";
import type { Hub } from "../lab/store/postgres/hub.ts";
import { isPostgres } from "../lab/store/scheme.ts";
import { storeFlag } from "../web/program.ts";
import { FLEET_PROGRAM, PROGRAM } from "./command.ts";
import { openFleet } from "./fleet.ts";
import type { Io } from "./terminal/io.ts";

/** Where the store lies: the one given, or the default one. */
export function storeLocation(io: Io, given: string | undefined): string {
  return given === undefined ? io.store : locationIn(io.folder, given);
}

/** What to type for a command on the same store, by the task that may reach it. */
export function commandLine(words: string, store: string | undefined): string {
  return `${isPostgres(store) ? FLEET_PROGRAM : PROGRAM} ${words}${storeFlag(store)}`;
}

/**
 * Opens the store that `--store` names; dispose to close it.
 *
 * @param options.readOnly For reading alone.
 * @param options.existing Makes none where there is none, for what needs a run of it.
 */
export async function openStoreOf(
  io: Io,
  given: string | undefined,
  options: { readonly readOnly?: boolean; readonly existing?: boolean } = {},
): Promise<{ readonly store: Store; readonly hub?: Hub } & Disposable> {
  if (isPostgres(given)) {
    if (options.readOnly) return await openFleet(io, given);
    throw new InputError(
      "Cannot change the runs of a PostgreSQL store by this command: run, sync and worker write there, " +
        "delete --waiting gives up what no worker has taken, and what reads a store reads it",
    );
  }
  const { openStore } = await import("../lab/store/sqlite_store.ts");
  const store = openStore(storeLocation(io, given), options);
  return { store, [Symbol.dispose]: () => store.close() };
}

/** A line for each run whose record is damaged, outside the trash or in it. */
export function damagedLines(store: Store, options: { readonly trashed?: boolean } = {}): string[] {
  return store.damagedRuns(options).map(({ id, name, reason }) =>
    `damaged: run ${id} (${name}), as ${reason}`
  );
}

/** Runs by reference, each once, in the order given. */
export function findRuns(store: Store, references: readonly string[]): Run[] {
  return [...new Map(references.map((each) => store.find(each)).map((run) => [run.id, run]))
    .values()];
}

/**
 * Runs by reference, each once, where a word may mean several: the run of that id, or `latest`; else
 * those called so, or of the experiment of that name; else the run whose id begins so.
 *
 * @throws {InputError} for a word that is none of these.
 */
export function findNamed(store: Store, references: readonly string[]): Run[] {
  const all = store.runs();
  const found = references.flatMap((each) => {
    const isRun = each === "latest" || all.some(({ id }) => id === each);
    const named = isRun ? [] : all.filter((run) => isCalled(run, each));
    if (named.length > 0) return named;
    if (each !== "latest" && !isBeginning(store, each)) throw unknownRun(all, each);
    return [store.find(each)];
  });
  return [...new Map(found.map((run) => [run.id, run])).values()];
}

/** Whether the id of a run begins so, be it damaged or in the trash. */
function isBeginning(store: Store, word: string): boolean {
  return [false, true].some((trashed) =>
    [...store.runs({ trashed }), ...store.damagedRuns({ trashed })]
      .some(({ id }) => id.startsWith(word.toLowerCase()))
  );
}

/** The error for a word that no run is known by. */
function unknownRun(runs: readonly Run[], word: string): InputError {
  const known = runs.flatMap(({ id, name, manifest }) => [
    name,
    manifest.determined.experiment,
    id,
  ]);
  return new InputError(
    `Cannot find a run as none has the id or the name "${word}"` +
      `${didYouMean(word, new Set(known))}: \`runs\` lists ${
        runs.length === 1 ? "the one that there is" : `all ${runs.length}`
      }`,
  );
}

/** Whether a run, or its experiment, has a name. */
export function isCalled({ name, manifest }: Run, wanted: string): boolean {
  return name === wanted || manifest.determined.experiment === wanted;
}

/**
 * Refuses a command that needs runs and got none.
 *
 * @param or Another way to name them, for the message.
 */
export function needRuns(action: string, references: readonly string[], or?: string): void {
  if (references.length > 0) return;
  throw new InputError(
    `Cannot ${action} as a RUN is needed (an id, a unique prefix of one, or latest)` +
      `${or === undefined ? "" : `, or ${or}`}: see \`runs\``,
  );
}
