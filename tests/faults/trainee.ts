/**
 * A process that trains slow toy runs until somebody kills it; one line for each checkpoint.
 *
 * Arguments: the store, then the run to go on with, or nothing and how many seeds.
 */
import { launch, resume } from "../../lab/experiment/launch.ts";
import { openStore } from "../../lab/store/sqlite_store.ts";
import { registries } from "../lab/experiment/toy_registries.ts";
import { paced } from "./paced.ts";

const [location, run = "", seeds = "1"] = Deno.args;
const store = openStore(location);
const options = {
  store,
  registries,
  workers: 1,
  onProgress: ({ kind, run, progress }: { kind: string; run: { id: string }; progress: object }) =>
    console.log(JSON.stringify({ kind, id: run.id, ...progress })),
};
if (run === "") {
  const requests = Array.from({ length: Number(seeds) }, (_, i) => ({
    ...{ reference: "line-toy", seed: i + 1, backend: "cpu", set: paced } as const,
  }));
  await launch(requests, options);
} else {
  await resume(run, options);
}
store.close();
