import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { DatabaseSync } from "node:sqlite";
import { iqm, spreadOf } from "../../lab/statistics/mod.ts";
import { createApp } from "../../web/app.ts";
import type { Comparison } from "../../web/comparison.ts";
import { Comparisons } from "../../web/comparisons.ts";
import { nextCommands } from "../../web/next_commands.ts";
import { FLEET_PROGRAM } from "../../web/program.ts";
import type { SeriesAnswer } from "../../web/routes/api/series.ts";
import { registries } from "../../registries.ts";
import type { TrashedRun } from "../../web/trash.ts";
import type { BaseRun } from "../../web/training/protocol.ts";
import { build, type Dashboard, openDashboard } from "./built.ts";
import { addPoints, addRun, agentConfiguration, setProgress } from "./sample_store.ts";

await build();

/** A test with a filled store of its own. */
function test(name: string, body: (dashboard: Dashboard) => Promise<void>): void {
  Deno.test(name, async () => {
    await using dashboard = await openDashboard();
    await body(dashboard);
  });
}

async function get({ app }: Dashboard, path: string, host = "127.0.0.1"): Promise<Response> {
  return await app.handler(new Request(`http://${host}${path}`));
}

async function text(dashboard: Dashboard, path: string): Promise<string> {
  const response = await get(dashboard, path);
  const body = await response.text();
  strictEqual(response.status, 200, body);
  return body;
}

async function json<T>(dashboard: Dashboard, path: string): Promise<T> {
  return JSON.parse(await text(dashboard, path));
}

test("a group's metrics over training are a few numbers each", async (dashboard) => {
  const { runs } = dashboard;
  const query = `metric=evaluation/return_mean&metric=none&run=${runs["ppo-1"]}&run=${
    runs["ppo-2"]
  }`;
  const trends = await json<Record<string, number[]>>(dashboard, `/api/trends?${query}`);
  deepStrictEqual(Object.keys(trends), ["evaluation/return_mean", "none"]);
  ok(trends["evaluation/return_mean"].length > 1 && trends.none.length === 0);
  strictEqual((await get(dashboard, "/api/trends?metric=a&run=zzz")).status, 404);
});

test("the runs page lists every run, and names as text", async (dashboard) => {
  const html = await text(dashboard, "/");
  for (const run of Object.values(dashboard.runs)) ok(html.includes(`/runs/${run}"`), run);
  ok(html.includes("learning rate 1 &lt;b>?&lt;/b>") || html.includes("&lt;b&gt;?&lt;/b&gt;"));
  ok(!html.includes("<b>?</b>"));
  ok(html.includes("try &amp; error"));
  match(html, /class="status running">running</);
  match(html, /class="status killed">killed</);
});

test("damaged runs are listed as such, and every other page is whole", async (dashboard) => {
  const { runs, store, folder } = dashboard;
  const raw = new DatabaseSync(`${folder}/runs/lab.db`);
  raw.prepare("UPDATE run SET tags = '{' WHERE id = ?").run(runs.diverged);
  raw.prepare(
    `UPDATE chunk SET last_value = zeroblob(8)
     WHERE series IN (SELECT id FROM series WHERE run = ?)`,
  ).run(runs.killed);
  raw.close();
  store.update(runs.interrupted, { note: "a write, so that the feed looks again" });
  const html = await text(dashboard, "/");
  strictEqual(html.match(/class="status damaged">damaged</g)?.length, 2);
  match(html, /its tags are no list of words/);
  await text(dashboard, `/runs/${runs.interrupted}`);
  await text(dashboard, `/runs/${runs.killed}`);
  match(await text(dashboard, "/compare"), /4<\/a><small> \(damaged, not counted\)/);
  const page = await get(dashboard, `/runs/${runs.diverged}`);
  strictEqual(page.status, 500);
  match(await page.text(), /its record is damaged/);
});

