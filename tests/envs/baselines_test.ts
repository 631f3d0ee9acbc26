/** What random actions return in each world: the entries' figures, replayed in part. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import {
  allowedName,
  computedReturn,
  randomMoments,
  randomReturnsOf,
  REPLAYED,
} from "../../evidence/baselines.ts";
import { ownEntries } from "../../envs/entries.ts";
import { makeEnv } from "../../envs/mod.ts";
import { randomAllowedReturns, randomReturns } from "../../envs/random_returns.ts";
import type { RandomReturn } from "../../lab/core/registry.ts";
import { returnScale } from "../../lab/experiment/return_scale.ts";
import kept from "../golden/random_returns.json" with { type: "json" };

Deno.test("every world has its figure, and no other name has one (deno task docs:baselines)", () => {
  const ids = ownEntries.map(({ id }) => id);
  const masked = ids.filter((id) => isMasked(id));
  deepStrictEqual(Object.keys(randomReturns), ids);
  deepStrictEqual(Object.keys(randomAllowedReturns), masked);
  deepStrictEqual(
    Object.keys(kept),
    ids.flatMap((id) => masked.includes(id) ? [id, allowedName(id)] : [id]),
  );
});

function isMasked(id: string): boolean {
  return makeEnv(id).actionMask !== undefined;
}

/** Whether the figure is that of the episodes which the test replays. */
function replays(name: string, returns: readonly number[], entered: RandomReturn) {
  deepStrictEqual(returns, kept[name as keyof typeof kept]);
  const mean = returns.reduce((sum, each) => sum + each, 0) / REPLAYED;
  const { mean: figure, deviation } = entered.cuts?.[0] ?? entered;
  // Five standard errors, and the five digits of the figure.
  const margin = 5 * deviation / Math.sqrt(REPLAYED) + 1e-4 * Math.abs(figure);
  ok(Math.abs(mean - figure) <= margin, `${mean} beside ${figure}`);
}

for (const { id, randomReturn, randomAllowedReturn } of ownEntries) {
  Deno.test(`${id}: the first ${REPLAYED} episodes of random actions return what they did`, () => {
    replays(id, randomReturnsOf(id, REPLAYED), randomReturn!);
    if (randomAllowedReturn === undefined) return;
    replays(allowedName(id), randomReturnsOf(id, REPLAYED, true), randomAllowedReturn);
  });
}

// Of Gymnasium 1.4's `P` under uniform actions, by NumPy: with T the transitions that do not end the
// episode, r and q the means of the reward and its square, and W = Σ p r over T, the mean is m =
// solve(I − T, r) and the second moment solve(I − T, q + 2 W m), the mean length solve(I − T, 1). Cut:
// the same recurrences, 10,000 and 200 times from 0. Slippery, every figure is the same.
const CLIFF = {
  ...{ mean: -65375.13039875377, deviation: 65364.25982338588, length: 6453.12303059 },
  cuts: [
    { after: 10_000, mean: -51672.78773871616, deviation: 35923.518103596 },
    { after: 200, mean: -2079.1159710088205, deviation: 677.0223422088897 },
  ],
};

Deno.test("random actions over a cliff return what Gymnasium's table says, and are not cut", () => {
  const close = (value: number, right: number) =>
    ok(Math.abs(value / right - 1) < 1e-8, `${value} beside ${right}`);
  for (const id of ["CliffWalking-v1", "CliffWalkingSlippery-v1"]) {
    const world = makeEnv(id);
    const whole = randomMoments(world.transitions!(), [36], Infinity);
    close(whole.mean, CLIFF.mean);
    close(whole.deviation, CLIFF.deviation);
    const steps = world.transitions!().map((actions) =>
      actions.map((ways) => ways.map((way) => ({ ...way, reward: 1 })))
    );
    close(randomMoments(steps, [36], Infinity).mean, CLIFF.length);
    deepStrictEqual(computedReturn(world), randomReturns[id]);
  }
  const { mean, deviation, cuts } = randomReturns["CliffWalking-v1"];
  deepStrictEqual([mean, deviation], [-65375, 65364]);
  const rounded = (value: number) => Number(value.toPrecision(5));
  deepStrictEqual(
    cuts,
    CLIFF.cuts.map(({ after, mean, deviation }) => ({
      ...{ after, mean: rounded(mean), deviation: rounded(deviation) },
    })),
  );
});

Deno.test("moments of a return are taken over actions, ways and starts, within the horizon", () => {
  // One action ends with 1 or, in a quarter of the cases, 5; the other goes on to a state that pays 3.
  const end = (probability: number, reward: number) => ({
    ...{ probability, state: 0, reward, terminated: true },
  });
  const table = [
    [[end(0.75, 1), end(0.25, 5)], [{ probability: 1, state: 1, reward: 1, terminated: false }]],
    [[end(1, 3)], [end(1, 3)]],
  ];
  // 1, 5 and 4 with 3/8, 1/8 and 1/2: a mean of 3, a mean square of 11.5.
  deepStrictEqual(randomMoments(table, [0], Infinity), { mean: 3, deviation: Math.sqrt(2.5) });
  // Cut after a step: 1 and 5 with 7/8 and 1/8.
  deepStrictEqual(randomMoments(table, [0], 1), { mean: 1.5, deviation: Math.sqrt(1.75) });
  // From either state: 1, 5, 4 and 3 with 3/16, 1/16, 1/4 and 1/2.
  deepStrictEqual(randomMoments(table, [0, 1], 9), { mean: 3, deviation: Math.sqrt(1.25) });
});

Deno.test("a world with a time limit or without a table has a figure of whole episodes", () => {
  for (const { id, make, configuration, randomReturn } of ownEntries) {
    const world = make(configuration.parse({}));
    const computes = world.transitions !== undefined && world.timeLimit === undefined;
    strictEqual(randomReturn!.cuts !== undefined, computes, id);
  }
});

Deno.test("an agent is held against random actions within a world's masks where it stays there", () => {
  const scale = (agent: Record<string, string | boolean>, id = "Taxi-v4") => {
    const found = returnScale({ environment: { id }, agent }, { environments: ownEntries })!;
    return [found.random, found.masked];
  };
  const all = [randomReturns["Taxi-v4"], false];
  const allowed = [randomAllowedReturns["Taxi-v4"], true];
  deepStrictEqual(scale({ name: "dqn", maskActions: true }), allowed);
  deepStrictEqual(scale({ name: "dqn", maskActions: false }), all);
  deepStrictEqual(scale({ name: "random" }), allowed);
  deepStrictEqual(scale({ name: "value-iteration" }), all);
  const pole = [randomReturns["CartPole-v1"], false];
  deepStrictEqual(scale({ name: "dqn", maskActions: true }, "CartPole-v1"), pole);
  // Gymnasium's: about −769.
  ok(Math.abs(randomReturns["Taxi-v4"].mean + 769) < 10);
});

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
