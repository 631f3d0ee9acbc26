/** Likelihoods along flows: closed forms, and learned densities that quadrature shows to be some. */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { defaultRng } from "../../lab/core/random.ts";
import { BETAS, schedules } from "../../models/diffusion/schedules.ts";
import { entering, placesOf, velocityOf } from "../../models/diffusion/likelihood.ts";
import {
  beganWith,
  type Carried,
  carried,
  divergence,
  logDensityAlong,
  probedRate,
} from "../../models/probability_flow.ts";
import type { ProbedLikelihoods } from "../../models/flow_likelihood.ts";
import { binaryHalves, fewPoints, halves, trainerOf, trainThrough } from "./laboratory.ts";

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

Deno.test("of a linear field, probes of ±1 estimate the divergence: uᵀAu, whose mean is the trace", () => {
  const a = [[2, 0.5, -1], [1.5, -3, 0.25], [0, 2, 4]];
  const field = (x: tf.Tensor) => tf.matMul(x as tf.Tensor2D, tf.tensor2d(a), false, true);
  // All eight probes: their mean is the trace and not near to it.
  const probes = Array.from(
    { length: 8 },
    (_, i) => [i & 4, i & 2, i & 1].map((bit) => bit ? 1 : -1),
  );
  const x = tf.tensor2d(probes.map(() => [0.3, -1, 2]));
  const { velocity, spread } = probedRate(field, x, tf.tensor2d(probes));
  const found = [...spread.dataSync()];
  probes.forEach((u, k) => {
    const product = u.reduce(
      (sum, ui, i) => sum + u.reduce((row, uj, j) => row + ui * a[i][j] * uj, 0),
      0,
    );
    near(found[k], product, 1e-5);
  });
  near(found.reduce((sum, each) => sum + each, 0) / 8, 3, 1e-5);
  near(velocity.dataSync()[0], 2 * 0.3 - 0.5 - 2, 1e-6);
});

Deno.test("along a flow that bends, the mean over all probes is the exact log-density", () => {
  const field = (time: number) => (x: tf.Tensor) => {
    const [a, b] = tf.split(x, 2, 1);
    return tf.concat([tf.sin(tf.add(tf.mul(a, b), time)), tf.mul(tf.tanh(a), b)], 1);
  };
  const places = [0, 0.3, 0.5, 1].map((place) => ({ place, velocity: field(place) }));
  const x = tf.tensor2d([[0.4, -0.9], [1.2, 0.3]]);
  const probed = [[1, 1], [1, -1]].map((signs) => {
    const probe = tf.tensor2d([signs, signs]);
    let state: Carried = { x, gained: tf.zeros([2, 1]) };
    const rate = (k: number) => (x: tf.Tensor) => probedRate(places[k].velocity, x, probe);
    for (const [k, { place }] of places.slice(1).entries()) {
      state = carried(state, rate(k), rate(k + 1), tf.scalar(place - places[k].place));
    }
    return beganWith(state, 1).dataSync();
  });
  logDensityAlong(x, places).dataSync().forEach((exact, i) => {
    ok(Math.abs(probed[0][i] - exact) > 0.05);
    near((probed[0][i] + probed[1][i]) / 2, exact, 1e-5);
  });
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
    const predicting = { ...fields, predicts: "example" } as const;
    const velocity = velocityOf(network, predicting);
    const places = placesOf(predicting).map(({ place, ...numbers }) => {
      const at = Object.fromEntries(
        Object.entries(numbers).map(([name, number]) => [name, tf.scalar(number)]),
      );
      return { place, velocity: (x: tf.Tensor) => velocity(x, at) };
    });
    const scale = entering(predicting);
    const found = tf.add(logDensityAlong(tf.mul(x, scale), places), 2 * Math.log(scale)).dataSync();
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
  Deno.test(`${name}: its density integrates to 1`, async () => {
    const settings = { hiddenSizes: [12], batchSize: 50, averageDecay: 0.9, judge: false };
    const options = { budget: 2000, judges: [] };
    const { trainer } = await trainerOf(
      name,
      await fewPoints(),
      { ...settings, ...fields },
      options,
    );
    await trainThrough(trainer);
    const asked = { draws: 1, random: defaultRng(1) };
    const { each, draws, solverSteps } = await trainer.logLikelihood!(grid, asked);
    const whole = each.reduce((sum, log) => sum + Math.exp(log) * STEP * STEP, 0);
    ok(draws === 0 && solverSteps === 50, "exact but for the solver's steps");
    near(whole, 1, 0.02);
    trainer.dispose();
  });
}

/** What makes images normal about 0 under a network that gives 0, as it does before it learns: variances. */
const untrained = {
  diffusion: [{ predicts: "velocity" }, 1],
  edm: [{ mostNoise: 20, leastNoise: 0.1, deviation: 0.6 }, 0.6 ** 2 + 0.1 ** 2],
  "flow-matching": [{}, 1],
} as const;
for (const [name, [fields, variance]] of Object.entries(untrained)) {
  Deno.test(`${name}: a U-Net that gives 0 has the density of a Gaussian, of levels`, async () => {
    const images = halves(40, 4);
    const small = { filters: [4], judge: false, ...fields };
    const { trainer } = await trainerOf(name, images, small, { judges: [] });
    const ask = async (draws: number) => {
      const options = { draws, random: defaultRng(1) };
      return await trainer.logLikelihood!(images.test.values, options) as ProbedLikelihoods;
    };
    const found = await ask(0);
    deepStrictEqual(await ask(2), found);
    ok(found.draws === 2 && found.probeError > 0);
    strictEqual((await ask(3)).draws, 3, "as many probes as were asked for");
    trainer.dispose();
    found.each.forEach((each, image) => {
      // In the middle of each pixel's level, of which there are 128 between 0 and 1.
      const pixels = images.test.values.subarray(16 * image, 16 * (image + 1));
      const levels = [...pixels].map((x) => (2 * (Math.round(255 * x) + 0.5)) / 256 - 1);
      const expected = levels.reduce(
        (sum, y) =>
          sum - 0.5 * (y * y / variance + Math.log(2 * Math.PI * variance)) - Math.log(128),
        0,
      );
      near(each, expected, 0.15);
    });
  });
}

Deno.test("black and white pixels have no density along a flow", async () => {
  const bits = binaryHalves(40, 4);
  const { trainer } = await trainerOf("flow-matching", bits, { filters: [4], judge: false });
  await rejects(
    trainer.logLikelihood!(bits.test.values, { draws: 1, random: defaultRng(1) }),
    /^InputError: Cannot take the likelihood along a flow as its examples must be points or greys: /,
  );
  trainer.dispose();
});

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
