import {
  deepStrictEqual,
  match,
  notDeepStrictEqual,
  ok,
  rejects,
  strictEqual,
  throws,
} from "node:assert";
import * as z from "zod";
import { InputError } from "../../../lab/core/errors.ts";
import type { Json } from "../../../lab/core/snapshot.ts";
import { interquartileMean } from "../../../lab/core/interquartile_mean.ts";
import { streamOf } from "../../../lab/core/random.ts";
import { Describer } from "../../../lab/experiment/describe.ts";
import { resume } from "../../../lab/experiment/launch.ts";
import { figuresOf } from "../../../lab/experiment/score.ts";
import { runSweep, type SweepOptions } from "../../../lab/experiment/sweep/run.ts";
import {
  importancesOf,
  stateOf,
  type SweepState,
  sweepState,
  type Trial,
  triedAgain,
} from "../../../lab/experiment/sweep/state.ts";
import { resolveSweep, type Sweep } from "../../../lab/experiment/sweep/sweep.ts";
import type { SweepDefinition } from "../../../lab/experiment/sweep/definition.ts";
import { verify } from "../../../lab/experiment/verify.ts";
import { importances } from "../../../lab/search/importance.ts";
import { samplers } from "../../../lab/search/samplers.ts";
import type { Outcome } from "../../../lab/search/tpe.ts";
import { lockSweep } from "../../../lab/store/lock.ts";
import { openStore, recoverStore, syncStores } from "../../../lab/store/sqlite_store.ts";
import type { Run, Store } from "../../../lab/store/store.ts";
import { registries as lab } from "../../../registries.ts";
import { inFolder } from "../../cli/folder.ts";
import { manifestOf, pointAt } from "../store/fixtures.ts";
import { registries, withStopping } from "./toy_registries.ts";

const definition: SweepDefinition = {
  name: "toys",
  experiment: "line-toy",
  space: { "agent.rate": "0.01..0.9", "agent.size": [3, 6] },
  trials: 6,
  seeds: 2,
  judge: 2,
  sampler: "tpe",
  backend: "cpu",
};

async function swept(
  store: Store,
  changes: Partial<SweepDefinition> = {},
  options: Partial<SweepOptions> = {},
): Promise<SweepState> {
  const sweep = await resolveSweep({ ...definition, ...changes }, registries);
  return await runSweep("toys", sweep, { store, registries, workers: 2, ...options });
}

function withStore(test: (store: Store) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    const store = openStore(`${folder}/runs`);
    try {
      await test(store);
    } finally {
      store.close();
    }
  });
}

/** What of a sweep does not depend on where and when it was trained. */
function outcomeOf({ trials, best, judged }: SweepState) {
  return {
    trials: trials.map(({ point, runs, values, value, pruned }) => ({
      ...{ point, values, value, pruned },
      digests: runs.map(({ digest, status }) => status === "stopped" ? null : digest),
    })),
    best: best?.trial,
    judged: judged.values,
  };
}

Deno.test("a sweep that another process trains is refused before anything is trained", () =>
  withStore(async (store) => {
    const short = { trials: 1, judge: 0 };
    {
      using _held = lockSweep(store.location, "toys");
      await rejects(swept(store, short), {
        name: "LabError",
        message: /^Cannot train the sweep toys as it is being trained by another process: wait/,
      });
      deepStrictEqual(store.runs(), []);
    }
    strictEqual((await swept(store, short)).over, true);
    using _held = lockSweep(store.location, "toys/ε 2");
    throws(
      () => recoverStore(store.location),
      /^LabError: Cannot recover as sweep toys\/ε 2 is being trained: stop that first$/,
    );
  }));

Deno.test("a sweep's name may be longer than a file's, and has a lock of its own", () =>
  withStore(async (store) => {
    const { location } = store;
    const sweep = await resolveSweep({ ...definition, trials: 1, judge: 0 }, registries);
    // Twelve bytes a letter where it is a part of a file's name.
    const long = "🌊".repeat(100);
    const options = { store, registries, workers: 2 };
    {
      using _other = lockSweep(location, `${long}2`);
      strictEqual((await runSweep(`${long}1`, sweep, options)).over, true);
      await rejects(runSweep(`${long}2`, sweep, options), /is being trained by another process/);
      throws(
        () => recoverStore(location),
        /^LabError: Cannot recover as sweep (🌊){16}… is being trained: stop that first$/u,
      );
    }
    using _half = lockSweep(location, "\ud83c");
  }));

Deno.test("a sweep's best trial has the best IQM on tuning seeds, and is judged on others", () =>
  withStore(async (store) => {
    const state = await swept(store);
    strictEqual(state.over, true);
    strictEqual(state.trials.length, 6);
    for (const { trial, point, runs, values, value } of state.trials) {
      deepStrictEqual(runs.map(({ manifest }) => manifest.determined.seed), ["1", "2"]);
      for (const { manifest } of runs) {
        const { rate, size } = manifest.determined.configuration.agent as Record<string, number>;
        deepStrictEqual({ "agent.rate": rate, "agent.size": size }, point);
        deepStrictEqual(manifest.sweep, { name: "toys", trial });
      }
      deepStrictEqual(values, runs.map((run) => figuresOf(store, run)["evaluation/return_mean"]));
      strictEqual(value, interquartileMean(values));
    }
    const values = state.trials.map(({ value }) => value!);
    strictEqual(state.best!.trial, values.indexOf(Math.max(...values)));
    deepStrictEqual(
      state.judged.runs.map(({ manifest: { determined: { seed, configuration } } }) => [
        seed,
        (configuration.agent as { rate: number }).rate,
      ]),
      ["101", "102"].map((seed) => [seed, state.best!.point["agent.rate"]]),
    );
    deepStrictEqual(outcomeOf(sweepState(store, "toys")!), outcomeOf(state));
    strictEqual(store.runs().length, 6 * 2 + 2);
    // A second time nothing is left to do.
    deepStrictEqual(outcomeOf(await swept(store)), outcomeOf(state));
    strictEqual(store.runs().length, 6 * 2 + 2);
  }));

