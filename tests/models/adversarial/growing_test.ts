/** What growing is made of, in worked numbers, and that a GAN grows as it says, resumed in a fade too. */
import { deepStrictEqual, notDeepStrictEqual, ok } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { valueAndGradients } from "../../../lab/compute/gradients.ts";
import type { Tensors } from "../../../lab/compute/workspace.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import { belowPrefix, type NamedTensors } from "../../../lab/core/tensor_data.ts";
import { doubled, equalized, halved, nextGenerator } from "../../../models/adversarial/growing.ts";
import { grownReal, sharesAt } from "../../../models/adversarial/grown.ts";
import { progressiveGan } from "../../../models/adversarial/progressive_gan.ts";
import { convolutionLayer, denseLayer } from "../../../models/layers.ts";
import { type Layer, sequential } from "../../../models/sequential.ts";
import { halves, smallOf, trainerOf, trainThrough } from "../laboratory.ts";
import { near, onCpu, values } from "../worked.ts";

/** So many draws of N(0, 1). */
const drawn = (seed: number, shape: [number, ...number[]]) => {
  const random = defaultRng(seed);
  const size = shape.reduce((product, side) => product * side, 1);
  return tf.tensor(Float32Array.from({ length: size }, () => random.standardNormal()), shape);
};

const tensors = (given: NamedTensors): Tensors =>
  Object.fromEntries(
    Object.entries(given).map(([name, { values, shape }]) => [name, tf.tensor(values, [...shape])]),
  );

Deno.test("doubling repeats pixels, halving takes the mean of four", () =>
  onCpu(() => {
    const x = tf.tensor([1, 10, 2, 20, 3, 30, 6, 60], [1, 2, 2, 2]);
    const twice = doubled(x);
    deepStrictEqual(twice.shape, [1, 4, 4, 2]);
    const first = values(tf.slice(twice, [0, 0, 0, 0], [1, 4, 4, 1]));
    near(first, [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 6, 6, 3, 3, 6, 6]);
    near(values(halved(twice)), [...values(x)]);
    near(values(halved(x)), [3, 30]);
  }));

Deno.test("an equalised kernel is multiplied by He's constant, √(2 / what enters)", () =>
  onCpu(() => {
    const bias = tf.tensor([0.5, 0]);
    const given = (layer: Layer, kernel: tf.Tensor, x: tf.Tensor) =>
      values(
        sequential("one", [layer]).apply({ "0/kernel": kernel, "0/bias": bias }, x).outputs,
      );
    const [kernel, x] = [tf.tensor([[1, 0], [2, 0], [3, 0], [4, 1]]), tf.ones([1, 4])];
    near(
      given(equalized(denseLayer(4, 2)), kernel, x),
      [10, 1].map((sum, i) => sum * Math.sqrt(2 / 4) + [0.5, 0][i]),
    );
    near(given(equalized(denseLayer(4, 2), 1), kernel, x), [10 / 2 + 0.5, 1 / 2]);
    // 18 enter the middle: √(2 / 18) is a third.
    const convolved = equalized(convolutionLayer({ inputs: 2, filters: 2, size: 3 }));
    const image = given(convolved, tf.ones([3, 3, 2, 2]), tf.ones([1, 3, 3, 2]));
    near(image.slice(8, 10), [6.5, 6]);
  }));

Deno.test("sizes are faded in one after another", () =>
  onCpu(() => {
    const at = (spent: number) =>
      sharesAt(tf.scalar(spent), 2, 0.8).map((share) => values(share)[0]);
    // Parts of 0.2: alone, fade, alone, fade.
    for (
      const [spent, ...shares] of [
        ...[[0, 0, 0], [0.2, 0, 0], [0.25, 0.25, 0], [0.4, 1, 0], [0.6, 1, 0]],
        ...[[0.75, 1, 0.75], [0.8, 1, 1], [1, 1, 1]],
      ]
    ) near(at(spent), shares, 1e-5);
  }));

Deno.test("an image is what was there, doubled, by 1 − α, and what is new by α", () =>
  onCpu(() => {
    const part = nextGenerator(3, 2, 1);
    const parameters = tensors(part.initial(defaultRng(1)));
    const before = {
      hidden: drawn(2, [1, 2, 2, 3]),
      image: tf.tensor([1, -1, 0.5, 2], [1, 2, 2, 1]),
    };
    const at = (share: number) => values(part.apply(parameters, before, tf.scalar(share)).image);
    const [old, next] = [at(0), at(1)];
    deepStrictEqual([...old], [...values(doubled(before.image))]);
    notDeepStrictEqual(next, old);
    near(at(0.25), [...old].map((each, i) => 0.75 * each + 0.25 * next[i]), 1e-5);
    const dark = { ...before, image: tf.zerosLike(before.image) };
    deepStrictEqual(values(part.apply(parameters, dark, tf.scalar(1)).image), next);
  }));

