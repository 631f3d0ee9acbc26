/** What each command reads of a line: what is left out, each option's own value, and its bounds. */
import { parseSync } from "@optique/core/parser";
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { commands } from "../../cli/main.ts";

const parserOf = (name: string) =>
  commands.find((each) => each.name === name)!.parser({ experiments: [], runs: [] });

function parsed(line: string) {
  const [name, ...words] = line.split(" ");
  return parseSync(parserOf(name), words);
}

/** The values that a line leaves; those that are nothing left out. */
function valuesOf(line: string): Record<string, unknown> {
  const found = parsed(line);
  ok(found.success, `${line}: ${JSON.stringify(found)}`);
  return Object.fromEntries(
    Object.entries(found.value as object).filter(([, value]) =>
      value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0)
    ),
  );
}

const file = { run: "a", out: "x" };
const sampled = { class: "dog", steps: 5, sampler: "ddim", guidance: 1.5, set: [["a", "1"]] };
const sampling = "--class dog --steps 5 --sampler ddim --guidance 1.5 --set a=1";
/** The shortest line of each command and what it leaves; then all options, each with its value. */
const lines: readonly (readonly [line: string, values: object])[] = [
  ["list", {}],
  [
    "list w --agent a --model b --world c --dataset d --json",
    { words: ["w"], agent: "a", model: "b", world: "c", dataset: "d", json: true },
  ],
  ["describe a", { name: "a" }],
  [
    "describe a --set b=1 --budget 9 --json --store s",
    { name: "a", set: [["b", "1"]], budget: "9", json: true, store: "s" },
  ],
  ["run", {}],
  [
    "run a --seed 2 --seeds 3 --budget 4 --dataset d --set e=5 --trials 6 --sampler random " +
    "--pruner median --objective o --judge 7 --extend --backend cpu --workers 8 --threads 9 " +
    "--memory-limit 2GB --from f --store s --name n --tag t --note u --launch slurm " +
    "--partition p --time 1:00 --array 10 --dry-run --no-check --profile --json",
    {
      ...{ names: ["a"], seed: 2, seeds: 3, budget: "4", dataset: "d", set: [["e", "5"]] },
      ...{ trials: 6, sampler: "random", pruner: "median", objective: "o", judge: 7 },
      ...{
        extend: true,
        backend: "cpu",
        workers: 8,
        threads: 9,
        memoryLimit: 2 * 2 ** 30,
        from: "f",
      },
      ...{ store: "s", name: "n", tag: ["t"], note: "u", launch: "slurm", partition: "p" },
      ...{ time: "1:00", array: 10, dryRun: true, noCheck: true, profile: true, json: true },
    },
  ],
  ["resume", {}],
  [
    "resume a --batch --budget 2 --workers 3 --threads 4 --memory-limit 5MB --store s --json",
    {
      ...{
        runs: ["a"],
        batch: true,
        budget: "2",
        workers: 3,
        threads: 4,
        memoryLimit: 5 * 2 ** 20,
      },
      ...{ store: "s", json: true },
    },
  ],
  ["worker", {}],
  [
    "worker --store s --workers 2 --threads 3 --memory-limit 4GB --drain --hold 5 --patience 6",
    {
      ...{ store: "s", workers: 2, threads: 3, memoryLimit: 4 * 2 ** 30, drain: true, hold: 5 },
      patience: 6,
    },
  ],
  ["reproduce a", { run: "a" }],
  [
    "reproduce a --keep --approximately --threads 2 --store s --json",
    { run: "a", keep: true, approximately: true, threads: 2, store: "s", json: true },
  ],
  ["evaluate a", { run: "a", seed: 1 }],
  [
    "evaluate a --episodes 2 --seed 3 --checkpoint best --stochastic --render --fps 4 --out x " +
    "--force --store s --json",
    {
      ...{ ...file, episodes: 2, seed: 3, checkpoint: "best", stochastic: true, render: true },
      ...{ fps: 4, force: true, store: "s", json: true },
    },
  ],
  ["evaluate a --greedy", { run: "a", seed: 1, greedy: true }],
  ["sample a", { run: "a", seed: 1 }],
  [
    `sample a --checkpoint last --force --store s --count 2 --prompt p ${sampling} --seed 3 --out x`,
    {
      ...{ ...file, checkpoint: "last", force: true, store: "s", count: 2, prompt: "p" },
      ...{ ...sampled, seed: 3 },
    },
  ],
  ["inpaint a b --out x", { ...file, from: "b", count: 8, seed: 1 }],
  [
    `inpaint a b --checkpoint best --force --store s --mask m --strength 0.5 --count 2 ${sampling} ` +
    "--seed 3 --out x",
    {
      ...{ ...file, from: "b", checkpoint: "best", force: true, store: "s", mask: "m" },
      ...{ strength: 0.5, count: 2, ...sampled, seed: 3 },
    },
  ],
  ["interpolate a --out x", { ...file, count: 8, path: "linear", seed: 1 }],
  ["interpolate a b c --out x", { ...file, own: ["b", "c"], count: 8, path: "linear", seed: 1 }],
  [
    "interpolate a --checkpoint best --force --store s --from 2 --to 3 --rows 4 --count 5 " +
    "--path spherical --seed 6 --out x",
    {
      ...{ ...file, checkpoint: "best", force: true, store: "s", from: 2, to: 3, rows: 4 },
      ...{ count: 5, path: "spherical", seed: 6 },
    },
  ],
  ["traverse a --out x", { ...file, from: 0, count: 9, latents: 16 }],
  [
    "traverse a --checkpoint best --force --store s --from 2 --count 3 --latents 4 --out x",
    { ...file, checkpoint: "best", force: true, store: "s", from: 2, count: 3, latents: 4 },
  ],
  ["arithmetic a b --out x", { ...file, sum: "b" }],
  ["encode a --out x", file],
  [
    "encode a b --checkpoint best --force --store s --strict --out x",
    { ...file, folder: "b", checkpoint: "best", force: true, store: "s", strict: true },
  ],
  ["reconstruct a b --out x", { ...file, from: "b" }],
  ["translate a b --out x", { ...file, from: "b" }],
  [
    "translate a b --checkpoint best --force --store s --out x",
    { ...file, from: "b", checkpoint: "best", force: true, store: "s" },
  ],
  ["detect a", { run: "a", count: 10, quantile: 0.95 }],
  [
    "detect a b --checkpoint best --force --store s --count 2 --quantile 0.5 --strict --out x " +
    "--json",
    {
      ...{ ...file, folder: "b", checkpoint: "best", force: true, store: "s", count: 2 },
      ...{ quantile: 0.5, strict: true, json: true },
    },
  ],
  ["likelihood a", { run: "a", count: 10, seed: 1 }],
  [
    "likelihood a b --checkpoint best --store s --draws 2 --examples 3 --count 4 --seed 5 " +
    "--strict --json",
    {
      ...{ run: "a", folder: "b", checkpoint: "best", store: "s", draws: 2, most: 3, count: 4 },
      ...{ seed: 5, strict: true, json: true },
    },
  ],
  ["score a", { what: "a" }],
  [
    `score a --metric kid --against b ${sampling} --features f --count 20 --seed 3 ` +
    "--checkpoint best --store s --json",
    {
      ...{ what: "a", metrics: ["kid"], against: "b", ...sampled, features: "f", count: 20 },
      ...{ seed: 3, checkpoint: "best", store: "s", json: true },
    },
  ],
  [
    "range a",
    { name: "a", from: 1e-5, to: 1, iterations: 100, episodes: 10, seed: 1, backend: "auto" },
  ],
  [
    "range a --from 0.5 --to 2 --iterations 30 --episodes 4 --metric m --set b=1 --seed 5 " +
    "--budget 6 --backend cpu --out x --force --json",
    {
      ...{ name: "a", from: 0.5, to: 2, iterations: 30, episodes: 4, metric: "m", seed: 5 },
      ...{ set: [["b", "1"]], budget: "6", backend: "cpu", out: "x", force: true, json: true },
    },
  ],
  ["runs", { sort: "started" }],
  [
    "runs w --sort seed --reverse --limit 2 --trash --json --store s",
    {
      ...{ words: ["w"], sort: "seed", reverse: true, limit: 2, trash: true, json: true },
      store: "s",
    },
  ],
  ["sweeps", {}],
  ["sweeps a --json --store s", { name: "a", json: true, store: "s" }],
  ["compare", {}],
  [
    "compare a b --metric m --threshold -2.5 --paired --against c --json --store s",
    {
      ...{ runs: ["a", "b"], metric: "m", threshold: -2.5, paired: true, against: "c" },
      ...{ json: true, store: "s" },
    },
  ],
  ["report --out x", { out: "x" }],
  [
    "report a --title t --question q --metric m --paired --against b --out x --force --store s",
    {
      ...{ names: ["a"], title: "t", question: "q", metric: "m", paired: true, against: "b" },
      ...{ out: "x", force: true, store: "s" },
    },
  ],
  ["export --format csv --out x", { format: "csv", out: "x" }],
  [
    "export a --format json --out x --force --store s",
    { runs: ["a"], format: "json", out: "x", force: true, store: "s" },
  ],
  ["import a", { files: ["a"] }],
  [
    "import a --steps examples --name n --seed 2 --tag t --store s",
    { files: ["a"], steps: "examples", name: "n", seed: 2, tag: ["t"], store: "s" },
  ],
  [
    "annotate a --tag t --untag u --note n --name m --store s",
    { runs: ["a"], tag: ["t"], untag: ["u"], note: "n", name: "m", store: "s" },
  ],
  ["delete", {}],
  [
    "delete a --restore b --purge --orphans --waiting --store s",
    { runs: ["a"], restore: ["b"], purge: true, orphans: true, waiting: true, store: "s" },
  ],
  ["verify", {}],
  ["verify a --store s --json", { runs: ["a"], store: "s", json: true }],
  ["backup a --store s", { target: "a", store: "s" }],
  ["sync a b", { source: "a", target: "b" }],
  ["recover --store s", { store: "s" }],
  ["play a", { reference: "a", seed: 1 }],
  [
    "play a --set b=1 --random --seed 2 --fps 3 --seconds 4 --out x --force",
    {
      ...{ reference: "a", set: [["b", "1"]], random: true, seed: 2, fps: 3, seconds: 4 },
      ...{ out: "x", force: true },
    },
  ],
  ["check a", { reference: "a" }],
  ["check a --set b=1 --json", { reference: "a", set: [["b", "1"]], json: true }],
  ["doctor", {}],
  ["doctor --json", { json: true }],
];

