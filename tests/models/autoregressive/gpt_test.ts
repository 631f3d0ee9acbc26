/** GPT: what it may see, what it remembers, its likelihood, and what is refused. */
import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { openWorkspace } from "../../../lab/compute/backend.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import { tensorOf, zeros } from "../../../lab/core/tensor_data.ts";
import type { Samples } from "../../../lab/core/picture.ts";
import { textsOf } from "../../../lab/core/text.ts";
import { gpt, tokenNetwork, transformerOf } from "../../../models/autoregressive/gpt.ts";
import { drawnToken, sequenceNats } from "../../../models/autoregressive/tokens.ts";
import { imagesOfTokens, tokensOfImages } from "../../../models/autoregressive/patches.ts";
import {
  logitsOf,
  memorySize,
  nextLogits,
  type Transformer,
  transformerParameters,
} from "../../../models/autoregressive/transformer.ts";
import { barsAndStripes } from "../../../models/datasets/binary.ts";
import { sentenceVocabulary } from "../../../models/datasets/sentences.ts";
import { loadModel } from "../../../models/model_file.ts";
import { backends, options } from "../../lab/compute/backends.ts";
import { fewTexts, halves, noFiles, smallOf, trainerOf, trainThrough } from "../laboratory.ts";

tf.enableProdMode();
await tf.setBackend("cpu");

const small: Transformer = {
  ...{ tokens: 3, length: 5, width: 8, layers: 2, heads: 2, positions: "rotary" },
};
const bothPositions = ["learned", "rotary"] as const;

/** Parameters away from their small beginnings, so that every path counts. */
function parametersOf(transformer: Transformer): Record<string, tf.Tensor> {
  const random = defaultRng(1);
  const drawn = Object.entries(transformerParameters(random, transformer));
  return Object.fromEntries(drawn.map(([name, { shape, values }]) => {
    const far = Float32Array.from(values as Float32Array, (v) => v + 0.5 * random.standardNormal());
    return [name, tf.tensor(far, [...shape])];
  }));
}

const tokens = [[2, 0, 1, 1, 0], [0, 2, 2, 1, 2]];

for (const positions of bothPositions) {
  const transformer = { ...small, positions };

  Deno.test(`no logits depend on their token or a later one, by gradient: ${positions}`, () => {
    const parameters = parametersOf(transformer);
    // Tokens as points between the rows of the table, so that there is a gradient.
    const soft = tf.oneHot(tf.tensor2d([tokens[0]], undefined, "int32"), 3).cast("float32");
    const table = parameters["embedding/table"] as tf.Tensor2D;
    const rows = tf.reshape(tf.range(0, 5, 1, "int32"), [1, 5]);
    const ofPlace = (t: number) => (soft: tf.Tensor) => {
      // Each place has a row of its own, the mixture that `soft` says; the last one begins.
      const own = tf.matMul(tf.reshape(soft, [5, 3]), tf.slice(table, [0, 0], [3, -1]));
      const begin = tf.slice(table, [3, 0], [1, -1]);
      const mixed = { ...parameters, "embedding/table": tf.concat([own, begin]) };
      const logits = logitsOf(mixed, rows, { ...transformer, tokens: 5 });
      return tf.sum(tf.square(tf.slice(logits, [0, t, 0], [1, 1, 1]))) as tf.Scalar;
    };
    for (let t = 0; t < 5; t++) {
      // The tied read-out sees the first row itself, which the first token has.
      const gradient = tf.grad(ofPlace(t))(soft).arraySync() as number[][][];
      gradient[0].forEach((row, s) => {
        const seen = row.some((value) => Math.abs(value) > 1e-6);
        if (s > 0) strictEqual(seen, s < t, `logits ${t} and token ${s}: ${row}`);
        if (s >= t && s > 0) deepStrictEqual(row.map(Math.abs), [0, 0, 0]);
      });
    }
  });

  Deno.test(`probabilities of all sequences sum to 1: ${positions}`, () => {
    const parameters = parametersOf(transformer);
    const all = Array.from(
      { length: 3 ** 5 },
      (_, i) => Array.from({ length: 5 }, (_, t) => Math.floor(i / 3 ** t) % 3),
    );
    const x = tf.tensor2d(all);
    const nats = sequenceNats(logitsOf(parameters, x, transformer), x).arraySync();
    const total = nats.reduce((sum, value) => sum + Math.exp(-value), 0);
    ok(Math.abs(total - 1) < 1e-5, `${total}`);
  });
}

