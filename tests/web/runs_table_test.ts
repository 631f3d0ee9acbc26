import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { groupRuns } from "../../lab/experiment/comparison.ts";
import { figureSpread, iqm } from "../../lab/statistics/mod.ts";
import { Comparer } from "../../web/comparison.ts";
import { Feed } from "../../web/feed.ts";
import {
  groupedBy,
  LABEL,
  queryOf,
  styleOf,
  tableRequestOf,
  widthOf,
} from "../../web/runs_query.ts";
import { inOrder, tableOf } from "../../web/runs_table.ts";
import { summarize } from "../../web/summary.ts";
import { ARCHIVED } from "../../web/tags.ts";
import { trendOf } from "../../web/trends.ts";
import type { Run } from "../../lab/store/store.ts";
import { openDashboard } from "./built.ts";
import { withStore } from "../lab/store/fixtures.ts";
import { addPoints, addRun, agentConfiguration, manifestOf, setProgress } from "./sample_store.ts";

const requestOf = (query: string) => tableRequestOf(new URLSearchParams(query));

Deno.test("what has no value, and NaN, comes last both ways; seeds sort as numbers", () => {
  const values = [3, undefined, 1, NaN, 2n, Infinity];
  deepStrictEqual(inOrder(values, (each) => each, false), [1, 2n, 3, Infinity, NaN, undefined]);
  deepStrictEqual(inOrder(values, (each) => each, true), [Infinity, 3, 2n, 1, NaN, undefined]);
  deepStrictEqual(inOrder(["b10", "b9", "a"], (each) => each, false), ["a", "b9", "b10"]);
  // Numbers within text are decimal ones, as settings have them.
  const rates = ["-1", "3e-4", "0.001", "0.002", "0.01", "0.1", "1e+2"].map((rate) =>
    `a (r=${rate})`
  );
  for (const texts of [rates, ["ppo-1", "ppo-2"], ["0.001", "0.01", "none"]]) {
    deepStrictEqual(inOrder(texts.toReversed(), (each) => each, false), texts);
    deepStrictEqual(inOrder(texts, (each) => each, true), texts.toReversed());
  }
});

Deno.test("a request comes back from its query, and the usual one has none", () => {
  strictEqual(queryOf(requestOf("")).toString(), "");
  const query =
    "filter=ppo&columns=seed%2Cagent.gamma&sort=evaluation%2Fmodes&group=agent&offset=100&limit=5";
  strictEqual(queryOf(requestOf(query)).toString(), query);
  // Names of metrics may have commas and per cent.
  const columns = ["evaluation/accuracy@1,5", "seed", "win%2C", "50%"];
  const widths = { "evaluation/accuracy@1,5": 240, "50%": 90 };
  const odd = { ...requestOf(""), columns, widths };
  deepStrictEqual(requestOf(queryOf(odd).toString()), odd);
  deepStrictEqual(requestOf("columns=50%25,a").columns, ["50%", "a"]);
  throws(() => requestOf("limit=1e9"), /limit must be a whole number from 1 to 500: 1e9/);
  throws(() => requestOf("limit=0"), /limit/);
  throws(() => requestOf("offset=-1"), /offset/);
});

Deno.test("widths of columns come back from the address, within bounds, and make a style", () => {
  const query = "widths=name%3A240%2Cevaluation%2Freturn_mean%3A120";
  const { widths } = requestOf(query);
  deepStrictEqual(widths, { name: 240, "evaluation/return_mean": 120 });
  strictEqual(queryOf(requestOf(query)).toString(), query);
  deepStrictEqual(requestOf("widths=a:b,:3,seed:7,x:99999,y").widths, { seed: 48, x: 1200 });
  deepStrictEqual([widthOf(1), widthOf(99.6)], [48, 100]);
  const style = styleOf(["name", "seed", "evaluation/return_mean", "constructor"], widths);
  deepStrictEqual(style.match(/nth-child\(\d+\)|\bwidth: \d+px(?= })/g), [
    ...["nth-child(2)", "width: 240px", "nth-child(4)", "width: 120px"],
  ]);
});

