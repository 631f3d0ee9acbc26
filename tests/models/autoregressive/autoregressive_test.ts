/**
 * Autoregressive models of bits against NumPy (recipe: tests/golden/numpy/autoregressive.py) and against
 * what such a model is: no bit depends on itself or a later one, and probabilities of all words sum to 1.
 */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import type { Dataset } from "../../../lab/core/dataset.ts";
import { exp } from "../../../lab/core/elementary.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import type { Tensors } from "../../../lab/compute/workspace.ts";
import { coin } from "../../../models/autoregressive/bits.ts";
import { fvsbn, fvsbnLogits } from "../../../models/autoregressive/fvsbn.ts";
import { made, madeLogits, ownDegrees } from "../../../models/autoregressive/made.ts";
import { nade, nadeLogits } from "../../../models/autoregressive/nade.ts";
import { conditionalPixelcnn, pixelcnn } from "../../../models/autoregressive/pixelcnn.ts";
import { pixelcnnLogits } from "../../../models/autoregressive/stacks.ts";
import { parity } from "../../../models/datasets/binary.ts";
import type { Drawn } from "../../../models/model.ts";
import { applied, initialParameters, type Networks } from "../../../models/networks.ts";
import { allStates } from "../../../models/energy/states.ts";
import { binaryHalves, fewGlyphs, noFiles, trainerOf, trainThrough } from "../laboratory.ts";
import { near, onCpu, values } from "../worked.ts";

interface Golden {
  readonly x: number[][] | number[];
  readonly parameters: Readonly<Record<string, { shape: number[]; values: number[] }>>;
  readonly logits: number[][] | number[];
  readonly degrees: number[][];
  readonly label: number;
}

const golden: Readonly<Record<"fvsbn" | "nade" | "made" | "drawn" | "pixelcnn", Golden>> = JSON
  .parse(
    await Deno.readTextFile(new URL("../../golden/numpy/autoregressive.json", import.meta.url)),
  );

function tensorsOf({ parameters }: Golden): Tensors {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, values }]) => [name, tf.tensor(values, shape)]),
  );
}

const small = { features: 2, layers: 3, hiddenSizes: [16, 12], hiddenUnits: 3 };
const shape = { shape: [2, 4, 1], size: 8, classes: 3, partnerSize: 0 };
const models = [fvsbn, nade, made, pixelcnn, conditionalPixelcnn] as const;

/** A small model of 8 bits with random parameters: what it computes of them, and its own functions. */
function drawnModel({ model }: typeof models[number]) {
  // deno-lint-ignore no-explicit-any
  const any = model as any;
  const known = Object.keys(any.configuration.shape);
  const fields = Object.fromEntries(Object.entries(small).filter(([name]) => known.includes(name)));
  const configuration = any.configuration.parse(fields);
  const networks: Networks = any.networks(shape, configuration);
  const random = defaultRng(5);
  const parameters = Object.fromEntries(
    Object.entries(initialParameters(networks, () => random)).map(([name, { shape, values }]) => [
      name,
      tf.tensor(Float32Array.from(values, () => 0.8 * random.standardNormal()), [...shape]),
    ]),
  );
  const functions = applied(networks, parameters);
  const labels = (rows: number) => tf.tensor2d(Array.from({ length: rows }, () => [0, 1, 0]));
  return {
    model: any,
    configuration,
    functions,
    labels,
    logWeights: (x: tf.Tensor): tf.Tensor =>
      any.logWeights(functions, { x, noise: {}, labels: labels(x.shape[0]!) }, configuration),
    logits: (x: tf.Tensor): tf.Tensor => {
      switch (model.name) {
        case "fvsbn":
          return fvsbnLogits(functions as never, x);
        case "nade":
          return nadeLogits(functions as never, x);
        case "made":
          return madeLogits(functions as never, x, ownDegrees(8, configuration.hiddenSizes));
        case "pixelcnn":
          return pixelcnnLogits(functions as never, x);
        default:
          return pixelcnnLogits(functions as never, x, labels(x.shape[0]!));
      }
    },
  };
}

/** [outputs][inputs]: whether an output has a gradient with respect to an input. */
function seen(logits: (x: tf.Tensor) => tf.Tensor, size: number): boolean[][] {
  const random = defaultRng(2);
  const x = tf.tensor2d(Float32Array.from({ length: 4 * size }, () => random.integers(2)), [
    4,
    size,
  ]);
  return Array.from({ length: size }, (_, d) => {
    const one = (x: tf.Tensor) => tf.sum(tf.slice(logits(x), [0, d], [4, 1])) as tf.Scalar;
    const gradient = values(tf.grad(one)(x));
    return Array.from(
      { length: size },
      (_, i) => [0, 1, 2, 3].some((row) => gradient[row * size + i] !== 0),
    );
  });
}

