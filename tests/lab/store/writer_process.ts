/**
 * A process that trains a run as fast as it can, for tests that kill it: each iteration appends a
 * point, and with a fifth argument each `checkpointEvery` of them saves a checkpoint. It reports what
 * it did on standard output, a line each: `append I T` (T milliseconds since the epoch) and
 * `checkpoint I`.
 *
 * Arguments: folder of the store, run id, first iteration, last one, checkpointEvery (0: never).
 *
 * @module
 */
import { openStore } from "../../../lab/store/sqlite_store.ts";
import { checkpointAt, pointAt } from "./fixtures.ts";

const [folder, id, first, last, checkpointEvery] = Deno.args;
const every = Number(checkpointEvery);
const encoder = new TextEncoder();
const report = (line: string) => Deno.stdout.writeSync(encoder.encode(`${line}\n`));

const store = openStore(folder);
const lock = store.lock(id);
for (let i = Number(first); i <= Number(last); i++) {
  store.append(id, [pointAt("a", i, i / 3), pointAt("b", i, -i)]);
  report(`append ${i} ${Date.now()}`);
  if (every > 0 && i % every === 0) {
    await store.saveCheckpoint(id, checkpointAt(i, { length: 20_000 }));
    report(`checkpoint ${i}`);
  } else if (i % 50 === 0) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
lock[Symbol.dispose]();
store.close();
