/** Exported pages: they say what the dashboard says, hold no path of the machine, reach nobody. */
import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { DatabaseSync } from "node:sqlite";
import { gunzipSync, gzipSync } from "node:zlib";
import { options } from "preact";
import { openStore } from "../../lab/store/sqlite_store.ts";
import { encodePlane } from "../../models/plane.ts";
import { contentsOf } from "../../web/contents.ts";
import { answeredBy, ask as pageAsks } from "../../web/ask.ts";
import { createApp } from "../../web/app.ts";
import { answerFrom } from "../../web/export/answer.ts";
import { comparedBy } from "../../web/export/compared_by.ts";
import { pageFile, siteFiles } from "../../web/export/pages.tsx";
import { capsuleOf } from "../../web/export/take.ts";
import type { Capsule } from "../../web/export/capsule.ts";
import { withoutPaths } from "../../web/export/without_paths.ts";
import { build, openDashboard } from "./built.ts";
import { addPoints, agentConfiguration, manifestOf, setProgress, sheet } from "./sample_store.ts";
import { defaultRng } from "../../lab/core/random.ts";
import { withStore } from "../lab/store/fixtures.ts";

await build();

/** What an exported page reads. */
const reader = (capsule: Capsule) => (name: string) => {
  const part = name === "runs" ? capsule.head : capsule.bodies.get(name.replace("run-", ""));
  return Promise.resolve(new TextEncoder().encode(JSON.stringify(part)));
};

Deno.test("a page answers from its capsule what the server answers", async () => {
  await using dashboard = await openDashboard();
  const { store, app } = dashboard;
  const runs = store.runs().filter(({ status }) => status !== "running");
  const ask = answerFrom(reader(await capsuleOf(store, runs)));
  const ids = runs.map(({ id }) => `run=${id}`).join("&");
  const [first] = runs;
  const names = store.seriesNames(first.id).slice(0, 3);
  const paths = [
    ...names.map((name) => `/api/series?${new URLSearchParams({ run: first.id, name })}`),
    `/api/series?run=${first.id}&name=${names[0]}&axis=wallSeconds&smoothing=0.1&from=1&to=20`,
    ...runs.map(({ id }) => `/api/sparks?run=${id}`),
    `/api/comparison?${ids}`,
    `/api/comparison?${ids}&metric=${names[0]}&axis=gradientSteps`,
    "/api/runs?filter=status%3Dcompleted+evaluation/return_mean>300&group=agent",
    "/api/runs?filter=agent.gama>1",
  ];
  for (const path of paths) {
    const there = await app.handler(new Request(`http://127.0.0.1${path}`));
    const here = await ask(path);
    const [wanted, said] = await Promise.all([there, here].map((each) => each.json()));
    // The store has runs that train beside those of the capsule; stamps are moments.
    if ("total" in wanted && "found" in wanted) delete wanted.total, delete said.total;
    deepStrictEqual(said, wanted, path);
  }
  strictEqual((await ask("/api/series?run=zzzzzz&name=x")).status, 404);
  strictEqual((await ask("/api/change")).status, 404);
  const aborted = AbortSignal.abort(new RangeError("nobody waits"));
  await rejects(ask(paths[0], { signal: aborted }), /nobody waits/);
});

Deno.test("a long series has its band at its own points, on the server and on an exported page", () =>
  withStore(async (store) => {
    const manifest = manifestOf({
      ...{ experiment: "mine", seed: 1, configuration: agentConfiguration("ppo", 0.01) },
    });
    const { id } = store.createRun({ name: "mine", tags: [], note: "", manifest });
    const deviation = (i: number) => Math.abs(Math.cos(3.7 * i));
    for (let i = 1; i <= 3000; i++) {
      addPoints(store, id, i, { "a/b_mean": Math.sin(2.3 * i), "a/b_std": deviation(i) });
    }
    setProgress(store, id, 3000, { status: "completed" });
    const server = createApp(store).handler;
    const page = answerFrom(reader(await capsuleOf(store, [store.run(id)!])));
    const asks = [(path: string) => server(new Request(`http://127.0.0.1${path}`)), page];
    for (const ask of asks) {
      for (const more of ["", "&from=1000&to=200000", "&smoothing=0.1"]) {
        const get = async (name: string) =>
          await (await ask(`/api/series?run=${id}&name=${name}${more}`)).json();
        const mean = await get("a/b_mean");
        const spread = await get("a/b_std&at=a/b_mean");
        ok(mean.x.length > 300 && mean.x.length < 2500, `${mean.x.length}`);
        deepStrictEqual(spread.x, mean.x);
        deepStrictEqual(spread.y, mean.iterations.map(deviation));
        deepStrictEqual([spread.last, spread.until], [deviation(3000), 3000]);
      }
    }
  }));

