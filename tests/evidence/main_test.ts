import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { bringUpToDate, main, measureRows, verifyRows, whichOf } from "../../evidence/main.ts";
import { measure } from "../../evidence/measure.ts";
import { knownOf, measuredRow } from "../../evidence/pages.ts";
import { readResults, type Results, writeResults } from "../../evidence/results.ts";
import type { EvidenceRow } from "../../evidence/row.ts";
import { evidence } from "../../evidence/rows.ts";
import { corridorReinforce } from "../../experiments/memory.ts";
import { streamOf } from "../../lab/core/random.ts";
import { openTrainer } from "../../lab/experiment/inspect.ts";
import { registries } from "../../registries.ts";
import { capturedIo } from "../cli/captured_io.ts";
import { temporaryStore } from "../lab/experiment/temporary_store.ts";
import { withStopping } from "../lab/experiment/toy_registries.ts";
import { results } from "./measured.ts";

const row: EvidenceRow = { experiment: "bandit-ucb", page: "docs/agents/tabular.md", seeds: 1 };
const clean = { revision: "abcdef", dirty: false };
const dirty = { revision: "abcdef", dirty: true };

/** A store, and what measures into results files beside it. */
async function laboratory() {
  const temporary = await temporaryStore();
  const folder = `${temporary.folder}/docs/results`;
  const io = capturedIo({ root: `${temporary.folder}/` });
  const { key, sources } = await knownOf(row, io);
  return {
    ...temporary,
    io,
    around: { io, store: temporary.store },
    ...{ key, sources },
    kept: () => readResults(folder, row.experiment),
    keep: (parts: Pick<Results, "runs" | "sources">) =>
      writeResults(folder, { experiment: row.experiment, metric: "", key, ...parts }),
  };
}

Deno.test("seeds are measured from a commit's code, scored on streams of their own and kept", async () => {
  await using lab = await laboratory();
  const { around, store } = lab;
  const options = { ...around, again: false, workers: 1 };
  const shown: string[] = [];
  const show = ({ experiment }: EvidenceRow) => Promise.resolve(void shown.push(experiment));
  await rejects(
    measureRows([row], { ...options, code: dirty }, show),
    /Cannot measure as the code must be a commit's: files differ from it/,
  );
  strictEqual(store.runs().length, 0);

  strictEqual(await bringUpToDate(row, { ...options, code: clean }), false);
  const kept = (await lab.kept())!;
  strictEqual(kept.sources, lab.sources);
  const [{ seed, score, best, evaluations }] = kept.runs;
  deepStrictEqual([seed, Number(score!.toPrecision(6))], [101, evaluations.at(-1)![1]]);
  // No evaluation of training draws from that stream.
  const [run] = store.runs();
  const { trainer, dispose } = await openTrainer(run, { store, registries, checkpoint: "best" });
  const random = streamOf(101n, "score/best");
  const { episodes } = run.manifest.determined.configuration.evaluation as { episodes: number };
  const { metrics } = await trainer.evaluate({ random, episodes });
  dispose();
  strictEqual(best, metrics["evaluation/return_mean"]);
  ok(best !== score);

  strictEqual(await measureRows([row], { ...options, code: dirty }, show), 0); // nothing is missing
  deepStrictEqual(shown, [row.experiment]);
  await lab.keep({ ...kept, sources: "of other code" });
  await rejects(
    bringUpToDate({ ...row, seeds: 2 }, { ...options, code: clean }),
    /Cannot add seeds to bandit-ucb as its code has changed since the first: .* --verify/,
  );
});

