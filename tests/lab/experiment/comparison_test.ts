/** Labels of groups that share an experiment. */
import { deepStrictEqual, strictEqual } from "node:assert";
import {
  choiceNote,
  differingPaths,
  endNote,
  figuresOfGroup,
  firstAtLeast,
  flatten,
  groupRuns,
  headlineMetric,
  isFinished,
  isLost,
  isUsual,
  lengthsNote,
  lostText,
  newestOfEachSeed,
  numbered,
  raggedNote,
  sameButSeed,
  seedNumber,
  seedsText,
  settingsApart,
  shortNumbers,
} from "../../../lab/experiment/comparison.ts";
import { LOGGED } from "../../../lab/experiment/untrained.ts";
import type { Json } from "../../../lab/core/snapshot.ts";
import type { Run, Series, Store } from "../../../lab/store/store.ts";

function runOf(configuration: Record<string, Json>, backend = "wasm"): Run {
  const determined = { experiment: "pole", version: 1, configuration, seed: "1", backend };
  return { id: "a", manifest: { determined } } as unknown as Run;
}

const labels = (...runs: Run[]) => groupRuns(runs).map(({ label }) => label);

Deno.test("groups of one experiment are told apart by what differs in them", () => {
  const ppo = { name: "ppo", gamma: 0.9, clipRange: 0.2 };
  deepStrictEqual(labels(runOf({ agent: ppo, budget: 5 })), ["pole"]);
  deepStrictEqual(
    labels(
      runOf({ agent: ppo, budget: 5 }),
      runOf({ agent: { ...ppo, gamma: 0.8 }, budget: 6 }, "tfjs-cpu"),
    ),
    ["pole (agent.gamma=0.9, budget=5, wasm)", "pole (agent.gamma=0.8, budget=6, tfjs-cpu)"],
  );
});

Deno.test("a group is called as its runs, with what tells it from others that are called so", () => {
  const called = (gamma: number, name: string) => ({ ...runOf({ agent: { gamma } }), name });
  deepStrictEqual(
    labels(called(0.9, "near"), called(0.8, "pole"), called(0.7, "far"), called(0.7, "far")),
    ["near", "pole (agent.gamma=0.8)", "far"],
  );
  deepStrictEqual(
    labels(called(0.9, "near"), called(0.8, "near"), called(0.7, "far"), called(0.7, "away")),
    ["near (agent.gamma=0.9)", "near (agent.gamma=0.8)", "pole (agent.gamma=0.7)"],
  );
  // Of two experiments the experiment tells more.
  const pit = called(0.8, "near");
  const determined = { ...pit.manifest.determined, experiment: "pit" };
  const other = { ...pit, manifest: { ...pit.manifest, determined } };
  deepStrictEqual(labels(called(0.9, "near"), other), ["pole", "pit"]);
});

Deno.test("two agents are told apart by their names, not by every field of each", () => {
  const ppo = { name: "ppo", gamma: 0.9, clipRange: 0.2 };
  const dqn = { name: "dqn", gamma: 0.99, doubleQ: true };
  const runs = [ppo, { ...ppo, clipRange: 0.1 }, dqn].map((agent) => runOf({ agent }));
  deepStrictEqual(labels(...runs), [
    "pole (ppo, agent.clipRange=0.2)",
    "pole (ppo, agent.clipRange=0.1)",
    "pole (dqn)",
  ]);
  const worlds: Record<string, Json>[] = [{ id: "Line-v0", slope: 1 }, { id: "Pit-v0" }];
  deepStrictEqual(labels(...worlds.map((environment) => runOf({ environment }))), [
    "pole (Line-v0)",
    "pole (Pit-v0)",
  ]);
});

