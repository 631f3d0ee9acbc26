import { strictEqual } from "node:assert";
import { budgetAxis } from "../../web/summary.ts";

Deno.test("a run is drawn over what its budget is counted in", () => {
  strictEqual(budgetAxis({ agent: { name: "ppo" } }), "environmentSteps");
  strictEqual(budgetAxis({ model: { name: "wgan-gp" } }), "gradientSteps");
  strictEqual(budgetAxis({ model: { name: "vae" } }), "examples");
});
