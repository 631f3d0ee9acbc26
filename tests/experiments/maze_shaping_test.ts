import { ok } from "node:assert";
import { shapingStudy } from "../../experiments/maze_shaping.ts";
import { median } from "../../lab/statistics/mod.ts";

Deno.test("the more a potential knows of the maze, the sooner the shortest way is found", async () => {
  const [none, crow, way] = (await shapingStudy(20)).map(({ steps }) => median(steps));
  ok(way < crow && crow < none, `${way}, ${crow}, ${none}`);
});
