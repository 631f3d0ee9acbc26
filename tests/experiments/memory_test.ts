/** Worlds that do not show their whole state: what their experiments evaluate. */
import { ok } from "node:assert";
import { corridorReinforce } from "../../experiments/memory.ts";
import { train } from "../../lab/experiment/train.ts";
import { registries } from "../../registries.ts";

Deno.test("the corridor's policy is evaluated by draws, as its best action alone never arrives", async () => {
  const { metrics, dispose } = await train({
    ...corridorReinforce,
    budget: 1000,
    evaluation: { ...corridorReinforce.evaluation, every: 1000, episodes: 100 },
  }, { registries });
  dispose();
  // At random it has −12, and never less than the −200 of its time limit.
  const mean = metrics["evaluation/return_mean"];
  ok(mean > -50, `${mean}`);
});
