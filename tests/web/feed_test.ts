import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { DatabaseSync } from "node:sqlite";
import type { Store } from "../../lab/store/store.ts";
import { Feed } from "../../web/feed.ts";
import { handler } from "../../web/routes/runs/[id].tsx";
import type { RunSummary } from "../../web/summary.ts";
import { addRun, pointAt, withStore } from "../lab/store/fixtures.ts";
import { addRun as addSample, agentConfiguration, setProgress } from "./sample_store.ts";

Deno.test("a run that came back from the trash is new, and no longer removed", () =>
  withStore((store) => {
    const { id } = addRun(store);
    const feed = new Feed(store);
    const { at } = feed.since(0);
    store.trash(id);
    deepStrictEqual(feed.since(at).removed, [id]);
    store.restore(id);
    const news = feed.since(at);
    deepStrictEqual([news.rows.map((row) => row.id), news.removed], [[id], []]);
  }));

Deno.test("a run that came back damaged is there, and no longer removed", () =>
  withStore((store) => {
    const { id } = addRun(store);
    const feed = new Feed(store);
    const { at } = feed.since(0);
    store.trash(id);
    deepStrictEqual(feed.since(at).removed, [id]);
    using database = new DatabaseSync(`${store.location}/lab.db`);
    database.prepare("UPDATE run SET tags = '{', trashed_at = NULL WHERE id = ?").run(id);
    const other = addRun(store).id;
    const news = feed.since(at);
    deepStrictEqual(
      news.rows.map(({ id, status }) => [id, status]).sort(),
      [[id, "damaged"], [other, "killed"]].sort(),
    );
    deepStrictEqual(news.removed, []);
  }));

Deno.test("what leaves the trash for good, or was never seen before it, is told", () =>
  withStore((store) => {
    const [old, kept] = [addRun(store).id, addRun(store).id];
    store.trash(old);
    const feed = new Feed(store);
    const { at } = feed.since(0);
    const unseen = addRun(store).id;
    store.trash(unseen);
    const moved = feed.since(at);
    deepStrictEqual([moved.rows, moved.removed], [[], [unseen]]);
    store.purge();
    const purged = feed.since(moved.at);
    deepStrictEqual([purged.rows, purged.removed.toSorted()], [[], [old, unseen].toSorted()]);
    deepStrictEqual(feed.since(0).rows.map(({ id }) => id), [kept]);
  }));

Deno.test("what a page holds of a run has its note, as it was changed last", () =>
  withStore((store) => {
    const { id } = addRun(store);
    const feed = new Feed(store);
    strictEqual(feed.contents(id)!.note, "");
    store.update(id, { note: "one\n\u0007two" });
    strictEqual(feed.contents(id)!.note, "one\n\ufffdtwo");
  }));

Deno.test("a run that a rule ended is listed with the score that no rule saw", () =>
  withStore((store) => {
    const { id } = addRun(store);
    store.append(id, [
      pointAt("evaluation/return_mean", 2, 500),
      pointAt("score/return_mean", 3, 470),
    ]);
    store.update(id, { status: "stopped", digest: "d" });
    const feed = new Feed(store);
    const [{ headline }] = feed.since(0).rows;
    deepStrictEqual(headline, {
      ...{ name: "evaluation/return_mean", series: "score/return_mean", value: 470 },
    });
  }));

Deno.test("a run that ends while its page is made is told to the page", () =>
  withStore(async (store) => {
    const configuration = {
      ...agentConfiguration("ppo", 1),
      environment: { id: "Own-v0", own: true },
    };
    const id = addSample(store, { experiment: "own", configuration, seed: 1 });
    using _training = store.lock(id);
    const feed = new Feed(store);
    // The page awaits what is said of the world's module.
    const own = {
      refusalOf: () => {
        setProgress(store, id, 2, { status: "completed" });
        feed.since(0);
        return Promise.resolve(undefined);
      },
    };
    const state = { store, feed, own, writable: null, live: true, program: { name: "lab" } };
    const url = new URL(`http://127.0.0.1/runs/${id}`);
    const context = { url, params: { id }, state } as unknown as Parameters<typeof handler>[0];
    const { data } = await handler(context) as unknown as {
      data: { row: RunSummary; moment: number };
    };
    strictEqual(data.row.status, "running");
    deepStrictEqual(feed.since(data.moment).rows.map(({ status }) => status), ["completed"]);
  }));