for (const { name: backend, ignore } of backends) {
  if (!["wasm", "webgpu", "cpu"].includes(backend)) continue;
  Deno.test({
    name: `remembered keys and values give the same logits on ${backend}`,
    ignore,
    fn: async () => {
      // WGSL takes long to compile here: what turns is the harder one of the two.
      for (const positions of backend === "webgpu" ? ["rotary" as const] : bothPositions) {
        const transformer = { ...small, positions, layers: backend === "webgpu" ? 1 : 2 };
        const { workspace } = await openWorkspace(backend, options);
        const net = Object.entries(parametersOf(transformer)).map(([name, tensor]) => [
          name,
          tensorOf(tensor.dataSync() as Float32Array, tensor.shape),
        ]);
        workspace.define("net", Object.fromEntries(net));
        workspace.define("memory", { memory: zeros([2, memorySize(transformer)], "float32") });
        const whole = workspace.compile({
          name: "whole",
          inputs: { x: [[2, 5], "float32"] },
          state: ["net"],
        }, ({ input, state: { net } }) => ({
          outputs: { logits: logitsOf(net, input.x, transformer) },
        }));
        const next = workspace.compile({
          name: "next",
          inputs: { token: [[2], "float32"] },
          scalars: ["place"],
          state: ["net", "memory"],
        }, ({ input, scalar, state: { net, memory } }) => {
          const { place } = scalar;
          const made = nextLogits(net, input.token, memory.memory, place, transformer);
          return { outputs: { logits: made.logits }, state: { memory: { memory: made.memory } } };
        });
        whole.input.x.set(tokens.flat());
        whole.run();
        const expected = await whole.read("logits");
        for (let t = 0; t < 5; t++) {
          next.input.token.set(tokens.map((row) => t === 0 ? 3 : row[t - 1]));
          next.scalar.place = t;
          next.run();
          (await next.read("logits")).forEach((logit, i) => {
            const [row, token] = [Math.floor(i / 3), i % 3];
            const error = Math.abs(logit - expected[(row * 5 + t) * 3 + token]);
            ok(error < 1e-5, `place ${t}: ${error}`);
          });
        }
        workspace.dispose();
      }
    },
  });
}

Deno.test("the sampler draws the tokens that it would without remembering", async () => {
  const dataset = fewTexts(40, 20);
  const { trainer } = await trainerOf(gpt, dataset, { width: 16, heads: 2, batchSize: 20 });
  for (let i = 0; i < 2; i++) await trainer.iterate();
  const { parameters } = await trainer.snapshot();
  const samples = await trainer.sample!({ random: defaultRng(3), count: 4 });
  const configuration = gpt.configuration.parse({ width: 16, heads: 2 });
  const shape = { shape: [12], tokens: dataset.vocabulary!.length };
  const own = Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, values }]) => [
      name.replace("transformer/", ""),
      tf.tensor(values as Float32Array, [...shape]),
    ]),
  );
  const transformer = transformerOf(shape, configuration);
  // The same uniform numbers, of which the trainer draws those of a whole batch at each place.
  const random = defaultRng(3);
  let x: tf.Tensor = tf.zeros([4, 12]);
  for (let t = 0; t < 12; t++) {
    const uniform = new Float32Array(50);
    random.fillUniform(uniform);
    const logits = tf.reshape(tf.slice(logitsOf(own, x, transformer), [0, t, 0], [4, 1, -1]), [
      ...[4, -1],
    ]);
    const token = drawnToken(logits, tf.tensor2d(uniform.slice(0, 4), [4, 1]));
    const here = tf.oneHot(t, 12).cast("float32");
    x = tf.add(x, tf.mul(tf.expandDims(token, 1), here));
  }
  deepStrictEqual([...samples.values], [...x.dataSync()]);
  trainer.dispose();
});

Deno.test("a token is drawn as often as it is probable, and rounding leaves none out", () => {
  const share = (u: number) =>
    drawnToken(tf.log(tf.tensor2d([[0.2, 0.5, 0.3]])), tf.tensor2d([[u]])).arraySync()[0];
  deepStrictEqual([0, 0.19, 0.21, 0.69, 0.71, 0.9999999, 1].map(share), [0, 0, 1, 1, 2, 2, 2]);
});

Deno.test("a lower temperature draws likelier tokens, a prompt stays as it is", async () => {
  const { trainer } = await trainerOf(gpt, fewTexts(), smallOf(gpt));
  await trainer.iterate();
  const draw = async (temperature: number, prompt?: string) =>
    textsOf(
      await trainer.sample!({
        ...{ random: defaultRng(1), count: 30, settings: { temperature }, prompt },
      }) as Samples & { kind: "text" },
    );
  const begins = async (temperature: number) =>
    new Set((await draw(temperature)).map((text) => text[0])).size;
  ok(await begins(0.01) < 4 && await begins(1) > 8);
  for (const text of await draw(1, "the cat")) ok(text.startsWith("the cat"), text);
  for (const first of sentenceVocabulary) {
    for (const text of await draw(1, first)) ok(text.startsWith(first), `${first}: ${text}`);
  }
  deepStrictEqual(await draw(1, ""), await draw(1));
  const model = loadModel(await trainer.exportModel!({}));
  const filed = model.sample!({ random: defaultRng(1), count: 30, prompt: "the cat" });
  deepStrictEqual(textsOf(filed as Samples & { kind: "text" }), await draw(1, "the cat"));
  trainer.dispose();
});

