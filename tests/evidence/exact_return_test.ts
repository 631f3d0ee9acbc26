/** Exact returns of tables: the mean of tables, the first of equal actions, starts, the horizon. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { exactReturn, greedyTable, worldOf } from "../../evidence/exact_return.ts";
import { makeEnv } from "../../envs/mod.ts";
import type { ExperimentDefinition } from "../../lab/experiment/definition.ts";

const experimentIn = (environment: { id: string; [option: string]: unknown }) =>
  ({ name: "made-up", environment }) as unknown as ExperimentDefinition;

/** A table [S, A] of 1 for each state's action, as parameters. */
function tableOf(actions: readonly number[], count: number, by = 1) {
  const values = Float64Array.from(
    { length: actions.length * count },
    (_, i) => i % count === actions[Math.floor(i / count)] ? by : 0,
  );
  return { shape: [actions.length, count], dtype: "float64", values } as never;
}

Deno.test("an experiment's world has its options", () => {
  const map = "S..\n..G";
  strictEqual(worldOf(experimentIn({ id: "GridWorld-v0", map, timeLimit: 7 })).timeLimit, 7);
});

Deno.test("the greedy action is the best of the tables' mean, the first of equal ones", () => {
  const world = makeEnv("GridWorld-v0", { map: "S.G" });
  const one = { q: tableOf([2, 1, 0], 4) };
  deepStrictEqual([...greedyTable(world, one)], [2, 1, 0]);
  const both = { first: tableOf([2, 1, 0], 4), second: tableOf([2, 3, 3], 4, 2) };
  deepStrictEqual([...greedyTable(world, both)], [2, 3, 3]);
  deepStrictEqual([...greedyTable(world, { q: tableOf([9, 9, 9], 4) })], [0, 0, 0]);
});

Deno.test("an exact return is the mean over starts within the time limit, 200 steps without one", async () => {
  // Two starts, one and two steps before the goal: up, right, down, left.
  const map = "SSG";
  const of = (actions: number[], options: object = {}) =>
    exactReturn.of(
      experimentIn({ id: "GridWorld-v0", map, stepCost: 0.1, ...options }),
      { q: tableOf(actions, 4) },
    );
  const rightFrom = (steps: number) => 1 - 0.1 * steps;
  ok(Math.abs(await of([1, 1, 0]) - (rightFrom(2) + rightFrom(1)) / 2) < 1e-12);
  ok(Math.abs(await of([1, 1, 0], { timeLimit: 1 }) - (-0.1 + rightFrom(1)) / 2) < 1e-12);
  // One that turns to the wall for ever pays for every step of the limit.
  ok(Math.abs(await of([0, 1, 0], { timeLimit: 30 }) - (-3 + rightFrom(1)) / 2) < 1e-12);
  // The cliff has no time limit: from its start the safe way is 13 steps, and standing still 200.
  const cliff = experimentIn({ id: "CliffWalking-v1" });
  const safe = Array.from({ length: 48 }, (_, cell) => cell === 36 ? 0 : cell % 12 === 11 ? 2 : 1);
  strictEqual(await exactReturn.of(cliff, { q: tableOf(safe, 4) }), -13);
  const still = Array.from({ length: 48 }, () => 3);
  strictEqual(await exactReturn.of(cliff, { q: tableOf(still, 4) }), -200);
});
