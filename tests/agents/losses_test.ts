/**
 * Losses on worked numbers in float64, and their gradients against central differences of the
 * textbook formulas in float64.
 */
import { ok, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { policyGradientLoss } from "../../agents/a2c.ts";
import { huber, meanSquaredError } from "../../agents/losses.ts";
import { actorCriticLoss } from "../../agents/networks/actor_critic.ts";
import {
  categoricalDivergence,
  categoricalTerms,
  scoresOf,
} from "../../agents/distributions/categorical.ts";
import { gaussianDivergence } from "../../agents/distributions/gaussian.ts";
import { dqnTargets } from "../../agents/dqn.ts";
import { doubleDqnTargets } from "../../agents/rainbow/double.ts";
import {
  adaptedPenalty,
  clippedPolicyLoss,
  clippedValueLoss,
  penalizedPolicyLoss,
} from "../../agents/ppo.ts";
import { policyChange } from "../../agents/trainers/proximal_epochs.ts";
import { baselineLoss } from "../../agents/reinforce.ts";
import { reinforceLoss } from "../../lab/compute/policy_gradient.ts";
import { openWorkspace } from "../../lab/compute/backend.ts";
import { valueAndGradients } from "../../lab/compute/gradients.ts";

await openWorkspace("cpu");

const row = (...values: number[]) => tf.tensor1d(values);
const huberLoss = (errors: tf.Tensor) => tf.mean(huber(errors));
const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
const mean = (values: number[]) => sum(values) / values.length;

function expectClose(actual: ArrayLike<number>, expected: readonly number[], tolerance = 2e-6) {
  strictEqual(actual.length, expected.length);
  expected.forEach((value, i) =>
    ok(
      Math.abs(actual[i] - value) <= tolerance * Math.max(1, Math.abs(value)),
      `${Array.from(actual)} is not ${expected}`,
    )
  );
}

/** The tensor loss at `x` and its gradient are those of the plain formula. */
function expectGradient(
  x: number[],
  tensors: (x: tf.Tensor) => tf.Tensor,
  plain: (x: number[]) => number,
) {
  tf.tidy(() => {
    const { values, gradients } = valueAndGradients(
      (parameters) => ({ loss: tensors(parameters.x) }),
      { x: row(...x) },
    );
    expectClose(values.loss.dataSync(), [plain(x)], 1e-5);
    const differences = x.map((_, i) => {
      const moved = (by: number) => plain(x.map((value, j) => j === i ? value + by : value));
      return (moved(1e-5) - moved(-1e-5)) / 2e-5;
    });
    expectClose(gradients.x.dataSync(), differences, 1e-5);
  });
}

Deno.test("PPO's clipped surrogate is the worked example's in every corner", () => {
  for (
    const [ratio, advantage, expected] of [
      [1.5, 1, 1.2],
      [0.5, 1, 0.5],
      [1.5, -1, -1.5],
      [0.5, -1, -0.8],
      [1.1, 2, 2.2],
    ]
  ) {
    const loss = clippedPolicyLoss(row(Math.log(ratio)), row(0), row(advantage), tf.scalar(0.2));
    expectClose(loss.dataSync(), [-expected]);
  }
  const old = row(-0.7);
  const ratio = clippedPolicyLoss(row(-0.5), old, row(-1), tf.scalar(0.2));
  expectClose(ratio.dataSync(), [1.2214027581601699]);
});

Deno.test("PPO's gradient is 0 where the ratio is clipped and not elsewhere", () => {
  const gradient = (advantage: number) =>
    valueAndGradients(({ x }) => ({
      loss: clippedPolicyLoss(x, row(0), row(advantage), tf.scalar(0.2)),
    }), { x: row(Math.log(1.5)) }).gradients.x.dataSync()[0];
  ok(gradient(1) === 0);
  ok(Math.abs(gradient(-1) - 1.5) < 1e-6);
});

Deno.test("PPO's gradient is the policy gradient where the policy has not moved", () => {
  const advantages = [0.5, -1, 2];
  const old = [-0.3, -1.2, -0.7];
  const gradientOf = (loss: (x: tf.Tensor) => tf.Tensor) =>
    valueAndGradients(({ x }) => ({ loss: loss(x) }), { x: row(...old) }).gradients.x.dataSync();
  expectClose(
    gradientOf((x) => clippedPolicyLoss(x, row(...old), row(...advantages), tf.scalar(0.2))),
    [...gradientOf((x) => policyGradientLoss(x, row(...advantages)))],
  );
});

Deno.test("PPO's penalised surrogate weighs the divergence; without β it is the plain ratio's", () => {
  const [logRatios, advantages] = [[Math.log(1.2), Math.log(0.7)], [1, -2]];
  const loss = (beta: number) =>
    penalizedPolicyLoss(
      row(...logRatios),
      row(0, 0),
      row(...advantages),
      row(0.02, 0.05),
      tf.scalar(beta),
    ).dataSync();
  // −½((1.2 − 3 · 0.02) + (−1.4 − 3 · 0.05))
  expectClose(loss(3), [0.205]);
  expectClose(loss(0), [-0.5 * (1.2 - 1.4)]);
  // And so is the clipped one where the range is wide.
  const wide = clippedPolicyLoss(row(...logRatios), row(0, 0), row(...advantages), tf.scalar(9));
  expectClose(loss(0), [...wide.dataSync()]);
});

Deno.test("β halves below two thirds of the target, doubles above one and a half, else stays", () => {
  const target = 0.03;
  expectClose(
    [0.019, 0.021, 0.03, 0.044, 0.046].map((d) => adaptedPenalty(2, d, target)),
    [1, 2, 2, 2, 4],
  );
});

Deno.test("divergences are those of the definition: 0 where nothing moved, else positive", () => {
  const logits = (...probabilities: number[]) => tf.log(tf.tensor2d([probabilities]));
  // ½ ln(½ / 0.9) + ½ ln(½ / 0.1)
  const categorical = categoricalDivergence(logits(0.5, 0.5), logits(0.9, 0.1));
  expectClose(categorical.dataSync(), [0.5108256237659907]);
  expectClose(categoricalDivergence(tf.tensor2d([[2, 1, 0.1]]), tf.zeros([1, 3])).dataSync(), [
    0.25187410990817627,
  ]);
  // By numeric integration of N(0.3, 0.5) ln(N(0.3, 0.5) / N(0.1, 0.8)) and N(0, 1) to N(1, 0.5).
  const gaussian = (m0: number, s0: number, m1: number, s1: number) =>
    gaussianDivergence(
      ...[m0, Math.log(s0), m1, Math.log(s1)].map((x) => tf.tensor2d([[x]])) as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ],
    ).dataSync();
  expectClose(gaussian(0.3, 0.5, 0.1, 0.8), [0.1965661292457523]);
  expectClose(gaussian(0, 1, 1, 0.5), [2.8068528194397397]);
  expectClose(gaussian(0.3, 0.5, 0.3, 0.5), [0]);
});

