import { ok } from "node:assert";
import { tableOf, testbed } from "../../experiments/bandit_testbed.ts";
import { mean } from "../../lab/statistics/mod.ts";

Deno.test("the page shows what the testbed gives, and exploring by need earns the most", async () => {
  const rows = await testbed(200);
  const page = Deno.readTextFileSync(new URL("../../docs/agents/tabular.md", import.meta.url));
  ok(page.includes(tableOf(rows)), tableOf(rows));
  for (const kind of ["gaussian", "bernoulli"]) {
    const [greedy, gradient, bound, thompson] = rows.filter((row) => row.kind === kind)
      .map(({ rewards }) => mean(rewards));
    ok(Math.min(bound, thompson) > gradient && gradient > greedy);
  }
});
