import { deepStrictEqual } from "node:assert";
import { sortedRows } from "../../web/run_rows.ts";
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
    verdict: null,
    stamp: 0,
    ...fields,
  };
}

const headline = (value: number | string) => ({ headline: { name: "evaluation/modes", value } });
const ids = (rows: readonly RunSummary[]) => rows.map(({ id }) => id);

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
