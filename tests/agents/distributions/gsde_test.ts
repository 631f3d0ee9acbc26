/** State-dependent noise against its definition a = μ + Eᵀz, and against plain Gaussian terms. */
import { deepStrictEqual, ok, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { bestActions } from "../../../agents/distributions/actions.ts";
import { gaussianTerms } from "../../../agents/distributions/gaussian.ts";
import { gsdeVariance, StateDependentGaussian } from "../../../agents/distributions/gsde.ts";
import { policyDistribution } from "../../../agents/distributions/mod.ts";
import { openWorkspace } from "../../../lab/compute/backend.ts";
import { valueAndGradients } from "../../../lab/compute/gradients.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import { Box, Discrete } from "../../../lab/core/space.ts";

await openWorkspace("cpu");

/** Two environments, three features, two elements of an action. */
const features = [[0.5, -1, 2], [1, 0.25, -0.5]];
const means = [[0.1, -0.2], [0.3, 0.4]];
const deviations = [[0.5, 1], [0.2, 0.3], [1, 0.1]];

function rowsOf(distribution: StateDependentGaussian, z = features, mean = means): Float32Array {
  return tf.tidy(() =>
    distribution.inputs(
      { "policy/logStd": tf.log(tf.tensor2d(deviations)) },
      tf.tensor2d(mean),
      tf.tensor2d(z),
    ).dataSync() as Float32Array
  );
}

function sampled(distribution: StateDependentGaussian, rows: Float32Array, environments: number) {
  const actions = new Float32Array(environments * 2);
  const logProbabilities = new Float64Array(environments);
  distribution.sample(rows, defaultRng(99), actions, logProbabilities);
  return { actions, logProbabilities };
}

Deno.test("the variance is the worked example's: squares of features times squares of deviations", () => {
  // 0.5²·0.5² + 1·0.2² + 2²·1² + 1e-6 and so on, by hand.
  const expected = [[4.102501, 0.380001], [0.502501, 1.008126]];
  const variance = gsdeVariance(tf.tensor2d(features), tf.tensor2d(deviations)).arraySync();
  (variance as number[][]).flat().forEach((value, i) =>
    ok(Math.abs(value - expected.flat()[i]) < 1e-6, `${value}`)
  );
});

Deno.test("a held matrix E gives the action μ + Eᵀz, with its own for each environment", () => {
  const distribution = new StateDependentGaussian(2, 3, 0, 4);
  distribution.renewNoise(0, 2, defaultRng(5));
  const { actions, logProbabilities } = sampled(distribution, rowsOf(distribution), 2);
  const draws = defaultRng(5);
  const noise = Array.from({ length: 12 }, () => draws.standardNormal());
  features.forEach((z, n) =>
    [0, 1].forEach((k) => {
      let expected = means[n][k];
      for (let i = 0; i < 3; i++) expected += deviations[i][k] * noise[6 * n + 2 * i + k] * z[i];
      ok(Math.abs(actions[2 * n + k] - expected) < 1e-5, `${actions[2 * n + k]}, not ${expected}`);
    })
  );
  const { logProbability } = gaussianTerms(
    tf.tensor2d(means),
    tf.tensor2d(
      [[4.102501, 0.380001], [0.502501, 1.008126]].map((row) =>
        row.map((variance) => 0.5 * Math.log(variance))
      ),
    ),
    tf.tensor2d(actions, [2, 2]),
  );
  logProbability.dataSync().forEach((value, n) => ok(Math.abs(value - logProbabilities[n]) < 1e-5));
});

Deno.test("the matrices stay for as many steps as asked, and change with each rollout", () => {
  for (const [every, changes] of [[3, [0, 3, 6]], [0, [0]]] as const) {
    const distribution = new StateDependentGaussian(2, 3, 0, every);
    const rows = rowsOf(distribution);
    const random = defaultRng(1);
    const course = Array.from({ length: 8 }, (_, t) => {
      distribution.renewNoise(t, 2, random);
      return `${sampled(distribution, rows, 2).actions}`;
    });
    deepStrictEqual(course.flatMap((a, t) => a === course[t - 1] ? [] : [t]), changes);
    distribution.renewNoise(0, 2, random);
    ok(`${sampled(distribution, rows, 2).actions}` !== course[7]);
  }
});

Deno.test("over many matrices actions have the mean and deviation that their density says", () => {
  const count = 20_000;
  const distribution = new StateDependentGaussian(2, 3, 0, 0);
  distribution.renewNoise(0, count, defaultRng(7));
  const repeated = <T>(row: T) => Array.from({ length: count }, () => row);
  const rows = rowsOf(distribution, repeated(features[0]), repeated(means[0]));
  const { actions } = sampled(distribution, rows, count);
  for (const k of [0, 1]) {
    const values = [...actions.filter((_, i) => i % 2 === k)];
    const mean = values.reduce((sum, x) => sum + x, 0) / count;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / count;
    const expected = [4.102501, 0.380001][k];
    ok(Math.abs(mean - means[0][k]) < 4 * Math.sqrt(expected / count), `mean ${mean}`);
    ok(Math.abs(variance / expected - 1) < 4 * Math.sqrt(2 / count), `variance ${variance}`);
  }
});

Deno.test("evaluation acts by the mean", () => {
  const distribution = new StateDependentGaussian(2, 3, 0, 0);
  const actions = new Float32Array(4);
  const space = new Box({ low: -9, high: 9, shape: [2] });
  bestActions(space, rowsOf(distribution), actions);
  deepStrictEqual([...actions], means.flat().map(Math.fround));
});

Deno.test("no gradient of the deviation reaches the features, one reaches σ", () => {
  const distribution = new StateDependentGaussian(2, 3, 0, 0);
  const { gradients } = valueAndGradients(({ z, "policy/logStd": logStd }) => {
    const rows = distribution.inputs({ "policy/logStd": logStd }, tf.tensor2d(means), z);
    return { loss: tf.mean(distribution.terms(rows, tf.tensor2d(means)).entropy) as tf.Scalar };
  }, { z: tf.tensor2d(features), "policy/logStd": tf.log(tf.tensor2d(deviations)) });
  ok(gradients.z.dataSync().every((value) => value === 0));
  // ∂ ln σ̂_k / ∂ ln σ_ik = z_i² σ_ik² / σ̂_k², averaged over the two rows.
  const expected = (0.25 * 0.25 / 4.102501 + 1 * 0.25 / 0.502501) / 2;
  ok(Math.abs(gradients["policy/logStd"].dataSync()[0] - expected) < 1e-6);
});

Deno.test("state-dependent noise is refused for choices", () => {
  throws(
    () => policyDistribution(new Discrete(3), { stateDependentNoise: true }, 4),
    /Cannot explore by state-dependent noise as actions must be continuous \(Box\): Discrete\(3\)/,
  );
  const box = new Box({ low: -1, high: 1, shape: [2] });
  const made = policyDistribution(box, { initialLogStd: -2, stateDependentNoise: true }, 4);
  const { "policy/logStd": logStd } = made.initialParameters();
  deepStrictEqual([...logStd.shape, ...logStd.values], [4, 2, ...Array(8).fill(-2)]);
});
