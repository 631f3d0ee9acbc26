/** Duelling, noisy and quantile networks. Golden values: NumPy 2.4.6, float64. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { actionValueNetwork } from "../../../agents/networks/action_values.ts";
import { duellingNetwork, duellingValues } from "../../../agents/rainbow/duelling.ts";
import { huber } from "../../../agents/losses.ts";
import { noiseInputs, noiseParameters, perturbed } from "../../../agents/rainbow/noisy.ts";
import {
  quantileHuberLoss,
  quantileMidpoints,
  quantileReturns,
  quantilesOf,
  quantileTargets,
} from "../../../agents/rainbow/quantiles.ts";
import { openWorkspace } from "../../../lab/compute/backend.ts";
import { bodyOf } from "../../../lab/compute/bodies.ts";
import { dense } from "../../../lab/compute/networks.ts";
import { valueAndGradients } from "../../../lab/compute/gradients.ts";
import type { Tensors } from "../../../lab/compute/workspace.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import { Box } from "../../../lab/core/space.ts";
import type { NamedTensors } from "../../../lab/core/tensor_data.ts";

await openWorkspace("cpu");

const plain = {
  body: bodyOf(new Box({ low: -1, high: 1, shape: [4] })),
  actionCount: 3,
  hiddenSizes: [8, 6],
  activation: "relu",
  quantiles: 0,
} as const;

function tensorsOf(parameters: NamedTensors): Tensors {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, values }]) => [
      name,
      tf.tensor(values as Float32Array, [...shape]),
    ]),
  );
}

function close(actual: tf.Tensor, expected: readonly number[], tolerance = 1e-5) {
  const values = actual.dataSync();
  strictEqual(values.length, expected.length);
  expected.forEach((value, i) => ok(Math.abs(values[i] - value) < tolerance, `${values}`));
}

Deno.test("duelling values have the value as their mean, and keep what an action is better by", () => {
  const advantages = tf.tensor2d([[1, 3, 5], [-2, 0, 8]]);
  close(duellingValues(tf.tensor2d([[2], [-1]]), advantages), [0, 2, 4, -5, -3, 5]);
  close(
    duellingValues(tf.tensor2d([[2], [-1]]), tf.add(advantages, 7)),
    [0, 2, 4, -5, -3, 5],
  );
});

Deno.test("duelling streams have the last hidden layer each, also where there is one or none", () => {
  const shapes = (hiddenSizes: number[], quantiles: number) => {
    const network = duellingNetwork({ ...plain, hiddenSizes, quantiles });
    const parameters = network.initialParameters(defaultRng(1));
    const x = tf.tensor2d([[1, 2, 3, 4], [0, 1, 0, -1]]);
    const outputs = network.estimates(tensorsOf(parameters), x);
    deepStrictEqual(outputs.shape, quantiles === 0 ? [2, 3] : [2, 3, quantiles]);
    return Object.fromEntries(
      Object.entries(parameters)
        .filter(([name]) => name.endsWith("kernel"))
        .map(([name, { shape }]) => [name.replace("/kernel", ""), `${shape}`]),
    );
  };
  deepStrictEqual(shapes([8, 6], 5), {
    "q/0": "4,8",
    "value/0": "8,6",
    "value/1": "6,5",
    "advantage/0": "8,6",
    "advantage/1": "6,15",
  });
  deepStrictEqual(shapes([8], 0), {
    "value/0": "4,8",
    "value/1": "8,1",
    "advantage/0": "4,8",
    "advantage/1": "8,3",
  });
  deepStrictEqual(shapes([], 0), { "value/0": "4,1", "advantage/0": "4,3" });
});

Deno.test("action values are the means of their quantiles", () => {
  const network = actionValueNetwork({ ...plain, quantiles: 4 });
  const parameters = tensorsOf(network.initialParameters(defaultRng(2)));
  const x = tf.tensor2d([[1, -2, 0.5, 3]]);
  const estimates = network.estimates(parameters, x);
  const quantiles = estimates.arraySync() as number[][][];
  close(
    quantileReturns(4).mean(estimates),
    quantiles[0].map((each) => each.reduce((a, b) => a + b) / 4),
  );
});

Deno.test("a noisy layer is NumPy's", () => {
  const parameters = {
    "q/0/kernel": tf.tensor2d([[1, 2], [3, 4], [5, 6]]),
    "q/0/bias": tf.tensor1d([0.1, 0.2]),
    "sigma/q/0/kernel": tf.fill([3, 2], 0.5),
    "sigma/q/0/bias": tf.tensor1d([0.3, 0.4]),
    "body/0/kernel": tf.tensor1d([7]),
  };
  const noise = {
    "use/q/0/input": tf.tensor1d([0.25, -4, 1]),
    "use/q/0/output": tf.tensor1d([-0.09, 0.64]),
  };
  const drawn = perturbed(parameters, noise, "use");
  close(drawn["q/0/kernel"], [0.925, 2.2, 3.3, 3.2, 4.85, 6.4]);
  close(drawn["body/0/kernel"], [7]);
  close(dense(drawn, tf.tensor2d([[1, -1, 2]]), "q/0"), [7.335, 12.32]);
});

Deno.test("noise is declared for every layer, and deviations start at σ₀ / √fanIn", () => {
  const network = duellingNetwork({ ...plain, hiddenSizes: [16, 9], actionCount: 2 });
  const means = network.initialParameters(defaultRng(1));
  const deviations = noiseParameters(means, 0.5);
  deepStrictEqual(
    Object.keys(deviations).sort(),
    Object.keys(means).map((name) => `sigma/${name}`).sort(),
  );
  for (const [name, { shape, values }] of Object.entries(deviations)) {
    const fanIn = means[name.replace("sigma/", "").replace("bias", "kernel")].shape[0];
    deepStrictEqual(shape, means[name.replace("sigma/", "")].shape);
    ok(values.every((value) => value === Math.fround(0.5 / Math.sqrt(fanIn))), name);
  }
  const inputs = noiseInputs({ ...means, ...deviations }, "act");
  strictEqual(Object.keys(inputs).length, 2 * 5);
  deepStrictEqual(inputs["act/advantage/1/input"], [[9], "normal"]);
  deepStrictEqual(inputs["act/advantage/1/output"], [[2], "normal"]);
});

Deno.test("without deviation a noisy network is the plain one, to the bit", () => {
  const network = actionValueNetwork(plain);
  const means = network.initialParameters(defaultRng(3));
  const parameters = tensorsOf({ ...means, ...noiseParameters(means, 0) });
  const random = defaultRng(4);
  const noise: Tensors = {};
  for (const [name, [shape]] of Object.entries(noiseInputs(means, "use"))) {
    noise[name] = tf.tensor1d(Array.from({ length: shape[0] }, () => random.standardNormal()));
  }
  const x = tf.tensor2d(Array.from({ length: 20 }, () => random.standardNormal()), [5, 4]);
  deepStrictEqual(
    network.estimates(perturbed(parameters, noise, "use"), x).dataSync(),
    network.estimates(tensorsOf(means), x).dataSync(),
  );
});

Deno.test("quantile midpoints", () => {
  deepStrictEqual([...quantileMidpoints(4)], [0.125, 0.375, 0.625, 0.875]);
});

Deno.test("the quantile Huber loss is NumPy's", () => {
  const quantiles = tf.tensor2d([[-1, 0.5, 2], [0.2, 0.1, 3]]);
  const targets = tf.tensor2d([[0.3, 1.7, -2, 0.5], [1, -1, 4, 0.15]]);
  close(quantileHuberLoss(quantiles, targets), [0.8502083333333333, 1.258125], 1e-6);
});

Deno.test("one quantile's loss is half of DQN's Huber loss", () => {
  const [values, targets] = [tf.tensor1d([0, 1, -2]), tf.tensor1d([0.3, -1, 5])];
  const column = (x: tf.Tensor) => tf.expandDims(x, 1);
  close(
    quantileHuberLoss(column(values), column(targets)),
    [...tf.mul(huber(tf.sub(targets, values)), 0.5).dataSync()],
    1e-7,
  );
});

Deno.test("the quantile loss has the right gradient", () => {
  const quantiles = [-1, 0.5, 2];
  const targets = [0.3, 1.7, -2, 0.45];
  const loss = (x: number[]) =>
    x.reduce((sum, value, i) => {
      const each = targets.map((target) => {
        const u = target - value;
        const size = Math.abs(u) <= 1 ? 0.5 * u * u : Math.abs(u) - 0.5;
        return Math.abs((i + 0.5) / 3 - (u < 0 ? 1 : 0)) * size;
      });
      return sum + each.reduce((a, b) => a + b) / targets.length;
    }, 0);
  const { gradients } = valueAndGradients(
    ({ x }) => ({
      loss: tf.mean(quantileHuberLoss(tf.expandDims(x, 0), tf.tensor2d([targets]))),
    }),
    { x: tf.tensor1d(quantiles) },
  );
  const differences = quantiles.map((_, i) => {
    const moved = (by: number) => loss(quantiles.map((value, j) => i === j ? value + by : value));
    return (moved(1e-5) - moved(-1e-5)) / 2e-5;
  });
  close(gradients.x, differences);
});

Deno.test("quantile targets take the action of the best mean, valued by the target network", () => {
  // Means: online 2 and 1, target 1 and 3. The online network's highest quantile is the second's.
  const online = tf.tensor3d([[[1, 3], [-2, 4]]]);
  const next = tf.tensor3d([[[0, 2], [2, 4]]]);
  const [rewards, discounts] = [tf.tensor1d([1]), tf.tensor1d([0.5])];
  const targets = (terminated: number, choosing: tf.Tensor) =>
    quantileTargets({ rewards, terminated: tf.tensor1d([terminated]) }, choosing, next, discounts);
  close(targets(0, next), [2, 3]);
  close(targets(0, online), [1, 2]);
  close(targets(1, next), [1, 1]);
  close(quantilesOf(next, tf.tensor1d([1], "int32")), [2, 4]);
});
