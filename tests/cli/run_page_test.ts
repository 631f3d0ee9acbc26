/** A run whose every field is another, in the table of runs and on a page of its own. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { runPage } from "../../cli/run_page.ts";
import { runsTable, shortSeed, when } from "../../cli/terminal/runs_table.ts";
import { DamageError } from "../../lab/core/errors.ts";
import { Judge } from "../../lab/experiment/verdict.ts";
import type { Run, Store } from "../../lab/store/store.ts";
import { registries } from "../../registries.ts";
import { manifestOf } from "../lab/store/fixtures.ts";
import { capturedIo } from "./captured_io.ts";

const determined = {
  ...{ experiment: "cartpole-ppo", version: 1, seed: "56", backend: "wasm" },
  configuration: {
    environment: { id: "CartPole-v1" },
    agent: { name: "ppo" },
    ...{ budget: 50_000, evaluation: { every: 5000, episodes: 100 } },
    earlierBudgets: [{ budget: 20_000, iterations: 9 }],
  },
};
const run = {
  ...{ id: "aaaaaa", name: "first", status: "stopped", active: false, tags: ["x", "y z"] },
  ...{ note: "why", createdAt: 1_700_000_000_000, endedAt: 1_700_000_100_000, trashedAt: null },
  ...{ wallSeconds: 65, environmentSteps: 12_345, gradientSteps: 23, examples: 34, iterations: 45 },
  ...{ digest: "abcd", message: "it was met", attempt: 2 },
  manifest: {
    ...{ ...manifestOf("cartpole-ppo"), determined, budgetUnit: "environmentSteps" },
    definition: {
      ...{ module: "/a.ts", hash: "0a1b2c3d4e" },
      changes: [{ iteration: 12, hash: "1b2c3d4e5f" }],
    },
    code: { revision: "0123456789abcdef", dirty: true, hash: "11", lock: "22" },
    machine: { adapter: null, cpuFeatures: [], cores: 4, os: "linux", threads: 3 },
    irreproducible: "it rolls dice",
  },
} as unknown as Run;
const source = { id: "bbbbbb", digest: "0123456789abcdef" };
const storeOf = (last: Record<string, number>) =>
  ({
    lastMetrics: () => last,
    run: (id: string) => id === source.id ? source : undefined,
    runs: () => [source],
  }) as unknown as Store;
const store = storeOf({ "evaluation/return_mean": 480, "losses/value": 2.5 });

/** The parts of each line, by the two spaces between them. */
const cells = (text: string) => text.split("\n").map((line) => line.trim().split(/\s{2,}/));
const judge = new Judge(registries);

Deno.test("a seed beyond twelve digits is shortened in tables", () => {
  strictEqual(shortSeed("123456789012"), "123456789012");
  strictEqual(shortSeed(`${2n ** 128n - 1n}`), "340282…11455");
});

Deno.test("the table of runs has what its width has room for, each figure in its column", () => {
  const shown = (columns: number, runs = [run], asked: string[] = [], from = store) =>
    cells(runsTable(
      from,
      runs,
      capturedIo({ columns }),
      asked.map((title) => ({ title, read: () => 0.125 })),
      judge,
    ));
  const started = when(run.createdAt);
  deepStrictEqual(shown(140), [
    [
      ...["run", "name", "seed", "status", "figure", "verdict", "trained on", "time", "started"],
      "tags",
    ],
    [
      ...["aaaaaa", "first", "56", "early stop", "return 480.0", "solved", "12,345 steps", "1:05"],
      ...[started, "x, y z"],
    ],
  ]);
  deepStrictEqual(shown(109)[0], [
    ...["run", "name", "seed", "status", "figure", "verdict", "time"],
  ]);
  deepStrictEqual(shown(109, [run], ["losses/value"]), [
    ["run", "name", "seed", "status", "figure", "verdict", "losses/value"],
    ["aaaaaa", "first", "56", "early stop", "return 480.0", "solved", "0.125"],
  ]);
  // Of what has no room the least goes first, and a column of nothing has none.
  const worse = storeOf({ "evaluation/return_mean": 20 });
  for (const columns of [110, 117]) {
    const long = { ...run, name: "a-name-that-takes-room" } as Run;
    const head = shown(columns, [long], [], worse)[0];
    deepStrictEqual(head.slice(5, 8), ["verdict", "trained on", "time"], `${columns}: ${head}`);
  }
  deepStrictEqual(shown(140, [{ ...run, tags: [] }])[0].at(-1), "started");
  // A figure is on the side of what counts as solved that its verdict says.
  const almost = storeOf({ "evaluation/return_mean": 474.96, "rollout/episode_return_mean": 400 });
  deepStrictEqual(shown(109, [run], [], almost)[1].slice(4, 6), ["return 474.96", "learning"]);
  // What is the headline anyway is no column of its own.
  deepStrictEqual(shown(140, [run], ["evaluation/return_mean"])[0], shown(140)[0]);
  // Runs of one name say in what they differ, to the last.
  const { manifest } = run;
  const slow = { ...determined, configuration: { ...determined.configuration, budget: 1 } };
  const apart = [run, { ...run, manifest: { ...manifest, determined: slow } }] as Run[];
  deepStrictEqual(shown(140, apart).map((row) => row.slice(2, 5)), [
    ["seed", "settings", "status"],
    ["56", "budget=50000", "early stop"],
    ["56", "budget=1", "early stop"],
  ]);
  deepStrictEqual(shown(60, apart)[1].slice(2, 5), ["56", "budget=50000", "early stop"]);
  const plain = storeOf({ "losses/value": 2.5 });
  deepStrictEqual(shown(109, [run], [], plain)[0], [
    ...["run", "name", "seed", "status", "figure", "trained on", "time"],
  ]);
  const broken = {
    lastMetrics: () => {
      throw new DamageError("it is broken");
    },
  } as unknown as Store;
  strictEqual(shown(109, [run], [], broken)[1][3], "damaged");
  const killed = { ...run, status: "running" } as Run;
  strictEqual(shown(140, [killed])[1][3], "killed");
});

