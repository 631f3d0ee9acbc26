/** Attacks from other machines, other sites and stored text; each must fail. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { createApp } from "../../web/app.ts";
import { Access, newToken } from "../../web/access.ts";
import { Comparisons } from "../../web/comparisons.ts";
import { Rate } from "../../web/rate.ts";
import { withStore } from "../lab/store/fixtures.ts";
import { build, openDashboard } from "./built.ts";
import { addPoints, addRun, agentConfiguration, setProgress } from "./sample_store.ts";

await build();

const token = newToken();
const shared = { host: "0.0.0.0", token };

Deno.test("another host's pages are served to those alone who have the token", () =>
  withStore(async (store) => {
    using comparisons = new Comparisons(store.location);
    const { handler } = createApp(store, comparisons, { readOnly: false, shared });
    const ask = async (path: string, headers: Record<string, string> = {}) =>
      await handler(new Request(`http://192.168.0.7:8321${path}`, { headers }));
    for (const path of ["/", "/api/runs", "/assets/icon.svg", "/runs/x", "/nowhere"]) {
      strictEqual((await ask(path)).status, 401, path);
      strictEqual((await ask(path, { cookie: "reverie-8321=00" })).status, 401, path);
    }
    // Cookies of a server that has gone are no guesses, however often they come.
    for (let i = 0; i < 30; i++) await ask("/", { cookie: "reverie-8321=00" });
    strictEqual((await ask(`/?token=${token.slice(1)}`)).status, 401);
    const entered = await ask(`/compare?filter=ppo&token=${token}`);
    strictEqual(entered.status, 303);
    strictEqual(entered.headers.get("location"), "/compare?filter=ppo");
    const cookie = entered.headers.get("set-cookie")!;
    match(cookie, /; HttpOnly; SameSite=Strict$/);
    // Another server of this machine has a cookie of its own.
    match(cookie, /^reverie-8321=/);
    const [pair] = cookie.split(";");
    strictEqual((await ask("/", { cookie: `theme=dark; ${pair}` })).status, 200);
    // The cookie alone changes nothing: the request must come from a page of this server.
    const change = (origin: string) =>
      handler(
        new Request("http://192.168.0.7:8321/api/change", {
          method: "POST",
          headers: {
            ...{ origin, cookie: pair },
            ...{ "content-type": "application/json", "content-length": "2" },
          },
          body: "{}",
        }),
      );
    strictEqual((await change("http://evil.example")).status, 403);
    strictEqual((await change("http://192.168.0.7:8321")).status, 400);
  }));

Deno.test("what pages ask for is answered to no page from elsewhere, pages to links from everywhere", () =>
  withStore(async (store) => {
    using comparisons = new Comparisons(store.location);
    const { handler } = createApp(store, comparisons);
    const statuses = (path: string) =>
      Promise.all(
        [undefined, "none", "same-origin", "same-site", "cross-site"].map(async (site) => {
          const headers: HeadersInit = site === undefined ? {} : { "sec-fetch-site": site };
          const answer = await handler(new Request(`http://127.0.0.1${path}`, { headers }));
          await answer.body?.cancel();
          return answer.status;
        }),
      );
    for (const path of ["/api/live", "/api/runs", "/%61pi/runs", "/a%70%69/runs?%ff"]) {
      deepStrictEqual(await statuses(path), [200, 200, 200, 403, 403], path);
    }
    deepStrictEqual((await statuses("/%61pi/runs/%ff")).slice(3), [403, 403]);
    deepStrictEqual(await statuses("/"), Array(5).fill(200));
  }));

Deno.test("a link on another site, which brings no cookie, leads here by a page that comes again, once", async () => {
  const access = new Access(shared);
  const cookie = `reverie-8321=${token}`;
  const ask = (path: string, headers: Record<string, string> = { accept: "text/html,*/*" }) =>
    access.refusal(new Request(`http://10.0.0.1:8321${path}`, { headers }));
  const first = (await ask('/runs/x?a=1&b="2"'))!;
  strictEqual(first.status, 401);
  const [, place] = /content="0;url=([^"]*)"/.exec(await first.text())!;
  strictEqual(place, "?a=1&amp;b=%222%22&amp;again");
  const unknown = (await ask("/runs/x?a=1&again"))!;
  match(await unknown.text(), /^Cannot answer without the token/);
  const known = (await ask("/runs/x?a=1&again", { cookie }))!;
  deepStrictEqual([known.status, known.headers.get("location")], [303, "/runs/x?a=1"]);
  strictEqual(await ask("/runs/x?a=1", { cookie }), undefined);
  match(
    await (await ask("/runs/x", { accept: "*/*" }))!.text(),
    /^Cannot answer without the token/,
  );
  // Nor does a path lead to another server.
  const away = (await ask(`//evil.example/?token=${token}`))!;
  strictEqual(away.headers.get("location"), "/evil.example/");
});

