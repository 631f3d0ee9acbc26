/** The U-Net, what it is told, guidance, and pictures drawn anew: of every model that has them. */
import { deepStrictEqual, notDeepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { defaultRng } from "../../lab/core/random.ts";
import { sizeOf } from "../../lab/core/tensor_data.ts";
import type { SamplingSettings } from "../../lab/core/trainer.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { fieldsOf } from "../../lab/experiment/fields.ts";
import type { BackendChoice } from "../../lab/compute/backend_choice.ts";
import { guidanceAt, guided, toldLabels } from "../../models/denoiser.ts";
import type { DefinedModel } from "../../models/define_model.ts";
import { diffusion } from "../../models/diffusion/diffusion.ts";
import { edm } from "../../models/diffusion/edm.ts";
import type { SharedFields } from "../../models/fields.ts";
import { flowMatching } from "../../models/flow_matching/flow_matching.ts";
import type { Drawn, ExampleShape } from "../../models/model.ts";
import { models } from "../../models/mod.ts";
import type { Network, Networks } from "../../models/networks.ts";
import { placesAttention, timeUnet, wholeBlock } from "../../models/time_unet.ts";
import { halves, smallOf, trainerOf, trainThrough } from "./laboratory.ts";

tf.enableProdMode();
await tf.setBackend("cpu");

/** Those whose samples can begin with an example. */
const members = ["consistency", "diffusion", "edm", "flow-matching"];

/** Parameters as tensors, none of them 0. */
function drawn(network: Network): Tensors {
  const random = defaultRng(1);
  return Object.fromEntries(
    Object.entries(network.initial(random)).map(([name, { shape, values }]) => [
      name,
      tf.tensor(Float32Array.from(values, (x) => x + 0.1 * random.standardNormal()), [...shape]),
    ]),
  );
}

Deno.test("the U-Net for 28 × 28 pixels takes 8 million multiply-adds at most, and begins as 0", () => {
  const network = timeUnet([28, 28, 1], [16, 48], { classes: 10 });
  const parameters = network.initial(defaultRng(1));
  // By the pixels of each convolution's output, or of a transposed one's input: the kernel's size each.
  const level = (name: string) => Number(/^(?:down|up|halved|doubled)\/(\d)/.exec(name)?.[1] ?? 0);
  let products = 0;
  for (const [name, { shape, values }] of Object.entries(parameters)) {
    if (!name.endsWith("kernel")) continue;
    const side = /halved|doubled/.test(name) ? 7 : level(name) === 1 ? 7 : 14;
    products += shape.length === 4 ? side * side * values.length : values.length;
  }
  ok(products > 5e6 && products <= 8e6, `${products}`);
  const tensors = Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, values }]) => [
      name,
      tf.tensor(values as Float32Array, [...shape]),
    ]),
  );
  const labels = tf.oneHot([3, 7], 10).toFloat() as tf.Tensor2D;
  const given = network.apply(tensors, tf.ones([2, 784]), tf.tensor2d([[0.1], [0.9]]), labels);
  deepStrictEqual(given.shape, [2, 784]);
  ok(given.dataSync().every((x) => x === 0));
});

Deno.test("the U-Net sees the time and the class of each image, and no other image", () => {
  const network = timeUnet([8, 8, 2], [4, 8], { classes: 3 });
  const parameters = drawn(network);
  const x = tf.randomUniform([2, 128], -1, 1, "float32", 5) as tf.Tensor2D;
  const of = (times: number[][], labels: number[][]) =>
    network.apply(parameters, x, tf.tensor2d(times), tf.tensor2d(labels)).arraySync() as number[][];
  const both = of([[0.2], [0.8]], [[1, 0, 0], [0, 0, 0]]);
  const later = of([[0.2], [0.5]], [[1, 0, 0], [0, 0, 0]]);
  const told = of([[0.2], [0.8]], [[1, 0, 0], [0, 1, 0]]);
  for (const other of [later, told]) {
    deepStrictEqual(other[0], both[0]);
    ok(other[1].some((value, i) => Math.abs(value - both[1][i]) > 1e-3));
  }
});

Deno.test("guidance goes from what is told no class through what is told it, and beyond", () => {
  const labels = tf.tensor2d([[1, 0], [0, 1]]);
  const [x, time] = [tf.zeros([2, 2]), tf.zeros([2, 1])];
  const network = (_: tf.Tensor, __: tf.Tensor, labels?: tf.Tensor2D) =>
    tf.add(tf.mul(labels!, 3), 1) as tf.Tensor2D;
  const at = (guidance: number) => {
    const fields = { conditional: true, guidance } as Parameters<typeof guided>[2];
    return [...guided(network, { labels } as Drawn, fields)(x, time).dataSync()];
  };
  deepStrictEqual(at(0), [1, 1, 1, 1]);
  deepStrictEqual(at(1), [4, 1, 1, 4]);
  deepStrictEqual(at(2.5), [8.5, 1, 1, 8.5]);
});

