/** What a page has of a store: each question about a run is answered as the store answers it. */
import { h, type VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { CapsuleStore } from "../../web/export/capsule_store.ts";
import { inFile, inSite, ledBy } from "../../web/export/places.ts";
import { capsuleOf } from "../../web/export/take.ts";
import { checkpointAt, pointAt, withStore } from "../lab/store/fixtures.ts";
import { addRun, agentConfiguration } from "./sample_store.ts";

Deno.test("a page's store answers as the one that it was taken from", () =>
  withStore(async (store) => {
    const runs = ["a", "b"].map((experiment, seed) => {
      const configuration = agentConfiguration(experiment, 0.1);
      return addRun(store, { experiment, configuration, seed, tags: [experiment], note: "n" });
    });
    for (const [k, id] of runs.entries()) {
      for (let i = 1; i <= 20 + k; i++) {
        store.append(id, [pointAt("losses/policy", i, i === 7 ? NaN : i / 3)]);
        if (i % 4 === 0) store.append(id, [pointAt("evaluation/return_mean", i, i + k)]);
        if (i % 5 === 0) {
          store.appendEvents(id, i, [{ level: "warning", message: `at ${i}` }]);
        }
      }
      const bytes = new TextEncoder().encode(`text ${k}`);
      for (const iteration of [5, 9]) {
        const mediaType = "text/plain";
        await store.putArtifact(id, { name: "samples", iteration, mediaType, bytes });
      }
      await store.saveCheckpoint(id, checkpointAt(20));
      store.update(id, { status: "completed", digest: `d${k}`, iterations: 20 + k });
    }
    store.flush();
    const { head, bodies } = await capsuleOf(store, store.runs());
    const page = new CapsuleStore(JSON.parse(JSON.stringify(head)));
    deepStrictEqual(runs.map((id) => page.holds(id)), [false, false]);
    throws(() => page.events(runs[0]), /not here/);
    for (const [id, body] of bodies) page.hold(id, JSON.parse(JSON.stringify(body)));
    deepStrictEqual([page.holds(runs[1]), page.holds("none")], [true, false]);
    const names = ["losses/policy", "evaluation/return_mean"];
    const shapes = [{}, { points: 6 }];
    for (const id of runs) {
      const of = (from: typeof store | typeof page) => ({
        ...{ run: from.run(id), found: from.find(id), names: from.seriesNames(id) },
        ...{ last: from.lastMetrics(id), events: from.events(id), count: from.eventCount(id) },
        newest: [1, 2, 9].map((newest) => from.events(id, { newest })),
        ...{ artifacts: from.artifacts(id), checkpoints: from.checkpoints(id) },
        series: names.flatMap((name) => shapes.map((shape) => from.series(id, name, shape))),
      });
      const grown = (from: typeof store | typeof page) =>
        [8, 19, 99].map((after) => [...from.series(id, names[0], { after }).iterations]);
      deepStrictEqual(grown(page), grown(store));
      const there = of(store);
      deepStrictEqual(of(page), there);
      strictEqual(there.count, 4);
      deepStrictEqual(there.artifacts.length, 2);
    }
    deepStrictEqual(page.runs(), store.runs());
    deepStrictEqual(page.seriesNames(), store.seriesNames());
    deepStrictEqual(page.allLastMetrics(), store.allLastMetrics());
    for (const name of [...names, "none", "constructor", "__proto__"]) {
      deepStrictEqual(page.lastValues(name), store.lastValues(name));
    }
    deepStrictEqual(page.run("none"), undefined);
    throws(() => page.find("none"), /not on this page: none/);
  }));

/** What a page says of its links, where they are led by a place. */
function led(place: Parameters<typeof ledBy>[0], draw: () => VNode): string {
  const stop = ledBy(place);
  try {
    return renderToString(draw());
  } finally {
    stop();
  }
}

Deno.test("links of the server lead where a page's files are, others where they did", () => {
  const site = inSite("../");
  const cases = {
    "/": "../index.html",
    "/?filter=a": "../index.html?filter=a",
    "/compare?run=a": "../compare.html?run=a",
    "/train": "../train.html",
    "/runs/abc": "../runs/abc.html",
    "/assets/x.css": "../assets/x.css",
    "/artifacts/f00": "../data/f00.png",
    "/sweeps": "../sweeps.html",
    "/sweeps/a%25b": "../sweeps/a%2525b.html",
    "/api/runs": undefined,
  };
  for (const [path, place] of Object.entries(cases)) strictEqual(site(path, "href"), place, path);
  const file = inFile((hash) => hash === "f00" ? "data:x" : undefined);
  deepStrictEqual(
    [file("/artifacts/f00", "src"), file("/artifacts/f00", "href"), file("/artifacts/f11", "src")],
    ["data:x", undefined, undefined],
  );
  deepStrictEqual(file("/runs/abc", "src"), undefined);
  const draw = () =>
    h("p", {}, [
      h("a", { href: "/runs/abc" }, "run"),
      h("a", { href: "#end" }, "end"),
      h("a", { href: "https://example.org/runs/abc" }, "far"),
      h("a", { href: "/api/x" }, "api"),
      h("img", { src: "/artifacts/f00", title: "/runs/abc" }),
    ]);
  strictEqual(
    led(site, draw),
    '<p><a href="../runs/abc.html">run</a><a href="#end">end</a>' +
      '<a href="https://example.org/runs/abc">far</a><a>api</a>' +
      '<img src="../data/f00.png" title="/runs/abc"/></p>',
  );
  // Afterwards links are as they were.
  strictEqual(renderToString(h("a", { href: "/runs/abc" })), '<a href="/runs/abc"></a>');
});
