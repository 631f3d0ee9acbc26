/** Consistency training against the closed forms of the papers. */
import { deepStrictEqual, ok } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { defaultRng } from "../../../lab/core/random.ts";
import { consistency, consistencyLoss, consistent } from "../../../models/diffusion/consistency.ts";
import { logNoise, neighbours, stages } from "../../../models/diffusion/consistency_levels.ts";

tf.enableProdMode();
await tf.setBackend("cpu");

function near(found: number, expected: number, tolerance: number): void {
  ok(Math.abs(found - expected) <= tolerance, `${found}, ${expected}`);
}

const column = (...values: number[]) => tf.tensor2d(values.map((value) => [value]));
const fields = consistency.configuration.parse({});

Deno.test("an example at the least noise is its own end, whatever the network says", () => {
  const network = (x: tf.Tensor) => tf.fill(x.shape, 7);
  const x = tf.tensor2d([[2, -1], [2, -1]]);
  const ends = consistent(network, x, column(0.002, 3), fields).dataSync();
  near(ends[0], 2, 1e-5);
  near(ends[1], -1, 1e-5);
  // σ_d²/((σ − σ_min)² + σ_d²)·2 + σ_d (σ − σ_min)/√(σ² + σ_d²)·7.
  const above = 3 - 0.002;
  near(ends[2], 0.25 / (above ** 2 + 0.25) * 2 + 0.5 * above / Math.sqrt(9.25) * 7, 1e-5);
});

Deno.test("levels double until there are as many as asked for", () => {
  deepStrictEqual(stages({ firstLevels: 10, lastLevels: 1280 }).length, 8);
  deepStrictEqual(stages({ firstLevels: 10, lastLevels: 150 }), [10, 20, 40, 80, 150]);
  deepStrictEqual(stages({ firstLevels: 5, lastLevels: 5 }), [5]);
});

Deno.test("neighbouring levels are those of EDM's series, as probable as the discretised lognormal", () => {
  const steps = 12, count = 40_000;
  const root = (sigma: number) => sigma ** (1 / 7);
  const levels = Array.from(
    { length: steps + 1 },
    (_, i) => (root(0.002) + i / steps * (root(80) - root(0.002))) ** 7,
  );
  const view = new Float32Array(count);
  logNoise(fields)(defaultRng(1), view);
  const [lesser, greater] = neighbours(tf.tensor2d(view, [count, 1]), tf.scalar(steps), fields)
    .map((each) => each.dataSync());
  const seen = new Float64Array(steps);
  for (let i = 0; i < count; i++) {
    const place = levels.findIndex((sigma) => Math.abs(sigma / lesser[i] - 1) < 1e-3);
    ok(place >= 0 && place < steps, `${lesser[i]}`);
    near(greater[i] / levels[place + 1], 1, 1e-3);
    ok(lesser[i] <= Math.exp(view[i]) * 1.001 && greater[i] >= Math.exp(view[i]) * 0.999);
    seen[place] += 1 / count;
  }
  // Equation 10, its integral by the midpoint rule in place of erf.
  const weight = (from: number, to: number) => {
    let sum = 0;
    for (let i = 0; i < 200; i++) {
      const z = (from + (i + 0.5) / 200 * (to - from) + 1.1) / 2;
      sum += Math.exp(-z * z / 2) * (to - from) / 200;
    }
    return sum;
  };
  const weights = levels.slice(1).map((to, i) => weight(Math.log(levels[i]), Math.log(to)));
  const total = weights.reduce((a, b) => a + b);
  weights.forEach((each, i) => near(seen[i], each / total, 0.01));
});

Deno.test("the distance is Pseudo-Huber's over the levels' distance; what it is held to is a constant", () => {
  const [to, from] = [tf.tensor2d([[3, 4], [0, 0]]), tf.tensor2d([[0, 0], [0, 0]])];
  const c = 0.00054 * Math.SQRT2;
  const loss = consistencyLoss(to, from, column(0.5, 2)).dataSync();
  near(loss[0], (Math.sqrt(25 + c * c) - c) / 0.5, 1e-5);
  near(loss[1], 0, 1e-9);
  const slopes = tf.grads((to, from) => tf.sum(consistencyLoss(to, from, column(0.5, 2))));
  const [pulled, held] = slopes([to, from]).map((each) => [...each.dataSync()]);
  near(pulled[0], 3 / 5 / 0.5, 1e-4);
  ok(held.every((each) => each === 0));
});

Deno.test("several steps begin at the most noise, go down, and add none in the end", () => {
  const { sampler } = consistency.model;
  const at = (samplerSteps: number) =>
    Array.from(
      { length: samplerSteps },
      (_, k) => sampler!.at!(k, {} as never, consistency.configuration.parse({ samplerSteps })),
    );
  deepStrictEqual(at(1).map(({ fresh }) => fresh), [0]);
  near(at(1)[0].sigma, 80, 1e-9);
  const three = at(3);
  three.slice(1).forEach(({ sigma }, k) => {
    // What is left of the noise and what is added make up the next level's.
    near(three[k].fresh ** 2 + 0.002 ** 2, sigma ** 2, 1e-9);
    ok(sigma < three[k].sigma);
  });
  deepStrictEqual(three[2].fresh, 0);
});
