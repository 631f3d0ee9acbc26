import { deepStrictEqual, strictEqual } from "node:assert";
import { budgetOf, budgetUnitOf, usualCount } from "../../../lab/store/run_budget.ts";
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

Deno.test("progress is told in what the budget counts, of a loop without one in what it counts", () => {
  const run = (counts: Partial<Run>, configuration = {}): Run => ({
    ...{ iterations: 0, environmentSteps: 0, gradientSteps: 0, examples: 0, ...counts },
    manifest: { budgetUnit: "gradientSteps", determined: { configuration } },
  } as unknown as Run);
  const budget = { budget: 500 };
  strictEqual(usualCount(run({ gradientSteps: 9, examples: 90 }, budget)), "gradientSteps");
  strictEqual(usualCount(run({ examples: 90 }, budget)), "gradientSteps");
  strictEqual(usualCount(run({ gradientSteps: 9, examples: 90 })), "gradientSteps");
  strictEqual(usualCount(run({ iterations: 3, examples: 90 })), "examples");
  strictEqual(usualCount(run({ iterations: 3, environmentSteps: 7 })), "environmentSteps");
  strictEqual(usualCount(run({ iterations: 3 })), "iterations");
  strictEqual(usualCount(run({})), "gradientSteps");
});