Deno.test("a line leaves what it says, each option under its own name, and the usual for the rest", () => {
  for (const [line, values] of lines) {
    deepStrictEqual([line, valuesOf(line)], [line, { ...values }]);
  }
});

/** The numbers that options take: the least, the most (undefined: any), and whether it is whole. */
const bounds: Readonly<Record<string, readonly [least: number, most?: number, share?: true]>> = {
  "run --workers": [1, 1024],
  "run --threads": [1, 64],
  "run --seeds": [1, 10_000],
  "run --trials": [1, 100_000],
  "run --judge": [0, 1000],
  "run --array": [1, 10_000],
  "resume --workers": [1, 1024],
  "resume --threads": [1, 64],
  "worker --workers": [1, 1024],
  "worker --threads": [1, 64],
  "worker --hold": [4, 86_400],
  "worker --patience": [1],
  "reproduce a --threads": [1, 64],
  "evaluate a --episodes": [1, 1_000_000],
  "evaluate a --fps": [1, 50],
  "sample a --count": [1, 100_000],
  "sample a --steps": [1],
  "sample a --guidance": [0, undefined, true],
  "inpaint a b --out x --strength": [0, 1, true],
  "inpaint a b --out x --count": [1, 100],
  "inpaint a b --out x --steps": [1],
  "inpaint a b --out x --guidance": [0, undefined, true],
  "interpolate a --out x --from": [0],
  "interpolate a --out x --to": [0],
  "interpolate a --out x --rows": [1, 1000],
  "interpolate a --out x --count": [2, 100],
  "traverse a --out x --from": [0],
  "traverse a --out x --count": [2, 100],
  "traverse a --out x --latents": [1, 10_000],
  "detect a --count": [1, 1000],
  "detect a --quantile": [0, 1, true],
  "likelihood a --draws": [1, 1_000_000],
  "likelihood a --examples": [1],
  "likelihood a --count": [0, 1000],
  "score a --steps": [1],
  "score a --guidance": [0, undefined, true],
  "score a --count": [10, 100_000],
  "range a --from": [0, undefined, true],
  "range a --to": [0, undefined, true],
  "range a --iterations": [10, 100_000],
  "range a --episodes": [1, 10_000],
  "runs --limit": [1],
  "play a --fps": [0, 50],
  "play a --seconds": [1, 3600],
};

