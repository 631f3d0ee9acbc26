/** Means and smoothed lines of a thinned series: those of all its points. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { defaultRng } from "../../lab/core/random.ts";
import type { Store } from "../../lab/store/store.ts";
import { Comparer } from "../../web/comparison.ts";
import { CapsuleStore } from "../../web/export/capsule_store.ts";
import { capsuleOf } from "../../web/export/take.ts";
import { smooth } from "../../web/smooth.ts";
import { betweenOf, curvesOf, type ReadSeries } from "../../web/thinned.ts";
import { trendOf } from "../../web/trends.ts";
import { withStore } from "../lab/store/fixtures.ts";
import { addPoints, addRun, agentConfiguration, setProgress } from "./sample_store.ts";

const POINTS = 12_000;

/** A page's store of a finished run with so many values, and the store that it was taken from. */
async function exported(
  store: Store,
  value: (iteration: number) => number,
): Promise<{ run: string; page: CapsuleStore }> {
  const configuration = agentConfiguration("ppo", 1);
  const run = addRun(store, { experiment: "x", seed: 1, configuration });
  for (let i = 1; i <= POINTS; i++) addPoints(store, run, i, { a: value(i) });
  setProgress(store, run, POINTS, { status: "completed" });
  const { head, bodies } = JSON.parse(
    JSON.stringify(
      await capsuleOf(store, store.runs()),
      (_, value) => value instanceof Map ? Object.fromEntries(value) : value,
    ),
  );
  const page = new CapsuleStore(head);
  page.hold(run, bodies[run]);
  return { run, page };
}

const request = { runs: [], filter: "agent=ppo", metric: "a", axis: "iterations" } as const;

Deno.test("what lies between the points that are kept is counted, but for what is not finite", () => {
  const values = [9, 1, 3, 5, NaN, 7, Infinity, 2, 4];
  deepStrictEqual(betweenOf(values, [0, 3, 5, 8]), { counts: [0, 2, 0, 1], means: [0, 2, 0, 2] });
  deepStrictEqual(betweenOf([1], [0]), { counts: [0], means: [0] });
  deepStrictEqual(betweenOf([], []), { counts: [], means: [] });
});

Deno.test("means of an exported series are those of its points, where no two buckets are alike too", () =>
  withStore(async (store) => {
    // Spikes in one point of a hundred, each in the same place of its bin of the mean.
    const { run, page } = await exported(store, (i) => i % 100 === 0 ? 1000 : 0);
    ok(page.series(run, "a").values.length < POINTS / 2);
    const [there, here] = await Promise.all(
      [store, page].map((each) => new Comparer(each).compare({ ...request, smoothing: 0 })),
    );
    deepStrictEqual(here.groups[0].mean.y, Array(120).fill(10));
    deepStrictEqual(here.groups[0].mean, there.groups[0].mean);
    deepStrictEqual(trendOf(page, page.runs(), "a"), trendOf(store, store.runs(), "a"));
    // Only what was measured is drawn.
    deepStrictEqual(new Set(here.groups[0].seeds[0].y), new Set([0, 1000]));
  }));

Deno.test("a smoothed exported series is that of all points", () =>
  withStore(async (store) => {
    const random = defaultRng(3);
    // Skewed noise: the mean of lowest and highest is far from the mean of all.
    const { run, page } = await exported(store, () => -Math.log(1 - random.random()));
    const series = store.series(run, "a");
    const exact = smooth(series.iterations, series.values, 0.05);
    const thin: ReadSeries = page.series(run, "a");
    const { shown, whole } = curvesOf(thin, "iterations", 0.05);
    strictEqual(whole.x.length, POINTS);
    strictEqual(shown.x.length, thin.values.length);
    for (let i = 0; i < shown.x.length; i++) {
      const wanted = exact[shown.x[i] - 1];
      // Its first values have few points beneath them.
      const allowed = shown.x[i] < 600 ? 1 : 0.02;
      ok(Math.abs(shown.y[i] - wanted) < allowed, `${shown.y[i]} for ${wanted} at ${shown.x[i]}`);
    }
    const mean = (values: ArrayLike<number>) =>
      Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
    const all = curvesOf(thin, "wallSeconds", 0).whole.y;
    ok(Math.abs(mean(all) - mean(series.values)) < 1e-12);
    // A whole series is taken as it is.
    const own = curvesOf(series, "iterations", 0.05);
    deepStrictEqual(own.whole.y, exact);
    strictEqual(own.shown, own.whole);
  }));
