import { deepStrictEqual } from "node:assert";
import { Feed } from "../../web/feed.ts";
import { addRun, pointAt, withStore } from "../lab/store/fixtures.ts";

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
    deepStrictEqual(feed.since(0).rows.map(({ headline }) => headline!.value), [470]);
  }));