test("the run page shows figures, events, how it ended and what to type", async (dashboard) => {
  const { runs } = dashboard;
  const diverged = await text(dashboard, `/runs/${runs.diverged}`);
  ok(diverged.includes("diverged at iteration 61: losses/policy is NaN"));
  ok(diverged.includes("gradient norm 310 was clipped"));
  ok(diverged.includes(`deno task -q experiment export ${runs.diverged}`));
  ok(!diverged.includes("experiment evaluate"), "it kept no checkpoint");
  ok(!diverged.includes("experiment reproduce"));
  ok(!diverged.includes("experiment resume"), "nothing goes on from numbers that are none");
  ok(diverged.includes("agent.learningRate"));
  ok(!diverged.includes("<b>?</b>"));
  ok(diverged.includes("&quot;player&quot;:"));
  const own = addRun(dashboard.store, {
    experiment: "corridor",
    configuration: { environment: { id: "Corridor-v0", own: true }, agent: { name: "ppo" } },
    seed: 1,
  });
  const corridor = await text(dashboard, `/runs/${own}`);
  const { manifest } = dashboard.store.run(own)!;
  const determined = { ...manifest.determined, backend: "native", library: "OpenBLAS 0.3.21 Zen" };
  const { id } = dashboard.store.createRun({
    name: "corridor",
    manifest: { ...manifest, determined },
    ...{ tags: [], note: "" },
  });
  match(await text(dashboard, `/runs/${id}`), /library<\/th><td><code>OpenBLAS 0\.3\.21 Zen</);
  ok(!corridor.includes("&quot;player&quot;:"));
  ok(!corridor.includes("train it here"));
  const refused = await get(dashboard, `/api/setting?run=${own}`);
  match(
    await refused.text(),
    /^Cannot train run \w+ in a page as experiments\/corridor\.ts is gone$/,
  );
  ok(diverged.includes(`<a class="lead" href="/train?run=${runs.diverged}">train it here</a>`));
  const learned = dashboard.store.run(runs.diverged)!;
  const { id: strict } = dashboard.store.createRun({
    name: learned.name,
    manifest: {
      ...learned.manifest,
      determined: { ...learned.manifest.determined, backend: "wasm-strict" },
    },
    ...{ tags: [], note: "" },
  });
  match(await text(dashboard, `/runs/${strict}`), /"\/train\?run=\w+&amp;backend=wasm-strict"/);
  const { configuration, seed, digest } = await json<BaseRun>(
    dashboard,
    `/api/setting?run=${runs.diverged}`,
  );
  const base = dashboard.store.run(runs.diverged)!.manifest.determined;
  deepStrictEqual([configuration, seed, digest], [base.configuration, base.seed, null]);
  match(corridor, /as Corridor-v0 stands in a file of yours, and.*is gone\. Put back there/s);
  const vae = await text(dashboard, `/runs/${runs.vae}`);
  strictEqual(vae.match(/<img src="\/artifacts\/[0-9a-f]{64}"/g)?.length, 1);
  ok(vae.includes("samples at iteration 100"));
  ok(!vae.includes("experiment sample"), "it kept no checkpoint");
  ok(!vae.includes(`experiment resume ${runs.vae}`));
});

test("a stop that was wanted is no problem, and a run says what it is worth", async (dashboard) => {
  const { store, runs } = dashboard;
  const message = "evaluation/return_mean ≥ 475 2 times in a row";
  addPoints(store, runs.running, 390, { "evaluation/return_mean": 499 });
  addPoints(store, runs.running, 391, { "score/return_mean": 481 });
  setProgress(store, runs.running, 391, { status: "stopped", message });
  store.update(runs.running, { digest: "d" });
  const html = await text(dashboard, `/runs/${runs.running}`);
  ok(html.includes(`<p class="success">${message}</p>`));
  match(html, /class="verdict good">solved</);
  match(html, /<dd>481<\/dd>/);
  match(await text(dashboard, "/"), /class="verdict good">solved</);
  match(await text(dashboard, `/runs/${runs.diverged}`), /<p class="problem">diverged at/);
  match(await text(dashboard, "/compare"), /class="verdict (good|fair)">(solved|learning)</);
});

test("the compare page shows statistics without any script", async (dashboard) => {
  const html = await text(dashboard, "/compare");
  for (const name of ["dqn", "reinforce", "a2c", "ppo"]) ok(html.includes(`cartpole-${name}`));
  match(html, /interrupted, not counted/);
  const { runs } = dashboard;
  const two = await text(dashboard, `/compare?run=${runs["ppo-1"]}&run=${runs["dqn-1"]}`);
  ok(!two.includes("cartpole-a2c") && !two.includes("Passed over"));
});

