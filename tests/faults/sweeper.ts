/** A process that sweeps slow toy runs until somebody kills it; a line for each checkpoint. Store. */
import { runSweep } from "../../lab/experiment/sweep/run.ts";
import { resolveSweep } from "../../lab/experiment/sweep/sweep.ts";
import { openStore } from "../../lab/store/sqlite_store.ts";
import { registries } from "../lab/experiment/toy_registries.ts";
import { toySweep } from "../lab/experiment/toy_runs.ts";

const store = openStore(Deno.args[0]);
const sweep = await resolveSweep(toySweep, registries);
await runSweep(toySweep.name, sweep, {
  ...{ store, registries, workers: 2 },
  onProgress: ({ kind, run }) => {
    if (kind === "checkpoint") console.log(run.id);
  },
});
store.close();
