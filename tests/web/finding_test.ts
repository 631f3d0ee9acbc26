import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { detectableDifference, permutationTest } from "../../lab/statistics/mod.ts";
import { findingsOf } from "../../web/finding.ts";

const five = (from: number) => [0, 1, 2, 3, 4].map((i) => from + i);
const group = (label: string, figures: number[], task = "pole") => ({
  ...{ label, figures, task },
  seeds: figures.map((_, i) => String(i + 1)),
});

Deno.test("the best group is held against each other one, the next best first", () => {
  const findings = findingsOf("evaluation/return_mean", [
    group("slow", five(0)),
    group("fast", five(100)),
    group("near", five(99)),
  ]);
  deepStrictEqual(findings.map(({ best, other }) => [best, other]), [
    ["fast", "near"],
    ["fast", "slow"],
  ]);
  // Of 25 pairs of seeds the best one's is higher in 15 and equal in 4: (15 + 4 / 2) / 25.
  strictEqual(findings[0].probability, 17 / 25);
  deepStrictEqual([findings[0].told, findings[1].told], [false, true]);
  deepStrictEqual([findings[1].probability, findings[1].seeds], [1, [5, 5]]);
});

Deno.test("the best group has the highest IQM, whatever one of its seeds gets", () => {
  const [finding] = findingsOf("evaluation/return_mean", [
    group("steady", five(50)),
    group("lucky", [1000, 0, 1, 2, 3]),
    group("fast", [0, 100, 101, 102, 103]),
  ]);
  deepStrictEqual([finding.best, finding.other], ["fast", "steady"]);
});

Deno.test("of one IQM the higher mean is the best, of one mean who is more often better, else they are equal", () => {
  const ranked = (metric: string, ...groups: ReturnType<typeof group>[]) => {
    const findings = findingsOf(metric, groups);
    return [
      findings[0].best,
      ...findings.map(({ other, equal }) => `${other}${equal ? " =" : ""}`),
    ];
  };
  const metric = "evaluation/return_mean";
  // At a cap nearly all are equal: whichever comes first, and in whichever order its seeds do.
  const some = group("some", [500, 458.28, 500, 500, 500, 500]);
  const all = group("all", Array(6).fill(500));
  const more = group("more", Array(7).fill(500));
  const few = group("few", [500, 500, 500, 500, 179.75, 500]);
  deepStrictEqual(ranked(metric, some, few, all), ["all", "some", "few"]);
  deepStrictEqual(ranked(metric, few, more, some, all), ["more", "all =", "some", "few"]);
  // Sums of one set of figures in two orders are of one size.
  const [one, turned] = [[0.1, 0.2, 0.3], [0.3, 0.2, 0.1]];
  deepStrictEqual(ranked(metric, group("a", one), group("b", turned)), ["a", "b ="]);
  // IQM 5: the mean comes first, though in 7 of 16 pairs alone the higher one's seed is better.
  const [wide, narrow] = [group("wide", [0, 5, 5, 100]), group("narrow", [5, 5, 5, 6])];
  deepStrictEqual(ranked(metric, narrow, wide), ["wide", "narrow"]);
  // IQM 11 / 3, mean 4; of 25 pairs of seeds the one is higher in 13 and equal in 2.
  const often = group("often", [5, 8, 3, 3, 1]);
  const seldom = group("seldom", [8, 9, 1, 2, 0]);
  deepStrictEqual(ranked(metric, seldom, often), ["often", "seldom"]);
  const less = "evaluation/energy_distance";
  deepStrictEqual(ranked(less, group("a", [0, 0, 0, 9]), group("b", [0, 0, 0, 1])), ["b", "a"]);
  // A seed that diverged makes any mean the worst.
  deepStrictEqual(
    ranked(metric, group("a", [NaN, 5, 5, 5]), group("b", [1, 5, 5, 5])),
    ["b", "a"],
  );
});

Deno.test("a test stands beside each finding, of equal seeds where that is asked for", () => {
  const groups = [group("fast", five(100)), group("near", five(99)), group("one", [0])];
  const [near, one] = findingsOf("evaluation/return_mean", groups);
  ok(near.p! > 0.2);
  strictEqual(near.detectable, detectableDifference(five(100), five(99), 3));
  strictEqual(one.detectable, null);
  const [paired] = findingsOf("evaluation/return_mean", groups, { paired: true });
  // Five differences of 1: of 32 ways to turn their signs two are as far from 0; of three tests the least.
  deepStrictEqual([paired.p, paired.detectable], [3 * 2 / 32, null]);
  const more = [group("fast", five(100)), group("near", [...five(99), 99])];
  const [some] = findingsOf("evaluation/return_mean", more, { paired: true });
  deepStrictEqual([some.common, near.common], [5, undefined]);
});