Deno.test("the penalised surrogate of a categorical policy has the right gradient", () => {
  const [old, advantages] = [[0.3, -0.2, 0.5, 1, 0, -1], [0.7, -1.3]];
  const split = (x: number[]) => [x.slice(0, 3), x.slice(3)];
  const logSoftmax = (x: number[]) => x.map((z) => z - Math.log(sum(x.map(Math.exp))));
  const taken = [1, 2];
  const logits = [2, 1, 0.1, -0.5, 0.3, 0.7];
  const before = split(old).map(logSoftmax);
  expectGradient(
    logits,
    (x) => {
      const rows = tf.reshape(x, [2, 3]);
      return penalizedPolicyLoss(
        categoricalTerms(rows, tf.tensor1d(taken, "int32")).logProbability,
        row(...before.map((lp, i) => lp[taken[i]])),
        row(...advantages),
        categoricalDivergence(tf.tensor2d(old, [2, 3]), rows),
        tf.scalar(0.8),
      );
    },
    (x) =>
      -mean(
        split(x).map(logSoftmax).map((now, i) => {
          const ratio = Math.exp(now[taken[i]] - before[i][taken[i]]);
          const divergence = sum(before[i].map((lp, a) => Math.exp(lp) * (lp - now[a])));
          return ratio * advantages[i] - 0.8 * divergence;
        }),
      ),
  );
});

