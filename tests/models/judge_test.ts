/** Judges: no network that learned nothing of a data set judges samples of it. */
import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import type { KeptJudges, ModelDefinition } from "../../lab/compute/definitions.ts";
import type { Dataset } from "../../lab/core/dataset.ts";
import type { Entry } from "../../lab/core/registry.ts";
import { decodeSafetensors } from "../../lab/core/safetensors.ts";
import { defaultRng } from "../../lab/core/random.ts";
import type { Trainer } from "../../lab/core/trainer.ts";
import { classifier } from "../../models/classifiers/classifier.ts";
import { glyphs } from "../../models/datasets/glyphs.ts";
import { judgeFile, judgeIn, judgeOf } from "../../models/judge.ts";
import { halves, noFiles, smallOf, trainerOf } from "./laboratory.ts";
import { models } from "../../models/mod.ts";

/**
 * A classifier whose loss ends where it is told for its step size; the step sizes and the data sets that
 * it was given.
 */
function classifierOf(lossOf: (learningRate: number) => number) {
  const tried: number[] = [];
  const given: Dataset[] = [];
  const create = (
    { configuration, dataset }: { configuration: { learningRate: number }; dataset: Dataset },
  ) => {
    const progress = { examples: 0 };
    const { learningRate } = configuration;
    given.push(dataset);
    if (!tried.includes(learningRate)) tried.push(learningRate);
    const trainer = {
      progress,
      iterate: () => {
        progress.examples += 60_000;
        return Promise.resolve({ metrics: { "losses/cross_entropy": lossOf(learningRate) } });
      },
      // As bright as the half of the class is: of halves always right.
      classify: (values: Float32Array) =>
        Promise.resolve(
          Float32Array.from({ length: values.length / 8 }, (_, i) => values[8 * (i ^ 1)]),
        ),
      snapshot: () => Promise.resolve({ parameters: {}, state: {} }),
      restore: () => Promise.resolve(),
      dispose: () => {},
    };
    return Promise.resolve(trainer as unknown as Trainer);
  };
  const definition = { configuration: { parse: (fields: object) => fields }, create };
  const entry: Entry<ModelDefinition> = {
    name: "classifier",
    summary: "",
    load: () => Promise.resolve(definition as unknown as ModelDefinition),
  };
  return { entry, tried, given };
}

const FOLDER = new URL("../../models/judges/", import.meta.url);

/** The lab's own classifier, as long as it need not learn. */
function classifierThatMayNotTrain(): Entry<ModelDefinition> {
  const create: ModelDefinition["create"] = async (context) =>
    Object.assign(await classifier.create(context), {
      iterate: () => {
        throw new Error("it was to be taken from the folder");
      },
    });
  return {
    name: "classifier",
    summary: "",
    load: () => Promise.resolve({ ...classifier, create }),
  };
}

let seed = 100;
/** Half of each class: guessing costs ln 2 = 0.693. Each a data set of its own, as judges are kept. */
const even = (): Dataset => ({ ...halves(40, 10), seed: seed++ });

/** Judges kept in memory, by name. */
function keptIn(files: Map<string, Uint8Array>): KeptJudges {
  return {
    read: (name) => Promise.resolve(files.get(name)),
    keep: (name, bytes) => void files.set(name, bytes),
  };
}

Deno.test("what was trained is kept, and taken where another thread has kept it, if it is whole", async () => {
  const { entry } = classifierOf(() => 0.64);
  const mayNotTrain = classifierOf(() => {
    throw new Error("it was to be read");
  });
  const files = new Map<string, Uint8Array>();
  const { digest } = (await judgeOf(even(), [entry], keptIn(files)))!;
  const [[name, bytes]] = files;
  match(name, /^[0-9a-f]{16}-\d+\.safetensors$/);
  strictEqual((await judgeIn(bytes)).digest, digest);

  const read: string[] = [];
  const holds = (file: Uint8Array): KeptJudges => ({
    ...keptIn(files),
    read: (asked) => {
      read.push(asked);
      return Promise.resolve(file);
    },
  });
  strictEqual((await judgeOf(even(), [mayNotTrain.entry], holds(bytes)))!.digest, digest);
  ok(read[0] !== name, "each data set has a judge of its own");
  // Damaged files are trained anew and written over.
  await judgeOf(even(), [entry], holds(bytes.with(-1, bytes.at(-1)! ^ 1)));
  ok(files.has(read[1]));
  strictEqual((await judgeIn(files.get(read[1])!)).digest, digest);
});

Deno.test("of a judge that learned nothing no file is kept", async () => {
  const files = new Map<string, Uint8Array>();
  strictEqual(await judgeOf(even(), [classifierOf(() => 0.7).entry], keptIn(files)), undefined);
  strictEqual(files.size, 0);
});

Deno.test("a judge of fewer images than a minibatch takes as many steps as another one, and says so", async () => {
  const entry = models.find(({ name }) => name === "classifier")!;
  const [few, many] = await Promise.all([4, 6400].map(async (count) => {
    const iterations: number[] = [];
    const trains = (iteration: number) => void iterations.push(iteration);
    await judgeOf({ ...halves(count, 10), seed: seed++ }, [entry], {
      ...keptIn(new Map()),
      trains,
    });
    return iterations;
  }));
  deepStrictEqual(few, many);
  deepStrictEqual(few, few.map((_, index) => index));
});

