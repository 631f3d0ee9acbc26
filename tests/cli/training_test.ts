import {
  deepStrictEqual,
  match,
  notDeepStrictEqual,
  notStrictEqual,
  ok,
  strictEqual,
} from "node:assert";
import { decodeSafetensors } from "../../lab/core/safetensors.ts";
import { main } from "../../cli/main.ts";
import { headline } from "../../cli/terminal/figures.ts";
import { openStore } from "../../lab/store/sqlite_store.ts";
import { registries as ownRegistries } from "../../registries.ts";
import { registries, toyExperiment, withStopping } from "../lab/experiment/toy_registries.ts";
import { type CapturedIo, capturedIo } from "./captured_io.ts";

/** A folder of its own with toy experiments, and what a person types there. */
async function withLab(
  test: (
    lab: (...args: string[]) => Promise<{ code: number; out: string; error: string }>,
    folder: string,
    change: (adapt: (io: CapturedIo) => void) => void,
  ) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  let adapt = (_: CapturedIo) => {};
  try {
    await test(
      async (...args) => {
        const io = capturedIo({ folder, root: folder, registries });
        adapt(io);
        const code = await main(args, io);
        return { code, ...io.written };
      },
      folder,
      (change) => adapt = change,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("run --json ends with one document, progress goes to standard error", async () => {
  await withLab(async (lab) => {
    const { code, out, error } = await lab("run", "line-toy", "--seed", "7", "--json");
    strictEqual(code, 0);
    const { runs } = JSON.parse(out);
    strictEqual(runs.length, 1);
    deepStrictEqual(Object.keys(runs[0]), [
      "id",
      "name",
      "seed",
      "status",
      "verdict",
      "started",
      "tags",
      "note",
      "config",
      "metrics",
      "wall_seconds",
      "budget_unit",
      "environment_steps",
      "gradient_steps",
      "examples",
      "backend",
      "digest",
    ]);
    const [run] = runs;
    strictEqual(run.seed, 7);
    strictEqual(run.status, "completed");
    strictEqual(run.config.agent.name, "toy");
    deepStrictEqual([run.environment_steps, run.budget_unit], [200, "environmentSteps"]);
    strictEqual(typeof run.metrics["evaluation/return_mean"], "number");
    match(run.digest, /^[0-9a-f]{64}$/);
    match(error, /^Training line-toy: 200 steps\n(.*\n)?✓ line-toy seed 7: return/);
  });
});

Deno.test("run --profile reports on standard error what the programs did, or why it cannot", async () => {
  await withLab(async (lab, folder) => {
    const toy = await lab("run", "line-toy", "--profile");
    match(toy.error, /\nProfile of run \w+ \(line-toy\)\nNo profile: no program was compiled/);
    strictEqual(toy.code, 0);
    const file = `${folder}/known.ts`;
    await Deno.writeTextFile(
      file,
      `export default {
        name: "known",
        environment: { id: "CartPole-v1" },
        agent: { name: "ppo", environments: 2, rolloutLength: 16, minibatchSize: 16 },
        budget: 64,
        evaluation: { every: 64, episodes: 1 },
      };`,
    );
    const io = capturedIo({ folder, root: folder });
    strictEqual(await main(["run", file, "--profile", "--quiet"], io), 0);
    const { error } = io.written;
    match(error, /Profile of run \w+ \(known\)\nppo\/act on wasm: \d+ kernel calls in \d+ items/);
    match(error, /\nppo\/update\/16 on wasm: .* of code, temporaries .* of .*\n/);
    match(error, / matrix product +\[16, 64\] · \[64, 64\] .* \d+\.\d %\n/);
  });
});

Deno.test("seeds, names, tags, notes and overrides reach the runs", async () => {
  await withLab(async (lab) => {
    const seed = String(2n ** 64n);
    const { code, out } = await lab(
      ...["run", "line-toy", "points-toy", "--seed", seed, "--seeds", "2", "--budget", "0.1k"],
      ...["--tag", "a", "--tag", "b", "--note", "why", "--name", "mine", "--json", "--quiet"],
    );
    strictEqual(code, 0);
    const { runs } = JSON.parse(out);
    deepStrictEqual(
      runs.map((run: { seed: unknown }) => run.seed),
      [seed, String(2n ** 64n + 1n), seed, String(2n ** 64n + 1n)],
    );
    ok(runs.every((run: { name: string }) => run.name === "mine"));
    const found = await lab("runs", "--where", "tag=b", "--where", "agent=toy", "--json");
    strictEqual(JSON.parse(found.out).runs.length, 2);
    strictEqual(
      JSON.parse((await lab("runs", "--where", "budget=100", "--json")).out).runs.length,
      4,
    );
    strictEqual(JSON.parse((await lab("runs", "--where", "tag=c", "--json")).out).runs.length, 0);
    match((await lab("runs", "--limit", "3")).out, /… and 1 run more/);
    const unknown = await lab("runs", "--where", "agnt=toy");
    strictEqual(unknown.code, 2);
    match(unknown.error, /no run has a field "agnt" \(did you mean "agent"\?\)/);
    strictEqual((await lab("runs", "--sort", "sped")).code, 2);
  });
});

Deno.test("runs keeps those that hold every word, and names the nearest of a word that none holds", async () => {
  await withLab(async (lab) => {
    await lab("run", "line-toy", "points-toy", "--tag", "first try", "--quiet");
    await lab("run", "line-toy", "--seed", "2", "--note", "Looked at twice", "--quiet");
    const found = async (...words: string[]) =>
      JSON.parse((await lab("runs", ...words, "--json")).out).runs
        .map(({ name, seed }: { name: string; seed: number }) => `${name} ${seed}`);
    deepStrictEqual(await found("LINE"), ["line-toy 2", "line-toy 1"]);
    deepStrictEqual(await found("toy-model"), ["points-toy 1"]);
    deepStrictEqual(await found("line-v0", "try"), ["line-toy 1"]);
    deepStrictEqual(await found("twice", "completed"), ["line-toy 2"]);
    deepStrictEqual(await found("toy", "--where", "seed=2"), ["line-toy 2"]);
    const none = await lab("runs", "twise");
    deepStrictEqual([none.code, none.out], [2, ""]);
    match(none.error, /^error: Cannot list as no run fits: twise \(did you mean "twice"\?\)\n$/);
  });
});

Deno.test("describe shows a stored run: its state, then what differs from the defaults, then the rest", async () => {
  await withLab(async (lab) => {
    match((await lab("describe", "latest")).error, /nothing has the name "latest"/);
    const { runs: [run] } = JSON.parse(
      (await lab("run", "line-toy", "--set", "agent.size=9", "--tag", "a", "--note", "b", "--json"))
        .out,
    );
    await lab("resume", run.id, "--budget", "250");
    const { out, code } = await lab("describe", "latest");
    strictEqual(code, 0);
    match(out, new RegExp(`^run ${run.id}  line-toy\n\nTrains toy in Line-v0, seed 1\\.\n`));
    match(
      out,
      /\ncompleted: 250 of 250 steps in 0:0\d, return .*\nUp to iteration 20 .* 200 steps\.\n/,
    );
    match(out, /\nStarted 20.*, attempt 2, on wasm, /);
    match(out, /\nTags: a\.\nNote: b\nDigest: [0-9a-f]{64}\n/);
    const [changed, rest] = out.split("As by default");
    match(changed, /Different from the default\n.*\n(.*\n)*agent\.size +9 +4 /);
    match(rest, /\nagent\.activation +tanh /);
    match(rest, new RegExp(`experiment reproduce ${run.id}\n`));
    const prefix = run.id.slice(0, -1);
    const document = JSON.parse((await lab("describe", prefix, "--json")).out);
    strictEqual(document.run.id, run.id);
    strictEqual(
      document.fields.find(({ path }: { path: string }) => path === "agent.size").value,
      9,
    );
    match(
      (await lab("describe", run.id, "--set", "agent.size=3")).error,
      /describe the run .* with/,
    );
    match((await lab("describe", "lastet")).error, /did you mean "latest"\?.*`runs`/);
  });
});

Deno.test("describe shows a run's configuration as stored where the lab has no longer its parts", async () => {
  await withLab(async (lab, _, change) => {
    await lab("run", "line-toy", "--quiet");
    change((io) => {
      const without = { ...registries, agents: registries.agents.slice(1) };
      Object.assign(io, { registries: () => Promise.resolve(without) });
    });
    const { out, code } = await lab("describe", "latest");
    strictEqual(code, 0);
    match(out, /Its fields as they were stored \(.*no agent "toy".*\):\n\{\n/);
    match(out, /"rate": 0.25,/);
  });
});

Deno.test("a diverged run exits with 1, and NaN is null in the document", async () => {
  await withLab(async (lab) => {
    const { code, out, error } = await lab(
      ...["run", "line-toy", "--set", "agent.lossNaNAt=6", "--json", "--quiet"],
    );
    match(error, /^error: run \w+ \(line-toy\) diverged: [^\n]*losses\/toy[^\n]*\n$/);
    strictEqual(code, 1);
    const { runs: [run] } = JSON.parse(out);
    strictEqual(run.status, "diverged");
    strictEqual(run.metrics["losses/toy"], null);
    match((await lab("runs")).out, /diverged/);
  });
});

Deno.test("a request that its trainer refuses is told once, beside the table of what did train", async () => {
  await withLab(async (lab, folder) => {
    const other = { ...toyExperiment, name: "other", agent: { name: "toy", size: 3 } };
    await Deno.writeTextFile(`${folder}/other.ts`, `export default ${JSON.stringify(other)};`);
    const { out: source } = await lab("run", "line-toy", "--seed", "5", "--json");
    const [{ id }] = JSON.parse(source).runs;
    const { code, out, error } = await lab(
      ...["run", "line-toy", "other.ts", "--seeds", "2", "--from", id],
    );
    strictEqual(code, 2);
    match(out, /^run .*\n(.+line-toy.* completed .*\n?){2}/);
    match(error, /^error: Cannot start from run \w+ as .*: \[6\]; it had .* \(2 runs\)$/m);
    strictEqual(/Not started/.test(error), false);
  });
});

Deno.test("Ctrl-C exits with 130, says how to resume, and resume ends in the same digest", async () => {
  await withLab(async (lab, _, change) => {
    const whole = JSON.parse((await lab("run", "line-toy", "--json")).out).runs[0];
    change((io) => {
      const { notice } = io;
      Object.assign(io, {
        screen: () => ({ columns: 100, rows: 30 }),
        notice: (text: string) => {
          notice(text);
          // The runner asks for aborts after an iteration: the first live line is early enough.
          if (text.includes("line-toy seed 1")) io.interrupt();
        },
      });
    });
    const stopped = await lab("run", "line-toy", "--json");
    strictEqual(stopped.code, 130);
    const { runs: [run] } = JSON.parse(stopped.out);
    strictEqual(run.status, "interrupted");
    strictEqual(run.digest, null);
    match(stopped.error, /Stopping after this iteration/);
    match(stopped.error, new RegExp(`deno task -q experiment resume ${run.id}`));
    change(() => {});
    const resumed = await lab("resume", run.id, "--json");
    strictEqual(resumed.code, 0);
    strictEqual(JSON.parse(resumed.out).runs[0].digest, whole.digest);
    strictEqual((await lab("resume", "latest")).code, 2);
    const extended = JSON.parse((await lab("resume", run.id, "--budget", "240", "--json")).out);
    strictEqual(extended.runs[0].environment_steps, 240);
  });
});

Deno.test("resume --batch without a run goes on with the newest batch alone", async () => {
  await withLab(async (lab, _, change) => {
    const stopped = async () => {
      change((io) => {
        io.screen = () => ({ columns: 100, rows: 30 });
        const { notice } = io;
        io.notice = (text: string) => {
          notice(text);
          if (text.includes("line-toy seed 1")) io.interrupt();
        };
      });
      const line = ["run", "line-toy", "--seeds", "2", "--workers", "1", "--json"];
      const { out, code } = await lab(...line);
      strictEqual(code, 130);
      change(() => {});
      return JSON.parse(out).runs[0].id;
    };
    const [older, newer] = [await stopped(), await stopped()];
    const { runs } = JSON.parse((await lab("resume", "--batch", "--json")).out);
    deepStrictEqual(runs.map(({ id }: { id: string }) => id).includes(older), false);
    ok(runs.some(({ id }: { id: string }) => id === newer));
    strictEqual(runs.length, 2);
  });
});

Deno.test("an interrupted batch says how to go on with all of it, and resume takes several runs", async () => {
  await withLab(async (lab, _, change) => {
    change((io) => {
      const { notice } = io;
      Object.assign(io, {
        screen: () => ({ columns: 100, rows: 30 }),
        notice: (text: string) => {
          notice(text);
          if (text.includes("line-toy seed 1")) io.interrupt();
        },
      });
    });
    const stopped = await lab("run", "line-toy", "--seeds", "3", "--workers", "1", "--json");
    strictEqual(stopped.code, 130);
    const { runs: [{ id }] } = JSON.parse(stopped.out);
    match(stopped.error, new RegExp(`with the 3 runs that did not end: .* resume ${id} --batch\n`));
    change(() => {});
    match((await lab("resume", id)).error, new RegExp(`2 runs did not end.* resume ${id} --batch`));
    const rest = await lab("resume", "latest", "--batch", "--json");
    strictEqual(rest.code, 0, rest.error);
    match(rest.error, /^Going on with 0 runs, beginning 2\n/);
    const { runs } = JSON.parse(rest.out);
    const seen = (each: { seed: number; status: string }) => [each.seed, each.status];
    deepStrictEqual(runs.map(seen), [[2, "completed"], [3, "completed"]]);
    const ended = await lab("resume", "--batch");
    deepStrictEqual([ended.code, /all runs of the batch have ended/.test(ended.error)], [0, true]);
    const none = await lab("resume", "--where", "name=line-toy");
    deepStrictEqual([none.code, /3 runs met that and none is/.test(none.error)], [2, true]);
    const longer = await lab(
      ...["resume", "--where", "name=line-toy and seed<3", "--budget", "240", "--json"],
    );
    const steps = JSON.parse(longer.out).runs.map((run: { environment_steps: number }) =>
      run.environment_steps
    );
    deepStrictEqual([longer.code, steps], [0, [240, 240]]);
    const both = await lab("resume", id, "latest");
    strictEqual(both.code, 2);
    match(both.error, /^error: .* is completed: .*\nerror: .* is completed: .*\n$/);
    match((await lab("resume", "--batch", "--budget", "9k")).error, /neither --where nor --budget/);
    await lab("run", "line-toy");
    match((await lab("resume", "latest", "--batch")).error, /was asked for alone/);
  });
});

Deno.test("resume --where with a budget leaves out what is being trained", async () => {
  await withLab(async (lab, folder) => {
    const { runs } = JSON.parse((await lab("run", "line-toy", "--seeds", "2", "--json")).out);
    const [busy, idle] = runs.map(({ id }: { id: string }) => id);
    const store = openStore(`${folder}/runs`);
    const lock = store.lock(busy);
    try {
      store.update(busy, { status: "running" });
      const longer = async (where: string) =>
        await lab("resume", "--where", where, "--budget", "240", "--json");
      const { code, out, error } = await longer("name=line-toy");
      strictEqual(code, 0, error);
      deepStrictEqual(JSON.parse(out).runs.map(({ id }: { id: string }) => id), [idle]);
      const none = await longer(`id=${busy}`);
      deepStrictEqual([none.code, none.out], [2, ""]);
      match(none.error, /1 run met that and none is to go on: .* being trained\n$/);
    } finally {
      lock[Symbol.dispose]();
      store.close();
    }
  });
});

Deno.test("reproduce exits with 0 where the digests are equal, and keeps a run only when asked", async () => {
  await withLab(async (lab) => {
    const first = JSON.parse((await lab("run", "line-toy", "--json")).out).runs[0];
    const again = await lab("reproduce", "latest");
    strictEqual(again.code, 0);
    match(again.out, /^identical/);
    strictEqual(JSON.parse((await lab("runs", "--json")).out).runs.length, 1);
    const kept = JSON.parse((await lab("reproduce", first.id, "--keep", "--json")).out);
    strictEqual(kept.identical, true);
    strictEqual(kept.runs[1].digest, first.digest);
    notStrictEqual(kept.runs[1].id, first.id);
  });
});

Deno.test("a run has its verdict in the document of every command, and on its page", async () => {
  await withLab(async (lab, _, change) => {
    const randomReturn = { mean: 1e6, deviation: 1, episodes: 1000 };
    const environments = registries.environments.map((entry) => ({ ...entry, randomReturn }));
    change((io) =>
      Object.assign(io, { registries: () => Promise.resolve({ ...registries, environments }) })
    );
    const run = "run line-toy --set environment.goal=5";
    const others = ["reproduce latest", "evaluate latest", "runs", "compare --where seed=1"];
    for (const line of [run, ...others]) {
      const words = line.split(" ");
      const { runs } = JSON.parse((await lab(...words, "--json")).out);
      strictEqual(runs[0].verdict, "no better than random", line);
    }
    strictEqual(
      JSON.parse((await lab("describe", "latest", "--json")).out).run.verdict,
      "no better than random",
    );
    match((await lab("describe", "latest")).out, /, return \S+, no better than random\./);
  });
});

Deno.test("a run that a rule ended is shown by its score wherever it is shown", async () => {
  await withLab(async (lab, folder, change) => {
    change((io) => Object.assign(io, { registries: () => Promise.resolve(withStopping) }));
    const trained = await lab("run", "line-toy-stopping", "--json");
    const { runs: [run] } = JSON.parse(trained.out);
    const name = "return_mean";
    const store = openStore(`${folder}/runs`);
    const [[score], evaluations] = ["score", "evaluation"]
      .map((group) => [...store.series(run.id, `${group}/${name}`).values]);
    store.close();
    const metric = `evaluation/${name}`;
    const [judged, chosen] = [score, evaluations.at(-1)!].map((each) =>
      headline({ [metric]: each })
    );
    notStrictEqual(judged, chosen);
    const figures = [run.metrics[metric]];
    const texts = [trained.error];
    for (const line of ["runs", "describe latest"]) {
      const document = JSON.parse((await lab(...line.split(" "), "--json")).out);
      figures.push((document.run ?? document.runs[0]).metrics[metric]);
      texts.push((await lab(...line.split(" "))).out);
    }
    const compared = await lab("compare", "--where", "seed=1", "--json");
    figures.push(JSON.parse(compared.out).groups[0].iqm);
    deepStrictEqual(figures, figures.map(() => score));
    const digits = (words: string) => words.split(" ").at(-1)!;
    for (const text of texts) {
      ok(text.includes(digits(judged)) && !text.includes(digits(chosen)), text);
    }
  });
});

Deno.test("compare groups by configuration, counts a seed once, and needs finished runs", async () => {
  await withLab(async (lab) => {
    await lab("run", "line-toy", "--seeds", "3", "--quiet");
    await lab("run", "line-toy", "--set", "agent.rate=0.5", "--seeds", "2", "--quiet");
    await lab("run", "line-toy", "--seed", "1", "--quiet");
    const where = ["--where", "experiment=line-toy"];
    const { groups, pairs, notes } = JSON.parse((await lab("compare", ...where, "--json")).out);
    deepStrictEqual(groups.map(({ n }: { n: number }) => n), [3, 2]);
    strictEqual(groups[0].metric, "evaluation/return_mean");
    deepStrictEqual([groups[0].interval, groups[0].rough], [null, false]); // of three seeds
    strictEqual(pairs.length, 1);
    ok(pairs[0].probability >= 0 && pairs[0].probability <= 1);
    match(notes.join(), /1 older/);
    const table = await lab("compare", ...where, "--threshold", "-1000");
    match(table.out, /agent\.rate=0\.25.*\n.*agent\.rate=0\.5/);
    match(table.out, /3 of 3/);
    const unknown = await lab("compare", ...where, "--metric", "evaluation/retrun_mean");
    strictEqual(unknown.code, 2);
    match(unknown.error, /did you mean "evaluation\/return_mean"/);
    const none = await lab("compare", "--where", "status=failed");
    strictEqual(none.code, 2);
    match(none.error, /Cannot compare as no run matches status=failed/);
  });
});

Deno.test("compare and report take the runs of a name, theirs or their experiment's", async () => {
  await withLab(async (lab) => {
    for (const [name, seed] of [["lake", "1"], ["lake", "2"], ["sea", "1"]]) {
      strictEqual((await lab("run", "line-toy", "--seed", seed, "--name", name)).code, 0);
    }
    const seedsOf = async (...names: string[]) => {
      const { code, out, error } = await lab("compare", ...names, "--json");
      strictEqual(code, 0, error);
      const { runs } = JSON.parse(out) as { runs: { name: string; seed: number }[] };
      return runs.map(({ name, seed }) => `${name} ${seed}`).sort();
    };
    deepStrictEqual(await seedsOf("lake"), ["lake 1", "lake 2"]);
    deepStrictEqual(await seedsOf("line-toy"), ["lake 1", "lake 2", "sea 1"]);
    deepStrictEqual(await seedsOf("latest"), ["sea 1"]);
    deepStrictEqual(await seedsOf("latest", "lake"), ["lake 1", "lake 2", "sea 1"]);
    const { code, out, error } = await lab("report", "lake", "--out", "pages");
    strictEqual(code, 0, error);
    match(out, /pages\/lake\.html$/m);
    match((await lab("report", "lakes", "--out", "pages")).error, /did you mean "lake"/);
  });
});

Deno.test("export writes every format once, and over a file only with --force", async () => {
  await withLab(async (lab, folder) => {
    const { runs: [run] } = JSON.parse((await lab("run", "line-toy", "--json")).out);
    const out = ["--out", "data"];
    const paths: Record<string, string> = {};
    for (const format of ["csv", "json", "tensorboard", "safetensors"]) {
      const exported = await lab("export", "latest", "--format", format, ...out);
      strictEqual(exported.code, 0, exported.error);
      paths[format] = exported.out.trim();
      ok(paths[format].startsWith(`${folder}/data/`));
    }
    match(await Deno.readTextFile(paths.csv), /^run,name,seed,metric,.*\n/);
    strictEqual(JSON.parse(await Deno.readTextFile(paths.json)).runs[0].id, run.id);
    match(paths.tensorboard, /line-toy-seed1-\w+\/events\.out\.tfevents\./);
    const { tensors, metadata } = decodeSafetensors(await Deno.readFile(paths.safetensors));
    deepStrictEqual(Object.keys(tensors), ["policy/weights"]);
    const { id, digest } = run;
    deepStrictEqual({ ...metadata }, {
      ...{ run: id, experiment: "line-toy", seed: "1", digest, iteration: "20" },
    });
    await Deno.writeTextFile(paths.csv, "mine");
    const refused = await lab("export", "latest", "--format", "csv", ...out);
    strictEqual(refused.code, 2);
    strictEqual(await Deno.readTextFile(paths.csv), "mine");
    strictEqual((await lab("export", "latest", "--format", "csv", ...out, "--force")).code, 0);
    match(await Deno.readTextFile(paths.csv), /^run,/);
    const inFile = await lab("export", "latest", "--format", "csv", "--out", "data/metrics.csv");
    strictEqual(inFile.code, 2);
    match(inFile.error, /^error: Cannot write [^\n]+\n$/);
    const policy = await lab("export", "latest", "--format", "policy", ...out);
    deepStrictEqual(
      [policy.code, policy.error],
      [2, `error: Cannot export a policy of ${run.id} as toy makes none\n`],
    );
    const network = await lab("export", "latest", "--format", "onnx", ...out);
    deepStrictEqual(
      [network.code, network.error],
      [2, `error: Cannot export ${run.id} as ONNX as it must have a network: toy has none\n`],
    );
  });
});

Deno.test("what is proposed has the store, and runs names those in the trash", async () => {
  await withLab(async (lab) => {
    await lab("run", "line-toy", "--store", "mine");
    match(
      (await lab("describe", "latest", "--store", "mine")).out,
      / reproduce \w+ --store mine\n/,
    );
    match((await lab("delete", "latest", "--store", "mine")).out, / --restore RUN --store mine\n/);
    const { out } = await lab("runs", "--store", "mine");
    match(out, /^No runs but 1 deleted one: .* runs --trash --store mine\n$/);
  });
});

Deno.test("delete moves to the trash, --restore brings back, --purge deletes for good", async () => {
  await withLab(async (lab) => {
    await lab("run", "line-toy", "--seeds", "2", "--quiet");
    const ids = async (...more: string[]) =>
      JSON.parse((await lab("runs", "--json", ...more)).out).runs
        .map(({ id }: { id: string }) => id) as string[];
    const [newest, oldest] = await ids();
    strictEqual((await lab("delete", oldest, newest)).code, 0);
    deepStrictEqual(await ids(), []);
    deepStrictEqual((await ids("--trash")).sort(), [oldest, newest].sort());
    strictEqual((await lab("delete", "--restore", newest)).code, 0);
    deepStrictEqual(await ids(), [newest]);
    strictEqual((await lab("delete", "--where", "seed>2")).code, 2);
    strictEqual((await lab("delete", "--where", `id=${newest} and seed<3`)).code, 0);
    deepStrictEqual(await ids(), []);
    strictEqual((await lab("delete", "--restore", newest)).code, 0);
    match((await lab("delete", "--purge")).out, /^Deleted 1 run for good/);
    deepStrictEqual(await ids("--trash"), []);
    strictEqual((await lab("delete", "--restore", oldest)).code, 2);
  });
});

Deno.test("evaluate prints figures; sample and --render refuse what they cannot do", async () => {
  await withLab(async (lab) => {
    const { runs: [{ id }] } = JSON.parse((await lab("run", "line-toy", "--json")).out);
    const evaluated = await lab("evaluate", id, "--episodes", "12", "--json");
    strictEqual(evaluated.code, 0);
    strictEqual(JSON.parse(evaluated.out).evaluation["evaluation/episodes"], 12);
    strictEqual((await lab("evaluate", id, "--episodes", "12", "--json")).out, evaluated.out);
    strictEqual((await lab("evaluate", id, "--render")).code, 2);
    for (const how of ["--stochastic", "--greedy"]) {
      match((await lab("evaluate", id, how)).error, /Cannot choose how to act as .* an agent/);
    }
    const both = await lab("evaluate", id, "--stochastic", "--greedy");
    deepStrictEqual([both.code, both.error.includes("with --stochastic")], [2, true]);
    const sampled = await lab("sample", id, "--out", "x.png");
    strictEqual(sampled.code, 2);
    match(sampled.error, /must be a model that learned from data/);
  });
});

Deno.test("evaluate --stochastic draws actions, so that its figures are others", async () => {
  const folder = await Deno.makeTempDir();
  const lab = async (...args: string[]) => {
    const io = capturedIo({ folder, root: folder, registries: ownRegistries });
    strictEqual(await main(args, io), 0, io.written.error);
    return io.written.out;
  };
  try {
    // One seed: of several that workers train side by side any may be the latest.
    const run = ["run", "cartpole-reinforce-quick", "--seed", "1", "--budget", "500", "--quiet"];
    await lab(...run);
    const figures = async (...flags: string[]) =>
      JSON.parse(await lab("evaluate", "latest", "--episodes", "20", "--json", ...flags));
    const [best, drawn] = [await figures(), await figures("--stochastic")];
    notDeepStrictEqual(drawn.evaluation, best.evaluation);
    deepStrictEqual(await figures("--stochastic"), drawn);
    deepStrictEqual(await figures("--greedy"), best);
    // A run whose own evaluations draw is evaluated so, too, unless it is to act as well as it can.
    const draws = ["--set", "evaluation.stochastic=true"];
    await lab(...run, ...draws);
    deepStrictEqual((await figures()).evaluation, drawn.evaluation);
    deepStrictEqual((await figures("--greedy")).evaluation, best.evaluation);
    const headed = async (...flags: string[]) =>
      (await lab("evaluate", "latest", "--episodes", "2", ...flags)).split("\n")[0];
    match(await headed(), /, 2 episodes with drawn actions$/);
    match(await headed("--greedy"), /, 2 episodes$/);
    const film = async (name: string, ...flags: string[]) => {
      await lab("evaluate", "latest", "--episodes", "1", "--out", name, ...flags);
      return await Deno.readFile(`${folder}/${name}`);
    };
    notDeepStrictEqual(await film("drawn.gif"), await film("best.gif", "--greedy"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** How long a GIF shows its first frame, as its graphic control extension says. */
function hundredthsOf(gif: Uint8Array): number {
  const at = gif.findIndex((byte, i) => byte === 0x21 && gif[i + 1] === 0xf9 && gif[i + 2] === 4);
  return gif[at + 4] + 256 * gif[at + 5];
}

Deno.test("evaluate records the episode that it plays", async () => {
  const folder = await Deno.makeTempDir();
  const lab = async (...args: string[]) => {
    const io = capturedIo({ folder, root: folder, registries: ownRegistries });
    return { code: await main(args, io), ...io.written };
  };
  try {
    const run = ["run", "cliffwalking-value-iteration", "--quiet"];
    strictEqual((await lab(...run)).code, 0);
    const evaluate = ["evaluate", "latest", "--episodes", "1", "--out"];
    const recorded = await lab(...evaluate, "way.gif");
    deepStrictEqual([recorded.code, recorded.error], [0, `14 frames: ${folder}/way.gif\n`]);
    match(recorded.out, /evaluation\/return_mean +-13/);
    const gif = Deno.readFileSync(`${folder}/way.gif`);
    strictEqual(new TextDecoder().decode(gif.subarray(0, 6)), "GIF89a");
    // A world that waits for a move is shown at four steps a second.
    strictEqual(hundredthsOf(gif), 25);
    strictEqual((await lab(...evaluate, "fast.gif", "--fps", "20")).code, 0);
    strictEqual(hundredthsOf(Deno.readFileSync(`${folder}/fast.gif`)), 5);
    match((await lab(...evaluate, "way.gif")).error, /there is such a file already/);
    strictEqual((await lab(...evaluate, "way.gif", "--force")).code, 0);
    match((await lab(...evaluate, "way.svg")).error, /The first frame: .*way\.svg/);
    match((await lab(...evaluate, "way.mp4")).error, /must end in \.gif, \.png or \.svg/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("without a store runs says how to begin, and makes nothing", async () => {
  await withLab(async (lab, folder) => {
    const { code, out } = await lab("runs");
    strictEqual(code, 0);
    match(out, /No runs yet.*deno task -q experiment run/);
    deepStrictEqual([...Deno.readDirSync(folder)], []);
    deepStrictEqual(JSON.parse((await lab("runs", "--json")).out), { runs: [] });
  });
});
