/** Diffusion's schedules, mixes and samplers against the closed forms of the papers. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { defaultRng } from "../../../lab/core/random.ts";
import { denoised, drawnLevels } from "../../../models/diffusion/steps.ts";
import { noisy, parts, seenThrough, targets } from "../../../models/diffusion/parameterizations.ts";
import {
  numbersAt,
  schedules,
  sharesOf,
  stepNumbers,
  visitedLevels,
} from "../../../models/diffusion/schedules.ts";

const BETAS = { betaStart: 1e-4, betaEnd: 0.02 } as const;

function near(found: number, expected: number, tolerance: number): void {
  ok(Math.abs(found - expected) <= tolerance, `${found}, ${expected}`);
}

Deno.test("schedules begin with the example and end with noise, at the papers' values", () => {
  const linear = schedules.linear(1000);
  near(linear[1], 1 - 1e-4, 1e-15);
  near(linear[2] / linear[1], 1 - (1e-4 + (0.02 - 1e-4) / 999), 1e-15);
  near(linear[1000], 4.0358e-5, 1e-8); // np.prod(1 - np.linspace(1e-4, 0.02, 1000))
  const cosine = schedules.cosine(1000);
  // cos²(½π (0.5 + 0.008) / 1.008) / cos²(½π 0.008 / 1.008), by hand.
  const wave = (t: number) => Math.cos((t + 0.008) / 1.008 * Math.PI / 2) ** 2;
  for (const t of [1, 250, 500, 900]) near(cosine[t], wave(t / 1000) / wave(0), 1e-12);
  near(cosine[1000] / cosine[999], 1 - 0.999, 1e-12);
  for (const [name, schedule] of Object.entries(schedules)) {
    for (const count of [1, 2, 50]) {
      const shares = schedule(count);
      deepStrictEqual([shares.length, shares[0]], [count + 1, 1], name);
      ok(shares.every((share, t) => t === 0 || (share > 0 && share < shares[t - 1])), name);
    }
  }
});

Deno.test("shifted levels have so many times the noise beside the example's part", () => {
  const noiseOf = (share: number) => Math.sqrt(1 - share) / Math.sqrt(share);
  for (const schedule of Object.keys(schedules) as (keyof typeof schedules)[]) {
    const fields = { ...BETAS, levels: 50, schedule };
    const plain = sharesOf(fields);
    deepStrictEqual(
      sharesOf({ ...fields, noiseShift: 1 }).map(Math.fround),
      plain.map(Math.fround),
    );
    for (const noiseShift of [0.5, 3]) {
      const shifted = sharesOf({ ...fields, noiseShift });
      strictEqual(shifted[0], 1);
      shifted.forEach((share, t) => {
        const expected = noiseShift * noiseOf(plain[t]);
        near(noiseOf(share), expected, 1e-9 * expected);
      });
      // The sampler steps along them.
      const sampler = { solver: "ddim", stochasticity: 0, samplerSteps: 5 } as const;
      const { signal, noise } = numbersAt(2, { ...fields, ...sampler, noiseShift });
      near(noise / signal, noiseShift * noiseOf(plain[30]), 1e-9);
    }
  }
});

Deno.test("between neighbouring levels the sampler is DDPM's posterior", () => {
  const shares = schedules.linear(1000);
  for (const t of [2, 10, 500, 1000]) {
    const [now, before] = [shares[t], shares[t - 1]];
    const [alpha, beta] = [now / before, 1 - now / before];
    const { signal, noise, nextSignal, direction, fresh } = stepNumbers(now, before, 1);
    // Equations 6 and 7 of Ho et al.
    near(fresh * fresh, (1 - before) / (1 - now) * beta, 1e-14);
    for (const [x, example] of [[1, 0], [0, 1], [0.3, -2]]) {
      const epsilon = (x - signal * example) / noise;
      const mean = Math.sqrt(before) * beta / (1 - now) * example +
        Math.sqrt(alpha) * (1 - before) / (1 - now) * x;
      near(nextSignal * example + direction * epsilon, mean, 1e-10);
    }
  }
});

Deno.test("without noise the sampler keeps to the mix of the next level, and ends at the example", () => {
  const settings = {
    levels: 100,
    schedule: "cosine",
    samplerSteps: 10,
    solver: "ddim",
    stochasticity: 1,
    ...BETAS,
  } as const;
  const shares = schedules.cosine(100);
  const [example, epsilon] = [tf.tensor2d([[0.7, -1.2]]), tf.tensor2d([[-0.4, 2]])];
  deepStrictEqual(visitedLevels(100, 10).slice(0, 3), [100, 90, 80]);
  for (let k = 0; k < 10; k++) {
    const numbers = numbersAt(k, settings);
    const at = Object.fromEntries(
      Object.entries(numbers).map(([name, value]) => [name, tf.scalar(value)]),
    );
    const next = denoised({ example, epsilon }, tf.tensor2d([[9, 9]]), at).dataSync();
    const share = shares[[...visitedLevels(100, 10)][k + 1]];
    near(next[0], Math.sqrt(share) * 0.7 - Math.sqrt(1 - share) * 0.4, 1e-6);
    near(next[1], -Math.sqrt(share) * 1.2 + Math.sqrt(1 - share) * 2, 1e-6);
  }
});

Deno.test("whatever the network gives, example and noise come back from the mix", () => {
  const random = defaultRng(1);
  const draw = () => tf.tensor2d(Array.from({ length: 6 }, () => random.standardNormal()), [3, 2]);
  const [x, epsilon] = [draw(), draw()];
  const mix = {
    signal: tf.tensor2d([[0.9], [0.6], [0.1]]),
    noise: tf.tensor2d([0.19, 0.64, 0.99].map((v) => [Math.sqrt(v)])),
  };
  const mixed = noisy(x, epsilon, mix);
  near(mixed.dataSync()[0], 0.9 * x.dataSync()[0] + Math.sqrt(0.19) * epsilon.dataSync()[0], 1e-6);
  deepStrictEqual(Object.keys(parts), Object.keys(targets));
  for (const name of ["noise", "example", "velocity"] as const) {
    const found = parts[name](targets[name](x, epsilon, mix), mixed, mix);
    found.example.dataSync().forEach((each, i) => near(each, x.dataSync()[i], 1e-5));
    found.epsilon.dataSync().forEach((each, i) => near(each, epsilon.dataSync()[i], 1e-5));
  }
});

Deno.test("training sees every level equally often, with its own mix", () => {
  const uniform = tf.tensor2d(Array.from({ length: 8 }, (_, i) => [i / 8]));
  const { time, mix } = drawnLevels(uniform, { levels: 4, schedule: "linear", ...BETAS });
  deepStrictEqual([...time.dataSync()], [1, 1, 2, 2, 3, 3, 4, 4].map((t) => t / 4));
  const shares = schedules.linear(4);
  const [signal, noise] = [mix.signal.dataSync(), mix.noise.dataSync()];
  for (let i = 0; i < 8; i++) {
    near(signal[i] ** 2, shares[1 + (i >> 1)], 1e-6);
    near(signal[i] ** 2 + noise[i] ** 2, 1, 1e-6);
  }
});

Deno.test("DDIM's steps taken backwards lead to the noise that they came from", () => {
  // Of examples from N(0, s²) the network's ε and x₀ are known.
  const variance = 0.6 ** 2;
  const shares = schedules.cosine(1000);
  const seen = (x: number, share: number) => {
    const example = x * Math.sqrt(share) * variance / (share * variance + 1 - share);
    return { example, epsilon: (x - Math.sqrt(share) * example) / Math.sqrt(1 - share) };
  };
  const step = (x: number, from: number, to: number) => {
    const { nextSignal, direction } = stepNumbers(shares[from], shares[to], 0);
    const { example, epsilon } = seen(x, shares[from]);
    return nextSignal * example + direction * epsilon;
  };
  const apart = (steps: number) => {
    // Not to level 0, where an example has no noise to tell.
    const levels = visitedLevels(1000, steps).slice(0, -1).concat(2);
    const start = 1.3;
    const example = levels.slice(1).reduce((x, to, k) => step(x, levels[k], to), start);
    const back = levels.toReversed();
    return Math.abs(back.slice(1).reduce((x, to, k) => step(x, back[k], to), example) - start);
  };
  ok(apart(500) < 0.02, `${apart(500)}`);
  ok(apart(500) < 0.5 * apart(100));
});

Deno.test("the sampler of second order is nearer to the flow than DDIM with as many evaluations", () => {
  const variance = 0.6 ** 2;
  const settings = { levels: 1000, schedule: "cosine", stochasticity: 1, ...BETAS } as const;
  const end = (solver: "ddim" | "heun", samplerSteps: number) => {
    let x = 1.3;
    for (let k = 0; k < samplerSteps; k++) {
      const at = numbersAt(k, { ...settings, solver, samplerSteps });
      const example = (x: number, signal: number, noise: number) =>
        x * signal * variance / (signal * signal * variance + noise * noise);
      const moved = (estimate: number) =>
        at.nextSignal * estimate + at.direction * (x - at.signal * estimate) / at.noise;
      const here = example(x, at.signal, at.noise);
      const there = solver === "heun" ? example(moved(here), at.nextSignal, at.nextNoise) : here;
      x = moved(here) + (at.weight ?? 0) * (there - here);
    }
    return x;
  };
  // The flow of a Gaussian keeps its quantiles.
  const exact = 1.3 * 0.6;
  ok(Math.abs(end("heun", 20) - exact) < 0.35 * Math.abs(end("ddim", 40) - exact));
});

Deno.test("the second look of a step is told the time at which the next step begins", () => {
  const settings = { levels: 1000, schedule: "cosine", stochasticity: 1, ...BETAS } as const;
  const at = (k: number) => numbersAt(k, { ...settings, solver: "heun", samplerSteps: 8 });
  for (let k = 0; k < 7; k++) deepStrictEqual(at(k).nextTime, at(k + 1).time);
  deepStrictEqual([at(0).time, at(7).nextTime], [1, 0]);
});

Deno.test("where an image's example is cut off to the range of pixels, the noise follows from what is left", () => {
  const mix = { signal: tf.tensor2d([[0.8]]), noise: tf.tensor2d([[0.6]]) };
  const x = tf.tensor2d([[1.6, 0.4]]);
  const sizes = { size: 2, binary: false, classes: 0, tokens: 0, partnerSize: 0 };
  const seenAs = (shape: number[]) => {
    // As noise that is 0: the example is x / 0.8, so 2 and 0.5.
    const told = seenThrough("noise", tf.zeros([1, 2]), x, mix, { ...sizes, shape });
    return [...told.example.dataSync(), ...told.epsilon.dataSync()];
  };
  const close = (found: number[], expected: number[]) =>
    found.forEach((value, i) => near(value, expected[i], 1e-6));
  // 2 is cut off to 1, and 1.6 = 0.8 · 1 + 0.6 · ε.
  close(seenAs([1, 2, 1]), [1, 0.5, 0.8 / 0.6, 0]);
  close(seenAs([2]), [2, 0.5, 0, 0]);
});
