/**
 * Fault injection as SQLite does it: the n-th write, sync or rename of a process fails, over the
 * whole of a training run; after each the store is whole, and the run resumes to the same digest.
 * Here for places spread over the run; `deno task test:fuzz` takes each.
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { compiledDisk, onDisk, onFailingDisk } from "./disk.ts";

Deno.test({
  name: "whichever write of a run fails, its store is whole and it resumes to the same digest",
  ignore: compiledDisk === undefined,
  fn: async () => {
    const outcomes = await onFailingDisk("toy", "spread-10");
    strictEqual(outcomes.length, 20);
    for (const outcome of outcomes) {
      deepStrictEqual([outcome.damaged, outcome.same !== false], [[], true], outcome.fault);
      // One line that says so, unless what failed was not needed.
      ok(/^$|^(Lab|Input|Damage)?Error: [^\n]+$/.test(outcome.failed), outcome.failed);
    }
    ok(outcomes.filter(({ same }) => same === true).length >= 10);
    ok(outcomes.some(({ failed }) => /No space left|disk is full/.test(failed)));
  },
});

const unwritable = {
  readonly: /^InputError: Cannot use the store .*: check the folder and who may write there$/,
  packed: /^LabError: Cannot use the store .* as the disk (failed or )?is full/,
};

for (const [fault, said] of Object.entries(unwritable)) {
  Deno.test({
    name: `a store on a disk that is ${fault} can be looked at, and is told so by who would write`,
    ignore: compiledDisk === undefined,
    fn: async () => {
      const output = await onDisk("read_only_medium.ts", [fault]);
      const [read, refused] = output.split("\n");
      deepStrictEqual(JSON.parse(read), ["written", { "losses/policy": 0.5 }, [], []]);
      match(refused, said);
    },
  });
}
