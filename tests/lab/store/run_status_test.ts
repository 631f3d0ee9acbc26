import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { statuses, statusOf } from "../../../lab/store/run_status.ts";
import { type Run, runStatuses } from "../../../lab/store/store.ts";

Deno.test("a run that says running and that nobody trains was killed, any other says where it stands", () => {
  const of = (status: string, active: boolean) => statusOf({ status, active } as Run);
  deepStrictEqual([of("running", true), of("running", false)], ["running", "killed"]);
  for (const status of runStatuses.filter((each) => each !== "running")) {
    for (const active of [true, false]) strictEqual(of(status, active), status);
  }
  deepStrictEqual(statuses, [...runStatuses, "killed"]);
  ok(!(runStatuses as readonly string[]).includes("killed"));
});