Deno.test("a step is guided where its noise lies in the interval, as its number says", () => {
  type Fields = Parameters<typeof guidanceAt>[1];
  const of = (noise: number, fields: object) => guidanceAt(noise, fields as Fields);
  const between = { guidance: 3, leastGuidedNoise: 0.5, mostGuidedNoise: 8 };
  const [out, inside] = [{ guidance: 1 }, { guidance: 3 }];
  deepStrictEqual([0.49, 0.5, 8, 8.1, Infinity].map((noise) => of(noise, between)), [
    ...[out, inside, inside, out, out],
  ]);
  deepStrictEqual(of(0.1, { guidance: 3, mostGuidedNoise: 8 }), inside);
  deepStrictEqual(of(Infinity, { guidance: 3, leastGuidedNoise: 8 }), inside);
  deepStrictEqual([of(2, { guidance: 3 }), of(2, { ...between, guidance: 1 })], [{}, {}]);
});

Deno.test("the noise of a step is counted beside what is left of the example", () => {
  const between = { guidance: 3, conditional: true, leastGuidedNoise: 0.5, mostGuidedNoise: 2.1 };
  const guidances = <N extends Networks, C extends SharedFields>(
    { model, configuration }: DefinedModel<C, N>,
    settings: object,
  ) => {
    const fields = configuration.parse({ ...between, ...settings });
    const shape = {} as ExampleShape;
    const { steps, at } = model.sampler!;
    return Array.from({ length: steps(shape, fields) }, (_, k) => at!(k, shape, fields).guidance);
  };
  // Times 0, ¼, ½, ¾: (1 − t)/t is ∞, 3, 1, ⅓.
  deepStrictEqual(guidances(flowMatching, { samplerSteps: 4 }), [1, 1, 3, 1]);
  // σ from 4 to ¼, each half of the one before.
  const halving = { samplerSteps: 5, leastNoise: 0.25, mostNoise: 4, curvature: 1000 };
  deepStrictEqual(guidances(edm, halving), [1, 3, 3, 3, 1]);
  // Angles of nearly 90, 67.5, 45 and 22.5 degrees, whose tangents are far, 2.4, 1 and 0.41.
  deepStrictEqual(guidances(diffusion, { samplerSteps: 4 }), [1, 1, 3, 1]);
});

Deno.test("so many labels are left out while training", () => {
  const labels = tf.tensor2d([[1, 0], [0, 1], [1, 0]]);
  const noise = { drop: tf.tensor2d([[0.05], [0.3], [0.29]]) };
  const fields = { conditional: true, labelDropout: 0.3 } as Parameters<typeof toldLabels>[1];
  const told = toldLabels({ labels, noise } as unknown as Drawn, fields)!;
  deepStrictEqual([...told.dataSync()], [0, 0, 0, 1, 0, 0]);
  strictEqual(toldLabels({} as Drawn, { ...fields, conditional: false }), undefined);
});

