/**
 * Energy-based models against worked numbers, against their own sums over all states, and against
 * gradients that TensorFlow.js takes of those.
 */
import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import { isDeepStrictEqual } from "node:util";
import * as tf from "@tensorflow/tfjs";
import { defaultRng } from "../../../lab/core/random.ts";
import type { Dataset } from "../../../lab/core/dataset.ts";
import type { DatasetDefinition } from "../../../lab/core/registry.ts";
import type { Tensors } from "../../../lab/compute/workspace.ts";
import { barsAndStripes, parity, patterns, xor } from "../../../models/datasets/binary.ts";
import * as boltzmann from "../../../models/energy/boltzmann_machine.ts";
import * as hopfield from "../../../models/energy/hopfield.ts";
import { signals } from "../../../models/energy/perceptron.ts";
import * as rbm from "../../../models/energy/rbm.ts";
import { allStates } from "../../../models/energy/states.ts";
import { bitsPerDimension } from "../../../models/losses.ts";
import { halves, noFiles, trainerOf, trainThrough } from "../laboratory.ts";

await tf.setBackend("cpu");

function near(actual: tf.Tensor | number, expected: number | readonly number[], within = 1e-5) {
  const values = typeof actual === "number" ? [actual] : [...actual.dataSync()];
  const wanted = typeof expected === "number" ? [expected] : expected;
  deepStrictEqual(values.length, wanted.length);
  values.forEach((value, i) =>
    ok(Math.abs(value - wanted[i]) <= within * Math.max(1, Math.abs(wanted[i])), `${values}`)
  );
}

// deno-lint-ignore no-explicit-any
async function made(definition: DatasetDefinition<any>, fields: object = {}): Promise<Dataset> {
  const configuration = definition.configuration.parse(fields);
  return await definition.create({ configuration, readFile: noFiles });
}

/** What a model measures after training on all of a data set. */
async function measured(model: string, dataset: Dataset, fields: object, budget: number) {
  const { trainer } = await trainerOf(model, dataset, fields, { budget });
  await trainThrough(trainer);
  const { metrics } = await trainer.evaluate({ random: defaultRng(1) });
  trainer.dispose();
  return metrics;
}

Deno.test("an RBM of two visible units and one hidden", () => {
  const parameters = {
    weights: tf.ones([2, 1]),
    visible: tf.zeros([2]),
    hidden: tf.zeros([1]),
  } as Tensors;
  const both = tf.ones([1, 2]);
  near(rbm.freeEnergy(parameters, both), -2.1269280110);
  near(rbm.above(parameters, both), 0.8807970780);
  near(tf.exp(rbm.logPartition(parameters)), 17.8256197558);
  const p = tf.exp(tf.neg(tf.add(rbm.freeEnergy(parameters, both), rbm.logPartition(parameters))));
  near(p, 0.4706179204);
  near(rbm.below(parameters, tf.tensor2d([[1], [0]])), [.7310585786, .7310585786, .5, .5]);
});

/** Random tensors of these shapes. */
function drawn(shapes: Record<string, number[]>): Tensors {
  const random = defaultRng(3);
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const size = shape.reduce((product, side) => product * side, 1);
      return [
        name,
        tf.tensor(Float32Array.from({ length: size }, () => random.standardNormal()), shape),
      ];
    }),
  );
}

Deno.test("an RBM's step is the gradient of its exact likelihood", async () => {
  const { train } = await made(barsAndStripes);
  const x = tf.tensor2d(train.values, [14, 9]);
  const parameters = drawn({ weights: [9, 4], visible: [9], hidden: [4] });
  const names = Object.keys(parameters);
  const likelihood = (...tensors: tf.Tensor[]) => {
    const all = Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
    return tf.add(tf.mean(rbm.freeEnergy(all, x)), rbm.logPartition(all)) as tf.Scalar;
  };
  const expected = tf.grads(likelihood)(Object.values(parameters));
  const states = allStates(9);
  const share = tf.softmax(tf.neg(rbm.freeEnergy(parameters, states)));
  const data = rbm.energyGradients(parameters, x);
  const model = rbm.energyGradients(parameters, states, share);
  names.forEach((name, i) => near(tf.sub(data[name], model[name]), [...expected[i].dataSync()]));
});

