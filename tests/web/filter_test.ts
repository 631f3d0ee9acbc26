import { deepStrictEqual, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { term } from "../../lab/experiment/conditions.ts";
import { filtered, type Listed } from "../../web/filter.ts";
import { instant } from "../../web/format.ts";
import { factsOf } from "../../web/summary.ts";
import { openDashboard } from "./built.ts";
import type { Run } from "../../lab/store/store.ts";
import { manifestOf } from "./sample_store.ts";
import { inZone } from "../zone.ts";

const nothing = {
  lastMetrics: () => ({}),
  lastValues: () => new Map<string, number>(),
  seriesNames: () => [],
};

function run(fields: Partial<Run>): Run {
  const configuration = { agent: { name: "ppo", gamma: 0.9 }, environment: { id: "CartPole-v1" } };
  return {
    ...{ id: "aaaaaa", name: "First try", status: "completed", active: false, note: "" },
    ...{ tags: ["figures", "second try"], createdAt: 0, endedAt: null, trashedAt: null },
    ...{ wallSeconds: 1, environmentSteps: 1, gradientSteps: 1, examples: 1, iterations: 1 },
    ...{ digest: null, message: null, attempt: 1 },
    manifest: manifestOf({ experiment: "cartpole-ppo", configuration, seed: 1 }),
    ...fields,
  } as Run;
}

const listed = (run: Run): Listed => ({ run, row: factsOf(run) });
const matches = (given: Run, text: string) => filtered(nothing, [listed(given)], text).length === 1;

Deno.test("words of a filter stand anywhere, conditions hold as on the command line", () => {
  for (
    const found of [
      ...["", "  ", "ppo", "CARTPOLE", "first agent=ppo", "tag=figures", "aaaa wasm", "seed=1"],
      ...['tag="second try"', '"First try"', "agent.gamma<0.95 and ppo", "seed != 2 AND seed<=1"],
    ]
  ) strictEqual(matches(run({}), found), true, found);
  for (
    const missed of [
      ...["dqn", "ppo dqn", "agent=pp", "tag=figure", "seed=10", "agent.gamma<0.9"],
      ...['"try first"', "status=failed", "status=damaged"],
    ]
  ) strictEqual(matches(run({}), missed), false, missed);
});

Deno.test("dates of a filter are those that pages show, wherever the server or the reader is", () =>
  inZone("America/New_York", () => {
    const createdAt = Date.UTC(2026, 10, 20, 1, 30);
    for (
      const text of [`started="${instant(createdAt)}"`, "started=2026-11-20", "started>2026-11-19"]
    ) {
      strictEqual(matches(run({ createdAt }), text), true, text);
    }
  }));

Deno.test("a condition on what no run has names the nearest", () => {
  throws(() => matches(run({}), "agent.gama<1"), /"agent.gama" \(did you mean "agent.gamma"/);
  throws(() => matches(run({}), "status=complete"), /completed/);
});

Deno.test("an or between conditions or words is refused; in quotes, or alone, it is a word", () => {
  for (const text of ["seed=1 or seed=2", "ppo Or dqn", "ppo or seed=1", "seed = 1 or dqn"]) {
    throws(() => matches(run({}), text), {
      name: "InputError",
      message:
        `Cannot filter runs as conditions are joined by and, never by or (the word "or" is ` +
        `written in quotes): ${text}`,
    });
  }
  for (const found of [`ppo "or" first`, "or", "ppo or", "tag=or ppo"]) {
    strictEqual(matches(run({ name: "First or last", tags: ["or"] }), found), true, found);
  }
});

Deno.test("a damaged run is found by its words and its status", () => {
  const damaged: Listed = {
    run: undefined,
    row: { ...factsOf(run({})), id: "bbbbbb", name: "broken", status: "damaged" },
  };
  const all = [damaged, listed(run({}))];
  deepStrictEqual(filtered(nothing, all, "status=damaged"), [damaged]);
  deepStrictEqual(filtered(nothing, all, "broken"), [damaged]);
  deepStrictEqual(filtered(nothing, all, "status!=damaged"), [all[1]]);
  deepStrictEqual(filtered(nothing, all, "seed=1"), [all[1]]);
});

Deno.test("conditions read last values of metrics, as the store has them", async () => {
  await using dashboard = await openDashboard();
  const { store } = dashboard;
  const found = filtered(store, store.runs().map(listed), "evaluation/return_mean>=490 ppo");
  deepStrictEqual(
    found.map(({ row }) => row.id).sort(),
    store.runs().filter((run) =>
      run.manifest.determined.experiment === "cartpole-ppo" &&
      store.lastMetrics(run.id)["evaluation/return_mean"] >= 490
    ).map(({ id }) => id).sort(),
  );
  strictEqual(found.length > 0, true);
});

Deno.test("the condition for a value finds it, whatever is in it", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1 }), (tag) => {
      strictEqual(matches(run({ tags: [tag] }), term("tag", tag)), true);
    }),
    {
      examples: [["try & error"], ['a "b" c'], ["tab\tand line\n"], ["x=y"], [`'"`], ["and"], [
        "<",
      ]],
    },
  );
});
