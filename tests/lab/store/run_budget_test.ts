import { deepStrictEqual, strictEqual } from "node:assert";
import { budgetOf, budgetUnitOf } from "../../../lab/store/run_budget.ts";
import type { Manifest, Run } from "../../../lab/store/store.ts";

const manifestOf = (configuration: object, budgetUnit?: string) =>
  ({ determined: { configuration }, budgetUnit }) as unknown as Manifest;

Deno.test("a run's budget counts what its manifest says; an early one's what is usual", () => {
  strictEqual(budgetUnitOf(manifestOf({ model: {} }, "gradientSteps")), "gradientSteps");
  strictEqual(budgetUnitOf(manifestOf({ agent: {} }, "gradientSteps")), "gradientSteps");
  strictEqual(budgetUnitOf(manifestOf({ agent: {} })), "environmentSteps");
  strictEqual(budgetUnitOf(manifestOf({ model: {} })), "examples");
  const counters = { environmentSteps: 1, gradientSteps: 2, examples: 3 };
  const manifest = manifestOf({ model: {}, budget: 5 }, "gradientSteps");
  deepStrictEqual(budgetOf({ ...counters, manifest } as Run), {
    unit: "gradientSteps",
    total: 5,
    spent: 2,
  });
});
