/**
 * A worker of toy runs in a process of its own, so that it can be killed:
 * `deno run -A worker_process.ts URL NAME FOLDER HOLD_SECONDS`.
 *
 * @module
 */
import { workForFleet } from "../../../../lab/experiment/fleet_worker.ts";
import { Hub } from "../../../../lab/store/postgres/hub.ts";
import { registries } from "../toy_registries.ts";

const [url, name, folder, hold] = Deno.args;
await Deno.mkdir(folder, { recursive: true });
await workForFleet({
  open: () => Hub.open(url, () => Promise.resolve(undefined)),
  ...{ registries, name, folder },
  ...{ workers: 1, threads: 1 },
  holdSeconds: Number(hold),
  shipSeconds: 0.2,
  patienceSeconds: 60,
  mostTries: 50,
  signal: new AbortController().signal,
  onLine: (line) => console.log(`${name}: ${line}`),
});