for (const name of members) {
  Deno.test(`${name} draws the class asked for, and draws parts of pictures anew`, async () => {
    const definition = await models.find((each) => each.name === name)!.load();
    const dataset = halves(600);
    const settings = {
      ...{ ...smallOf(definition), batchSize: 30, filters: [8], judge: false },
      ...{ conditional: true, averageDecay: 0.9, learningRate: 1e-2 },
      samplerSteps: 10,
    };
    const { trainer } = await trainerOf(definition, dataset, settings, {
      budget: 4200,
      judges: [],
    });
    await trainThrough(trainer);
    const random = () => defaultRng(3);

    // Classes are the bright half: the first and the last eight of sixteen pixels.
    const right = async (settings = {}) => {
      const { values } = await trainer.sample!({ random: random(), count: 60, settings });
      const sums = Array.from({ length: 60 }, (_, i) => {
        const half = (from: number) =>
          values.subarray(16 * i + from, 16 * i + from + 8).reduce((a, b) => a + b, 0);
        return half(0) - half(8);
      });
      return sums.filter((sum, i) => (sum > 0) === (i % 2 === 1)).length / 60;
    };
    ok(await right() > 0.9, `${await right()}`);
    const free = await right({ guidance: 0 });
    ok(free > 0.2 && free < 0.8, `${free}`);

    const values = dataset.test.values.subarray(0, 160);
    const kept = values.map((_, i) => i % 16 < 8 ? 1 : 0);
    const made = await trainer.edit!({ random: random(), values, kept });
    deepStrictEqual(made.count, 10);
    for (let i = 0; i < values.length; i++) {
      if (kept[i] === 1) strictEqual(made.values[i], values[i]);
      ok(made.values[i] >= 0 && made.values[i] <= 1);
    }
    ok(made.values.some((value, i) => value !== values[i]));
    // The less noise, the nearer to what was given.
    const apart = async (strength: number) => {
      const { values: drawn } = await trainer.edit!({ random: random(), values, strength });
      return drawn.reduce((sum, value, i) => sum + (value - values[i]) ** 2, 0);
    };
    ok(await apart(0.1) < await apart(1));
    const by = async (settings: Record<string, number>) =>
      (await trainer.edit!({ random: random(), values, settings })).values;
    notDeepStrictEqual(await by({ samplerSteps: 5 }), await by({}));
    await rejects(apart(0), /^InputError: Cannot edit as the strength must lie in \(0, 1\]: 0$/);
    await rejects(apart(1.5), /strength/);
    trainer.dispose();
  });

  Deno.test(`${name} without classes refuses to be guided, and one of them`, async () => {
    const definition = await models.find((each) => each.name === name)!.load();
    const settings = { ...smallOf(definition), judge: false };
    const { trainer } = await trainerOf(definition, halves(), settings, { judges: [] });
    const draw = (options: object) =>
      trainer.sample!({ random: defaultRng(1), count: 2, ...options });
    await rejects(
      draw({ settings: { guidance: 2 } }),
      /^InputError: Cannot sample .* as guidance other than 1 needs .*: 2$/,
    );
    await rejects(draw({ label: 1 }), /is not conditional: 1/);
    trainer.dispose();
  });
}

Deno.test("attention in the U-Net begins as if it were not there, and adds its own parameters", () => {
  const [plain, attending] = [{}, { heads: 2 }].map((options) =>
    timeUnet([8, 8, 1], [4, 8], options).initial(defaultRng(1))
  );
  const added = Object.keys(attending).filter((name) => !(name in plain));
  ok(added.length === 6 && added.every((name) => name.startsWith("attention/")), added.join());
  deepStrictEqual(Object.entries(attending).filter(([name]) => name in plain), [
    ...Object.entries(plain),
  ]);
  const block = placesAttention(8, 2);
  const x = tf.randomUniform([2, 3, 3, 8], -1, 1, "float32", 5);
  const still = Object.fromEntries(
    Object.entries(block.initial(defaultRng(1))).map(([name, { shape, values }]) => [
      name,
      tf.tensor(values as Float32Array, [...shape]),
    ]),
  );
  deepStrictEqual([...block.apply(still, x).dataSync()], [...x.dataSync()]);
  throws(
    () => timeUnet([8, 8, 1], [4, 8], { heads: 3 }),
    /^InputError: Cannot attend with 3 heads .*: 8$/,
  );
});

Deno.test("attention among places takes each alike, wherever it is, and no other image's", () => {
  const block = placesAttention(8, 2);
  const parameters = drawn(block);
  const x = tf.randomUniform([2, 3, 3, 8], -1, 1, "float32", 5);
  const seen = block.apply(parameters, x);
  const turned = tf.reverse(block.apply(parameters, tf.reverse(x, [1, 2])), [1, 2]);
  const off = tf.max(tf.abs(tf.sub(seen, turned))).dataSync()[0];
  ok(off < 1e-5 && tf.max(tf.abs(tf.sub(seen, x))).dataSync()[0] > 0.1, `${off}`);
  const slope = tf.grad((x) =>
    tf.sum(tf.slice(block.apply(parameters, x), [0, 0, 0, 0], [1, 1, 1, 1]))
  )(
    x,
  );
  const reached = tf.sum(tf.abs(slope), [1, 2, 3]).dataSync();
  ok(reached[0] > 0 && reached[1] === 0);
});

/** What a backend leaves of a U-Net's parameters after so many steps. */
async function stepped(backend: BackendChoice, steps: number, fields: object) {
  const definition = await models.find(({ name }) => name === "diffusion")!.load();
  const settings = { ...smallOf(definition), batchesPerIteration: 1, judge: false, ...fields };
  const { trainer } = await trainerOf(definition, halves(), settings, { backend, judges: [] });
  for (let k = 0; k < steps; k++) await trainer.iterate();
  const { parameters } = await trainer.snapshot();
  trainer.dispose();
  return parameters;
}

