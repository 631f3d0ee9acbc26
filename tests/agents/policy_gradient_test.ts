/**
 * The policy gradient of every agent on a world small enough to enumerate: two states, two actions,
 * three steps. The gradient of the return is taken in float64 by central differences of the exact
 * return over all 128 courses; the agents' losses, weighed by the probabilities of these courses,
 * must have the same one.
 */
import { ok } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { discountedReturns, generalizedAdvantages } from "../../agents/returns/advantages.ts";
import { categoricalDivergence, categoricalTerms } from "../../agents/distributions/categorical.ts";
import { policyGradientLoss } from "../../agents/a2c.ts";
import { clippedPolicyLoss, penalizedPolicyLoss } from "../../agents/ppo.ts";
import { reinforceLoss } from "../../lab/compute/policy_gradient.ts";
import { openWorkspace } from "../../lab/compute/backend.ts";
import { valueAndGradients } from "../../lab/compute/gradients.ts";

await openWorkspace("cpu");

const STEPS = 3;
const STATES = [0, 1];
const ACTIONS = [0, 1];
/** P(the state changes | s, a). */
const CHANGE = [[0.2, 0.9], [0.6, 0.3]];
/** r(s, a). */
const REWARD = [[1, -0.5], [0.25, 2]];
/** Logits [s, a]. */
const LOGITS = [0.3, -0.4, -0.2, 0.9];

interface Visit {
  readonly state: number;
  readonly action: number;
  readonly next: number;
}

function policyOf(logits: readonly number[]): number[][] {
  return STATES.map((s) => {
    const exponentials = ACTIONS.map((a) => Math.exp(logits[2 * s + a]));
    return exponentials.map((value) => value / (exponentials[0] + exponentials[1]));
  });
}

/** Every course of three steps, from both states, with its probability. */
function courses(policy: number[][]): { probability: number; visits: Visit[] }[] {
  let open = STATES.map((state) => ({ probability: 0.5, visits: [] as Visit[], state }));
  for (let t = 0; t < STEPS; t++) {
    open = open.flatMap(({ probability, visits, state }) =>
      ACTIONS.flatMap((action) =>
        STATES.map((next) => {
          const moves = next === state ? 1 - CHANGE[state][action] : CHANGE[state][action];
          return {
            probability: probability * policy[state][action] * moves,
            visits: [...visits, { state, action, next }],
            state: next,
          };
        })
      )
    );
  }
  return open;
}

/** The exact return of a policy. */
function expectedReturn(logits: readonly number[]): number {
  return courses(policyOf(logits)).reduce(
    (sum, { probability, visits }) =>
      sum +
      probability * visits.reduce((total, { state, action }) => total + REWARD[state][action], 0),
    0,
  );
}

/** V of each state with `left` steps to go, by backward recursion. */
function exactValues(policy: number[][]): number[][] {
  const values = [[0, 0]];
  for (let left = 1; left <= STEPS; left++) {
    values.push(STATES.map((s) =>
      ACTIONS.reduce((sum, a) => {
        const next = CHANGE[s][a] * values[left - 1][1 - s] +
          (1 - CHANGE[s][a]) * values[left - 1][s];
        return sum + policy[s][a] * (REWARD[s][a] + next);
      }, 0)
    ));
  }
  return values;
}

const gradientOfReturn = LOGITS.map((_, i) => {
  const moved = (by: number) => expectedReturn(LOGITS.map((x, j) => j === i ? x + by : x));
  return (moved(1e-5) - moved(-1e-5)) / 2e-5;
});
const policy = policyOf(LOGITS);
const all = courses(policy);
const visits = all.flatMap((course) => course.visits);
const values = exactValues(policy);

/** A loss on every visit of every course, of the weights that `weigh` gives a course's visits. */
function expectGradient(
  weigh: (visits: Visit[]) => ArrayLike<number>,
  loss: (logProbability: tf.Tensor, weights: tf.Tensor, rows: tf.Tensor) => tf.Tensor,
) {
  const weights = all.flatMap(({ probability, visits }) =>
    Array.from(weigh(visits), (weight) => probability * weight)
  );
  tf.tidy(() => {
    const { gradients } = valueAndGradients(({ logits }) => {
      const states = tf.oneHot(tf.tensor1d(visits.map(({ state }) => state), "int32"), 2);
      const rows = tf.matMul(tf.cast(states, "float32"), tf.reshape(logits, [2, 2]));
      const actions = tf.tensor1d(visits.map(({ action }) => action), "int32");
      const { logProbability } = categoricalTerms(rows, actions);
      return { loss: loss(logProbability, tf.tensor1d(weights), rows) as tf.Scalar };
    }, { logits: tf.tensor1d(LOGITS) });
    const ascent = gradients.logits.dataSync();
    gradientOfReturn.forEach((expected, i) =>
      ok(Math.abs(-ascent[i] - expected) < 2e-6, `${ascent} is not −[${gradientOfReturn}]`)
    );
  });
}

