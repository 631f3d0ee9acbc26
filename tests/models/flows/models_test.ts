/** Flows as models: what a coordinate may depend on, densities, samples, and what is refused. */
import { ok, rejects, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { defaultRng } from "../../../lab/core/random.ts";
import type { Tensors } from "../../../lab/compute/workspace.ts";
import { autoregressiveMasks } from "../../../models/flows/autoregressive.ts";
import { additive, affine } from "../../../models/flows/bijections.ts";
import { continuous } from "../../../models/flows/continuous.ts";
import { actnorm } from "../../../models/flows/mixing.ts";
import { rationalQuadratic } from "../../../models/flows/splines.ts";
import { models } from "../../../models/mod.ts";
import {
  binaryHalves,
  fewPoints,
  halves,
  smallOf,
  trainerOf,
  trainThrough,
} from "../laboratory.ts";

/** The registry's flows of points. */
const flows = models.filter(({ summary }) => /^(Flow|Velocity) .*exact likelihood/.test(summary));

Deno.test("bijections with parameters 0 are the identity; a spline's ends are joined to it", () => {
  const x = tf.tensor2d([[-4], [-2.9], [-0.3], [0], [1.7], [3.5]]);
  for (const bijection of [additive, affine, rationalQuadratic(6, 3)]) {
    const { x: z, logDerivative } = bijection.forward(x, tf.zeros([6, bijection.parameters]));
    const off = tf.max(tf.abs(tf.sub(z, x))).dataSync()[0];
    ok(off < 1e-5 && tf.max(tf.abs(logDerivative)).dataSync()[0] < 1e-5, `${off}`);
  }
  const random = defaultRng(1);
  const bent = tf.tensor2d([Array.from({ length: 17 }, () => random.standardNormal())]);
  const { x: end, logDerivative } = rationalQuadratic(6, 3).forward(tf.tensor2d([[3]]), bent);
  ok(Math.abs(end.dataSync()[0] - 3) < 1e-5 && Math.abs(logDerivative.dataSync()[0]) < 1e-4);
});

Deno.test("a spline of two bins is the worked example's", () => {
  // Widths 1:1 and heights 2:1 on [−1, 1], derivatives 1: x = −0.5 is the middle of the first bin, of
  // width 1 and height h = s, where ξ = 1/2.
  const share = (1 - 2e-3) * (2 / 3) + 1e-3;
  const s = 2 * share;
  const value = -1 + s * (s / 4 + 1 / 4) / (s + (2 - 2 * s) / 4);
  const derivative = s * s * (1 / 4 + s / 2 + 1 / 4) / (s + (2 - 2 * s) / 4) ** 2;
  const parameters = tf.tensor2d([[0, 0, Math.log(2), 0, 0]]);
  const given = rationalQuadratic(2, 1).forward(tf.tensor2d([[-0.5]]), parameters);
  ok(Math.abs(given.x.dataSync()[0] - value) < 1e-6, `${given.x.dataSync()[0]} ${value}`);
  ok(Math.abs(given.logDerivative.dataSync()[0] - Math.log(derivative)) < 1e-6);
});

Deno.test("masks let a coordinate depend on those before it alone, on all of them", () => {
  for (const order of [[1, 2, 3, 4], [4, 3, 2, 1], [2, 4, 1, 3]]) {
    const masks = autoregressiveMasks(order, [7, 9], 2);
    // Paths from each input to each output.
    const paths = masks.reduce((so, mask) =>
      so.map((row) => mask[0].map((_, j) => row.reduce((sum, n, k) => sum + n * mask[k][j], 0)))
    );
    order.forEach((from, i) =>
      order.forEach((to, j) => {
        for (const output of [2 * j, 2 * j + 1]) {
          ok(paths[i][output] > 0 === to > from, `${order}: ${from} to ${to}`);
        }
      })
    );
  }
});

Deno.test("actnorm standardises the first minibatch, without rows that are masked, and no later one", () => {
  const step = actnorm(2);
  const tensors = (
    named: Record<string, { values: ArrayLike<number>; shape: readonly number[] }>,
  ) =>
    Object.fromEntries(
      Object.entries(named).map(([name, { values, shape }]) => [
        name,
        tf.tensor(Array.from(values), [...shape]),
      ]),
    ) as Tensors;
  const parameters = tensors(step.initial!(defaultRng(1), "a"));
  const first = tf.tensor2d([[1, 10], [3, 30], [5, 50], [900, -900]]);
  const mask = tf.tensor1d([1, 1, 1, 0]);
  const { x, kept } = step.forward(first, "a", {
    parameters,
    kept: tensors(step.keeps!("a")),
    mask,
  });
  const rows = (x.arraySync() as number[][]).slice(0, 3).flat();
  const spread = Math.sqrt(1.5);
  const expected = [-spread, -spread, 0, 0, spread, spread];
  ok(rows.every((value, i) => Math.abs(value - expected[i]) < 1e-4), `${rows}`);
  const again = step.forward(tf.tensor2d([[7, 70]]), "a", {
    parameters,
    kept: kept!,
    mask: tf.ones([1]),
  });
  ok(Math.abs(again.x.dataSync()[0] - 2 * spread) < 1e-4, `${again.x.dataSync()}`);
});

Deno.test("Hutchinson's estimate is the exact log-determinant on average", () => {
  const step = continuous({
    size: 3,
    hiddenSizes: [8],
    trainingSteps: 2,
    steps: 2,
    solver: "euler",
  });
  const random = defaultRng(4);
  const parameters = Object.fromEntries(
    Object.entries(step.initial!(random, "step")).map(([name, { values, shape }]) => [
      name,
      tf.tensor(Array.from(values, (v) => v + 0.3 * random.standardNormal()), [...shape]),
    ]),
  );
  const rows = 4000;
  const x = tf.mul(tf.ones([rows, 3]), tf.tensor2d([[0.4, -1, 0.7]]));
  const probe = tf.tensor2d(
    Array.from({ length: rows }, () => Array.from({ length: 3 }, () => random.standardNormal())),
  );
  const [exact] = step.forward(x, "step", { parameters, kept: {} }).logDeterminant.dataSync();
  const estimates = step.forward(x, "step", { parameters, kept: {}, probe }).logDeterminant;
  const { mean, variance } = tf.moments(estimates);
  const off = Math.abs(mean.dataSync()[0] - exact);
  const error = Math.sqrt(variance.dataSync()[0] / rows);
  ok(error > 1e-4 && off < 4 * error, `${off} beside ${error}`);
});

/** Points of the grid over [−7, 7]², each the middle of a square. */
const [SIDE, REACH] = [160, 7];
const STEP = 2 * REACH / SIDE;
const grid = Float32Array.from({ length: 2 * SIDE * SIDE }, (_, k) => {
  const place = k >> 1;
  return -REACH + STEP * ((k % 2 === 0 ? place % SIDE : Math.floor(place / SIDE)) + 0.5);
});

for (const { name } of flows) {
  Deno.test(`${name}: its density integrates to 1, and its samples go back to their noise`, async () => {
    const definition = await models.find((entry) => entry.name === name)!.load();
    const settings = { ...smallOf(definition), depth: 2, solverSteps: 6 };
    const known = Object.keys(definition.configuration.parse({}) as object);
    const fields = Object.fromEntries(
      Object.entries(settings).filter(([key]) => known.includes(key)),
    );
    const { trainer } = await trainerOf(name, await fewPoints(), fields, { budget: 400 });
    await trainThrough(trainer);
    const options = { draws: 1, random: defaultRng(1) };
    const { each, draws, solverSteps } = await trainer.logLikelihood!(grid, options);
    strictEqual(solverSteps, name === "continuous-flow" ? 6 : undefined);
    const whole = each.reduce((sum, log) => sum + Math.exp(log) * STEP * STEP, 0);
    ok(draws === 0 && Math.abs(whole - 1) < 5e-3, `integrates to ${whole}`);
    const { values } = await trainer.sample!({ random: defaultRng(2), count: 200 });
    const codes = await trainer.encode!(values);
    const back = await trainer.decode!(codes, 200);
    const range = Math.max(...values.map(Math.abs));
    const off = Math.max(...back.map((value, i) => Math.abs(value - values[i]))) / range;
    ok(off < (/nice|real-nvp/.test(name) ? 1e-5 : 1e-4), `off by ${off}`);
    trainer.dispose();
  });
}

for (const { name } of models.filter(({ summary }) => summary.startsWith("Flow of images"))) {
  Deno.test(`${name} leads each image to a code about 0, and back to that image`, async () => {
    const images = halves();
    const small = { depth: 1, scales: 1, batchSize: 20, judge: false };
    const { trainer } = await trainerOf(name, images, small);
    await trainer.iterate();
    const { values, count } = images.test;
    const codes = await trainer.encode!(values);
    const mean = codes.reduce((sum, code) => sum + code, 0) / codes.length;
    ok(Math.abs(mean) < 0.1, `codes lie about ${mean}`);
    const back = await trainer.decode!(codes, count);
    const off = Math.max(...back.map((value, i) => Math.abs(value - values[i])));
    ok(off < 1e-3, `off by ${off}`);
    // One measure with the evaluation's and with diffusions': a draw of the noise below a level for each.
    const { each, draws } = await trainer.logLikelihood!(values, {
      draws: 0,
      random: defaultRng(1),
    });
    strictEqual(draws, 1);
    const { metrics } = await trainer.evaluate({ random: defaultRng(2) });
    const nats = -each.reduce((sum, log) => sum + log, 0) / count;
    const evaluated = metrics["evaluation/negative_log_likelihood"];
    ok(Math.abs(nats / evaluated - 1) < 1e-3, `${nats}, ${evaluated}`);
    trainer.dispose();
  });
}

Deno.test("what a flow cannot be is refused in one line", async () => {
  const points = (values: number[], shape: number[]) => {
    const count = values.length / shape[0];
    const split = { count, values: Float32Array.from(values) };
    const parts = { train: split, validation: split, test: split };
    return { name: "own", seed: 0, kind: "points" as const, shape, ...parts };
  };
  const line = [0.1, 0.2, 0.3, 0.4];
  await rejects(trainerOf("real-nvp", points(line, [1]), { batchSize: 2 }), {
    name: "InputError",
    message: "Cannot couple coordinates as there must be two at least, one to go by and one to " +
      "move: 1",
  });
  await rejects(trainerOf("maf", points([0, 1, 1, 0], [2]), { batchSize: 2 }), {
    name: "InputError",
    message: 'Cannot train maf on "own" as it takes continuous points: "own" holds binary points',
  });
  await rejects(trainerOf("glow-images", halves(), { scales: 3 }), {
    name: "InputError",
    message: "Cannot halve images 3 times as both sides must be multiples of 8: 4 × 4",
  });
  // Dequantisation of bits: their densities have no bound.
  await rejects(trainerOf("glow-images", binaryHalves(), { scales: 1 }), {
    name: "InputError",
    message:
      /^Cannot train glow-images on .* as it takes continuous images: .* holds binary images/,
  });
  for (
    const [name, fields, field] of [
      ["spline-flow", { bins: 1 }, "bins"],
      ["spline-flow", { bound: 0 }, "bound"],
      ["continuous-flow", { solverSteps: 0 }, "solverSteps"],
      ["glow", { depth: 0 }, "depth"],
    ] as const
  ) {
    const { configuration } = await models.find((entry) => entry.name === name)!.load();
    const parsed = configuration.safeParse(fields);
    ok(!parsed.success && parsed.error.issues[0].path.join() === field, name);
  }
});
