/**
 * The judge of a data set: the registered classifier, trained once from the data set's seed, that
 * says what generated images show. It is the same for every model, run and backend: trained by steps
 * that round alike on every machine, in a workspace of its own, and named by the digest of its
 * parameters. Those of the lab's own data sets stand in judges/ (`deno task judges`).
 *
 * @module
 */
import type { Dataset } from "../lab/core/dataset.ts";
import { log } from "../lab/core/elementary.ts";
import { hexOf } from "../lab/core/hex.ts";
import type { Entry } from "../lab/core/registry.ts";
import { streamOf } from "../lab/core/random.ts";
import { RecentlyUsed } from "../lab/core/recently_used.ts";
import { decodeSafetensors, encodeSafetensors } from "../lab/core/safetensors.ts";
import type { NamedTensors } from "../lab/core/tensor_data.ts";
import type { Trainer } from "../lab/core/trainer.ts";
import { openWorkspace } from "../lab/compute/backend.ts";
import type { KeptJudges, ModelDefinition } from "../lab/compute/definitions.ts";
import { accuracyOf } from "./metrics/recognition.ts";

/** A trained classifier that looks at samples. */
export interface Judge {
  /** SHA-256 of its parameters, hexadecimal. */
  readonly digest: string;
  /** Share of the test images that it names rightly. */
  readonly accuracy: number;
  /** Class probabilities [count, classes] of images [count, H·W·C]. */
  probabilities(values: Float32Array): Promise<Float32Array>;
  /** F: the width of its last hidden layer. */
  readonly featureSize: number;
  /** What its last hidden layer makes of images [count, H·W·C]: [count, F]. */
  features(values: Float32Array): Promise<Float32Array>;
  /** It as a model file, which needs no trainer: see `loadModel`. */
  file(): Promise<Uint8Array<ArrayBuffer>>;
  /** Frees what it holds. */
  dispose(): void;
}

/** Its training: 784-128-10 on glyphs reaches 98 % in about three core-seconds. */
const JUDGE = { hiddenSizes: [128], batchSize: 64, finalLearningRate: 0 };
/** Steps of whole minibatches; where the images are fewer than one, of all images. */
const JUDGE_STEPS = 1875;
/** Its step sizes: the second for data of which the first leaves nothing learned, as large bright
 * pictures, whose first steps put out the hidden layer. */
const LEARNING_RATES = [4e-3, 4e-4];
/** A classifier has learned if its loss is below this share of what naming no class by its look costs:
 * the entropy of the classes' shares. */
const LEARNED = 0.95;

/** Counts the ways in which judges have been trained: another one leaves what was kept before alone. */
const TRAINING = 2;

/** What training a judge leaves. */
export type Trained = Pick<Judge, "digest"> & { readonly parameters: NamedTensors };

/** Judges of this thread by the digest of what they learned from. */
const trained = new RecentlyUsed<Promise<Trained | undefined>>(4);

/**
 * The data set's judge: the one that stands in judges/ or is kept, else trained by the first who asks.
 *
 * @param dataset With labels.
 * @param judges Where those are kept that were trained.
 * @returns Undefined where no classifier is registered, or it learns nothing of the training images.
 */
export async function judgeOf(
  dataset: Dataset,
  models: readonly Entry<ModelDefinition>[] = [],
  judges?: KeptJudges,
): Promise<Judge | undefined> {
  const classifier = await models.find(({ name }) => name === "classifier")?.load();
  if (classifier === undefined) return undefined;
  const known = await knownOrTrained(classifier, dataset, judges);
  return known && await judgeBy(known, classifier, dataset);
}

/** What the thread, a file or training gives. */
async function knownOrTrained(
  classifier: ModelDefinition,
  dataset: Dataset,
  judges: KeptJudges | undefined,
): Promise<Trained | undefined> {
  const key = await keyOf(dataset);
  if (key === undefined) return await trainJudge(classifier, dataset, judges);
  const training = trained.get(key) ?? learned(key, classifier, dataset, judges);
  trained.set(key, training);
  training.catch(() => trained.delete(key));
  return await training;
}

/** The judge of what training left. */
async function judgeBy(
  { digest, parameters }: Trained,
  classifier: ModelDefinition,
  dataset: Dataset,
): Promise<Judge> {
  const judge = await open(classifier, dataset);
  await judge.restore({ ...await judge.snapshot(), parameters });
  const { test, classes } = dataset;
  return {
    digest,
    accuracy: accuracyOf(await judge.classify!(test.values), test.labels!, classes!),
    probabilities: (values) => judge.classify!(values),
    featureSize: JUDGE.hiddenSizes.at(-1)!,
    features: (values) => judge.encode!(values),
    file: () => judge.exportModel!({ model: "classifier", dataset: dataset.name }),
    dispose: () => judge.dispose(),
  };
}

/**
 * What a judge learns from: a name of its file. Classes count where labels do not show how many there are,
 * and what is read of where more is read than is in memory: undefined where no digest tells it.
 */
