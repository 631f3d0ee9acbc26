import { deepStrictEqual, strictEqual } from "node:assert";
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
    const context = { params: { id }, state } as unknown as Parameters<typeof handler>[0];
    const { data } = await handler(context) as unknown as {
      data: { row: RunSummary; moment: number };
    };
    strictEqual(data.row.status, "running");
    deepStrictEqual(feed.since(data.moment).rows.map(({ status }) => status), ["completed"]);
  }));
