/** Which iterations of each attempt are visible. */
import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { attemptOf, visibilityOf } from "../../../lab/store/attempts.ts";
import type { Database } from "../../../lab/store/database.ts";

/** A database of runs whose later attempts went on from these iterations. */
const databaseOf = (runs: Record<string, readonly number[]>) =>
  ({
    all: (_: string, run: string) =>
      (runs[run] ?? []).map((from_iteration, i) => ({ attempt: i + 2, from_iteration })),
    get: (_: string, run: string) => run in runs ? { attempt: runs[run].length + 1 } : undefined,
  }) as unknown as Database;

Deno.test("an attempt is visible up to where any later one went on from", () => {
  // The second went on from 9, the third from 4, the fourth from 6.
  const database = databaseOf({ a: [9, 4, 6], b: [] });
  const until = visibilityOf(database, "a");
  deepStrictEqual([1, 2, 3, 4].map(until), [4, 4, 6, Infinity]);
  strictEqual(visibilityOf(database, "b")(1), Infinity);
});

Deno.test("the attempt that a run is in is its row's, and there must be a run", () => {
  const database = databaseOf({ a: [9, 4], b: [] });
  deepStrictEqual([attemptOf(database, "a"), attemptOf(database, "b")], [3, 1]);
  throws(() => attemptOf(database, "c"), {
    name: "InputError",
    message: 'Cannot use the run as the store has none of this id: "c"',
  });
});
