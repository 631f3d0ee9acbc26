import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { defaultRng } from "../../../lab/core/random.ts";
import { holm, mean, pairedPermutationTest, permutationTest } from "../../../lab/statistics/mod.ts";

Deno.test("a permutation test counts the ways that differ as much", () => {
  strictEqual(permutationTest([1, 2, 3], [4, 5, 6]), 2 / 20);
  strictEqual(permutationTest([4, 5, 6, 7, 8], [1, 2, 3, 0, -1]), 2 / 252);
  strictEqual(permutationTest([1, 1], [1, 1]), 1);
  strictEqual(permutationTest([0.1 + 0.2], [0.3]), 1);
  ok(Number.isNaN(permutationTest([1, NaN], [2, 3])));
  ok(Number.isNaN(permutationTest([], [2, 3])));
  strictEqual(pairedPermutationTest([2, 4, 6, 8, 10], [1, 2, 3, 4, 5]), 2 / 32);
  strictEqual(pairedPermutationTest([1, 2], [2, 1]), 1);
  throws(() => pairedPermutationTest([1], [1, 2]), /as many scores: 1 and 2/);
});

Deno.test("beyond exact tests p is drawn, and small where all differ", () => {
  const random = defaultRng(3);
  const draw = (mean: number) => Array.from({ length: 20 }, () => random.normal(mean, 1));
  const [x, same, other] = [draw(0), draw(0), draw(3)];
  ok(permutationTest(x, same) > 0.05 && permutationTest(x, other) < 2e-4);
  ok(pairedPermutationTest(x, same) > 0.05 && pairedPermutationTest(x, other) < 1e-3);
  strictEqual(permutationTest(x, other), permutationTest(x, other));
  // What is observed counts as one of the draws: no p is 0 (Phipson and Smyth 2010).
  const far = x.map((value) => value + 1000);
  strictEqual(permutationTest(x, far), 1 / 20_001);
  strictEqual(pairedPermutationTest(x, far), 1 / 20_001);
  strictEqual(permutationTest(x, x), 1);
  strictEqual(pairedPermutationTest(x, x), 1);
});

Deno.test("ways are those that the generator draws, kept for the next test or not", () => {
  const values = (count: number, from: number) =>
    Array.from({ length: count }, (_, i) => (7 * i + from) % 11);
  const far = (draw: () => number, observed: number) =>
    (Array.from({ length: 20_000 }, draw).filter((each) => each >= observed - 1e-9).length + 1) /
    20_001;
  // More kinds than are kept, each asked for twice, and one whose ways are too long to be kept.
  for (const count of [9, 10, 15, 16, 17, 40]) {
    for (const from of [0, 3]) {
      const [x, y] = [values(count, from), values(count + 1, 5)];
      const apart = (dealt: number[]) =>
        Math.abs(mean(dealt.slice(0, count)) - mean(dealt.slice(count)));
      const random = defaultRng(0);
      const all = [...x, ...y];
      strictEqual(
        permutationTest(x, y),
        far(() => (random.shuffle(all), apart(all)), apart([...x, ...y])),
      );
      if (count < 15) continue;
      const turns = defaultRng(0);
      const sum = (sign: () => number) =>
        Math.abs(x.reduce((total, value, i) => total + sign() * (value - y[i]), 0));
      strictEqual(
        pairedPermutationTest(x, y.slice(0, count)),
        far(() => sum(() => turns.random() < 0.5 ? -1 : 1), sum(() => 1)),
      );
    }
  }
});

Deno.test("what is drawn comes near to what the hypergeometric and the binomial distribution say", () => {
  const choose = (n: number, k: number): number => k === 0 ? 1 : choose(n - 1, k - 1) * n / k;
  const bits = (ones: number, all: number) =>
    Array.from({ length: all }, (_, i) => i < ones ? 1 : 0);
  // Eleven ones among twenty values: eight of them in the first ten, or as far from half.
  const [x, y] = [bits(8, 10), bits(3, 10)];
  const ofTen = (k: number) => choose(11, k) * choose(9, 10 - k) / choose(20, 10);
  const p = [1, 2, 3, 8, 9, 10].reduce((sum, k) => sum + ofTen(k), 0);
  const within = (found: number, p: number) =>
    ok(Math.abs(found - p) < 4 * Math.sqrt(p * (1 - p) / 20_000), `${found} ${p}`);
  within(permutationTest(x, y), p);
  // Of sixteen differences of ±1 four are negative, or as many positive.
  const signs = bits(12, 16).map((bit) => 2 * bit - 1);
  const ofSixteen = [0, 1, 2, 3, 4].reduce((sum, k) => sum + choose(16, k) / 2 ** 16, 0);
  within(pairedPermutationTest(signs, bits(0, 16)), 2 * ofSixteen);
});

