/** Likelihoods along flows: closed forms, and learned densities that quadrature shows to be some. */
import { ok, rejects } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { defaultRng } from "../../lab/core/random.ts";
import { BETAS, schedules } from "../../models/diffusion/schedules.ts";
import { diffusionLogDensity } from "../../models/diffusion/likelihood.ts";
import { divergence, logDensityAlong } from "../../models/probability_flow.ts";
import { fewPoints, halves, trainerOf, trainThrough } from "./laboratory.ts";

tf.enableProdMode();
await tf.setBackend("cpu");

const near = (found: number, expected: number, within: number) =>
  ok(Math.abs(found - expected) <= within, `${found}, not ${expected}`);

Deno.test("the divergence is the trace of the Jacobian", () => {
  // v = (x²y, x + y³): ∇·v = 2xy + 3y².
  const field = (x: tf.Tensor) => {
    const [a, b] = tf.split(x, 2, 1);
    return tf.concat([tf.mul(tf.square(a), b), tf.add(a, tf.pow(b, 3))], 1);
  };
  const found = divergence(field, tf.tensor2d([[2, 3], [-1, 0.5]])).dataSync();
  near(found[0], 12 + 27, 1e-4);
  near(found[1], -1 + 0.75, 1e-5);
});

Deno.test("a linear field scales the density by e^trace, with an error that falls as the square", () => {
  // dx/dτ = x from 0 to 1: z = e·x, log p(x) = log N(e·x; 0, s²I) + 2.
  const along = (steps: number) => {
    const places = Array.from({ length: steps + 1 }, (_, k) => ({
      place: k / steps,
      velocity: (x: tf.Tensor) => tf.clone(x),
    }));
    return logDensityAlong(tf.tensor2d([[0.3, -0.2]]), places, 2).dataSync()[0];
  };
  const exact = -Math.log(2 * Math.PI * 4) - Math.E ** 2 * 0.13 / 8 + 2;
  near(along(40), exact, 1e-4);
  const error = (steps: number) => Math.abs(along(steps) - exact);
  near(Math.log2(error(4) / error(8)), 2, 0.3);
});

for (const schedule of ["linear", "cosine"] as const) {
  Deno.test(`along the exact velocity of a Gaussian its density comes out, ${schedule}`, () => {
    const deviation = 0.6;
    const fields = { levels: 1000, betaStart: BETAS[0], betaEnd: BETAS[1], schedule };
    const x = tf.tensor2d([[0, 0], [0.7, -0.4], [1.5, 1]]);
    // Of x₀ ~ N(0, s²) under the mix a, b the network is to say x₀ = a s² x / (a² s² + b²).
    const shares = schedules[schedule](1000);
    const network = (x: tf.Tensor, time: tf.Tensor) => {
      const share = shares[Math.round(1000 * time.dataSync()[0])];
      const variance = deviation ** 2;
      return tf.mul(x, Math.sqrt(share) * variance / (share * variance + 1 - share));
    };
    const found = diffusionLogDensity(network, x, { ...fields, predicts: "example" }).dataSync();
    const rows = x.arraySync() as number[][];
    rows.forEach(([a, b], i) => {
      const expected = -(a * a + b * b) / (2 * deviation ** 2) -
        Math.log(2 * Math.PI * deviation ** 2);
      near(found[i], expected, 0.01);
    });
  });
}

/** Points of a grid over [−3.5, 3.5]². */
const STEP = 0.1, SIDE = 70;
const grid = Float32Array.from({ length: 2 * SIDE * SIDE }, (_, i) => {
  const at = i >> 1;
  return ((i % 2 === 0 ? at % SIDE : Math.floor(at / SIDE)) + 0.5 - SIDE / 2) * STEP;
});

const learned = {
  diffusion: { levels: 200 },
  edm: { mostNoise: 5, leastNoise: 0.05 },
  "flow-matching": {},
};
for (const [name, fields] of Object.entries(learned)) {
  Deno.test(`${name}: its density integrates to 1, and is refused of images`, async () => {
    const settings = { hiddenSizes: [12], batchSize: 50, averageDecay: 0.9, judge: false };
    const options = { budget: 2000, judges: [] };
    const { trainer } = await trainerOf(
      name,
      await fewPoints(),
      { ...settings, ...fields },
      options,
    );
    await trainThrough(trainer);
    const { each, draws } = await trainer.logLikelihood!(grid, { draws: 1, random: defaultRng(1) });
    const whole = each.reduce((sum, log) => sum + Math.exp(log) * STEP * STEP, 0);
    ok(draws === 0, "exact");
    near(whole, 1, 0.02);
    trainer.dispose();
    const small = { ...settings, ...fields, filters: [4] };
    const { trainer: other } = await trainerOf(name, halves(), small, options);
    await rejects(
      other.logLikelihood!(halves().test.values, { draws: 1, random: defaultRng(1) }),
      /^InputError: Cannot take the likelihood along a flow as its examples must be points: \[4, 4, 1\]$/,
    );
    other.dispose();
  });
}

Deno.test("a likelihood is refused where the network's noise tells nothing, or paths begin elsewhere", async () => {
  for (
    const [name, fields, line] of [
      ["diffusion", { predicts: "noise" }, /the network must give velocity or example.*: noise$/],
      ["flow-matching", { source: "ring" }, /must begin at source=normal: ring$/],
    ] as const
  ) {
    const { trainer } = await trainerOf(name, await fewPoints(), { hiddenSizes: [4], ...fields });
    await rejects(
      trainer.logLikelihood!(Float32Array.of(0, 0), { draws: 1, random: defaultRng(1) }),
      (error: Error) => error.name === "InputError" && line.test(error.message),
    );
    trainer.dispose();
  }
});