Deno.test("a judge that learned stays at its step size", async () => {
  const { entry, tried } = classifierOf(() => 0.64);
  strictEqual((await judgeOf(even(), [entry]))!.accuracy, 1);
  deepStrictEqual(tried, [4e-3]);
});

Deno.test("one that learned nothing is trained anew by smaller steps, in the end there is none", async () => {
  for (const nothing of [0.693, NaN]) {
    const dying = classifierOf((rate) => rate === 4e-3 ? nothing : 0.1);
    const judge = await judgeOf(even(), [dying.entry]);
    deepStrictEqual([judge!.accuracy, dying.tried], [1, [4e-3, 4e-4]]);
    strictEqual(await judgeOf(even(), [classifierOf(() => nothing).entry]), undefined);
  }
});

Deno.test("a judge learns from images as they are, and its accuracy is of the test split at hand", async () => {
  const { entry, given } = classifierOf(() => 0.1);
  const dataset = even();
  const { test } = dataset;
  await judgeOf({ ...dataset, augmentation: { flip: true } }, [entry]);
  ok(given.length > 0 && given.every(({ augmentation }) => augmentation === undefined));
  const wrong = { ...test, labels: test.labels!.map((label) => 1 - label) };
  for (const [split, accuracy] of [[test, 1], [wrong, 0]] as const) {
    strictEqual((await judgeOf({ ...dataset, test: split }, [entry]))!.accuracy, accuracy);
  }
});

Deno.test("data sets that differ in their classes alone do not share a judge", async () => {
  const { entry, given } = classifierOf(() => 0.1);
  const dataset = even();
  const labelled = { ...dataset, classes: 2 };
  for (const each of [labelled, { ...labelled, classes: 3 }, { ...labelled, classes: 4 }]) {
    await judgeOf(each, [entry]);
    await judgeOf(each, [entry]);
  }
  // Each is opened once to train, and at every call.
  deepStrictEqual(given.map(({ classes }) => classes), [2, 2, 2, 3, 3, 3, 4, 4, 4]);
});

Deno.test("what is read beyond memory tells judges apart by its digest, without one none is kept", async () => {
  const { entry, given } = classifierOf(() => 0.1);
  const dataset = even();
  const { train } = dataset;
  const size = train.values.length / train.count;
  /** Of twice as many images as are in memory, or of these alone. */
  const read = (digest: string | undefined, times = 2): Dataset => ({
    ...dataset,
    train: {
      count: times * train.count,
      values: train.values,
      labels: Uint8Array.from(
        { length: times * train.count },
        (_, i) => train.labels![i % train.count],
      ),
      reader: { size, binary: false, digest, gather: () => {} },
    },
  });
  const files = new Map<string, Uint8Array>();
  /** How many classifiers are opened, and whether a judge is kept: two where one is trained. */
  const asked = async (dataset: Dataset) => {
    const [opened, kept] = [given.length, files.size];
    await judgeOf(dataset, [entry], keptIn(files));
    return [given.length - opened, files.size - kept];
  };
  const wholes = [dataset, read("a", 1), read(undefined, 1)];
  const asks = [read("a"), read("a"), read("b"), read(undefined), read(undefined), ...wholes];
  const found: number[][] = [];
  for (const each of asks) found.push(await asked(each));
  deepStrictEqual(found, [[2, 1], [1, 0], [2, 1], [2, 0], [2, 0], [2, 1], [1, 0], [1, 0]]);
});

Deno.test("a training whose data have no judge says so, and measures pixels", async () => {
  const vae = await models.find(({ name }) => name === "vae")!.load();
  const { trainer } = await trainerOf(vae, even(), { ...smallOf(vae), judge: true }, {
    budget: 120,
    judges: [classifierOf(() => 0.7).entry],
  });
  await trainer.iterate();
  const { metrics, events } = await trainer.evaluate({ random: defaultRng(1) });
  trainer.dispose();
  match(events![0].message, /^halves has no judge as a classifier learned nothing of its training/);
  deepStrictEqual([events![0].level, "evaluation/recognised" in metrics], ["warning", false]);
  strictEqual(metrics["evaluation/diversity"] > 0, true);
});

Deno.test("the judge of glyphs stands in a folder, as training gives it to the byte, and is taken from there", async () => {
  const dataset = await glyphs.create({
    configuration: glyphs.configuration.parse({}),
    readFile: noFiles,
  });
  const { name, bytes } = (await judgeFile(classifier, dataset))!;
  deepStrictEqual(Deno.readFileSync(new URL(name, FOLDER)), bytes);
  const judge = await judgeOf(dataset, [classifierThatMayNotTrain()]);
  strictEqual(judge!.digest, decodeSafetensors(bytes).metadata.digest);
  judge!.dispose();
});

Deno.test("a damaged judge is not believed", async () => {
  const [{ name }] = Deno.readDirSync(FOLDER);
  const bytes = Deno.readFileSync(new URL(name, FOLDER));
  await judgeIn(bytes);
  bytes[bytes.length - 100] ^= 1;
  await rejects(judgeIn(bytes), /damaged/);
});
