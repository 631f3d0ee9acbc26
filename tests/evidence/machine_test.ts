import { deepStrictEqual } from "node:assert";
import { isShared } from "../../evidence/machine.ts";

Deno.test("a machine is shared where another process wants a core, however many threads are measured", () => {
  const shared = (threads: number, ...loads: number[]) =>
    loads.map((load) => isShared(threads, load));
  deepStrictEqual(shared(1, 0.9, 1.3, 2), [false, false, true]);
  deepStrictEqual(shared(2, 2.2, 3), [false, true]);
});
