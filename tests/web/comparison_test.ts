import { deepStrictEqual, ok, strictEqual } from "node:assert";
import type { Store } from "../../lab/store/store.ts";
import { compare, type ComparedGroup } from "../../web/comparison.ts";
import { withStore } from "../lab/store/fixtures.ts";
import { addPoints, addRun, agentConfiguration, setProgress } from "./sample_store.ts";

/** A finished run whose metric `a` is `value` of the iterations `from` … `to`. */
function finished(
  store: Store,
  experiment: string,
  seed: number,
  [from, to]: [number, number],
  value: (iteration: number) => number,
): string {
  const run = addRun(store, { experiment, configuration: agentConfiguration("ppo", 1), seed });
  for (let i = from; i <= to; i++) addPoints(store, run, i, { a: value(i) });
  setProgress(store, run, to, { status: "completed" });
  return run;
}

function groupsOf(store: Store, smoothing = 0): readonly ComparedGroup[] {
  return compare(store, store.runs(), { metric: "a", axis: "iterations", smoothing }).groups;
}

Deno.test("the mean begins where all seeds have begun, and a finished one keeps its last value", () =>
  withStore((store) => {
    finished(store, "x", 1, [1, 10], (i) => i);
    finished(store, "x", 2, [5, 20], (i) => i);
    const [{ mean, statistics }] = groupsOf(store);
    deepStrictEqual([mean.x[0], mean.y[0]], [5, 5]);
    deepStrictEqual([mean.x.at(-1), mean.y.at(-1)], [20, 15]);
    deepStrictEqual([statistics.mean, statistics.median, statistics.interval?.length], [15, 15, 2]);
  }));

Deno.test("a smoothed line keeps its last point, and its last value is what was measured", () =>
  withStore((store) => {
    finished(store, "x", 1, [1, 1001], (i) => i);
    const [{ seeds: [{ x, y }], statistics }] = groupsOf(store, 0.01);
    strictEqual(x.at(-1), 1001);
    ok(Number(y.at(-1)) < 1001);
    strictEqual(statistics.iqm, 1001);
  }));

Deno.test("the mean is that of all points, seed by seed", () =>
  withStore((store) => {
    // Spikes in one point of a hundred: 10 and 20 on the mean, within every bin.
    finished(store, "x", 1, [1, 12_000], (i) => i % 100 === 0 ? 1000 : 0);
    finished(store, "x", 2, [1, 12_000], (i) => i % 50 === 0 ? 1000 : 0);
    const [{ mean, seeds }] = groupsOf(store);
    deepStrictEqual(mean.y, Array(120).fill(15));
    mean.y.forEach((y, i) => ok(mean.low[i] <= y && y <= mean.high[i]));
    ok(seeds[0].y.includes(1000) && seeds[0].y.length < 200);
  }));

Deno.test("a group is drawn the same alone and among two hundred", () =>
  withStore((store) => {
    const noise = (seed: number) => (i: number) => (i * (7919 + seed)) % 101;
    for (const seed of [1, 2, 3]) finished(store, "own", seed, [1, 1500], noise(seed));
    const [alone] = groupsOf(store);
    for (let k = 0; k < 199; k++) finished(store, `other ${k}`, 1, [1, 3], () => k);
    const among = groupsOf(store);
    strictEqual(among.length, 200);
    deepStrictEqual(among.find(({ label }) => label === "own"), alone);
  }));
