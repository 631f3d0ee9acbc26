/** EDM's preconditioning and sampler against the closed forms of the paper. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { edm, edmLoss } from "../../../models/diffusion/edm.ts";
import { heunStep, noiseLevels } from "../../../models/diffusion/heun.ts";
import { models } from "../../../models/mod.ts";
import { fewPoints, smallOf, trainerOf } from "../laboratory.ts";
import { noiseShare, preconditioned, scalesAt } from "../../../models/diffusion/preconditioning.ts";

function near(found: number, expected: number, tolerance: number): void {
  ok(Math.abs(found - expected) <= tolerance, `${found}, ${expected}`);
}

const column = (...values: number[]) => tf.tensor2d(values.map((value) => [value]));

Deno.test("inputs and targets of the network have variance 1 at every noise", () => {
  const sigmas = [0.01, 0.5, 3, 80], data = 0.5;
  const { skip, out, into } = scalesAt(column(...sigmas), data);
  const [cSkip, cOut, cIn] = [skip, out, into].map((each) => each.dataSync());
  sigmas.forEach((sigma, i) => {
    // Table 1 by hand.
    near(cSkip[i], data ** 2 / (sigma ** 2 + data ** 2), 1e-6);
    near(cOut[i], sigma * data / Math.sqrt(sigma ** 2 + data ** 2), 1e-6);
    // Equations 114 and 117: what the network sees, and what it is to give, of N(0, σ_d²).
    near(cIn[i] ** 2 * (sigma ** 2 + data ** 2), 1, 1e-5);
    const target = ((1 - cSkip[i]) ** 2 * data ** 2 + cSkip[i] ** 2 * sigma ** 2) / cOut[i] ** 2;
    near(target, 1, 1e-4);
  });
});

Deno.test("the loss weighs the error by 1/c_out²", () => {
  const [x, example] = [tf.tensor2d([[1, 0], [0, 2]]), tf.tensor2d([[0, 0], [0, 1]])];
  // c_out² = σ²σ_d²/(σ² + σ_d²): 1·0.25/1.25 = 0.2 and 0.25·0.25/0.5 = 0.125.
  const loss = edmLoss(example, x, column(1, 0.5), 0.5).dataSync();
  near(loss[0], 5, 1e-5);
  near(loss[1], 8, 1e-5);
});

Deno.test("noise falls from the most to the least as in equation 5, then to none", () => {
  const range = { leastNoise: 0.002, mostNoise: 80, curvature: 7 };
  const levels = noiseLevels(18, range);
  deepStrictEqual([levels.length, levels[18]], [19, 0]);
  near(levels[0], 80, 1e-9);
  near(levels[17], 0.002, 1e-12);
  const third = (80 ** (1 / 7) + 3 / 17 * (0.002 ** (1 / 7) - 80 ** (1 / 7))) ** 7;
  near(levels[3], third, 1e-9);
  deepStrictEqual(noiseLevels(1, range).map((sigma) => Math.round(sigma)), [80, 0]);
});

Deno.test("noises that a configuration takes are numbers in float32, others are refused", async () => {
  const consistency = await models.find(({ name }) => name === "consistency")!.load();
  for (const { configuration } of [edm, consistency]) {
    const parse = (fields: object) => configuration.safeParse(fields);
    const wrong: Record<string, number[]> = {
      ...{ curvature: [1e-3, 0.5, 1001, Infinity], deviation: [1e-7, 1e7] },
      ...{ leastNoise: [1e-7], mostNoise: [1e7] },
    };
    for (const [field, values] of Object.entries(wrong)) {
      for (const value of values) deepStrictEqual(parse({ [field]: value }).success, false, field);
    }
    for (const curvature of [1, 7, 1000]) {
      const range = { curvature, leastNoise: 1e-6, mostNoise: 1e6 };
      ok(parse(range).success);
      for (const sigma of noiseLevels(40, range)) {
        ok(sigma === 0 || Number.isFinite(1 / Math.fround(sigma)));
      }
    }
  }
});

Deno.test("Heun's steps follow the flow of a Gaussian with second order, Euler's with first", () => {
  const deviation = 0.7;
  // D(x; σ) of examples from N(0, s²), and where the flow takes x from σ_max to 0.
  const denoise = (x: tf.Tensor, sigma: tf.Tensor) =>
    tf.mul(x, tf.div(deviation ** 2, tf.add(deviation ** 2, tf.square(sigma))));
  const exact = 2 * deviation / Math.sqrt(deviation ** 2 + 4);
  const { configuration, model: { sampler } } = edm;
  const end = (samplerSteps: number, solver: "heun" | "euler") => {
    const fields = configuration.parse({ samplerSteps, solver, mostNoise: 2, leastNoise: 0.001 });
    let x: tf.Tensor = tf.tensor2d([[2]]);
    for (let k = 0; k < samplerSteps; k++) {
      const numbers = sampler!.at!(k, {} as never, fields);
      const at = Object.fromEntries(
        Object.entries(numbers).map(([name, value]) => [name, tf.scalar(value)]),
      );
      x = heunStep(denoise, x, at, solver === "heun");
    }
    return Math.abs(x.dataSync()[0] - exact);
  };
  near(Math.log2(end(20, "heun") / end(40, "heun")), 2, 0.5);
  near(Math.log2(end(20, "euler") / end(40, "euler")), 1, 0.3);
  ok(end(20, "heun") < 0.2 * end(20, "euler"));
});

Deno.test("the network sees its noise as a share of the range, and its output is added to x", () => {
  const shares = noiseShare(column(0.01, 1, 100), { leastNoise: 0.01, mostNoise: 100 }).dataSync();
  [0, 0.5, 1].forEach((share, i) => near(shares[i], share, 1e-6));
  const ones = (x: tf.Tensor) => tf.onesLike(x);
  const told = preconditioned(ones, tf.tensor2d([[2]]), scalesAt(column(1), 1));
  // 2/(1 + σ²) + σ/√(1 + σ²).
  near(told.dataSync()[0], 1 + Math.SQRT1_2, 1e-6);
});

Deno.test("samples are guided away from a network that has learned less", () => {
  const x = tf.tensor2d([[1, -2]]), sigma = tf.scalar(1.3);
  const drawn = { x, at: { sigma }, shape: { shape: [2] } };
  const giving = (value: number) => (x: tf.Tensor) => tf.fill(x.shape, value);
  const networks = { denoiser: giving(0.5), guide: giving(-1) };
  const along = (fields: object) =>
    edm.model.field!.direction(
      networks as never,
      drawn as never,
      edm.configuration.parse(fields),
    ).dataSync();
  const [own, less] = [along({}), along({ guideShare: 0.1, guidance: 0 })];
  deepStrictEqual(along({ guideShare: 0.1 }), own);
  const away = along({ guideShare: 0.1, guidance: 3 });
  const { out } = scalesAt(sigma, 0.5);
  own.forEach((value, i) => {
    near(value - less[i], 1.5 * out.dataSync()[0] / 1.3, 1e-5);
    near(away[i], less[i] + 3 * (value - less[i]), 1e-5);
  });
});

Deno.test("the guide learns for its share of the budget, from the same examples, and is kept then", async () => {
  const settings = { ...smallOf(edm), guideShare: 0.45, guidance: 2, batchSize: 50 };
  const { trainer } = await trainerOf(edm, await fewPoints(), settings, {
    ...{ budget: 1000, judges: [] },
  });
  const numbers = async (prefix: string) => {
    const { parameters } = await trainer.snapshot();
    return Object.entries(parameters).filter(([name]) => name.startsWith(prefix))
      .map(([, { values }]) => [...values]);
  };
  const taken: (readonly [guide: boolean, examples: number])[] = [];
  const guides = [await numbers("guide/")];
  while (trainer.progress.examples < 1000) {
    const { metrics } = await trainer.iterate();
    taken.push([metrics["losses/guide"] !== undefined, trainer.progress.examples]);
    guides.push(await numbers("guide/"));
  }
  ok(taken.every(([learned, examples]) => learned === examples <= 450), `${taken}`);
  guides.slice(1).forEach((guide, i) => {
    const same = JSON.stringify(guide) === JSON.stringify(guides[i]);
    strictEqual(same, !taken[i][0], `iteration ${i}`);
  });
  trainer.dispose();
});
