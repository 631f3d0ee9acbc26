/**
 * A process on a disk that fails (failing_disk.c): trains a run while the n-th write fails, for each
 * n that is asked for, mends the disk and looks what became of the store. A line of JSON each.
 *
 * Arguments: folder, `toy` or the name of an experiment, then `full-N`, `error-N`, `spread-K`, `all`.
 */
import { train } from "../../lab/experiment/train.ts";
import { verify } from "../../lab/experiment/verify.ts";
import { openStore } from "../../lab/store/sqlite_store.ts";
import type { Store } from "../../lab/store/store.ts";
import { registries as toys, toyExperiment } from "../lab/experiment/toy_registries.ts";

const [folder, what, ...faults] = Deno.args;
const real = what === "toy" ? undefined : await import("../../registries.ts");
const registries = real?.registries ?? toys;
const definition = real === undefined
  ? { ...toyExperiment, stop: { metric: "evaluation/share", atLeast: 0.5, times: 1 } }
  : await registries.experiments.find(({ name }) => name === what)!.load();
const options = {
  registries,
  backend: real === undefined ? "cpu" : "wasm",
  ...real && { budget: 2000 },
  set: [["checkpoint.everyIterations", "3"]],
} as const;

/** Orders the disk: see failing_disk.c. */
function order(fault: string): void {
  try {
    Deno.openSync(`${folder}/.fault-${fault}`).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Trains, or resumes, in a store; the digest. */
async function trained(store: string, resume?: string): Promise<string> {
  const how = resume === undefined ? options : { registries, resume, set: options.set };
  const result = await train(definition, { ...how, store });
  result.dispose();
  return result.digest;
}

function inStore<T>(location: string, action: (store: Store) => T | Promise<T>): Promise<T> {
  const store = openStore(location);
  return Promise.resolve(action(store)).finally(() => store.close());
}

order("none");
const whole = await trained(`${folder}/whole`);
order("none");
const count = Number(Deno.readTextFileSync(`${folder}/.count`));
/** `spread-K`: K of each kind over the whole run; `all`: each n of each kind. */
const asked = faults.flatMap((fault) => {
  const parts = fault === "all" ? count : Number(/^spread-(\d+)$/.exec(fault)?.[1] ?? 0);
  if (parts === 0) return [fault];
  const places = Array.from({ length: parts }, (_, i) => Math.ceil((i + 0.5) * count / parts));
  return places.flatMap((n, i) => [`full-${n}`, `error-${Math.max(1, n - (i % 3))}`]);
});
for (const [i, fault] of asked.entries()) {
  const location = `${folder}/${i}`;
  order(fault);
  const failed = await trained(location).then(() => "", (error) => String(error));
  order("none");
  const before = await inStore(location, verify);
  const [run] = await inStore(location, (store) => store.runs());
  const digest = run === undefined ? null : run.digest ?? await trained(location, run.id);
  const after = await inStore(location, verify);
  console.log(JSON.stringify({
    fault,
    of: count,
    failed,
    status: run?.status ?? null,
    same: digest === null ? null : digest === whole,
    damaged: [...before.database, ...after.database, ...before.damaged, ...after.damaged],
  }));
  Deno.removeSync(location, { recursive: true });
}