Deno.test("a moment is told to the minute, in local time", () => {
  const date = new Date(2026, 0, 5, 7, 9, 59);
  strictEqual(when(date.getTime()), "2026-01-05 07:09");
});

const pageOf = async (changes: object, location?: string) => {
  const io = capturedIo({ columns: 300 });
  const page = await runPage(store, { ...run, ...changes } as Run, registries, location, io);
  const [head, state, ...rest] = page.split("\n\n");
  const next = rest.at(-1)!.split("\n");
  return { head, state: state.split("\n"), next };
};

Deno.test("the page of a run says how it stands, with what, and what to type next", async () => {
  const { head, state, next } = await pageOf({});
  ok(head.includes("run aaaaaa") && head.includes("first"));
  const [first, ...others] = state;
  ok(first.includes("ppo") && first.includes("CartPole-v1") && first.endsWith(", seed 56."), first);
  deepStrictEqual(others, [
    "early stop (it was met): 12,345 of 50,000 steps in 1:05, return 480.0, solved.",
    "Up to iteration 9 its budget was 20,000 steps.",
    "From iteration 12 on its file was another one: code 1b2c3d, and 0a1b2c before.",
    `Started ${when(run.createdAt)}, attempt 2, on wasm, 3 threads, revision 0123456789ab with ` +
    "changes.",
    "No two runs of it are the same: it rolls dice.",
    "Tags: x, y z.",
    "Note: why",
    "Digest: abcd",
  ]);
  const words = (lines: readonly string[]) =>
    lines.map((line) => line.replace("deno task -q experiment", "lab"));
  deepStrictEqual(words(next), [
    "To see it at work: lab evaluate aaaaaa --render",
    "To train it anew: lab reproduce aaaaaa",
  ]);
  const bare = { ...determined.configuration, earlierBudgets: undefined };
  const begunFrom = (from: { run: string; digest: string }) => ({
    ...{ message: null, tags: [], note: "", digest: null, status: "interrupted" },
    manifest: {
      ...{ ...run.manifest, irreproducible: undefined },
      definition: { module: "/a.ts", hash: "0a1b2c3d4e" },
      code: { revision: null, dirty: null, hash: "11", lock: "22" },
      machine: { ...run.manifest.machine, threads: undefined },
      determined: { ...determined, configuration: bare, from },
    },
  });
  const simple = begunFrom({ run: source.id, digest: source.digest });
  const other = await pageOf(simple, "elsewhere");
  deepStrictEqual(other.state.slice(1), [
    "interrupted: 12,345 of 50,000 steps in 1:05, return 480.0, solved.",
    `Started ${when(run.createdAt)}, attempt 2, on wasm.`,
    "It began with the weights of run bbbbbb.",
  ]);
  // A sync may have given it another id; one that was trained further is not what the run began with.
  const renamed = await pageOf(begunFrom({ run: "cccccc", digest: source.digest }));
  strictEqual(renamed.state.at(-1), "It began with the weights of run bbbbbb.");
  const gone = await pageOf(begunFrom({ run: source.id, digest: "fedcba9876543210" }));
  strictEqual(
    gone.state.at(-1),
    "It began with the weights of run bbbbbb (digest fedcba987654), which the store does not have as " +
      "it was then.",
  );
  deepStrictEqual(words(other.next), ["To go on: lab resume aaaaaa --store elsewhere"]);
  const fleet = await pageOf(simple, "postgres://me@db/lab");
  ok(fleet.next[0].startsWith("To go on: deno task -q worker --store"));
  const module = "/nowhere/own.ts";
  const own = { ...bare, agent: { name: "own", own: true } };
  const lost = await pageOf({
    manifest: {
      ...{ ...run.manifest, definition: { module, hash: "11" } },
      determined: { ...determined, configuration: own },
    },
  });
  deepStrictEqual(lost.next, ["To use it again: /nowhere/own.ts must lie where it was"]);
  const pruned = await pageOf({
    ...{ digest: null, message: "pruned by asha" },
    manifest: { ...run.manifest, sweep: { name: "two rates", trial: 3 } },
  });
  ok(pruned.state[1].startsWith("pruned by asha: 12,345 of 50,000 steps"), pruned.state[1]);
  deepStrictEqual(words(pruned.next), ["To see its sweep: lab sweeps 'two rates'"]);
  const diverged = await pageOf({ digest: null, status: "diverged" });
  deepStrictEqual(words(diverged.next), ["To see it at work: lab evaluate aaaaaa --render"]);
});