Deno.test("the best of many groups was chosen, which its test knows", () => {
  const groups = (count: number) =>
    Array.from({ length: count }, (_, i) => group(`${i}`, five(i === 0 ? 10 : 0)));
  const found = (count: number) =>
    findingsOf("evaluation/return_mean", groups(count)).map(({ told, p }) => ({ told, p }));
  // Of 252 ways to share ten figures out two are as far apart; of three pairs two are tested.
  const p = (pairs: number) => 2 / 252 * pairs;
  deepStrictEqual(found(3), [{ told: true, p: p(3) }, { told: true, p: p(3) }]);
  // Of 28 pairs.
  deepStrictEqual(found(8), Array(7).fill({ told: false, p: p(28) }));
});

Deno.test("p is what it is among the tests of all pairs, as compare has it, of very many no less", () => {
  const [a, b, c] = [five(10), five(9), five(0)];
  const groups = [group("a", a), group("b", b), group("c", c)];
  const [near, far] = findingsOf("evaluation/return_mean", groups);
  // Both tests against c are surer, so that this one is the last of Holm's steps.
  strictEqual(near.p, permutationTest(a, b));
  strictEqual(far.p, 3 * permutationTest(a, c));
  const many = Array.from({ length: 31 }, (_, i) => group(`${i}`, five(i < 2 ? 10 - i : -i)));
  const [first] = findingsOf("evaluation/return_mean", many);
  ok(first.p! > permutationTest(a, b));
});

Deno.test("less may be better, and few seeds have no interval", () => {
  const [finding] = findingsOf("evaluation/negative_elbo", [
    group("high", [120, 121]),
    group("low", [110, 111]),
  ]);
  deepStrictEqual([finding.best, finding.probability, finding.spread, finding.told], [
    ...["low", 1, null, false],
  ]);
});

Deno.test("a seed without a figure is worse than any, and an IQM holds where it is left out", () => {
  const findings = findingsOf("evaluation/return_mean", [
    group("risky", [NaN, NaN, 500, 500, 500]),
    group("fast", [NaN, 101, 102, 103, 104]),
    group("slow", five(0)),
  ]);
  deepStrictEqual(
    findings.map(({ best, other, probability, p, seeds }) => ({
      best,
      other,
      probability,
      p,
      seeds,
    })),
    [
      // Of 25 pairs it has the higher figure in 20; p is of ranks, times three pairs.
      { best: "fast", other: "slow", probability: 20 / 25, p: 38 / 252 * 3, seeds: [5, 5] },
      // In 8 of 25, and in 2 both have none.
      { best: "fast", other: "risky", probability: (8 + 2 / 2) / 25, p: 1, seeds: [5, 5] },
    ],
  );
  deepStrictEqual(
    findings.map(({ ofRanks, detectable, told }) => [ofRanks, detectable, told]),
    Array(2).fill([true, null, false]),
  );
  const [finding] = findingsOf("evaluation/negative_elbo", [
    group("broken", [NaN, 1]),
    group("sound", [5, 6]),
  ]);
  deepStrictEqual([finding.best, finding.probability], ["sound", 0.5]);
  deepStrictEqual(findingsOf("evaluation/return_mean", [group("a", [NaN]), group("b", [NaN])]), []);
});

Deno.test("nothing is said across tasks, or where no way is better", () => {
  const figures = five(1);
  deepStrictEqual(
    findingsOf("evaluation/return_mean", [group("a", figures), group("b", figures, "car")]),
    [],
  );
  deepStrictEqual(
    findingsOf("schedule/learning_rate", [group("a", figures), group("b", figures)]),
    [],
  );
});

Deno.test("whoever lost a seed is beaten by a test of ranks alone, and nobody without a test", () => {
  const ofTwo = (x: number[], y: number[]) =>
    findingsOf("evaluation/return_mean", [group("a", x), group("b", y)])[0];
  // The interval lies above a half either way; p is 0.0952 (SciPy, as in pairs_test.ts) and 2 / 252.
  const near = ofTwo([6, 7, 8, 9, 4.5], [NaN, 2, 3, 4.6, 7.5]);
  ok(near.spread!.low > 0.5);
  deepStrictEqual([near.p, near.told, near.ofRanks], [24 / 252, false, true]);
  const far = ofTwo(five(10), [NaN, ...five(1).slice(1)]);
  deepStrictEqual([far.p, far.told, far.ofRanks], [2 / 252, true, true]);
  // Seeds that none of the other group has make no test of equal seeds.
  const others = { ...group("b", five(0)), seeds: ["6", "7", "8", "9", "10"] };
  const groups = [group("a", five(100)), others];
  const [none] = findingsOf("evaluation/return_mean", groups, { paired: true });
  deepStrictEqual([none.spread!.low, none.p, none.told], [1, null, false]);
});