Deno.test("the table has a column a metric, any key as a column, and pages", async () => {
  await using dashboard = await openDashboard();
  const { store, runs } = dashboard;
  const feed = new Feed(store);
  const table = (query: string) => tableOf(feed, feed.records(), requestOf(query));
  const all = table("");
  deepStrictEqual(
    new Map(all.columns.map(({ key, better }) => [key, better])),
    new Map([
      ["evaluation/return_mean", "up"],
      ["evaluation/modes", "up"],
      ["evaluation/negative_elbo", "down"],
    ]),
  );
  strictEqual(all.columns[0].key, "evaluation/return_mean");
  const vae = all.rows.find(({ row }) => row.id === runs.vae)!;
  strictEqual(vae.cells[0], null);
  strictEqual(
    vae.cells[all.columns.findIndex(({ key }) => key === "evaluation/negative_elbo")],
    store.lastMetrics(runs.vae)["evaluation/negative_elbo"],
  );

  const chosen = table("columns=agent.learningRate,losses/value&sort=-losses/value&filter=ppo");
  deepStrictEqual(chosen.columns.map(({ key }) => key), ["agent.learningRate", "losses/value"]);
  const values = chosen.rows.map(({ cells }) => cells[1]).filter((cell) =>
    typeof cell === "number"
  );
  deepStrictEqual(values, values.toSorted((a, b) => Number(b) - Number(a)));
  ok(chosen.keys.includes("agent.hiddenSizes") && chosen.keys.includes("losses/kl"));

  // Moments are told apart, as they are shown otherwise than figures.
  deepStrictEqual(
    table("columns=ended,time,agent.learningRate").columns.map(({ isMoment }) => isMoment),
    [true, undefined, undefined],
  );

  const second = table("offset=5&limit=5");
  deepStrictEqual(
    second.rows.map(({ row }) => row.id),
    all.rows.slice(5, 10).map(({ row }) => row.id),
  );
  deepStrictEqual([second.found, second.length, second.total], new Array(3).fill(all.rows.length));
  // Where there are no longer as many, the last ones.
  const last = table("offset=1000&limit=5");
  const from = Math.floor((all.length - 1) / 5) * 5;
  deepStrictEqual([second.offset, last.offset], [5, from]);
  deepStrictEqual(last.rows, all.rows.slice(from));
  deepStrictEqual(table("offset=4&filter=name%3Dnone").offset, 0);
  throws(() => table("columns=agent.learningrate"), /did you mean "agent.learningRate"/);
  throws(() => table("sort=evaluation/mode"), /did you mean "evaluation\/modes"/);
});

Deno.test("groups go by their label, up or down, and single runs by none", async () => {
  await using dashboard = await openDashboard();
  const feed = new Feed(dashboard.store);
  const labels = (query: string) =>
    tableOf(feed, feed.records(), requestOf(query)).groups.map(({ label }) => label);
  const up = labels("group=agent&sort=label");
  ok(up.length > 1);
  deepStrictEqual(up, labels("group=agent"));
  // What has none is last both ways.
  const own = up.filter((label) => label !== "–");
  deepStrictEqual(up, [...own, "–"]);
  deepStrictEqual(labels("group=agent&sort=-label"), [...own.toReversed(), "–"]);
  // What nobody has given has a name to be opened by; a moment reads as one.
  ok(labels("group=note").every((label) => label !== ""));
  ok(labels("group=started").every((label) => /^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/.test(label)));
  deepStrictEqual(groupedBy("", { sort: LABEL }), { group: "", sort: "started", descending: true });
  deepStrictEqual(groupedBy("", { sort: "seed" }), { group: "" });
  deepStrictEqual(groupedBy("agent", { sort: LABEL }), { group: "agent" });
});