Deno.test("a site's comparison reads the runs that it compares, and no others", async () => {
  await using dashboard = await openDashboard();
  const { store } = dashboard;
  const runs = store.runs().filter(({ status }) => status === "completed");
  const asked: string[] = [];
  const read = reader(await capsuleOf(store, runs));
  const readBy = async (query: string) => {
    const ask = answerFrom((name) => (asked.push(name), read(name)));
    strictEqual((await ask(`/api/comparison?${query}`)).status, 200);
    return asked.splice(0).sort();
  };
  const [first, second] = runs;
  deepStrictEqual(
    await readBy(`run=${first.id}&run=${second.id}`),
    [`run-${first.id}`, `run-${second.id}`, "runs"].sort(),
  );
  const found = runs.filter(({ name }) => name.includes("ppo")).map(({ id }) => `run-${id}`);
  ok(found.length > 0 && found.length < runs.length);
  deepStrictEqual(await readBy("filter=ppo"), [...found, "runs"].sort());
});

Deno.test("a site's address that asks for what is not there compares nothing, and says why", async () => {
  await using dashboard = await openDashboard();
  const { store } = dashboard;
  const runs = store.runs().filter(({ status }) => status === "completed");
  const answer = answeredBy(answerFrom(reader(await capsuleOf(store, runs))));
  const of = async (query: string) => {
    const { initial, request, problem } = await comparedBy(new URLSearchParams(query));
    return { groups: initial.groups.length, request, problem };
  };
  try {
    const wrong = await of("filter=agent.gama%3C1");
    deepStrictEqual([wrong.groups, wrong.request.filter], [0, "agent.gama<1"]);
    match(wrong.problem, /did you mean "agent.gamma"/);
    // The rest of an address holds.
    const { groups, request, problem } = await of("filter=ppo&axis=steps&smothing=0.1");
    ok(groups > 0);
    deepStrictEqual([request.filter, request.axis], ["ppo", undefined]);
    match(
      problem,
      /does not know it: "smothing" \(did you mean "smoothing"\?\)\. .*x axis "steps"/,
    );
    strictEqual((await of("filter=ppo")).problem, "");
  } finally {
    answeredBy(answer);
  }
});

Deno.test("a page reads its runs from its site's folder, wherever it lies, or from itself", async () => {
  await using dashboard = await openDashboard();
  const { store } = dashboard;
  const [run] = store.runs().filter(({ status }) => status === "completed");
  const capsule = await capsuleOf(store, [run]);
  const packed = gzipSync(JSON.stringify(capsule.head));
  const { document, fetch, MutationObserver } = globalThis;
  const before = { document, fetch, MutationObserver };
  const themes = { value: "auto", addEventListener() {} };
  const { vnode } = options;
  const answer = answeredBy(() => Promise.reject(new Error("not yet")));
  try {
    for (const root of [undefined, "../"]) {
      const asked: string[] = [];
      Object.assign(globalThis, {
        document: {
          ...{
            documentElement: { dataset: { root } },
            cookie: "theme=dark",
            addEventListener() {},
          },
          ...{ querySelectorAll: () => [], querySelector: () => themes, dispatchEvent() {} },
          getElementById: (id: string) =>
            id === "data-runs" ? { textContent: packed.toString("base64") } : null,
        },
        MutationObserver: class {
          observe() {}
        },
        fetch: (path: string) => {
          asked.push(path);
          const ok = path === "../data/runs.bin";
          return Promise.resolve(
            new Response(ok ? Uint8Array.from(packed) : null, { status: ok ? 200 : 404 }),
          );
        },
      });
      // A module of its own each time.
      await import(`../../web/exported.ts?${root}`);
      const response = await pageAsks("/api/runs?filter=status%3Dcompleted");
      strictEqual((await response.json()).rows.length, 1);
      deepStrictEqual(asked, root === undefined ? [] : ["../data/runs.bin"]);
      strictEqual(themes.value, "dark");
      themes.value = "auto";
    }
  } finally {
    options.vnode = vnode;
    answeredBy(answer);
    Object.assign(globalThis, before);
  }
});

