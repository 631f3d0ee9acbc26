import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert";
import { compareRuns } from "../../cli/comparison.ts";
import { resultOf } from "../../cli/report/report.ts";
import { comparisonDocument, comparisonTables } from "../../cli/terminal/comparison_table.ts";
import { figureSpread, permutationTest } from "../../lab/statistics/mod.ts";
import { statusOf } from "../../lab/store/run_status.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import type { Run, Store } from "../../lab/store/store.ts";
import { registries as worlds } from "../../registries.ts";
import { registries } from "../lab/experiment/toy_registries.ts";
import { manifestOf, pointAt, withStore } from "../lab/store/fixtures.ts";
import { capturedIo } from "./captured_io.ts";

/** Stores a finished run whose evaluations are `returns`, at 16, 32, … environment steps. */
function addRun(
  store: Store,
  agent: string,
  seed: number,
  returns: readonly number[],
  options: { status?: Run["status"]; tags?: string[] } = {},
): Run {
  const manifest = manifestOf(`world-${agent}`);
  const determined = {
    ...manifest.determined,
    seed: String(seed),
    configuration: {
      environment: { id: "Line-v0", own: true },
      agent: { name: agent, gamma: 0.5 },
    },
  };
  const { id } = store.createRun({
    name: `world-${agent}`,
    manifest: { ...manifest, determined },
    tags: options.tags ?? [],
    note: "",
  });
  store.append(id, returns.map((value, i) => pointAt("evaluation/return_mean", i + 1, value)));
  store.update(id, {
    status: options.status ?? "completed",
    wallSeconds: 10,
    environmentSteps: 16 * returns.length,
  });
  return store.run(id)!;
}

/** The run as one of another world, or of none. */
function inWorld(run: Run, environment: Json | undefined): Run {
  const { determined } = run.manifest;
  const { environment: _, ...rest } = determined.configuration;
  const configuration = environment === undefined ? rest : { ...rest, environment };
  return { ...run, manifest: { ...run.manifest, determined: { ...determined, configuration } } };
}

Deno.test("statistics are over seeds: IQM, spread, median, and who reached the threshold", async () => {
  await withStore((store) => {
    const returns = [[400, 500], [475, 480], [100, 470], [480, 490]];
    const runs = returns.map((each, i) => addRun(store, "a", i + 1, each));
    const { groups: [group] } = compareRuns(store, runs, registries, { threshold: 475 });
    deepStrictEqual(group.values, [500, 480, 470, 490]);
    strictEqual(group.iqm, 485);
    strictEqual(group.mean, 485);
    strictEqual(group.median, 485);
    deepStrictEqual(group.spread, { kind: "lowest and highest", low: 470, high: 500 });
    // First at least 475 after 2, 1, never and 1 evaluations: the median is (1 + 2) / 2.
    deepStrictEqual(group.threshold, {
      value: 475,
      reached: 3,
      environmentSteps: 24,
      wallSeconds: 1.5 / 7,
    });
  });
});

Deno.test("runs that a sweep pruned are left out, and how many is said", async () => {
  await withStore((store) => {
    const whole = [1, 2].map((seed) => addRun(store, "a", seed, [100]));
    const early = [3, 4].map((seed) => {
      const { id } = addRun(store, "a", seed, [900], { status: "stopped" });
      store.update(id, { message: seed === 3 ? "pruned by asha" : "return 900 ≥ 475" });
      return store.run(id)!;
    });
    deepStrictEqual(early.map(statusOf), ["pruned", "stopped"]);
    const { groups: [{ values }], notes } = compareRuns(store, [...whole, ...early], registries);
    deepStrictEqual([values, notes], [[100, 100, 900], ["1 run that a sweep pruned is left out"]]);
    const all = compareRuns(store, [early[0], early[0]], registries);
    deepStrictEqual([all.groups, all.notes], [[], ["2 runs that a sweep pruned are left out"]]);
  });
});