for (const negative of ["contrastive", "persistent"]) {
  Deno.test(`an RBM's ${negative} chains begin with the examples, or go on from where they were`, async () => {
    const dataset = await made(barsAndStripes);
    const fields = { negative, gibbsSteps: 1, initialDeviation: 2, hiddenUnits: 6, batchSize: 8 };
    const learned = async (bit: number) => {
      const { trainer } = await trainerOf("rbm", dataset, fields, { budget: 8 });
      const { parameters, state, values } = await trainer.snapshot();
      const [chains] = Object.keys(state).filter((name) => name.endsWith("chains"));
      const kept = state[chains];
      const changed = { ...kept, values: new Float32Array(kept.values.length).fill(bit) };
      await trainer.restore({ parameters, state: { ...state, [chains]: changed }, values });
      await trainer.iterate();
      const { parameters: after } = await trainer.snapshot();
      trainer.dispose();
      return Object.values(after).map(({ values }) => [...values]);
    };
    deepStrictEqual(
      isDeepStrictEqual(await learned(0), await learned(1)),
      negative === "contrastive",
    );
  });
}

Deno.test("bars and stripes: the exact gradient learns them, ten Gibbs steps nearly as well", async () => {
  const bars = await made(barsAndStripes);
  deepStrictEqual(bars.train.count, 14);
  const of = async (fields: object) => {
    const settings = { batchSize: 14, hiddenUnits: 16, learningRate: 0.3, sampleSteps: 2 };
    const metrics = await measured("rbm", bars, { ...settings, ...fields }, 4000);
    near(
      metrics["evaluation/bits_per_dimension"],
      metrics["evaluation/negative_log_likelihood"] / 9 / Math.LN2,
    );
    return metrics["evaluation/negative_log_likelihood"];
  };
  const [exact, ten, one] = [
    await of({ negative: "exact" }),
    await of({ gibbsSteps: 10 }),
    await of({}),
  ];
  // No model of fourteen equally probable images is better than ln 14 = 2.639.
  ok(exact > 2.639 && exact < 2.75, `${exact}`);
  ok(ten < 3.2 && one > ten, `${ten}, ${one}`);
});

Deno.test("machines that sum over all states tell log p(x) of single examples: their evaluation's mean", async () => {
  const cases = [["rbm", barsAndStripes, {}], ["boltzmann-machine", parity, { bits: 3 }]] as const;
  for (const [model, definition, settings] of cases) {
    const dataset = await made(definition, settings);
    const { trainer } = await trainerOf(model, dataset, { batchSize: 4 }, { budget: 100 });
    await trainThrough(trainer);
    const { metrics } = await trainer.evaluate({ random: defaultRng(1) });
    const { values, count } = dataset.test;
    const asked = { draws: 0, random: defaultRng(2) };
    const { each, draws } = await trainer.logLikelihood!(values, asked);
    deepStrictEqual([each.length, draws], [count, 0]);
    const sum = each.reduce((sum, log) => sum + log, 0);
    near(-sum / count, metrics["evaluation/negative_log_likelihood"]);
    // Of all images there are the probabilities sum to one.
    const all = allStates(dataset.shape.reduce((product, side) => product * side, 1)).dataSync();
    const whole = await trainer.logLikelihood!(all as Float32Array, asked);
    near(whole.each.reduce((sum, log) => sum + Math.exp(log), 0), 1, 1e-4);
    trainer.dispose();
  }
  // Of greys it is none, and too many states are not summed.
  for (const dataset of [halves(), await made(barsAndStripes, { side: 5 })]) {
    const { trainer } = await trainerOf("rbm", dataset, { batchSize: 4, judge: false });
    strictEqual(trainer.logLikelihood, undefined, dataset.name);
    trainer.dispose();
  }
});

