/** Reflow: what the first field pairs, and that the second field is followed by fewer steps. */
import { ok } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { defaultRng } from "../../../lab/core/random.ts";
import { carried } from "../../../models/flow_matching/rectified_flow.ts";
import { fewPoints, trainerOf, trainThrough } from "../laboratory.ts";

tf.enableProdMode();
await tf.setBackend("cpu");

Deno.test("noise is paired with where the field carries it, a constant to the gradient", () => {
  // dx/dt = 2t·x: x(1) = e·x(0).
  const field = (x: tf.Tensor, t: tf.Tensor) => tf.mul(tf.mul(x, 2), t);
  const start = tf.tensor2d([[1, -2]]);
  const end = carried(field, start, 6).dataSync();
  ok(Math.abs(end[0] - Math.E) < 1e-3 && Math.abs(end[1] + 2 * Math.E) < 2e-3, `${end}`);
  const slope = tf.grad((x) => tf.sum(carried(field, x, 2)))(start);
  ok(slope.dataSync().every((each) => each === 0));
});

Deno.test("one step of the second field is nearer to the data than one of a first field", async () => {
  const fields = { hiddenSizes: [32, 32], batchSize: 100, averageDecay: 0.95, learningRate: 5e-3 };
  const oneStep = async (model: string) => {
    const { trainer } = await trainerOf(model, await fewPoints(3000, 500), fields, {
      budget: 40_000,
    });
    await trainThrough(trainer);
    const { metrics } = await trainer.evaluate({ random: defaultRng(1) });
    trainer.dispose();
    return metrics;
  };
  const first = (await oneStep("flow-matching"))["evaluation/squared_wasserstein_one_step"];
  const second = await oneStep("rectified-flow");
  const straight = second["evaluation/squared_wasserstein_one_step"];
  ok(straight < 0.5 * first, `${straight}, ${first}`);
});