Deno.test("bounds of a likelihood that are of several numbers of draws are told", async () => {
  await withStore((store) => {
    const metric = "evaluation/negative_log_likelihood";
    const runs = [64, 5000, 5000].map((draws, i) => {
      const run = addRun(store, "a", i + 1, []);
      store.append(run.id, [
        pointAt(metric, 1, 100),
        pointAt("evaluation/likelihood_draws", 1, draws),
      ]);
      return run;
    });
    const notesOf = (some: readonly Run[]) =>
      compareRuns(store, some, registries, { metric }).notes.filter((note) => /draws/.test(note));
    deepStrictEqual(notesOf(runs.slice(1)), []);
    match(notesOf(runs)[0], /^the likelihoods are bounds of 64 and of 5,000 draws: /);
  });
});

Deno.test("few seeds show what they can: extremes, a rough interval, an interval; so do pairs", async () => {
  await withStore((store) => {
    const scores = [500, 480, 470, 490, 460, 455, 450, 445, 440, 435];
    const shown = (count: number) => {
      const runs = ["a", "b"].flatMap((agent) =>
        scores.slice(0, count).map((score, i) => addRun(store, agent, i, [score]))
      );
      const comparison = compareRuns(store, runs, registries);
      const rough = count >= 5 && count < 10;
      const { groups, pairs } = JSON.parse(JSON.stringify(comparisonDocument(comparison)));
      for (const each of [...groups, ...pairs]) {
        deepStrictEqual(
          [each.rough, each.interval !== null],
          [rough, count >= 5],
          `${count} seeds`,
        );
      }
      return comparisonTables(comparison, capturedIo());
    };
    match(
      shown(4),
      /IQM \(lowest … highest\)[^]*485\.0 \(470\.0 … 500\.0\)[^]*\b0\.50 +1\.000 +37\.4$/m,
    );
    match(shown(5), /IQM \[95 %\] [^]*480\.0 \[.*\] rough[^]*0\.50 \[.*\] rough/);
    match(shown(10), /460\.0 \[446\.\d, 478\.\d\]  [^]*0\.50 \[0\.\d\d, 0\.\d\d\] /);
  });
});

Deno.test("against one group each other is compared with it, and fewer tests are corrected for", async () => {
  await withStore((store) => {
    const scores = [[1, 2, 3, 4], [2, 3, 4, 5], [11, 12, 13, 14]];
    const runs = ["a", "b", "c"].flatMap((agent, k) =>
      scores[k].map((score, i) => addRun(store, agent, i, [score]))
    );
    const labels = compareRuns(store, runs, registries).groups.map(({ label }) => label);
    const { pairs } = compareRuns(store, runs, registries, { against: labels[1] });
    deepStrictEqual(pairs.map(({ first, second }) => [first.label, second.label]), [
      [labels[0], labels[1]],
      [labels[2], labels[1]],
    ]);
    deepStrictEqual(pairs[1].p, 2 * 2 / 70);
    throws(
      () => compareRuns(store, runs, registries, { against: "b" }),
      /no group "b".*: known are/,
    );
  });
});

Deno.test("pairs have a p for all of them together, and the difference that their seeds can show", async () => {
  await withStore((store) => {
    const scores = [[1, 2, 3, 4, 5], [2, 3, 4, 5, 6], [11, 12, 13, 14, 15]];
    const runs = ["a", "b", "c"].flatMap((agent, k) =>
      scores[k].map((score, i) => addRun(store, agent, i, [score]))
    );
    const { pairs } = compareRuns(store, runs, registries);
    // Of 252 ways to deal 5 and 5 values out two differ as much as those that lie apart; three tests.
    deepStrictEqual(pairs.map(({ p }) => p), [
      permutationTest(scores[0], scores[1]),
      3 * 2 / 252,
      3 * 2 / 252,
    ]);
    ok(pairs.every(({ detectable }) => detectable > 3.5 && detectable < 4.5));
    // Seed by seed each differs from the next by the same; the first seed of one is missing.
    const tested = compareRuns(store, runs.slice(1), registries, { paired: true });
    deepStrictEqual(tested.pairs.map(({ p }) => p), [2 * 2 / 16, 2 * 2 / 16, 3 * 2 / 32]);
    // So few pairs are told apart by nothing, and terminal, page and JSON say the same.
    const io = capturedIo({ columns: 200 });
    match(
      comparisonTables(tested, io),
      /0\.188 +never\n\nnever: p of so few seeds.*more seeds/,
    );
    ok(!/told apart beyond[^]*four times in five/.test(comparisonTables(tested, io)));
    match(
      JSON.stringify(resultOf(tested, { isTimed: false, paired: true })),
      /"0\.188","never"[^]*never: p of so few seeds/,
    );
    const { pairs: written } = comparisonDocument(tested) as { pairs: { detectable: unknown }[] };
    deepStrictEqual(written.map(({ detectable }) => detectable), [null, null, null]);
  });
});

