/**
 * A process whose writes are recorded: trains a toy run, brings its store to a new folder by sync and
 * by backup, and says what of each is there where the power fails right behind: a line of JSON each.
 *
 * Argument: folder.
 */
import { launch } from "../../lab/experiment/launch.ts";
import { verify } from "../../lab/experiment/verify.ts";
import { openStore, recoverStore, syncStores } from "../../lab/store/sqlite_store.ts";
import { options, request } from "../lab/experiment/toy_runs.ts";
import { layOutAfterPowerLoss, operationsOf } from "./power_loss.ts";

const [folder] = Deno.args;
const store = openStore(`${folder}/runs`);
const [{ id, digest }] = await launch([request()], options(store));
store.putSweep("rates", { trials: 3 });
const ways = {
  synced: () => syncStores(store.location, `${folder}/synced`),
  backup: () => store.backUp(`${folder}/new/backup`),
};
const recorded = () => operationsOf(Deno.readFileSync(Deno.env.get("FAULT_LOG")!));
const moments: [string, number][] = [];
for (const [name, bring] of Object.entries(ways)) {
  await bring();
  moments.push([name, recorded().length]);
}
store.close();

const operations = recorded();
for (const [name, moment] of moments) {
  const copy = `${folder}/without power ${name}`;
  layOutAfterPowerLoss(operations, moment, folder, copy);
  const location = `${copy}/${name === "synced" ? name : `new/${name}`}`;
  const found = async () => {
    const there = openStore(location);
    const { database, damaged } = await verify(there);
    const run = there.run(id);
    const pictures = there.artifacts(id).length;
    const sweeps = there.sweepNames();
    there.close();
    return { same: run?.digest === digest, pictures, sweeps, damaged: [...database, ...damaged] };
  };
  const before = await found();
  for (const end of ["", "-wal", "-shm"]) {
    await Deno.remove(`${location}/lab.db${end}`).catch(() => {});
  }
  recoverStore(location);
  console.log(JSON.stringify({ name, before, after: await found() }));
}
