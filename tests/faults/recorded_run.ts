/** A process whose writes are recorded: trains a toy run and marks each checkpoint that is told of. */
import { launch } from "../../lab/experiment/launch.ts";
import { openStore } from "../../lab/store/sqlite_store.ts";
import { options, request } from "../lab/experiment/toy_runs.ts";

const [folder] = Deno.args;
const store = openStore(`${folder}/runs`);
const [{ digest }] = await launch([request({ set: [["checkpoint.everyIterations", "3"]] })], {
  ...options(store),
  onProgress: ({ kind, progress }) => {
    if (kind !== "checkpoint") return;
    try {
      Deno.openSync(`${folder}/.mark-${progress.iterations}`);
    } catch {
      // Nobody made it: the disk has noted the name.
    }
  },
});
store.close();
console.log(digest, folder);
