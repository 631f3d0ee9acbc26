/** Which actions an ε-greedy explorer takes, and from which draws. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { EpsilonGreedy } from "../../../agents/exploration/epsilon_greedy.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import { Discrete } from "../../../lab/core/space.ts";
import { linear } from "../../../lab/compute/schedules.ts";

const COUNT = 20_000;

/** An explorer over three actions of which the second is the best everywhere. */
function explorer() {
  let runs = 0;
  const scores = Float32Array.from({ length: 3 * COUNT }, (_, i) => i % 3 === 1 ? 1 : 0);
  const actor = {
    input: { observations: new Float32Array(COUNT) },
    scalar: {},
    run: () => void runs++,
    read: () => Promise.resolve(scores),
    readNow: () => scores,
    dispose() {},
  };
  const epsilon = linear(1, 0.3, 0.5);
  const explorer = new EpsilonGreedy({
    ...{ actor, epsilon, actionSpace: new Discrete(3), random: defaultRng(1) },
  });
  return { explorer, runs: () => runs };
}

const shares = (actions: Int32Array) =>
  [0, 1, 2].map((action) => actions.filter((each) => each === action).length / COUNT);

Deno.test("an ε-greedy explorer takes the best action but for ε of the time", async () => {
  const { explorer: greedy, runs } = explorer();
  const actions = new Int32Array(COUNT);
  const observations = new Float32Array(COUNT);
  await greedy.explore(observations, actions, { spent: 0.5, sinceTraining: 0 });
  // ε is 0.3: 0.7 + 0.3 / 3 of the best, 0.1 of each other one, within four deviations.
  shares(actions).forEach((share, action) =>
    ok(Math.abs(share - [0.1, 0.8, 0.1][action]) < 4 * Math.sqrt(0.8 * 0.2 / COUNT), `${share}`)
  );
  strictEqual(runs(), 1);
  deepStrictEqual(greedy.schedules(0.25), { "schedule/epsilon": 0.65 });
});

Deno.test("with ε = 1, and before learning starts, no network is asked", async () => {
  const { explorer: greedy, runs } = explorer();
  const [first, second] = [new Int32Array(COUNT), new Int32Array(COUNT)];
  await greedy.explore(new Float32Array(COUNT), first, { spent: 0, sinceTraining: 0 });
  explorer().explorer.random(second);
  strictEqual(runs(), 0);
  deepStrictEqual(first, second);
  shares(first).forEach((share) => ok(Math.abs(share - 1 / 3) < 0.015, `${share}`));
});