Deno.test("groups of one number each go by its size, and are named by few of its digits", () =>
  withStore((store) => {
    const rates = [0.1, 0.00023912345, 0.001, 0.01, 0.002, 0.0007, 0.00112345, 0.00112349];
    for (const rate of rates) {
      addRun(store, { experiment: "a", configuration: agentConfiguration("ppo", rate), seed: 1 });
    }
    addRun(store, { experiment: "b", configuration: { agent: { name: "dqn" } }, seed: 1 });
    const feed = new Feed(store);
    const told = (query: string) =>
      tableOf(feed, feed.records(), requestOf(query)).groups.map(({ label, name = label }) => name);
    // Where few digits would be the same, all of them.
    const up = ["2.39e-4", "7e-4", "0.001", "0.00112345", "0.00112349", "0.002", "0.01", "0.1"];
    deepStrictEqual(told("group=agent.learningRate&sort=label"), [...up, "–"]);
    deepStrictEqual(told("group=agent.learningRate&sort=-label"), [...up.toReversed(), "–"]);
    const { groups: [{ label }] } = tableOf(
      ...[feed, feed.records()] as const,
      requestOf("group=agent.learningRate"),
    );
    strictEqual(label, "0.00023912345");
  }));

Deno.test("configurations are named by what tells those of the page apart, as in Compare", () =>
  withStore((store) => {
    const of = (lr: number, decay: number) => ({
      configuration: { optimizer: { name: "adam", lr, weightDecay: decay } },
      ...{ experiment: "mlp", seed: 1 },
    });
    for (const lr of [0.1, 0.01, 0.001]) {
      for (const decay of [0, 0.5]) addRun(store, of(lr, decay));
    }
    const told = () => {
      const feed = new Feed(store);
      return tableOf(feed, feed.records(), requestOf("group=configuration&sort=label")).groups
        .map(({ label, name = label }) => [name, label]);
    };
    deepStrictEqual(told()[0], [
      "lr=0.001, weightDecay=0",
      "mlp (optimizer.lr=0.001, optimizer.weightDecay=0)",
    ]);
    deepStrictEqual(new Set(told().map(([name]) => name)).size, 6);
    addRun(store, { experiment: "b", configuration: { agent: { name: "dqn" } }, seed: 1 });
    deepStrictEqual(told().slice(0, 2).map(([name]) => name), [
      "b",
      "mlp (lr=0.001, weightDecay=0)",
    ]);
  }));

Deno.test("configurations are called as all of their runs alone are, in the table, in Compare and by compare", () =>
  withStore(async (store) => {
    const add = (lr: number, seed: number, name?: string) => {
      const configuration = { optimizer: { lr } };
      addPoints(store, addRun(store, { experiment: "mlp", configuration, seed, name }), 1, {
        a: 1,
      });
    };
    for (const seed of [1, 2]) add(1e6, seed, "too fast");
    add(0.1, 1, "sound");
    add(0.2, 1);
    add(0.3, 1);
    add(0.3, 2, "of one seed");
    const feed = new Feed(store);
    const { groups } = tableOf(feed, feed.records(), requestOf("group=configuration"));
    const names = groups.map(({ label, name = label }) => name).sort();
    deepStrictEqual(names, ["mlp (lr=0.2)", "mlp (lr=0.3)", "sound", "too fast"]);
    const asked = { runs: [], filter: "experiment=mlp", metric: "a", smoothing: 0 };
    const compared = await new Comparer(store).compare(asked);
    deepStrictEqual(compared.groups.map(({ label }) => label), names);
    deepStrictEqual(
      groupRuns(store.runs()).map(({ label }) => label.replaceAll("optimizer.", "")).sort(),
      names,
    );
  }));

