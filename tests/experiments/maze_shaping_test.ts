import { ok } from "node:assert";
import { shapingStudy, tableOf } from "../../experiments/maze_shaping.ts";
import { median } from "../../lab/statistics/mod.ts";

Deno.test("the page shows that the more a potential knows, the sooner the shortest way is found", async () => {
  const rows = await shapingStudy(20);
  const page = await Deno.readTextFile(new URL("../../docs/agents/tabular.md", import.meta.url));
  ok(page.includes(tableOf(rows)), tableOf(rows));
  const [none, crow, way] = rows.map(({ steps }) => median(steps));
  ok(way < crow && crow < none, `${way}, ${crow}, ${none}`);
});
