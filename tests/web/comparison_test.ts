import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { DatabaseSync } from "node:sqlite";
import { judgedByEnd } from "../../lab/experiment/comparison.ts";
import type { Run, Store } from "../../lab/store/store.ts";
import { type ComparedGroup, Comparer, type ComparisonRequest } from "../../web/comparison.ts";
import { groupLines, lineFigures } from "../../web/lines.ts";
import { ARCHIVED, STARRED } from "../../web/tags.ts";
import { trendOf } from "../../web/trends.ts";
import { withStore } from "../lab/store/fixtures.ts";
import { addPoints, addRun, agentConfiguration, manifestOf, setProgress } from "./sample_store.ts";

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

const request = (more: Partial<ComparisonRequest> = {}): ComparisonRequest => ({
  ...{ runs: [], filter: "agent=ppo", metric: "a", axis: "iterations", smoothing: 0 },
  ...more,
});

async function groupsOf(store: Store, smoothing = 0): Promise<readonly ComparedGroup[]> {
  return (await new Comparer(store).compare(request({ smoothing }))).groups;
}

/** A store that counts how often a series is read. */
function counting(store: Store): { store: Store; reads: string[] } {
  const reads: string[] = [];
  const series: Store["series"] = (id, ...rest) => {
    reads.push(id);
    return store.series(id, ...rest);
  };
  const proxy = new Proxy(store, {
    get(target, key) {
      if (key === "series") return series;
      const value = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { store: proxy, reads };
}

Deno.test("the mean begins where all seeds have begun, and a finished one keeps its last value", () =>
  withStore(async (store) => {
    finished(store, "x", 1, [1, 10], (i) => i);
    finished(store, "x", 2, [5, 20], (i) => i);
    const [{ mean, statistics }] = await groupsOf(store);
    deepStrictEqual([mean.x[0], mean.y[0]], [5, 5]);
    deepStrictEqual([mean.x.at(-1), mean.y.at(-1)], [20, 15]);
    deepStrictEqual([statistics.mean, statistics.median], [15, 15]);
    deepStrictEqual(statistics.spread, { kind: "lowest and highest", low: 10, high: 20 });
  }));

Deno.test("of a mean that breaks it is said where its seeds' first value does, as it is stored", () =>
  withStore(async (store) => {
    // More coordinates than bins: no bin lies at one of them.
    finished(store, "x", 1, [1, 400], (i) => i === 193 ? Infinity : i > 300 ? NaN : i);
    finished(store, "x", 2, [1, 400], (i) => i === 192 ? NaN : i);
    const [group] = await groupsOf(store);
    const { mean } = group;
    strictEqual(mean.x.includes(192), false);
    deepStrictEqual(mean.broken, { x: 192, value: "NaN" });
    const zoomed = await new Comparer(store).compare(request({ range: { from: 250, to: 350 } }));
    deepStrictEqual(zoomed.groups[0].mean.broken, { x: 301, value: "NaN" });
    const style = { seeds: false, hidden: new Set<string>() };
    const [line] = groupLines([{ ...group, label: "g", color: 0 }], style);
    deepStrictEqual(lineFigures(line).broken, { x: 192, value: "NaN" });
    finished(store, "y", 1, [1, 400], (i) => i);
    const whole = (await groupsOf(store)).find(({ mean }) => mean.y.every(Number.isFinite))!;
    strictEqual(whole.mean.broken, undefined);
  }));

Deno.test("of two runs of one seed the newer counts, the other is marked as one that does not", () =>
  withStore(async (store) => {
    const [old, other, again] = [[1, 10], [2, 20], [1, 30]].map(([seed, value]) =>
      finished(store, "x", seed, [1, 3], () => value)
    );
    const [{ seeds, statistics }] = await groupsOf(store);
    deepStrictEqual(
      Object.fromEntries(seeds.map(({ run, counts, figure }) => [run, [counts, figure]])),
      { [old]: [false, null], [other]: [true, 20], [again]: [true, 30] },
    );
    strictEqual(statistics.mean, 25);
  }));

Deno.test("of seeds that chose their settings in a sweep a line says so, beside those that judge", () =>
  withStore(async (store) => {
    for (const seed of [1, 101]) {
      const configuration = agentConfiguration("ppo", 1);
      const manifest = {
        ...manifestOf({ experiment: "x", configuration, seed }),
        sweep: { name: "rates", trial: 0 },
      };
      const { id } = store.createRun({ name: "x", manifest, tags: [], note: "" });
      addPoints(store, id, 1, { a: 1 });
      setProgress(store, id, 1, { status: "completed" });
    }
    deepStrictEqual((await new Comparer(store).compare(request())).notes, [
      "x: 1 of 2 seeds chose these settings in the sweep rates and flatter them; those that judge " +
      "alone are found by seed>=101.",
    ]);
  }));

Deno.test("a seed that a rule ended counts with the score that no rule saw", () =>
  withStore(async (store) => {
    const run = addRun(store, {
      ...{ experiment: "x", seed: 1, configuration: agentConfiguration("ppo", 1) },
    });
    const metric = "evaluation/return_mean";
    addPoints(store, run, 2, { [metric]: 500 });
    addPoints(store, run, 3, { "score/return_mean": 470 });
    setProgress(store, run, 3, { status: "stopped" });
    store.update(run, { digest: "d" });
    const { groups: [{ statistics, seeds }] } = await new Comparer(store)
      .compare(request({ metric }));
    deepStrictEqual([statistics.mean, seeds.map(({ figure }) => figure)], [470, [470]]);
    addPoints(store, run, 2, { "evaluation/own": 1 });
    const { notes } = await new Comparer(store).compare(request({ metric: "evaluation/own" }));
    deepStrictEqual(notes, [
      "x: evaluation/own of 1 of 1 run is of the evaluation that ended it, and may be good by " +
      "choice: no later one measured it.",
    ]);
  }));

Deno.test("a run that ended with a loss that is not finite has no sound figure, whatever its status", () =>
  withStore(async (store) => {
    const metric = "evaluation/return_mean";
    const configuration = agentConfiguration("ppo", 1);
    const [, broken] = [1, 2, 3].map((seed) => {
      const run = addRun(store, { experiment: "x", configuration, seed });
      for (let i = 1; i <= 5; i++) {
        const loss = seed === 2 && i > 3 ? NaN : 1;
        // It is no sign of trouble, as a run may have left it undefined.
        addPoints(store, run, i, { "losses/value": loss, "losses/explained_variance": NaN });
        if (i < 5) addPoints(store, run, i, { [metric]: 100 * i });
      }
      setProgress(store, run, 5, { status: "completed" });
      return run;
    });
    const { groups: [x], notes, findings } = await new Comparer(store).compare(request({ metric }));
    deepStrictEqual(
      x.seeds.map(({ status, counts, figure }) => [status, counts, figure]),
      [["completed", true, 400], ["diverged", true, "NaN"], ["completed", true, 400]],
    );
    deepStrictEqual([x.statistics.iqm, findings], ["NaN", []]);
    deepStrictEqual([x.verdict, x.reason], ["diverged", "of seed 2 losses/value is NaN"]);
    deepStrictEqual(notes, [
      "1 run counts as diverged, whatever the status says, by what it ended with: " +
      `${broken} (losses/value is NaN).`,
    ]);
    // One that goes on may recover.
    store.update(broken, { status: "interrupted" });
    const { groups: [others], notes: none } = await new Comparer(store).compare(
      request({ metric }),
    );
    deepStrictEqual([others.statistics.iqm, none], [400, []]);
  }));

Deno.test("a run that ended with a return that is not finite diverged, whatever its status", () =>
  withStore(async (store) => {
    const metric = "evaluation/return_mean";
    for (const value of [NaN, Infinity, -Infinity]) {
      const configuration = agentConfiguration("ppo", 1);
      const runs = [1, 2, 3, 4, 5].map((seed) => {
        const run = addRun(store, { experiment: `${value}`, configuration, seed });
        for (const i of [1, 2]) {
          addPoints(store, run, i, { [metric]: seed === 5 && i === 2 ? value : 10 * seed });
        }
        setProgress(store, run, 2, { status: "completed" });
        return run;
      });
      const { groups: [group], notes } = await new Comparer(store).compare(
        request({ metric, runs }),
      );
      const { statistics: { iqm, mean, median } } = group;
      deepStrictEqual([iqm, mean, median], ["NaN", "NaN", "NaN"]);
      deepStrictEqual(group.seeds.map(({ status }) => status).at(-1), "diverged");
      deepStrictEqual(notes, [
        "1 run counts as diverged, whatever the status says, by what it ended with: " +
        `${runs[4]} (${metric} is ${value}).`,
      ]);
    }
  }));

Deno.test("of many runs with a broken loss three are named", () =>
  withStore((store) => {
    const configuration = agentConfiguration("ppo", 1);
    for (const seed of [1, 2, 3, 4, 5]) {
      const run = addRun(store, { experiment: "x", configuration, seed });
      addPoints(store, run, 1, { "losses/policy": -Infinity });
      setProgress(store, run, 1, { status: "stopped" });
    }
    const { runs, notes: [note] } = judgedByEnd(store, store.runs());
    deepStrictEqual(new Set(runs.map(({ status }) => status)), new Set(["diverged"]));
    match(note, /^5 runs count as .*: (\w+ \(losses\/policy is -Infinity\), ){3}and 2 more$/);
  }));

Deno.test("seeds and groups that were trained for different lengths are told, as by compare", () =>
  withStore(async (store) => {
    for (const seed of [1, 2, 3]) finished(store, "x", seed, [1, 100], (i) => i);
    // Of two runs of one seed the newer counts.
    finished(store, "x", 4, [1, 5], (i) => i);
    finished(store, "x", 4, [1, 100], (i) => i);
    const compared = async () => (await new Comparer(store).compare(request())).notes;
    deepStrictEqual(await compared(), []);
    finished(store, "x", 5, [1, 20], (i) => i);
    finished(store, "y", 1, [1, 50], (i) => i);
    deepStrictEqual(await compared(), [
      "1 of 5 seeds of x ends at 5,120 environment steps, the others at 25,600.",
      "of the groups that are compared y was trained for the fewest environment steps, 12,800, x for " +
      "the most, 25,600.",
    ]);
  }));

Deno.test("a seed that diverged or failed counts: no figure is that of the others alone", () =>
  withStore(async (store) => {
    const metric = "evaluation/return_mean";
    const seedOf = (experiment: string, seed: number, points: number, status: Run["status"]) => {
      const configuration = agentConfiguration("ppo", 1);
      const run = addRun(store, { experiment, configuration, seed });
      for (let i = 1; i <= points; i++) addPoints(store, run, i, { [metric]: 10 * i });
      setProgress(store, run, points, { status });
    };
    for (const seed of [1, 2]) seedOf("x", seed, 5, "completed");
    seedOf("x", 3, 3, "diverged");
    for (const seed of [1, 2]) seedOf("y", seed, 2, "completed");
    const compared = async () => (await new Comparer(store).compare(request({ metric })));
    const { groups: [x], findings } = await compared();
    deepStrictEqual(
      x.seeds.map(({ status, counts, figure }) => [status, counts, figure]),
      [["completed", true, 50], ["completed", true, 50], ["diverged", true, "NaN"]],
    );
    const none = { iqm: "NaN", spread: null, mean: "NaN", median: "NaN" };
    deepStrictEqual([x.statistics, x.verdict, x.reason], [none, "diverged", undefined]);
    // The mean goes as far as all of them do.
    deepStrictEqual([x.mean.x, x.mean.y], [[1, 2, 3], [10, 20, 30]]);
    // No figure of x is known, and of its three seeds two are better than y's.
    deepStrictEqual(findings.map(({ best, other, probability }) => [best, other, probability]), [
      ["y", "x", 1 / 3],
    ]);
    // One that failed before it had a point is there, too.
    seedOf("x", 4, 0, "failed");
    const { groups: [again] } = await compared();
    deepStrictEqual(again.seeds.map(({ figure }) => figure), [50, 50, "NaN", "NaN"]);
    deepStrictEqual([again.mean.x, again.statistics], [[], none]);
    const runs = store.runs().filter(({ name }) => name === "x");
    deepStrictEqual(trendOf(store, runs, metric), []);
    deepStrictEqual(
      trendOf(store, runs.filter(({ status }) => status !== "failed"), metric),
      [10, 20, 30],
    );
  }));

Deno.test("a seed whose newest run finished without the metric leaves its group without statistics", () =>
  withStore(async (store) => {
    const metric = "evaluation/return_mean";
    const seedOf = (experiment: string, seed: number, metrics: Record<string, number>) => {
      const configuration = agentConfiguration("ppo", 1);
      const run = addRun(store, { experiment, configuration, seed });
      addPoints(store, run, 1, { "losses/value": 1, ...metrics });
      return run;
    };
    const over = (run: string) => setProgress(store, run, 1, { status: "completed" });
    for (const seed of [1, 2]) {
      for (const experiment of ["x", "y"]) over(seedOf(experiment, seed, { [metric]: seed }));
    }
    // One that trains has only no figure yet.
    const again = seedOf("x", 2, {});
    const compared = async () => await new Comparer(store).compare(request({ metric }));
    strictEqual((await compared()).groups[0].statistics.iqm, 1.5);
    over(again);
    const { groups: [{ seeds, statistics, verdict, mean }, y], findings, notes } = await compared();
    deepStrictEqual(
      seeds.map(({ seed, counts, lacks, figure }) => [seed, counts, lacks, figure]),
      [["1", true, false, 1], ["2", true, true, "NaN"], ["2", false, false, null]],
    );
    deepStrictEqual(statistics, { iqm: "NaN", spread: null, mean: "NaN", median: "NaN" });
    // The line is that of the seeds that have one, as in a report.
    deepStrictEqual([verdict, mean.y, y.statistics.iqm], [null, [1], 1.5]);
    // Of a seed of which nothing is known no probability is.
    deepStrictEqual([findings, notes], [[], [`1 of 2 runs has no ${metric}: x seed 2.`]]);
  }));

Deno.test("above two hundred runs no single lines are drawn, and that is said", () =>
  withStore(async (store) => {
    for (let seed = 0; seed < 201; seed++) finished(store, "x", seed, [1, 2], (i) => i);
    const { groups: [{ seeds, mean }], notes } = await new Comparer(store).compare(request());
    ok(seeds.every(({ x, y }) => x.length === 0 && y.length === 0));
    deepStrictEqual([mean.y.at(-1), seeds.length], [2, 201]);
    deepStrictEqual(notes, ["Single seeds are drawn for at most 200 runs."]);
  }));

Deno.test("a smoothed line keeps its last point, and its last value is what was measured", () =>
  withStore(async (store) => {
    finished(store, "x", 1, [1, 1001], (i) => i);
    const [{ seeds: [{ x, y }], statistics }] = await groupsOf(store, 0.01);
    strictEqual(x.at(-1), 1001);
    ok(Number(y.at(-1)) < 1001);
    strictEqual(statistics.iqm, 1001);
  }));

Deno.test("the mean is that of all points, seed by seed", () =>
  withStore(async (store) => {
    // Spikes in one point of a hundred: 10 and 20 on the mean, within every bin.
    finished(store, "x", 1, [1, 12_000], (i) => i % 100 === 0 ? 1000 : 0);
    finished(store, "x", 2, [1, 12_000], (i) => i % 50 === 0 ? 1000 : 0);
    const [{ mean, seeds }] = await groupsOf(store);
    deepStrictEqual(mean.y, Array(120).fill(15));
    mean.y.forEach((y, i) => ok(mean.low[i] <= y && y <= mean.high[i]));
    ok(seeds[0].y.includes(1000) && seeds[0].y.length < 200);
  }));

Deno.test("a group whose seeds all were lost before their first evaluation stands beside the others", () =>
  withStore(async (store) => {
    const metric = "evaluation/return_mean";
    const seedOf = (
      ...[experiment, seed, id, status, options]: [string, number, string, Run["status"], object?]
    ) => {
      const environment = { id, ...options };
      const configuration = { ...agentConfiguration("ppo", 1), environment };
      const run = addRun(store, { experiment, configuration, seed });
      addPoints(store, run, 1, { a: 1, ...status === "completed" && { [metric]: seed } });
      setProgress(store, run, 1, { status });
    };
    for (const seed of [1, 2]) seedOf("good", seed, "CartPole-v1", "completed");
    // A world is one, however much of its options its runs say.
    const whole = { suttonBartoReward: false };
    for (const seed of [1, 2, 3]) seedOf("lost", seed, "CartPole-v1", "diverged", whole);
    // One that goes on may still come to it, and of another world nothing is to be said.
    seedOf("new", 1, "CartPole-v1", "running");
    seedOf("elsewhere", 1, "Acrobot-v1", "failed");
    const { groups, findings } = await new Comparer(store).compare(request({ metric }));
    deepStrictEqual(groups.map(({ label }) => label), ["good", "lost"]);
    const none = { iqm: "NaN", spread: null, mean: "NaN", median: "NaN" };
    deepStrictEqual([groups[1].statistics, groups[1].mean.x], [none, []]);
    deepStrictEqual(
      groups[1].seeds.map(({ status, counts, figure }) => [status, counts, figure]),
      Array(3).fill(["diverged", true, "NaN"]),
    );
    deepStrictEqual(findings.map(({ best, other, probability }) => [best, other, probability]), [
      ["good", "lost", 1],
    ]);
    // What a method alone measures says nothing of the others.
    addPoints(store, store.runs().find(({ name }) => name === "good")!.id, 2, { "losses/own": 1 });
    const { groups: own } = await new Comparer(store).compare(request({ metric: "losses/own" }));
    deepStrictEqual(own.map(({ label }) => label), ["good"]);
  }));

Deno.test("runs that a sweep pruned make no group, and how many is said", () =>
  withStore(async (store) => {
    finished(store, "own", 1, [1, 3], () => 1);
    const cut = { experiment: "cut", configuration: agentConfiguration("ppo", 1), seed: 1 };
    const id = addRun(store, cut);
    addPoints(store, id, 1, { a: 9 });
    store.update(id, { status: "stopped", message: "pruned by hyperband" });
    const { groups, notes } = await new Comparer(store).compare(request());
    deepStrictEqual(groups.map(({ label }) => label), ["own"]);
    deepStrictEqual(notes, ["1 run that a sweep pruned is left out."]);
  }));

Deno.test("runs without the metric are counted in a note", () =>
  withStore(async (store) => {
    finished(store, "own", 1, [1, 3], () => 1);
    const other = { experiment: "other", configuration: agentConfiguration("ppo", 1), seed: 1 };
    addPoints(store, addRun(store, other), 1, { b: 1 });
    const { groups, notes } = await new Comparer(store).compare(request());
    deepStrictEqual(groups.map(({ label }) => label), ["own"]);
    deepStrictEqual(notes, ["1 of 2 runs has nothing of this metric."]);
    const neither = await new Comparer(store).compare(request({ metric: "c" }));
    deepStrictEqual(neither.notes, []);
  }));

Deno.test("a group is drawn the same alone and among many, the newest fifty at most", () =>
  withStore(async (store) => {
    const noise = (seed: number) => (i: number) => (i * (7919 + seed)) % 101;
    for (let k = 0; k < 199; k++) finished(store, `other ${k}`, 1, [1, 3], () => k);
    for (const seed of [1, 2, 3]) finished(store, "own", seed, [1, 1500], noise(seed));
    const { groups, found, left } = await new Comparer(store).compare(request());
    strictEqual(groups.length, 50);
    ok(groups.some(({ label }) => label === "other 198"));
    deepStrictEqual([found, left], [200, 150]);
    const more = await new Comparer(store).compare(request({ most: 120 }));
    deepStrictEqual([more.groups.length, more.left], [120, 80]);
    const alone = await new Comparer(store).compare(request({ filter: "experiment=own" }));
    deepStrictEqual(alone.notes, []);
    // Its colour is its own but where older groups have it.
    const { color, ...own } = groups.find(({ label }) => label === "own")!;
    deepStrictEqual({ ...own, color: alone.groups[0].color }, alone.groups[0]);
    strictEqual(new Set(groups.map((group) => group.color)).size, 50);
    ok(color >= 0);
    ok(alone.groups[0].mean.x.length === 120);
  }));

Deno.test("without a choice those of the newest run's tag are compared, else of its experiment", () =>
  withStore(async (store) => {
    const comparer = new Comparer(store);
    const shown = async (more: Partial<ComparisonRequest>) => {
      const { filter, groups } = await comparer.compare(request(more));
      return [filter, ...groups.map(({ label }) => label)];
    };
    deepStrictEqual(await shown({ filter: "" }), [""]);
    const tagged = { configuration: agentConfiguration("ppo", 1), tags: ["first try"] };
    for (const experiment of ["x", "y"]) {
      addPoints(store, addRun(store, { experiment, seed: 1, ...tagged }), 1, { a: 1 });
    }
    deepStrictEqual(await shown({ filter: "" }), ['tag="first try"', "x", "y"]);
    const run = finished(store, "z", 1, [1, 2], () => 1);
    deepStrictEqual(await shown({ filter: " " }), ["experiment=z", "z"]);
    deepStrictEqual(await shown({ filter: "experiment=y" }), ["experiment=y", "y"]);
    deepStrictEqual(await shown({ runs: [run] }), ["", "z"]);
  }));

Deno.test("archived runs are left out unless the filter names that tag, or they are chosen", () =>
  withStore(async (store) => {
    const good = [1, 2].map((seed) => finished(store, "x", seed, [1, 2], () => seed));
    const bad = finished(store, "x", 2, [1, 2], () => 99);
    store.update(bad, { tags: [ARCHIVED] });
    const comparer = new Comparer(store);
    const shown = async (more: Partial<ComparisonRequest>) => {
      const { filter, groups } = await comparer.compare(request(more));
      return [filter, ...groups.flatMap(({ seeds }) => seeds.map(({ run }) => run))];
    };
    deepStrictEqual(await shown({}), ["agent=ppo", ...good]);
    deepStrictEqual(await shown({ filter: "" }), ["experiment=x", ...good]);
    deepStrictEqual(await shown({ filter: `tag=${ARCHIVED}` }), [`tag=${ARCHIVED}`, bad]);
    deepStrictEqual(await shown({ runs: [bad] }), ["", bad]);
    store.update(good[1], { tags: [STARRED, "mine"] });
    deepStrictEqual(await shown({ filter: "" }), ["tag=mine", good[1]]);
    store.update(good[1], { tags: [STARRED] });
    deepStrictEqual(await shown({ filter: "" }), ["experiment=x", ...good]);
    for (const run of good) store.update(run, { tags: [ARCHIVED] });
    deepStrictEqual(await shown({ filter: "" }), [""]);
  }));

Deno.test("a newer run takes no page from those with figures before it has any", () =>
  withStore(async (store) => {
    const comparer = new Comparer(store);
    const filter = async () => (await comparer.compare(request({ filter: "" }))).filter;
    const begun = (experiment: string) =>
      addRun(store, { experiment, seed: 1, configuration: agentConfiguration("ppo", 1) });
    begun("x");
    strictEqual(await filter(), "experiment=x");
    finished(store, "y", 1, [1, 2], () => 1);
    const newest = begun("z");
    strictEqual(await filter(), "experiment=y");
    addPoints(store, newest, 1, { a: 1 });
    strictEqual(await filter(), "experiment=z");
  }));

Deno.test("named runs that are not there are left out, and it is said", () =>
  withStore(async (store) => {
    const comparer = new Comparer(store);
    const [one, two] = [1, 2].map((seed) => finished(store, "x", seed, [1, 2], () => seed));
    const shown = async () => {
      const { groups, notes } = await comparer.compare(request({ runs: [one, two] }));
      return [groups.flatMap(({ seeds }) => seeds.map(({ run }) => run)), notes];
    };
    deepStrictEqual(await shown(), [[one, two], []]);
    store.trash(one);
    const reason = `Cannot find the run as ${one} is in the trash.`;
    deepStrictEqual(await shown(), [[two], [`1 of 2 chosen runs is left out. ${reason}`]]);
    store.trash(two);
    deepStrictEqual(await shown(), [[], [`2 of 2 chosen runs are left out. ${reason}`]]);
  }));

Deno.test("only groups that changed are read again, and none once nobody waits", () =>
  withStore(async (store) => {
    const done = [1, 2].map((seed) => finished(store, "x", seed, [1, 3], () => seed));
    const configuration = agentConfiguration("ppo", 1);
    const running = addRun(store, { experiment: "y", configuration, seed: 1 });
    addPoints(store, running, 1, { a: 1 });
    const { store: counted, reads } = counting(store);
    const comparer = new Comparer(counted);
    const first = await comparer.compare(request());
    deepStrictEqual(reads.splice(0).sort(), [...done, running]);
    deepStrictEqual(await comparer.compare(request()), first);
    deepStrictEqual(reads.splice(0), []);
    addPoints(store, running, 2, { a: 1 });
    const { groups } = await comparer.compare(request());
    deepStrictEqual(groups[1].mean.x, [1, 2]);
    deepStrictEqual(reads.splice(0), [running]);
    await comparer.compare(request({ smoothing: 0.1 }));
    strictEqual(reads.splice(0).length, 3);

    const gone = () => reads.length > 0 ? Promise.reject(new Error("gone")) : Promise.resolve();
    await rejects(comparer.compare(request({ smoothing: 0.2 }), gone), /gone/);
    strictEqual(reads.length, 1);
  }));

Deno.test("a group's trend is the IQM over its seeds, in the comparison's bins", () =>
  withStore(async (store) => {
    for (const seed of [1, 2, 3, 4]) finished(store, "x", seed, [1, 5], (i) => i * seed * seed);
    finished(store, "x", 4, [1, 5], (i) => i === 3 ? Infinity : 0);
    const runs = store.runs();
    // Of 1, 4, 9 and 0, by the newer run of seed 4: the mean of the middle two.
    deepStrictEqual(
      trendOf(store, runs, "a"),
      [1, 2, 3, 4, 5].map((i) => i === 3 ? 19.5 : 2.5 * i),
    );
    const [{ mean }] = (await new Comparer(store).compare(request())).groups;
    strictEqual(mean.x.length, 5);
    deepStrictEqual(trendOf(store, runs, "b"), []);
  }));

Deno.test("a group's trend is that of all points, not of the lowest and highest", () =>
  withStore((store) => {
    finished(store, "x", 1, [1, 12_000], (i) => i % 50 === 0 ? 1000 : 0);
    deepStrictEqual(trendOf(store, store.runs(), "a"), Array(120).fill(20));
    return Promise.resolve();
  }));

Deno.test("agents in two worlds have one figure together, by their returns alone", () =>
  withStore(async (store) => {
    const metric = "evaluation/return_mean";
    for (const [id, value] of [["CartPole-v1", 475], ["Acrobot-v1", -100]] as const) {
      for (const seed of [1, 2]) {
        const configuration = { ...agentConfiguration("ppo", 1), environment: { id } };
        const run = addRun(store, { experiment: id, configuration, seed });
        addPoints(store, run, 1, { [metric]: value, a: value });
        setProgress(store, run, 1, { status: "completed" });
      }
    }
    const comparer = new Comparer(store);
    // Each is as much as counts as solved there.
    const { suite, findings } = await comparer.compare(request({ metric }));
    const again = await comparer.compare(request({ metric }));
    deepStrictEqual([again.suite, again.findings], [suite, findings]);
    deepStrictEqual(suite!.worlds.toSorted(), ["Acrobot-v1", "CartPole-v1"]);
    deepStrictEqual(
      suite!.agents.map(({ agent, seeds, iqm, gap }) => [agent, seeds, iqm.value, gap.value]),
      [["ppo", 2, 1, 0]],
    );
    strictEqual((await comparer.compare(request())).suite, null);
  }));

Deno.test("a mean ends where an interrupted run does, which may go on", () =>
  withStore(async (store) => {
    const configuration = agentConfiguration("ppo", 1);
    for (const [seed, last] of [[1, 2], [2, 6]]) {
      const run = addRun(store, { experiment: "x", configuration, seed });
      for (let i = 1; i <= last; i++) addPoints(store, run, i, { a: seed });
      setProgress(store, run, last, { status: "interrupted" });
    }
    const { groups: [{ mean }] } = await new Comparer(store).compare(request());
    const [first, second] = [mean.x.at(0)!, mean.x.at(-1)!];
    deepStrictEqual(second, 2 * first);
  }));

Deno.test("a run that ends without another point counts from then on, in what was kept too", () =>
  withStore(async (store) => {
    const configuration = agentConfiguration("ppo", 1);
    const done = finished(store, "x", 1, [1, 5], () => 10);
    const run = addRun(store, { experiment: "x", configuration, seed: 2 });
    for (let i = 1; i <= 5; i++) addPoints(store, run, i, { a: 20 });
    setProgress(store, run, 5, { status: "interrupted" });
    const comparer = new Comparer(store);
    const seen = async () => {
      const { groups: [{ seeds, statistics }] } = await comparer.compare(request());
      const told = seeds.map(({ run, status, counts }) => [run, [status, counts]]);
      return [Object.fromEntries(told), statistics.mean];
    };
    deepStrictEqual(await seen(), [{
      [done]: ["completed", true],
      [run]: ["interrupted", false],
    }, 10]);
    store.update(run, { status: "completed", digest: "d" });
    const both = { [done]: ["completed", true], [run]: ["completed", true] };
    deepStrictEqual(await seen(), [both, 15]);
  }));

Deno.test("groups that no setting tells apart have labels of their own, and findings name them", () =>
  withStore(async (store) => {
    for (const version of [1, 2]) {
      for (let seed = 1; seed <= 3; seed++) {
        const configuration = agentConfiguration("ppo", 1);
        const manifest = manifestOf({ experiment: "x", configuration, seed });
        const determined = { ...manifest.determined, version };
        const { id } = store.createRun({
          ...{ name: "x", tags: [], note: "", manifest: { ...manifest, determined } },
        });
        addPoints(store, id, 1, { "evaluation/return_mean": 10 * version + seed });
        setProgress(store, id, 1, { status: "completed" });
      }
    }
    const { groups, findings } = await new Comparer(store).compare(
      request({ metric: "evaluation/return_mean" }),
    );
    deepStrictEqual(groups.map(({ label, statistics }) => [label, statistics.median]), [
      ["x (version 1)", 12],
      ["x (version 2)", 22],
    ]);
    deepStrictEqual(
      findings.map(({ best, other }) => [best, other].toSorted()),
      [["x (version 1)", "x (version 2)"]],
    );
  }));

Deno.test("nothing is found of an own world's versions, which a line says", () =>
  withStore(async (store) => {
    const metric = "evaluation/return_mean";
    const own = { ...agentConfiguration("ppo", 1), environment: { id: "Line-v0", own: true } };
    for (const [experiment, hash] of [["x", "0a"], ["y", "0a"], ["z", "1b"]]) {
      for (const seed of [1, 2]) {
        const manifest = manifestOf({ experiment, configuration: own, seed });
        const definition = { module: "/line.ts", hash };
        const { id } = store.createRun({
          ...{ name: experiment, tags: [], note: "", manifest: { ...manifest, definition } },
        });
        addPoints(store, id, 1, { [metric]: seed });
        setProgress(store, id, 1, { status: "completed" });
      }
    }
    const comparer = new Comparer(store);
    const of = (filter: string) => comparer.compare(request({ metric, filter }));
    const [all, same] = [await of("agent=ppo"), await of("agent=ppo experiment!=z")];
    deepStrictEqual(all.findings, []);
    match(all.notes.join(), /^Line-v0 is of several files, .*: x, y, z; train/);
    deepStrictEqual([same.findings.length, same.notes], [1, []]);
  }));

Deno.test("findings are of the tests that are asked for, in what was kept too", () =>
  withStore(async (store) => {
    const metric = "evaluation/return_mean";
    for (const [experiment, level] of [["x", 99], ["y", 100]] as const) {
      for (let seed = 1; seed <= 5; seed++) {
        const configuration = agentConfiguration("ppo", 1);
        const run = addRun(store, { experiment, configuration, seed });
        addPoints(store, run, 1, { [metric]: level + seed });
        setProgress(store, run, 1, { status: "completed" });
      }
    }
    const comparer = new Comparer(store);
    const tested = async (paired?: boolean) => {
      const { findings: [{ p, detectable }] } = await comparer.compare(request({ metric, paired }));
      return { p: p!, detectable };
    };
    const apart = await tested();
    ok(apart.p > 0.2, `${apart.p}`);
    // Five differences of 1: of 32 ways to turn their signs two are as far from 0.
    deepStrictEqual(await tested(true), { p: 2 / 32, detectable: null });
    deepStrictEqual(await tested(false), apart);
  }));

Deno.test("found runs that are damaged are named: their record, or points of the series", () =>
  withStore(async (store) => {
    const comparer = new Comparer(store);
    const [one, two, three] = [1, 2, 3].map((seed) =>
      finished(store, "x", seed, [1, 2], () => seed)
    );
    store.flush();
    using database = new DatabaseSync(`${store.location}/lab.db`);
    database.prepare("UPDATE run SET manifest = replace(manifest, 'x', 'y') WHERE id = ?").run(one);
    database.prepare(
      "UPDATE chunk SET points = substr(points, 1, 9) WHERE series IN " +
        "(SELECT id FROM series WHERE run = ?)",
    ).run(two);
    const { groups, notes } = await comparer.compare(request({ filter: "x" }));
    deepStrictEqual(
      groups.flatMap(({ seeds }) => seeds.map(({ run, status }) => [run, status])).sort(),
      [[two, "damaged"], [three, "completed"]].sort(),
    );
    deepStrictEqual(notes, [`Left out, as damaged: ${one}, ${two}.`]);
    // A filter that they do not meet has nothing to do with them.
    const { notes: none } = await comparer.compare(request({ filter: "seed=3" }));
    deepStrictEqual(none, []);
  }));

Deno.test("a chosen run whose record is damaged is left out as one that is not there", () =>
  withStore(async (store) => {
    const comparer = new Comparer(store);
    const [one, two] = [1, 2].map((seed) => finished(store, "x", seed, [1, 2], () => seed));
    using database = new DatabaseSync(`${store.location}/lab.db`);
    database.prepare("UPDATE run SET manifest = replace(manifest, 'x', 'y') WHERE id = ?").run(one);
    const { groups, notes } = await comparer.compare(request({ runs: [one, two] }));
    deepStrictEqual(groups.flatMap(({ seeds }) => seeds.map(({ run }) => run)), [two]);
    match(
      notes.join(),
      new RegExp(`^1 of 2 chosen runs is left out. Cannot read the run ${one} as`),
    );
  }));
