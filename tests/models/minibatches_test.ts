/** Minibatches: every example once an epoch, and a place in it that can be kept. */
import { deepStrictEqual, strictEqual, throws } from "node:assert";
import * as fc from "fast-check";
import { streamOf } from "../../lab/core/random.ts";
import { Minibatches } from "../../models/minibatches.ts";

Deno.test("an epoch shows each example once, in another order the next time", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 60 }), fc.integer({ min: 1, max: 70 }), (n, b) => {
      const batches = new Minibatches(n, b, "mask", streamOf(1, "minibatch"));
      for (let epoch = 0; epoch < 2; epoch++) {
        const seen: number[] = [];
        while (seen.length < n) seen.push(...batches.next(Infinity));
        deepStrictEqual(seen.toSorted((a, b) => a - b), [...Array(n).keys()]);
      }
    }),
  );
});

Deno.test("dropping leaves only whole batches, but for the end of the budget", () => {
  const batches = new Minibatches(10, 4, "drop", streamOf(1, "minibatch"));
  const lengths = Array.from({ length: 5 }, () => batches.next(Infinity).length);
  deepStrictEqual(lengths, [4, 4, 4, 4, 4]);
  strictEqual(batches.next(3).length, 3);
  throws(() => new Minibatches(3, 4, "drop", streamOf(1, "minibatch")), {
    name: "InputError",
    message: /one of 4 examples must fit in: 3 \(set model\.batchSize=3, or less\)$/,
  });
});

Deno.test("an epoch that whole batches fill leaves nothing out", () => {
  const batches = new Minibatches(8, 4, "drop", streamOf(1, "minibatch"));
  const epoch = [...batches.next(Infinity), ...batches.next(Infinity)];
  deepStrictEqual(epoch.toSorted(), [0, 1, 2, 3, 4, 5, 6, 7]);
});

Deno.test("restored minibatches go on where they were", () => {
  for (const taken of [0, 1, 3, 7]) {
    const batches = new Minibatches(10, 4, "mask", streamOf(1, "minibatch"));
    for (let i = 0; i < taken; i++) batches.next(Infinity);
    const snapshot = JSON.parse(JSON.stringify(batches.snapshot()));
    const other = new Minibatches(10, 4, "mask", streamOf(2, "minibatch"));
    other.next(2);
    other.restore(snapshot);
    for (let i = 0; i < 6; i++) deepStrictEqual(other.next(Infinity), batches.next(Infinity));
  }
});
