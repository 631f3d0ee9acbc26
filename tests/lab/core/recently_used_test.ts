import { deepStrictEqual, strictEqual } from "node:assert";
import { RecentlyUsed } from "../../../lab/core/recently_used.ts";

Deno.test("the value that nobody asked for longest makes room for another one", () => {
  const cache = new RecentlyUsed<number>(3);
  const kept = (...keys: string[]) => keys.map((key) => cache.get(key));
  for (const [i, key] of ["a", "b", "c"].entries()) cache.set(key, i);
  strictEqual(cache.get("a"), 0);
  cache.set("d", 3); // in place of b, as a was asked for
  deepStrictEqual(kept("b", "a", "c", "d"), [undefined, 0, 2, 3]);
  cache.set("a", 4); // the same key takes no more room
  deepStrictEqual(kept("c", "d", "a"), [2, 3, 4]);
  cache.set("e", 5); // in place of c, as a was set after
  deepStrictEqual(kept("c", "d", "a", "e"), [undefined, 3, 4, 5]);
});

Deno.test("what is deleted is gone and leaves its room", () => {
  const cache = new RecentlyUsed<string>(2);
  cache.set("a", "x");
  cache.set("b", "y");
  cache.delete("a");
  cache.set("c", "z");
  deepStrictEqual(["a", "b", "c"].map((key) => cache.get(key)), [undefined, "y", "z"]);
  cache.clear();
  deepStrictEqual(["b", "c"].map((key) => cache.get(key)), [undefined, undefined]);
});
