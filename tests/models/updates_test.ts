/**
 * Two whole updates of the VAE and of WGAN-GP, and three rounds of SeqGAN, through the trainer, against
 * NumPy in float64 (recipe: tests/golden/numpy/generative.py).
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { openWorkspace } from "../../lab/compute/backend.ts";
import type { BackendChoice } from "../../lab/compute/backend_choice.ts";
import type { ModelDefinition } from "../../lab/compute/definitions.ts";
import type { Dataset } from "../../lab/core/dataset.ts";
import { defaultRng } from "../../lab/core/random.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { seqgan } from "../../models/adversarial/seqgan.ts";
import { wganGp } from "../../models/adversarial/wgan_gp.ts";
import { vae } from "../../models/variational/vae.ts";
import { library, options } from "../lab/compute/backends.ts";

interface Tensor {
  readonly shape: number[];
  readonly values: number[];
}
interface Case {
  readonly values: Tensor;
  readonly start: Record<string, Tensor>;
  /** Losses of each update. */
  readonly reported: Record<string, number>[];
  readonly parameters: Record<string, Tensor>;
  readonly average?: Record<string, Tensor>;
}
const golden: Record<"vae" | "wgan-gp" | "seqgan", Case> = JSON.parse(
  await Deno.readTextFile(new URL("../golden/numpy/generative.json", import.meta.url)),
);

const common = { batchSize: 4, learningRate: 0.01, finalLearningRate: 0.01 };

function tensors(kept: Record<string, Tensor>): NamedTensors {
  return Object.fromEntries(
    Object.entries(kept).map(([name, { shape, values }]) => [
      name,
      { shape, dtype: "float32" as const, values: Float32Array.from(values) },
    ]),
  );
}

function expectClose(actual: NamedTensors, expected: Record<string, Tensor>) {
  deepStrictEqual(Object.keys(actual).sort(), Object.keys(expected).sort());
  for (const [name, { shape, values }] of Object.entries(expected)) {
    deepStrictEqual(actual[name].shape, shape, name);
    strictEqual(actual[name].values.length, values.length, name);
    values.forEach((value, i) => {
      const error = Math.abs(actual[name].values[i] - value);
      ok(error <= 2e-5 * Math.max(1, Math.abs(value)), `${name}: off by ${error}`);
    });
  }
}

async function expectUpdates(
  definition: ModelDefinition,
  fields: object,
  data: Pick<Dataset, "kind" | "shape" | "vocabulary">,
  backend: BackendChoice,
) {
  const { values, start, reported, parameters, average } = golden[
    definition.name as keyof typeof golden
  ];
  const split = { count: 4, values: Float32Array.from(values.values) };
  const { workspace } = await openWorkspace(backend, options);
  const trainer = await definition.create({
    configuration: definition.configuration.parse({ ...common, ...fields }),
    budget: 100,
    workspace,
    seed: 1,
    stream: () => defaultRng(5),
    dataset: { name: "four", seed: 0, ...data, train: split, validation: split, test: split },
  });
  const snapshot = await trainer.snapshot();
  deepStrictEqual(Object.keys(snapshot.parameters).sort(), Object.keys(start).sort());
  const state = { ...snapshot.state };
  for (const name of Object.keys(average ?? {})) state[`average/${name}`] = tensors(start)[name];
  await trainer.restore({ ...snapshot, parameters: tensors(start), state });
  for (const expected of reported) {
    const { metrics } = await trainer.iterate();
    for (const [name, value] of Object.entries(expected)) {
      const error = Math.abs(metrics[`losses/${name}`] - value);
      ok(error <= 1e-5 * Math.max(1, Math.abs(value)), `losses/${name}: off by ${error}`);
    }
  }
  const after = await trainer.snapshot();
  expectClose(after.parameters, parameters);
  if (average !== undefined) {
    const averaged = Object.entries(after.state).filter(([name]) => name.startsWith("average/"));
    expectClose(
      Object.fromEntries(averaged.map(([name, tensor]) => [name.slice(8), tensor])),
      average,
    );
  }
  trainer.dispose();
}

for (const backend of ["wasm", "native", "cpu", "tfjs-wasm"] as const) {
  const ignore = backend === "native" && library === undefined;

  Deno.test(`on ${backend}, two updates of the VAE are NumPy's`, { ignore }, () =>
    expectUpdates(
      vae,
      { hiddenSizes: [5], latentSize: 2, beta: 0.5, batchesPerIteration: 1, judge: false },
      { kind: "images", shape: [2, 2, 1] },
      backend,
    ));

  Deno.test(`on ${backend}, two rounds of WGAN-GP are NumPy's`, { ignore }, () =>
    expectUpdates(
      wganGp,
      {
        ...{ width: 6, layers: 2, latentSize: 2, roundsPerIteration: 1, criticSteps: 2 },
        averageDecay: 0.9,
      },
      { kind: "points", shape: [2] },
      backend,
    ));

  Deno.test(
    `on ${backend}, a round of each part of SeqGAN is NumPy's`,
    { ignore },
    () =>
      expectUpdates(
        seqgan,
        {
          ...{ embeddingSize: 3, recurrentSize: 3, features: 2, rollOuts: 2 },
          ...{ likelihoodShare: 0.01, discriminatorShare: 0.01, discriminatorSteps: 1 },
          ...{ adversarialRate: 0.01, discriminatorRate: 1, batchesPerIteration: 1 },
        },
        { kind: "text", shape: [4], vocabulary: [..."abcde"] },
        backend,
      ),
  );
}
