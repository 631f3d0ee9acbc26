import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { bestActions } from "../../../agents/distributions/actions.ts";
import { gaussianTerms, sampleGaussian } from "../../../agents/distributions/gaussian.ts";
import { policyDistribution } from "../../../agents/distributions/mod.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import { Box, Discrete, MultiDiscrete } from "../../../lab/core/space.ts";
import { openWorkspace } from "../../../lab/compute/backend.ts";

await openWorkspace("cpu");

/** ln N(x; μ, σ) = −½((x − μ)/σ)² − ln σ√2π, in float64. */
const DENSITIES = [{ x: 0.5, mean: 0, std: 1 }, { x: 0.3, mean: 0.1, std: 0.5 }].map((each) => ({
  ...each,
  density: -0.5 * ((each.x - each.mean) / each.std) ** 2 -
    Math.log(each.std * Math.sqrt(2 * Math.PI)),
}));

/** Entropy of a Gaussian, ½ ln 2πeσ². */
const gaussianEntropy = (std: number) => 0.5 * Math.log(2 * Math.PI * Math.E * std ** 2);

/** The probabilities of a softmax. */
function softmax(logits: readonly number[]): number[] {
  const powers = logits.map(Math.exp);
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** −Σ p ln p. */
const entropyOf = (probabilities: readonly number[]) =>
  -probabilities.reduce((sum, p) => sum + p * Math.log(p), 0);

Deno.test("Gaussian log-density and entropy are the worked example's, summed over elements", () => {
  tf.tidy(() => {
    const { logProbability, entropy } = gaussianTerms(
      tf.tensor2d([DENSITIES.map(({ mean }) => mean)]),
      tf.log(tf.tensor2d([DENSITIES.map(({ std }) => std)])),
      tf.tensor2d([DENSITIES.map(({ x }) => x)]),
    );
    const expected = DENSITIES[0].density + DENSITIES[1].density;
    ok(Math.abs(logProbability.dataSync()[0] - expected) < 1e-6);
    ok(Math.abs(entropy.dataSync()[0] - (gaussianEntropy(1) + gaussianEntropy(0.5))) < 1e-6);
  });
});

Deno.test("Gaussian samples have mean and deviation of their row, and their density noted", () => {
  const count = 20_000;
  const rows = Float32Array.from({ length: 4 * count }, (_, i) => [1, -2, Math.log(0.5), 0][i % 4]);
  const actions = new Float32Array(2 * count);
  const noted = new Float64Array(count);
  sampleGaussian(rows, 2, defaultRng(1), actions, noted);
  const column = (k: number) => actions.filter((_, i) => i % 2 === k);
  for (const [k, mean, std] of [[0, 1, 0.5], [1, -2, 1]]) {
    const values = [...column(k)];
    const average = values.reduce((sum, x) => sum + x, 0) / count;
    const variance = values.reduce((sum, x) => sum + (x - average) ** 2, 0) / count;
    ok(Math.abs(average - mean) < 4 * std / Math.sqrt(count), `mean ${average}`);
    ok(Math.abs(Math.sqrt(variance) - std) < 4 * std / Math.sqrt(2 * count), `std ${variance}`);
  }
  const terms = gaussianTerms(
    tf.tensor2d([[1, -2]]),
    tf.tensor2d([[Math.log(0.5), 0]]),
    tf.tensor2d([[actions[0], actions[1]]]),
  );
  ok(Math.abs(terms.logProbability.dataSync()[0] - noted[0]) < 1e-5);
});

Deno.test("a Gaussian policy learns one log deviation an element and acts by its mean", () => {
  const space = new Box({ low: -1, high: 1, shape: [2] });
  const distribution = policyDistribution(space, {
    initialLogStd: -0.5,
  });
  const { "policy/logStd": logStd } = distribution.initialParameters();
  deepStrictEqual(logStd.values, new Float32Array(2).fill(-0.5));
  const rows = distribution.inputs(
    { "policy/logStd": tf.tensor1d([-0.5, 0.25]) },
    tf.tensor2d([[1, 2], [3, 4]]),
  );
  deepStrictEqual(rows.arraySync(), [[1, 2, -0.5, 0.25], [3, 4, -0.5, 0.25]]);
  const actions = new Float32Array(4);
  bestActions(space, rows.dataSync(), actions);
  deepStrictEqual([...actions], [1, 2, 3, 4]);
});

Deno.test("several choices: probabilities multiply, each is drawn from its own logits", () => {
  const space = new MultiDiscrete([3, 2]);
  const distribution = policyDistribution(space);
  strictEqual(distribution.outputSize, 5);
  const logits = [2, 1, 0.1, 0, Math.log(3)];
  const count = 20_000;
  const rows = Float32Array.from({ length: 5 * count }, (_, i) => logits[i % 5]);
  const actions = new Int32Array(2 * count);
  const noted = new Float64Array(count);
  distribution.sample(rows, defaultRng(3), actions, noted);
  const first = softmax([2, 1, 0.1]);
  const second = [0.25, 0.75];
  for (let a = 0; a < 3; a++) {
    for (let b = 0; b < 2; b++) {
      const probability = first[a] * second[b];
      let hits = 0;
      for (let i = 0; i < count; i++) if (actions[2 * i] === a && actions[2 * i + 1] === b) hits++;
      const deviation = Math.sqrt(probability * (1 - probability) / count);
      ok(Math.abs(hits / count - probability) < 4 * deviation, `${a}, ${b}: ${hits / count}`);
    }
  }
  for (let i = 0; i < 20; i++) {
    const expected = Math.log(first[actions[2 * i]] * second[actions[2 * i + 1]]);
    ok(Math.abs(noted[i] - expected) < 1e-6);
  }
  const modes = new Int32Array(2);
  bestActions(space, rows.subarray(0, 5), modes);
  deepStrictEqual([...modes], [0, 1]);
  const { logProbability, entropy } = distribution.terms(
    tf.tensor2d([logits]),
    tf.tensor2d([[1, 0]], [1, 2], "int32"),
  );
  ok(Math.abs(logProbability.dataSync()[0] - Math.log(first[1] * second[0])) < 1e-6);
  const expected = entropyOf(softmax([2, 1, 0.1])) + entropyOf([0.25, 0.75]);
  ok(Math.abs(entropy.dataSync()[0] - expected) < 1e-6);
});

Deno.test("one choice is the categorical distribution over its logits", () => {
  const distribution = policyDistribution(new Discrete(3));
  strictEqual(distribution.outputSize, 3);
  deepStrictEqual(distribution.initialParameters(), {});
});

Deno.test("no action is drawn from what is no number, and a forgotten await is named", () => {
  const box = new Box({ low: -1, high: 1, shape: [1] });
  const gsde = policyDistribution(box, { stateDependentNoise: true }, 1);
  gsde.renewNoise!(0, 1, defaultRng(1));
  const cases = [
    [policyDistribution(new Discrete(2)), Int32Array, "[NaN,1]", Float32Array.of(NaN, 1)],
    [policyDistribution(new Discrete(2)), Int32Array, "[0,Infinity]", [0, Infinity]],
    [policyDistribution(box), Float32Array, "[NaN,0]", Float32Array.of(NaN, 0)],
    [gsde, Float32Array, "[NaN,0]", Float32Array.of(NaN, 0, 1)],
  ] as const;
  const promise = Promise.resolve([]) as unknown as number[];
  for (const [distribution, Actions, shown, inputs] of cases) {
    for (const [given, found] of [[inputs, shown], [promise, "a Promise"]] as const) {
      const expected = {
        name: "InputError",
        message:
          `Cannot draw an action as the policy's numbers must be finite, and awaited: ${found}`,
      };
      const random = defaultRng(1);
      const actions = new Actions(1);
      throws(() => distribution.sample(given, random, actions, new Float64Array(1)), expected);
      throws(() => distribution.draw(given, random, actions), expected);
    }
  }
  // One logit of −∞ forbids its action.
  const actions = new Int32Array(1);
  policyDistribution(new Discrete(2)).draw([-Infinity, 0], defaultRng(1), actions);
  deepStrictEqual([...actions], [1]);
});

Deno.test("of many rows the one whose action cannot be drawn is shown, all of it", () => {
  const box = policyDistribution(new Box({ low: -1, high: 1, shape: [2] }));
  const choices = policyDistribution(new MultiDiscrete([2, 3]));
  const cases = [
    [box, new Float32Array(4), [0, 1, 0, 0, 5, NaN, 0.5, 0], "[5,NaN,0.5,0]"],
    [choices, new Int32Array(4), [0, 1, 0, 0, 2, 3, 4, NaN, 5, 6], "[NaN,5,6]"],
  ] as const;
  for (const [distribution, actions, inputs, found] of cases) {
    const expected = {
      message:
        `Cannot draw an action as the policy's numbers must be finite, and awaited: ${found}`,
    };
    const random = defaultRng(1);
    throws(() => distribution.sample(inputs, random, actions, new Float64Array(2)), expected);
    throws(() => distribution.draw(inputs, random, actions), expected);
  }
});