Deno.test("logits of bits are those of NumPy, bit by bit", async () => {
  await onCpu(() => {
    const of = (name: keyof typeof golden) => {
      const { x, logits } = golden[name];
      const rows = Array.isArray(x[0]) ? x as number[][] : [x as number[]];
      return { x: tf.tensor2d(rows), expected: logits.flat() };
    };
    const { x, expected } = of("fvsbn");
    const regressions = () => tensorsOf(golden.fvsbn);
    near(values(fvsbnLogits({ regressions }, x)), expected, 1e-5);
    near(
      values(nadeLogits({ tied: () => tensorsOf(golden.nade) }, x)),
      of("nade").expected,
      1e-5,
    );
    const own = ownDegrees(6, [5, 4]);
    near(
      values(madeLogits({ layers: () => tensorsOf(golden.made) }, x, own)),
      of("made").expected,
      1e-5,
    );
    const degrees = golden.drawn.degrees.map((each) => tf.tensor1d(each));
    near(
      values(madeLogits({ layers: () => tensorsOf(golden.drawn) }, x, degrees)),
      of("drawn").expected,
      1e-5,
    );
    const image = of("pixelcnn");
    const { stacks } = conditionalPixelcnn.model.networks(
      { shape: [4, 5, 1], size: 20, binary: false, tokens: 0, classes: 3, partnerSize: 0 },
      conditionalPixelcnn.configuration.parse({ features: 2, layers: 3 }),
    );
    const apply = (labels?: tf.Tensor2D) => stacks.apply(tensorsOf(golden.pixelcnn), labels);
    const labels = tf.tensor2d([[0, 0, 1]]);
    near(
      values(pixelcnnLogits({ stacks: apply }, image.x, labels)),
      image.expected,
      1e-5,
    );
  });
});

for (const definition of models) {
  const { name } = definition;
  Deno.test(`${name}: each bit depends on bits before it, and on no other`, async () => {
    await onCpu(() => {
      const { logits } = drawnModel(definition);
      for (const [d, inputs] of seen(logits, 8).entries()) {
        deepStrictEqual(inputs.slice(d), Array(8 - d).fill(false), `bit ${d}`);
        if (d > 0) ok(inputs.slice(0, d).some((each) => each), `bit ${d} sees nothing`);
      }
    });
  });

  Deno.test(`${name}: the probabilities of all 256 words of 8 bits sum to 1`, async () => {
    await onCpu(() => {
      const { logWeights } = drawnModel(definition);
      const probabilities = tf.exp(logWeights(allStates(8)));
      deepStrictEqual(probabilities.shape, [256, 1]);
      near([tf.sum(probabilities).dataSync()[0]], [1], 1e-5);
      ok(Math.max(...values(probabilities)) > 2 / 256);
    });
  });

  Deno.test(`${name}: samples are drawn bit by bit with the probabilities of their logits`, async () => {
    await onCpu(() => {
      const { model, configuration, functions, labels, logits } = drawnModel(definition);
      deepStrictEqual([...values(coin(tf.tensor([3, 3, -3]), tf.tensor([0.9, 0.99, 0.1])))], [
        1,
        0,
        0,
      ]);
      const random = defaultRng(3);
      const coins = tf.tensor(Float32Array.from({ length: 512 }, () => random.random()), [64, 8]);
      const drawn = { noise: { coins }, labels: labels(64), kept: {} } as unknown as Drawn;
      let x = model.sample(functions, drawn, configuration);
      const { sampler } = model;
      strictEqual(x.shape[1], sampler.size(shape, configuration));
      for (let k = 0; k < sampler.steps(shape, configuration); k++) {
        const at = Object.entries(sampler.at(k, shape, configuration));
        const numbers = Object.fromEntries(at.map(([name, v]) => [name, tf.scalar(v as number)]));
        x = sampler.step(functions, { ...drawn, x, at: numbers }, configuration);
      }
      const bits = sampler.finish(functions, { ...drawn, x }, configuration);
      deepStrictEqual([...values(bits)], [...values(coin(logits(bits), coins))]);
      // Not all alike.
      ok(new Set((bits.arraySync() as number[][]).map(String)).size > 8);
    });
  });
}

