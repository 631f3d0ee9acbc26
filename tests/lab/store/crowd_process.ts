/**
 * One of several processes that write to a store at once: two runs with points, events, an artifact
 * that all have in common, and checkpoints. Prints the runs' ids. Arguments: folder, own number.
 *
 * @module
 */
import { openStore } from "../../../lab/store/sqlite_store.ts";
import { addRun, checkpointAt, pointAt } from "./fixtures.ts";

const [folder, number] = Deno.args;
const store = openStore(folder);
const ids = [addRun(store, number).id, addRun(store, number).id];
for (let i = 0; i < 400; i++) {
  for (const id of ids) {
    store.append(id, [pointAt("a", i, i * Number(number))]);
    if (i % 20 === 0) store.appendEvents(id, i, [{ level: "info", message: `at ${i}` }]);
    if (i % 100 === 0) await store.saveCheckpoint(id, checkpointAt(i));
  }
  if (i % 10 === 0) store.flush();
}
const bytes = new TextEncoder().encode("the same for all");
for (const id of ids) {
  await store.putArtifact(id, { name: "samples", iteration: 1, mediaType: "text/plain", bytes });
  console.log(id);
}
store.close();
