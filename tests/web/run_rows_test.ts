import { deepStrictEqual, strictEqual } from "node:assert";
import { matches, sortedRows } from "../../web/run_rows.ts";
import type { RunSummary } from "../../web/summary.ts";

function row(fields: Partial<RunSummary>): RunSummary {
  return {
    id: "aaaaaa",
    name: "cartpole-ppo",
    experiment: "cartpole-ppo",
    world: "CartPole-v1",
    method: "ppo",
    seed: "1",
    status: "completed",
    damage: null,
    backend: "wasm",
    tags: [],
    progress: 1,
    axis: "environmentSteps",
    unit: "environment steps",
    count: 1,
    budget: 1,
    wallSeconds: 1,
    createdAt: 0,
    headline: null,
    stamp: 0,
    ...fields,
  };
}

const headline = (value: number | string) => ({ headline: { name: "evaluation/modes", value } });
const ids = (rows: readonly RunSummary[]) => rows.map(({ id }) => id);

Deno.test("words of a filter stand anywhere, those with = hold exactly", () => {
  const one = row({ seed: "1", tags: ["figures"], name: "First try" });
  const ten = row({ seed: "10" });
  deepStrictEqual([matches(one, "seed=1"), matches(ten, "seed=1")], [true, false]);
  for (
    const found of ["", "  ", "ppo", "CARTPOLE", "first agent=PPO", "tag=figures", "aaaa wasm"]
  ) {
    strictEqual(matches(one, found), true, found);
  }
  for (const missed of ["dqn", "ppo dqn", "agent=pp", "tag=figure", "colour=red", "seed="]) {
    strictEqual(matches(one, missed), false, missed);
  }
});

Deno.test("rows without a finite result come last in both orders", () => {
  const rows = [
    row({ id: "none" }),
    row({ id: "low", ...headline(1) }),
    row({ id: "nan", ...headline("NaN"), createdAt: -1 }),
    row({ id: "high", ...headline(2) }),
  ];
  deepStrictEqual(ids(sortedRows(rows, "headline", false)), ["low", "high", "none", "nan"]);
  deepStrictEqual(ids(sortedRows(rows, "headline", true)), ["high", "low", "none", "nan"]);
  deepStrictEqual(ids(rows), ["none", "low", "nan", "high"]);
});

Deno.test("seeds sort as numbers, equal rows the newest first", () => {
  const rows = [
    row({ id: "ten", seed: "10" }),
    row({ id: "old", seed: "9", createdAt: 1 }),
    row({ id: "new", seed: "9", createdAt: 2 }),
  ];
  deepStrictEqual(ids(sortedRows(rows, "seed", false)), ["new", "old", "ten"]);
  deepStrictEqual(ids(sortedRows(rows, "seed", true)), ["ten", "new", "old"]);
  deepStrictEqual(ids(sortedRows(rows, "createdAt", true)), ["new", "old", "ten"]);
});
