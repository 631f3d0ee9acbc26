/**
 * Trains one run, EXPERIMENT to BUDGET, and prints the seconds that it took: `bench/functions.ts` starts it.
 *
 * @module
 */
import { launch } from "../lab/experiment/launch.ts";
import { registries } from "../registries.ts";
import { temporaryStore } from "./temporary_store.ts";

const [reference, budget] = Deno.args;
await using opened = await temporaryStore();
const [run] = await launch([{
  ...{ reference, budget: Number(budget), seed: 1, backend: "auto" },
  set: [["evaluation.every", budget]],
}], { store: opened.store, registries, workers: 1, threads: 1 });
if (run.status !== "completed") throw new Error(`${run.message}`);
console.log(run.wallSeconds);
