import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { withNews } from "../../web/contents.ts";
import { createApp } from "../../web/app.ts";
import { Comparisons } from "../../web/comparisons.ts";
import { Feed } from "../../web/feed.ts";
import { handler, type LiveMessage } from "../../web/routes/api/live.ts";
import { type Dashboard, openDashboard } from "./built.ts";
import { addPoints, addRun, agentConfiguration, setProgress, sheet } from "./sample_store.ts";
import { streamOf } from "../../lab/core/random.ts";

/** Messages of the live stream, one after the other. */
class Messages implements AsyncDisposable {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";
  lastId = "";

  private constructor(response: Response) {
    strictEqual(response.headers.get("content-type"), "text/event-stream");
    this.#reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  }

  static async open({ app }: Dashboard, query = "", lastId?: string): Promise<Messages> {
    const headers: HeadersInit = lastId === undefined ? {} : { "last-event-id": lastId };
    const request = new Request(`http://127.0.0.1/api/live${query}`, { headers });
    return new Messages(await app.handler(request));
  }

  async next(): Promise<LiveMessage> {
    while (true) {
      const end = this.#text.indexOf("\n\n");
      if (end >= 0) {
        const message = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        this.lastId = /^id: (.*)$/m.exec(message)?.[1] ?? this.lastId;
        const [, data] = /^data: (.*)$/m.exec(message) ?? [];
        if (data !== undefined) return JSON.parse(data);
        continue;
      }
      // A message that never comes fails the test instead of holding it.
      const timer = setTimeout(() => this.#reader.cancel(), 60_000);
      const { value, done: closed } = await this.#reader.read();
      clearTimeout(timer);
      if (closed) throw new Error("No message came");
      this.#text += value;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel();
  }
}

function test(name: string, body: (dashboard: Dashboard) => Promise<void>): void {
  Deno.test(name, async () => {
    await using dashboard = await openDashboard();
    await body(dashboard);
  });
}

test("the first message holds every run, the next only what changed", async (dashboard) => {
  const { runs, store } = dashboard;
  await using messages = await Messages.open(dashboard);
  const first = await messages.next();
  strictEqual(first.complete, true);
  deepStrictEqual(first.rows.map(({ id }) => id).sort(), Object.values(runs).sort());

  addPoints(store, runs.running, 240, { "evaluation/return_mean": 321 });
  store.flush();
  const second = await messages.next();
  deepStrictEqual(second.rows.map(({ id }) => id), [runs.running]);
  deepStrictEqual(second.rows[0].headline, {
    name: "evaluation/return_mean",
    series: "evaluation/return_mean",
    value: 321,
    mark: 475,
  });

  setProgress(store, runs.running, 250);
  const third = await messages.next();
  strictEqual(third.rows[0].count, 250 * 256);
  ok(third.rows[0].stamp > second.rows[0].stamp);
});

test("new runs appear and deleted ones go", async (dashboard) => {
  const { runs, store } = dashboard;
  await using messages = await Messages.open(dashboard);
  await messages.next();
  const configuration = agentConfiguration("ppo", 0.1);
  const added = addRun(store, { experiment: "cartpole-ppo", configuration, seed: 9 });
  deepStrictEqual((await messages.next()).rows.map(({ id }) => id), [added]);
  store.trash(runs.vae);
  deepStrictEqual((await messages.next()).removed, [runs.vae]);
});

test("a killed process is noticed though it writes nothing", async (dashboard) => {
  await using messages = await Messages.open(dashboard);
  await messages.next();
  dashboard.running[Symbol.dispose]();
  const { rows } = await messages.next();
  deepStrictEqual(rows.map(({ id, status }) => [id, status]), [[dashboard.runs.running, "killed"]]);
});

test("a run page hears of new series, pictures, events and its end", async (dashboard) => {
  const { runs, store } = dashboard;
  await using messages = await Messages.open(dashboard, `?run=${runs.running}`);
  let contents = (await messages.next()).contents!;
  ok(!contents.names.includes("losses/new"));
  deepStrictEqual(contents.pictures, []);

  addPoints(store, runs.running, 201, { "losses/new": 1 });
  const { hash } = await store.putArtifact(runs.running, {
    name: "samples",
    iteration: 201,
    mediaType: "image/png",
    bytes: sheet(streamOf(1, "sheet"), 0.5),
  });
  store.appendEvents(runs.running, 201, [{ level: "info", message: "halfway" }]);
  setProgress(store, runs.running, 201, { status: "failed", message: "the disk is full" });
  while (contents.message !== "the disk is full") {
    contents = withNews(contents, (await messages.next()).news ?? {});
  }
  ok(contents.names.includes("losses/new"));
  deepStrictEqual(contents.pictures, [{ name: "samples", iteration: 201, hash }]);
  strictEqual(contents.events.at(-1)!.message, "halfway");
});

test("a reader that comes back gets what it missed, one of another server everything", async (dashboard) => {
  const { runs, store } = dashboard;
  let lastId = "";
  {
    await using messages = await Messages.open(dashboard);
    await messages.next();
    lastId = messages.lastId;
  }
  setProgress(store, runs.running, 300);
  {
    await using messages = await Messages.open(dashboard, "", lastId);
    const { rows, complete } = await messages.next();
    strictEqual(complete, false);
    deepStrictEqual(rows.map(({ id }) => id), [runs.running]);
  }
  await using messages = await Messages.open(dashboard, "?after=1000");
  const { rows, complete } = await messages.next();
  strictEqual(complete, true);
  strictEqual(rows.length, Object.keys(runs).length);
});

test("eleven readers of a run with 20,000 events get each new one alone", async (dashboard) => {
  const { runs: { running }, store } = dashboard;
  const event = (i: number) => ({ level: "info" as const, message: `event ${i}` });
  store.appendEvents(running, 1, Array.from({ length: 20_000 }, (_, i) => event(i)));
  await using readers = new AsyncDisposableStack();
  const opened: Messages[] = [];
  for (let i = 0; i < 11; i++) {
    opened.push(readers.use(await Messages.open(dashboard, `?run=${running}`)));
  }
  for (const { contents } of await Promise.all(opened.map((reader) => reader.next()))) {
    deepStrictEqual([contents!.events.length, contents!.eventCount], [200, 20_000]);
  }
  store.appendEvents(running, 2, [event(20_000)]);
  for (const { rows, news } of await Promise.all(opened.map((reader) => reader.next()))) {
    deepStrictEqual([rows.length, Object.keys(news!).sort()], [0, ["eventCount", "events"]]);
    deepStrictEqual(news!.events!.map(({ message }) => message), ["event 20000"]);
  }
});

test("who asks for the head alone, or has left, keeps no reader's place", async ({ store }) => {
  const feed = new Feed(store);
  using comparisons = new Comparisons(store.location);
  const { handler } = createApp(store, comparisons, { feed });
  const url = "http://127.0.0.1/api/live";
  const head = await handler(new Request(url, { method: "HEAD" }));
  strictEqual(head.headers.get("content-type"), "text/event-stream");
  deepStrictEqual([head.status, head.body, feed.readers], [200, null, 0]);
  for (const leavesAt of ["once", "later"]) {
    const reader = new AbortController();
    if (leavesAt === "once") reader.abort();
    const { body } = await handler(new Request(url, { signal: reader.signal }));
    strictEqual(feed.readers, leavesAt === "once" ? 0 : 1);
    // Nobody cancels the body: the connection is gone.
    reader.abort();
    await new Promise((resolve) => setTimeout(resolve));
    strictEqual(feed.readers, 0, leavesAt);
    await body!.cancel();
  }
});

test("what a run holds is read once for all its readers", ({ store, runs }) => {
  let reads = 0;
  const counted = new Proxy(store, {
    get(target, key) {
      const value = Reflect.get(target, key, target);
      if (key === "events") reads++;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const feed = new Feed(counted);
  strictEqual(feed.contents(runs.running), feed.contents(runs.running));
  strictEqual(reads, 1);
  store.appendEvents(runs.running, 2, [{ level: "info", message: "new" }]);
  strictEqual(feed.contents(runs.running)!.events.at(-1)!.message, "new");
  strictEqual(feed.contents("none"), undefined);
  return Promise.resolve();
});

test("a run's new points come with the news, those of another attempt are left to be fetched", async (dashboard) => {
  const { runs, store } = dashboard;
  await using messages = await Messages.open(dashboard, `?run=${runs.running}`);
  strictEqual((await messages.next()).grown, undefined);
  const next = async () => {
    while (true) {
      const { grown } = await messages.next();
      if (grown !== undefined) return grown;
    }
  };
  addPoints(store, runs.running, 201, { "losses/value": 3, "losses/policy": NaN });
  store.flush();
  const { attempt, series } = await next();
  strictEqual(attempt, 1);
  deepStrictEqual(Object.keys(series).sort(), ["losses/policy", "losses/value"]);
  deepStrictEqual(series["losses/value"], {
    after: 200,
    iterations: [201],
    values: [3],
    axes: {
      environmentSteps: [51_456],
      gradientSteps: [16_080],
      examples: [128_640],
      wallSeconds: [0.08 * 201],
      iterations: [201],
    },
  });
  deepStrictEqual(series["losses/policy"].values, ["NaN"]);

  addPoints(store, runs.running, 202, { "losses/value": 4 });
  store.flush();
  deepStrictEqual((await next()).series["losses/value"].after, 201);

  store.beginAttempt(runs.running, 100);
  deepStrictEqual(await next(), { attempt: 2, series: {} });
});

Deno.test("news that come while a page is written to are sent once that is done", async () => {
  let at = 1;
  let tell = () => {};
  const written: (string | undefined)[] = [];
  const ended: (() => void)[] = [];
  const feed = {
    readers: 0,
    since: () => ({ at, rows: [{ id: `${at}` }], removed: [], complete: false }),
    watch: (listener: () => void) => {
      tell = listener;
      return () => {};
    },
  };
  const stream = {
    aborted: false,
    onAbort() {},
    writeSSE({ id }: { readonly id?: string }) {
      written.push(id);
      const { promise, resolve } = Promise.withResolvers<void>();
      ended.push(resolve);
      return promise;
    },
  };
  const url = new URL("http://127.0.0.1/api/live");
  const events = (body: (given: typeof stream) => Promise<void>) => {
    void body(stream);
    return new Response();
  };
  handler({ url, req: new Request(url), events, state: { feed, store: {} } } as never);
  for (at = 2; at <= 3; at++) tell();
  at = 3;
  deepStrictEqual(written, ["1"]);
  ended[0]();
  await new Promise((resolve) => setTimeout(resolve));
  deepStrictEqual(written, ["1", "3"]);
});