Deno.test("images are cut into squares and put together again", () => {
  const random = defaultRng(2);
  const x = tf.tensor2d(Array.from({ length: 2 * 36 }, () => random.integers(2)), [2, 36]);
  for (const patch of [1, 2, 3]) {
    const cut = { side: 6, patch };
    const tokens = tokensOfImages(x, cut);
    deepStrictEqual(tokens.shape, [2, (6 / patch) ** 2]);
    deepStrictEqual([...imagesOfTokens(tokens, cut).dataSync()], [...x.dataSync()]);
  }
  // The second square of the upper row: 1 + 2·0 + 4·1 + 8·1.
  const corner = tf.tensor2d([[0, 0, 1, 0, 0, 0, 1, 1, ...Array(8).fill(0)]]);
  deepStrictEqual([...tokensOfImages(corner, { side: 4, patch: 2 }).dataSync()], [0, 13, 0, 0]);
});

Deno.test("gpt learns black and white images, whose samples are such", async () => {
  const binary = halves(60, 20);
  for (const split of [binary.train, binary.validation, binary.test]) {
    (split as { values: Float32Array }).values = split.values.map((value) => Number(value > 0.5));
  }
  const fields = { width: 8, heads: 2, batchSize: 20, judge: false };
  const { trainer } = await trainerOf(gpt, binary, fields, { budget: 2000 });
  await trainer.iterate();
  const { values } = await trainer.sample!({ random: defaultRng(1), count: 3 });
  ok(values.every((value) => value === 0 || value === 1));
  const { metrics } = await trainer.evaluate({ random: defaultRng(1) });
  ok(metrics["evaluation/negative_log_likelihood"] < 16 * Math.LN2);
  await rejects(trainer.sample!({ random: defaultRng(1), count: 1, prompt: "a" }), {
    name: "InputError",
    message: "Cannot go on from a prompt as gpt draws no text from one",
  });
  trainer.dispose();
});

Deno.test("images of one token are learned and drawn, each by how often it occurs", async () => {
  const { configuration, create } = barsAndStripes;
  const dataset = await create({
    configuration: configuration.parse({ side: 2 }),
    readFile: noFiles,
  });
  for (const positions of bothPositions) {
    const fields = { width: 8, heads: 2, batchSize: 6, positions, judge: false };
    const { trainer } = await trainerOf(gpt, dataset, fields, { budget: 3000 });
    await trainThrough(trainer);
    const { metrics } = await trainer.evaluate({ random: defaultRng(1) });
    const nats = metrics["evaluation/negative_log_likelihood"];
    ok(Math.abs(nats - Math.log(6)) < 0.1, `${nats}`);
    const { values } = await trainer.sample!({ random: defaultRng(1), count: 40 });
    const drawn = Array.from({ length: 40 }, (_, i) => values.subarray(4 * i, 4 * i + 4).join());
    const seen = Array.from({ length: 6 }, (_, i) => dataset.test.values.slice(4 * i, 4 * i + 4));
    const right = drawn.filter((image) => seen.some((each) => each.join() === image)).length;
    ok(right > 32, `${right}`);
    deepStrictEqual(new Set(drawn).size >= 6, true);
    trainer.dispose();
  }
});

Deno.test("what the grammar itself gets stands beside the model's likelihood", async () => {
  const dataset = { ...fewTexts(60, 20), logDensity: () => new Float64Array(20).fill(-10) };
  const { trainer } = await trainerOf(gpt, dataset, { width: 8, heads: 2, layers: 1 });
  const { metrics } = await trainer.evaluate({ random: defaultRng(1) });
  strictEqual(metrics["ceiling/negative_log_likelihood"], 10);
  const nats = metrics["evaluation/negative_log_likelihood"];
  // Before it has learned, each of the characters is as probable.
  ok(Math.abs(nats - 12 * Math.log(dataset.vocabulary!.length)) < 0.5, `${nats}`);
  ok(Math.abs(metrics["evaluation/over_entropy"] - (nats / 10 - 1)) < 1e-6);
  trainer.dispose();
});

Deno.test("what gpt cannot do is refused in one line", async () => {
  const { trainer } = await trainerOf(gpt, fewTexts(), smallOf(gpt));
  const sample = (prompt: string) => trainer.sample!({ random: defaultRng(1), count: 1, prompt });
  await rejects(sample("the Cat"), {
    name: "InputError",
    message: /^Cannot go on from the prompt as characters must be of the vocabulary .*: "C" at 5$/,
  });
  await rejects(sample("the cat sleeps"), {
    name: "InputError",
    message:
      "Cannot go on from the prompt as it must have at most 12 characters, the length of a " +
      "sample: 14",
  });
  trainer.dispose();
  const made = (shape: number[], fields: object) => () =>
    tokenNetwork({ shape, tokens: 0 }, gpt.configuration.parse(fields));
  const refused = (message: RegExp) => ({ name: "InputError", message });
  throws(
    made([4, 4, 1], { width: 60, heads: 4 }),
    refused(/model.width must be a multiple .* 8: 60$/),
  );
  throws(
    made([5, 5, 1], { patch: 2 }),
    refused(/model.patch must divide their side, 2: \[5, 5, 1\]$/),
  );
  throws(made([4, 4, 3], {}), refused(/images must be square and grey/));
  await rejects(trainerOf(gpt, halves(), {}), {
    name: "InputError",
    message: /^Cannot train gpt on "halves" as it takes binary text or images: /,
  });
});
