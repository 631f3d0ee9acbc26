import { deepStrictEqual } from "node:assert";
import { Feed } from "../../web/feed.ts";
import { addRun, withStore } from "../lab/store/fixtures.ts";

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