Deno.test("paths give way to their last names, addresses and ratios stay", () => {
  const cases: [text: string, plain: string][] = [
    ["at file:///home/me/lab/own.ts:3:4", "at own.ts:3:4"],
    ["Cannot read /home/me/own lab/x.ts", "Cannot read x.ts"],
    ["'/srv/data/images' has 3", "'images' has 3"],
    ["C:\\Users\\me\\own.ts", "own.ts"],
    ["evaluation/return_mean 1/2/3 ./a/b ~/c/d", "evaluation/return_mean 1/2/3 ./a/b ~/c/d"],
    ["https://example.org/a/b", "https://example.org/a/b"],
    ["at:/srv/me/x.csv:3 C:/Users/me/y.csv", "at:x.csv:3 y.csv"],
    ["see \\\\server\\share\\me\\x.csv", "see x.csv"],
    ["losses/runs /runs -I/home/me/own lab/x", "losses/runs /runs -Ix"],
  ];
  for (const [text, plain] of cases) {
    deepStrictEqual(withoutPaths({ a: [text] }, ["/home/me/own lab/runs"]), { a: [plain] });
  }
  // What differs in its folder alone differs still, wherever it is told of.
  const names = new Map<string, string>();
  const told = ["/a/b/train.csv", "/a/c/train.csv", "file:///a/b/train.csv", "in /a/c/train.csv:3"]
    .map((text) => withoutPaths(text, [], names));
  deepStrictEqual(told, ["train.csv", "train.csv (2)", "train.csv", "in train.csv (2):3"]);
});

Deno.test("a configuration's path gives way whatever letters are in it, wherever it is told of", async () => {
  const paths = [
    "/home/jo smith/secret project/my train.csv",
    "/home/o'neil/secret/(v2)/train.csv/",
    "/jo smith/train.csv",
    "D:\\jo smith\\train.csv",
    "\\\\server\\jo smith\\train.csv",
    "/only",
  ];
  await withStore(async (store) => {
    const configuration = { ...agentConfiguration("ppo", 0.01), files: { paths }, rate: "a/b" };
    const manifest = manifestOf({ experiment: "mine", seed: 1, configuration });
    const { id } = store.createRun({ name: "mine", tags: [], note: "losses/only", manifest });
    const messages = [
      ...paths.map((path) => `no ${path}: it is gone`),
      "no /home/jo smith/secret project/b.csv, no D:\\jo smith\\b.csv",
    ];
    store.appendEvents(id, 1, messages.map((message) => ({ level: "info", message })));
    const { head, bodies } = await capsuleOf(store, [store.run(id)!]);
    const [{ run: { note, manifest: { determined } } }] = head.runs;
    const last = ["my train.csv", ...[1, 2, 3, 4].map((i) => `train.csv${i > 1 ? ` (${i})` : ""}`)];
    const { files, rate } = determined.configuration;
    deepStrictEqual([files, rate, note], [{ paths: [...last, "only"] }, "a/b", "losses/only"]);
    deepStrictEqual(bodies.get(id)!.events.map(({ message }) => message), [
      ...[...last, "only"].map((name) => `no ${name}: it is gone`),
      "no b.csv, no b.csv (2)",
    ]);
  });
});