Deno.test("PPO's total of the worked example", () => {
  const total = actorCriticLoss(tf.scalar(-1.2), tf.scalar(0.04), tf.scalar(Math.LN2), {
    valueCoefficient: 0.5,
    entropyCoefficient: 0.01,
  });
  expectClose(total.dataSync(), [-1.1869314718055994]);
});

Deno.test("PPO's approximate KL and clip fraction are the worked example's", () => {
  const { approximateKl, clipFraction } = policyChange([0.2, -0.1], [0, 0], 0.2);
  expectClose([approximateKl, clipFraction], [0.013120088098064683, 0.5], 1e-12);
});

Deno.test("PPO's clipped value loss takes the larger error, and is the free one within the range", () => {
  const loss = (value: number) =>
    clippedValueLoss(row(value), row(0), row(1), tf.scalar(0.2)).dataSync()[0];
  expectClose([loss(0.1)], [0.5 * 0.9 ** 2]);
  expectClose([loss(0.9)], [0.5 * 0.8 ** 2]);
  expectClose([loss(-0.9)], [0.5 * 1.9 ** 2]);
});

Deno.test("PPO's losses have the right gradients", () => {
  const [old, advantages] = [[-0.3, -1.2, -0.7, -0.2], [0.5, -1, 2, 1]];
  expectGradient(
    [-0.1, -1.6, -0.3, -0.25],
    (x) => clippedPolicyLoss(x, row(...old), row(...advantages), tf.scalar(0.2)),
    (x) =>
      -mean(x.map((logProbability, i) => {
        const ratio = Math.exp(logProbability - old[i]);
        const held = Math.min(1.2, Math.max(0.8, ratio));
        return Math.min(ratio * advantages[i], held * advantages[i]);
      })),
  );
  const [before, returns] = [[0, 1, -1, 0.5], [1, 0.5, -2, 0.6]];
  expectGradient(
    [0.15, 1.5, -1.7, -0.4],
    (x) => clippedValueLoss(x, row(...before), row(...returns), tf.scalar(0.2)),
    (x) =>
      mean(x.map((value, i) => {
        const held = before[i] + Math.min(0.2, Math.max(-0.2, value - before[i]));
        return 0.5 * Math.max((value - returns[i]) ** 2, (held - returns[i]) ** 2);
      })),
  );
});

Deno.test("A2C's losses are the worked example's", () => {
  const policy = policyGradientLoss(row(-0.5), row(1 - 0.8));
  const value = meanSquaredError(row(0.8), row(1));
  const total = (valueCoefficient: number, entropyCoefficient = 0) =>
    actorCriticLoss(policy, value, tf.scalar(0.3250829733914482), {
      valueCoefficient,
      entropyCoefficient,
    }).dataSync()[0];
  expectClose([...policy.dataSync(), ...value.dataSync()], [0.1, 0.04]);
  expectClose([total(1), total(0.5), total(1, 0.01)], [0.14, 0.12, 0.13674917026608552]);
});

Deno.test("the policy gradient on the logits is G(π − onehot)", () => {
  const gradient = (logits: number[], advantage: number) =>
    valueAndGradients(({ x }) => ({
      loss: policyGradientLoss(
        categoricalTerms(tf.reshape(x, [1, -1]), tf.tensor1d([0], "int32")).logProbability,
        row(advantage),
      ),
    }), { x: row(...logits) });
  const { values, gradients } = gradient([2, 1, 0.1], 1.5);
  expectClose(values.loss.dataSync(), [0.6255450244167502]);
  expectClose(gradients.x.dataSync(), [-0.51149829, 0.36364946, 0.14784884]);
  expectClose(gradient([0, 0], 1).gradients.x.dataSync(), [-0.5, 0.5]);
});

