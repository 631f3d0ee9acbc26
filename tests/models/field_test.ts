/** Fields that samples follow, from model files: what the steps of their own samplers use. */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { defaultRng, type Generator } from "../../lab/core/random.ts";
import { decodeSafetensors } from "../../lab/core/safetensors.ts";
import { edm } from "../../models/diffusion/edm.ts";
import { type LoadedModel, loadModel } from "../../models/model_file.ts";
import { models } from "../../models/mod.ts";
import type { Drawn } from "../../models/model.ts";
import { resealed } from "../lab/core/resealed.ts";
import { smallTrainer } from "./laboratory.ts";

const COUNT = 19;

/** The file of a model on the ring as it begins. */
async function bytesOf(name: string, fields: object = {}): Promise<Uint8Array> {
  const definition = await models.find((each) => each.name === name)!.load();
  const trainer = await smallTrainer(definition, {}, fields);
  const bytes = await trainer.exportModel!();
  trainer.dispose();
  return bytes;
}

async function fileOf(name: string, fields: object): Promise<LoadedModel> {
  return loadModel(await bytesOf(name, fields));
}

/** x before each step of samples, and the samples. */
function pathOf(model: LoadedModel): Float32Array[] {
  const path: Float32Array[] = [];
  const watch = (step: number, x: Float32Array, first: number) => {
    deepStrictEqual([step, first], [path.length, 0]);
    path.push(x);
  };
  const { values } = model.sample!({ count: COUNT, random: defaultRng(3), watch });
  return [...path, values];
}

/** Numbers, of which there are some, are what is expected of each, to rounding. */
function near(given: Float32Array, expected: (i: number) => number, what: string): void {
  ok(given.length > 0, what);
  given.forEach((value, i) => {
    const apart = Math.abs(value - expected(i));
    ok(apart <= 2e-5 * (1 + Math.abs(value)), `${what}: ${value} for ${expected(i)}`);
  });
}

const steps = (moments: Float32Array) => Array.from(moments.keys());

Deno.test("models whose samples follow a field offer it", async () => {
  const definitions = await Promise.all(models.map(({ load }) => load()));
  const having = definitions.filter((each) =>
    (each as unknown as { model: { field?: object } }).model.field !== undefined
  );
  deepStrictEqual(having.map(({ name }) => name).sort(), [
    ...["consistency", "diffusion", "edm", "flow-matching", "rectified-flow", "score-matching"],
  ]);
});

Deno.test("flow-matching: Euler's steps go along the field", async () => {
  const model = await fileOf("flow-matching", { samplerSteps: 4, solver: "euler" });
  const { by, moments, ofSteps, at } = model.field!;
  deepStrictEqual({ by, moments: [...moments], ofSteps }, {
    ...{ by: "time", moments: [0, 0.25, 0.5, 0.75], ofSteps: true },
  });
  const path = pathOf(model);
  for (const k of steps(moments)) {
    const field = at(k, path[k]);
    near(path[k + 1], (i) => path[k][i] + field[i] / 4, `step ${k}`);
  }
});

Deno.test("edm: Euler's steps go along the field as the noise falls", async () => {
  const model = await fileOf("edm", { samplerSteps: 4, solver: "euler", mostNoise: 4 });
  const { by, moments, at } = model.field!;
  deepStrictEqual([by, moments.length, moments[0]], ["sigma", 4, 4]);
  const path = pathOf(model);
  for (const k of steps(moments)) {
    const field = at(k, path[k]);
    const length = moments[k] - (moments[k + 1] ?? 0);
    near(path[k + 1], (i) => path[k][i] + field[i] * length, `step ${k}`);
  }
});

for (const predicts of ["noise", "velocity"]) {
  Deno.test(`diffusion of ${predicts}: DDIM's steps turn towards the field`, async () => {
    const settings = { schedule: "linear", levels: 12, samplerSteps: 4, solver: "ddim", predicts };
    const model = await fileOf("diffusion", settings);
    const { by, moments, at } = model.field!;
    strictEqual(by, "time");
    deepStrictEqual([...moments].map((time) => Math.round(4 * time)), [4, 3, 2, 1]);
    // ᾱ of the linear schedule by its definition.
    const shares = [1];
    for (let t = 1; t <= 12; t++) {
      const beta = (1000 / 12) * (1e-4 + (0.02 - 1e-4) * (t - 1) / 11);
      shares.push(shares[t - 1] * (1 - Math.min(0.999, beta)));
    }
    const angle = (level: number) => Math.acos(Math.sqrt(shares[level]));
    const path = pathOf(model);
    for (const k of steps(moments)) {
      const field = at(k, path[k]);
      const turn = angle(12 - 3 * k) - angle(9 - 3 * k);
      const next = (i: number) => Math.cos(turn) * path[k][i] + Math.sin(turn) * field[i];
      near(path[k + 1], next, `step ${k}`);
    }
  });
}