const rewardsOf = (visits: Visit[]) =>
  Float64Array.from(visits, ({ state, action }) => REWARD[state][action]);
const returnsOf = (visits: Visit[]) =>
  discountedReturns(rewardsOf(visits), new Int32Array(STEPS), [0], 1);

/** Of one course, with the values of any function of state and steps to go. */
function advantagesOf(
  visits: Visit[],
  gaeLambda: number,
  valueOf: (state: number, left: number) => number,
): Float64Array {
  return generalizedAdvantages(
    {
      environments: 1,
      rewards: rewardsOf(visits),
      values: Float64Array.from(visits, ({ state }, t) => valueOf(state, STEPS - t)),
      nextValues: Float64Array.from(visits, ({ next }, t) => valueOf(next, STEPS - t - 1)),
      terminated: Uint8Array.of(0, 0, 1),
      truncated: new Uint8Array(STEPS),
    },
    1,
    gaeLambda,
  ).advantages;
}

/** The sum where an agent takes the mean over visits. */
const summed = (mean: tf.Tensor) => tf.mul(mean, visits.length);

Deno.test("the courses' probabilities add up, their values are the expected return", () => {
  ok(all.length === 128);
  ok(Math.abs(all.reduce((sum, { probability }) => sum + probability, 0) - 1) < 1e-12);
  ok(Math.abs((values[STEPS][0] + values[STEPS][1]) / 2 - expectedReturn(LOGITS)) < 1e-12);
});

Deno.test("REINFORCE's gradient is the return's, without baseline and with a constant one", () => {
  expectGradient(returnsOf, (lp, weights) => reinforceLoss(lp, weights));
  expectGradient(
    (visits) => returnsOf(visits).map((value) => value - 1.7),
    (lp, weights) => reinforceLoss(lp, weights),
  );
});

Deno.test("REINFORCE's gradient is the return's with a baseline of the state, right or wrong", () => {
  for (const baseline of [values, [[0, 0], [3, -1], [0.5, 2], [-2, 1]]]) {
    expectGradient(
      (visits) => returnsOf(visits).map((g, t) => g - baseline[STEPS - t][visits[t].state]),
      (lp, weights) => reinforceLoss(lp, weights),
    );
  }
});

Deno.test("A2C's gradient is the return's for every λ where the values are right", () => {
  for (const gaeLambda of [0, 0.5, 1]) {
    expectGradient(
      (visits) => advantagesOf(visits, gaeLambda, (state, left) => values[left][state]),
      (lp, advantages) => summed(policyGradientLoss(lp, advantages)),
    );
  }
});

Deno.test("A2C's gradient is the return's for λ = 1 where the values are wrong, and not for λ = 0", () => {
  const wrong = (state: number, left: number) => left === 0 ? 0 : 3 * state - left;
  const expected = (gaeLambda: number) =>
    expectGradient(
      (visits) => advantagesOf(visits, gaeLambda, wrong),
      (lp, advantages) => summed(policyGradientLoss(lp, advantages)),
    );
  expected(1);
  let isBiased = false;
  try {
    expected(0);
  } catch {
    isBiased = true;
  }
  ok(isBiased);
});

Deno.test("PPO's first gradient is the return's, clipped or penalised", () => {
  const old = visits.map(({ state, action }) => Math.log(policy[state][action]));
  const rows = visits.map(({ state }) => LOGITS.slice(2 * state, 2 * state + 2));
  const weigh = (visits: Visit[]) =>
    advantagesOf(visits, 0.95, (state, left) => values[left][state]);
  expectGradient(
    weigh,
    (lp, advantages) => summed(clippedPolicyLoss(lp, tf.tensor1d(old), advantages, tf.scalar(0.2))),
  );
  expectGradient(weigh, (lp, advantages, now) => {
    const divergence = categoricalDivergence(tf.tensor2d(rows), now);
    return summed(
      penalizedPolicyLoss(lp, tf.tensor1d(old), advantages, divergence, tf.scalar(3)),
    );
  });
});