/** A store that counts which of its parts were asked for. */
function counted(store: Store): { store: Store; calls: Map<string, number> } {
  const calls = new Map<string, number>();
  const proxy = new Proxy(store, {
    get(target, key) {
      const value = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        calls.set(String(key), (calls.get(String(key)) ?? 0) + 1);
        return value.apply(target, args);
      };
    },
  });
  return { store: proxy, calls };
}

Deno.test("a reader is told what changed since its moment, and all where it comes from another server", () =>
  withStore((store) => {
    const [first, second] = [addRun(store, "a"), addRun(store, "b")];
    const feed = new Feed(store);
    const all = feed.since(0);
    deepStrictEqual([all.complete, all.rows.length, all.removed], [true, 2, []]);
    const nothing = { at: all.at, rows: [], removed: [], complete: false };
    deepStrictEqual(feed.since(all.at), nothing);
    store.update(first.id, { status: "completed", digest: "d" });
    const news = feed.since(all.at);
    deepStrictEqual([news.complete, news.rows.map(({ id }) => id)], [false, [first.id]]);
    ok(news.at > all.at);
    strictEqual(news.rows[0].stamp, news.at);
    strictEqual(feed.moment, news.at);
    store.trash(second.id);
    strictEqual(feed.moment > news.at, true);
    const later = feed.since(all.at);
    deepStrictEqual([later.rows.map(({ id }) => id), later.removed], [[first.id], [second.id]]);
    deepStrictEqual(feed.since(news.at).rows, []);
    // One that knew nothing has nothing to forget.
    deepStrictEqual([feed.since(0).removed, feed.since(0).rows.length], [[], 1]);
    strictEqual(new Feed(store).since(0).complete, true);
  }));

Deno.test("records are the same until a row changes, newest first, without names that command a terminal", () =>
  withStore((store) => {
    const ids = [addRun(store), addRun(store), addRun(store)].map(({ id }) => id);
    store.append(ids[0], [pointAt("losses/a", 1, 3), pointAt("evil\u001b[2J", 1, 4)]);
    store.append(ids[1], [pointAt("losses/b", 1, 5), pointAt("losses/b", 2, 6)]);
    const feed = new Feed(store);
    const records = feed.records();
    strictEqual(feed.records(), records);
    const order = (all: readonly { createdAt: number; id: string }[]) =>
      all.map(({ createdAt }) => createdAt);
    for (const rows of [records.map(({ row }) => row), feed.rows()]) {
      deepStrictEqual(order(rows), order(rows).toSorted((a, b) => b - a));
      strictEqual(rows.length, 3);
    }
    // Of one moment: by their ids, from the end, so that the order is no accident.
    const alike = Map.groupBy(records, ({ row }) => row.createdAt).values();
    for (const some of alike) {
      const names = some.map(({ row }) => row.id);
      deepStrictEqual(names, names.toSorted().reverse());
    }
    const metrics = (id: string) => records.find(({ row }) => row.id === id)!.metrics;
    deepStrictEqual(ids.map((id) => [...metrics(id)]), [["losses/a"], ["losses/b"], []]);
    deepStrictEqual(feed.seriesNames(), ["evil\u001b[2J", "losses/a", "losses/b"]);
    deepStrictEqual(feed.lastValues("losses/b"), new Map([[ids[1], 6]]));
    // What every object has is no metric.
    for (const name of ["constructor", "__proto__"]) strictEqual(feed.lastValues(name).size, 0);
    deepStrictEqual([feed.lastMetrics(ids[1]), feed.lastMetrics("none")], [{ "losses/b": 6 }, {}]);
    store.update(ids[2], { note: "other" });
    ok(feed.records() !== records);
  }));

