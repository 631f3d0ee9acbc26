/**
 * What the steps of models along noise compute, by hand: which point the network is shown, at which
 * time, what it is held against, and where samples begin. The network is a stand-in.
 */
import { deepStrictEqual, ok } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { consistency } from "../../models/diffusion/consistency.ts";
import { diffusion } from "../../models/diffusion/diffusion.ts";
import { schedules } from "../../models/diffusion/schedules.ts";
import { edm } from "../../models/diffusion/edm.ts";
import { scalesAt } from "../../models/diffusion/preconditioning.ts";
import { scoreMatching } from "../../models/diffusion/score_matching.ts";
import { flowMatching } from "../../models/flow_matching/flow_matching.ts";
import { rectifiedFlow } from "../../models/flow_matching/rectified_flow.ts";

await tf.setBackend("cpu");

const shape = { kind: "points", shape: [2], size: 2, partnerSize: 0, classes: 0 };
const x = [1, 2], epsilon = [0.3, -0.4], start = [-1, 0.5];

/** One row. */
const row = (values: readonly number[]) => tf.tensor2d([[...values]]);
const numbers = (tensor: tf.Tensor) => [...tensor.dataSync()];
const squared = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);

function near(found: readonly number[], expected: readonly number[]): void {
  const isNear = (value: number, i: number) => Math.abs(value - expected[i]) < 1e-5;
  ok(found.length === expected.length && found.every(isNear), `${found}, ${expected}`);
}

/** x ↦ x / 2, and what it was shown. */
function standIn() {
  const shown: { x: number[]; time: number[] }[] = [];
  const network = (x: tf.Tensor, time: tf.Tensor) => {
    shown.push({ x: numbers(x), time: numbers(time) });
    return tf.mul(x, 0.5);
  };
  return { shown, network };
}

/** The first step's loss of a row, and what it says else. */
function lossOf(
  // deno-lint-ignore no-explicit-any
  model: any,
  networks: object,
  noise: Record<string, number[]>,
  fields: object = {},
  step = 0,
): number {
  const drawn = Object.fromEntries(
    Object.entries(noise).map(([name, values]) => [name, row(values)]),
  );
  const batch = { x: row(x), noise: drawn, shape, spent: tf.scalar(0) };
  const configuration = model.configuration.parse(fields);
  return model.model.steps[step].loss(networks, batch, configuration).loss.dataSync()[0];
}

Deno.test("EDM: an example under noise of deviation exp(P_mean + P_std n)", () => {
  const { shown, network } = standIn();
  const fields = { noiseMean: -1.2, noiseDeviation: 0.8, deviation: 0.5 };
  const loss = lossOf(edm, { denoiser: network }, { level: [0.5], epsilon }, fields);
  const sigma = Math.exp(-1.2 + 0.8 * 0.5), scale = Math.hypot(sigma, 0.5);
  const noisy = x.map((value, i) => value + sigma * epsilon[i]);
  near(shown[0].x, noisy.map((value) => value / scale));
  const told = noisy.map((value) =>
    value * 0.25 / scale ** 2 + 0.5 * sigma / scale * value / scale / 2
  );
  near([loss], [squared(told, x) * scale ** 2 / (0.5 * sigma) ** 2]);
});

Deno.test("diffusion: a mixture of example and noise, held against what it predicts", () => {
  for (
    const [predicts, target] of [
      ["noise", () => epsilon],
      ["example", () => x],
      ["velocity", (s: number, n: number) => x.map((value, i) => s * epsilon[i] - n * value)],
    ] as const
  ) {
    const { shown, network } = standIn();
    const noise = { level: [0.4], epsilon };
    const loss = lossOf(diffusion, { denoiser: network }, noise, { predicts });
    const [{ x: mixed }] = shown;
    // (s, n) with s x + n ε as it was shown.
    const determinant = x[0] * epsilon[1] - x[1] * epsilon[0];
    const s = (mixed[0] * epsilon[1] - mixed[1] * epsilon[0]) / determinant;
    const n = (x[0] * mixed[1] - x[1] * mixed[0]) / determinant;
    near([s ** 2 + n ** 2], [1]);
    ok(s > 0.1 && n > 0.1, `${s}, ${n}`);
    near([loss], [squared(mixed.map((value) => value / 2), target(s, n))]);
  }
});

Deno.test("flow matching: a point of the straight line, held against its direction", () => {
  const { shown, network } = standIn();
  const noise = { start, time: [0.25], noise: epsilon };
  const loss = lossOf(flowMatching, { velocity: network }, noise, { deviation: 0.1 });
  const point = x.map((value, i) => 0.75 * start[i] + 0.25 * value + 0.1 * epsilon[i]);
  near(shown[0].x, point);
  near(shown[0].time, [0.25]);
  near([loss], [squared(point.map((value) => value / 2), x.map((value, i) => value - start[i]))]);
});

Deno.test("rectified flow: the second round runs from a start to where the first field takes it", () => {
  const { shown, network } = standIn();
  const shift = [2, -1];
  const first = (x: tf.Tensor) => tf.add(tf.zerosLike(x), row(shift));
  const networks = { velocity: network, first };
  const loss = lossOf(rectifiedFlow, networks, { start, time: [0.25] }, {}, 1);
  const point = start.map((value, i) => value + 0.25 * shift[i]);
  near(shown[0].x, point);
  near([loss], [squared(point.map((value) => value / 2), shift)]);
  const fields = rectifiedFlow.configuration.parse({ firstRound: 0.3 });
  const rounds = rectifiedFlow.model.steps.map(({ during }) => during!(fields));
  deepStrictEqual(rounds, [[0, 0.3], [0.3, Infinity]]);
});