async function keyOf({ seed, classes, train }: Dataset): Promise<string | undefined> {
  const { count, values, reader, labels } = train;
  const isBeyondMemory = reader !== undefined && values.length < count * reader.size;
  if (isBeyondMemory && reader.digest === undefined) return undefined;
  const shown = labels!.reduce((most, label) => Math.max(most, label + 1), 0);
  const beyond = classes === shown ? "" : ` ${classes}`;
  const read = isBeyondMemory ? ` ${reader.digest}` : "";
  const learned = `${seed} ${await digestOf(values)} ${await digestOf(labels!)}${beyond}${read}`;
  return (await digestOf(new TextEncoder().encode(learned))).slice(0, 16);
}

/**
 * A judge as its file in judges/, trained whether or not it is there.
 *
 * @returns Undefined where it learns nothing of the training images, or nothing tells what these are.
 */
export async function judgeFile(
  classifier: ModelDefinition,
  dataset: Dataset,
): Promise<{ readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> } | undefined> {
  const key = await keyOf(dataset);
  const trained = key && await trainJudge(classifier, dataset);
  if (!trained) return undefined;
  const { digest, accuracy, dispose } = await judgeBy(trained, classifier, dataset);
  dispose();
  const about = { dataset: dataset.name, digest, accuracy: `${accuracy}` };
  return {
    name: `${key}.safetensors`,
    bytes: encodeSafetensors(trained.parameters, about),
  };
}

async function learned(
  key: string,
  classifier: ModelDefinition,
  dataset: Dataset,
  judges: KeptJudges | undefined,
): Promise<Trained | undefined> {
  const name = `${key}-${TRAINING}.safetensors`;
  const known = await shipped(key).catch(() => undefined) ??
    await judges?.read?.(name).then((bytes) => bytes && judgeIn(bytes)).catch(() => undefined);
  if (known !== undefined) return known;
  const made = await trainJudge(classifier, dataset, judges);
  if (made !== undefined) {
    judges?.keep?.(name, encodeSafetensors(made.parameters, { digest: made.digest }));
  }
  return made;
}

/** The judge of judges/. Throws where there is none, or it cannot be read. */
async function shipped(key: string): Promise<Trained> {
  const file = new URL(`./judges/${key}.safetensors`, import.meta.url);
  if (file.protocol !== "file:") throw new Error("A page has no folder of judges");
  return await judgeIn(new Uint8Array(await (await fetch(file)).arrayBuffer()));
}

/** What a file of {@linkcode judgeFile} holds. Throws where it is not whole. */
export async function judgeIn(bytes: Uint8Array): Promise<Trained> {
  const { tensors: parameters, metadata: { digest } } = decodeSafetensors(bytes);
  if (await digestOf(encodeSafetensors(parameters)) !== digest) throw new Error("It is damaged");
  return { digest, parameters };
}

/** A judge before it learns, from images as they are. */
async function open(
  classifier: ModelDefinition,
  dataset: Dataset,
  learningRate = LEARNING_RATES[0],
): Promise<Trainer> {
  const { workspace } = await openWorkspace("wasm-strict");
  return await classifier.create({
    configuration: classifier.configuration.parse({ ...JUDGE, learningRate }),
    budget: examplesOf(dataset),
    seed: dataset.seed,
    stream: (name) => streamOf(dataset.seed, `judge/${name}`),
    workspace,
    dataset: { ...dataset, augmentation: undefined },
  });
}

/** How many images a judge sees, each as often as it takes. */
function examplesOf({ train: { count } }: Dataset): number {
  return JUDGE_STEPS * Math.min(JUDGE.batchSize, count);
}

/** Undefined where the training images teach it nothing at any step size. */
async function trainJudge(
  classifier: ModelDefinition,
  dataset: Dataset,
  judges?: KeptJudges,
): Promise<Trained | undefined> {
  let iterations = 0;
  for (const learningRate of LEARNING_RATES) {
    const judge = await open(classifier, dataset, learningRate);
    try {
      const trained = await trainedOf(judge, dataset, () => judges?.trains?.(iterations++));
      if (trained !== undefined) return trained;
    } finally {
      judge.dispose();
    }
  }
}

async function trainedOf(
  judge: Trainer,
  dataset: Dataset,
  onIteration: () => void,
): Promise<Trained | undefined> {
  let loss = Infinity;
  const examples = examplesOf(dataset);
  while (judge.progress.examples < examples) {
    onIteration();
    loss = (await judge.iterate()).metrics["losses/cross_entropy"];
  }
  const unseen = entropyOf(dataset.train.labels!, dataset.classes!);
  if (unseen > 0 && !(loss < LEARNED * unseen)) return undefined;
  const { parameters } = await judge.snapshot();
  return { digest: await digestOf(encodeSafetensors(parameters)), parameters };
}

/** −Σ p log p of the classes' shares, in nats. */
function entropyOf(labels: ArrayLike<number>, classes: number): number {
  const counts = new Float64Array(classes);
  for (let i = 0; i < labels.length; i++) counts[labels[i]]++;
  return counts.reduce((sum, count) => {
    const share = count / labels.length;
    return share === 0 ? sum : sum - share * log(share);
  }, 0);
}

async function digestOf(bytes: ArrayBufferView): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", bytes as ArrayBufferView<ArrayBuffer>);
  return hexOf(new Uint8Array(hash));
}