Deno.test("of each run is said what tells it from the others of its experiment, briefly", () => {
  const ppo = { name: "ppo", gamma: 0.9, clipRange: 0.2 };
  const runs = [
    runOf({ agent: ppo, evaluation: { every: 5 } }),
    runOf({ agent: ppo, evaluation: { every: 5 } }),
    runOf({ agent: { ...ppo, gamma: 0.8 }, evaluation: { every: 6 } }, "native"),
  ];
  const { manifest } = runOf({ agent: ppo });
  const determined = { ...manifest.determined, experiment: "rod" };
  const other = { ...runs[0], manifest: { ...manifest, determined } };
  const said = settingsApart([...runs, other]);
  deepStrictEqual([...runs, other].map((run) => said.get(run)), [
    ["gamma=0.9", "every=5", "wasm"],
    ["gamma=0.9", "every=5", "wasm"],
    ["gamma=0.8", "every=6", "native"],
    [],
  ]);
  // As much of a name as tells it from another's.
  const alike = [1, 2].map((rate) => runOf({ agent: { rate }, model: { rate: rate + 1 } }));
  deepStrictEqual([...settingsApart(alike).values()], [
    ["agent.rate=1", "model.rate=2"],
    ["agent.rate=2", "model.rate=3"],
  ]);
});

Deno.test("seeds that chose settings are not told as if they judged them", () => {
  const ofSweep = (sweep: string | undefined, ...seeds: number[]) =>
    seeds.map((seed) => {
      const { manifest } = runOf({});
      const determined = { ...manifest.determined, seed: String(seed) };
      return {
        manifest: { ...manifest, determined, ...sweep && { sweep: { name: sweep, trial: 0 } } },
      } as Run;
    });
  deepStrictEqual(choiceNote("pole", ofSweep("rates", 1, 2, 100, 101, 105)), [
    "pole: 3 of 5 seeds chose these settings in the sweep rates and flatter them; those that judge " +
    "alone are found by seed>=101",
  ]);
  deepStrictEqual(choiceNote("pole", ofSweep("rates", 1, 2)), []);
  deepStrictEqual(choiceNote("pole", ofSweep("rates", 101, 102)), []);
  deepStrictEqual(choiceNote("pole", ofSweep(undefined, 1, 101)), []);
  deepStrictEqual(choiceNote("pole", [...ofSweep("a", 1), ...ofSweep("b", 101)]), []);
});

Deno.test("figures of the evaluation that ended a run are told to be so where no score has them", () => {
  const last = {
    a: { "evaluation/ratio": 1, "evaluation/own": 2, "score/own": 1, "losses/loss": 0 },
    b: { "evaluation/ratio": 3, "losses/loss": 0 },
  };
  const store = { lastMetrics: (id: string) => last[id as keyof typeof last] };
  const ended = (id: string, fields: Partial<Run> = {}) =>
    ({ id, status: "stopped", digest: "d", message: null, ...fields }) as Run;
  const told = (metric: string, ...runs: Run[]) => endNote(store, "pole", metric, runs);
  deepStrictEqual(told("evaluation/ratio", ended("a"), ended("b"), ended("b", { digest: null })), [
    "pole: evaluation/ratio of 2 of 3 runs is of the evaluation that ended it, and may be good by " +
    "choice: no later one measured it",
  ]);
  deepStrictEqual(told("evaluation/ratio", ended("a", { status: "completed" })), []);
  deepStrictEqual(told("evaluation/own", ended("a"), ended("b")), []);
  deepStrictEqual(told("losses/loss", ended("a")), []);
});

/** Runs of one group, by how far each came: as a log has them, or as the lab under a budget. */
function trained(environmentSteps: number[], fields: Partial<Run> = {}, budget?: number): Run[] {
  const { manifest } = runOf({ agent: {}, ...budget && { budget } }, budget ? "wasm" : LOGGED);
  return environmentSteps.map((steps) =>
    ({
      ...{ status: "completed", message: null, iterations: 1, gradientSteps: 2, examples: 0 },
      ...{ environmentSteps: steps, manifest, ...fields },
    }) as unknown as Run
  );
}