Deno.test("a row that cannot be measured keeps no other from it, and is said first", async () => {
  await using lab = await laboratory();
  const folder = `${lab.folder}/docs/results`;
  const [ucb, gradient, greedy, thompson] = ["ucb", "gradient", "epsilon-greedy", "thompson"]
    .map((name) => ({ ...row, experiment: `bandit-${name}` }));
  const others = [
    { ...ucb, seeds: 2 },
    { ...gradient, seeds: 2, irreproducible: "dice" },
  ];
  for (const { irreproducible, ...other } of others as (EvidenceRow & Partial<Results>)[]) {
    const { key } = await knownOf(other, lab.io);
    const { experiment } = other;
    const runs = results(1);
    await writeResults(folder, {
      ...{ experiment, metric: "", key, sources: "of other code", irreproducible, runs },
    });
  }
  await Deno.writeTextFile(`${folder}/${greedy.experiment}.json`, "{");
  const said: string[] = [];
  const code = await measureRows(
    [...others, greedy, thompson],
    { ...lab.around, code: clean, again: false, workers: 1 },
    ({ experiment }) => Promise.resolve(void said.push(experiment, lab.io.written.error)),
  );
  strictEqual(code, 2);
  deepStrictEqual([said.length, said[0]], [2, thompson.experiment]);
  const [first, second, third] = said[1].split("\n");
  match(
    first,
    /^error: Cannot add seeds to bandit-ucb .*: deno task docs:results bandit-ucb --verify$/,
  );
  match(second, /^error: .*: deno task docs:results bandit-gradient --again$/);
  match(third, /^error: Cannot read figures as .*bandit-epsilon-greedy\.json is damaged/);
});

Deno.test("a row that measuring fails keeps no later one from being measured", async () => {
  await using lab = await laboratory();
  const rows = ["ucb", "gradient"].map((name) => ({ ...row, experiment: `bandit-${name}` }));
  let asked = 0;
  const sourcesNow = async (of: EvidenceRow) =>
    ++asked === 1 ? "edited" : (await knownOf(of, lab.io)).sources;
  const shown: string[] = [];
  const code = await measureRows(
    rows,
    { ...lab.around, code: clean, again: false, workers: 1, sourcesNow: sourcesNow as never },
    ({ experiment }) => Promise.resolve(void shown.push(experiment)),
  );
  deepStrictEqual([code, shown], [1, ["bandit-gradient"]]);
  match(lab.io.written.error, /^error: Cannot keep seed 101 of bandit-ucb/m);
});

Deno.test("a row that is measured again forgets what it had; one that goes on stays in order", async () => {
  await using lab = await laboratory();
  const { around } = lab;
  const runs = results(1, 2).map((run) => ({ ...run, digest: "another" }));
  const measure = (seeds: number, again: boolean) =>
    bringUpToDate({ ...row, seeds }, { ...around, code: clean, again, workers: 1 });
  // Of seed 101 there is none yet.
  await lab.keep({ runs: runs.slice(1), sources: lab.sources });
  strictEqual(await measure(2, false), false);
  const [first, second, ...more] = (await lab.kept())!.runs;
  deepStrictEqual([first.seed, second, more], [101, runs[1], []]);
  ok(first.digest !== "another");
  // Even what other code gave, which nothing could be added to.
  await lab.keep({ runs, sources: "of other code" });
  await measure(1, true);
  const { runs: anew, sources } = (await lab.kept())!;
  deepStrictEqual([anew.map(({ digest }) => digest), sources], [[first.digest], lab.sources]);
});

Deno.test("a row that is measured again keeps what it had until its last seed is there", async () => {
  await using lab = await laboratory();
  const { io, store } = lab;
  const runs = results(1, 2).map((run) => ({ ...run, digest: "another" }));
  await lab.keep({ runs, sources: lab.sources });
  const interrupted = {
    ...io,
    notice: (text: string) => {
      io.notice(text);
      if (text.includes("✓")) io.interrupt();
    },
  };
  const again = (on: typeof io) =>
    bringUpToDate({ ...row, seeds: 2 }, {
      ...{ io: on, store, code: clean, again: true, workers: 1 },
    });
  const trained = () => store.runs().map(({ manifest }) => manifest.determined.seed).reverse();
  strictEqual(await again(interrupted), true);
  deepStrictEqual([trained(), (await lab.kept())!.runs], [["101"], runs]);
  // The same command goes on.
  strictEqual(await again(io), false);
  deepStrictEqual(trained(), ["101", "102"]);
  const digests = store.runs().map(({ digest }) => digest).reverse();
  deepStrictEqual((await lab.kept())!.runs.map(({ digest }) => digest), digests);
  // What other code began counts for nothing.
  await writeResults(`${lab.folder}/docs/results/anew`, {
    ...{ experiment: row.experiment, metric: "", key: lab.key },
    ...{ sources: "of other code", runs: runs.slice(0, 1) },
  });
  await again(io);
  deepStrictEqual(trained(), ["101", "102", "101", "102"]);
});