Deno.test("consistency: what is learned is the end from more noise, held against that from less", () => {
  const slope = (learns: "more" | "less") => {
    const times: number[] = [];
    const loss = (w: tf.Scalar) => {
      const denoiser = (x: tf.Tensor, time: tf.Tensor) => {
        times.push(time.dataSync()[0]);
        const isMore = times.at(-1)! >= Math.max(...times);
        return tf.mul(x, isMore === (learns === "more") ? w : 0.3);
      };
      const batch = {
        ...{ x: row(x), shape, spent: tf.scalar(0) },
        noise: { level: tf.tensor2d([[0]]), epsilon: row(epsilon) },
      };
      const configuration = consistency.configuration.parse({});
      // deno-lint-ignore no-explicit-any
      return (consistency.model.steps[0].loss as any)({ denoiser }, batch, configuration)
        .loss.sum() as tf.Scalar;
    };
    return numbers(tf.grad((w) => loss(w as tf.Scalar))(tf.scalar(0.5)))[0];
  };
  ok(Math.abs(slope("more")) > 1e-3);
  near([slope("less")], [0]);
  const { at } = consistency.model.sampler!;
  const fields = { samplerSteps: 2, leastNoise: 0.1, mostNoise: 5, curvature: 1 };
  const steps = [0, 1].map((k) => at!(k, {} as never, consistency.configuration.parse(fields)));
  // Halfway 2.55: of it an example at σ_min has 0.1.
  near(steps.map(({ fresh }) => fresh), [Math.sqrt(2.55 ** 2 - 0.1 ** 2), 0]);
});

Deno.test("score matching: one of the levels, its share of them as the time", () => {
  const { shown, network } = standIn();
  const fields = { levels: 5, mostNoise: 4, leastNoise: 0.25 };
  const loss = lossOf(scoreMatching, { score: network }, { level: [0.7], epsilon }, fields);
  // 0.7 · 5 is level 3 of 0 … 4; deviations 4, 2, 1, ½, ¼.
  const noisy = x.map((value, i) => value + 0.5 * epsilon[i]);
  near(shown[0].x, noisy);
  near(shown[0].time, [0.75]);
  near([loss], [squared(noisy.map((value) => value / 2), epsilon.map((value) => -value))]);
});

Deno.test("samples begin at the most noise, and EDM's last step is Euler's", () => {
  for (const { configuration, model } of [edm, consistency, scoreMatching]) {
    // Of noise alone the stand-in tells the mean (1, 2), which EDM's samples begin about.
    const network = (noise: tf.Tensor) => tf.sub(row(x), tf.mul(noise, 0));
    // deno-lint-ignore no-explicit-any
    const begun = (model.sample as any)({ denoiser: network }, {
      ...{ noise: { start: row(start) }, shape },
    }, { ...configuration.parse({ mostNoise: 7 }) });
    const { skip, out } = scalesAt(tf.scalar(7), 0.5);
    const about = (i: number) =>
      model.name === "edm" ? 7 * start[i] * numbers(skip)[0] + numbers(out)[0] * x[i] : 0;
    near(numbers(begun), start.map((value, i) => 7 * value + about(i)));
  }
  const fields = edm.configuration.parse({ samplerSteps: 3 });
  const weights = [0, 1, 2].map((k) => edm.model.sampler!.at!(k, {} as never, fields).weight);
  deepStrictEqual(weights, [0.5, 0.5, 0]);
});

Deno.test("diffusion: a step's fresh noise has the variance that the network tells, the least one being the posterior's", () => {
  const common = { levels: 20, samplerSteps: 5, solver: "ddpm", schedule: "linear" };
  /** The second step with fresh noise as it is drawn, less the one without any. */
  const noiseOf = (fields: object, network: (x: tf.Tensor) => tf.Tensor) => {
    const configuration = diffusion.configuration.parse({ ...common, ...fields }) as never;
    const { at, step } = diffusion.model.sampler!;
    const given = Object.entries(at!(1, shape as never, configuration));
    const [noisy, plain] = [epsilon, [0, 0]].map((fresh) =>
      step({ denoiser: network } as never, {
        ...{ x: row(x), noise: { fresh: row(fresh) }, shape },
        at: Object.fromEntries(given.map(([name, value]) => [name, tf.scalar(value)])),
      } as never, configuration)
    );
    return numbers(tf.sub(noisy, plain));
  };
  const half = (x: tf.Tensor) => tf.mul(x, 0.5);
  const telling = (told: number) => (x: tf.Tensor) =>
    tf.concat([half(x), tf.fill([1, 2], told)], 1);
  const posterior = noiseOf({}, half);
  near(noiseOf({ learnedVariance: true }, telling(-1)), posterior);
  // From level 16 to 12: β = 1 − ᾱ₁₆ / ᾱ₁₂.
  const shares = schedules.linear(20);
  const deviation = Math.sqrt(1 - shares[16] / shares[12]);
  near(noiseOf({ learnedVariance: true }, telling(1)), epsilon.map((value) => deviation * value));
});
