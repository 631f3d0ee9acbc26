import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { groupRuns } from "../../lab/experiment/comparison.ts";
import { conditionsIn, meets, type Operator, written } from "../../lab/experiment/conditions.ts";
import { columnNames, matching } from "../../lab/experiment/run_fields.ts";
import { sorted, whyNone } from "../../cli/filter.ts";
import type { Run, Store } from "../../lab/store/store.ts";
import { manifestOf, pointAt, withStore } from "../lab/store/fixtures.ts";

/** Stores a run with these last values of metrics. */
function addRun(
  store: Store,
  agent: string,
  seed: bigint | number,
  metrics: Readonly<Record<string, number>> = {},
  options: { status?: Run["status"]; tags?: string[]; gamma?: number; name?: string } = {},
): Run {
  const manifest = manifestOf(`world-${agent}`);
  const { id } = store.createRun({
    name: options.name ?? `world-${agent}`,
    manifest: {
      ...manifest,
      determined: {
        ...manifest.determined,
        seed: String(seed),
        configuration: {
          environment: { id: "Line-v0", own: true },
          agent: { name: agent, gamma: options.gamma ?? 0.5, hiddenSizes: [64, 64] },
        },
      },
    },
    tags: options.tags ?? [],
    note: "",
  });
  store.append(id, Object.entries(metrics).map(([name, value]) => pointAt(name, 1, value)));
  store.update(id, { status: options.status ?? "completed", wallSeconds: 10 });
  return store.run(id)!;
}

/** Seeds of the runs that match, ascending. */
const seedsOf = (runs: readonly Run[]) =>
  runs.map((run) => Number(run.manifest.determined.seed)).sort((a, b) => a - b);
const seedsWhere = (store: Store, ...where: string[]) =>
  seedsOf(matching(store, store.runs(), where.flatMap(conditionsIn)));

const return_ = "evaluation/return_mean";

Deno.test("runs match by text, part, tag, list, and numbers however they are written", async () => {
  await withStore((store) => {
    addRun(store, "a", 1, {}, { tags: ["x", "y"] });
    addRun(store, "b", 2, {}, { status: "failed", name: "salt and pepper" });
    deepStrictEqual(seedsWhere(store, "agent=a"), [1]);
    deepStrictEqual(seedsWhere(store, "environment=Line-v0"), [1, 2]);
    deepStrictEqual(seedsWhere(store, "agent.gamma=0.50"), [1, 2]);
    deepStrictEqual(seedsWhere(store, "environment.own=true"), [1, 2]);
    for (const list of ["[64,64]", "[64, 64]", "[ 64 , 64.0 ]"]) {
      deepStrictEqual(seedsWhere(store, `agent.hiddenSizes=${list}`), [1, 2]);
      deepStrictEqual(seedsWhere(store, `agent.hiddenSizes!=${list}`), []);
    }
    for (const list of ["[64]", "[64, 32]", "[64, 64", "[]"]) {
      deepStrictEqual(seedsWhere(store, `agent.hiddenSizes=${list}`), []);
    }
    deepStrictEqual(seedsWhere(store, "tag=x"), [1]);
    deepStrictEqual(seedsWhere(store, "tag!=x"), [2]);
    deepStrictEqual(seedsWhere(store, "status=failed", "seed=2"), [2]);
    deepStrictEqual(seedsWhere(store, "agent=a", "seed=2"), []);
    deepStrictEqual(seedsWhere(store, `name="salt and pepper" and seed=2`), [2]);
    const [{ id }] = store.runs();
    ok(seedsWhere(store, `id=${id.slice(0, -1)}`).includes(2));
    deepStrictEqual(seedsWhere(store, `id=${id}`), [2]);
    deepStrictEqual(seedsWhere(store, `id!=${id}`), [1]);
    deepStrictEqual(seedsWhere(store, "seed=+2"), [2]);
  });
});

Deno.test("a series whose name holds a space is named in quotes", async () => {
  await withStore((store) => {
    for (const seed of [1, 2]) addRun(store, "a", seed, { "Episode Reward": seed });
    deepStrictEqual(seedsWhere(store, `"Episode Reward">=2 and agent=a`), [2]);
    strictEqual(
      whyNone(store, store.runs(), conditionsIn(`'Episode Reward'>2`)),
      `no run matches "Episode Reward">2`,
    );
  });
});