Deno.test("of seeds that end before the others of their group a line says so, unless a rule ended them", () => {
  const note = (...runs: Run[]) => raggedNote("ppo-ext", runs);
  const [long, short] = [trained([1e6, 1e6, 1e6]), trained([2e5, 2e5])];
  deepStrictEqual(note(...short, ...long), [
    "2 of 5 seeds of ppo-ext end at 200,000 environment steps, the others at 1,000,000",
  ]);
  deepStrictEqual(note(...trained([3000, 4000])), [
    "1 of 2 seeds of ppo-ext ends at 3,000 environment steps, the other at 4,000",
  ]);
  deepStrictEqual(note(...trained([10, 20, 99, 100]), ...trained([50], { status: "stopped" })), [
    "2 of 5 seeds of ppo-ext end at 10 to 20 environment steps, 2 at 99 to 100",
  ]);
  // What a rule, a callback or a loss ended is told as that, and episodes end where they end.
  for (const status of ["stopped", "diverged", "failed"] as const) {
    deepStrictEqual(note(...long, ...trained([2e5], { status })), []);
  }
  deepStrictEqual(note(...trained([95, 100])), []);
  deepStrictEqual(note(...trained([94, 100])).length, 1);
  deepStrictEqual(note(...trained([100, 190], {}, 100)), []);
  deepStrictEqual(note(...trained([60, 190], {}, 100)).length, 1);
  // Of another program's budget nothing is known but its number.
  deepStrictEqual(
    note(
      ...trained([2e5, 1e6]).map((run) => {
        const { determined } = run.manifest;
        const configuration = { ...determined.configuration, budget: 100 };
        return {
          ...run,
          manifest: { ...run.manifest, determined: { ...determined, configuration } },
        };
      }),
    ).length,
    1,
  );
  deepStrictEqual(note(...trained([0, 0])), []);
  deepStrictEqual(note(...trained([0], { gradientSteps: 3, iterations: 0 }), ...long), []);
  deepStrictEqual(note(), []);
  const models = (iterations: number) =>
    trained([0], { iterations, gradientSteps: 0, examples: 0 });
  deepStrictEqual(note(...models(5), ...models(9)), [
    "1 of 2 seeds of ppo-ext ends at 5 iterations, the other at 9",
  ]);
});

Deno.test("of groups that were trained for different lengths a line names the shortest and the longest", () => {
  const note = (...groups: [label: string, runs: Run[], task?: string][]) =>
    lengthsNote(groups.map(([label, runs, task = "pole"]) => ({ label, runs, task })));
  const under = (budget: number, ...steps: number[]) => trained(steps, {}, budget);
  const [short, long] = [under(8000, 8200, 8000), under(40_000, 40_000, 40_100)];
  deepStrictEqual(note(["long", long], ["a2c", under(9000, 9000)], ["short", short]), [
    "of the groups that are compared short was trained for the fewest environment steps, 8,000, long " +
    "for the most, 40,000",
  ]);
  deepStrictEqual(note(["a", short], ["b", under(8200, 8200)]), []);
  deepStrictEqual(note(["a", short], ["b", long, "car"]), []);
  // A run that a rule ended had its budget, and may have been trained for longer all the same.
  const stopped = (...steps: number[]) => trained(steps, { status: "stopped" }, 40_000);
  deepStrictEqual(note(["a", long], ["b", stopped(5000, 7000)]), []);
  deepStrictEqual(note(["a", [...stopped(5000), ...long]], ["b", long]), []);
  deepStrictEqual(note(["a", short], ["b", stopped(5000, 20_000)]), [
    "of the groups that are compared a was trained for the fewest environment steps, 8,000, b for the " +
    "most, 20,000",
  ]);
  deepStrictEqual(note(["a", stopped(5)], ["b", stopped(50)]), []);
  // One that diverged was trained for as long as it lasted.
  deepStrictEqual(note(["a", trained([5], { status: "diverged" }, 40_000)], ["b", long]), []);
  // Labels say it already, and what counts otherwise is not held against it.
  deepStrictEqual(note(["p (budget=8000)", short], ["p (budget=40000)", long]), []);
  deepStrictEqual(note(["p (budget=8000)", short], ["p", long]).length, 1);
  deepStrictEqual(note(["a", trained([0], { iterations: 3, gradientSteps: 0 })], ["b", long]), []);
});

Deno.test("samples are judged by their distance to the data, as a judge may be sure of noise", () => {
  const points = ["evaluation/coverage", "evaluation/energy_distance", "losses/loss"];
  strictEqual(headlineMetric(points), "evaluation/energy_distance");
  const images = ["evaluation/class_entropy", ...points, "evaluation/recognised"];
  strictEqual(headlineMetric(images), "evaluation/energy_distance");
  strictEqual(headlineMetric(["evaluation/coverage", images.at(-1)!]), "evaluation/recognised");
  strictEqual(headlineMetric([...images, "evaluation/negative_elbo"]), "evaluation/negative_elbo");
  strictEqual(headlineMetric(["losses/else", "evaluation/else"]), "evaluation/else");
  // Of an agent that no evaluation has seen yet, in whatever order its series come.
  for (
    const names of [["losses/approximate_kl", "losses/policy"], ["losses/policy", "losses/value"]]
  ) {
    strictEqual(headlineMetric(names), "losses/policy");
  }
  // Of IWAE with many draws the ELBO, a bound of one, says little.
  const bounds = ["evaluation/negative_elbo", "evaluation/negative_log_likelihood"];
  strictEqual(headlineMetric(bounds), "evaluation/negative_log_likelihood");
});

