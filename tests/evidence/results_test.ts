import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import { requireCommitted } from "../../evidence/measure.ts";
import { cheapest, keyOf, meanSeconds, spentAtGoal, valid } from "../../evidence/results.ts";
import type { EvidenceRow } from "../../evidence/row.ts";
import { evidence } from "../../evidence/rows.ts";
import { ownEntries } from "../../envs/entries.ts";
import { labRoot } from "../../lab/experiment/load.ts";
import {
  belongs,
  codeOf,
  codeOnce,
  moduleOf,
  modulesOf,
  modulesOfWorld,
  sourcesNow,
  sourcesOf,
} from "../../evidence/sources.ts";
import { chosenBy, timed } from "../../evidence/verify.ts";
import { experiments } from "../../experiments/mod.ts";
import { registries } from "../../registries.ts";
import { results } from "./measured.ts";

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);

const row: EvidenceRow = {
  experiment: "bandit-ucb",
  page: "docs/agents/tabular.md",
  seeds: 4,
  reference: { value: -13, source: "" },
};

Deno.test("every results file belongs to a row, and names its figures' experiment", async () => {
  for (const folder of ["results", "references"]) {
    for await (const { name } of Deno.readDir(`${root}docs/${folder}`)) {
      if (!name.endsWith(".json")) continue;
      const { experiment, runs } = JSON.parse(
        await Deno.readTextFile(`${root}docs/${folder}/${name}`),
      );
      // The sources of a row leave out what computes on a graphics device and opens a library.
      for (const { backend } of runs) ok(!/gpu|native/.test(backend), `${name}: ${backend}`);
      strictEqual(name, `${experiment}.json`);
      ok(evidence.some((row) => row.experiment === experiment), name);
    }
  }
});

Deno.test("figures count for a resolved configuration, of the seeds that the row has", () => {
  const configuration = { agent: { name: "toy", gamma: 0.9 }, budget: 1000, checkpoint: {} };
  const key = keyOf(row, { configuration });
  strictEqual(
    keyOf(row, { configuration: { ...configuration, checkpoint: { keepLast: 9 } } }),
    key,
  );
  const agent = { ...configuration.agent, gamma: 0.99 };
  ok(keyOf(row, { configuration: { ...configuration, agent } }) !== key);
  ok(keyOf(row, { configuration, version: 2 }) !== key);
  ok(keyOf({ ...row, metric: "evaluation/elbo" }, { configuration }) !== key);
  const runs = results(1, 2, 3, 4, 5);
  const kept = { experiment: "toy", metric: "", key, sources: "", runs };
  deepStrictEqual(valid(kept, row, key)!.runs.map(({ seed }) => seed), [101, 102, 103, 104]);
  strictEqual(valid(kept, row, "other"), undefined);
});

Deno.test("the code of every row is found, and another agent's or world's is none of it", async () => {
  for (const kind of ["agent", "model", "dataset"] as const) {
    for (const { name } of registries[`${kind}s`]) {
      const path = await moduleOf(kind, name);
      ok((await Deno.stat(root + path)).isFile, path);
    }
  }
  for (const { id } of ownEntries) {
    const paths = await modulesOfWorld(id);
    ok(paths.length > 0, id);
    for (const path of paths) ok((await Deno.stat(root + path)).isFile, path);
  }
  deepStrictEqual(await modulesOfWorld("CartPole-v1"), [
    "envs/batched/cartpole.ts",
    "envs/cartpole.ts",
  ]);
  await rejects(moduleOf("agent", "nobody"), /Cannot find the code of nobody/);
  await rejects(modulesOfWorld("Nowhere-v0"), /Cannot find the code of Nowhere-v0/);
  const named = (name: string) => experiments.find((entry) => entry.name === name)!.load();
  const training = "lab/experiment/worker.ts";
  const { score } = evidence.find(({ experiment }) => experiment === "taxi-q-learning")!;
  deepStrictEqual(await modulesOf({ score }, await named("taxi-q-learning")), [
    training,
    "evidence/exact_return.ts",
    "envs/mod.ts",
    "envs/batched/toy_text.ts",
    "envs/taxi.ts",
    "agents/tabular/q_learning.ts",
  ]);
  deepStrictEqual(await modulesOf({}, await named("glyphs-vae")), [
    training,
    "models/variational/vae.ts",
    "models/datasets/glyphs.ts",
    "models/classifiers/classifier.ts",
  ]);
  // What its callback measures by is none of what trains.
  deepStrictEqual((await modulesOf({}, await named("glyphs-anomalies"))).slice(-2), [
    "models/classifiers/classifier.ts",
    "experiments/applications.ts",
  ]);
  // A configuration is in the row's key.
  const follows = (imported: string, importer = "lab/experiment/train.ts") =>
    belongs(labRoot + imported, labRoot + importer);
  deepStrictEqual(
    [
      "lab/experiment/resolve.ts",
      "evidence/row.ts",
      "lab/compute/graphics.ts",
      "lab/experiment/blas.ts",
      "lab/compute/compile/wgsl/lower.ts",
      "lab/compute/compile/workspace.ts",
      "lab/experiment/session.ts",
    ].map((path) => follows(path)),
    [false, false, false, false, false, true, true],
  );
  strictEqual(follows("envs/taxi.ts", "envs/entries.ts"), false);
  const hash = async (name: string) => await sourcesOf({}, await named(name));
  strictEqual(await hash("cartpole-a2c"), await hash("cartpole-a2c-quick"));
  strictEqual(await hash("cartpole-a2c"), await sourcesNow({}, await named("cartpole-a2c")));
  ok(await hash("cartpole-a2c") !== await hash("acrobot-a2c"));
  ok(await hash("cartpole-a2c") !== await hash("cartpole-ppo"));
});