Deno.test("a seed whose code was edited while it trained is not kept", async () => {
  await using lab = await laboratory();
  let asked = 0;
  const sourcesNow = () => Promise.resolve(++asked < 2 ? lab.sources : "edited");
  await rejects(
    bringUpToDate({ ...row, seeds: 3 }, {
      ...{ ...lab.around, code: clean, again: false, workers: 1, sourcesNow },
    }),
    /^LabError: Cannot keep seed 102 of bandit-ucb as its code was changed meanwhile$/,
  );
  deepStrictEqual((await lab.kept())!.runs.map(({ seed }) => seed), [101]);
  strictEqual(lab.store.runs().length, 2);
});

Deno.test("a seed that a rule ended has the score that no rule saw", async () => {
  await using lab = await laboratory();
  const { store } = lab;
  const experiment = "line-toy-stopping";
  const definition = await withStopping.experiments.at(-1)!.load();
  const options = { store, registries: withStopping, workers: 1 };
  const [result] = await measure({ ...row, experiment }, definition, [101], options);
  const [{ id }] = store.runs();
  deepStrictEqual(
    [result.status, result.score],
    ["stopped", store.series(id, "score/return_mean").values[0]],
  );
  ok(Math.abs(result.score! - result.evaluations.at(-1)![1]!) > 1e-3);
});

Deno.test("the best checkpoint is scored as its experiment evaluates: as many episodes, by draws too", async () => {
  await using lab = await laboratory();
  const { store } = lab;
  const definition = {
    ...corridorReinforce,
    budget: 1000,
    evaluation: { every: 500, episodes: 20, stochastic: true },
  };
  const entry = registries.experiments.find(({ name }) => name === definition.name)!;
  const experiments = [{ ...entry, load: () => Promise.resolve(definition) }];
  const [{ best }] = await measure({ ...row, experiment: definition.name }, definition, [101], {
    ...{ store, registries: { ...registries, experiments }, workers: 1 },
  });
  const [run] = store.runs();
  const { trainer, dispose } = await openTrainer(run, { store, registries, checkpoint: "best" });
  const random = streamOf(101n, "score/best");
  const { metrics } = await trainer.evaluate({ random, episodes: 20, stochastic: true });
  dispose();
  strictEqual(best, metrics["evaluation/return_mean"]);
  // By its best action alone it never arrives.
  ok(best! > -100, `${best}`);
});

