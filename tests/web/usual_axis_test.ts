import { strictEqual } from "node:assert";
import type { Run } from "../../lab/store/store.ts";
import { usualAxis } from "../../web/usual_axis.ts";

const run = (counts: Partial<Run>, configuration = {}): Run => ({
  ...{ iterations: 0, environmentSteps: 0, gradientSteps: 0, examples: 0, ...counts },
  manifest: { budgetUnit: "gradientSteps", determined: { configuration } },
} as unknown as Run);

Deno.test("figures stand over what the budget counts, of a loop without one over what it counts", () => {
  const budget = { budget: 500 };
  strictEqual(usualAxis(run({ gradientSteps: 9, examples: 90 }, budget)), "gradientSteps");
  strictEqual(usualAxis(run({ examples: 90 }, budget)), "gradientSteps");
  strictEqual(usualAxis(run({ gradientSteps: 9, examples: 90 })), "gradientSteps");
  strictEqual(usualAxis(run({ iterations: 3, examples: 90 })), "examples");
  strictEqual(usualAxis(run({ iterations: 3, environmentSteps: 7 })), "environmentSteps");
  strictEqual(usualAxis(run({ iterations: 3 })), "iterations");
  strictEqual(usualAxis(run({})), "gradientSteps");
});