Deno.test("metrics and numbers take every comparison, joined by and", async () => {
  await withStore((store) => {
    const returns = [474.9, 475, 480, NaN];
    returns.forEach((value, i) => addRun(store, "a", i, { [return_]: value }));
    addRun(store, "b", 4, { "losses/loss": 1 });
    deepStrictEqual(seedsWhere(store, `${return_}>=475`), [1, 2]);
    deepStrictEqual(seedsWhere(store, `${return_} > 475`), [2]);
    deepStrictEqual(seedsWhere(store, `${return_}<475`), [0]);
    deepStrictEqual(seedsWhere(store, `${return_}<=475 AND seed<1`), [0]);
    deepStrictEqual(seedsWhere(store, `${return_}==475`), [1]);
    deepStrictEqual(seedsWhere(store, `${return_}=NaN`), [3]);
    // != keeps all that = leaves out: also a run that has no such series.
    deepStrictEqual(seedsWhere(store, `${return_}!=475`), [0, 2, 3, 4]);
    deepStrictEqual(seedsWhere(store, "seed>=2 and seed<4 and status=completed"), [2, 3]);
    deepStrictEqual(seedsWhere(store, "time>9.5 and iterations=0"), [0, 1, 2, 3, 4]);
  });
});

Deno.test("seeds beyond 2^53 are compared exactly", async () => {
  await withStore((store) => {
    const large = 2n ** 64n;
    for (const seed of [large, large + 1n]) addRun(store, "a", seed);
    const count = (where: string) => matching(store, store.runs(), conditionsIn(where)).length;
    strictEqual(count(`seed=${large}`), 1);
    strictEqual(count(`seed>=${large + 1n}`), 1);
    strictEqual(count(`seed>${large + 1n}`), 0);
    strictEqual(count(`seed>${large}`), 1);
    strictEqual(count(`seed>=${large}`), 2);
  });
});

Deno.test("!= keeps exactly what = leaves out, and an order keeps what its opposite leaves out", () => {
  const number = fc.oneof(fc.integer(), fc.double({ noNaN: true }));
  const opposites: [Operator, Operator][] = [["=", "!="], ["<", ">="], [">", "<="]];
  fc.assert(fc.property(number, number, fc.constantFrom(...opposites), (value, other, [a, b]) => {
    const [wanted, key] = [String(other), "x"];
    strictEqual(
      meets(value, { key, wanted, operator: a }),
      !meets(value, { key, wanted, operator: b }),
    );
  }));
  const expected: [Operator, boolean[]][] = [
    ["<", [true, false, false]],
    ["<=", [true, true, false]],
    [">", [false, false, true]],
    [">=", [false, true, true]],
    ["=", [false, true, false]],
    ["!=", [true, false, true]],
  ];
  for (const [operator, holds] of expected) {
    deepStrictEqual(
      [1, 2, 3].map((value) => meets(value, { key: "x", wanted: "2", operator })),
      holds,
    );
  }
});