Deno.test("the unit of the values, and where their zero is, changes no p", () => {
  const [x, y] = [[1, 5, 2, 9, 4], [3, 8, 7, 12, 6]];
  const [p, paired] = [permutationTest(x, y), pairedPermutationTest(x, y)];
  ok(p > 0.1 && p < 0.3 && paired > 0.05 && paired < 0.2, `${p} ${paired}`);
  for (const unit of [2 ** -60, 2 ** 40, -1]) {
    const scaled = [x, y].map((values) => values.map((value) => unit * value));
    strictEqual(permutationTest(scaled[0], scaled[1]), p);
    strictEqual(pairedPermutationTest(scaled[0], scaled[1]), paired);
  }
  const moved = [x, y].map((values) => values.map((value) => value + 1024));
  deepStrictEqual(
    [permutationTest(moved[0], moved[1]), pairedPermutationTest(moved[0], moved[1])],
    [p, paired],
  );
});

/** The same p by whole numbers of any size. */
function exactly(x: readonly number[], y: readonly number[]): number {
  const all = [...x, ...y].map(BigInt);
  const total = all.reduce((sum, value) => sum + value, 0n);
  // |mean − mean|, times both counts.
  const apart = (sum: bigint) => {
    const difference = sum * BigInt(all.length) - total * BigInt(x.length);
    return difference < 0n ? -difference : difference;
  };
  const observed = apart(x.reduce((sum, value) => sum + BigInt(value), 0n));
  let [far, ways] = [0, 0];
  for (let dealt = 0; dealt < 1 << all.length; dealt++) {
    const own = all.filter((_, i) => (dealt >> i) % 2 === 1);
    if (own.length !== x.length) continue;
    ways++;
    if (apart(own.reduce((sum, value) => sum + value, 0n)) >= observed) far++;
  }
  return far / ways;
}

/** And of pairs. */
function exactlyPaired(x: readonly number[], y: readonly number[]): number {
  const differences = x.map((value, i) => BigInt(value) - BigInt(y[i]));
  const size = (turned: number) => {
    const sum = differences.reduce((a, b, i) => (turned >> i) % 2 === 1 ? a - b : a + b, 0n);
    return sum < 0n ? -sum : sum;
  };
  const ways = Array.from({ length: 1 << x.length }, (_, turned) => size(turned));
  return ways.filter((each) => each >= ways[0]).length / ways.length;
}

Deno.test("what is as far apart is told exactly, of values many decades apart", () => {
  const random = defaultRng(8);
  // Few digits, so that many ways are equally far apart.
  const draw = (count: number) =>
    Array.from(
      { length: count },
      () => (random.integers(5) - 2) * Number(`1e${random.integers(14)}`),
    );
  for (let i = 0; i < 300; i++) {
    const [x, y] = [draw(2 + i % 3), draw(2 + i % 4)];
    strictEqual(permutationTest(x, y), exactly(x, y), `${x} | ${y}`);
    const [a, b] = [draw(5), draw(5)];
    strictEqual(pairedPermutationTest(a, b), exactlyPaired(a, b), `${a} | ${b}`);
  }
  strictEqual(permutationTest([1e13, 5, 6], [1, 2, 3]), 2 / 20);
});

Deno.test("sums that are equal but for rounding are as far apart", () => {
  // In tenths all of them are whole: of 0.1 + 0.2 and 0.3 + 0 the engine makes two numbers.
  const tenths = (values: readonly number[]) => values.map((value) => value / 10);
  const random = defaultRng(9);
  const draw = (count: number) => Array.from({ length: count }, () => random.integers(12));
  for (let i = 0; i < 300; i++) {
    const [x, y] = [draw(2 + i % 3), draw(2 + i % 4)];
    strictEqual(permutationTest(tenths(x), tenths(y)), exactly(x, y), `${x} | ${y}`);
    const [a, b] = [draw(5), draw(5)];
    // Differences of large values have the rounding of these.
    for (const added of [0, 10_000]) {
      const [c, d] = [a, b].map((values) => tenths(values.map((value) => value + added)));
      strictEqual(pairedPermutationTest(c, d), exactlyPaired(a, b), `${c} | ${d}`);
    }
  }
});

Deno.test("Holm's correction is the least p times the tests that are left, and rises", () => {
  deepStrictEqual(holm([0.01, 0.04, 0.03]), [0.03, 0.06, 0.06]);
  deepStrictEqual(holm([0.5, 0.9, NaN, 0.001]), [1, 1, NaN, 0.003]);
  // Some of five.
  deepStrictEqual(holm([0.125, NaN, 0.0625], 5), [0.5, NaN, 0.3125]);
});