Deno.test("real images are blended as generated ones", () =>
  onCpu(() => {
    const x = tf.tensor([[1, 3, 5, 7, 1, 3, 5, 7, 2, 2, 4, 4, 2, 2, 4, 4]]);
    const real = (
      ...shares: number[]
    ) => [...values(grownReal(x, [4, 4, 1], shares.map((share) => tf.scalar(share))))];
    deepStrictEqual(real(), new Array(16).fill(3.5));
    const squares = [2, 2, 6, 6, 2, 2, 6, 6, 2, 2, 4, 4, 2, 2, 4, 4];
    deepStrictEqual(real(1), squares);
    near(real(0.5), squares.map((each) => (each + 3.5) / 2));
    deepStrictEqual(real(1, 1), [...values(x)]);
  }));

const model = progressiveGan.model;
const shape = {
  ...{ shape: [4, 4, 1], size: 16, binary: false, classes: 0, tokens: 0 },
  partnerSize: 0,
};
const small = smallOf(progressiveGan);
const configuration = progressiveGan.configuration.parse({ ...small, growing: 0.8 });

Deno.test("samples have the size that is reached", () =>
  onCpu(() => {
    const parts = model.networks(shape, configuration);
    const networks = Object.fromEntries(
      Object.entries(parts).map(([name, part]) => {
        const parameters = tensors(part.initial(defaultRng(name.length)));
        return [name, (...inputs: unknown[]) => part.apply(parameters, ...inputs)];
      }),
    );
    const codes = tf.tensor([[0.3, -1, 2]]);
    const sample = (spent: number) =>
      tf.reshape(
        model.sample!(networks, {
          ...{ shape, rows: 1, noise: { noise: codes }, labels: tf.zeros([1, 0]) },
          kept: { spent: tf.tensor([spent]) },
        }, configuration),
        [1, 4, 4, 1],
      );
    const coarse = (x: tf.Tensor, times: number): number[] => {
      let small = x;
      for (let i = 0; i < times; i++) small = halved(small);
      for (let i = 0; i < times; i++) small = doubled(small);
      return [...values(small)];
    };
    for (
      const [spent, times] of [[0, 2], [0.2, 2], [0.3, 1], [0.4, 1], [0.6, 1], [0.7, 0], [1, 0]]
    ) {
      const made = sample(spent);
      near(values(made), coarse(made, times));
      if (times < 2) notDeepStrictEqual([...values(made)], coarse(made, times + 1));
    }
  }));

Deno.test("where a size counts for nothing it gets no gradient", () =>
  onCpu(() => {
    const parts = model.networks(shape, configuration);
    const all: Tensors = Object.assign(
      {},
      ...Object.entries(parts).map(([name, part]) =>
        Object.fromEntries(
          Object.entries(tensors(part.initial(defaultRng(1)))).map(([each, tensor]) => [
            `${name}/${each}`,
            tensor,
          ]),
        )
      ),
    );
    const [noise, x] = [drawn(3, [3, 3]), drawn(4, [3, 16])];
    const alpha = tf.tensor([[0.2], [0.5], [0.9]]);
    /** The largest slope of the two steps of the full size in the part of a network. */
    const slope = (spent: number, network: string) => {
      const own = belowPrefix(all, `${network}/`);
      const step = model.steps.find(({ name }) => name === network)!;
      const { gradients } = valueAndGradients((changed) => {
        const networks = Object.fromEntries(
          Object.entries(parts).map(([name, part]) => [
            name,
            (...inputs: unknown[]) =>
              part.apply(name === network ? changed : belowPrefix(all, `${name}/`), ...inputs),
          ]),
        );
        const batch = { x, spent: tf.scalar(spent), noise: { noise, alpha }, shape };
        // deno-lint-ignore no-explicit-any
        return { loss: step.loss!(networks, batch as any, configuration).loss as tf.Scalar };
      }, own);
      return Math.max(...Object.values(gradients).flatMap((each) => [...values(tf.abs(each))]));
    };
    for (const network of ["generator2", "discriminator2"]) {
      deepStrictEqual(slope(0.6, network), 0);
      ok(slope(0.7, network) > 0, network);
    }
  }));

Deno.test("networks learn when their size has come, and a fade goes on where it stopped", async () => {
  const make = async () => {
    const fields = { ...small, roundsPerIteration: 1, growing: 0.8 };
    return (await trainerOf(progressiveGan, halves(40, 20), fields, { budget: 40 })).trainer;
  };
  const whole = await make();
  /** Which networks have changed since, in order. */
  const changed = async (before: NamedTensors) => {
    const { parameters } = await whole.snapshot();
    const moved = Object.keys(parameters).filter((name) =>
      parameters[name].values.some((value, i) => value !== before[name].values[i])
    );
    return [...new Set(moved.map((name) => name.split("/")[0]))].sort();
  };
  const start = (await whole.snapshot()).parameters;
  for (let i = 0; i < 4; i++) await whole.iterate();
  deepStrictEqual(await changed(start), ["discriminator0", "generator0"]);
  // A quarter of the budget: half of the sides are a quarter faded in.
  while (whole.progress.gradientSteps < 10) await whole.iterate();
  const saved = await whole.snapshot();
  const other = await make();
  await other.restore(saved);
  for (const trainer of [whole, other]) await trainThrough(trainer);
  deepStrictEqual(await other.snapshot(), await whole.snapshot());
  deepStrictEqual((await changed(start)).length, 6);
  for (const trainer of [whole, other]) trainer.dispose();
});
