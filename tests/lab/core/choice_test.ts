/** Choosing: what is refused, and what comes of draws that a test gives; goldens of NumPy's are in random_test.ts. */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { choose } from "../../../lab/core/choice.ts";
import { defaultRng } from "../../../lab/core/random.ts";

Deno.test("none of anything may be chosen, and one of one", () => {
  const random = defaultRng(1);
  for (const replace of [true, false]) {
    for (const n of [0, 1, 5]) deepStrictEqual([...choose(random, n, 0, { replace })], []);
    deepStrictEqual([...choose(random, 1, 1, { replace })], [0]);
  }
  deepStrictEqual([...choose(random, 3, 0, { p: [0.5, 0.5, 0] })], []);
});

Deno.test("what cannot be chosen is refused with why", () => {
  const random = defaultRng(1);
  const sizes = "Cannot choose as the population and the sample need whole sizes: ";
  for (const [n, size] of [[0, 1], [-1, 0], [2.5, 1], [2, -1], [2, 0.5], [2 ** 31, 1], [NaN, 1]]) {
    throws(() => choose(random, n, size), {
      name: "InputError",
      message: `${sizes}${size} of ${n}`,
    });
  }
  throws(() => choose(random, 3, 4, { replace: false }), {
    message: "Cannot choose without replacement as at most 3 can be drawn: 4",
  });
  throws(() => choose(random, 4, 3, { replace: false, p: [0.5, 0, 0.5, 0] }), {
    message: "Cannot choose without replacement as at most 2 can be drawn: 3",
  });
  const wrong: [number[], string][] = [
    [[0.5, 0.5], "2 that sum to 1"],
    [[0.5, 0.75, 0.25], "3 that sum to 1.5"],
    [[1.5, -0.5, 0], "3 that sum to 1"],
    [[0.5, NaN, 0.5], "3 that sum to NaN"],
    [[0.5, 0.25, 0.25 + 2e-8], `3 that sum to ${0.75 + (0.25 + 2e-8)}`],
  ];
  for (const [p, what] of wrong) {
    throws(() => choose(random, 3, 1, { p }), {
      name: "InputError",
      message: `Cannot choose as p must be 3 probabilities that sum to 1: ${what}`,
    });
  }
  strictEqual(choose(random, 3, 1, { p: [0.5, 0.25, 0.25 + 1e-8] }).length, 1);
});

/** Uniform numbers as a test says; whole ones are not drawn. */
const uniforms = (...numbers: number[]) => ({
  random: () => numbers.shift()!,
  integers: () => {
    throw new Error("drawn");
  },
});

Deno.test("an index is as wide as its probability, from where the ones before it end", () => {
  const p = [0.25, 0, 0.5, 0.25];
  const draws = [0, 0.2499, 0.25, 0.7499, 0.75, 0.9999];
  deepStrictEqual([...choose(uniforms(...draws), 4, 6, { p })], [0, 0, 2, 2, 3, 3]);
});

Deno.test("without replacement what is found has no probability any more", () => {
  const p = [0.25, 0.25, 0.5];
  // 2 twice, so that one is missing; of 0 and 1, half each then, the one at 0.6.
  deepStrictEqual([...choose(uniforms(0.6, 0.9, 0.6), 3, 2, { p, replace: false })], [2, 1]);
  deepStrictEqual(p, [0.25, 0.25, 0.5], "the probabilities stay the caller's");
});

Deno.test("without replacement each index comes once, the order at random unless that is left out", () => {
  const random = defaultRng(2);
  for (const [n, size] of [[5, 5], [9, 3], [10_001, 300], [10_001, 10_001], [30_000, 20]]) {
    for (const shuffle of [true, false]) {
      const chosen = choose(random, n, size, { replace: false, shuffle });
      strictEqual(new Set(chosen).size, size);
      ok(chosen.every((index) => index >= 0 && index < n));
    }
  }
  // Floyd's sample of all is in order where it is not shuffled.
  const last = { random: () => 0, integers: (low: number) => low };
  deepStrictEqual([...choose(last, 4, 4, { replace: false, shuffle: false })], [0, 1, 2, 3]);
  const first = { random: () => 0, integers: () => 0 };
  deepStrictEqual([...choose(first, 6, 3, { replace: false, shuffle: false })], [0, 4, 5]);
  deepStrictEqual([...choose(first, 6, 3, { replace: false })], [4, 5, 0]);
});