Deno.test("the threshold that is asked for stands before the world's own", async () => {
  await withStore((store) => {
    const run = inWorld(addRun(store, "a", 1, [100, 480]), { id: "CartPole-v1" });
    const of = (options: { threshold?: number }) =>
      compareRuns(store, [run], worlds, options).groups[0].threshold!.value;
    strictEqual(of({}), 475);
    strictEqual(of({ threshold: 300 }), 300);
  });
});

Deno.test("a run that a rule ended is judged by what no rule saw, also as to the threshold", async () => {
  await withStore((store) => {
    const runs = [460, 490].map((score, i) => {
      const { id } = addRun(store, "a", i, [300, 480, 500], { status: "stopped" });
      store.append(id, [pointAt("score/return_mean", 3, score)]);
      store.update(id, { digest: "d" });
      return store.run(id)!;
    });
    const { groups: [group] } = compareRuns(store, runs, registries, { threshold: 475 });
    deepStrictEqual([group.metric, group.values], ["evaluation/return_mean", [460, 490]]);
    deepStrictEqual([group.threshold!.reached, group.threshold!.environmentSteps], [1, 32]);
    // Gone on with, it stands where its evaluations stand.
    store.update(runs[0].id, { digest: null });
    const [again] = compareRuns(store, store.runs(), registries).groups;
    deepStrictEqual(again.values, [500, 490]);
  });
});

Deno.test("an agent that plans takes no steps: neither to the threshold nor a second", async () => {
  await withStore((store) => {
    const run = addRun(store, "a", 1, [100, 480]);
    const manifest = { ...run.manifest, budgetUnit: "gradientSteps" as const };
    const plans = { ...run, environmentSteps: 0, manifest };
    // A program of the user's own counts steps, too, though no budget says so.
    const [steps, logged, none] = [run, { ...run, manifest }, plans].map((each) =>
      compareRuns(store, [each], registries, { threshold: 300 }).groups[0]
    );
    deepStrictEqual([logged.threshold!.environmentSteps, logged.speed], [32, 3.2]);
    deepStrictEqual([steps.threshold!.environmentSteps, steps.speed], [32, 3.2]);
    deepStrictEqual([none.threshold!.environmentSteps, none.speed], [null, NaN]);
    strictEqual(none.threshold!.reached, 1);
  });
});

Deno.test("of what no run measured a threshold says nothing: evaluations, steps, a clock", async () => {
  await withStore((store) => {
    const seeds = [1, 2, 3].map((seed) => addRun(store, "a", seed, [100, 480]));
    const of = (runs: readonly Run[]) =>
      compareRuns(store, runs, registries, { threshold: 300 }).groups[0].threshold;
    const [first, ...others] = seeds;
    const wallSeconds = 2 / 7;
    const all = { value: 300, reached: 3, environmentSteps: 32, wallSeconds };
    deepStrictEqual(of(seeds), all);
    // One without a clock, or that counted something else, leaves no median of all.
    deepStrictEqual(of([{ ...first, wallSeconds: 0 }, ...others]), { ...all, wallSeconds: null });
    const uncounted = [{ ...first, environmentSteps: 0 }, ...others];
    deepStrictEqual(of(uncounted), { ...all, environmentSteps: null });
    const model = addRun(store, "b", 1, []);
    store.append(model.id, [pointAt("losses/loss", 1, 400)]);
    const comparison = compareRuns(store, [model], registries, { threshold: 300 });
    match(comparisonTables(comparison, capturedIo()), /^world-b +– +– +– +–$/m);
    const { groups } = JSON.parse(JSON.stringify(comparisonDocument(comparison)));
    deepStrictEqual(groups[0].threshold, {
      ...{ value: 300, reached: null, environment_steps: null, wall_seconds: null },
    });
  });
});