Deno.test("runs that differ in a folder alone stay two groups in an export, the older one's name first", () =>
  withStore(async (store) => {
    const runs = ["/scratch/b/train.csv", "/scratch/a/train.csv"].map((file) => {
      const configuration = { ...agentConfiguration("ppo", 0.01), file };
      const manifest = manifestOf({ experiment: "mine", seed: 1, configuration });
      const { id } = store.createRun({ name: "mine", tags: [], note: "", manifest });
      return id;
    });
    const taken = await capsuleOf(store, runs.toReversed().map((id) => store.run(id)!));
    const files = taken.head.runs.map(({ run }) => run.manifest.determined.configuration.file);
    deepStrictEqual(files, ["train.csv (2)", "train.csv"]);
  }));

Deno.test("what is damaged or missing is left out of an export, and named with its run", () =>
  withStore(async (store) => {
    const configuration = agentConfiguration("ppo", 0.01);
    const manifest = manifestOf({ experiment: "mine", seed: 1, configuration });
    const { id } = store.createRun({ name: "mine", tags: [], note: "", manifest });
    addPoints(store, id, 1, { a: 1, b: 2 });
    const bytes = sheet(defaultRng(1), 1);
    const mediaType = "image/png";
    await store.putArtifact(id, { name: "sheet", iteration: 1, mediaType, bytes });
    store.flush();
    const [{ hash }] = store.artifacts(id);
    await Deno.remove(`${store.location}/artifacts`, { recursive: true });
    using database = new DatabaseSync(`${store.location}/lab.db`);
    database.prepare("UPDATE chunk SET points = x'00' WHERE rowid = (SELECT min(rowid) FROM chunk)")
      .run();
    const lost: string[] = [];
    const capsule = await capsuleOf(store, [store.run(id)!], undefined, (line) => lost.push(line));
    const { series, artifacts } = capsule.bodies.get(id)!;
    deepStrictEqual([Object.keys(series).length, artifacts], [1, []]);
    strictEqual(lost.length, 2, lost.join());
    ok(
      lost.some((line) => line.startsWith(`Left out of run ${id}: `) && line.includes(hash)),
      lost[0],
    );
    ok(lost.some((line) => /^Left out: Cannot read the series [ab] of run /.test(line)), lost[1]);
  }));