Deno.test("groups have the IQM of their seeds with its interval, as compare has", async () => {
  await using dashboard = await openDashboard();
  const { store, runs } = dashboard;
  const feed = new Feed(store);
  const { groups, length } = tableOf(
    feed,
    feed.records(),
    requestOf("group=agent&filter=status=completed&sort=-evaluation/return_mean"),
  );
  strictEqual(groups[0].label, "ppo");
  const ppo = groups.find(({ label }) => label === "ppo")!;
  const values = [1, 2, 3].map((seed) =>
    store.lastMetrics(runs[`ppo-${seed}`])["evaluation/return_mean"]
  );
  deepStrictEqual(ppo.cells[0].values, values);
  strictEqual(ppo.cells[0].iqm, iqm(values));
  const [low, , high] = values.toSorted((a, b) => a - b);
  deepStrictEqual(ppo.cells[0].spread, { low, high, kind: "lowest and highest" });
  const means = groups.map(({ cells }) => cells[0].iqm).filter((each) => each !== null);
  deepStrictEqual(means, means.toSorted((a, b) => Number(b) - Number(a)));
  strictEqual(length, groups.length);

  // Of all runs those count that finished, as in a comparison.
  const some = tableOf(
    feed,
    feed.records(),
    requestOf("group=agent&filter=ppo&columns=evaluation/return_mean"),
  );
  strictEqual(some.groups.length, 1);
  const [{ runs: members, cells: [cell] }] = some.groups;
  strictEqual(members.length, 5);
  // One that diverged has no figure, and the others' are not those of the group.
  deepStrictEqual(cell, { values, lost: "3 of 4, 1 diverged", iqm: null, spread: null });
  const record = tableOf(
    feed,
    feed.records(),
    requestOf("group=agent&filter=ppo&columns=iterations"),
  );
  strictEqual(record.groups[0].cells[0].values.length, 4);

  // What is kept of a table is not what the next one shows.
  store.update(runs["ppo-1"], { tags: ["first", "late"] });
  strictEqual(
    tableOf(feed, feed.records(), requestOf("filter=tag=late")).found,
    1,
  );

  const configurations = tableOf(feed, feed.records(), requestOf("group=configuration"));
  const labels = configurations.groups.map(({ label }) => label);
  ok(labels.includes("cartpole-ppo (agent.learningRate=0.001)"));
  ok(labels.includes("learning rate 1 <b>?</b>"));
});

Deno.test("archived runs are left out unless the filter names that tag", async () => {
  await using dashboard = await openDashboard();
  const { store, runs } = dashboard;
  const { tags } = store.run(runs.vae)!;
  store.update(runs.vae, { tags: [...tags, ARCHIVED] });
  const feed = new Feed(store);
  const shows = (filter: string) => {
    const { rows, archived } = tableOf(
      feed,
      feed.records(),
      requestOf(`limit=500&filter=${encodeURIComponent(filter)}`),
    );
    return [rows.some(({ row }) => row.id === runs.vae), archived];
  };
  deepStrictEqual(shows(""), [false, 1]);
  deepStrictEqual(shows(`tag=${ARCHIVED}`), [true, 0]);
  store.update(runs.vae, { tags });
});

/** Completed runs of one experiment, with their last values; `r3` is archived. */
function storeOf(figures: Readonly<Record<string, Record<string, number>>>) {
  const records = Object.keys(figures).map((id, i) => {
    const configuration = { ...agentConfiguration("ppo", 0.1 * (i + 1)), agents: ["x", 2] };
    const run = {
      ...{ id, name: `run ${i}`, status: "completed", active: false, note: "", digest: null },
      tags: id === "r3" ? [ARCHIVED, "z"] : ["x", "y z"].slice(i),
      ...{ createdAt: i, endedAt: null, trashedAt: null, message: null, attempt: 1 },
      ...{ wallSeconds: i, environmentSteps: 1, gradientSteps: 1, examples: 1, iterations: 1 },
      manifest: manifestOf({ experiment: "cartpole-ppo", configuration, seed: i }),
    } as Run;
    const metrics = Object.keys(figures[id]);
    return { run, metrics, row: summarize(run, figures[id], 0) };
  }) as unknown as Parameters<typeof tableOf>[1];
  const source = {
    lastMetrics: (id: string) => figures[id],
    lastValues: (name: string) =>
      new Map(
        Object.entries(figures).flatMap(([id, each]) => name in each ? [[id, each[name]]] : []),
      ),
    seriesNames: () => [],
  } as unknown as Parameters<typeof tableOf>[0];
  return { source, records };
}

Deno.test("rows of one experiment on a page say in which settings they differ", () => {
  const { source, records } = storeOf({ r1: {}, r2: {}, r4: {} });
  const apart = (query: string) =>
    tableOf(source, records, requestOf(query)).rows.map(({ row, apart }) => [row.id, ...apart]);
  deepStrictEqual(apart("sort=started"), [
    ["r1", "learningRate=0.1"],
    ["r2", "learningRate=0.2"],
    ["r4", "learningRate=0.3"],
  ]);
  deepStrictEqual(apart("sort=started&limit=1"), [["r1"]]);
  const damaged = records.map((each, i) => i === 0 ? { ...each, run: undefined } : each);
  deepStrictEqual(tableOf(source, damaged, requestOf("")).rows.map(({ apart }) => apart.length), [
    ...[1, 1, 0],
  ]);
});