Deno.test("MADE under drawn orders: bits depend on those before in the order, and weights are those of K orders", async () => {
  await onCpu(() => {
    const random = defaultRng(9);
    const uniform = (...shape: number[]) => {
      const size = shape.reduce((product, each) => product * each, 1);
      return tf.tensor(Float32Array.from({ length: size }, () => random.random()), shape);
    };
    const { functions, configuration } = drawnModel(made);
    const degrees = [uniform(8), uniform(16), uniform(12)] as tf.Tensor1D[];
    const order = values(degrees[0]);
    const inputs = seen((x) => madeLogits(functions as never, x, degrees), 8);
    inputs.forEach((each, d) =>
      each.forEach((isSeen, i) => ok(!isSeen || order[i] < order[d], `${d} sees ${i}`))
    );
    ok(inputs.flat().some((each) => each));
    const fields = { ...configuration, orders: "drawn", ensemble: 2 };
    const noise = { degrees0: uniform(2, 8), degrees1: uniform(2, 16), degrees2: uniform(2, 12) };
    // deno-lint-ignore no-explicit-any
    const batch = { x: allStates(8), noise } as any;
    const weights = made.model.logWeights!(functions as never, batch, fields);
    deepStrictEqual(weights.shape, [256, 2]);
    near(values(tf.sum(tf.exp(weights), 0)), [1, 1], 1e-5);
    const [first, second] = tf.unstack(weights, 1).map(values);
    ok(first.some((weight, i) => Math.abs(weight - second[i]) > 0.1));
  });
});

/** Words of four bits of which an even number is 1. */
const words: Dataset = await parity.create({
  configuration: parity.configuration.parse({ bits: 4 }) as never,
  readFile: noFiles,
});

/** −log p of the words after training on them. */
async function nats(model: string, fields: object): Promise<number> {
  const settings = { batchSize: 8, learningRate: 0.05, ...fields };
  const { trainer } = await trainerOf(model, words, settings, { budget: 6000 });
  await trainThrough(trainer);
  const { metrics } = await trainer.evaluate({ random: defaultRng(1) });
  const known = await trainer.logLikelihood!(words.test.values, {
    draws: 5,
    random: defaultRng(1),
  });
  strictEqual(known.draws, 0);
  near(
    [known.each.reduce((sum, each) => sum - each, 0) / 8],
    [metrics["evaluation/negative_log_likelihood"]],
    1e-5,
  );
  near(
    [metrics["evaluation/bits_per_dimension"]],
    [metrics["evaluation/negative_log_likelihood"] / 4 / Math.LN2],
    1e-5,
  );
  trainer.dispose();
  return metrics["evaluation/negative_log_likelihood"];
}

Deno.test("of the parity of bits a logistic regression learns nothing, a hidden layer all", async () => {
  // Eight words of equal probability: ln 8; four fair coins: ln 16.
  const [linear, tied, masked] = [
    await nats("fvsbn", {}),
    await nats("nade", { hiddenUnits: 12 }),
    await nats("made", { hiddenSizes: [24] }),
  ];
  ok(Math.abs(linear - Math.log(16)) < 0.05, `${linear}`);
  for (const found of [tied, masked]) {
    ok(found > Math.log(8) - 1e-6 && found < Math.log(8) + 0.1, `${found}`);
  }
});

Deno.test("likelihoods of an ensemble of orders say with how many draws", async () => {
  const fields = { batchSize: 8, orders: "drawn", hiddenSizes: [6], ensemble: 4 };
  const { trainer } = await trainerOf("made", words, fields, { budget: 100 });
  await trainer.iterate();
  const random = defaultRng(1);
  const { each, draws } = await trainer.logLikelihood!(words.test.values, { draws: 6, random });
  deepStrictEqual([each.length, draws], [8, 6]);
  ok(each.every((each) => exp(each) > 0 && exp(each) < 1));
  trainer.dispose();
});

Deno.test("greys, and bits in several channels, are refused in one line", async () => {
  await rejects(trainerOf("fvsbn", fewGlyphs(20, 20), {}), {
    message: 'Cannot train fvsbn on "glyphs" as it takes binary images or points: "glyphs" holds ' +
      "images with labels",
  });
  await rejects(trainerOf("pixelcnn", words, {}), {
    message: 'Cannot train pixelcnn on "parity" as it takes binary images: "parity" holds binary ' +
      "points",
  });
  await rejects(trainerOf("pixelcnn", { ...binaryHalves(), shape: [4, 2, 2] }, {}), {
    message: "Cannot train pixelcnn as images must have one channel: 2",
  });
  for (const name of ["pixelcnn", "conditional-pixelcnn"]) {
    await rejects(trainerOf(name, { ...binaryHalves(), shape: [1, 16, 1] }, {}), {
      name: "InputError",
      message: `Cannot train ${name} as images must have two rows at least: 1`,
    });
  }
});