test("until runs are compared the page says of how many", async ({ app, runs }) => {
  const said = async (query: string) => {
    const response = await app.handler(new Request(`http://127.0.0.1:8321/compare?${query}`));
    const { value } = await response.body!.getReader().read();
    return /role="status">(Compar[^<]*)<\/p>$/.exec(new TextDecoder().decode(value))?.[1];
  };
  strictEqual(await said(`run=${runs["ppo-1"]}&run=${runs["dqn-1"]}`), "Comparing 2 runs …");
  strictEqual(await said("filter=cartpole-ppo+seed%3D1+status%3Dcompleted"), "Comparing 1 run …");
  for (const query of ["", "filter=agent.foo%3C3"]) {
    strictEqual(await said(query), "Comparing runs …", query);
  }
});

test("what compare's address means nothing by is named, with what is nearest", async (dashboard) => {
  const known = `run=${dashboard.runs["ppo-1"]}&metric=x`;
  const html = await text(dashboard, `/compare?${known}&runs=a&runs=b&filters=ppo&<b>=1`);
  const line = html.match(/<p class="note">(Passed over.*?)<\/p>/)![1];
  strictEqual(
    line.replaceAll("&quot;", '"').replaceAll("&lt;", "<"),
    "Passed over in the address, as this page does not know it: " +
      '"runs" (did you mean "run"?), "filters" (did you mean "filter"?), "<b>".',
  );
});

test("no answer allows what is inline or from elsewhere", async (dashboard) => {
  const { runs } = dashboard;
  for (const path of ["/", `/runs/${runs.vae}`, "/compare", "/train", "/runs/none", "/none"]) {
    const response = await get(dashboard, path);
    const policy = response.headers.get("content-security-policy") ?? "";
    // WebAssembly alone may be made by a page: policies are programs.
    const scripts = "script-src 'self' 'wasm-unsafe-eval'; ";
    ok(policy.startsWith(`default-src 'none'; ${scripts}style-src 'self'`), path);
    ok(!policy.replace(scripts, "").includes("unsafe"));
    match(policy, /; worker-src 'self'/);
    const html = await response.text();
    ok(!/<style|\sstyle=|\son\w+="|<script(?![^>]* src="\/assets\/)/.test(html), path);
  }
  const series = await get(dashboard, `/api/series?run=${runs.vae}&name=losses/kl`);
  strictEqual(series.headers.get("x-content-type-options"), "nosniff");
});

test("the page that trains offers every experiment by where it trains, and by what", async (dashboard) => {
  const html = await text(dashboard, "/train");
  const written = / data-island="train" data-props="([^"]*)"/.exec(html)![1];
  const { experiments, program, thread } = JSON.parse(
    written.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&amp;", "&"),
  );
  deepStrictEqual(program, { name: "deno task -q experiment" });
  ok(/^\/assets\/training-\w+\.js$/.test(thread), thread);
  const { environments, agents, models, datasets } = registries;
  const places = new Set([
    ...environments.map(({ id }) => id),
    ...datasets.map(({ name }) => name),
  ]);
  const methods = new Set([...agents, ...models].map(({ name }) => name));
  const wanted = registries.experiments.map(({ name, summary, expectedSeconds }) => ({
    ...{ name, summary, seconds: expectedSeconds },
  }));
  deepStrictEqual(
    experiments.map(({ on, method, ...facts }: Record<string, string>) => {
      deepStrictEqual([on, places.has(on), method, methods.has(method)], [on, true, method, true]);
      return facts;
    }),
    wanted,
  );
});

test("a page under another host name is refused", async (dashboard) => {
  strictEqual((await get(dashboard, "/", "localhost:8321")).status, 200);
  const refused = await get(dashboard, "/", "rebound.example:8321");
  strictEqual(refused.status, 403);
  ok(!(await refused.text()).includes("cartpole"));
});