Deno.test("a group has the spread of Compare, a rough one called so; of very many one like it", () => {
  for (
    const [count, kind] of [[7, "rough interval"], [16, "interval"], [300, "interval"]] as const
  ) {
    const values = Array.from({ length: count }, (_, i) => i * i % 17 + i / 100);
    const { source, records } = storeOf(
      Object.fromEntries(values.map((value, i) => [`s${i}`, { "evaluation/return_mean": value }])),
    );
    const { groups: [{ cells: [{ spread }] }] } = tableOf(
      source,
      records,
      requestOf("group=experiment"),
    );
    const compared = figureSpread(values)!;
    strictEqual(spread!.kind, kind);
    if (count <= 16) deepStrictEqual(spread, compared);
    else ok(Math.abs(spread!.low - compared.low) < 0.3);
  }
});

Deno.test("cells are lists, numbers and text; archived runs are shown, and give columns, if asked for", () => {
  const figures: Record<string, Record<string, number>> = {
    r1: { "evaluation/return_mean": 5, "losses/value": NaN },
    r2: { "evaluation/return_mean": 7 },
    r3: { "evaluation/modes": 9 },
  };
  const { source, records } = storeOf(figures);
  const table = (query: string) => {
    const { columns, rows, found, total } = tableOf(source, records, requestOf(query));
    return {
      ...{ keys: columns.map(({ key }) => key), found, total },
      cells: Object.fromEntries(rows.map(({ row, cells }) => [row.id, cells])),
    };
  };
  const own = ["evaluation/return_mean"];
  deepStrictEqual(table(""), { keys: own, found: 2, total: 3, cells: { r1: [5], r2: [7] } });
  deepStrictEqual(table(`filter=tag%3D${ARCHIVED}`), {
    ...{ keys: ["evaluation/modes"], found: 1, total: 3, cells: { r3: [9] } },
  });
  const keys = ["tag", "seed", "time", "ended", "losses/value", "agents", "sweep"];
  deepStrictEqual(table(`columns=${keys.join("%2C")}`).cells, {
    r1: ["x, y z", "0", 0, null, "NaN", '["x",2]', null],
    r2: ["y z", "1", 1, null, null, '["x",2]', null],
  });
});

Deno.test("of more metrics than three that runs are judged by, one column says each run's own", () => {
  const metrics = ["return_mean", "modes", "recognised", "energy_distance"];
  const figures = Object.fromEntries(metrics.map((name, i) => [`s${i}`, {
    [`evaluation/${name}`]: i + 1,
  }]));
  const { source, records } = storeOf(figures);
  const table = (query: string) => tableOf(source, records, requestOf(query));
  const few = table("filter=seed<3");
  deepStrictEqual(few.columns.map(({ key }) => key), [
    ...metrics.slice(0, 3).map((name) => `evaluation/${name}`),
  ]);
  const all = table("sort=figure");
  deepStrictEqual(all.columns, [{ key: "figure", better: null }]);
  deepStrictEqual(all.rows.map(({ row, cells }) => [row.headline!.name, ...cells]), [
    ...metrics.map((name, i) => [`evaluation/${name}`, i + 1]),
  ]);
  ok(all.keys.includes("figure"));
  const { columns } = table("columns=figure&filter=seed<3");
  deepStrictEqual(columns, [{ key: "figure", better: "up" }]);
  // A group of one metric has its IQM, of several none.
  const { groups: [, , , single] } = table("group=name&sort=-figure");
  const { metrics: judging, iqm } = single.cells[0];
  deepStrictEqual([judging, iqm], [["evaluation/energy_distance"], 4]);
  const { groups: [mixed] } = table("group=experiment");
  const { spread, ...cell } = mixed.cells[0];
  deepStrictEqual([cell, spread], [
    { values: [], iqm: null, metrics: metrics.map((name) => `evaluation/${name}`) },
    null,
  ]);
});