Deno.test("where half of the seeds never reach the threshold there is no median", async () => {
  await withStore((store) => {
    const runs = [[500], [500], [0], [0]].map((each, i) => addRun(store, "a", i, each));
    const { groups: [group] } = compareRuns(store, runs, registries, { threshold: 475 });
    strictEqual(group.threshold!.reached, 2);
    strictEqual(group.threshold!.environmentSteps, null);
    match(
      comparisonTables(compareRuns(store, runs, registries, { threshold: 475 }), capturedIo()),
      /–\s+–\s+2 of 4/,
    );
  });
});

Deno.test("pairs say how probable it is that one beats the other", async () => {
  await withStore((store) => {
    const a = [[3], [1]].map((each, i) => addRun(store, "a", i, each));
    const b = [[2], [1]].map((each, i) => addRun(store, "b", i, each));
    const { pairs } = compareRuns(store, [...b, ...a], registries);
    // 3 > 2, 3 > 1, 1 < 2, 1 = 1: (2 + ½) / 4.
    strictEqual(pairs.length, 1);
    strictEqual(pairs[0].first.label, "world-a");
    strictEqual(pairs[0].probability, 0.625);
  });
});

Deno.test("a world is one, however much of its options its runs say; what is in no pair is named", async () => {
  await withStore((store) => {
    const compared = (a: Json | undefined, b: Json | undefined, against?: string) => {
      const runs = [inWorld(addRun(store, "a", 1, [1]), a), inWorld(addRun(store, "b", 1, [2]), b)];
      return compareRuns(store, runs, worlds, { against });
    };
    const whole = { id: "CartPole-v1", suttonBartoReward: false };
    const { pairs, scales, notes } = compared(whole, { id: "CartPole-v1" });
    deepStrictEqual([pairs.length, scales.length, notes], [1, 1, []]);
    for (const other of [{ ...whole, suttonBartoReward: true }, { id: "Acrobot-v1" }, undefined]) {
      const { pairs, notes } = compared(whole, other);
      deepStrictEqual([pairs, notes], [[], [
        "in no pair, as no other group with that figure is known to be of the same world or data: " +
        "world-a, world-b",
      ]]);
    }
    // One that came to no evaluation is judged by what others in its world are.
    const lost = inWorld(addRun(store, "c", 1, [], { status: "diverged" }), { id: "CartPole-v1" });
    const { groups } = compareRuns(
      store,
      [inWorld(addRun(store, "a", 1, [1]), whole), lost],
      worlds,
    );
    deepStrictEqual(groups.map(({ metric }) => metric), Array(2).fill("evaluation/return_mean"));
  });
});

Deno.test("an own world of another version of its code is another one: no pair, which a line says", async () => {
  await withStore((store) => {
    const ofCode = (run: Run, hash: string): Run => ({
      ...run,
      manifest: { ...run.manifest, definition: { module: "/line.ts", hash } },
    });
    const compared = (...hashes: string[]) => {
      const runs = hashes.map((hash, i) => ofCode(addRun(store, "abc"[i], 1, [i]), hash));
      return compareRuns(store, runs, registries);
    };
    deepStrictEqual([compared("0a", "0a").pairs.length, compared("0a", "0a").notes], [1, []]);
    const { pairs, notes } = compared("0a", "0a", "1b");
    deepStrictEqual(pairs.map(({ first, second }) => first.label + second.label), [
      "world-aworld-b",
    ]);
    deepStrictEqual(notes, [
      "Line-v0 is of several files, or of several versions of one, which are in no pair with one " +
      "another: world-a, world-b, world-c; train from one file, as it is, what is to be compared",
    ]);
    // Settings say all: the file may be another one.
    const registered = ["0a", "1b"].map((hash, i) =>
      ofCode(inWorld(addRun(store, "ab"[i], 1, [i]), { id: "CartPole-v1" }), hash)
    );
    const { pairs: [pair], notes: none } = compareRuns(store, registered, worlds);
    deepStrictEqual([pair.first.label, none], ["world-a", []]);
  });
});

Deno.test("unfinished runs are left out and named; of equal seeds the newest counts", async () => {
  await withStore((store) => {
    addRun(store, "a", 1, [1]);
    addRun(store, "a", 1, [2]);
    const cut = addRun(store, "a", 2, [3], { status: "interrupted" });
    const { groups, notes } = compareRuns(store, store.runs(), registries);
    deepStrictEqual(groups.map((group) => group.values), [[2]]);
    strictEqual(groups[0].spread, null);
    ok(notes.some((note) => note.includes(cut.id)));
    ok(notes.some((note) => note.includes("1 older")));
  });
});