Deno.test("a token is not guessed by trying", async () => {
  const access = new Access(shared);
  const ask = async (guess: string) =>
    (await access.refusal(new Request(`http://10.0.0.1/?token=${guess}`)))?.status;
  const answers: (number | undefined)[] = [];
  for (let i = 0; i < 30; i++) answers.push(await ask(`${i}`));
  deepStrictEqual([answers.indexOf(429), new Set(answers)], [20, new Set([401, 429])]);
  strictEqual(await ask(token), 429);
  strictEqual(new Set(Array.from({ length: 50 }, newToken)).size, 50);
});

Deno.test("only the machine's own names and addresses are answered to", async () => {
  const status = async (access: Access, host: string) =>
    (await access.refusal(new Request(`http://${host}/`)))?.status;
  const own = new Access();
  deepStrictEqual(
    [await status(own, "localhost"), await status(own, "127.0.0.1:80"), await status(own, "lab")],
    [undefined, undefined, 403],
  );
  strictEqual(await status(new Access(shared), "rebound.example"), 403);
  strictEqual(await status(new Access(shared), "[fd00::1]"), 401);
  strictEqual(await status(new Access({ host: "lab", token }), "lab"), 401);
  strictEqual(await status(new Access({ host: "lab", token }), "192.168.0.7"), 403);
});

Deno.test("what is stored as a picture and is none is never sent", async () => {
  await using dashboard = await openDashboard();
  const { store, app, runs } = dashboard;
  const script = "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
  const artifact = await store.putArtifact(runs.vae, {
    name: "samples",
    iteration: 200,
    mediaType: "image/png",
    bytes: new TextEncoder().encode(script),
  });
  const response = await app.handler(new Request(`http://127.0.0.1/artifacts/${artifact.hash}`));
  strictEqual(response.status, 404);
  ok(!(await response.text()).includes("script"));
});

Deno.test("samples of text are sent as plain text, whatever they look like", async () => {
  await using dashboard = await openDashboard();
  const { store, app, runs } = dashboard;
  const put = (bytes: Uint8Array) =>
    store.putArtifact(runs.vae, { name: "words", iteration: 200, mediaType: "text/plain", bytes });
  const script = "<script>alert(1)</script> – ünd";
  const { hash } = await put(new TextEncoder().encode(script));
  const response = await app.handler(new Request(`http://127.0.0.1/texts/${hash}`));
  strictEqual(await response.text(), script);
  strictEqual(response.headers.get("content-type"), "text/plain; charset=utf-8");
  strictEqual(response.headers.get("x-content-type-options"), "nosniff");
  const other = await put(Uint8Array.of(0xff, 0xfe));
  const refused = await app.handler(new Request(`http://127.0.0.1/texts/${other.hash}`));
  strictEqual(refused.status, 404);
  // The run's page leaves it its place, and says how samples are drawn.
  const page = await (await app.handler(new Request(`http://127.0.0.1/runs/${runs.vae}`))).text();
  match(
    page,
    /<pre class="samples" role="region" tabindex="0" aria-label="words at iteration 200">/,
  );
});