Deno.test("seeds of one configuration are together whatever the order of its fields", () => {
  const [a, b, c] = [{ gamma: 0.9, rate: 1 }, { rate: 1, gamma: 0.9 }, { gamma: 0.8, rate: 1 }]
    .map((agent) => runOf({ agent }));
  for (const _ of [1, 2]) deepStrictEqual(sameButSeed([a, b, c]), [[a, b], [c]]);
});

Deno.test("how often a run was checkpointed parts no seeds and stands in no label", () => {
  const [a, b, c] = [[1, 3], [1, 5], [2, 9]].map(([gamma, keepLast]) =>
    runOf({ agent: { gamma }, checkpoint: { keepLast } })
  );
  deepStrictEqual(sameButSeed([a, b, c]), [[a, b], [c]]);
  deepStrictEqual(labels(a, b, c), ["pole (agent.gamma=1)", "pole (agent.gamma=2)"]);
  deepStrictEqual(groupRuns([a])[0].configuration, { agent: { gamma: 1 } });
});

Deno.test("runs of another version of a file's own code are no seeds of the same group", () => {
  const own = { environment: { id: "Line-v0", own: true }, agent: { name: "a" } };
  const ofCode = (configuration: Record<string, Json>, hash: string) => {
    const run = runOf(configuration);
    return { ...run, manifest: { ...run.manifest, definition: { module: "/a.ts", hash } } };
  };
  const runs = [ofCode(own, "0a1b2c3d"), ofCode(own, "ffffffff"), ofCode(own, "0a1b2c3d")];
  deepStrictEqual(sameButSeed(runs), [[runs[0], runs[2]], [runs[1]]]);
  deepStrictEqual(labels(...runs), ["pole (code 0a1b2c)", "pole (code ffffff)"]);
  const { environment: _, ...settings } = own;
  deepStrictEqual(labels(ofCode(settings, "00"), ofCode(settings, "11")), ["pole"]);
});

Deno.test("what differs beside the settings stands in the labels, and no two are the same", () => {
  const ofDetermined = (own: Partial<Run["manifest"]["determined"]>) => {
    const run = runOf({ budget: 5 });
    return {
      ...run,
      manifest: { ...run.manifest, determined: { ...run.manifest.determined, ...own } },
    };
  };
  const from = { run: "1rs2b2", digest: "aa" };
  deepStrictEqual(labels(ofDetermined({}), ofDetermined({ from })), [
    "pole (no --from)",
    "pole (from 1rs2b2)",
  ]);
  deepStrictEqual(labels(ofDetermined({}), ofDetermined({ version: 2 })), [
    "pole (version 1)",
    "pole (version 2)",
  ]);
  const earlierBudgets = [{ budget: 2, iterations: 1 }, { budget: 4, iterations: 3 }];
  deepStrictEqual(labels(runOf({ budget: 5 }), runOf({ budget: 5, earlierBudgets })), [
    "pole (one budget)",
    "pole (budget before 2, 4)",
  ]);
  const native = ["OpenBLAS 0.3.20", "OpenBLAS 0.3.21"].map((library) =>
    ofDetermined({ backend: "native", library })
  );
  deepStrictEqual(labels(...native), ["pole (OpenBLAS 0.3.20)", "pole (OpenBLAS 0.3.21)"]);
  // The weights of one run, which has gone on in between.
  const again = { ...from, digest: "bb" };
  const both = [ofDetermined({ from }), ofDetermined({ from: again })];
  deepStrictEqual(labels(...both), ["pole", "pole #2"]);
});