test("what is not there is answered by 404 and one line", async (dashboard) => {
  const { runs } = dashboard;
  const cases: [path: string, message: RegExp][] = [
    ["/nowhere", /nothing at \/nowhere/],
    ["/runs/zzzzzz", /no id begins with/],
    ["/compare?run=zzzzzz", /no id begins with/],
    ["/api/series?name=losses/policy", /its id is empty/],
    [`/api/series?run=${runs.vae}&name=losses/kl&axis=environmentStep`, /environmentSteps/],
    [`/api/series?run=${runs.vae}&name=losses/kl&points=1`, /points must be from 2 to 5000: 1/],
    [`/api/comparison?smoothing=x`, /smoothing must be from 0 to 1: x/],
    [`/artifacts/${"0".repeat(64)}`, /artifact/],
    ["/artifacts/..%2flab.db", /64 digits/],
    ["/assets/..%2fmain.ts", /there is none/],
    ["/assets/none.js", /there is none/],
  ];
  const errors = console.error;
  console.error = () => {};
  try {
    for (const [path, message] of cases) {
      const response = await get(dashboard, path);
      strictEqual(response.status, 404, path);
      match(await response.text(), message);
    }
  } finally {
    console.error = errors;
  }
});

test("a series comes on the axis that is asked for, NaN and infinity as text", async (dashboard) => {
  const { runs } = dashboard;
  const query = `/api/series?run=${runs.diverged}&name=`;
  const policy = await json<SeriesAnswer>(dashboard, `${query}losses/policy`);
  strictEqual(policy.axis, "environmentSteps");
  strictEqual(policy.total, 64);
  deepStrictEqual(policy.x.slice(0, 3), [256, 512, 768]);
  deepStrictEqual(policy.y.slice(-5).map((y) => typeof y === "string" ? y : "number"), [
    "number",
    "NaN",
    "NaN",
    "NaN",
    "NaN",
  ]);
  strictEqual(policy.smoothed, null);
  const value = await json<SeriesAnswer>(dashboard, `${query}losses/value&axis=iterations`);
  strictEqual(value.y.at(-1), "Infinity");
  deepStrictEqual(value.x, Array.from({ length: 64 }, (_, i) => i + 1));
});

test("a series comes on what its run's budget counts, as the manifest says", async (dashboard) => {
  const { runs } = dashboard;
  const axisOf = async (run: string, name: string) =>
    (await json<SeriesAnswer>(dashboard, `/api/series?run=${run}&name=${name}`)).axis;
  strictEqual(await axisOf(runs.gan, "losses/critic"), "gradientSteps");
  strictEqual(await axisOf(runs.vae, "losses/kl"), "examples"); // an early manifest
  match(await (await get(dashboard, `/runs/${runs.gan}`)).text(), /<dt>updates<\/dt>/);
});

test("a long series is thinned after it is smoothed, and keeps its extremes", async (dashboard) => {
  const { store } = dashboard;
  const configuration = agentConfiguration("ppo", 0.001);
  const run = addRun(store, { experiment: "long", configuration, seed: 1 });
  for (let i = 1; i <= 20_000; i++) {
    addPoints(store, run, i, { zigzag: i === 7_777 ? 50 : i % 10 === 0 ? 11 : 1 });
  }
  store.flush();
  const path = `/api/series?run=${run}&name=zigzag&points=200&smoothing=0.05`;
  const { total, y, smoothed } = await json<SeriesAnswer>(dashboard, path);
  strictEqual(total, 20_000);
  ok(y.length <= 250 && y.length > 100, String(y.length));
  ok(y.includes(50));
  // The mean of all points; that of the few that are left would be 6.
  ok(Math.abs(Number(smoothed![60]) - 2) < 0.1, String(smoothed![60]));
});

test("a logarithmic x axis is answered with points that are even there", async (dashboard) => {
  const { store } = dashboard;
  const configuration = agentConfiguration("ppo", 0.001);
  const run = addRun(store, { experiment: "long", configuration, seed: 1 });
  for (let i = 1; i <= 20_000; i++) addPoints(store, run, i, { falling: 1 / i });
  setProgress(store, run, 20_000, { status: "completed" });
  const query = `run=${run}&axis=iterations`;
  const early = async (path: string) => {
    const { x, total } = await json<SeriesAnswer>(dashboard, path);
    strictEqual(total, 20_000);
    return x.slice(0, 5);
  };
  const path = `/api/series?${query}&name=falling&points=400`;
  deepStrictEqual(await early(`${path}&xscale=log`), [1, 2, 3, 4, 5]);
  deepStrictEqual((await early(path)).slice(0, 2), [1, 2]);
  ok((await early(path))[2] > 50);
  const compared = async (more: string) => {
    const { groups: [{ mean }] } = await json<Comparison>(
      dashboard,
      `/api/comparison?${query}&metric=falling${more}`,
    );
    return mean.x[0];
  };
  ok(await compared("") > 80);
  ok(await compared("&xscale=log") < 2);
});