Deno.test("no path leaves the artifacts' folder", async () => {
  await using dashboard = await openDashboard();
  const up = [
    "../lab.db",
    "..%2flab.db",
    "%2e%2e%2flab.db",
    "..%5clab.db",
    "%2e%2e/%2e%2e/etc/passwd",
  ];
  for (const path of [...up, "/etc/passwd", "%2fetc%2fpasswd", "a".repeat(64), ".", "%00"]) {
    for (const folder of ["artifacts", "assets"]) {
      const request = new Request(`http://127.0.0.1/${folder}/${path}`);
      const response = await dashboard.app.handler(request);
      const text = await response.text();
      ok(response.status >= 400, `${folder}/${path}: ${response.status}`);
      ok(!text.includes("SQLite") && !text.includes("root:"), text);
    }
  }
});

Deno.test("stored names, tags, notes and messages are text wherever they stand", () =>
  withStore(async (store) => {
    const evil = `"'></textarea><img src=x onerror=alert(1)><script>alert(1)</script>`;
    const configuration = { ...agentConfiguration("ppo", 1), [evil]: evil };
    const run = addRun(store, {
      ...{ experiment: evil, configuration, seed: 1, name: evil, tags: [evil], note: evil },
    });
    store.appendEvents(run, 1, [{ level: "error", message: evil }]);
    using comparisons = new Comparisons(store.location);
    const { handler } = createApp(store, comparisons, { readOnly: false });
    const query = encodeURIComponent(evil);
    for (const path of ["/", `/runs/${run}`, "/compare", `/?filter=${query}`, `/${query}`]) {
      const text = await (await handler(new Request(`http://127.0.0.1${path}`))).text();
      ok(!/<img src=x|<script>alert|<\/textarea><img/.test(text), path);
    }
  }));

Deno.test("no stored text commands a terminal or turns the direction of a page, wherever it stands", () =>
  withStore(async (store) => {
    const evil = "a\u202eb\u001b[2J\u0007c";
    const configuration = { ...agentConfiguration("ppo", 1), [evil]: evil };
    const run = addRun(store, {
      ...{ experiment: evil, configuration, seed: 1, name: evil, tags: [evil], note: evil },
    });
    addPoints(store, run, 1, { [`losses/${evil}`]: 1, "losses/policy": 2 });
    store.appendEvents(run, 1, [{ level: "error", message: evil }]);
    const bytes = new TextEncoder().encode(evil);
    await store.putArtifact(run, { name: evil, iteration: 1, mediaType: "text/plain", bytes });
    setProgress(store, run, 1, { status: "failed", message: evil });
    using comparisons = new Comparisons(store.location);
    const { handler } = createApp(store, comparisons, { readOnly: false });
    const query = encodeURIComponent(evil);
    const turning = /[\u200e\u200f\u2028-\u202e\u2066-\u2069]|[^\P{Cc}\n]/u;
    const lines: (readonly [string, string])[] = [];
    const ask = async (path: string) =>
      await (await handler(new Request(`http://127.0.0.1${path}`))).text();
    for (
      const path of ["/", "/compare", `/runs/${run}`, `/${query}`, "/train"]
    ) {
      // What an island is written with, and what a control stands for, is data.
      const text = (await ask(path)).replace(/ (data-props|value)="[^"]*"/g, "");
      const found = turning.exec(text);
      if (found !== null) lines.push([path, text.slice(found.index - 60, found.index + 20)]);
    }
    deepStrictEqual(lines, []);
    // No column is named by it.
    const { keys } = JSON.parse(await ask("/api/runs"));
    ok(keys.length > 20 && keys.every((key: string) => !turning.test(key)));
  }));

Deno.test("so many times within a span, and again after it", () => {
  let now = 0;
  const rate = new Rate(2, 100, () => now);
  deepStrictEqual([rate.take(), rate.take(), rate.take()], [true, true, false]);
  now = 101;
  deepStrictEqual([rate.take(), rate.take(), rate.take()], [true, true, false]);
});

Deno.test("changes are bounded", async () => {
  await using dashboard = await openDashboard({ readOnly: false });
  const statuses = new Set<number>();
  for (let i = 0; i < 101; i++) {
    const { status } = await dashboard.app.handler(
      new Request("http://127.0.0.1/api/change", {
        method: "POST",
        headers: {
          "origin": "http://127.0.0.1",
          "content-type": "application/json",
          "content-length": "2",
        },
        body: "{}",
      }),
    );
    statuses.add(status);
  }
  deepStrictEqual([...statuses], [400, 429]);
});
