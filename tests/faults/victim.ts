/** A process that trains one run until it is killed; says so when it begins. Store, request. */
import { launch } from "../../lab/experiment/launch.ts";
import { openStore } from "../../lab/store/sqlite_store.ts";
import { registries } from "../../registries.ts";

const [location, request] = Deno.args;
const store = openStore(location);
let told = false;
await launch([JSON.parse(request)], {
  ...{ store, registries, workers: 1, threads: 1 },
  onProgress: () => {
    if (!told) console.log("begun");
    told = true;
  },
});
store.close();
