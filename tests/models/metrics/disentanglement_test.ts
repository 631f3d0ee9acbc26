/** Measures of disentanglement: worked numbers of the targets, and codes whose answer is known. */
import { ok } from "node:assert";
import { defaultRng } from "../../../lab/core/random.ts";
import {
  betaVaeScore,
  meanGap,
  mutualInformationGap,
  type Represented,
  separatedPredictability,
} from "../../../models/metrics/disentanglement.ts";
import { near } from "../worked.ts";

/** Every combination of factors of these sizes, with a code of each. */
function represented(
  sizes: readonly number[],
  codeOf: (factors: readonly number[]) => readonly number[],
): Represented {
  const count = sizes.reduce((product, size) => product * size, 1);
  const factors: number[][] = Array.from({ length: count }, (_, i) => {
    let rest = i;
    return sizes.map((size) => {
      const value = rest % size;
      rest = Math.floor(rest / size);
      return value;
    });
  });
  return {
    count,
    sizes,
    factors: Uint8Array.from(factors.flat()),
    codes: Float32Array.from(factors.flatMap((each) => [...codeOf(each)])),
  };
}

Deno.test("gaps of score matrices have their worked values", () => {
  const information = [[.9, .1, .05], [.2, .6, .05], [.1, .5, .05]];
  near([meanGap(information, [1, .8, .5])], [0.275]);
  near([meanGap([[.8, .3], [.5, .9], [.1, .2]])], [0.45]);
});

Deno.test("the MIG of z = (A, A xor B) is a half, of the factors themselves 1, of a mixture 0", () => {
  near([mutualInformationGap(represented([2, 2], ([a, b]) => [a, a ^ b]))], [0.5]);
  near([mutualInformationGap(represented([3, 8, 4], (factors) => factors))], [1]);
  near([mutualInformationGap(represented([4, 4], ([a]) => [a, -2 * a]))], [0]);
});

Deno.test("SAP is 1 where each factor has one coordinate, and 0 where two coordinates are alike", () => {
  near([separatedPredictability(represented([3, 8], ([a, b]) => [5 - 2 * b, a, 0]))], [1]);
  near([separatedPredictability(represented([3, 8], ([a, b]) => [a, b, a, b]))], [0]);
  // Half of the variance of a + b is of each: R² ½ beside 1 of the coordinate of its own.
  near([separatedPredictability(represented([5, 5], ([a, b]) => [a, b, a + b]))], [0.5]);
});

Deno.test("a factor that does not vary is no factor", () => {
  const codes = represented([3, 1, 8], ([a, , b]) => [b, a]);
  near([mutualInformationGap(codes), separatedPredictability(codes)], [1, 1]);
});

Deno.test("codes in another unit, one a coordinate, have the same scores", () => {
  const codeOf = ([a, b]: readonly number[]) => [a, b, a + 2 * b];
  const codes = represented([5, 4], codeOf);
  const small = represented([5, 4], (factors) => {
    const [a, b, both] = codeOf(factors);
    return [a * 2 ** -12 - 3, b * 2 ** -10, both * 2 ** -9];
  });
  const learned = (of: Represented) => betaVaeScore(of, defaultRng(1));
  for (const score of [mutualInformationGap, separatedPredictability, learned]) {
    ok(score(codes) > 0.1);
    near([score(small)], [score(codes)]);
  }
});

Deno.test("the β-VAE score is 1 of separate factors and by chance of codes that know none", () => {
  const separate = betaVaeScore(represented([3, 4, 5], (factors) => factors), defaultRng(1));
  ok(separate > 0.98, `${separate}`);
  const noise = defaultRng(2);
  const random = represented([3, 4, 5], () => [noise.standardNormal(), noise.standardNormal()]);
  const chance = betaVaeScore(random, defaultRng(1));
  ok(chance < 0.6, `${chance}`);
});
