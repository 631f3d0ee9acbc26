/**
 * Runs that were asked for and have not begun: in a store's batches, at a hub, in the stores of Slurm's
 * jobs.
 *
 * @module
 */
import { isFolder, namesIn, sizeOfFile } from "../lab/store/files.ts";
import type { Hub } from "../lab/store/postgres/hub.ts";
import type { Store } from "../lab/store/store.ts";
import { PROGRAM } from "./command.ts";
import { storeFlag } from "./stores.ts";
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
  const here = waitingIn(store);
  const lines = here === 0 ? [] : [
    `${plural(here, "run")} waiting to begin (where nothing trains them any more: ` +
    `${PROGRAM} resume --batch${storeFlag(location)})`,
  ];
  const { openStore } = await import("../lab/store/sqlite_store.ts");
  const jobs = `${store.location}/slurm`;
  for (const job of foldersIn(jobs)) {
    let waiting = 0;
    for (const task of foldersIn(`${jobs}/${job}`)) {
      const folder = `${jobs}/${job}/${task}`;
      if (sizeOfFile(`${folder}/lab.db`) === undefined) continue;
      const share = openStore(folder, { readOnly: true });
      waiting += waitingIn(share);
      share.close();
    }
    if (waiting > 0) {
      lines.push(`${plural(waiting, "run")} waiting in Slurm's job of ${jobs}/${job}`);
    }
  }
  return lines;
}

function waitingIn(store: Store): number {
  return store.batches().reduce((sum, { waiting }) => sum + waiting.length, 0);
}

function foldersIn(path: string): string[] {
  return namesIn(path).filter((name) => isFolder(`${path}/${name}`)).sort();
}