Deno.test("conditions are read back as they were written", () => {
  const key = fc.stringMatching(/^[a-z][a-zA-Z_./0-9]{0,12}$/);
  const value = fc.oneof(
    fc.stringMatching(/^[a-z0-9.:'-]{1,12}$/),
    fc.constantFrom("salt and pepper", "two  spaces", 'an "a"', "it's 3"),
  );
  const operator = fc.constantFrom<Operator>("=", "!=", "<", "<=", ">", ">=");
  fc.assert(
    fc.property(
      fc.array(fc.record({ key, operator, wanted: value }, { noNullPrototype: true }), {
        minLength: 1,
        maxLength: 4,
      }),
      (conditions) => {
        deepStrictEqual(conditionsIn(conditions.map(written).join(" and ")), conditions);
      },
    ),
  );
});

Deno.test("a date is a stretch of local time: within, before and after it", () => {
  const at = (...parts: [number, number, number, number?, number?]) => new Date(...parts).getTime();
  const noon = at(2026, 10, 20, 12, 0);
  const holds = (moment: number, condition: string) =>
    meets(moment, conditionsIn(`started${condition}`)[0], "time");
  for (
    const day of ["=2026-11-20", "=2026-11", "=2026", "='2026-11-20 12:00'", "=2026-11-20T12:00"]
  ) {
    ok(holds(noon, day), day);
  }
  ok(!holds(noon, "=2026-11-19") && !holds(noon, "=2026-11-21") && holds(noon, "!=2026-11-21"));
  ok(holds(noon, ">=2026-11-20") && holds(noon, "<=2026-11-20"));
  ok(!holds(noon, ">2026-11-20") && !holds(noon, "<2026-11-20"));
  ok(holds(noon, ">2026-11-19") && holds(noon, "<2026-11-21") && holds(noon, "<=2026"));
  ok(holds(at(2026, 11, 31, 23, 59), "=2026-12-31") && holds(at(2026, 11, 31, 23, 59), "<2027"));
  for (const wrong of ["yesterday", "2026-13", "2026-02-30", "20-11-2026", "2026-11-20 25:00"]) {
    throws(() => holds(noon, `=${wrong}`), {
      name: "InputError",
      message: /is a time, written as/,
    });
  }
});

Deno.test("runs started on a day are found by it", async () => {
  await withStore((store) => {
    const { createdAt } = addRun(store, "a", 1);
    const date = new Date(createdAt);
    const pad = (part: number) => String(part).padStart(2, "0");
    const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
    deepStrictEqual(seedsWhere(store, `started=${day}`), [1]);
    deepStrictEqual(seedsWhere(store, "started<2020"), []);
    deepStrictEqual(seedsWhere(store, "ended>2020"), []); // it has not ended by its own word
    deepStrictEqual(seedsWhere(store, "ended!=2020"), [1]);
  });
});

Deno.test("what cannot be compared is one line that says what can", async () => {
  await withStore((store) => {
    addRun(store, "ppo", 1, { [return_]: 1 });
    const refused = (where: string, message: RegExp) =>
      throws(() => matching(store, store.runs(), conditionsIn(where)), (error: Error) => {
        strictEqual(error.name, "InputError");
        match(error.message, message);
        ok(!error.message.includes("\n"));
        return true;
      });
    refused("agent", /a condition is KEY=VALUE.*joined by and: "agent"/);
    refused("agent=", /by agent as a value must stand behind =: nothing/);
    refused("agnt=ppo", /no run has a field "agnt" \(did you mean "agent"/);
    refused("evaluation/retrun_mean>3", /\(did you mean "evaluation\/return_mean"/);
    refused("agent.gama=0.9", /\(did you mean "agent\.gamma"/);
    refused("seed=two", /seed is a number: two/);
    refused("name<world", /name is no number: = and != compare it/);
    refused("status=complete", /no status "complete" \(did you mean "completed"\?\): known are/);
    refused("started>noon", /started is a time, written as 2026-11-20/);
    refused("tag=class or tag=sw", /joined by and, never by or .*quotes\): tag=class or tag=sw$/);
    refused("agent=ppo and tag=class OR tag=sw", /never by or/);
    refused("name=salt or pepper", /never by or/);
    deepStrictEqual(conditionsIn(`name="salt or pepper" and tag = or`), [
      { key: "name", operator: "=", wanted: "salt or pepper" },
      { key: "tag", operator: "=", wanted: "or" },
    ]);
  });
});

Deno.test("where nothing matches, the condition that nothing meets is named, with the nearest", async () => {
  await withStore((store) => {
    addRun(store, "ppo", 1, { [return_]: 1 });
    const why = (where: string) => whyNone(store, store.runs(), conditionsIn(where));
    strictEqual(
      why("seed=1 and agent=pppo"),
      'no run matches agent=pppo (did you mean "ppo"?)',
    );
    strictEqual(why(`${return_}>5`), `no run matches ${return_}>5`);
    addRun(store, "dqn", 2);
    strictEqual(why("seed=2 and agent=ppo"), "no run matches");
    addRun(store, "ppo", 3, {}, { name: "salt and pepper" });
    strictEqual(
      why('experiment="salt and pepper"'),
      'no run matches experiment="salt and pepper" (name="salt and pepper" does)',
    );
    strictEqual(why("experiment=salt"), "no run matches experiment=salt");
    // A line, whatever the runs hold.
    store.update(store.runs()[0].id, { note: `first line\nsecond${"!".repeat(400)}` });
    const suggested = why('note="first linesecond"');
    ok(!suggested.includes("\n") && suggested.length < 400, suggested);
  });
});

Deno.test("runs sort by every column, metric and field, those without it last both ways", async () => {
  await withStore((store) => {
    for (const [seed, value] of [[1, 2], [2, NaN], [3, 9], [4, undefined]] as const) {
      addRun(store, "a", seed, value === undefined ? {} : { [return_]: value }, {
        gamma: seed / 8,
      });
    }
    const seeds = (key: string, reverse = false) =>
      sorted(store, store.runs(), key, reverse).map((run) => Number(run.manifest.determined.seed));
    deepStrictEqual(seeds(return_).slice(0, 2), [3, 1]);
    deepStrictEqual(seeds(return_, true).slice(0, 2), [1, 3]);
    deepStrictEqual(seeds(return_).slice(2).sort(), [2, 4]);
    deepStrictEqual(seeds("figure").slice(0, 2), [3, 1]);
    deepStrictEqual(seeds("seed"), [1, 2, 3, 4]);
    deepStrictEqual(seeds("seed", true), [4, 3, 2, 1]);
    deepStrictEqual(seeds("agent.gamma"), [4, 3, 2, 1]);
    deepStrictEqual(seeds("started"), [4, 3, 2, 1]);
    // Alike in this, the newest first, or last.
    deepStrictEqual([seeds("status"), seeds("status", true)], [[4, 3, 2, 1], [1, 2, 3, 4]]);
    for (const key of columnNames) strictEqual(seeds(key).length, 4);
    throws(() => seeds("sped"), { name: "InputError" });
  });
});

Deno.test("a metric is asked of the store once, however many runs there are", async () => {
  await withStore((store) => {
    for (let seed = 0; seed < 20; seed++) addRun(store, "a", seed, { [return_]: seed });
    const asked: string[] = [];
    const counting = new Proxy(store, {
      get(target, name: keyof Store) {
        const value = target[name];
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          asked.push(name);
          return (value as (...args: unknown[]) => unknown).apply(target, args);
        };
      },
    });
    const runs = store.runs();
    strictEqual(matching(counting, runs, conditionsIn(`${return_}>=10 and seed<15`)).length, 5);
    strictEqual(sorted(counting, runs, return_).length, 20);
    deepStrictEqual(asked, Array(4).fill("lastValues")); // the series and its scores, twice
  });
});

Deno.test("a run whose record has no whole seed is found by what else it is, and breaks no query", async () => {
  await withStore((store) => {
    addRun(store, "a", 1.5);
    for (const seed of [2, 1]) addRun(store, "a", seed);
    const all = store.runs();
    deepStrictEqual(seedsWhere(store, "seed>=1"), [1, 2]);
    deepStrictEqual(seedsWhere(store, "agent=a"), [1, 1.5, 2]);
    const inOrder = (runs: readonly Run[]) => runs.map(({ manifest }) => manifest.determined.seed);
    deepStrictEqual(inOrder(sorted(store, all, "seed")), ["1", "2", "1.5"]);
    deepStrictEqual(groupRuns(all).map(({ runs }) => inOrder(runs)), [["1.5", "1", "2"]]);
  });
});

Deno.test("runs that a rule ended are found and sorted by their score, others by their evaluation", async () => {
  await withStore((store) => {
    // What ended it is high by choice; the one that has no digest goes on again.
    const figures = { [return_]: 500, "score/return_mean": 470 };
    const [ended, going, whole] = [1, 2, 3].map((seed) =>
      addRun(store, "a", seed, seed === 3 ? { [return_]: 480 } : figures).id
    );
    store.update(ended, { status: "stopped", digest: "d" });
    store.update(whole, { digest: "d" });
    deepStrictEqual(seedsWhere(store, `${return_}>=475`), [2, 3]);
    deepStrictEqual(sorted(store, store.runs(), return_).map(({ id }) => id), [
      going,
      whole,
      ended,
    ]);
  });
});