test("a zoom is answered with the points of its range", async (dashboard) => {
  const { store } = dashboard;
  const configuration = agentConfiguration("ppo", 0.001);
  const run = addRun(store, { experiment: "long", configuration, seed: 1 });
  for (let i = 1; i <= 5000; i++) addPoints(store, run, i, { rising: i });
  setProgress(store, run, 5000, { status: "completed" });
  const path = `/api/series?run=${run}&name=rising&axis=iterations&points=100`;
  const all = await json<SeriesAnswer>(dashboard, path);
  const zoomed = await json<SeriesAnswer>(dashboard, `${path}&from=1000&to=1050`);
  ok(all.x.filter((x) => x >= 1000 && x <= 1050).length < 5);
  deepStrictEqual(zoomed.x, Array.from({ length: 53 }, (_, i) => 999 + i));
  deepStrictEqual([zoomed.total, zoomed.until, zoomed.attempt], [53, 5000, 1]);
  match(await (await get(dashboard, `${path}&from=x`)).text(), /from must be/);
  const { groups: [{ mean }] } = await json<Comparison>(
    dashboard,
    `/api/comparison?run=${run}&metric=rising&axis=iterations&from=1000&to=1050`,
  );
  deepStrictEqual([mean.x[0], mean.x.at(-1), mean.x.length], [999, 1051, 53]);
});

test("pages come compressed for who takes it, and say so", async (dashboard) => {
  const ask = (path: string, accepted: string) =>
    dashboard.app.handler(
      new Request(`http://127.0.0.1${path}`, { headers: { "accept-encoding": accepted } }),
    );
  const plain = await (await ask("/", "identity")).text();
  const refused = await ask("/", "br;q=0, gzip; q=0.0");
  strictEqual(refused.headers.get("content-encoding"), null);
  await refused.body!.cancel();
  for (
    const [accepted, encoding] of [
      ["gzip, deflate, br", "br"],
      ["gzip;q=0.5", "gzip"],
      ["br;q=0, gzip", "gzip"],
    ]
  ) {
    const response = await ask("/", accepted);
    strictEqual(response.headers.get("content-encoding"), encoding);
    match(response.headers.get("vary")!, /accept-encoding/);
    const bytes = new Uint8Array(await response.arrayBuffer());
    ok(bytes.length < plain.length / 4, `${bytes.length} of ${plain.length}`);
    const { brotliDecompressSync, gunzipSync } = await import("node:zlib");
    const opened = encoding === "br" ? brotliDecompressSync(bytes) : gunzipSync(bytes);
    const timeless = (html: string) => html.replace(/;now&quot;:\d+/, "");
    ok(timeless(new TextDecoder().decode(opened)) === timeless(plain), "another page");
  }
  const live = await ask("/api/live", "br");
  strictEqual(live.headers.get("content-encoding"), null);
  await live.body!.cancel();
  const [script] = /\/assets\/client-[\w]+\.js/.exec(plain)!;
  const [style] = /\/assets\/style-[\w]+\.css/.exec(plain)!;
  const built = await ask(style, "gzip, br");
  // As the build encoded it.
  strictEqual(built.headers.get("content-encoding"), "br");
  match(built.headers.get("vary")!, /accept-encoding/);
  match(built.headers.get("content-type")!, /^text\/css/);
  const { brotliDecompressSync, gunzipSync } = await import("node:zlib");
  const rules = await (await ask(style, "identity")).bytes();
  deepStrictEqual(new Uint8Array(brotliDecompressSync(await built.bytes())), rules);
  const zipped = await ask(style, "gzip");
  strictEqual(zipped.headers.get("content-encoding"), "gzip");
  deepStrictEqual(new Uint8Array(gunzipSync(await zipped.bytes())), rules);
  strictEqual((await ask(`${style}.br`, "br")).status, 404);
  const first = await (await ask(script, "br")).bytes();
  deepStrictEqual(await (await ask(script, "br")).bytes(), first);
});

