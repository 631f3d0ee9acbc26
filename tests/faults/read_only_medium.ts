/** A process whose disk becomes a read-only medium (`readonly`), or full (`packed`): what it can look at in its store. */
import { verify } from "../../lab/experiment/verify.ts";
import { openStore } from "../../lab/store/sqlite_store.ts";
import { addRun, checkpointAt, pointAt } from "../lab/store/fixtures.ts";

const [folder, fault] = Deno.args;
const store = openStore(`${folder}/runs`);
const { id } = addRun(store, "written");
store.append(id, [pointAt("losses/policy", 1, 0.5)]);
await store.saveCheckpoint(id, checkpointAt(1));
store.close();
try {
  Deno.openSync(`${folder}/.fault-${fault}`);
} catch {
  // Nobody made it: the disk has taken the order.
}
const read = openStore(`${folder}/runs`, { readOnly: true });
const [run] = read.runs();
const { database, damaged } = await verify(read);
console.log(JSON.stringify([run.name, read.lastMetrics(id), database, damaged]));
try {
  openStore(`${folder}/runs`);
} catch (error) {
  console.log(String(error));
}
