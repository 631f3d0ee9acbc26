import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { prunedBy, statuses, statusOf } from "../../../lab/store/run_status.ts";
import { type Run, runStatuses } from "../../../lab/store/store.ts";

Deno.test("a run that says running and that nobody trains was killed, any other says where it stands", () => {
  const of = (status: string, active: boolean) => statusOf({ status, active } as Run);
  deepStrictEqual([of("running", true), of("running", false)], ["running", "killed"]);
  for (const status of runStatuses.filter((each) => each !== "running")) {
    for (const active of [true, false]) strictEqual(of(status, active), status);
  }
  deepStrictEqual(statuses, [...runStatuses, "killed", "pruned"]);
  for (const own of ["killed", "pruned"]) ok(!(runStatuses as readonly string[]).includes(own));
});

Deno.test("a run that a pruner ended says so, one that its own rule ended does not", () => {
  const of = (status: string, message: string | null) => statusOf({ status, message } as Run);
  strictEqual(of("stopped", prunedBy("asha")), "pruned");
  for (const message of [null, "return 480 ≥ 475", "was pruned by hand"]) {
    strictEqual(of("stopped", message), "stopped");
  }
  strictEqual(of("failed", prunedBy("asha")), "failed");
});
