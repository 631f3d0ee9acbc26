/** What is read off a run, whose every field has a value of its own: here, as JSON, and on pages. */
import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { runEntry } from "../../../cli/run_document.ts";
import { DamageError } from "../../../lab/core/errors.ts";
import {
  columnNames,
  configured,
  isOwnKey,
  pathsOf,
  readerOf,
} from "../../../lab/experiment/run_fields.ts";
import { Judge, trainingOf } from "../../../lab/experiment/verdict.ts";
import type { Run, Store } from "../../../lab/store/store.ts";
import { factsOf, summarize } from "../../../web/summary.ts";
import { manifestOf } from "../store/fixtures.ts";

const configuration = {
  agent: { name: "ppo", layers: [64, 32], gamma: 0.99 },
  environment: { id: "CartPole-v1" },
  ...{ budget: 4000, stop: null },
};
const run: Run = {
  ...{ id: "aaaaaa", name: "first", status: "stopped", active: false, tags: ["x", "y z"] },
  ...{ note: "why", createdAt: 1_700_000_000_000, endedAt: 1_700_000_100_000, trashedAt: null },
  ...{ wallSeconds: 11, environmentSteps: 1000, gradientSteps: 23, examples: 34, iterations: 45 },
  ...{ digest: "abcd", message: null, attempt: 1 },
  manifest: {
    ...manifestOf("cartpole-ppo"),
    sweep: { name: "rates", trial: 7 },
    determined: {
      ...{ experiment: "cartpole-ppo", version: 1, configuration, seed: "56", backend: "wasm" },
    },
  },
} as Run;
const figures = { "evaluation/return_mean": 500, "score/return_mean": 470, "losses/value": NaN };
const store = {
  lastMetrics: () => figures,
  lastValues: (name: string) =>
    new Map(name in figures ? [["aaaaaa", figures[name as keyof typeof figures]]] : []),
  seriesNames: () => Object.keys(figures),
} as unknown as Store;
const read = (key: string, of = run) => readerOf(store, [of], key, "sort")(of);

Deno.test("each field of a run is read under its own name", () => {
  const fields = {
    ...{ id: "aaaaaa", name: "first", experiment: "cartpole-ppo", seed: 56n },
    ...{ status: "stopped", backend: "wasm", tag: ["x", "y z"], note: "why" },
    ...{ started: 1_700_000_000_000, ended: 1_700_000_100_000, time: 11 },
    ...{ environment_steps: 1000, gradient_steps: 23, examples: 34, iterations: 45 },
    ...{ sweep: "rates", trial: 7 },
  };
  deepStrictEqual(Object.fromEntries(columnNames.map((key) => [key, read(key)])), fields);
  const { sweep: _, ...alone } = run.manifest;
  const going = { ...run, status: "running", endedAt: null, manifest: alone } as Run;
  deepStrictEqual(["status", "ended", "sweep", "trial"].map((key) => read(key, going)), [
    ...["killed", undefined, undefined, undefined],
  ]);
  strictEqual(read("status", { ...going, active: true }), "running");
});

