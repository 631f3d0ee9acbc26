/** What random actions return in each world: the entries' figures, replayed in part. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { randomReturnsOf, REPLAYED } from "../../evidence/baselines.ts";
import { ownEntries } from "../../envs/entries.ts";
import { randomReturns } from "../../envs/random_returns.ts";
import { returnScale } from "../../lab/experiment/return_scale.ts";
import kept from "../golden/random_returns.json" with { type: "json" };

Deno.test("every world has its figure, and no other name has one (deno task docs:baselines)", () => {
  const ids = ownEntries.map(({ id }) => id);
  deepStrictEqual(Object.keys(randomReturns), ids);
  deepStrictEqual(Object.keys(kept), ids);
});

for (const { id, randomReturn } of ownEntries) {
  Deno.test(`${id}: the first ${REPLAYED} episodes of random actions return what they did`, () => {
    const returns = randomReturnsOf(id, REPLAYED);
    deepStrictEqual(returns, kept[id as keyof typeof kept]);
    const mean = returns.reduce((sum, each) => sum + each, 0) / REPLAYED;
    const { mean: entered, deviation } = randomReturn!;
    // Five standard errors, and the five digits of the figure.
    const margin = 5 * deviation / Math.sqrt(REPLAYED) + 1e-4 * Math.abs(entered);
    ok(Math.abs(mean - entered) <= margin, `${mean} beside ${entered}`);
  });
}

Deno.test("a figure holds for a world's default options alone, a threshold for all", () => {
  const scale = (environment: { id: string; suttonBartoReward?: boolean; own?: boolean }) =>
    returnScale({ environment }, { environments: ownEntries });
  const { random, threshold } = scale({ id: "CartPole-v1" })!;
  deepStrictEqual(random, randomReturns["CartPole-v1"]);
  strictEqual(threshold, 475);
  deepStrictEqual(scale({ id: "CartPole-v1", suttonBartoReward: false })!.random, random);
  strictEqual(scale({ id: "CartPole-v1", suttonBartoReward: true })!.random, undefined);
  strictEqual(scale({ id: "CartPole-v1", own: true }), undefined);
  strictEqual(scale({ id: "Elsewhere-v0" }), undefined);
});