Deno.test("a run that ended with a loss that is not finite is as one that diverged", async () => {
  await withStore((store) => {
    for (const seed of [1, 2, 3]) {
      const { id } = addRun(store, "a", seed, [100 * seed]);
      store.append(id, [pointAt("losses/value", 1, seed === 3 ? NaN : 1)]);
    }
    const comparison = compareRuns(store, store.runs(), registries);
    deepStrictEqual(comparison.groups[0].values, [100, 200, NaN]);
    match(comparisonTables(comparison, capturedIo()), /world-a +2 of 3, 1 diverged +return +none/);
    match(comparison.notes.join(), /1 run counts as diverged.*losses\/value is NaN/);
  });
});

Deno.test("a seed that diverged or failed stays in its group: it has no IQM, and the seed is the worst", async () => {
  await withStore((store) => {
    const lost = [[1, 3], [2, 480], [3, 3]] as const;
    for (const [seed, value] of lost) {
      addRun(store, "a", seed, [value], { status: seed === 3 ? "failed" : "diverged" });
    }
    // The first seed failed before any evaluation.
    addRun(store, "b", 0, [], { status: "failed" });
    for (const seed of [4, 5]) addRun(store, "a", seed, [490 + seed]);
    for (const seed of [1, 2, 3, 4]) addRun(store, "b", seed, [100]);
    const comparison = compareRuns(store, store.runs(), registries, { threshold: 475 });
    const { groups: [a, b], pairs: [pair], notes } = comparison;
    deepStrictEqual([a.values, b.values], [[NaN, NaN, NaN, 494, 495], [NaN, 100, 100, 100, 100]]);
    deepStrictEqual([a.iqm, a.mean, a.median, a.spread, b.metric], [
      ...[NaN, NaN, NaN, null, "evaluation/return_mean"],
    ]);
    // What failed may have failed for any reason.
    const [{ verdict: ofFailed }] = compareRuns(
      store,
      b.runs.map((run) => inWorld(run, { id: "CartPole-v1" })),
      worlds,
    ).groups;
    deepStrictEqual([a.verdict, ofFailed], ["diverged", undefined]);
    // Two of five beat all; of the other three each is as bad as the worst of b, and below the others.
    deepStrictEqual(pair.probability, (2 * 5 + 3 * 0.5) / 25);
    // Of ranks: two of a are above all, three beside one of b below; counted in fractions.
    deepStrictEqual([pair.p, pair.ofRanks, pair.detectable], [180 / 252, true, NaN]);
    ok(pair.spread!.low < 0.46 && 0.46 < pair.spread!.high);
    deepStrictEqual([a.threshold!.reached, a.speed > 0], [2, true]);
    match(notes.join(), /diverged or failed has no IQM.*p, which is of ranks then/);
    const tables = comparisonTables(comparison, capturedIo());
    match(tables, /world-a +2 of 5, 2 diverged, 1 failed +return +none +diverged +none +none/);
    match(tables, /world-b +4 of 5, 1 failed +return +none +– +none/);
    match(tables, /world-a +world-b +0\.46 \[.*\] rough +0\.714 \(of ranks\) +–$/m);
    const document = JSON.parse(JSON.stringify(comparisonDocument(comparison)));
    deepStrictEqual([document.pairs[0].of_ranks, document.pairs[0].detectable], [true, null]);
    const texts = resultOf(comparison, { isTimed: true, paired: false })
      .flatMap((block) => block.kind === "text" ? [block.text] : []);
    match(texts.join(), /test of the means \(of ranks where a seed was lost\), two-sided/);
    const { n, finished, diverged, failed, iqm, interval, verdict, mean, values } =
      document.groups[0];
    deepStrictEqual(
      { n, finished, diverged, failed, iqm, interval, verdict, mean, values },
      {
        ...{ n: 5, finished: 2, diverged: 2, failed: 1, iqm: null, interval: null },
        ...{ verdict: "diverged", mean: null, values: [null, null, null, 494, 495] },
      },
    );
  });
});

