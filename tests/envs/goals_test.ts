/** Which worlds have a goal, whose success rate evaluations report, and how one is told from an end. */
import { deepStrictEqual, strictEqual } from "node:assert";
import { environments, makeEnv } from "../../envs/mod.ts";
import {
  clipReward,
  normalizeReward,
  potentialShaping,
  timeLimit,
  transformReward,
} from "../../envs/wrappers/mod.ts";
import type { Environment } from "../../lab/core/environment.ts";

Deno.test("worlds with a goal say how it is reached, also behind wrappers, and no others do", () => {
  const goals = environments.map(({ id }) => [id, makeEnv(id).goal] as const)
    .filter(([, goal]) => goal !== undefined);
  deepStrictEqual(Object.fromEntries(goals), {
    ...{ "MountainCar-v0": "terminated", "MountainCarContinuous-v0": "terminated" },
    ...{ "MountainCarContinuousNoVel-v0": "terminated", "Acrobot-v1": "terminated" },
    ...{ "FrozenLake-v1": "rewarded", "FrozenLake8x8-v1": "rewarded" },
    ...{ "CliffWalking-v1": "terminated", "CliffWalkingSlippery-v1": "terminated" },
    ...{
      "Taxi-v4": "terminated",
      "GridWorld-v0": "terminated",
      "GridWorldPixels-v0": "terminated",
    },
    ...{ "MemoryCorridor-v0": "rewarded", "SwitchedCorridor-v0": "terminated" },
  });
});

Deno.test("in a grid world with pits only what pays was a goal, and a goal that costs is not told", () => {
  const goal = (options: object) => makeEnv("GridWorld-v0", { map: "OSG", ...options }).goal;
  strictEqual(goal({ pitReward: -1 }), "rewarded");
  strictEqual(goal({ pitEnds: false }), "terminated");
  strictEqual(goal({ goalReward: 0, stepCost: 1 }), undefined);
  strictEqual(goal({ shaping: "walk" }), undefined);
  strictEqual(goal({ shaping: "walk", pitEnds: false }), "terminated");
});

Deno.test("a wrapper that changes rewards leaves no goal that they tell, and keeps one that ends tell", () => {
  const [lake, cliff] = ["FrozenLake-v1", "CliffWalking-v1"].map((id) => () => makeEnv(id));
  const wrapped = (make: () => Environment) =>
    [
      potentialShaping(make(), (cell) => cell, 0.99),
      transformReward(make(), (reward) => reward + 0.01),
      clipReward(make(), -1, 1),
      normalizeReward(make()),
      timeLimit(make(), 50),
    ].map(({ goal }) => goal);
  deepStrictEqual(wrapped(lake), [undefined, undefined, undefined, undefined, "rewarded"]);
  deepStrictEqual(wrapped(cliff), Array(5).fill("terminated"));
});