Deno.test("figures of several metrics are sorted metric by metric, each from its better end on", () => {
  const [up, down] = ["evaluation/return_mean", "evaluation/energy_distance"];
  const figures = [[down, 0.5], [up, 3], [down, 900], [up, 40], [down, 7]] as const;
  const { source, records } = storeOf({
    ...Object.fromEntries(figures.map(([name, value], i) => [`s${i}`, { [name]: value }])),
    none: {},
  });
  const table = (query: string) => tableOf(source, records, requestOf(query));
  const cells = (query: string) =>
    table(`columns=figure&${query}`).rows.map(({ cells: [cell] }) => cell);
  // Those of most runs first; what has none is last.
  deepStrictEqual(cells("sort=-figure"), [0.5, 7, 900, 40, 3, null]);
  deepStrictEqual(cells("sort=figure"), [900, 7, 0.5, 3, 40, null]);
  // Of one metric as its numbers are.
  const filter = `filter=${encodeURIComponent(`${down}>0`)}`;
  deepStrictEqual(cells(`sort=-figure&${filter}`), [900, 7, 0.5]);
  const groups = (query: string) => table(`columns=figure&group=seed&${query}`).groups;
  deepStrictEqual(
    groups("sort=-figure").map(({ cells: [{ iqm }] }) => iqm),
    [0.5, 7, 900, 40, 3, null],
  );
});

Deno.test("beyond the last page comes the last one, also where that is full", async () => {
  await using dashboard = await openDashboard();
  const feed = new Feed(dashboard.store);
  const { length } = feed.records();
  for (const query of ["", "group=agent&"]) {
    const ask = (offset: number, limit: number) =>
      tableOf(feed, feed.records(), requestOf(`${query}offset=${offset}&limit=${limit}`));
    const all = ask(0, length).length;
    // All of them are two whole pages, or one.
    const limit = all % 2 === 0 ? all / 2 : all;
    const last = ask(500, limit);
    strictEqual(last.offset, all - limit, query);
    strictEqual(last.rows.length + last.groups.length, limit, query);
  }
});

Deno.test("a metric without a group is one, too: a group of which a run diverged has no figure", () =>
  withStore((store) => {
    for (let seed = 1; seed <= 3; seed++) {
      const id = addRun(store, { experiment: "own", configuration: { rate: 0.1 }, seed });
      addPoints(store, id, 1, { loss: seed });
      setProgress(store, id, 1, { status: seed === 3 ? "diverged" : "completed" });
    }
    const feed = new Feed(store);
    const { groups: [{ cells }] } = tableOf(
      feed,
      feed.records(),
      requestOf("group=configuration&columns=loss,rate"),
    );
    deepStrictEqual(cells.map(({ values, lost }) => [values, lost]), [
      [[1, 2], "2 of 3, 1 diverged"],
      [[0.1, 0.1, 0.1], undefined],
    ]);
  }));

Deno.test("a group of which a run ended with a broken loss has no figure, nor a line beyond it", () =>
  withStore((store) => {
    const metric = "evaluation/return_mean";
    const configuration = agentConfiguration("ppo", 1);
    for (const seed of [1, 2]) {
      const id = addRun(store, { experiment: "own", configuration, seed });
      const until = seed === 2 ? 1 : 2;
      for (let i = 1; i <= until; i++) addPoints(store, id, i, { [metric]: 100 * i });
      addPoints(store, id, 3, { "losses/value": seed === 2 ? NaN : 1 });
      setProgress(store, id, 3, { status: "completed" });
    }
    const feed = new Feed(store);
    const query = `group=configuration&columns=${metric}`;
    const { groups: [{ cells: [cell] }] } = tableOf(feed, feed.records(), requestOf(query));
    deepStrictEqual([cell.values, cell.iqm, cell.lost], [[200], null, "1 of 2, 1 diverged"]);
    deepStrictEqual(trendOf(store, store.runs(), metric), [100]);
  }));

