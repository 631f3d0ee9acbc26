import { deepStrictEqual, ok, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import {
  Categorical,
  categoricalTerms,
  drawCategorical,
} from "../../../agents/distributions/categorical.ts";
import { bestActions, FORBIDDEN } from "../../../agents/distributions/actions.ts";
import { Box, Discrete, MultiDiscrete } from "../../../lab/core/space.ts";
import { defaultRng, type Generator } from "../../../lab/core/random.ts";
import { openWorkspace } from "../../../lab/compute/backend.ts";

await openWorkspace("cpu");

/** Softmax and entropy −Σ p ln p, in float64. */
const LOGITS = [2, 1, 0.1];
const PARTITION = LOGITS.reduce((sum, logit) => sum + Math.exp(logit), 0);
const PROBABILITIES = LOGITS.map((logit) => Math.exp(logit) / PARTITION);
const LOG_PROBABILITIES = PROBABILITIES.map(Math.log);
const ENTROPY = -PROBABILITIES.reduce((sum, p) => sum + p * Math.log(p), 0);

Deno.test("sampling draws each action as often as its probability says", () => {
  const random = defaultRng(1);
  const rows = 20_000;
  const logits = Float32Array.from({ length: 3 * rows }, (_, i) => LOGITS[i % 3]);
  const actions = new Int32Array(rows);
  new Categorical([3]).sample(logits, random, actions, new Float64Array(rows));
  PROBABILITIES.forEach((probability, action) => {
    const share = actions.filter((drawn) => drawn === action).length / rows;
    const deviation = Math.sqrt(probability * (1 - probability) / rows);
    ok(Math.abs(share - probability) < 4 * deviation, `action ${action}: ${share}`);
  });
});

Deno.test("sampling notes the log-probability of the drawn action", () => {
  const actions = new Int32Array(50);
  const noted = new Float64Array(50);
  const logits = Float64Array.from({ length: 150 }, (_, i) => LOGITS[i % 3]);
  new Categorical([3]).sample(logits, defaultRng(2), actions, noted);
  actions.forEach((action, i) => ok(Math.abs(noted[i] - LOG_PROBABILITIES[action]) < 1e-12));
});

Deno.test("sampling survives logits that overflow the exponential", () => {
  const actions = new Int32Array(1);
  const noted = new Float64Array(1);
  new Categorical([2]).sample([1000, -1000], defaultRng(3), actions, noted);
  strictEqual(actions[0], 0);
  strictEqual(noted[0], 0);
});

Deno.test("what rounding leaves over draws no action without a share", () => {
  // The largest number that a generator gives.
  const random = { random: () => 1 - 2 ** -53 } as Generator;
  const draws = defaultRng(4);
  for (let row = 0; row < 2000; row++) {
    const logits = Float64Array.from({ length: 4 }, () => draws.normal());
    logits.fill(FORBIDDEN, row % 2 === 0 ? 3 : 2);
    const [action, logProbability] = drawCategorical(logits, 0, 4, random);
    ok(action < (row % 2 === 0 ? 3 : 2) && logProbability > -20, `${logits}: ${action}`);
  }
});

Deno.test("the greedy action is the first of the highest scores", () => {
  const actions = new Int32Array(3);
  bestActions(new Discrete(3), [1, 3, 2, 5, 5, 0, -1, -2, -1], actions);
  deepStrictEqual([...actions], [1, 0, 0]);
  bestActions(new Discrete(3), [1, 3, 2, 5, 5, 0, -1, -2, -1], actions);
  deepStrictEqual([...actions], [1, 0, 0]);
});

Deno.test("the best of rows is one choice each, or what was measured", () => {
  const pairs = new Int32Array(4);
  bestActions(new MultiDiscrete([2, 3]), [0, 1, 7, 8, 9, 3, 2, 6, 5, 4], pairs);
  deepStrictEqual([...pairs], [1, 2, 0, 0]);
  const measured = new Float32Array(4);
  bestActions(new Box({ low: -1, high: 1, shape: [2] }), [1, 2, 0, 0, 3, 4, 0, 0], measured);
  deepStrictEqual([...measured], [1, 2, 3, 4]);
});

Deno.test("log-probability and entropy tensors are the worked example's", () => {
  tf.tidy(() => {
    const { logProbability, entropy } = categoricalTerms(
      tf.tensor2d([LOGITS, LOGITS]),
      tf.tensor1d([0, 2], "int32"),
    );
    const [first, second] = logProbability.dataSync();
    ok(Math.abs(first - LOG_PROBABILITIES[0]) < 1e-6);
    ok(Math.abs(second - LOG_PROBABILITIES[2]) < 1e-6);
    ok(Math.abs(entropy.dataSync()[1] - ENTROPY) < 1e-6);
  });
});

Deno.test("the host's log-probability is the tensor's", () => {
  const logits = Float32Array.of(0.3, -1.2, 0.8, 2, 2, -5);
  const actions = new Int32Array(2);
  const noted = new Float64Array(2);
  new Categorical([3]).sample(logits, defaultRng(4), actions, noted);
  tf.tidy(() => {
    const { logProbability } = categoricalTerms(
      tf.tensor2d(logits, [2, 3]),
      tf.tensor1d(actions, "int32"),
    );
    logProbability.dataSync().forEach((value, i) => ok(Math.abs(value - noted[i]) < 1e-6));
  });
});