Deno.test("a Boltzmann machine's sums over all states, and sweeps that draw from them", async () => {
  const parameters = drawn({ weights: [4, 4], bias: [4] });
  const states = allStates(4);
  const probabilities = tf.softmax(tf.neg(boltzmann.energy(parameters, states))).dataSync();
  // Energies by hand, of the symmetric part.
  const [w, b] = [parameters.weights.dataSync(), parameters.bias.dataSync()];
  const energies = Array.from({ length: 16 }, (_, state) => {
    const bit = (i: number) => (state >> i) & 1;
    let sum = 0;
    for (let i = 0; i < 4; i++) {
      sum -= b[i] * bit(i);
      for (let j = 0; j < i; j++) sum -= (w[4 * i + j] + w[4 * j + i]) / 2 * bit(i) * bit(j);
    }
    return sum;
  });
  near(boltzmann.energy(parameters, states), energies);
  // With two units held at 11 and at 01: over the four states of the others, each word by itself.
  const pairs = new Float64Array(16);
  for (const word of [0b11, 0b10]) {
    const shares = [0, 1, 2, 3].map((hidden) => Math.exp(-energies[word + 4 * hidden]));
    const all = shares.reduce((sum, share) => sum + share, 0);
    shares.forEach((share, hidden) => {
      const bit = (i: number) => ((word + 4 * hidden) >> i) & 1;
      for (let i = 0; i < 16; i++) {
        const [a, c] = [Math.floor(i / 4), i % 4];
        if (a !== c) pairs[i] -= bit(a) * bit(c) * share / all / 2 / 2;
      }
    });
  }
  const held = tf.tensor2d([[1, 1], [0, 1]]);
  near(boltzmann.heldGradients(parameters, held, 2).weights, [...pairs]);
  const random = defaultRng(5);
  const rows = 4000;
  const noise = tf.tensor(Float32Array.from({ length: rows * 48 }, () => random.random()), [
    rows,
    12,
    4,
  ]);
  const counts = new Float64Array(16);
  const reached = boltzmann.sweep(parameters, tf.zeros([rows, 4]), noise).dataSync();
  for (let row = 0; row < rows; row++) {
    counts[[0, 1, 2, 3].reduce((sum, i) => sum + reached[4 * row + i] * 2 ** i, 0)] += 1 / rows;
  }
  counts.forEach((share, i) => ok(Math.abs(share - probabilities[i]) < 0.03, `${i}: ${share}`));
  const words = await made(parity);
  const of = async (fields: object, budget: number) => {
    const settings = { batchSize: 4, hiddenUnits: 4, learningRate: 1, initialDeviation: 2 };
    const metrics = await measured("boltzmann-machine", words, { ...settings, ...fields }, budget);
    return metrics["evaluation/negative_log_likelihood"];
  };
  // Four equally probable words of eight: ln 4 = 1.386; without hidden units no better than ln 8.
  const [exact, sampled] = [
    await of({ negative: "exact" }, 4000),
    await of({ gibbsSteps: 10 }, 4000),
  ];
  ok(exact > 1.386 && exact < 1.6, `${exact}`);
  ok(sampled < 1.7, `${sampled}`);
  const alone = await of({ negative: "exact", hiddenUnits: 0 }, 400);
  ok(Math.abs(alone - Math.log(8)) < 0.05, `${alone}`);
});

Deno.test("Hopfield's rule, energy and recall of one pattern", () => {
  const pattern = tf.tensor2d([[1, -1, 1, -1]]);
  const weights = hopfield.hebbian(pattern);
  near(hopfield.energy(weights, pattern), -1.5);
  const damaged = tf.tensor2d([[1, -1, 1, 1]]);
  near(tf.matMul(damaged, weights), [.25, -.25, .25, -.75]);
  near(hopfield.settled(weights, damaged, 1), [1, -1, 1, -1]);
  near(hopfield.renewed(damaged, tf.tensor2d([[0, 0, 2, -3]])), [1, -1, 1, -1]);
});

Deno.test("one unit after the other never raises a Hopfield network's energy", async () => {
  const { train } = await made(patterns, { patterns: 6, units: 20 });
  const weights = hopfield.hebbian(tf.tensor2d(train.values, [6, 20]));
  const { step } = hopfield.hopfield.model.sampler!;
  const random = defaultRng(2);
  let state = tf.tensor2d(Float32Array.from({ length: 60 }, () => 2 * random.integers(2) - 1), [
    3,
    20,
  ]);
  let before = hopfield.energy(weights, state).dataSync();
  for (let k = 0; k < 40; k++) {
    const at = { unit: tf.scalar(k % 20) };
    state = step(
      { memory: () => ({ weights }) },
      { x: state, at } as never,
      {} as never,
    ) as tf.Tensor2D;
    const after = hopfield.energy(weights, state).dataSync();
    after.forEach((energy, i) => ok(energy <= before[i] + 1e-6));
    before = after;
  }
});

Deno.test("a Hopfield network takes units of −1 and 1 alone", async () => {
  for (const values of [[1, -1, 0, 1], [1, -1, 0.5, -1]]) {
    const split = { count: 2, values: Float32Array.from(values) };
    const dataset: Dataset = {
      ...{ name: "dots", seed: 1, kind: "points", shape: [2] },
      ...{ train: split, validation: split, test: split },
    };
    await rejects(trainerOf("hopfield", dataset, {}), {
      name: "InputError",
      message:
        'Cannot train hopfield on "dots" as it takes bipolar (−1 and 1) points: "dots" holds points',
    });
  }
});

Deno.test("Hopfield: 0.05 N patterns are recalled, 0.3 N are not", async () => {
  const recall = async (count: number) => {
    const dataset = await made(patterns, { patterns: count, units: 200 });
    return await measured("hopfield", dataset, { batchSize: count, sampleSteps: 2 }, 1);
  };
  const few = await recall(10);
  ok(few["evaluation/recalled"] >= 0.99, `${few["evaluation/recalled"]}`);
  ok(Math.abs(few["evaluation/damaged"] - 0.9) < 0.03);
  const many = await recall(60);
  ok(many["evaluation/recalled"] < 0.9, `${many["evaluation/recalled"]}`);
});