test("seeds that did not finish are shown and do not count", async (dashboard) => {
  const { runs, store } = dashboard;
  const { groups, metric, axis } = await json<Comparison>(dashboard, "/api/comparison");
  deepStrictEqual([metric, axis], ["evaluation/return_mean", "environmentSteps"]);
  const ppo = groups.find((group) => group.seeds.some(({ run }) => run === runs["ppo-1"]))!;
  deepStrictEqual(
    ppo.seeds.map(({ seed, status, counts }) => [seed, status, counts]),
    [["1", "completed", true], ["2", "completed", true], ["3", "completed", true], [
      "4",
      "interrupted",
      false,
    ]],
  );
  const last = ["ppo-1", "ppo-2", "ppo-3"].map((name) => store.lastMetrics(runs[name])[metric]);
  strictEqual(ppo.statistics.iqm, iqm(last));
  deepStrictEqual(ppo.statistics.spread, spreadOf(last));
  const counted = ppo.seeds.filter(({ counts }) => counts);
  const means = ppo.mean.x.map((_, i) =>
    counted.reduce((sum, { y }) => sum + Number(y[i]), 0) / counted.length
  );
  deepStrictEqual(ppo.mean.x, counted[0].x);
  means.forEach((mean, i) => ok(Math.abs(mean - Number(ppo.mean.y[i])) < 1e-9));
  ppo.mean.y.forEach((y, i) => ok(ppo.mean.low[i] <= y && y <= ppo.mean.high[i]));
});

test("while no seed has finished, those that train count up to the slowest", async (dashboard) => {
  const { store } = dashboard;
  const configuration = agentConfiguration("ppo", 0.5);
  const locks: Disposable[] = [];
  for (const [seed, until] of [[1, 30], [2, 50]]) {
    const run = addRun(store, { experiment: "both", configuration, seed });
    locks.push(store.lock(run));
    for (let i = 1; i <= until; i++) addPoints(store, run, i, { "losses/own": seed * i });
  }
  store.flush();
  const path = "/api/comparison?metric=losses/own&axis=iterations";
  const { groups } = await json<Comparison>(dashboard, path);
  for (const lock of locks) lock[Symbol.dispose]();
  strictEqual(groups.length, 1);
  strictEqual(groups[0].mean.x.at(-1), 30);
  strictEqual(groups[0].mean.y.at(-1), 45);
});

test("of several runs with one seed the newest counts", async (dashboard) => {
  const { store, runs } = dashboard;
  const configuration = agentConfiguration("ppo", 0.001);
  const again = addRun(store, { experiment: "cartpole-ppo", configuration, seed: 1 });
  addPoints(store, again, 390, { "evaluation/return_mean": 77 });
  setProgress(store, again, 390, { status: "completed" });
  const { groups } = await json<Comparison>(dashboard, "/api/comparison");
  const seeds = groups.flatMap((group) => group.seeds);
  strictEqual(seeds.find(({ run }) => run === runs["ppo-1"])!.counts, false);
  strictEqual(seeds.find(({ run }) => run === again)!.counts, true);
});

test("a picture whose file is gone is not there, and no page says where it lay", async (dashboard) => {
  const { store, folder, runs } = dashboard;
  const [{ hash }] = store.artifacts(runs.gan);
  await Deno.remove(`${folder}/runs/artifacts/${hash.slice(0, 2)}/${hash}`);
  const response = await get(dashboard, `/artifacts/${hash}`);
  strictEqual(response.status, 404);
  strictEqual(
    await response.text(),
    "Cannot show the picture as its file is missing or damaged",
  );
});

test("names come without characters that command a terminal", async (dashboard) => {
  const { store } = dashboard;
  const configuration = { ...agentConfiguration("ppo", 1), agent: { name: "\x1b[2J" } };
  const run = addRun(store, {
    ...{ experiment: "x\u202e", name: "\x1b]0;title\x07", tags: ["\r"], note: "\x08" },
    ...{ configuration, seed: 1 },
  });
  store.appendEvents(run, 1, [{ level: "info", message: "\x9b31m" }]);
  addPoints(store, run, 1, { "losses/\x1b[7m": 1 });
  setProgress(store, run, 1, { status: "failed", message: "\x1bc" });
  for (const path of ["/", `/runs/${run}`, `/compare?run=${run}`]) {
    const html = (await text(dashboard, path)).replace(/="[^"]*"/g, "");
    const [found] = html.match(/.{0,60}(?:[^\P{Cc}\n]|\u202e)/u) ?? [];
    strictEqual(found, undefined, path);
  }
});

