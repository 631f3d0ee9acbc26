/**
 * What becomes of a recorded run where the power fails: a line of JSON for each of some moments.
 *
 * Arguments: folder, the record, and the folder that it is of.
 */
import { resume } from "../../lab/experiment/launch.ts";
import { verify } from "../../lab/experiment/verify.ts";
import { openStore } from "../../lab/store/sqlite_store.ts";
import { options } from "../lab/experiment/toy_runs.ts";
import { layOutAfterPowerLoss, operationsOf } from "./power_loss.ts";

const [folder, log, root] = Deno.args;
const operations = operationsOf(Deno.readFileSync(log));
const marks = operations.flatMap(({ kind, path }, at) =>
  kind === "m" ? [{ at, iteration: Number(path.split("-").at(-1)) }] : []
);
// Spread over the run, and right behind each checkpoint that was told of.
const spread = Array.from({ length: 8 }, (_, i) => Math.floor(i * operations.length / 8));
const moments = new Set([...spread, ...marks.map(({ at }) => at + 1), operations.length]);
for (const moment of moments) {
  const copy = `${folder}/${moment}`;
  layOutAfterPowerLoss(operations, moment, root, copy);
  const store = openStore(`${copy}/runs`);
  const { database, damaged } = await verify(store);
  const [run] = store.runs();
  const found = run === undefined ? null : store.checkpoints(run.id).at(-1)?.iteration ?? 0;
  const again = run === undefined || run.digest !== null
    ? run
    : await resume(run.id, options(store));
  store.close();
  console.log(JSON.stringify({
    moment,
    told: marks.filter(({ at }) => at < moment).at(-1)?.iteration ?? 0,
    found,
    digest: again?.digest ?? null,
    damaged: [...database, ...damaged],
  }));
}