Deno.test("what more than half of the groups share goes without saying", () => {
  const ppo = { name: "ppo", gamma: 0.9, clipRange: 0.2 };
  const changed = [ppo, { ...ppo, gamma: 0.8 }, { ...ppo, clipRange: 0.1 }];
  deepStrictEqual(labels(...changed.map((agent) => runOf({ agent }))), [
    "pole",
    "pole (agent.gamma=0.8)",
    "pole (agent.clipRange=0.1)",
  ]);
  const { clipRange: _, ...older } = ppo;
  deepStrictEqual(
    labels(...[ppo, { ...ppo, gamma: 0.8 }, older].map((agent) => runOf({ agent }))),
    [
      "pole",
      "pole (agent.gamma=0.8)",
      "pole (agent.clipRange=unset)",
    ],
  );
});

Deno.test("what a log does not say of its run tells it from none of the lab's", () => {
  const ours = { agent: { name: "a2c", gamma: 0.9 }, environment: { id: "Line-v0", slope: 1 } };
  const lab = runOf({ ...ours, budget: 5 });
  const other = runOf({ ...ours, budget: 6 });
  const bare = runOf({}, LOGGED);
  const inWorld = (id: string) => runOf({ environment: { id } }, LOGGED);
  deepStrictEqual(labels(lab, bare), ["pole", "pole (logged)"]);
  deepStrictEqual(labels(inWorld("Line-v0"), lab), ["pole (logged)", "pole"]);
  deepStrictEqual(labels(lab, other, bare), [
    "pole (budget=5)",
    "pole (budget=6)",
    "pole (logged)",
  ]);
  const said = settingsApart([lab, bare]);
  deepStrictEqual([lab, bare].map((run) => said.get(run)), [[], ["logged"]]);
  // What it does say counts, and logged ones alone are told apart as any.
  deepStrictEqual(labels(lab, inWorld("Pit-v0")), ["pole (Line-v0)", "pole (logged, Pit-v0)"]);
  deepStrictEqual(labels(inWorld("Line-v0"), bare), ["pole (Line-v0)", "pole (unset)"]);
  // One more of the lab's stays what most have.
  deepStrictEqual(
    labels(lab, runOf({ ...ours, budget: 5, tag: 1 }), runOf({ ...ours, budget: 7, tag: 1 }), bare),
    ["pole (tag=unset)", "pole", "pole (budget=7)", "pole (logged)"],
  );
});

Deno.test("fractions have as few digits as tell them apart, other values stay", () => {
  deepStrictEqual(shortNumbers(["0.002613557435", "0.0051680508", undefined, "auto"]), [
    ...["0.00261", "0.00517", undefined, "auto"],
  ]);
  deepStrictEqual(shortNumbers(["0.99841", "0.99842", "0.5"]), ["0.99841", "0.99842", "0.5"]);
  deepStrictEqual(shortNumbers(["8192", "16384", "[0.123456]"]), ["8192", "16384", "[0.123456]"]);
  // Up to the seventeenth digit, which tells any two numbers apart.
  deepStrictEqual(shortNumbers(["0.1234567891234", "0.1234567891256", "0.50000000000001"]), [
    ...["0.12345678912", "0.12345678913", "0.5"],
  ]);
  const close = ["0.30000000000000004", "0.3"];
  deepStrictEqual(shortNumbers(close), close);
  deepStrictEqual(shortNumbers(["-0.00261355", "2.5e-12"]), ["-0.00261", "2.5e-12"]);
  deepStrictEqual(shortNumbers(["0.5", "0.50"]), ["0.5", "0.50"]);
  deepStrictEqual(shortNumbers([]), []);
  deepStrictEqual(shortNumbers(["1e-7", "2.00000001e-7"]), ["1e-7", "2e-7"]);
});

Deno.test("of runs with one seed the newest counts, wherever it stands, and the order stays", () => {
  const run = (id: string, seed: string) =>
    ({ id, manifest: { determined: { seed } } }) as unknown as Run;
  const ids = (...runs: Run[]) => newestOfEachSeed(runs).map(({ id }) => id);
  deepStrictEqual(ids(run("a", "1"), run("b", "2"), run("c", "1"), run("d", "3")), ["b", "c", "d"]);
  deepStrictEqual(ids(run("d", "1"), run("b", "2"), run("a", "1")), ["d", "b"]);
  deepStrictEqual(ids(), []);
});