Deno.test("a group with a figure that is no number has that for its IQM, and the others' dots", () => {
  for (const odd of [NaN, Infinity]) {
    const cellOf = (metric: string) => {
      const { source, records } = storeOf({ r1: { [metric]: 0.9 }, r2: { [metric]: odd } });
      const request = requestOf(`group=experiment&columns=${metric}`);
      return tableOf(source, records, request).groups[0].cells[0];
    };
    deepStrictEqual(cellOf("evaluation/energy"), {
      ...{ values: [0.9], iqm: String(odd), spread: null },
    });
    // Without a return a run has come to nothing.
    deepStrictEqual(cellOf("evaluation/return_mean"), {
      ...{ values: [0.9], iqm: null, spread: null, lost: "1 of 2, 1 diverged" },
    });
  }
});

Deno.test("a seed whose newest run finished without the metric counts in the table, too", () =>
  withStore((store) => {
    const configuration = { rate: 0.1 };
    for (const [experiment, status] of [["own", "completed"], ["own2", "interrupted"]] as const) {
      for (const [seed, loss] of [[1, 1], [2, 2], [2, undefined]] as const) {
        const id = addRun(store, { experiment, configuration, seed });
        addPoints(store, id, 1, { other: 1, ...loss !== undefined && { loss } });
        setProgress(store, id, 1, { status });
      }
    }
    const feed = new Feed(store);
    const query = "group=experiment&columns=loss,other,rate";
    const { groups: [{ cells }, unfinished] } = tableOf(feed, feed.records(), requestOf(query));
    // One that is to go on may come to it.
    deepStrictEqual(unfinished.cells[0], {
      ...{ values: [1, 2], iqm: 1.5, spread: { kind: "lowest and highest", low: 1, high: 2 } },
    });
    deepStrictEqual(cells.map(({ values, iqm, lost }) => [values, iqm, lost]), [
      [[1], null, "1 of 2, 1 without a figure"],
      [[1, 1], 1, undefined],
      [[0.1, 0.1], 0.1, undefined],
    ]);
  }));

Deno.test("in the table seeds that were lost before their first evaluation count, as in Compare", () =>
  withStore((store) => {
    const seedsOf = (rate: number, world: string, count: number, returned: number | null) => {
      const configuration = { ...agentConfiguration("ppo", rate), environment: { id: world } };
      for (let seed = 1; seed <= count; seed++) {
        const id = addRun(store, { experiment: `e${rate}`, configuration, seed });
        const training = { "rollout/episode_return_mean": 1 };
        addPoints(store, id, 1, {
          ...training,
          ...returned !== null && { "evaluation/return_mean": returned },
        });
        setProgress(store, id, 1, { status: returned === null ? "diverged" : "completed" });
      }
    };
    seedsOf(1, "CartPole-v1", 2, 400);
    seedsOf(2, "CartPole-v1", 3, null);
    seedsOf(3, "Acrobot-v1", 1, null);
    const feed = new Feed(store);
    const told = (query: string) =>
      tableOf(feed, feed.records(), requestOf(query)).groups.map(({ label, cells: [cell] }) => [
        ...[label, cell.values, cell.iqm, cell.lost],
      ]);
    const column = "columns=evaluation/return_mean&sort=label";
    deepStrictEqual(told(`group=environment.id&${column}`), [
      // In a world without any evaluation there is none to be without.
      ["Acrobot-v1", [], null, undefined],
      ["CartPole-v1", [400, 400], null, "2 of 5, 3 diverged"],
    ]);
    deepStrictEqual(told(`group=configuration&${column}`), [
      ["e1", [400, 400], 400, undefined],
      ["e2", [], null, "0 of 3, 3 diverged"],
      ["e3", [], null, undefined],
    ]);
    // What lost seeds came to stands in no figure's way, and is none.
    deepStrictEqual(told("group=environment.id&columns=figure&sort=label"), [
      ["Acrobot-v1", [], null, "0 of 1, 1 diverged"],
      ["CartPole-v1", [400, 400], null, "2 of 5, 3 diverged"],
    ]);
    const cartPoles = store.runs().filter(({ manifest }) =>
      JSON.stringify(manifest.determined.configuration).includes("CartPole")
    );
    const metric = "evaluation/return_mean";
    deepStrictEqual(trendOf(store, cartPoles, metric), []);
    const whole = cartPoles.filter(({ status }) => status === "completed");
    deepStrictEqual(trendOf(store, whole, metric), [400]);
  }));
