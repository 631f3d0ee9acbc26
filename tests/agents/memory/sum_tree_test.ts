import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { SumTree } from "../../../agents/memory/sum_tree.ts";
import { InputError } from "../../../lab/core/errors.ts";

Deno.test("a mass finds the item in whose share it lies", () => {
  const tree = new SumTree(5);
  [3, 0, 2, 1, 4].forEach((mass, item) => tree.set(item, mass));
  strictEqual(tree.total, 10);
  // Shares: item 0 [0, 3), 2 [3, 5), 3 [5, 6), 4 [6, 10).
  const found = [0, 2.999, 3, 4.999, 5, 5.999, 6, 9.999].map((mass) => tree.find(mass));
  deepStrictEqual(found, [0, 0, 2, 2, 3, 3, 4, 4]);
});

Deno.test("after any changes, total and found items are those of a running sum", () => {
  const change = fc.tuple(fc.nat(12), fc.integer({ min: 0, max: 1000 }));
  fc.assert(fc.property(
    fc.integer({ min: 13, max: 20 }),
    fc.array(change, { minLength: 1 }),
    fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    (capacity, changes, share) => {
      const tree = new SumTree(capacity);
      const masses = new Array<number>(capacity).fill(0);
      for (const [item, mass] of changes) {
        tree.set(item, mass);
        masses[item] = mass;
      }
      const total = masses.reduce((a, b) => a + b);
      strictEqual(tree.total, total);
      deepStrictEqual([...tree.masses(capacity)], masses);
      if (total === 0) return;
      const mass = Math.floor(share * total);
      let item = 0;
      for (let sum = masses[0]; mass >= sum; sum += masses[++item]);
      strictEqual(tree.find(mass), item);
    },
  ));
});

Deno.test("an item without mass is not found, whatever rounding leaves", () => {
  const tree = new SumTree(8);
  [0.1, 0.2, 0.3].forEach((mass, item) => tree.set(item, mass));
  ok(tree.find(tree.total) <= 2);
  ok(tree.find(tree.total * (1 + Number.EPSILON)) <= 2);
});

Deno.test("sums depend on the masses alone, not on how they came about", () => {
  const [one, other] = [new SumTree(6), new SumTree(6)];
  for (let i = 0; i < 1000; i++) one.set(i % 6, Math.sqrt(i));
  other.fill(one.masses(6));
  strictEqual(one.total, other.total);
  other.fill([1, 2]);
  strictEqual(other.total, 3);
});

Deno.test("a mass that is no finite number ≥ 0 is refused", () => {
  const tree = new SumTree(2);
  for (const mass of [-1, NaN, Infinity]) throws(() => tree.set(1, mass), InputError);
  strictEqual(tree.total, 0);
});
