/** An energy learned against its own chains: its buffer, worked numbers, and the density that comes out. */
import { deepStrictEqual, ok, rejects } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import type { Dataset } from "../../../lab/core/dataset.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import {
  byQuadrature,
  langevinStep,
  normalLogDensity,
  quadratureTerms,
} from "../../../models/energy/density.ts";
import { chainsAt, contrastiveLoss, energyBased } from "../../../models/energy/energy_based.ts";
import { trainerOf, trainThrough } from "../laboratory.ts";
import { entropy, mean, normalPoints } from "./normal_points.ts";

tf.enableProdMode();
await tf.setBackend("cpu");

const near = (found: number, expected: number, within: number) =>
  ok(Math.abs(found - expected) < within, `${found}, not ${expected}`);

Deno.test("a minibatch of the buffer goes on, the others stay", () => {
  const buffer = tf.tensor2d([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]]);
  const { chains, after } = chainsAt(buffer, tf.scalar(0.5), 2);
  deepStrictEqual(chains.arraySync(), [[5, 6], [7, 8]]);
  const next = after(tf.tensor2d([[-1, -2], [-3, -4]])).arraySync();
  deepStrictEqual(next, [[1, 2, 3, 4], [-1, -2, -3, -4], [9, 10, 11, 12]]);
  deepStrictEqual(chainsAt(buffer, tf.scalar(0.999), 2).chains.arraySync(), [[9, 10], [11, 12]]);
});

Deno.test("examples are pulled down and chains pushed up, both towards 0", () => {
  const loss = contrastiveLoss(tf.tensor1d([1, -2]), tf.tensor1d([3, 0.5]), 0.1).dataSync();
  near(loss[0], -2 + 0.1 * 10, 1e-6);
  near(loss[1], -2.5 + 0.1 * 4.25, 1e-6);
});

Deno.test("a Langevin step goes half its length up the density, and as far as its noise", () => {
  // ∇ ln N(x; 0, 4I) = −x/4.
  const density = (x: tf.Tensor) => normalLogDensity(x, 2);
  const [a, b] = langevinStep(density, tf.tensor2d([[2, -1]]), tf.tensor2d([[1, 3]]), 0.04)
    .dataSync();
  near(a, 2 - 0.02 * 2 / 4 + 0.2, 1e-6);
  near(b, -1 + 0.02 / 4 + 0.6, 1e-6);
});

Deno.test("what is learned is near the density of the data; other than planes are refused", async () => {
  const dataset = normalPoints();
  const fields = {
    ...{ hiddenSizes: [24], langevinSteps: 8, stepSize: 0.05, buffered: 8, samplerSteps: 100 },
    ...{ learningRate: 1e-2, averageDecay: 0.98, penalty: 0.001 },
  };
  const { trainer } = await trainerOf("energy-based", dataset, fields, { budget: 50_000 });
  const evaluate = async () => (await trainer.evaluate({ random: defaultRng(1) })).metrics;
  const before = await evaluate();
  ok(before["evaluation/negative_log_likelihood"] > entropy + 0.5);
  await trainThrough(trainer);
  const metrics = await evaluate();
  near(metrics["evaluation/negative_log_likelihood"], entropy, 0.12);
  const { values } = await trainer.sample!({ random: defaultRng(2), count: 500 });
  near(values.reduce((sum, value) => sum + value, 0) / values.length, mean, 0.12);
  trainer.dispose();
  const narrow = (part: Dataset["train"]) => ({ count: 2 * part.count, values: part.values });
  const line = {
    ...{ ...dataset, shape: [1], train: narrow(dataset.train) },
    ...{ validation: narrow(dataset.validation), test: narrow(dataset.test) },
  };
  await rejects(trainerOf("energy-based", line, {}), /must be points of a plane: \[1\]$/);
});

Deno.test("a grid too coarse for a density, and one that examples lie beyond, says so", () => {
  const { term, about, why } = byQuadrature.doubt;
  /** ln p = ln N(x; c, s²) in the place of an energy: its integral is 1. */
  const terms = (s: number, c: number): Record<string, number> => {
    const energy = (x: tf.Tensor) =>
      tf.expandDims(tf.sub(normalLogDensity(x, 2), normalLogDensity(tf.sub(x, c), s)), 1);
    const found = quadratureTerms(energy, tf.tensor2d([[c, c]]), 2);
    return Object.fromEntries(
      Object.entries(found).map(([name, value]) => [name, value.dataSync()[0]]),
    );
  };
  const wide = terms(0.2, 0.3);
  near(wide.log_partition, 0, 1e-3);
  near(wide.negative_log_likelihood, Math.log(2 * Math.PI * 0.04), 1e-3);
  deepStrictEqual(why(wide[term]), undefined);
  // Cells are 0.16 wide: a peak on one of their midpoints counts too much, one between them too little.
  for (const c of [0.08, 0]) {
    const narrow = terms(0.03, c);
    ok(Math.abs(narrow.log_partition) > 0.3);
    ok(why(narrow[term])!.startsWith("log p(x) is not reported as the density is narrower than"));
  }
  // The grid reaches to 8: what lies beyond it is no part of the sum.
  deepStrictEqual(why(terms(0.5, 6)[term]), undefined);
  ok(why(terms(0.5, 8.1)[term])!.includes("examples lie beyond the grid"));
  deepStrictEqual(about.filter((name) => !(name in wide)), []);
  deepStrictEqual([why(0.05), typeof why(0.051)], [undefined, "string"]);
});

Deno.test("what the grid cannot tell is left out with one warning, and chooses no checkpoint", async () => {
  const dataset = normalPoints();
  const evaluated = async (deviation: number) => {
    const { trainer } = await trainerOf("energy-based", dataset, {
      ...{ hiddenSizes: [8], samplerSteps: 1, langevinSteps: 1, buffered: 1, deviation },
    }, { budget: 10_000 });
    await trainer.iterate();
    // An energy that is 40 times as steep, and so uneven from cell to cell.
    const { parameters, ...others } = await trainer.snapshot();
    const steep = Object.fromEntries(
      Object.entries(parameters).map(([name, tensor]) => [
        name,
        { ...tensor, values: (tensor.values as Float32Array).map((value) => 40 * value) },
      ]),
    );
    await trainer.restore({ ...others, parameters: steep });
    const reports = [];
    for (let i = 0; i < 2; i++) reports.push(await trainer.evaluate({ random: defaultRng(1) }));
    trainer.dispose();
    return reports.map(({ metrics, pending, events }) => ({
      known: Object.keys(metrics).filter((name) => /log_partition|likelihood|dimension/.test(name)),
      pending,
      warnings: events!.filter(({ message }) => message.startsWith("log p(x) is not")).length,
      errors: Object.keys(metrics).filter((name) => name.endsWith(byQuadrature.doubt.term)),
    }));
  };
  const names = byQuadrature.doubt.about;
  const both = ["evaluation", "validation"].flatMap((of) => names.map((name) => `${of}/${name}`));
  const all = { known: both, pending: [], warnings: 0, errors: [] };
  deepStrictEqual(await evaluated(2), [all, all]);
  const none = { known: [], pending: both, warnings: 1, errors: [] };
  deepStrictEqual(await evaluated(20), [none, { ...none, warnings: 0 }]);
  ok(both.includes(energyBased.bestBy!.metric));
});