Deno.test("a dense layer over all places begins as if it were not there, and reaches them all", () => {
  const [plain, whole] = [{}, { units: 5 }].map((options) =>
    timeUnet([8, 8, 1], [4, 8], options).initial(defaultRng(1))
  );
  const added = Object.keys(whole).filter((name) => !(name in plain));
  ok(added.length === 8 && added.every((name) => name.startsWith("whole/")), added.join());
  deepStrictEqual(whole["whole/0/kernel"].shape, [2 * 2 * 8, 5]);
  const block = wholeBlock([2, 3, 4], 5, 6);
  const x = tf.randomUniform([2, 2, 3, 4], -1, 1, "float32", 5);
  const embedding = tf.randomUniform([2, 6], -1, 1, "float32", 6);
  const still = Object.fromEntries(
    Object.entries(block.initial(defaultRng(1))).map(([name, { shape, values }]) => [
      name,
      tf.tensor(values as Float32Array, [...shape]),
    ]),
  );
  deepStrictEqual([...block.apply(still, x, embedding).dataSync()], [...x.dataSync()]);
  const parameters = drawn(block);
  const first = (x: tf.Tensor, embedding: tf.Tensor) =>
    tf.sum(tf.slice(block.apply(parameters, x, embedding), [0, 0, 0, 0], [1, 1, 1, 1]));
  const slopes = tf.grads(first)([x, embedding]);
  for (const slope of slopes) {
    const [own, other] = tf.unstack(slope);
    ok(own.dataSync().every((value) => value !== 0));
    ok(other.dataSync().every((value) => value === 0));
  }
});

for (
  const fields of [
    { filters: [4, 8] },
    { filters: [4, 8], attentionHeads: 2 },
    { filters: [4, 8], wholeUnits: 6 },
  ]
) {
  const of = JSON.stringify(fields);
  Deno.test(`a U-Net's step is that of TensorFlow.js: ${of}`, async () => {
    // Two steps, as the first one leaves all that lies before a kernel of zeros where it is.
    const [compiled, plain] = [await stepped("wasm", 2, fields), await stepped("cpu", 2, fields)];
    let changed = 0;
    for (const [name, { shape, values }] of Object.entries(plain)) {
      strictEqual(values.length, sizeOf(shape));
      values.forEach((value, i) => {
        ok(Math.abs(Number(value) - Number(compiled[name].values[i])) < 2e-4, name);
        if (value !== 0) changed++;
      });
    }
    ok(changed > 1000);
  });
}

for (const { name, load } of models) {
  const definition = await load();
  const paths = fieldsOf(definition.configuration, "").map(({ path }) => path);
  if (!paths.includes("leastGuidedNoise")) continue;

  Deno.test(`${name} is guided in steps under some noise alone, where it is told so`, async () => {
    const settings = {
      ...{ ...smallOf(definition), filters: [8], judge: false, learningRate: 1e-2 },
      ...{ conditional: true, samplerSteps: 6, averageDecay: 0 },
    };
    const { trainer } = await trainerOf(definition, halves(), settings, {
      budget: 400,
      judges: [],
    });
    await trainThrough(trainer);
    const of = async (settings: SamplingSettings) =>
      (await trainer.sample!({ random: defaultRng(3), count: 20, settings })).values;
    const apart = (a: Float32Array, b: Float32Array) =>
      a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
    const [plain, guided] = [await of({ guidance: 1 }), await of({ guidance: 4 })];
    ok(apart(plain, guided) > 0.05, `${apart(plain, guided)}`);
    // Everywhere, nowhere, and in between.
    const everywhere = await of({ guidance: 4, leastGuidedNoise: 0 });
    ok(apart(everywhere, guided) < 1e-5, `${apart(everywhere, guided)}`);
    const nowhere = await of({ guidance: 4, leastGuidedNoise: 1e6, mostGuidedNoise: 1e7 });
    ok(apart(nowhere, plain) < 1e-4, `${apart(nowhere, plain)}`);
    const some = await of({ guidance: 4, leastGuidedNoise: 0.3, mostGuidedNoise: 3 });
    ok(apart(some, plain) > 1e-3 && apart(some, guided) > 1e-3);
    await rejects(of({ guidance: 4, leastGuidedNoise: 3, mostGuidedNoise: 2 }), {
      name: "InputError",
      message: /leastGuidedNoise must be at most mostGuidedNoise: 3$/,
    });
    trainer.dispose();
  });
}