Deno.test("a group that came to no evaluation is held against others by what they are judged by", async () => {
  await withStore((store) => {
    for (const seed of [1, 2]) {
      const { id } = addRun(store, "a", seed, [], { status: "diverged" });
      store.append(id, [pointAt("rollout/episode_return_mean", 1, 30)]);
      addRun(store, "b", seed, [100]);
    }
    const { groups, pairs } = compareRuns(store, store.runs(), registries);
    deepStrictEqual(groups.map(({ metric }) => metric), Array(2).fill("evaluation/return_mean"));
    deepStrictEqual(pairs.map(({ probability }) => probability), [0]);
    // Alone it has what it has.
    const [alone] = compareRuns(store, groups[0].runs, registries).groups;
    strictEqual(alone.metric, "rollout/episode_return_mean");
  });
});

Deno.test("where less is better the worst is more than any figure, and where no way is it is not known", async () => {
  await withStore((store) => {
    for (const agent of ["a", "b"]) {
      const run = addRun(store, agent, 1, [1], { status: agent === "a" ? "diverged" : undefined });
      for (const name of ["losses/loss", "rollout/length"]) {
        store.append(run.id, [pointAt(name, 1, 5)]);
      }
    }
    const probabilityOf = (metric: string) => {
      const comparison = compareRuns(store, store.runs(), registries, { metric });
      ok(/–/.test(comparisonTables(comparison, capturedIo())));
      return comparison.pairs[0].probability;
    };
    deepStrictEqual([probabilityOf("losses/loss"), probabilityOf("rollout/length")], [1, NaN]);
    // Without such a seed it is that of the figures as they are.
    const { id } = addRun(store, "a", 1, [1]);
    store.append(id, [pointAt("rollout/length", 1, 6)]);
    const metric = "rollout/length";
    const [{ probability }] = compareRuns(store, store.runs(), registries, { metric }).pairs;
    deepStrictEqual(probability, 1);
  });
});

Deno.test("a run that came to its end without the figure leaves its group without statistics, and is named", async () => {
  await withStore((store) => {
    for (const seed of [1, 2, 3]) addRun(store, "a", seed, [seed]);
    const lacking = [4, 5].map((seed) => addRun(store, "b", seed, []));
    addRun(store, "b", 6, [100]);
    for (const { id } of lacking) store.append(id, [pointAt("losses/loss", 1, 5)]);
    const comparison = compareRuns(store, store.runs(), registries);
    const { groups: [a, b], pairs: [pair], notes } = comparison;
    // What one of them has is what all are judged by.
    deepStrictEqual([b.metric, b.values], ["evaluation/return_mean", [NaN, NaN, 100]]);
    deepStrictEqual(b.lacking.map(({ id }) => id), lacking.map(({ id }) => id));
    deepStrictEqual([b.spread, b.verdict, a.lacking, a.iqm], [null, undefined, [], 2]);
    deepStrictEqual([pair.probability, pair.p, pair.detectable], [NaN, NaN, NaN]);
    deepStrictEqual(notes, ["2 of 3 runs have no evaluation/return_mean: world-b seeds 4, 5"]);
    const tables = comparisonTables(comparison, capturedIo());
    match(tables, /world-b +1 of 3, 2 without a figure +return +none +none +none/);
    const [table] = resultOf(comparison, { isTimed: true, paired: false });
    const rows = table.kind === "table" ? table.rows : [];
    strictEqual(rows[1][2], "1 of 3, 2 without a figure");
    const { groups } = comparisonDocument(comparison) as { groups: { lacking: number }[] };
    deepStrictEqual(groups.map(({ lacking }) => lacking), [0, 2]);
  });
});

Deno.test("of seeds that chose their settings in a sweep a line says so, beside those that judge", async () => {
  await withStore((store) => {
    const runs = [1, 101].map((seed) => addRun(store, "a", seed, [seed])).map((run) => {
      const manifest = { ...run.manifest, sweep: { name: "rates", trial: 0 } };
      return { ...run, manifest };
    });
    deepStrictEqual(compareRuns(store, runs, registries).notes, [
      "world-a: 1 of 2 seeds chose these settings in the sweep rates and flatter them; those that " +
      "judge alone are found by seed>=101",
    ]);
  });
});

