/** A process that trains a slow toy run until somebody kills it; one line for each checkpoint. */
import { launch, resume } from "../../lab/experiment/launch.ts";
import { openStore } from "../../lab/store/sqlite_store.ts";
import { registries } from "../lab/experiment/toy_registries.ts";

const [location, run] = Deno.args;
const store = openStore(location);
const options = {
  store,
  registries,
  workers: 1,
  onProgress: ({ kind, run, progress }: { kind: string; run: { id: string }; progress: object }) =>
    console.log(JSON.stringify({ kind, id: run.id, ...progress })),
};
if (run === undefined) {
  const set = [["agent.pause", "5"], ["checkpoint.everyIterations", "3"]] as const;
  await launch([{ reference: "line-toy", seed: 1, backend: "cpu", set }], options);
} else {
  await resume(run, options);
}
store.close();