Deno.test("an export says nothing of the machine's folders, and holds other runs' names nowhere", async () => {
  const folder = await Deno.makeTempDir({ prefix: "zanzibar folder " });
  const store = openStore(`${folder}/runs`);
  try {
    const add = (seed: number, name: string) => {
      const configuration = agentConfiguration("ppo", 0.01);
      const manifest = manifestOf({ experiment: "mine", seed, configuration });
      const definition = { ...manifest.definition, module: `${folder}/own/mine.ts` };
      const dataset = { name: "images", path: "/media/zanzibar/faces" };
      const determined = {
        ...manifest.determined,
        configuration: { ...configuration, environment: { id: "Mine-v0" }, dataset },
      };
      const run = store.createRun({
        name,
        manifest: { ...manifest, definition, determined },
        tags: ["first"],
        note: `from ${folder}/own/notes.txt </script><script>alert(1)</script>`,
      }).id;
      addPoints(store, run, 1, { "evaluation/return_mean": 3, "losses/policy": NaN });
      store.appendEvents(run, 1, [{ level: "warning", message: `see ${folder}/own/log.txt` }]);
      setProgress(store, run, 2, { status: "failed", message: `no file file://${folder}/a/b.bin` });
      return run;
    };
    const [run, other] = [add(1, "shown"), add(2, "secret")];
    const picture = sheet(defaultRng(1), 1);
    await store.putArtifact(run, {
      ...{ name: "samples", iteration: 1, mediaType: "image/png", bytes: picture },
    });
    const words = new TextEncoder().encode(`to be or ${folder}/own/not`);
    await store.putArtifact(run, {
      ...{ name: "words", iteration: 1, mediaType: "text/plain", bytes: words },
    });
    const plane = encodePlane({ samples: Float32Array.of(1, 2) });
    await store.putArtifact(run, {
      ...{ name: "plane", iteration: 1, mediaType: "text/plain" },
      bytes: new TextEncoder().encode(plane),
    });
    const capsule = await capsuleOf(store, [store.find(run)]);
    const [{ hash }] = contentsOf(store, store.find(run)).planes;
    strictEqual(new TextDecoder().decode(capsule.files.get(`text-${hash}`)), plane);
    const [text] = store.artifacts(run).filter(({ name }) => name === "words");
    const said = await answerFrom((name) => Promise.resolve(capsule.files.get(name)!))(
      `/texts/${text.hash}`,
    );
    strictEqual(await said.text(), "to be or not");
    const page = await pageFile(capsule, { run });
    const files = await Array.fromAsync(siteFiles(capsule));
    const bare = ({ path, content }: typeof files[number]) =>
      path.endsWith(".bin") ? gunzipSync(content as Uint8Array).toString() : content.toString();
    const own = files.filter(({ path }) => !path.startsWith("assets/"));
    const data = [...page.matchAll(/id="data-(?:run[^"]*)">([^<]*)</g)]
      .map(([, text]) => gunzipSync(Uint8Array.fromBase64(text)).toString());
    strictEqual(data.length, 2);
    for (const text of [page, ...data, ...own.map(bare)]) {
      for (const secret of ["zanzibar", "/own/", "/media", "secret", other]) {
        ok(!text.includes(secret), `${secret} in ${text.slice(0, 200)}`);
      }
    }
    ok(page.includes("mine.ts") && page.includes("see log.txt") && page.includes("no file b.bin"));
    deepStrictEqual(
      own.map(({ path }) => path).filter((path) => !path.startsWith("data/")),
      ["index.html", "compare.html", "train.html", `runs/${run}.html`],
    );
    ok(!page.includes("<script>alert"), "a note is text");
  } finally {
    store.close();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a site holds what the series of each method mean, as the server says it", async () => {
  await using dashboard = await openDashboard();
  const [run] = dashboard.store.runs();
  const capsule = await capsuleOf(dashboard.store, [run]);
  const files = await Array.fromAsync(siteFiles(capsule));
  const ask = answerFrom((name) => {
    const file = files.find(({ path }) => path === `data/${name}.bin`)!;
    return Promise.resolve(new Uint8Array(gunzipSync(file.content as Uint8Array)));
  });
  for (const method of ["ppo", "vae"]) {
    const path = `/api/guide?method=${method}`;
    const there = await dashboard.app.handler(new Request(`http://127.0.0.1${path}`));
    const wanted = await there.json();
    ok(Object.keys(wanted).some((name) => name.startsWith("losses/")), method);
    deepStrictEqual(await (await ask(path)).json(), wanted);
  }
  deepStrictEqual(await (await ask("/api/guide?method=mine")).json(), {});
});

Deno.test("a page may run its own script, and reach nobody", async () => {
  await using dashboard = await openDashboard();
  const [run] = dashboard.store.runs().filter(({ status }) => status === "completed");
  const capsule = await capsuleOf(dashboard.store, [run]);
  const page = await pageFile(capsule, { run: run.id });
  match(page, /content="default-src 'none'; script-src 'sha256-[\w+/=]+' 'wasm-unsafe-eval'; /);
  ok(!/connect-src|unsafe-inline|'unsafe-eval'/.test(page.slice(0, 1000)));
  // It leads nowhere and loads nothing.
  deepStrictEqual(page.match(/ (?:href|src)="(?!data:|#)[^"]*"/g), null);
  for await (const { path, content } of siteFiles(capsule)) {
    if (!path.endsWith(".html")) continue;
    // The page that is shown is marked among those of the head, a run's page is none of them.
    const current = [...String(content).matchAll(/aria-current="page"[^>]*>(\w+)/g)]
      .map(([, name]) => name);
    const names: Record<string, string> = { "index.html": "Runs", "compare.html": "Compare" };
    names["train.html"] = "Train";
    deepStrictEqual([path, current], [path, path in names ? [names[path]] : []]);
    const links = [...String(content).matchAll(/ (?:href|src)="([^"]*)"/g)].map(([, to]) => to);
    ok(links.length > 4);
    for (const link of links) ok(/^(\.\.?\/|#)/.test(link), `${path}: ${link}`);
  }
});