test("a sample sheet is served for good under its hash", async (dashboard) => {
  const [{ hash, bytes }] = dashboard.store.artifacts(dashboard.runs.gan);
  const response = await get(dashboard, `/artifacts/${hash}`);
  strictEqual(response.headers.get("content-type"), "image/png");
  match(response.headers.get("cache-control")!, /immutable/);
  strictEqual((await response.arrayBuffer()).byteLength, bytes);
});

test("built files are kept for good by browsers, pages not at all", async (dashboard) => {
  const page = await get(dashboard, "/");
  strictEqual(page.headers.get("cache-control"), "no-store");
  const [, script] = (await page.text()).match(/src="(\/assets\/client-[^"]+)"/)!;
  const response = await get(dashboard, script);
  strictEqual(response.headers.get("content-type"), "text/javascript; charset=utf-8");
  match(response.headers.get("cache-control")!, /immutable/);
  await response.body?.cancel();
});

Deno.test("a store without runs says how to train some", async () => {
  await using dashboard = await openDashboard({ empty: true });
  match(await text(dashboard, "/"), /No run yet in .*deno task -q experiment/s);
  match(await text(dashboard, "/compare"), /deno task -q experiment/);
});

Deno.test("commands name the task that reaches the store", async () => {
  await using dashboard = await openDashboard();
  const { store, runs } = dashboard;
  using comparisons = new Comparisons(store.location);
  const program = { name: FLEET_PROGRAM, store: "/my runs" };
  const { handler } = createApp(store, comparisons, { program });
  for (const path of [`/runs/${runs["ppo-1"]}`, `/runs/${runs.diverged}`]) {
    const page = await (await handler(new Request(`http://127.0.0.1${path}`))).text();
    const commands = page.match(/(?<=<code>)deno task[^<]*/g)!;
    ok(commands.length > 0);
    for (const command of commands) {
      match(command, /^deno task -q experiment:fleet .* --store '\/my runs'$/);
      ok(page.includes(`data-copy="${command}"`), command);
    }
  }
});

test("an address of Compare that asks for what is not there leads to where it is mended", async (dashboard) => {
  const mended = await text(dashboard, "/compare?filter=agent.foo%3C3&axis=foo&smoothing=9");
  match(mended, /class="problem"[^>]*>[^<]*agent\.foo/);
  ok(mended.includes('value="agent.foo&lt;3"'), "the filter stays in its field");
  for (const line of [/x axis[^<]*foo/, /smoothing must be from 0 to 1: 9/]) match(mended, line);
  match(await text(dashboard, "/compare?axis=foo"), /cartpole-ppo/);
  match(await text(dashboard, "/compare?from=10"), /must both be given: to is not/);
  // Of the runs' page and a run's, too.
  const table = await text(dashboard, "/?fliter=ppo&offset=-1");
  match(table, /does not know it: &quot;fliter&quot; \(did you mean &quot;filter&quot;\?\)/);
  match(table, /class="problem"[^>]*>[^<]*offset must be a whole number/);
  match(table, /cartpole-ppo/);
  const run = await text(dashboard, `/runs/${dashboard.runs["ppo-1"]}?smothing=1&to=9`);
  match(run, /does not know it: &quot;smothing&quot;/);
  match(run, /must both be given: from is not/);
});