Deno.test("a perceptron learns and, or, but not exclusive or; a hidden layer learns it", async () => {
  const accuracy = async (model: string, gate: string, fields: object, budget: number) =>
    (await measured(model, await made(xor, { gate }), fields, budget))["evaluation/accuracy"];
  for (const gate of ["and", "or"]) {
    deepStrictEqual(await accuracy("perceptron", gate, {}, 60), 1, gate);
  }
  ok(await accuracy("perceptron", "xor", {}, 400) <= 0.75);
  const hidden = { hiddenSizes: [8], batchSize: 4, learningRate: 0.05 };
  deepStrictEqual(await accuracy("classifier", "xor", hidden, 1600), 1);
});

Deno.test("the perceptron's rule pushes where it is wrong, Hebb's always", () => {
  const [inputs, labels] = [tf.tensor2d([[2, -1], [0, 3]]), tf.tensor2d([[1, 0], [1, 0]])];
  near(signals(inputs, labels, "perceptron"), [0, 0, 1, -1]);
  near(signals(inputs, labels, "hebb"), [1, -1, 1, -1]);
});

Deno.test("backpropagation's worked numbers", () => {
  // Two examples of two units a₃, each (0.840, 0.843) for targets (0, 1) with a weight of 0.7.
  const a3 = tf.tensor2d([[.555, .386], [.612, .360]]);
  const w4 = tf.tensor2d([[.7], [.7]]);
  const logit = (p: number) => Math.log(p / (1 - p));
  const bias = tf.sub(tf.tensor2d([[logit(.84)], [logit(.843)]]), tf.matMul(a3, w4));
  const loss = (z3: tf.Tensor, w4: tf.Tensor) => {
    const logits = tf.add(tf.matMul(tf.sigmoid(z3) as tf.Tensor2D, w4 as tf.Tensor2D), bias);
    const targets = tf.tensor2d([[0], [1]]);
    return tf.sum(tf.sub(tf.softplus(logits), tf.mul(logits, targets)));
  };
  const z3 = tf.log(tf.div(a3, tf.sub(1, a3)));
  const [delta3, dw4] = tf.grads(loss)([z3, w4]);
  near(tf.div(dw4, 2), [.185058, .13386], 1e-4);
  near(tf.sub(w4, tf.div(dw4, 2)), [.514942, .56614], 1e-4);
  near(delta3, [.1452213, .1393584, -.0260964, -.0253210], 1e-4);
});

Deno.test("a likelihood in bits a dimension, and too many units to sum over", () => {
  near(bitsPerDimension(tf.scalar(86.76), 784), 0.15965334);
  throws(() => allStates(17), /must be 16 units at most: 17/);
});

Deno.test("an RBM's persistent chains move, step by step", async () => {
  const fields = { negative: "persistent", initialDeviation: 2, hiddenUnits: 6, batchSize: 8 };
  const { trainer } = await trainerOf("rbm", await made(barsAndStripes), fields, { budget: 2 });
  const chains = async () => [...(await trainer.snapshot()).state["kept/chains"].values];
  ok((await chains()).every((bit) => bit === 0));
  await trainer.iterate();
  const after = await chains();
  trainer.dispose();
  ok(after.some((bit) => bit === 1) && after.every((bit) => bit === 0 || bit === 1), `${after}`);
});

Deno.test("a Hopfield network's units take turns as long as it is asked to recall", async () => {
  const { train } = await made(patterns, { patterns: 6, units: 20 });
  const weights = hopfield.hebbian(tf.tensor2d(train.values, [6, 20]));
  const { step, at } = hopfield.hopfield.model.sampler!;
  const shape = { size: 20 } as never;
  const start = tf.tensor2d(Float32Array.from({ length: 20 }, (_, i) => i % 3 === 0 ? 1 : -1), [
    1,
    20,
  ]);
  let [state, moves] = [start, 0];
  for (let k = 0; k < 400; k++) {
    const before = [...state.dataSync()];
    const turn = { unit: tf.scalar(at!(k, shape, {} as never).unit) };
    const networks = { memory: () => ({ weights }) };
    state = step(networks, { x: state, at: turn } as never, {} as never) as tf.Tensor2D;
    if (`${[...state.dataSync()]}` !== `${before}`) moves++;
  }
  ok(moves > 0);
  // Where nothing moves any more, each unit has the sign of what enters it, or nothing enters.
  const inputs = [...tf.matMul(state, weights).dataSync()];
  strictEqual(inputs.filter((input, i) => input * state.dataSync()[i] < -1e-6).length, 0);
});
