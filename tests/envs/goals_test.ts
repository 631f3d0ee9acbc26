/** Which worlds have a goal, whose success rate evaluations report, and how one is told from an end. */
import { deepStrictEqual, strictEqual } from "node:assert";
import { environments, makeEnv } from "../../envs/mod.ts";

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
});