Deno.test("paths of the configuration and figures are read, too, and others are refused", () => {
  const values = {
    ...{ agent: "ppo", environment: "CartPole-v1", "agent.gamma": 0.99, budget: 4000 },
    ...{ "agent.layers": "[64,32]", stop: "null", "evaluation/return_mean": 470, figure: 470 },
  };
  for (const [key, value] of Object.entries(values)) {
    deepStrictEqual([key, read(key)], [key, value]);
  }
  // A run that goes on, or went on to its end, is not judged by the score of an end before.
  for (const later of [{ digest: null }, { status: "completed" }] as const) {
    strictEqual(read("evaluation/return_mean", { ...run, ...later }), 500);
    strictEqual(read("figure", { ...run, ...later }), 500);
  }
  throws(() => read("agent.gama"), /Cannot sort as no run has a field "agent\.gama".*agent\.gamma/);
  // What tables call it where there is little room.
  throws(() => read("return"), /field "return" \(did you mean "evaluation\/return_mean"/);
  strictEqual(configured(run, "constructor"), undefined);
  // What runs of another kind have.
  strictEqual(read("model"), undefined);
  strictEqual(readerOf({ ...store, lastValues: () => new Map() }, [], "x", "sort")(run), undefined);
  deepStrictEqual(["agent.gamma", "losses/value", "figure", "seed"].map(isOwnKey), [
    ...[true, true, false, false],
  ]);
  deepStrictEqual(pathsOf(configuration), [
    ...["agent", "agent.name", "agent.layers", "agent.gamma", "environment", "environment.id"],
    ...["budget", "stop"],
  ]);
});

Deno.test("what a configuration is listed with can be read, keys with dots too", () => {
  const own = { "optimizer.rate": 0.1, "a.b": { c: { "d.e": 2 } }, a: { f: 3, "b.c": { d: 4 } } };
  const { determined } = run.manifest;
  const logged = {
    ...run,
    manifest: { ...run.manifest, determined: { ...determined, configuration: own } },
  };
  const leaves = pathsOf(own).map((path) => [path, configured(logged, path)]);
  deepStrictEqual(leaves.filter(([, value]) => typeof value !== "object"), [
    ...[["optimizer.rate", 0.1], ["a.b.c.d.e", 2], ["a.f", 3], ["a.b.c.d", 4]],
  ]);
  for (const none of ["optimizer", "a.b.d", "a.b.c.d.e.f", "optimizer.rate.", "."]) {
    strictEqual(configured(logged, none), undefined, none);
  }
});

const judge = new Judge({ environments: [] });

Deno.test("a run as JSON has each of its fields, NaN as null, and a damaged one no figures", () => {
  const entry = {
    ...{ id: "aaaaaa", name: "first", seed: 56, status: "stopped", verdict: "diverged" },
    ...{ started: "2023-11-14T22:13:20.000Z", tags: ["x", "y z"], note: "why" },
    config: configuration,
    metrics: {
      ...{ "evaluation/return_mean": 470, "score/return_mean": 470, "losses/value": null },
    },
    ...{ wall_seconds: 11, budget_unit: "environmentSteps", environment_steps: 1000 },
    ...{ gradient_steps: 23, examples: 34, backend: "wasm", digest: "abcd" },
  };
  deepStrictEqual(runEntry(store, run, judge), entry);
  const damaged = {
    ...store,
    lastMetrics: () => {
      throw new DamageError("it is broken");
    },
  } as unknown as Store;
  deepStrictEqual(runEntry(damaged, run, judge), {
    ...{ ...entry, status: "damaged", verdict: null, metrics: {} },
  });
  const seed = "340282366920938463463374607431768211455";
  const far = {
    ...run,
    manifest: { ...run.manifest, determined: { ...run.manifest.determined, seed } },
  };
  strictEqual(runEntry(store, far, judge).seed, seed);
});

Deno.test("a run as a row has each of its fields, and how far its budget is spent", () => {
  const facts = {
    ...{ id: "aaaaaa", name: "first", experiment: "cartpole-ppo", world: "CartPole-v1" },
    ...{ method: "ppo", seed: "56", status: "stopped", backend: "wasm", tags: ["x", "y z"] },
  };
  deepStrictEqual(factsOf(run), facts);
  const row = {
    ...{ ...facts, damage: null, progress: 0.25, axis: "environmentSteps" },
    ...{ unit: "environment steps", count: 1000, budget: 4000, wallSeconds: 11 },
    ...{ createdAt: 1_700_000_000_000, verdict: "solved", stamp: 9 },
    headline: {
      name: "evaluation/return_mean",
      series: "evaluation/return_mean",
      value: 500,
      mark: 475,
    },
  };
  deepStrictEqual(summarize(run, { "evaluation/return_mean": 500 }, 9), row);
  deepStrictEqual(summarize(run, { "evaluation/return_mean": NaN }, 9), {
    ...{ ...row, verdict: "diverged", reason: "evaluation/return_mean is NaN" },
    headline: { ...row.headline, value: "NaN" },
  });
  deepStrictEqual(summarize(run, new DamageError("it is broken"), 9), {
    ...{ ...row, status: "damaged", damage: "it is broken", verdict: null, headline: null },
  });
  const model = { model: { name: "vae" }, dataset: { name: "glyphs" }, budget: 17 };
  const { manifest } = run;
  const learned = {
    ...run,
    manifest: {
      ...{ ...manifest, budgetUnit: "examples" },
      determined: { ...manifest.determined, configuration: model },
    },
  } as Run;
  const { world, method, axis, unit, count, progress } = summarize(learned, {}, 0);
  deepStrictEqual([world, method, axis, unit, count, progress], [
    ...["glyphs", "vae", "examples", "examples", 34, 1],
  ]);
});

Deno.test("what training returned is the IQM over the runs that say it", () => {
  const returns: Record<string, number> = { a: 1, b: 2, c: 3, d: 4, e: 100, f: -50, g: 5, h: 8 };
  const source = {
    lastMetrics: (id: string) =>
      (id in returns ? { "rollout/episode_return_mean": returns[id] } : {}) as Record<
        string,
        number
      >,
  };
  const planner = {
    environmentSteps: 0,
    manifest: { determined: { configuration: { agent: {} } } } as unknown as Run["manifest"],
  };
  const of = (...ids: string[]) => trainingOf(source, ids.map((id) => ({ id, ...planner })));
  // The middle four of −50, 1, 2, 3, 4, 5, 8, 100.
  deepStrictEqual(of(..."abcdefgh", "none"), { mean: 3.5, episodes: 100 });
  deepStrictEqual(of("b"), { mean: 2, episodes: 100 });
  strictEqual(of("none"), undefined);
  // Agents that acted, of which one finished an episode.
  const acting = (...ids: string[]) =>
    trainingOf(source, ids.map((id) => ({ id, ...planner, environmentSteps: 10 })));
  strictEqual(acting("none"), null);
  deepStrictEqual(acting("none", "b"), { mean: 2, episodes: 100 });
  // Episodes of ten and of twenty steps: of the run with the fewest.
  const lengths: Record<string, number> = { a: 10, b: 20 };
  const lasting = {
    lastMetrics: (id: string) => ({
      ...source.lastMetrics(id),
      "rollout/episode_length_mean": lengths[id],
    }),
  };
  const runs = ["a", "b"].map((id) => ({ id, ...planner, environmentSteps: 80 }));
  strictEqual(trainingOf(lasting, runs)?.episodes, 4);
});