Deno.test("a model's result keeps all that was measured of it and of real examples, an agent's the score", async () => {
  await using lab = await laboratory();
  const options = { store: lab.store, registries, workers: 1 };
  const measured = async (experiment: string, metric?: string) => {
    const definition = await registries.experiments.find(({ name }) => name === experiment)!.load();
    return (await measure({ ...row, experiment, metric }, definition, [101], options))[0];
  };
  const { score, figures } = await measured("xor-perceptron", "evaluation/accuracy");
  strictEqual(figures!["evaluation/accuracy"], score);
  deepStrictEqual(
    Object.keys(figures!).filter((name) => !/^(evaluation|ceiling)\//.test(name)),
    [],
  );
  strictEqual((await measured("bandit-ucb")).figures, undefined);
});

Deno.test("a row of other code is to be verified: an equal digest renews it, another voids it", async () => {
  await using lab = await laboratory();
  const { around, io } = lab;
  const rows = [{ ...row, seeds: 2 }];
  await bringUpToDate(rows[0], { ...around, code: clean, again: false, workers: 1 });
  const measured = (await lab.kept())!.runs.map((run, i) => ({ ...run, seconds: i }));
  const runs = measured.map((run) => ({ ...run, digest: "another" }));
  const toVerify = async () => (await measuredRow(rows[0], io)).toVerify;
  await lab.keep({ runs, sources: lab.sources });
  strictEqual(await toVerify(), false);
  strictEqual(await verifyRows(rows, "changed", { ...around, code: clean }), 0);
  match(io.written.out, /^Nothing to verify\.$/m);

  await lab.keep({ runs, sources: "of other code" });
  strictEqual(await toVerify(), true);
  strictEqual(await verifyRows(rows, "changed", { ...around, code: dirty }), 1);
  match(
    io.written.out,
    /^bandit-ucb, seed 101: ANOTHER digest, not kept as files differ from it$/m,
  );
  // Only a commit's code changes what was measured.
  strictEqual((await lab.kept())!.sources, "of other code");
  await lab.keep({ runs: measured, sources: "of other code" });
  const sourcesNow = () => Promise.resolve("edited");
  for (
    const [surroundings, reason] of [
      [{ ...around, code: dirty }, "files differ from it"],
      [{ ...around, code: clean, sourcesNow }, "its code was changed meanwhile"],
    ] as const
  ) {
    strictEqual(await verifyRows(rows, "changed", surroundings), 0);
    ok(io.written.out.endsWith(`bandit-ucb, seed 101: equal digest, not kept as ${reason}\n`));
    strictEqual((await lab.kept())!.sources, "of other code");
  }
  strictEqual(await verifyRows(rows, "changed", { ...around, code: clean }), 0);
  match(io.written.out, /^bandit-ucb, seed 101: equal digest$/m);
  const renewed = (await lab.kept())!;
  deepStrictEqual([renewed.sources, renewed.runs.length], [lab.sources, 2]);
  // Who asks for a row by its name doubts it: it is trained again whether or not its code has changed.
  const trained = lab.store.runs().length;
  strictEqual(await verifyRows(rows, "all", { ...around, code: clean }), 0);
  strictEqual(lab.store.runs().length, trained + 1);
  // What values a run may be other code though the run is the same.
  for (const [other, value] of [["score", 0.5], ["best", null]] as const) {
    const [first, second] = measured;
    await lab.keep({ runs: [{ ...first, [other]: value }, second], sources: "of other code" });
    strictEqual(await verifyRows(rows, "changed", { ...around, code: clean }), 1);
    ok(
      io.written.out.endsWith(
        `bandit-ucb, seed 101: ANOTHER ${other}, which voids 2 seeds: ` +
          "deno task docs:results bandit-ucb\n",
      ),
    );
    deepStrictEqual((await lab.kept())!.runs, []);
  }
  // As it was measured: its seed, its backend.
  const eager = runs.slice(1).map((run) => ({ ...run, backend: "tfjs-cpu" }));
  await lab.keep({ runs: eager, sources: lab.sources });
  // Some rows of the revision's choice are looked at alone: the gate's clone stays as it is.
  strictEqual(await verifyRows(rows, 1, { ...around, code: clean }), 1);
  strictEqual((await lab.kept())!.runs.length, 1);
  strictEqual(await verifyRows(rows, "all", { ...around, code: clean }), 1);
  const { seed, backend } = lab.store.runs()[0].manifest.determined;
  deepStrictEqual([seed, backend], ["102", "tfjs-cpu"]);
  deepStrictEqual((await lab.kept())!.runs, []);
});

Deno.test("a row that no seed can verify is said, with what to do instead", async () => {
  await using lab = await laboratory();
  const folder = `${lab.folder}/docs/results`;
  const rows = ["ucb", "gradient", "thompson"].map((name) => ({
    ...row,
    experiment: `bandit-${name}`,
  }));
  const [unmeasured, irreproducible, diverged] = rows;
  const keep = async (of: EvidenceRow, more: Partial<Results>) => {
    const { key } = await knownOf(of, lab.io);
    const head = { experiment: of.experiment, metric: "", key, sources: "of other code" };
    await writeResults(folder, { ...head, runs: results(1), ...more });
  };
  await keep(irreproducible, { irreproducible: "the dice are real" });
  await keep(diverged, { runs: results(null) });
  await Deno.writeTextFile(`${folder}/${unmeasured.experiment}.json`, "{");
  const verified = async (which: "all" | "changed") => {
    const before = lab.io.written.out.length;
    const code = await verifyRows(rows, which, { ...lab.around, code: clean });
    return [code, ...lab.io.written.out.slice(before).trim().split("\n")];
  };
  const lines = [
    "bandit-gradient: cannot be verified as the dice are real: " +
    "deno task docs:results bandit-gradient --again",
    "bandit-thompson: cannot be verified as no seed has a digest: " +
    "deno task docs:results bandit-thompson --again",
  ];
  // A damaged file keeps no other row from it.
  deepStrictEqual(await verified("all"), [1, ...lines]);
  await Deno.remove(`${folder}/${unmeasured.experiment}.json`);
  deepStrictEqual(await verified("changed"), [0, ...lines]);
  deepStrictEqual(
    await verified("all"),
    [
      ...[0, "bandit-ucb: cannot be verified as nothing of it is measured: "],
      ...lines,
    ].map((line, i) => i === 1 ? `${line}deno task docs:results bandit-ucb` : line),
  );
});

Deno.test("what verifying found is kept and told, too, where a person stops it then", async () => {
  await using lab = await laboratory();
  const { io } = lab;
  await lab.keep({ runs: results(1), sources: "of other code" });
  const stopped = {
    ...io,
    notice: (text: string) => {
      io.notice(text);
      if (text.includes("✓")) io.interrupt();
    },
  };
  strictEqual(await verifyRows([row], "all", { ...lab.around, io: stopped, code: clean }), 130);
  match(io.written.out, /^bandit-ucb, seed 101: ANOTHER digest, which voids 1 seed/);
  deepStrictEqual((await lab.kept())!.runs, []);
});

Deno.test("a row that the line names is verified though its code is the same, no other one", () => {
  deepStrictEqual([whichOf([], undefined), whichOf(["ppo"], undefined)], ["changed", "all"]);
  deepStrictEqual([whichOf([], 3), whichOf(["ppo"], 3)], [3, 3]);
});

Deno.test("which of the cheap rows is verified hangs on the revision", async () => {
  await using lab = await laboratory();
  const { io, store } = lab;
  const rows = ["ucb", "gradient"].map((name) => ({ ...row, experiment: `bandit-${name}` }));
  const runs = results(1).map((run) => ({ ...run, digest: "another" }));
  for (
    const { row: { experiment }, key, sources } of await Promise.all(
      rows.map((each) => knownOf(each, io)),
    )
  ) {
    const folder = `${lab.folder}/docs/results`;
    await writeResults(folder, { experiment, metric: "", key, sources, runs });
  }
  for (const revision of ["a1", "a0"]) {
    await verifyRows(rows, 1, { io, store, code: { revision, dirty: true } });
  }
  deepStrictEqual(store.runs().map(({ name }) => name).reverse(), [
    "bandit-gradient",
    "bandit-ucb",
  ]);
});

Deno.test("a list says how the rows stand that a word means, and measures nothing", async () => {
  await using lab = await laboratory();
  const { io } = lab;
  const named = evidence.find(({ experiment }) => experiment === "windy-sarsa")!;
  const { key, sources } = await knownOf(named, io);
  await writeResults(`${lab.folder}/docs/results`, {
    ...{ experiment: named.experiment, metric: "", key, sources, runs: results(-17, -17) },
  });
  strictEqual(await main(["windy-sarsa", "windy-q-learning", "--list"], io), 0);
  const [first, second, ...more] = io.written.out.trim().split("\n");
  match(first, /^windy-sarsa: IQM -17 \(-17 … -17\).* of 2 seeds, 8 seeds missing\)$/);
  deepStrictEqual([second, more], ["windy-q-learning: to be measured", []]);
  // A damaged file hides no other row.
  await Deno.writeTextFile(`${lab.folder}/docs/results/windy-sarsa.json`, "{");
  strictEqual(await main(["windy-sarsa", "windy-q-learning", "--list"], io), 1);
  match(io.written.error, /^error: Cannot read figures as .*windy-sarsa\.json is damaged: .*\n$/);
  match(io.written.out, /windy-q-learning: to be measured\n$/);
  deepStrictEqual([...Deno.readDirSync(`${lab.folder}/docs`)].map(({ name }) => name), ["results"]);
});

Deno.test("wrong words are refused in one line, before anything is measured", async () => {
  for (
    const [line, message] of [
      [
        "cartpole-ppp",
        /no row of evidence\/rows\.ts with "cartpole-ppp" \(did you mean "cartpole-ppo"/,
      ],
      ["--verify 0", /Cannot verify 0 rows as N must be one whole number from 1 on/],
      ["--verify 3 4", /Cannot verify 3 and 4 rows/],
      ["--list --verify", /Cannot do --list and --verify at once/],
      ["--workers 0", /--workers.* Usage: deno task docs:results/],
      ["--frob", /--frob.* Usage: deno task docs:results/],
    ] as const
  ) {
    const io = capturedIo({ root: "/nowhere/" });
    strictEqual(await main(line.split(" "), io), 2, line);
    match(io.written.error, message);
    strictEqual(io.written.error.trim().split("\n").length, 1);
  }
});
