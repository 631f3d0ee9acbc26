import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { LabError } from "../../lab/core/errors.ts";
import { createApp } from "../../web/app.ts";
import { Comparisons } from "../../web/comparisons.ts";
import { build, openDashboard } from "./built.ts";
import { addPoints, addRun, agentConfiguration, setProgress } from "./sample_store.ts";

await build();

const request = { runs: [], filter: "", smoothing: 0 };

Deno.test("other pages are answered while runs are compared", async () => {
  await using dashboard = await openDashboard({ empty: true });
  const { app, store } = dashboard;
  let newest = "";
  for (let i = 0; i < 180; i++) {
    const configuration = agentConfiguration("ppo", i % 30);
    newest = addRun(store, { experiment: "sweep", configuration, seed: Math.floor(i / 30) });
    addPoints(store, newest, 1, { "evaluation/return_mean": i });
    setProgress(store, newest, 1, { status: "completed" });
  }
  const get = async (path: string) => {
    const response = await app.handler(new Request(`http://127.0.0.1${path}`));
    strictEqual(response.status, 200);
    return await response.text();
  };
  const pages = ["/", `/runs/${newest}`, `/api/series?run=${newest}&name=evaluation/return_mean`];
  for (const path of pages) await get(path);
  let pending = true;
  const compared = get("/compare").finally(() => pending = false);
  let answered = 0;
  while (pending) {
    await get(pages[answered % pages.length]);
    // The thread's answer needs a turn of the event loop.
    await new Promise((resolve) => setTimeout(resolve));
    if (pending) answered++;
  }
  ok((await compared).includes("experiment=sweep"));
  ok(answered >= 6, `${answered} answers meanwhile`);
});

Deno.test("the frame of the page and its scripts come before the comparison", async () => {
  await using dashboard = await openDashboard();
  const { store } = dashboard;
  using comparisons = new Comparisons(store.location);
  const { signal } = new AbortController();
  const found = await comparisons.of(request, signal);
  for (const coding of ["identity", "br", "gzip"]) {
    for (const fails of [false, true]) {
      const comparing = Promise.withResolvers<typeof found>();
      const { handler } = createApp(store, { of: () => comparing.promise });
      const headers = { "accept-encoding": coding };
      const response = await handler(new Request("http://127.0.0.1/compare", { headers }));
      strictEqual(response.headers.get("content-encoding") ?? "identity", coding);
      const unpacked = coding === "identity"
        ? response.body!
        : response.body!.pipeThrough(new DecompressionStream(coding === "br" ? "brotli" : "gzip"));
      const reader = unpacked.pipeThrough(new TextDecoderStream()).getReader();
      // Where the frame waits for the comparison, both come too late.
      const late = setTimeout(() => comparing.reject(new LabError("too late")), 5000);
      let frame = "";
      while (!frame.includes("<main")) frame += (await reader.read()).value;
      clearTimeout(late);
      ok(!frame.includes("too late"), coding);
      match(frame, /<link rel="modulepreload" href="\/assets\/comparison-\w+\.js"/);
      match(frame, /<link rel="modulepreload" href="\/assets\/uPlot[\w.-]+\.js"/);
      if (fails) {
        comparing.reject(new LabError("Cannot compare as its thread has ended: no memory"));
      } else comparing.resolve(found);
      let rest = "";
      for (let part; !(part = await reader.read()).done;) rest += part.value!;
      match(rest, /<\/main><\/body><\/html>$/);
      match(
        rest,
        fails ? /class="problem">Cannot compare as its thread/ : /data-island="comparison"/,
      );
    }
  }
});

Deno.test("a reader that leaves stops its comparison, and others go on", async () => {
  await using dashboard = await openDashboard();
  using comparisons = new Comparisons(dashboard.store.location);
  const leaving = new AbortController();
  const left = comparisons.of(request, leaving.signal);
  const stays = comparisons.of(request, new AbortController().signal);
  leaving.abort(new Error("left"));
  await rejects(left, /left/);
  await rejects(comparisons.of(request, leaving.signal), /left/);
  const { filter, groups } = JSON.parse(new TextDecoder().decode(await stays));
  deepStrictEqual([filter, groups.length], ["tag=agents", 4]);
});

Deno.test("a store that is gone is named, and an ended thread fails those that wait", async () => {
  await using dashboard = await openDashboard();
  const { signal } = new AbortController();
  using nowhere = new Comparisons(`${dashboard.folder}/none`);
  await rejects(nowhere.of(request, signal), /Cannot read the store as there is none/);
  const comparisons = new Comparisons(dashboard.store.location);
  const waiting = comparisons.of(request, signal);
  comparisons[Symbol.dispose]();
  await rejects(waiting, /the dashboard has ended/);
});