Deno.test("every number that an option takes has its bounds", () => {
  for (const [line, [least, most, share]] of Object.entries(bounds)) {
    const takes = (text: string) => parsed(`${line} ${text}`).success;
    const step = share ? 1e-3 : 1;
    const tried = [least, least - step, ...most === undefined ? [] : [most, most + step]];
    const wanted = [true, false, ...most === undefined ? [] : [true, false]];
    deepStrictEqual([line, tried.map((value) => takes(String(value)))], [line, wanted]);
    strictEqual(takes(String(least + 0.5)), share === true, line);
    strictEqual(takes("x"), false, line);
  }
  // Seeds are whole numbers below 2¹²⁸.
  for (const line of ["run", "evaluate a", "sample a", "score a", "range a", "play a"]) {
    const takes = (text: string) => parsed(`${line} --seed ${text}`).success;
    const most = 2n ** 128n - 1n;
    deepStrictEqual(
      [line, ...["0", String(most), "-1", String(most + 1n), "1.5", "x"].map(takes)],
      [line, true, true, false, false, false, false],
    );
  }
});

Deno.test("every option that takes a number stands among the bounds", () => {
  const shortest = new Map(
    lines.map(([line]) => line).reverse().map((line) => [line.split(" ")[0], line] as const),
  );
  for (const [name, line] of shortest) {
    const usage = JSON.stringify(parserOf(name).usage);
    for (const [, flag] of usage.matchAll(/"(--[a-z][a-z-]+)"/g)) {
      const takes = (text: string) => parsed(`${line} ${flag} ${text}`).success;
      const isNumber = takes("20") && !takes("x") || takes("0.5") && !takes("x");
      const known = [...Object.keys(bounds), "--seed", "--threshold", "--memory-limit"];
      ok(
        !isNumber ||
          known.some((each) => each === flag || each.startsWith(name) && each.endsWith(` ${flag}`)),
        `${name} ${flag}`,
      );
    }
  }
});