Deno.test("only what changed is read again, and the last values of many new runs at once", () =>
  withStore((plain) => {
    const { store, calls } = counted(plain);
    const taken = (name: string) => {
      const number = calls.get(name) ?? 0;
      calls.delete(name);
      return number;
    };
    const ended = Array.from({ length: 50 }, () => {
      const { id } = addRun(plain);
      plain.update(id, { status: "completed", digest: "d" });
      return id;
    });
    const feed = new Feed(store);
    feed.since(0);
    deepStrictEqual([taken("allLastMetrics"), taken("lastMetrics")], [0, 50]);
    feed.since(0);
    // Those that lie in the trash are listed, too.
    deepStrictEqual([taken("runs"), taken("lastMetrics")], [2, 0]);
    plain.update(ended[7], { note: "changed" });
    feed.since(0);
    deepStrictEqual([taken("runs"), taken("lastMetrics")], [2, 1]);
    for (let i = 0; i < 51; i++) {
      const { id } = addRun(plain);
      plain.append(id, [pointAt("losses/a", 1, i)]);
      plain.update(id, { status: "completed", digest: "d" });
    }
    feed.since(0);
    strictEqual(taken("allLastMetrics"), 1);
    deepStrictEqual(
      [...feed.lastValues("losses/a").values()].sort((a, b) => a - b),
      Array.from({ length: 51 }, (_, i) => i),
    );
  }));

Deno.test("a run whose process is gone is told without a write", () =>
  withStore((store) => {
    const { id } = addRun(store);
    const lock = store.lock(id);
    store.update(id, { status: "running" });
    const feed = new Feed(store);
    const { at, rows: [{ status }] } = feed.since(0);
    strictEqual(status, "running");
    deepStrictEqual(feed.since(at).rows, []);
    lock[Symbol.dispose]();
    const [row] = feed.since(at).rows;
    deepStrictEqual([row.id, row.status === "running"], [id, false]);
  }));

Deno.test("who watches is called after a write and not else, at a pace that leaves the time to others", () =>
  withStore((store) => {
    const timers: { readonly look: () => void; readonly pause: number }[] = [];
    const cleared: unknown[] = [];
    const { setTimeout: set, clearTimeout: clear } = globalThis;
    const { error } = console;
    const clock = Object.getOwnPropertyDescriptor(performance, "now");
    const said: unknown[] = [];
    let now = 0;
    Object.defineProperty(performance, "now", { value: () => now, configurable: true });
    Object.assign(globalThis, {
      setTimeout: (look: () => void, pause: number) => timers.push({ look, pause }),
      clearTimeout: (timer: unknown) => cleared.push(timer),
    });
    console.error = (line: unknown) => said.push(line);
    try {
      const { id } = addRun(store);
      const feed = new Feed(store);
      feed.since(0);
      const told: string[] = [];
      const stops = ["a", "b"].map((name) =>
        feed.watch(() => {
          told.push(name);
          now += 30;
        }, () => told.push(`${name} is lost`))
      );
      deepStrictEqual([feed.readers, timers.map(({ pause }) => pause)], [2, [500]]);
      const look = () => timers.at(-1)!.look();
      look();
      deepStrictEqual([told, timers.at(-1)!.pause], [[], 500]);
      store.update(id, { note: "one" });
      // Also where a page has looked meanwhile.
      feed.since(0);
      look();
      // Sixty milliseconds are a twentieth of what it waits.
      deepStrictEqual([told.splice(0), timers.at(-1)!.pause], [["a", "b"], 1200]);
      look();
      deepStrictEqual(told, []);
      stops[0]();
      strictEqual(cleared.length, 0);
      store.update(id, { note: "two" });
      look();
      deepStrictEqual(told.splice(0), ["b"]);
      // A look that fails is told to the terminal in a line, and the next one comes.
      const { version } = store;
      store.version = () => {
        throw new Error("the disk is gone");
      };
      const { length } = timers;
      look();
      deepStrictEqual([said, timers.length], [["the disk is gone"], length + 1]);
      // Who watches hears of each, the terminal once until it is back.
      look();
      deepStrictEqual([told.splice(0), said.length], [["b is lost", "b is lost"], 1]);
      store.version = version;
      look();
      Object.assign(store, {
        version: () => {
          throw new Error("the disk is gone");
        },
      });
      look();
      deepStrictEqual([told.splice(0), said.length], [["b is lost"], 2]);
      store.version = version;
      stops[1]();
      deepStrictEqual([feed.readers, cleared.length], [0, 1]);
    } finally {
      console.error = error;
      Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
      if (clock === undefined) delete (performance as { now?: unknown }).now;
      else Object.defineProperty(performance, "now", clock);
    }
  }));
