/**
 * The browser build and a filled store for tests of the dashboard.
 *
 * @module
 */
import { openStore } from "../../lab/store/sqlite_store.ts";
import type { Store } from "../../lab/store/store.ts";
import { createApp } from "../../web/app.ts";
import { Comparisons } from "../../web/comparisons.ts";
import type { App } from "../../web/fresh.ts";
import { fillStore } from "./sample_store.ts";

/** The repository's root. */
export const root = new URL("../../", import.meta.url);

/** Sees to it that the islands are built: by the test command, else now. */
export async function build(): Promise<void> {
  if (!Deno.env.has("REVERIE_TESTS_BUILT")) await buildAnew();
}

/** Builds the islands as `deno task build` does. */
export async function buildAnew(): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "-A", "web/build.ts"],
    cwd: root,
    stdout: "null",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** A store that one connection writes and the dashboard reads through another. */
export interface Dashboard extends AsyncDisposable {
  readonly store: Store;
  readonly app: App<unknown>;
  /** Runs by what they are: see `fillStore`. */
  readonly runs: Record<string, string>;
  /** The lock of the run that trains. */
  readonly running: Disposable;
  readonly folder: string;
}

/** Opens a dashboard on a store of its own; `empty` leaves it without runs. */
export async function openDashboard(
  options: { empty?: boolean; readOnly?: boolean } = {},
): Promise<Dashboard> {
  const folder = await Deno.makeTempDir();
  const store = openStore(`${folder}/runs`);
  const { runs, running } = options.empty
    ? { runs: {}, running: { [Symbol.dispose]() {} } }
    : await fillStore(store);
  const { readOnly = true } = options;
  const reader = openStore(`${folder}/runs`, { readOnly });
  const comparisons = new Comparisons(reader.location);
  return {
    store,
    app: createApp(reader, comparisons, { readOnly }),
    runs,
    running,
    folder,
    async [Symbol.asyncDispose]() {
      running[Symbol.dispose]();
      comparisons[Symbol.dispose]();
      reader.close();
      store.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