Deno.test("a figure of the evaluation that ended a run is told where no score has it", async () => {
  await withStore((store) => {
    const { id } = addRun(store, "a", 1, [900], { status: "stopped" });
    store.update(id, { digest: "d" });
    const notes = () => compareRuns(store, [store.run(id)!], registries).notes;
    deepStrictEqual(notes(), [
      "world-a: evaluation/return_mean of 1 of 1 run is of the evaluation that ended it, and may be " +
      "good by choice: no later one measured it",
    ]);
    store.append(id, [pointAt("score/return_mean", 1, 800)]);
    deepStrictEqual(notes(), []);
  });
});

Deno.test("seeds and groups that were trained for different lengths are told", async () => {
  await withStore((store) => {
    const far = [1, 2, 3].map((seed) => addRun(store, "a", seed, Array(100).fill(seed)));
    const near = [4, 5].map((seed) => addRun(store, "a", seed, Array(20).fill(seed)));
    const other = [1, 2].map((seed) => addRun(store, "b", seed, Array(50).fill(seed)));
    const notes = (...runs: Run[]) => compareRuns(store, runs, registries).notes;
    deepStrictEqual(notes(...far, ...near, ...other), [
      "2 of 5 seeds of world-a end at 320 environment steps, the others at 1,600",
      "of the groups that are compared world-b was trained for the fewest environment steps, 800, " +
      "world-a for the most, 1,600",
    ]);
    // In another world it is held against none.
    const elsewhere = other.map((run) => inWorld(run, { id: "Else-v0", own: true }));
    deepStrictEqual(notes(...far, ...elsewhere).filter((note) => /trained for/.test(note)), []);
    deepStrictEqual(notes(...far), []);
  });
});

Deno.test("a group without a headline figure says which series it has", async () => {
  await withStore((store) => {
    const noted = (count: number) => {
      const { id } = addRun(store, `a${count}`, 1, []);
      for (let i = 0; i < count; i++) store.append(id, [pointAt(`own/s${10 + i}`, 1, 5)]);
      const comparison = compareRuns(store, [store.run(id)!], registries);
      match(comparisonTables(comparison, capturedIo()), / – +none +none +none/);
      return comparison.notes[0].replace(/^world-a\d+ has no headline figure/, "");
    };
    deepStrictEqual(noted(0), ", as it has no series");
    deepStrictEqual(noted(2), ": compare by --metric NAME; it has: own/s10, own/s11");
    match(noted(12), /own\/s18, own\/s19 and 2 more$/);
  });
});

Deno.test("a return that is NaN is told, never dropped", async () => {
  await withStore((store) => {
    const runs = [[1], [NaN], [3]].map((each, i) => addRun(store, "a", i, each));
    const comparison = compareRuns(store, runs, registries);
    ok(Number.isNaN(comparison.groups[0].iqm));
    match(
      comparisonTables(comparison, capturedIo()),
      /world-a\s+2 of 3, 1 diverged\s+return\s+none/,
    );
  });
});

Deno.test("of many seeds the interval is that of the dashboard", async () => {
  await withStore((store) => {
    const returns = Array.from({ length: 51 }, (_, i) => i * i % 37);
    const runs = returns.map((value, i) => addRun(store, "a", i + 1, [value]));
    deepStrictEqual(compareRuns(store, runs, registries).groups[0].spread, figureSpread(returns));
  });
});

Deno.test("a threshold that a return lacks by a rounding is reached, at the end and on the way", async () => {
  await withStore((store) => {
    const third = (0.7 + 0.7 + 0.7) / 3;
    const run = addRun(store, "a", 1, [0.5, third, third]);
    const { groups } = compareRuns(store, [run], registries, { threshold: 0.7 });
    const { reached, environmentSteps } = groups[0].threshold!;
    deepStrictEqual([third < 0.7, reached, environmentSteps], [true, 1, 32]);
  });
});

Deno.test("an IQM that misses the threshold is not rounded to it", async () => {
  await withStore((store) => {
    const runs = [470.94, 474.96, 478.98].map((value, i) => addRun(store, "a", i + 1, [value]));
    const shown = (options: { metric?: string; threshold?: number }) =>
      comparisonTables(compareRuns(store, runs, registries, options), capturedIo());
    match(shown({ threshold: 475 }), /return +474\.96 \(470\.9 … 479\.0\)/);
    match(shown({ threshold: 470 }), /return +475\.0 \(470\.9 … 479\.0\)/);
    match(shown({}), /return +475\.0 \(470\.9 … 479\.0\)/);
  });
});
