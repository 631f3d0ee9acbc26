/** The contract carries the kinds of models to come: a trial member of each keeps it, and learns. */
import { deepStrictEqual, notDeepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { defaultRng } from "../../lab/core/random.ts";
import type { Trainer } from "../../lab/core/trainer.ts";
import { modeCoverage } from "../../models/metrics/mode_coverage.ts";
import { holdToContract } from "./contract.ts";
import * as kinds from "./kinds.ts";
import { fewPoints, halves, smallTrainer, trainerOf, trainThrough } from "./laboratory.ts";

for (const definition of Object.values(kinds)) {
  holdToContract(definition, { backends: ["wasm", "cpu", "tfjs-wasm"] });
}

const dataset = halves();

/** Mean brightness of the upper half minus that of the lower one, of images [count, 16]. */
function contrast(values: Float32Array): number {
  let sum = 0;
  for (const [i, value] of values.entries()) sum += i % 16 < 8 ? value : -value;
  return sum / (values.length / 2);
}

async function trained(
  definition: Parameters<typeof smallTrainer>[0],
  budget: number,
  fields: object = {},
): Promise<Trainer> {
  const trainer = await smallTrainer(definition, { budget }, { learningRate: 0.01, ...fields });
  await trainThrough(trainer);
  return trainer;
}

Deno.test("under a label the class that was asked for is drawn", async () => {
  const trainer = await trained(kinds.conditionalVae, 4000);
  const draw = async (label?: number) =>
    (await trainer.sample!({ random: defaultRng(1), count: 40, label })).values;
  ok(contrast(await draw(1)) > 0.4, `${contrast(await draw(1))}`);
  ok(contrast(await draw(0)) < -0.4, `${contrast(await draw(0))}`);
  ok(Math.abs(contrast(await draw())) < 0.2);
  await rejects(draw(2), { name: "InputError", message: /must be a whole number, 0 … 1: 2/ });
  trainer.dispose();
  const unlabelled = await smallTrainer(kinds.translator);
  strictEqual(unlabelled.sample, undefined);
  unlabelled.dispose();
  const points = await smallTrainer(kinds.diffusion);
  await rejects(points.sample!({ random: defaultRng(1), count: 1, label: 1 }), {
    name: "InputError",
    message: /trial-diffusion is not conditional: 1/,
  });
  points.dispose();
});

Deno.test("networks in turn learn a translation, and the average is what translates", async () => {
  const trainer = await trained(kinds.translator, 6000);
  const { values, partners } = dataset.test;
  const made = await trainer.translate!(values);
  const error = made.reduce((sum, y, i) => sum + Math.abs(y - partners![i]), 0) / made.length;
  ok(error < 0.12, `${error}`);
  const { parameters, state } = await trainer.snapshot();
  const [name] = Object.keys(parameters).filter((each) => each.startsWith("generator/"));
  notDeepStrictEqual(state[`average/${name}`].values, parameters[name].values);
  trainer.dispose();
});

Deno.test("a codebook moves with the data and is in the checkpoint", async () => {
  const start = await smallTrainer(kinds.quantized);
  const trainer = await trained(kinds.quantized, 4000);
  const before = (await start.snapshot()).state["kept/sums"];
  notDeepStrictEqual((await trainer.snapshot()).state["kept/sums"], before);
  const codes = await trainer.encode!(dataset.test.values);
  const made = await trainer.decode!(codes, dataset.test.count);
  const error = made.reduce((sum, y, i) => sum + Math.abs(y - dataset.test.values[i]), 0);
  ok(error / made.length < 0.15, `${error / made.length}`);
  ok(new Set(Array.from({ length: codes.length / 3 }, (_, i) => codes[3 * i])).size <= 6);
  for (const each of [start, trainer]) each.dispose();
});

Deno.test("a learning rule of its own descends, and Gibbs sampling draws what was learned", async () => {
  const trainer = await trained(kinds.boltzmann, 12_000);
  const mean = async (values: Float32Array) => {
    const scores = await trainer.score!(values);
    return scores.reduce((sum, score) => sum + score, 0) / scores.length;
  };
  const bits = dataset.test.values.map(Math.round);
  ok(await mean(bits) > await mean(bits.map((_, i) => i % 2)) + 2);
  const { values } = await trainer.sample!({ random: defaultRng(1), count: 200 });
  // Fair coins have a contrast of 0.2 on average, the data of 0.65.
  const of = (i: number) => Math.abs(contrast(values.subarray(16 * i, 16 * i + 16)));
  const sharp = Array.from({ length: 200 }, (_, i) => of(i)).reduce((sum, x) => sum + x) / 200;
  ok(sharp > 0.4, `${sharp}`);
  trainer.dispose();
});

Deno.test("inner steps turn noise into data", async () => {
  const points = await fewPoints();
  const { centers, deviation } = points.mixture!;
  const { trainer } = await trainerOf(kinds.diffusion, points, { batchSize: 100 }, {
    budget: 60_000,
  });
  const near = async () => {
    const { values } = await trainer.sample!({ random: defaultRng(1), count: 400 });
    return modeCoverage(values, centers, 2, 10 * deviation).highQuality;
  };
  const before = await near();
  await trainThrough(trainer);
  const after = await near();
  ok(after > 2 * before && after > 0.5, `${before}, then ${after}`);
  trainer.dispose();
});

Deno.test("pixel after pixel, a sample is whole and of one class", async () => {
  const trainer = await trained(kinds.autoregressive, 8000, { learningRate: 0.05 });
  const { values } = await trainer.sample!({ random: defaultRng(1), count: 100 });
  deepStrictEqual([...new Set(values)].sort(), [0, 1]);
  const sharp = Array.from(
    { length: 100 },
    (_, i) => contrast(values.subarray(16 * i, 16 * i + 16)),
  );
  ok(sharp.filter((each) => Math.abs(each) > 0.9).length > 90, `${sharp}`);
  trainer.dispose();
});
