/** Flow matching's path and loss, its couplings, sources and solvers. */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { defaultRng } from "../../../lab/core/random.ts";
import {
  coupleOptimally,
  flowMatching,
  flowMatchingLoss,
} from "../../../models/flow_matching/flow_matching.ts";
import { pathPoint, shiftedTime } from "../../../models/flow_matching/paths.ts";
import { solvers } from "../../../models/flow_matching/solvers.ts";
import { sources } from "../../../models/flow_matching/sources.ts";
import type { Batch } from "../../../models/model.ts";
import { fewPoints, smallOf, trainerOf, trainThrough } from "../laboratory.ts";

Deno.test("a point on the way and the loss of a velocity are the worked example's", () => {
  const [from, to] = [tf.tensor2d([[0, 2], [1, 1]]), tf.tensor2d([[4, 0], [1, 3]])];
  const time = tf.tensor2d([[0.25], [0.5]]);
  const noise = tf.tensor2d([[1, -1], [2, 0]]);
  deepStrictEqual([...pathPoint(from, to, time, noise, 0.5).dataSync()], [1.5, 1, 2, 2]);
  deepStrictEqual([...pathPoint(from, to, time, noise, 0).dataSync()], [1, 1.5, 1, 2]);
  // Velocities (4, −2) and (0, 2): the first is met, the second missed by (1, −2).
  const velocity = tf.tensor2d([[4, -2], [1, 0]]);
  deepStrictEqual([...flowMatchingLoss(velocity, from, to).dataSync()], [0, 5]);
});

Deno.test("shifted times have so many times the noise beside the example's part", () => {
  const time = tf.tensor2d([[0], [0.25], [0.5], [1]]);
  strictEqual(shiftedTime(time, {}), time);
  // (1 − t)/t of ∞, 3, 1 and 0, twice as much: ∞, 6, 2 and 0.
  const expected = [0, 1 / 7, 1 / 3, 1];
  const shifted = [...shiftedTime(time, { noiseShift: 2 }).dataSync()];
  shifted.forEach((t, i) => ok(Math.abs(t - expected[i]) < 1e-7, `${t}`));
});

Deno.test("a velocity is learned at the shifted times", () => {
  const [x, start] = [tf.tensor2d([[1], [1]]), tf.tensor2d([[-1], [-1]])];
  const seen: number[][] = [];
  const velocity = (x: tf.Tensor, time: tf.Tensor) => {
    seen.push([...x.dataSync()], [...time.dataSync()]);
    return tf.zerosLike(x) as tf.Tensor2D;
  };
  const noise = { start, time: tf.tensor2d([[0.25], [0.5]]), noise: start };
  const batch = { x, noise, shape: { shape: [1] } } as unknown as Batch;
  const fields = flowMatching.configuration.parse({ noiseShift: 2 });
  flowMatching.model.steps[0].loss!({ velocity, guide: velocity }, batch, fields);
  const expected = [[2 / 7 - 1, 2 / 3 - 1], [1 / 7, 1 / 3]];
  deepStrictEqual(seen.map((each) => each.map((n) => n.toFixed(6))), [
    ...expected.map((each) => each.map((n) => n.toFixed(6))),
  ]);
});

Deno.test("the optimal coupling brings each example the point that moves least, and loses none", () => {
  const x = Float32Array.of(0, 0, 10, 0, 0, 10);
  const points = Float32Array.of(1, 9, 1, 1, 9, 1);
  coupleOptimally(points, x, 2);
  deepStrictEqual([...points], [1, 1, 9, 1, 1, 9]);
});

Deno.test("the ring's points are eight Gaussians of radius 4/√2 and deviation 0.5/√2", () => {
  const points = new Float32Array(2 * 40_000);
  sources.ring(defaultRng(1), points);
  const squares = new Float64Array(8), counts = new Float64Array(8);
  for (let i = 0; i < points.length; i += 2) {
    const mode = ((Math.round(Math.atan2(points[i + 1], points[i]) / (Math.PI / 4)) % 8) + 8) % 8;
    const [x, y] = [Math.cos(mode * Math.PI / 4), Math.sin(mode * Math.PI / 4)];
    const radius = 4 / Math.SQRT2;
    squares[mode] += (points[i] - radius * x) ** 2 + (points[i + 1] - radius * y) ** 2;
    counts[mode]++;
  }
  for (let mode = 0; mode < 8; mode++) {
    ok(Math.abs(counts[mode] / 5000 - 1) < 0.06, `${counts}`);
    ok(Math.abs(Math.sqrt(squares[mode] / counts[mode] / 2) - 0.5 / Math.SQRT2) < 0.01);
  }
});

Deno.test("solvers follow dx/dt = 2t·x to x(1) = e·x(0), each with its order", () => {
  const orders = { euler: 1, midpoint: 2, heun: 2, rk4: 4 };
  deepStrictEqual(Object.keys(solvers), Object.keys(orders));
  for (const [name, order] of Object.entries(orders)) {
    const end = (steps: number) => {
      let x: tf.Tensor = tf.tensor2d([[1]]);
      for (let k = 0; k < steps; k++) {
        x = solvers[name as keyof typeof solvers](
          (x, t) => tf.mul(tf.mul(x, 2), t),
          x,
          tf.scalar(k / steps),
          tf.scalar(1 / steps),
        );
      }
      return Math.abs(x.dataSync()[0] - Math.E);
    };
    const [few, many] = name === "rk4" ? [2, 4] : [16, 32];
    const gained = Math.log2(end(few) / end(many));
    ok(Math.abs(gained - order) < 0.4, `${name}: ${gained}`);
  }
});

Deno.test("samples are drawn with other steps and solvers; other fields and values are refused", async () => {
  const settings = { ...smallOf(flowMatching), samplerSteps: 4 };
  const { trainer } = await trainerOf("flow-matching", await fewPoints(), settings, {
    budget: 400,
  });
  await trainThrough(trainer);
  const drawn = async (settings?: Record<string, string | number>) =>
    (await trainer.sample!({ random: defaultRng(1), count: 5, settings })).values;
  const usual = await drawn();
  deepStrictEqual(await drawn({ samplerSteps: 4 }), usual);
  for (const [field, value] of [["samplerSteps", 1], ["solver", "rk4"]]) {
    ok((await drawn({ [field]: value })).some((each, i) => each !== usual[i]));
  }
  deepStrictEqual(await drawn(), usual);
  await rejects(drawn({ samplerStep: 3 }), /sampling field "samplerStep".*samplerSteps/);
  await rejects(drawn({ hiddenSizes: 3 }), /Cannot sample flow-matching/);
  await rejects(
    drawn({ samplerSteps: 0 }),
    /^InputError: Cannot sample flow-matching as samplerSteps/,
  );
  trainer.dispose();
});

Deno.test("a straight field is followed exactly by one step", () => {
  const velocity = () => tf.tensor2d([[3, -1]]);
  const x = solvers.euler(velocity, tf.tensor2d([[1, 1]]), tf.scalar(0), tf.scalar(1));
  strictEqual(x.dataSync().join(), "4,0");
});
