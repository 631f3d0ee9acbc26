/**
 * Who else can train a row: which script of bench/peers, and what it is asked for.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Dataset } from "../lab/core/dataset.ts";
import { LabError } from "../lab/core/errors.ts";
import { encodeSafetensors } from "../lab/core/safetensors.ts";
import type { Json } from "../lab/core/snapshot.ts";
import { sizeOf } from "../lab/core/tensor_data.ts";
import type { FieldDescription } from "../lab/experiment/fields.ts";
import { resolve } from "../lab/experiment/resolve.ts";
import { openSession } from "../lab/experiment/session.ts";
import { registries } from "../registries.ts";
import { keyOfOrder } from "./references.ts";
import { type EvidenceRow, metricOf } from "./row.ts";
import { isDefault, orderOf, testSeedOf } from "./stable_baselines.ts";

/** What trains peers: files of bench/peers. */
export type PeerScript = "references.py" | "models.py";

/** A peer of a row. */
export interface Peer {
  /** `Stable-Baselines3, PPO`. */
  readonly name: string;
  /** In bench/peers. */
  readonly script: PeerScript;
  /** What it reads, but for the seeds and the file of arrays. */
  readonly order: object;
  /** Agents: see {@linkcode testSeedOf}. */
  readonly testSeedOf?: (seed: number) => number;
  /** See {@linkcode keyOfOrder}. */
  readonly key: string;
  /** Models: writes what a run of a seed learns from and is measured on into a file. */
  readonly writeArrays?: (seed: number, path: string) => Promise<void>;
}

/** A model that bench/peers/models.py has. */
interface PeerModel {
  /** Figures that it is scored by. */
  readonly metrics: readonly string[];
  /** Whose it is. Default: PyTorch's. */
  readonly library?: string;
  /** What the script reads of its fields; of the others it does what their defaults say. */
  readonly reads: readonly string[];
}

const trained = ["batchSize", "learningRate", "finalLearningRate"];

/** Models that bench/peers/models.py has, by name. */
export const peerModels: Readonly<Record<string, PeerModel>> = {
  autoencoder: {
    metrics: ["evaluation/mean_squared_error"],
    reads: [...trained, "hiddenSizes", "codeSize", "activation", "codeActivation", "loss"],
  },
  vae: {
    metrics: ["evaluation/negative_elbo"],
    reads: [...trained, "hiddenSizes", "latentSize", "beta"],
  },
  classifier: { metrics: ["evaluation/accuracy"], reads: [...trained, "hiddenSizes"] },
  "wgan-gp": {
    metrics: ["evaluation/high_quality"],
    reads: [...trained, "width", "layers", "latentSize", "penalty", "criticSteps", "averageDecay"],
  },
  "flow-matching": {
    metrics: ["evaluation/squared_wasserstein", "evaluation/squared_wasserstein_one_step"],
    library: "torchcfm",
    reads: [
      ...trained,
      ...["hiddenSizes", "source", "coupling", "deviation", "averageDecay", "samplerSteps"],
    ],
  },
};

/** The peer of a row; a sentence that says why it has none. */
export async function peerOf(row: EvidenceRow): Promise<Peer | string> {
  if (row.metric?.startsWith("application/")) return "an application is measured by its callback";
  if (row.experiment.endsWith("-quick")) return "a preset of the lab's own";
  const entry = registries.experiments.find(({ name }) => name === row.experiment);
  if (entry === undefined) {
    throw new LabError(`Cannot measure ${row.experiment} as there is no such experiment`);
  }
  const { configuration, fields } = await resolve(await entry.load(), registries);
  if (configuration.callbacks !== undefined) return "its callbacks are the lab's own";
  if (configuration.model !== undefined) return peerOfModel(row, configuration, fields);
  const order = orderOf(configuration, fields);
  if (typeof order === "string") return order;
  return {
    name: `Stable-Baselines3, ${order.algorithm}`,
    script: "references.py",
    order,
    testSeedOf: (seed) => testSeedOf(order, seed),
    key: keyOfOrder(order),
  };
}

/** The peer of a resolved row of a model; a sentence that says why it has none. */
export function peerOfModel(
  row: EvidenceRow,
  configuration: { readonly [key: string]: Json },
  described: readonly FieldDescription[],
): Peer | string {
  const { dataset, model: { name: model, ...fields }, budget } = configuration as {
    dataset: Json;
    model: { name: string; criticSteps?: number } & { readonly [field: string]: Json };
    budget: number;
  };
  if (configuration.stop !== null) return "it ends by a stop rule";
  const metric = metricOf(row);
  const { metrics, library = "PyTorch", reads } = peerModels[model] ?? { metrics: [], reads: [] };
  if (!metrics.includes(metric)) return `bench/peers has no ${model} with ${metric}`;
  for (const [field, value] of Object.entries(fields)) {
    if (!reads.includes(field) && !isDefault(`model.${field}`, value, described)) {
      return `bench/peers has no ${field} of ${JSON.stringify(value)}`;
    }
  }
  const { criticSteps } = fields;
  const order = {
    model,
    dataset,
    fields,
    budget,
    metric,
    // The budget counts gradient steps: a round's of the critic, and one of the generator.
    ...(criticSteps === undefined ? {} : { rounds: Math.floor(budget / (criticSteps + 1)) }),
  };
  return {
    name: `${library}, ${model}`,
    script: "models.py",
    order,
    key: keyOfOrder(order),
    writeArrays: async (seed, path) => {
      const { experiment } = row;
      const job = {
        experiment,
        module: "",
        configuration,
        seed: `${seed}`,
        backend: "auto",
      } as const;
      const session = await openSession(job, registries);
      try {
        await Deno.writeFile(path, encodeSafetensors(arraysOf(session.dataset!)));
      } finally {
        session.dispose();
      }
    },
  };
}

/** A data set's arrays by name: `train`, `test` [count, D], labels, a mixture. */
function arraysOf({ shape, train, test, mixture }: Dataset) {
  const size = sizeOf(shape);
  const matrix = (values: Float32Array, columns: number) => ({
    shape: [values.length / columns, columns],
    dtype: "float32" as const,
    values,
  });
  const labels = (values: Uint8Array) => ({
    shape: [values.length],
    dtype: "int32" as const,
    values: Int32Array.from(values),
  });
  return {
    train: matrix(train.values, size),
    test: matrix(test.values, size),
    ...train.labels && { train_labels: labels(train.labels) },
    ...test.labels && { test_labels: labels(test.labels) },
    ...mixture && {
      centers: matrix(mixture.centers, size),
      deviation: {
        shape: [],
        dtype: "float32" as const,
        values: Float32Array.of(mixture.deviation),
      },
    },
  };
}

/** Where a script lies. */
export function pathOfScript(script: PeerScript): URL {
  return new URL(`../bench/peers/${script}`, import.meta.url);
}

/** SHA-256 over what a script computes: comments, sentences on a line of their own and blanks are no code. */
export async function codeOfScript(script: PeerScript): Promise<string> {
  return hashOfPython(await Deno.readTextFile(pathOfScript(script)));
}

/** The same of a text. */
export function hashOfPython(text: string): string {
  const code = text.replace(/^ *"""[^]*?"""$/gm, "").replace(/^ *#.*$/gm, "").replace(
    /\n\s*\n/g,
    "\n",
  );
  return createHash("sha256").update(code.trim()).digest("hex");
}
