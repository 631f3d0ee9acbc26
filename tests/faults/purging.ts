/** Fills a store and purges it, with the permissions of the process; prints its database's bytes. */
import { openStore } from "../../lab/store/sqlite_store.ts";
import { addRun, pointAt } from "../lab/store/fixtures.ts";

const [location] = Deno.args;
const store = openStore(location);
const bytes = () => Deno.statSync(`${location}/lab.db`).size;
const { id } = addRun(store);
for (let i = 0; i < 40_000; i++) store.append(id, [pointAt("losses/policy", i, Math.sin(i))]);
store.flush();
store.trash(id);
const { bytes: freed } = store.purge();
console.log(JSON.stringify([freed, bytes()]));
store.close();