Deno.test("a store's bare name stays a word of messages, a path to it does not", async () => {
  await using dashboard = await openDashboard();
  const { store } = dashboard;
  const said = async (location: string) => {
    using comparisons = new Comparisons(location);
    const named = new Proxy(store, {
      get: (target, key) => {
        const value = key === "location" ? location : Reflect.get(target, key, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const { handler } = createApp(named, comparisons);
    return await (await handler(new Request("http://127.0.0.1/runs/zzzz"))).text();
  };
  match(await said("runs"), /there are \d+ runs/);
  match(await said(store.location), /there are \d+ runs/);
});

test("an address of a run asks for a view of its figures", async (dashboard) => {
  const page = await text(dashboard, `/runs/${dashboard.runs["ppo-1"]}?axis=foo&smoothing=0.05`);
  match(page, /class="problem"[^>]*>[^<]*x axis[^<]*foo/);
  ok(
    page.includes(
      "&quot;view&quot;:{&quot;axis&quot;:&quot;environmentSteps&quot;,&quot;smoothing&quot;:0.05}",
    ),
  );
});

for (const readOnly of [true, false]) {
  Deno.test(
    `runs in the trash are listed, and each says how it is taken back${
      readOnly ? " where pages change nothing" : ""
    }`,
    async () => {
      await using dashboard = await openDashboard({ readOnly });
      const { store, runs: { vae, "ppo-1": ppo } } = dashboard;
      const link = /<a href="\/trash">Trash \((\d+)\)/;
      strictEqual(link.test(await text(dashboard, "/")), false);
      match(await text(dashboard, "/trash"), /Nothing is in the trash/);
      store.trash(vae);
      store.trash(ppo);
      strictEqual(link.exec(await text(dashboard, "/"))![1], "2");
      strictEqual(JSON.parse(await text(dashboard, "/api/runs")).trashed, 2);
      const list = await text(dashboard, "/trash");
      const page = await text(dashboard, `/runs/${vae}`);
      match(page, /<h1>[^<]*seed/);
      for (const [shown, all] of [[list, [vae, ppo]], [page, [vae]]] as const) {
        const buttons = shown.match(/<button[^>]*class="button"[^>]*>Restore/g) ?? [];
        strictEqual(buttons.length, readOnly ? 0 : all.length);
      }
      for (const id of [vae, ppo]) ok(list.includes(`href="/runs/${id}"`));
      match(list, /data-island="live"/);
      const listed: TrashedRun[] = JSON.parse(await text(dashboard, "/api/trash"));
      deepStrictEqual(listed.map(({ id }) => id).toSorted(), [vae, ppo].toSorted());
      strictEqual(page.includes(`delete --restore ${vae}`), readOnly);
      store.restore(vae);
      strictEqual((await text(dashboard, "/trash")).includes(`href="/runs/${vae}"`), false);
      match(await text(dashboard, `/runs/${vae}`), /Configuration and manifest/);
    },
  );
}

Deno.test("a run is offered the commands that it can be given", () => {
  const commands = (more: object, kept: object = {}) =>
    nextCommands(
      { id: "r", isComputed: true, axis: "examples", status: "completed", ...more },
      { checkpoint: true, series: true, ...kept },
    );
  const offered = (more: object, samples?: { isText?: true }, kept: object = {}) =>
    commands(more, { samples, ...kept }).map(({ words }) => words);
  const usual = ["reproduce r", "evaluate r", "export r --format csv --out exported"];
  deepStrictEqual(offered({}), usual);
  deepStrictEqual(offered({ status: "stopped" }), usual);
  // Without a digest there is nothing to reproduce.
  for (const status of ["running", "pruned", "diverged"]) {
    deepStrictEqual(offered({ status }), usual.slice(1));
  }
  for (const status of ["killed", "interrupted", "failed"]) {
    deepStrictEqual(offered({ status }), ["resume r", ...usual.slice(1)]);
  }
  strictEqual(offered({ axis: "environmentSteps" })[1], "evaluate r --episodes 100");
  strictEqual(offered({}, {})[3], "sample r --count 64 --out samples.png");
  strictEqual(offered({}, { isText: true })[3], "sample r");
  deepStrictEqual(
    offered({ isComputed: false, status: "killed" }, {}),
    usual.slice(2),
  );
  // Nothing that it does not have is taken up.
  const [failed, none] = [{ status: "failed" }, { checkpoint: false, series: false }];
  deepStrictEqual(offered(failed, {}, none), ["resume r"]);
  deepStrictEqual(offered({ isComputed: false }, {}, none), []);
  deepStrictEqual(offered(failed, {}, { checkpoint: false }), ["resume r", usual[2]]);
  deepStrictEqual(
    [none, {}].map((kept) => commands(failed, kept)[0].meaning),
    ["begins anew", "goes on from the last checkpoint"],
  );
});

test("a page whose filter no run knows shows all runs, the filter and what is wrong with it", async (dashboard) => {
  const ask = async (path: string) => await (await get(dashboard, path)).text();
  const page = await ask("/?filter=agnt%3Dppo&sort=seed");
  ok(page.includes('value="agnt=ppo"') && page.includes("no run has a field"), page);
  strictEqual(page.match(/<tr/g)?.length, (await ask("/")).match(/<tr/g)?.length);
});