Deno.test("a grid's values are what its experiment reads: each is trained once a seed", () =>
  withStore(async (store) => {
    const space = {
      "agent.rate": [".5", "default"],
      "agent.sizes": ["[2, 5]"],
      budget: { range: ["60", "1k"], when: { path: "agent.rate", in: ["default"] } },
    };
    const changes = { space, trials: undefined, sampler: undefined, seeds: 1, judge: 0 };
    const { trials, over } = await swept(store, changes);
    deepStrictEqual(trials.map(({ point }) => point), [
      { "agent.rate": 0.5, "agent.sizes": [2, 5] },
      { "agent.rate": 0.1, "agent.sizes": [2, 5], budget: 60 },
      { "agent.rate": 0.1, "agent.sizes": [2, 5], budget: 1000 },
    ]);
    deepStrictEqual([over, store.runs().length], [true, 3]);
    await rejects(
      swept(store, { ...changes, space: { "agent.rate": ["default", "0.10"] } }),
      /over agent\.rate as each value must be there once: 0\.1 is twice \(a list is one value/,
    );
  }));

Deno.test("text of several lines is a value as any other", () =>
  withStore(async (store) => {
    const maps = ["S.G", "S..\n..G"];
    const asked = {
      ...{ name: "maps", experiment: "gridworld-dqn", budget: 1100 },
      ...{ space: { "environment.map": maps }, seeds: 1, judge: 1 },
    };
    const sweep = await resolveSweep(asked, lab);
    const { over } = await runSweep("maps", sweep, { store, registries: lab, workers: 2 });
    deepStrictEqual([over, store.runs().length], [true, 3]);
    deepStrictEqual(
      sweepState(store, "maps")!.trials.map(({ point }) => point["environment.map"]),
      maps,
    );
  }));

Deno.test("what TPE tries after its first points follows from what they came to", () =>
  withStore(async (store) => {
    const { trials, sweep } = await swept(store, { trials: 12, seeds: 1, judge: 0 });
    const sampling = samplers.tpe(sweep.space, sweep.seed);
    const outcomes = trials.slice(0, 11).map(({ point, value }) => ({ point, loss: -value! }));
    deepStrictEqual(trials[11].point, sampling(11, outcomes));
    notDeepStrictEqual(trials[11].point, sampling(11, []));
  }));

Deno.test("TPE ranks pruned trials last, but in a sweep that was stored before it did", () =>
  withStore(async (store) => {
    const changes = { pruner: "asha", trials: 11, seeds: 1, judge: 0 } as const;
    const outcomesOf = ({ trials }: SweepState) =>
      trials.slice(0, -1).map(({ point, value, pruned, curve }) => ({
        ...{ point, loss: -value! },
        ...(pruned ? { prunedAt: curve.length } : {}),
      }));
    const state = await swept(store, changes);
    ok(state.trials.some(({ pruned, trial }) => pruned && trial < 10));
    const outcomes = outcomesOf(state);
    const point = (told: readonly Outcome[]) =>
      samplers.tpe(state.sweep.space, state.sweep.seed)(10, told);
    deepStrictEqual(state.trials[10].point, point(outcomes));
    // The last one's alone, as its point is all that has to follow from the others' order.
    const older = outcomes.map(({ point, loss }) => ({ point, loss }));
    notDeepStrictEqual(point(older), point(outcomes));
    const { prunedLast, ...definition } = state.sweep;
    strictEqual(prunedLast, true);
    store.putSweep("toys", definition as unknown as Json);
    const extended = await swept(store, { ...changes, trials: 12 }, { extend: true });
    strictEqual(extended.sweep.prunedLast, undefined);
    deepStrictEqual(extended.trials[10].point, point(older));
    const none = { name: "toys", experiment: "line-toy", space: { "agent.size": [3, 6] } };
    for (const sampler of ["tpe", "random"] as const) {
      const { prunedLast } = await resolveSweep({ ...none, sampler }, registries);
      strictEqual(prunedLast, undefined);
    }
  }));

for (const changes of [{}, { pruner: "median", trials: 9 }] as const) {
  const what = JSON.stringify(changes);
  Deno.test(`a sweep that was stopped again and again ends as one that was not: ${what}`, () =>
    inFolder(async (folder) => {
      const [whole, parts] = ["whole", "parts"].map((name) => openStore(`${folder}/${name}`));
      const expected = outcomeOf(await swept(whole, changes, { workers: 1 }));
      let stops = 0;
      for (let reports = 5;; reports += 11) {
        const abort = new AbortController();
        let left = reports;
        const state = await swept(parts, changes, {
          signal: abort.signal,
          onProgress: ({ kind }) => {
            if (kind === "evaluation" && left-- === 0) abort.abort();
          },
        });
        if (!state.over) {
          stops++;
          continue;
        }
        deepStrictEqual(outcomeOf(state), expected);
        break;
      }
      ok(stops > 1, `${stops} stops`);
      whole.close();
      parts.close();
    }));
}

Deno.test("a pruner ends trials by their first seed, and none of them is the best", () =>
  withStore(async (store) => {
    const set = { "agent.pause": 5 };
    const state = await swept(store, { pruner: "asha", sampler: "random", trials: 8, set });
    const pruned = state.trials.filter((trial) => trial.pruned);
    ok(pruned.length >= 3, `${pruned.length} pruned`);
    for (const { runs, values } of pruned) deepStrictEqual([runs.length, values.length], [1, 1]);
    const stopped = pruned.flatMap(({ runs }) => runs).filter(({ status }) => status === "stopped");
    ok(stopped.length > 0);
    strictEqual(stopped[0].message, "pruned by asha");
    ok(stopped.some(({ environmentSteps }) => environmentSteps < 200));
    ok(!state.best!.pruned && state.over);
    strictEqual(state.best!.runs.length, 2);
  }));

Deno.test("a sweep's trials that fail count as the worst", () =>
  withStore(async (store) => {
    const state = await swept(store, {
      space: { "agent.throwAt": [0, 3], "agent.lossNaNAt": [0, 4] },
      sampler: "grid",
      trials: 4,
    });
    deepStrictEqual(state.trials.map(({ value }) => Number.isNaN(value)), [
      false,
      true,
      true,
      true,
    ]);
    deepStrictEqual([state.best!.trial, state.over], [0, true]);
  }));

Deno.test("a point that is refused is a trial that failed, and the sweep goes on", () =>
  withStore(async (store) => {
    const space = {
      "agent.size": [6, 8],
      "agent.multipleOf": [2, 4],
      "agent.refuses": [false, true],
    };
    const changes = { space, sampler: "grid", trials: 8, seeds: 1, judge: 1 } as const;
    const state = await swept(store, changes);
    const told = state.trials.map(({ runs: [{ status, message }] }) => message ?? status);
    const opened = "Cannot train toy as it must not refuse: true";
    const described = "Cannot train toy as multipleOf must divide the size of 6: 4";
    deepStrictEqual(told, [
      ...["completed", opened, described, described],
      ...["completed", opened, "completed", opened],
    ]);
    deepStrictEqual(
      state.trials.map(({ value }) => Number.isNaN(value)),
      told.map((each) => each !== "completed"),
    );
    deepStrictEqual([state.over, state.judged.values.length], [true, 1]);
    for (const { point, runs: [{ id, manifest, digest }] } of state.trials) {
      const { agent } = manifest.determined.configuration as { agent: Record<string, Json> };
      deepStrictEqual(
        Object.fromEntries(Object.keys(point).map((path) => [path, agent[path.slice(6)]])),
        point,
      );
      if (digest !== null) continue;
      await rejects(
        resume(id, { store, registries }),
        new RegExp(`^InputError: Cannot resume run ${id} as it must have begun: it was refused`),
      );
    }
    // The same sweep tries them again, and ends the same.
    const again: number[] = [];
    deepStrictEqual(
      outcomeOf(await swept(store, changes, { onBegun: (count) => again.push(count) })),
      outcomeOf(state),
    );
    deepStrictEqual([again, store.runs().length], [[5], 9 + 5]);
  }));

Deno.test("a sweep of which every trial is refused says so", () =>
  withStore(async (store) => {
    const changes = { space: { "agent.rate": "0..1" }, set: { "agent.refuses": true }, trials: 2 };
    for (const runs of [4, 8]) {
      await rejects(swept(store, changes), {
        name: "InputError",
        message: "Cannot train the sweep toys as one of its trials must be taken, and all 2 were " +
          "refused: Cannot train toy as it must not refuse: true",
      });
      strictEqual(store.runs().filter(({ status }) => status === "failed").length, runs);
    }
  }));

/** Says of runs that they failed. */
function fail(store: Store, runs: readonly Run[]): void {
  for (const { id } of runs) store.update(id, { status: "failed", digest: null, message: "once" });
}

Deno.test("what had failed is tried again when a sweep goes on, and ends as if it never had", () =>
  withStore(async (store) => {
    const changes = { sampler: "random", trials: 4 } as const;
    const state = await swept(store, changes);
    fail(store, [state.trials[1].runs[1], state.trials[3].runs[0], state.judged.runs[1]]);
    const failed = sweepState(store, "toys")!;
    deepStrictEqual(
      [failed.over, failed.trials.map(({ value }) => Number.isNaN(value))],
      [true, [false, true, false, true]],
    );
    const begun: number[] = [];
    deepStrictEqual(
      outcomeOf(await swept(store, changes, { onBegun: (again) => begun.push(again) })),
      outcomeOf(state),
    );
    deepStrictEqual([begun, store.runs().length], [[3], 13]);
  }));

Deno.test("of trials that follow from one another the last ones are tried again, or all", () =>
  withStore(async (store) => {
    const changes = { trials: 13, seeds: 2, judge: 0 } as const;
    const state = await swept(store, changes);
    const { trials } = state;
    fail(store, [trials[3].runs[0]]);
    deepStrictEqual(triedAgain(sweepState(store, "toys")!), []);
    // Whatever follows from what failed is drawn, and trained, anew.
    fail(store, trials.flatMap(({ runs }) => runs.slice(0, 1)));
    const again = triedAgain(sweepState(store, "toys")!);
    strictEqual(again.length, 1 + 12 * 2);
    deepStrictEqual(outcomeOf(await swept(store, changes)), outcomeOf(state));
    // Seed 2 of the first one had not failed.
    strictEqual(store.runs().length, 26 + 25);
  }));

Deno.test("a trial's runs are those that were trained at its point, whatever came of earlier ones since", () =>
  withStore(async (store) => {
    const changes = { trials: 13, seeds: 1, judge: 0 } as const;
    const state = await swept(store, changes);
    // The best of those that are drawn at random: what is drawn after them follows from it.
    const [best] = state.trials.slice(0, 10).toSorted((a, b) => b.value! - a.value!);
    fail(store, best.runs);
    const after = sweepState(store, "toys")!;
    notDeepStrictEqual(
      after.trials.slice(10).map(({ point }) => point),
      state.trials.slice(10, after.trials.length).map(({ point }) => point),
    );
    for (const { point, runs } of after.trials) {
      for (const { manifest: { determined: { configuration } } } of runs) {
        const { rate, size } = configuration.agent as { rate: number; size: number };
        deepStrictEqual({ "agent.rate": rate, "agent.size": size }, point);
      }
    }
    strictEqual(after.over, false);
  }));

Deno.test("the usual sampler is a grid where that has no more points than trials, conditions counted", async () => {
  const { sampler: _, trials: __, ...rest } = definition;
  const usual = async (changes: Partial<SweepDefinition>) => {
    const { sampler, trials } = await resolveSweep({ ...rest, ...changes }, registries);
    return [sampler, trials];
  };
  const [rates, sizes] = [[0.1, 0.2, 0.3], [3, 6, 9, 12, 15, 18, 21, 24]];
  deepStrictEqual(await usual({ space: { "agent.rate": rates, "agent.size": sizes } }), [
    "tpe",
    20,
  ]);
  const where = { path: "agent.rate", in: [0.1] };
  const conditional = { "agent.rate": rates, "agent.size": { range: sizes, when: where } };
  deepStrictEqual(await usual({ space: conditional } as Partial<SweepDefinition>), ["grid", 10]);
});

Deno.test("more fields than a sampler can draw from are refused before anything is stored", async () => {
  const experiment = "cartpole-ppo";
  using describer = new Describer(lab);
  const { configuration: { agent } } = await describer.describe(experiment);
  // Each at the value that it has.
  const values = Object.entries(agent as Record<string, Json>)
    .filter(([name, value]) => name !== "name" && value !== null)
    .map(([name, value]) => [`agent.${name}`, [value]] as const);
  const wide = (count: number) =>
    resolveSweep({
      ...{ name: "wide", experiment, sampler: "sobol", trials: 2 },
      space: Object.fromEntries(values.slice(0, count)) as SweepDefinition["space"],
    }, lab);
  await rejects(wide(22), /Sobol points as a space may have at most 21 fields for them: 22$/);
  strictEqual((await wide(21)).sampler, "sobol");
});

/** A run of a trial, as if it had been trained: its evaluations, and how it stands. */
interface Made {
  readonly trial: number;
  readonly seed: number;
  readonly values: readonly number[];
  /** Environment steps of the evaluations; left out: 16, 32, …. */
  readonly at?: readonly number[];
  readonly status?: Run["status"];
  readonly hasDigest?: boolean;
}

/** How a sweep of four trials of two seeds stands whose runs are these, oldest first. */
function stateOfMade(
  runs: readonly Made[],
  changes: Partial<SweepDefinition>,
  look: (state: SweepState) => void,
): Promise<void> {
  return withStore(async (store) => {
    const space = { "agent.rate": [0.1, 0.2, 0.3, 0.4] };
    const grid = { ...definition, space, sampler: "grid", trials: 4, ...changes } as const;
    store.putSweep("made", await resolveSweep(grid, registries) as unknown as Json);
    for (const { trial, seed, values, at, status = "completed", hasDigest = true } of runs) {
      const manifest = manifestOf("line-toy");
      const { id } = store.createRun({
        manifest: {
          ...manifest,
          determined: { ...manifest.determined, seed: String(seed) },
          sweep: { name: "made", trial },
        },
        ...{ name: "line-toy", tags: [], note: "" },
      });
      const name = "evaluation/return_mean";
      const steps = (i: number) => at === undefined ? {} : { environmentSteps: at[i] };
      store.append(id, values.map((value, i) => ({ ...pointAt(name, i + 1, value), ...steps(i) })));
      store.update(id, { status, ...hasDigest && { digest: `digest of ${id}` } });
    }
    look(sweepState(store, "made")!);
  });
}

const both = (trial: number, values: readonly number[]): Made[] => [
  { trial, seed: 1, values },
  { trial, seed: 2, values },
];

Deno.test("a trial is over with all of its seeds, and one that failed counts as the worst", () =>
  stateOfMade(
    [
      ...both(0, [3, 10]),
      { trial: 1, seed: 1, values: [99] },
      { trial: 1, seed: 2, values: [99], status: "failed", hasDigest: false },
      { trial: 2, seed: 1, values: [50] },
      { trial: 2, seed: 2, values: [50], status: "interrupted", hasDigest: false },
      { trial: 2, seed: 3, values: [50] },
      // An older run of a seed says nothing.
      { trial: 3, seed: 1, values: [80] },
      ...both(3, [20]),
      { trial: 4, seed: 1, values: [99] },
      { trial: 4, seed: 2, values: [Infinity] },
    ],
    {},
    (state) => {
      deepStrictEqual(state.trials.map(({ values, value }) => [values, value]), [
        [[10, 10], 10],
        [[99, NaN], NaN],
        [[50], undefined],
        [[20, 20], 20],
        [[99, NaN], NaN],
      ]);
      deepStrictEqual([state.best?.trial, state.over], [3, false]);
      deepStrictEqual(state.judged.values, []);
    },
  ));

/** A sweep with a pruner whose trials are evaluated every 40 of 200 steps: five rungs. */
const racing = {
  seeds: 1,
  judge: 0,
  trials: 12,
  sampler: "random",
  space: { "agent.rate": "0..1" },
};
/** One run of a trial, with its evaluations by the steps that they came at. */
const first = (trial: number, values: Record<number, number>, more: Partial<Made> = {}): Made => ({
  ...{ trial, seed: 1, at: Object.keys(values).map(Number), values: Object.values(values) },
  ...more,
});

Deno.test("pruners compare trials at the same places of the budget, however long iterations are", () =>
  stateOfMade(
    [
      first(0, { 160: 45, 200: 60 }),
      first(1, { 40: 10, 80: 20, 120: 30, 160: 50, 200: 60 }),
      first(2, { 48: 11, 96: 12, 144: 13, 160: 14, 200: 70 }),
      first(3, { 100: 12, 200: 80 }),
    ],
    { ...racing, pruner: "asha" } as Partial<SweepDefinition>,
    ({ trials }) => {
      deepStrictEqual(
        trials.slice(0, 4).map(({ curve, pruned, value }) => [curve, pruned, value]),
        [
          [[undefined, undefined, undefined, -45, -60], false, 60],
          [[-10, -20, -30, -50, -60], false, 60],
          [[-11, -12, -13, -14], true, 14],
          // What it had come to at 160 steps, by its last evaluation before.
          [[undefined, -12, -12, -12], true, 12],
        ],
      );
    },
  ));

Deno.test("a pruner waits for the first seed where that is tried again", () =>
  stateOfMade(
    [
      first(0, { 40: 50, 80: 50, 120: 50, 160: 50, 200: 60 }),
      first(1, { 40: 50, 80: 50, 120: 50, 160: 50, 200: 60 }),
      first(2, { 40: 50, 80: 50, 120: 50, 160: 50, 200: 60 }),
      { ...first(3, { 40: 1, 80: 1, 120: 1, 160: 1, 200: 1 }), seed: 2 },
    ],
    { ...racing, pruner: "asha", seeds: 2 } as Partial<SweepDefinition>,
    // It has its second seed alone, which no pruner looks at.
    ({ trials: { 3: { pruned, value, curve } } }) =>
      deepStrictEqual([pruned, value, curve], [false, undefined, []]),
  ));

Deno.test("a trial that was over early stands at later rungs where it ended, one that broke as the worst", () => {
  const lost = { status: "diverged", hasDigest: false } as const;
  return stateOfMade(
    [
      ...[0, 1, 2, 3].map((trial) => first(trial, { 40: 90, 88: 99 }, { status: "stopped" })),
      first(4, { 20: 98 }, { status: "stopped" }),
      first(5, { 40: 95, 80: 99, 100: 100 }, { status: "stopped" }),
      first(6, { 40: 90, 80: 500 }, lost),
      first(7, { 40: 99, 80: 99, 120: 99, 160: 99, 200: 99 }),
      first(8, { 40: 90, 80: 90, 120: 90, 160: 90, 200: 90 }),
      first(9, { 40: 90, 80: 90 }, { status: "interrupted", hasDigest: false }),
    ],
    { ...racing, pruner: "median" } as Partial<SweepDefinition>,
    ({ trials }) => {
      deepStrictEqual(trials.slice(0, 10).map(({ curve, pruned }) => [curve, pruned]), [
        ...[0, 1, 2, 3].map(() => [[-90, -99, -99, -99, -99], false]),
        [[-98, -98, -98, -98, -98], false],
        // It ended between two rungs.
        [[-95, -99, -100, -100, -100], false],
        [[-90, -500, NaN, NaN, NaN], false],
        [[-99, -99, -99, -99, -99], false],
        // Worse than most at 80 steps, of which those that a rule ended went no further.
        [[-90, -90], true],
        [[-90, -90], true],
      ]);
    },
  );
});

Deno.test("how a sweep stands reads each trial's curve once", () =>
  withStore(async (store) => {
    const changes = { ...racing, pruner: "asha", trials: 6 } as Partial<SweepDefinition>;
    await swept(store, changes);
    const read: string[] = [];
    const counting = new Proxy(store, {
      get(target, name) {
        const value = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return (...given: unknown[]) => {
          if (name === "series") read.push(String(given[0]));
          return value.apply(target, given);
        };
      },
    });
    strictEqual(sweepState(counting, "toys")!.trials.length, 6);
    deepStrictEqual([read.length, new Set(read).size], [6, 6]);
  }));

Deno.test("a sweep is over where its best trial is judged by all of its seeds", async () => {
  const two = { space: { "agent.rate": [0.1, 0.2] }, trials: 2 };
  const tried = [...both(0, [1]), ...both(1, [2])];
  const judged = (seed: number, value: number): Made => ({ trial: 1, seed, values: [value] });
  const cases: [Made[], number[], boolean][] = [
    [[judged(102, 8)], [8], false],
    [[judged(102, 8), judged(101, 7)], [7, 8], true],
    // Seeds between and beyond belong to neither; other trials' do not judge.
    [[judged(100, 5), judged(103, 6), { ...judged(101, 9), trial: 0 }], [], false],
  ];
  for (const [more, values, over] of cases) {
    await stateOfMade([...tried, ...more], two, (state) => {
      deepStrictEqual([state.best?.trial, state.judged.values, state.over], [1, values, over]);
      deepStrictEqual(state.trials.map(({ value }) => value), [1, 2]);
    });
  }
  const least = { ...two, judge: 0, objective: "min:evaluation/return_mean" };
  await stateOfMade(tried, least, (state) => {
    deepStrictEqual([state.best?.trial, state.over], [0, true]);
  });
  const failed = tried.map((each) => ({ ...each, status: "failed", hasDigest: false }) as const);
  await stateOfMade(failed, two, (state) => {
    deepStrictEqual([state.best, state.over], [undefined, true]);
  });
});

Deno.test("a changed sweep is refused and names the field; more trials are asked for", () =>
  withStore(async (store) => {
    const small = { trials: 2, seeds: 1, judge: 0 };
    await swept(store, small);
    const changed: [Partial<SweepDefinition>, RegExp][] = [
      [
        { space: { ...definition.space, "agent.rate": "0.01..0.8" } },
        /as agent\.rate must be what it was, 0\.01\.\.0\.9: 0\.01\.\.0\.8 /,
      ],
      [{ space: { "agent.rate": "0.01..0.9" } }, /agent\.size must .* 3,6: not tried /],
      [{ seeds: 2 }, /its seeds must be what it was, 1: 2/],
      [{ experiment: "points-toy", space: { "model.rate": "0..1" } }, /its experiment must/],
      [
        { set: { "agent.activation": "relu" } },
        /agent\.activation must be what it was, tanh: relu /,
      ],
      [
        { objective: "min:evaluation/share" },
        /must be what it was, max:\S+: min:evaluation\/share /,
      ],
      [{ trials: 3 }, /it has 2 trials, and without --extend must keep them: 3/],
    ];
    for (const [changes, reason] of changed) {
      await rejects(swept(store, { ...small, ...changes }), (error) => {
        ok(error instanceof InputError && !error.message.includes("\n"));
        match(error.message, reason);
        return true;
      });
    }
    await rejects(swept(store, { ...small, trials: 1 }, { extend: true }), /must keep them: 1/);
    const extended = await swept(store, { ...small, trials: 4 }, { extend: true });
    strictEqual(extended.trials.length, 4);
    strictEqual(store.runs().length, 4);
  }));

Deno.test("a sweep that cannot be is refused in a line before anything is stored", () =>
  withStore(async (store) => {
    const untyped: [object, RegExp][] = [
      [{ trails: 4 }, /the sweep "toys" as there is no field "trails" \(did you mean "trials"\?\)/],
      [{ trials: "4" }, /trials must be a whole number from 1 to 100000: "4"/],
      [{ name: undefined }, /must have a name: missing/],
      [{ experiment: { name: "line-toy" } }, /its experiment must be an experiment's name/],
      [{ space: undefined }, /its space must be fields by path.*: missing/],
      [{ space: ["agent.rate"] }, /its space must be fields by path.*: \["agent\.rate"\]/],
      [{ set: "agent.rate=1" }, /its set must be values by path/],
      [{ backend: "wasn" }, /no backend "wasn" \(did you mean "wasm"\?\)/],
      [{ space: { "agent.rate": 0.5 } }, /agent\.rate as it must be tried as text .*: 0\.5/],
      [{ space: { "agent.rate": { kind: "log" } } }, /both ends must be numbers/],
      [{ space: { "agent.rate": { kind: "normal" } } }, /no kind of range "normal"/],
      [{ space: { "agent.rate": { kind: "choice" } } }, /a choice must have values/],
      [
        { space: { "agent.rate": { range: "0..1", wen: {} } } },
        /no field "wen" \(did you mean "when"/,
      ],
      [{ space: { "agent.rate": { range: "0..1", when: "x" } } }, /its condition must be as/],
      [
        {
          space: { "agent.rate": { range: "0..1", when: { path: "agent.size", in: [3], not: 1 } } },
        },
        /no field "not"/,
      ],
      [
        { space: { "agent.rate": { kind: "log", low: 0.1, high: 1, when: {} } } },
        /over agent\.rate as there is no field "when"/,
      ],
      [{ space: { "agent.size": { kind: "choice", values: [3], low: 3 } } }, /no field "low"/],
    ];
    const wrong: (readonly [Partial<SweepDefinition>, RegExp])[] = [
      [{ space: {} }, /the space is empty/],
      [
        { space: { "agent.rate": [0.1, 0.2] }, sampler: "grid", seed: 5 },
        /as toys with a seed as a grid draws nothing, .*seeds of its trials are 1, 2, …: 5$/,
      ],
      [{ space: { "agent.rate": [] } }, /over agent\.rate as it must have a value/],
      [{ space: { "agent.rate": "0.9..0.1" } }, /the lower end must be below/],
      [{ space: { "agent.rate": "0.1..2" } }, /Cannot set agent\.rate .*: 2/],
      [{ space: { "agent.rat": "0.1..1" } }, /"line-toy" has no such field/],
      [{ set: { "agent.rate": 0.5 } }, /agent\.rate as it must not be set, too/],
      [{ seeds: 100 }, /seeds must be a whole number from 1 to 99 .*: 100/],
      [{ trials: 0 }, /trials must be a whole number/],
      [{ sampler: "grid" }, /over a grid as agent\.rate must have values/],
      [{ sampler: "tpx" as "tpe" }, /no sampler "tpx" \(did you mean "tpe"\?\)/],
      [{ pruner: "ashe" as "asha" }, /no pruner "ashe" \(did you mean "asha"\?\)/],
      [{ pruner: "asha", objective: "min:losses/toy" }, /a pruner looks at evaluations/],
      [
        { pruner: "median", space: { budget: [100, 200] }, sampler: "grid", trials: undefined },
        /prune by median as trials must be evaluated at the same places: budget is tried$/,
      ],
      [
        { pruner: "asha", budget: 100, set: { "evaluation.every": 100 } },
        /runs must be evaluated 2 times .* \(--set evaluation\.every=10, .*\): every 100 of a budget of 100/,
      ],
      [
        { pruner: "hyperband", budget: 100, set: { "evaluation.every": 34 } },
        /by hyperband as runs must be evaluated 4 times or more \(--set evaluation.every=10, in a file set: \{ "evaluation.every": 10 \}\): every 34 of a budget of 100/,
      ],
      [{ objective: "max:" }, /Cannot sweep as a metric must be named: max:$/],
      [{ experiment: "line-toi" }, /no experiment "line-toi"/],
      [{ space: { "agent.size": "4..8" } }, /agent\.size as .* whole .* int:4\.\.8\): 4\.\.8/],
      [{ space: { "agent.size": "log:4..8" } }, /written log-int:4\.\.8\): log:4\.\.8/],
      [{ space: { "agent.rate": "ln:0.1..1" } }, /a range is written LOW\.\.HIGH.*"ln:0\.1\.\.1"/],
      ...untyped.map(([changes, reason]) => [changes as Partial<SweepDefinition>, reason] as const),
    ];
    for (const [changes, reason] of wrong) {
      await rejects(swept(store, changes), (error) => {
        ok(error instanceof InputError && !error.message.includes("\n"), String(error));
        match(error.message, reason);
        return true;
      });
    }
    deepStrictEqual([store.runs(), store.sweepNames()], [[], []]);
  }));

Deno.test("a value that fits nothing else that is tried is refused before anything is stored", async () => {
  const resolved = (space: SweepDefinition["space"]) =>
    resolveSweep({ name: "toys", experiment: "line-toy", space, backend: "cpu" }, registries);
  // The experiment's size is 6.
  const wrong: [SweepDefinition["space"], RegExp][] = [
    [
      { "agent.multipleOf": [2, 4] },
      /^Cannot train toy as multipleOf must divide the size of 6: 4$/,
    ],
    [{ "agent.multipleOf": "int:2..4" }, /size of 6: 4$/],
    [{ "agent.size": "int:5..9", "agent.multipleOf": [3, 11] }, /size of 6: 11$/],
  ];
  for (const [space, message] of wrong) {
    await rejects(resolved(space), { name: "InputError", message });
  }
  // With a size of 8 it does, or that cannot be looked through.
  await resolved({ "agent.multipleOf": [2, 4], "agent.size": [6, 8] });
  await resolved({ "agent.multipleOf": [2, 4], "agent.rate": "0..1" });
  await resolved({ "agent.multipleOf": "log-int:1..3" });
});

Deno.test("an objective that never appears ends the sweep after its first trials, with the nearest", () =>
  withStore(async (store) => {
    const small = { trials: 3, judge: 0 };
    await rejects(
      swept(store, { ...small, objective: "evaluation/return_meen" }),
      /no objective "evaluation\/return_meen" \(did you mean "evaluation\/return_mean"\?\)/,
    );
    strictEqual(store.runs().length, 2);
    // What was mistyped can be mended under the same name, and what was trained counts.
    const mended = await swept(store, small);
    deepStrictEqual([mended.over, mended.sweep.objective.metric, store.runs().length], [
      ...[true, "evaluation/return_mean", 6],
    ]);
    await rejects(
      swept(store, { ...small, objective: "max:evaluation/share" }),
      /its objective must be what it was/,
    );
  }));

Deno.test("an objective that never appears ends a sweep of trials side by side after its first run", () =>
  withStore(async (store) => {
    const objective = "evaluation/return_meen";
    await rejects(swept(store, { objective, sampler: "random" }, { workers: 1 }), /return_mean"\?/);
    strictEqual(store.runs().length, 1);
  }));

Deno.test("a metric whose better way is known needs no word for it, any other does", async () => {
  const objectiveOf = async (objective: string) =>
    (await resolveSweep({ ...definition, objective }, registries)).objective;
  const goals = { "losses/reconstruction": "minimize", "evaluation/elbo": "maximize" };
  for (const [metric, goal] of Object.entries(goals)) {
    deepStrictEqual(await objectiveOf(metric), { metric, goal });
  }
  const metric = "losses/value";
  deepStrictEqual(await objectiveOf(`max:${metric}`), { metric, goal: "maximize" });
  await rejects(
    objectiveOf(`maximise:${metric}`),
    /^InputError: Cannot sweep as there is no direction "maximise": known are max, min/,
  );
  await rejects(
    objectiveOf("losses/policy"),
    /^InputError: Cannot sweep by losses\/policy as it must .*: max:losses\/policy or min:losses\/policy$/,
  );
});

Deno.test("where a model is judged by pairs a sweep without any must say what is best", async () => {
  const [model, data] = await Promise.all([
    registries.models[0].load(),
    registries.datasets[0].load(),
  ]);
  const configuration = z.strictObject({
    unpaired: z.boolean().default(false).meta({ description: "Whether there are no pairs" }),
  });
  const known = {
    ...registries,
    models: [{ ...registries.models[0], load: () => Promise.resolve({ ...model, byPairs: true }) }],
    datasets: [{
      ...registries.datasets[0],
      load: () => Promise.resolve({ ...data, configuration }),
    }],
  };
  const sweepOf = (unpaired: boolean) =>
    resolveSweep({
      ...{ name: "pairs", experiment: "points-toy", space: { "model.size": [3, 6] } },
      set: { "dataset.unpaired": unpaired },
    }, known);
  deepStrictEqual((await sweepOf(false)).objective, model.bestBy);
  await rejects(
    sweepOf(true),
    /^InputError: Cannot sweep over toy-model as it must be said what is/,
  );
});

Deno.test("points that were drawn before are drawn again only where what they follow from has changed", () =>
  withStore(async (store) => {
    const whole = await swept(store, { trials: 12, seeds: 1, judge: 0 });
    const { sweep, trials: [first] } = whole;
    const marked = { ...whole.trials[11].point, "agent.rate": 0.5 };
    /** Where the last trial lies, by a state before with other trials or another definition. */
    const last = (changes: { [trial: number]: Partial<Trial> }, by: Partial<Sweep> = {}) => {
      const before = {
        ...{ ...whole, sweep: { ...sweep, ...by } },
        trials: whole.trials.map((each, i) => ({ ...each, ...changes[i] })),
      };
      return stateOf(store, "toys", sweep, undefined, { before }).trials.at(-1)!.point;
    };
    const mark = { 11: { point: marked } };
    const { point } = whole.trials[11];
    deepStrictEqual([last({}), last(mark)], [point, marked]);
    const others: Parameters<typeof last>[] = [
      [{ ...mark, 0: { value: first.value! + 1 } }],
      [{ ...mark, 10: { value: undefined } }],
      [{ ...mark }, { seed: 2 }],
      [{ ...mark }, { space: sweep.space.slice(1) }],
      [{ ...mark }, { sampler: "random" }],
    ];
    for (const each of others) deepStrictEqual(last(...each), point);
    // One that broke in the place of one that had not ended leads to what was never drawn.
    const { id } = whole.trials[10].runs[0];
    store.update(id, { status: "failed", digest: null });
    const open = { ...mark, 10: { value: undefined } };
    notDeepStrictEqual(last(open), marked);
  }));

Deno.test("trials after one whose run was deleted are shown, and stay what they were", () =>
  withStore(async (store) => {
    const whole = await swept(store);
    const hole = whole.best!.trial === 1 ? 2 : 1;
    const gone = whole.trials[hole].runs[1].id;
    store.trash(gone);
    const { trials, best, over } = sweepState(store, "toys")!;
    deepStrictEqual([trials.length, best?.trial, over], [6, whole.best!.trial, false]);
    for (const { trial, point, value } of trials) {
      deepStrictEqual(point, whole.trials[trial].point);
      strictEqual(value, trial === hole ? undefined : whole.trials[trial].value);
    }
    store.trash(whole.trials[hole].runs[0].id);
    deepStrictEqual(sweepState(store, "toys")!.trials.length, 6);
    deepStrictEqual(outcomeOf(await swept(store)), outcomeOf(whole));
  }));

Deno.test("a run that went on under another budget is no trial's any more: its seed is trained again", () =>
  withStore(async (store) => {
    const whole = await swept(store);
    const worst = whole.trials.toSorted((a, b) => a.value! - b.value!)[0];
    for (const { id } of [...worst.runs, whole.judged.runs[0]]) {
      await resume(id, { store, registries, workers: 1, budget: 5000 });
    }
    const { trials, best, judged, over, astray } = sweepState(store, "toys")!;
    deepStrictEqual([trials[worst.trial].runs, trials[worst.trial].value], [[], undefined]);
    deepStrictEqual([best?.trial, judged.values.length, over], [whole.best!.trial, 1, false]);
    deepStrictEqual([trials.length, astray], [6, []]);
    deepStrictEqual(outcomeOf(await swept(store)), outcomeOf(whole));
    strictEqual(store.runs().length, 6 * 2 + 2 + 3);
  }));

Deno.test("a sweep does not go on where the file of its finished runs has changed", () =>
  inFolder(async (folder) => {
    const file = `${folder}/own.ts`;
    const text = await Deno.readTextFile(new URL("own_parts.ts", import.meta.url));
    await Deno.writeTextFile(file, text);
    const store = openStore(`${folder}/runs`);
    try {
      const short = {
        ...{ experiment: file, space: { "agent.size": [3] }, sampler: "grid" as const },
        ...{ trials: undefined, seeds: 1, judge: 0 },
      };
      strictEqual((await swept(store, short)).over, true);
      await Deno.writeTextFile(file, `${text}// Another one.\n`);
      await rejects(
        swept(store, short),
        /Cannot go on with the sweep toys as .*own\.ts must be .*; delete --where sweep=toys lets /,
      );
      for (const { id } of store.runs()) store.trash(id);
      strictEqual((await swept(store, short)).over, true);
    } finally {
      store.close();
    }
  }));

Deno.test("a model's sweep is judged by what the model is, the least where that is best", () =>
  withStore(async (store) => {
    const state = await swept(store, {
      experiment: "points-toy",
      space: { "model.rate": "0..1" },
      trials: 2,
      seeds: 1,
      judge: 0,
    });
    deepStrictEqual(state.sweep.objective, { metric: "evaluation/share", goal: "minimize" });
  }));

Deno.test("a model's best trial is judged by the test examples where validation examples chose it", () =>
  withStore(async (store) => {
    const sweep = await resolveSweep({
      ...{ name: "codes", experiment: "glyphs-autoencoder", budget: 64, backend: "wasm" },
      ...{ space: { "model.codeSize": [2] }, seeds: 1, judge: 1 },
    }, lab);
    const { trials, judged } = await runSweep("codes", sweep, {
      store,
      registries: lab,
      workers: 1,
    });
    strictEqual(sweep.objective.metric, "validation/reconstruction");
    const figures = (run: Run) => figuresOf(store, run);
    deepStrictEqual(trials[0].values, [figures(trials[0].runs[0])["validation/reconstruction"]]);
    deepStrictEqual(judged.values, [figures(judged.runs[0])["evaluation/reconstruction"]]);
    strictEqual(judged.metric, "evaluation/reconstruction");
  }));

Deno.test("a point that was tried before is not trained again, and comes to the same", () =>
  withStore(async (store) => {
    const changes = { space: { "agent.size": [3, 6] }, sampler: "random", judge: 1 } as const;
    const { trials, over, best } = await swept(store, changes);
    deepStrictEqual([over, trials.length, store.runs().length], [true, 6, 2 * 2 + 1]);
    for (const { repeats, runs, point, value } of trials) {
      strictEqual(runs.length, repeats === undefined ? 2 : 0);
      if (repeats !== undefined) {
        deepStrictEqual([trials[repeats].point, trials[repeats].value], [point, value]);
      }
    }
    strictEqual(best?.repeats, undefined);
    // What was trained at each of its own stays so.
    strictEqual(trials.filter(({ repeats }) => repeats !== undefined).length, 4);
    deepStrictEqual(outcomeOf(sweepState(store, "toys")!), outcomeOf(await swept(store, changes)));
  }));

Deno.test("a sweep that minimises has the least for its best", () =>
  withStore(async (store) => {
    const objective = "min:evaluation/return_mean";
    const state = await swept(store, { objective, sampler: "random", seeds: 1, judge: 0 });
    const values = state.trials.map(({ value }) => value!);
    strictEqual(state.best!.trial, values.indexOf(Math.min(...values)));
  }));

Deno.test("trials that a rule ended are judged by what no rule saw", () =>
  withStore(async (store) => {
    const changes = { experiment: "line-toy-stopping", trials: 1, judge: 1 };
    const sweep = await resolveSweep({ ...definition, ...changes }, withStopping);
    const options = { store, registries: withStopping, workers: 1 };
    const { trials: [trial], judged } = await runSweep("toys", sweep, options);
    for (const { runs, values } of [trial, judged]) {
      deepStrictEqual(
        values,
        runs.map(({ id }) => store.series(id, "score/return_mean").values[0]),
      );
    }
  }));

Deno.test("a sweep comes back with a lost database, and goes on", () =>
  inFolder(async (folder) => {
    const small = { trials: 3, seeds: 1, judge: 1 };
    const store = openStore(`${folder}/runs`);
    const expected = outcomeOf(await swept(store, small));
    store.close();
    for (const end of ["", "-wal", "-shm"]) {
      await Deno.remove(`${folder}/runs/lab.db${end}`).catch(() => {});
    }
    recoverStore(`${folder}/runs`);
    const again = openStore(`${folder}/runs`);
    deepStrictEqual(again.sweepNames(), ["toys"]);
    deepStrictEqual(outcomeOf(await swept(again, small)), expected);
    strictEqual(again.runs().length, 4);
    again.close();
  }));

Deno.test("two sweeps of one name, synced into one store, are both what they were", () =>
  inFolder(async (folder) => {
    const spaces: SweepDefinition["space"][] = [{ "agent.rate": [0.1, 0.5] }, {
      "agent.size": [3, 6],
    }];
    const states: SweepState[] = [];
    for (const [i, space] of spaces.entries()) {
      const store = openStore(`${folder}/${i}`);
      states.push(await swept(store, { space, trials: 2, seeds: 1, judge: 1, sampler: "grid" }));
      store.close();
      await syncStores(`${folder}/${i}`, `${folder}/all`);
    }
    const all = openStore(`${folder}/all`);
    for (const [i, name] of ["toys", "toys-2"].entries()) {
      const state = sweepState(all, name)!;
      deepStrictEqual([state.over, outcomeOf(state)], [true, outcomeOf(states[i])]);
    }
    deepStrictEqual(await verify(all), { database: [], runs: 6, damaged: [] });
    all.close();
  }));

Deno.test("a sweep keeps each thing that its definition says, and the usual of what it leaves out", async () => {
  const { name: _, ...given } = definition;
  const often = {
    ...{ ...given, set: { "evaluation.every": 5 }, budget: 40, seeds: 2, judge: 1, seed: 9 },
    ...{ objective: "min:evaluation/toy", pruner: "median" as const, trials: 4 },
  };
  const wanted = {
    ...{ experiment: "line-toy", budget: "40", trials: 4, seeds: 2, judge: 1, seed: 9 },
    ...{ sampler: "tpe", pruner: "median", backend: "cpu" },
  };
  const known = Object.keys(wanted);
  const kept = (sweep: object) =>
    Object.fromEntries(Object.entries(sweep).filter(([key]) => known.includes(key)));
  const sweep = await resolveSweep({ name: "toys", ...often }, registries);
  deepStrictEqual(kept(sweep), wanted);
  deepStrictEqual(sweep.set, [["evaluation.every", "5"]]);
  deepStrictEqual(sweep.objective, { metric: "evaluation/toy", goal: "minimize" });
  deepStrictEqual(sweep.space.map(({ path }) => path), ["agent.rate", "agent.size"]);
  const { budget } = sweep.configuration as { budget: number };
  strictEqual(budget, 40);
  const space = { "agent.size": [3, 6] };
  const usual = await resolveSweep({ name: "toys", experiment: "line-toy", space }, registries);
  deepStrictEqual(kept(usual), {
    ...{ experiment: "line-toy", budget: null, trials: 2, seeds: 3, judge: 5, seed: 1 },
    ...{ sampler: "grid", pruner: "none", backend: "auto" },
  });
  const bounds = [["seeds", 1, 0], ["judge", 0, -1], ["judge", 1000, 1001], [
    "seed",
    0,
    -1,
  ]] as const;
  for (const [field, right, wrong] of bounds) {
    const of = (value: number) =>
      resolveSweep(
        { name: "toys", experiment: "line-toy", space, sampler: "tpe", [field]: value },
        registries,
      );
    strictEqual((await of(right))[field], right);
    await rejects(of(wrong), { name: "InputError", message: new RegExp(field) });
  }
});

Deno.test("of trials that ran to their end ten say which fields matter, by the sweep's own stream", async () => {
  const space = { "agent.rate": "0..1", "agent.size": "int:1..9" };
  for (const objective of ["max:evaluation/share", "min:evaluation/share"]) {
    const sweep = await resolveSweep({ ...definition, space, objective, seed: 3 }, registries);
    const points = Array.from(
      { length: 30 },
      (_, trial) => samplers.random(sweep.space, 1)(trial)!,
    );
    const stateOf = (values: readonly (number | undefined)[]) => ({
      sweep,
      trials: values.map((value, trial) => ({
        ...{ trial, value, point: points[trial], pruned: trial % 3 === 2 },
        ...{ runs: [], values: [], curve: [] },
      })),
    } as unknown as SweepState);
    const values = points.map(({ "agent.rate": rate }, trial) =>
      trial === 0 ? undefined : trial === 1 ? NaN : Number(rate)
    );
    // Twenty of thirty were not pruned, one of them is not over, and one is lost.
    const sign = objective.startsWith("min") ? 1 : -1;
    const outcomes = values.flatMap((value, trial) =>
      value === undefined || trial % 3 === 2
        ? []
        : [{ point: points[trial], loss: Number.isNaN(value) ? Infinity : sign * value }]
    );
    strictEqual(outcomes.length, 19);
    deepStrictEqual(
      importancesOf(stateOf(values)),
      importances(sweep.space, outcomes, streamOf(3, "importance")),
    );
    ok(importancesOf(stateOf(values))!.get("agent.rate")! > 0.9);
    // Of the first sixteen there are nine with a figure, of the first seventeen ten.
    strictEqual(importancesOf(stateOf(values.slice(0, 16))), undefined);
    ok(importancesOf(stateOf(values.slice(0, 17))) !== undefined);
    // One that repeats another says nothing new.
    const { trials, ...rest } = stateOf(values.slice(0, 17));
    const repeated = trials.map((trial, i) => i === 16 ? { ...trial, repeats: 4 } : trial);
    strictEqual(importancesOf({ ...rest, trials: repeated }), undefined);
  }
});