Deno.test("a comment, a type and a blank are no code of a row, all else is", async () => {
  const code = async (text: string, path = "/a.ts") =>
    new TextDecoder().decode(await codeOf(new TextEncoder().encode(text), path));
  const plain = await code('import{b}from"./b.ts";export const a=(x)=>`${x} // ${b}`;');
  strictEqual(
    await code(
      '/** Returns. */\nimport { b, type C } from "./b.ts";\nimport type { D } from "./d.ts";\n' +
        "// As it was.\nexport const a = (x: C | D): string => `${x} // ${b}`;\n",
    ),
    plain,
  );
  for (const [from, to] of [["${x} //", "${x} /"], ["b.ts", "c.ts"], ["=>", "=>!"]]) {
    ok(await code(plain.replace(from, to)) !== plain, to);
  }
  strictEqual(await code("# A note", "/NOTICE.md"), "# A note");
  // A file that is edited while others train is not what it was.
  const [before, after] = await Promise.all(
    ["1", "2"].map((text) => codeOnce(new TextEncoder().encode(text), "/NOTICE.md")),
  );
  ok(before[0] !== after[0]);
});

Deno.test("an evaluation that is no number, null in a file, lies within no goal", () => {
  const [run] = results(-100);
  const evaluations = [[500, null], [1000, -120], [1500, -100]] as const;
  // In MountainCar 0 would be a goal that nobody reaches.
  strictEqual(spentAtGoal({ ...run, evaluations }, { atLeast: -110 }), 1500);
  strictEqual(spentAtGoal({ ...run, evaluations: [[500, null]] }, { atLeast: -110 }), null);
});

Deno.test("a revision chooses cheap rows, others for another, never the same one twice", () => {
  const rows = Array.from({ length: 9 }, (_, i) => ({
    name: i,
    results: {
      experiment: "",
      metric: "",
      key: "",
      sources: "",
      ...i === 0 && { irreproducible: "threads" },
      runs: results(1).map((run) => ({ ...run, seconds: i === 1 ? 60 : 1 })),
    },
  }));
  const names = (revision: string) => chosenBy(revision, rows, 3).map(({ name }) => name);
  deepStrictEqual(names("abcdef0123"), names("abcdef0123"));
  const drawn = Array.from({ length: 50 }, (_, i) => names((0xabcdef01 + 7919 * i).toString(16)));
  ok(drawn.every((each) => new Set(each).size === 3));
  deepStrictEqual([...new Set(drawn.flat())].sort(), [2, 3, 4, 5, 6, 7, 8]);
  strictEqual(chosenBy("ff", rows.slice(0, 3), 3).length, 1);
});

Deno.test("the cheapest seed is trained again, none without a digest", () => {
  const runs = results(1, 2, 3).map((run, i) => ({ ...run, seconds: 9 - i }));
  strictEqual(cheapest(runs)!.seed, 103);
  strictEqual(cheapest(runs.map((run) => ({ ...run, seconds: 1 })))!.seed, 101);
  strictEqual(cheapest(runs.map((run, i) => i === 2 ? { ...run, digest: null } : run))!.seed, 102);
  strictEqual(cheapest(results(null)), undefined);
});

Deno.test("what is no commit's code is not measured", () => {
  requireCommitted({ revision: "abcdef", dirty: false });
  for (const [dirty, reason] of [[true, /files differ/], [null, /files differ/]] as const) {
    throws(() => requireCommitted({ revision: "abcdef", dirty }), reason);
  }
  throws(() => requireCommitted({ revision: null, dirty: null }), /no revision/);
});

Deno.test("a seed that gave its digest again stands for the one that did not know what it costs", () => {
  const [known, unknown] = results(1, 2).map((run, i) => i === 1 ? { ...run, seconds: null } : run);
  const runs = [known, unknown];
  const again = (run: typeof known, seconds: number | null) => ({ ...run, seconds, date: "now" });
  deepStrictEqual(timed(runs, again(unknown, 7)), [known, again(unknown, 7)]);
  deepStrictEqual(timed(runs, again(known, 7)), runs);
  deepStrictEqual(timed(runs, again(unknown, null)), runs);
});

Deno.test("a seed costs what its steps cost, also where the seeds that know it were the short ones", () => {
  const run = (seconds: number | null, steps: number) => ({ seconds, steps });
  strictEqual(meanSeconds([run(2, 100), run(null, 300)]), 4);
  strictEqual(meanSeconds([run(2, 100), run(4, 100)]), 3);
  strictEqual(meanSeconds([run(null, 100)]), undefined);
});
