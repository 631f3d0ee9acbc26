import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { trialsTable } from "../../cli/sweeping.ts";
import { RETURN } from "../../lab/core/metrics.ts";
import { sweepState } from "../../lab/experiment/sweep/state.ts";
import { openStore } from "../../lab/store/sqlite_store.ts";
import type { Store } from "../../lab/store/store.ts";
import { createApp } from "../../web/app.ts";
import { adviceOf, sweepRows, sweepView } from "../../web/sweeps.ts";
import { build } from "./built.ts";
import { addPoints, addSweep } from "./sample_store.ts";

await build();

async function withStore(body: (store: Store) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const store = openStore(`${folder}/runs`);
  try {
    await body(store);
  } finally {
    store.close();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a sweep's page has the best trial, what matters, and what to run next", () =>
  withStore(async (store) => {
    addSweep(store, "rates");
    const view = (await sweepView(store, "rates"))!;
    const rates = view.trials.map(({ settings }) => Number(settings["agent.learningRate"]));
    const best = rates.indexOf(Math.max(...rates));
    strictEqual(view.best, best);
    // Two seeds of 500 + 100 log10(rate) + seed.
    const level = 500 + 100 * Math.log10(rates[best]);
    ok(Math.abs(Number(view.trials[best].value) - level - 1.5) < 1e-9);
    ok(Math.abs(Number(view.judged!.value) - level - 101.5) < 1e-9);
    strictEqual(view.judged!.verdict, "learning");
    deepStrictEqual(view.judged!.runs.map(({ seed }) => seed), ["101", "102"]);
    deepStrictEqual(view.importance.map(({ path }) => path), [
      "agent.learningRate",
      "agent.gamma",
    ]);
    deepStrictEqual(view.kinds, { "agent.learningRate": "logarithmic" });
    const texts = view.next.map(({ text }) => text).join("\n");
    match(texts, /The best agent\.learningRate \(\S+\) lies at the upper end of its range/);
    match(texts, /agent\.gamma decides next to nothing/);
    const { command } = view.next.at(-1)!;
    strictEqual(
      command,
      `run cartpole-a2c --set agent.learningRate=${rates[best]} --set agent.gamma=${
        view.trials[best].settings["agent.gamma"]
      } --budget 20k --seeds 10 --seed 101`,
    );
    ok(view.over);
  }));

Deno.test("a best trial that a judging seed lost has no figure, no bounds and no verdict", () =>
  withStore(async (store) => {
    addSweep(store, "rates");
    const [{ run }] = (await sweepView(store, "rates"))!.judged!.runs;
    store.update(run, { status: "diverged", digest: null });
    const { value, spread, verdict } = (await sweepView(store, "rates"))!.judged!;
    deepStrictEqual([value, spread, verdict], ["NaN", null, null]);
  }));

Deno.test("a trial with an infinite figure is not the best, for whichever goal", () =>
  withStore(async (store) => {
    addSweep(store, "rates");
    const [broken, ...sound] = (await sweepView(store, "rates"))!.trials;
    for (const { run } of broken.runs) addPoints(store, run, 391, { [RETURN]: Infinity });
    const view = (await sweepView(store, "rates"))!;
    const sorted = sound.toSorted((a, b) => Number(b.value) - Number(a.value));
    deepStrictEqual([view.trials[0].value, view.best], ["NaN", sorted[0].trial]);
    const { rows } = trialsTable(sweepState(store, "rates")!);
    deepStrictEqual([rows[0][0], rows.at(-1)![0]], [String(sorted[0].trial), "0"]);
  }));

Deno.test("a sweep that goes on says how far it is, and proposes nothing to train", () =>
  withStore(async (store) => {
    addSweep(store, "half", 5);
    const view = (await sweepView(store, "half"))!;
    strictEqual(view.trials.filter(({ value }) => value !== null).length, 5);
    strictEqual(view.trials.length, 12);
    deepStrictEqual([view.over, view.judged, view.importance], [false, null, []]);
    match(view.next[0].text, /^7 of 12 trials are not over/);
    ok(view.next.every(({ command }) => command === ""));
    const [row] = await sweepRows(store);
    deepStrictEqual([row.name, row.ended, row.total, row.over], ["half", 5, 12, false]);
  }));

Deno.test("a figure stands at its own seed, also where an earlier one has not ended", () =>
  withStore(async (store) => {
    addSweep(store, "half", 1);
    const [first, second] = (await sweepView(store, "half"))!.trials[0].runs;
    store.update(first.run, { status: "interrupted", digest: null });
    const [open, ended] = (await sweepView(store, "half"))!.trials[0].runs;
    deepStrictEqual([open.seed, open.figure], ["1", null]);
    deepStrictEqual([ended.seed, ended.figure], ["2", second.figure]);
  }));

Deno.test("an unknown sweep is named with the nearest one, on a page and as text", () =>
  withStore(async (store) => {
    addSweep(store, "rates", 0);
    const { handler } = createApp(store);
    const ask = async (path: string) => {
      const response = await handler(new Request(`http://127.0.0.1${path}`));
      return `${response.status} ${await response.text()}`;
    };
    match(await ask("/sweeps/rate"), /^404 .*rates/s);
    match(await ask("/api/sweep?name=rate"), /^404 Cannot show the sweep.*rates/);
    match(await ask("/sweeps/rates"), /^200 .*No trial is over yet/s);
    match(await ask("/sweeps"), /^200 .*0 of 12, not over/s);
  }));

Deno.test("what to do next follows from the best point, what matters and what is over", () => {
  const uniform = { kind: "uniform", low: 0, high: 1 } as const;
  const advice = (
    value: number,
    shares: readonly number[],
    { over = true, budget = null as string | null, ended = 2 } = {},
  ) => {
    const space = [{ path: "a.rate", range: uniform }, {
      path: "a.kind",
      range: { kind: "choice", values: ["x y", "z"] },
    }];
    const trials = [0, 1].map((i) => ({ value: i < ended ? i : undefined }));
    const best = { point: { "a.rate": value, "a.kind": "x y" } };
    const sweep = { space, trials: 2, set: [["a.size", "[1,2]"]], budget, experiment: "e" };
    return adviceOf(
      { sweep, trials, best: ended > 0 ? best : undefined, over } as never,
      shares.map((share, i) => ({ path: `p${i}`, share })),
    );
  };
  const text = (...args: Parameters<typeof advice>) => advice(...args).map((each) => each.text);
  const ends = [0, 0.1, 0.11, 0.89, 0.9, 1].map((value) =>
    /lies at the (\w+) end/.exec(text(value, [])[0])?.[1]
  );
  deepStrictEqual(ends, ["lower", "lower", undefined, undefined, "upper", "upper"]);
  const idle = [[0.96, 0.04], [0.95, 0.05], [0.93, 0.04, 0.03], [0, 0], []].map((shares) =>
    /^.* decides? next to nothing/.exec(text(0.5, shares)[0])?.[0]
  );
  deepStrictEqual(idle, [
    ...["p1 decides next to nothing", undefined, "p1, p2 decide next to nothing"],
    ...[undefined, undefined],
  ]);
  const run = "run e --set a.size='[1,2]' --set a.rate=0.5 --set a.kind='x y'";
  const command = (budget: string | null) => advice(0.5, [], { budget }).at(-1)!.command;
  strictEqual(command(null), `${run} --seeds 10 --seed 101`);
  strictEqual(command("20k"), `${run} --budget 20k --seeds 10 --seed 101`);
  match(text(0.5, [], { over: false, ended: 1 })[0], /^1 of 2 trials are not over/);
  match(text(0.5, [], { over: false })[0], /^Its trials are over, the best one is not judged/);
  deepStrictEqual(text(0.5, [0.99, 0.01], { over: false, ended: 0 }).length, 1);
});

Deno.test("the list of sweeps reads the runs once, and lets others go on after each sweep", () =>
  withStore(async (store) => {
    for (const name of ["one", "two"]) addSweep(store, name);
    const seen: string[] = [];
    const watched = new Proxy(store, {
      get(target, name) {
        const value = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return (...given: unknown[]) => {
          if (name === "runs") seen.push("runs");
          if (name === "sweep") {
            seen.push(String(given[0]));
            setTimeout(() => seen.push("others"));
          }
          return value.apply(target, given);
        };
      },
    });
    const rows = await sweepRows(watched);
    deepStrictEqual(seen, ["runs", "two", "others", "one", "others"]);
    deepStrictEqual(rows.map(({ name, ended }) => [name, ended]), [["two", 12], ["one", 12]]);
  }));

Deno.test("a sweep is read anew where a run of its own changed, and its forest grown where a figure did", () =>
  withStore(async (store) => {
    for (const name of ["one", "two"]) addSweep(store, name);
    let read = 0;
    const watched = new Proxy(store, {
      get(target, name) {
        const value = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return (...given: unknown[]) => {
          if (name === "lastMetrics") read++;
          return value.apply(target, given);
        };
      },
    });
    const readBy = async (name = "one") => {
      const before = read;
      const { importance } = (await sweepView(watched, name))!;
      // To know it again the last values of each run are read, else a second time.
      return { isRead: read - before > 26, importance };
    };
    const first = await readBy();
    const [run] = (await sweepView(store, "two"))!.trials[0].runs;
    store.update(run.run, { status: "failed", digest: null });
    const other = await readBy();
    const two = await readBy("two");
    store.update((await sweepView(store, "one"))!.trials[0].runs[0].run, { note: "seen" });
    const noted = await readBy();
    deepStrictEqual([first, other, two, noted].map(({ isRead }) => isRead), [
      ...[true, false, true, true],
    ]);
    strictEqual(other.importance, first.importance);
    strictEqual(noted.importance, first.importance);
    const [{ run: better }] = (await sweepView(store, "one"))!.trials[0].runs;
    addPoints(store, better, 391, { [RETURN]: 1e4 });
    const changed = await readBy();
    deepStrictEqual([changed.isRead, changed.importance === first.importance], [true, false]);
  }));