Deno.test("score-matching: Langevin's steps without noise go along the field", async () => {
  const model = await fileOf("score-matching", { levels: 3, levelSteps: 2, leastNoise: 0.5 });
  const { by, moments, at } = model.field!;
  strictEqual(by, "sigma");
  near(moments, (k) => [5, 5, Math.sqrt(2.5), Math.sqrt(2.5), 0.5, 0.5][k], "levels");
  const start = Float32Array.from({ length: 2 * COUNT }, (_, i) => (i % 7) - 3);
  const still = { fillStandardNormal: (values: Float32Array) => values.fill(0) };
  const path: Float32Array[] = [];
  const watch = (_: number, x: Float32Array) => void path.push(x);
  const random = still as unknown as Generator;
  const { values } = model.sample!({ count: COUNT, noise: { start }, random, watch });
  const along = (k: number, share: number) => {
    const [field, variance] = [at(k, path[k]), moments[k] * moments[k]];
    return path[k].map((value, i) => value + share * variance * field[i]);
  };
  for (const k of steps(moments).slice(1)) {
    near(path[k], (i) => along(k - 1, 0.1)[i], `step ${k}`);
  }
  path.push(along(5, 0.1));
  const field = at(5, path[6]);
  near(values, (i) => path[6][i] + 0.25 * field[i], "the last denoising");
});

Deno.test("consistency: a single step goes to the end of the field", async () => {
  const model = await fileOf("consistency", { samplerSteps: 1, mostNoise: 3 });
  const { by, moments, ofSteps, at } = model.field!;
  deepStrictEqual([by, moments.length, ofSteps], ["sigma", 40, false]);
  const [x, samples] = pathOf(model);
  const field = at(0, x);
  near(samples, (i) => x[i] + field[i], "the sample");
  // At the least noise an example is its own.
  near(at(39, x), () => 0, "the boundary");
});

Deno.test("edm's field of N(0, σ_d²) is the exact one where the network adds nothing", () => {
  const configuration = edm.model.configuration.parse({ deviation: 0.7 });
  const x = tf.tensor2d([[1, -2], [0.5, 3]]);
  const sigma = tf.scalar(1.3);
  const drawn = { x, at: { sigma }, shape: { shape: [2] } } as unknown as
    & Drawn
    & { x: tf.Tensor2D; at: { sigma: tf.Tensor } };
  const none = (x: tf.Tensor) => tf.zerosLike(x) as tf.Tensor2D;
  const networks = { denoiser: none, guide: none };
  const given = edm.model.field!.direction(networks, drawn, configuration)
    .dataSync() as Float32Array;
  // −dx/dσ = σ ∇ log N(x; 0, σ² + σ_d²).
  near(given, (i) => -1.3 * x.dataSync()[i] / (1.3 * 1.3 + 0.7 * 0.7), "the field");
});

Deno.test("flow-matching from the ring leaves the lab with its source", async () => {
  const definition = await models.find(({ name }) => name === "flow-matching")!.load();
  const options = { backend: "wasm-strict" } as const;
  const trainer = await smallTrainer(definition, options, { source: "ring", samplerSteps: 2 });
  const model = loadModel(await trainer.exportModel!());
  deepStrictEqual(model.noise, { start: ["ring", [2]] });
  const drawn = model.sample!({ count: COUNT, random: defaultRng(4) });
  deepStrictEqual(drawn, await trainer.sample!({ count: COUNT, random: defaultRng(4) }));
  trainer.dispose();
});

Deno.test("what does not fit a field is refused in one line", async () => {
  const bytes = await bytesOf("flow-matching");
  const { at } = loadModel(bytes).field!;
  throws(() => at(3, new Float32Array(2)), {
    name: "InputError",
    message: "Cannot take the field as a moment must be a whole number, 0 … 2: 3",
  });
  throws(() => at(0, new Float32Array(3)), /take the field as each row must have 2 numbers/);
  const { tensors, metadata } = decodeSafetensors(bytes);
  const text = metadata["reverie.model"].replace('"by":"time"', '"by":"tame"');
  const changed = resealed(tensors, { ...metadata, "reverie.model": text });
  throws(() => loadModel(changed), /^InputError: Cannot load .* no field by "tame"$/);
});