Deno.test("log-probability, entropy and squared error have the right gradients", () => {
  const logits = [2, 1, 0.1, -0.5, 0.3, 0.7];
  const split = (x: number[]) => [x.slice(0, 3), x.slice(3)];
  const logSoftmax = (x: number[]) => x.map((z) => z - Math.log(sum(x.map(Math.exp))));
  const terms = (x: tf.Tensor) =>
    categoricalTerms(tf.reshape(x, [2, 3]), tf.tensor1d([1, 2], "int32"));
  expectGradient(
    logits,
    (x) => policyGradientLoss(terms(x).logProbability, row(0.7, -1.3)),
    (x) => {
      const [first, second] = split(x).map(logSoftmax);
      return -mean([first[1] * 0.7, second[2] * -1.3]);
    },
  );
  expectGradient(
    logits,
    (x) => tf.mean(terms(x).entropy),
    (x) => mean(split(x).map((part) => -sum(logSoftmax(part).map((lp) => Math.exp(lp) * lp)))),
  );
  expectGradient(
    [0.3, -1],
    (x) => meanSquaredError(x, row(1, 2)),
    ([a, b]) => mean([(a - 1) ** 2, (b - 2) ** 2]),
  );
});

Deno.test("REINFORCE's loss is the worked example's for each choice of weights", () => {
  const loss = (...weights: number[]) =>
    reinforceLoss(row(-0.5, -0.7), row(...weights)).dataSync()[0];
  expectClose([loss(1.495, 0.5)], [1.0975]);
  expectClose([loss(1.5, 0.5)], [1.1]);
  expectClose([loss(1.495, 1.495)], [1.794]);
  expectClose([loss(1.495 - 0.9975, 0.5 - 0.9975)], [-0.0995]);
  expectClose([loss(1, -1)], [-0.2]);
  expectClose([loss(Math.SQRT1_2, -Math.SQRT1_2)], [-0.14142135623730945]);
});

Deno.test("REINFORCE's losses have the right gradients and do not see padding", () => {
  const weights = [1.5, -0.5, 0];
  expectGradient(
    [-0.5, -0.7, -9],
    (x) => reinforceLoss(x, row(...weights)),
    (x) => -sum(x.map((value, i) => value * weights[i])),
  );
  const shares = [0.5, 0.5, 0];
  expectGradient(
    [0.5, -0.7, 9],
    (x) => baselineLoss(x, row(1, 2, 3), row(...shares)),
    (x) => sum(x.map((value, i) => shares[i] * (value - (i + 1)) ** 2)),
  );
});

Deno.test("DQN's targets are the worked example's: terminated masks, truncated does not", () => {
  const next = tf.tensor2d([[0.8, 0.9], [0.8, 0.9]]);
  const targets = dqnTargets({ rewards: row(1, 1), terminated: row(0, 1) }, next, 0.99);
  expectClose(targets.dataSync(), [1.891, 1]);
});

Deno.test("double DQN values the online network's choice, and is DQN where both agree", () => {
  const next = tf.tensor2d([[0.8, 0.9]]);
  const online = tf.tensor2d([[5, 1]]);
  const outcomes = { rewards: row(1), terminated: row(0) };
  expectClose(doubleDqnTargets(outcomes, online, next, 0.99).dataSync(), [1.792]);
  expectClose(
    doubleDqnTargets(outcomes, next, next, 0.99).dataSync(),
    [...dqnTargets(outcomes, next, 0.99).dataSync()],
  );
});

Deno.test("DQN's losses are the worked example's", () => {
  expectClose(huberLoss(row(1.391)).dataSync(), [0.891]);
  expectClose(huberLoss(row(0.3)).dataSync(), [0.045]);
  expectClose(huberLoss(row(3 - 2.5, -0.5, 0, 7 - 8)).dataSync(), [0.1875]);
  expectClose(meanSquaredError(row(0.5), row(1.891)).dataSync(), [1.934881]);
});

Deno.test("DQN's losses have the right gradients", () => {
  const errors = [0.3, -0.6, 1.8, -2.5];
  expectGradient(
    errors,
    huberLoss,
    (x) => mean(x.map((e) => Math.abs(e) <= 1 ? 0.5 * e * e : Math.abs(e) - 0.5)),
  );
  const targets = [1, -1];
  expectGradient(
    [0.5, 0.2, -0.3, 0.9],
    (x) => {
      const taken = scoresOf(tf.reshape(x, [2, 2]), tf.tensor1d([1, 0], "int32"));
      return huberLoss(tf.sub(row(...targets), taken));
    },
    ([, a, b]) =>
      mean(
        [targets[0] - a, targets[1] - b].map((e) =>
          Math.abs(e) <= 1 ? 0.5 * e * e : Math.abs(e) - 0.5
        ),
      ),
  );
});