Deno.test("labels that stand there already have a number behind them that no other one has", () => {
  deepStrictEqual(numbered(["a", "a", "b", "a"]), ["a", "a #2", "b", "a #3"]);
  deepStrictEqual(numbered(["a", "a #2", "a"]), ["a", "a #2", "a #3"]);
  deepStrictEqual(numbered(["a", "a", "a #2"]), ["a", "a #3", "a #2"]);
});

Deno.test("what more than half have is usual", () => {
  deepStrictEqual(
    [[1, 1, 2], [1, 2], [1], [2]].map((values) => isUsual(1, values)),
    [true, false, true, false],
  );
});

Deno.test("a configuration is flat text by path, and differs where a path has another value, or none", () => {
  const flat = flatten({ a: { b: 1, c: { d: "x" } }, e: [1, { f: 2 }], g: null, h: {} });
  deepStrictEqual(flat, { "a.b": "1", "a.c.d": "x", "e": '[1,{"f":2}]', "g": "null" });
  deepStrictEqual(
    [...differingPaths([{ a: "1", b: "2" }, { a: "1", b: "3" }, { a: "1", b: "2", c: "4" }])],
    ["b", "c"],
  );
  deepStrictEqual([...differingPaths([{ a: "1" }, { a: "1" }])], []);
});

Deno.test("a threshold is reached by the first point that is as high, with where that stands", () => {
  const series = {
    values: [1, 5, NaN, 7, 9],
    environmentSteps: [10, 20, 30, 40, 50],
    wallSeconds: [0.1, 0.2, 0.3, 0.4, 0.5],
  } as unknown as Series;
  deepStrictEqual(firstAtLeast(series, 5), { environmentSteps: 20, wallSeconds: 0.2 });
  deepStrictEqual(firstAtLeast(series, 5.5), { environmentSteps: 40, wallSeconds: 0.4 });
  deepStrictEqual(firstAtLeast(series, 1), { environmentSteps: 10, wallSeconds: 0.1 });
  strictEqual(firstAtLeast(series, 9.5), undefined);
});

Deno.test("a run has a result, is lost, or neither, and a group says how many are lost", () => {
  const all = ["completed", "stopped", "diverged", "failed", "running", "interrupted"];
  const those = (is: typeof isLost) => all.filter((status) => is({ status }));
  deepStrictEqual(those(isFinished), ["completed", "stopped"]);
  deepStrictEqual(those(isLost), ["diverged", "failed"]);
  const text = (...statuses: string[]) => {
    const runs = statuses.map((status) => ({ status }));
    return [seedsText(runs), lostText(runs)];
  };
  deepStrictEqual(text("completed", "running"), ["2", ""]);
  deepStrictEqual(text("completed", "failed", "diverged", "stopped", "diverged"), [
    ...["2 of 5, 2 diverged, 1 failed", ", 2 diverged, 1 failed"],
  ]);
  const seeds = ["7", "18446744073709551616", "1e3", "-1", ""].map((seed) =>
    seedNumber({ manifest: { determined: { seed } } } as unknown as Run)
  );
  deepStrictEqual(seeds, [7n, 2n ** 64n, undefined, undefined, undefined]);
});

Deno.test("runs of a group come by their seed as a number, with their figures, lost ones as NaN", () => {
  const run = (id: string, seed: string, status: Run["status"]) =>
    ({
      ...{ id, status, digest: status === "failed" ? null : "d" },
      manifest: { determined: { experiment: "pole", configuration: {}, seed } },
    }) as unknown as Run;
  const [group, ...others] = groupRuns([
    run("a", "10", "completed"),
    run("b", "9", "stopped"),
    run("c", "1", "failed"),
    run("d", "2", "completed"),
  ]);
  strictEqual(others.length, 0);
  deepStrictEqual(group.runs.map(({ id }) => id), ["c", "d", "b", "a"]);
  const figures: Record<string, Record<string, number>> = {
    a: { "evaluation/m": 1, "score/m": 9 },
    b: { "evaluation/m": 2, "score/m": 3 },
    c: { "evaluation/m": 4 },
    d: {},
  };
  const store = { lastMetrics: (id: string) => figures[id] } as unknown as Store;
  deepStrictEqual(figuresOfGroup(store, group, "evaluation/m"), [NaN, undefined, 3, 1]);
});
