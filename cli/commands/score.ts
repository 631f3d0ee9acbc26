/** `score RUN|FOLDER`: measures pictures against a data set. @module */
import { object } from "@optique/core/constructs";
import { multiple, optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import type { Dataset } from "../../lab/core/dataset.ts";
import type { DatasetDefinition } from "../../lab/core/registry.ts";
import { InputError } from "../../lab/core/errors.ts";
import type { LabEvent } from "../../lab/core/metrics.ts";
import { type Seed, streamOf } from "../../lab/core/random.ts";
import type { FeatureNetwork } from "../../models/feature_network.ts";
import { samplingStream } from "../../models/sampling_stream.ts";
import type { Reference, Score, ScoreName } from "../../models/score.ts";
import {
  checkpointOption,
  defineCommand,
  jsonOption,
  named,
  oneOf,
  plain,
  seedValue,
  setOption,
  storeOption,
} from "../command.ts";
import { drawnAsTyped, type Sampling, samplingOf, samplingOptions } from "../sampling_options.ts";
import { chosenData } from "../chosen_data.ts";
import { callersSettings, type Settings, valuesOf } from "../settings.ts";
import type { CheckpointChoice } from "../../lab/store/chosen_checkpoint.ts";
import { picturesOf } from "../given_examples.ts";
import { dataOf, dataOption, noticeDiverged, type Taught } from "../stored_model.ts";
import { openStoreOf } from "../stores.ts";
import { count, figure, table } from "../terminal/format.ts";
import { isFolder } from "../../lab/store/files.ts";
import { callersPath, type Io } from "../terminal/io.ts";

/** What pictures can be measured by. */
const METRICS = [
  "fid",
  "kid",
  "inception-score",
  "likeness",
  "recognised",
  "asked-class",
] as const satisfies readonly ScoreName[];

/** Samples of a model, unless it is said. */
const SAMPLES = 2000;

/** Share of the test images about which a judge must be right, to be trusted. */
const TRUSTED = 0.95;

/** Data sets whose test examples are a share of all, which nothing but their field `test` tells from the rest. */
const DRAWN: ReadonlySet<string> = new Set(["images", "arrays"]);

/** Pictures and what they are measured against. */
interface Given {
  /** [count, H·W·C] */
  readonly values: Float32Array;
  /** The data set, whose judge it is. */
  readonly dataset: Dataset;
  /** What of it the pictures are held against. */
  readonly reference: Reference;
  readonly what: string;
  readonly notes: readonly string[];
  /** The classes that the pictures were asked to be of; left out: none were. */
  readonly asked?: Uint8Array;
  /** Folder of judges that were trained before, where there is one. */
  readonly judges?: string;
  dispose(): void;
}

/** The command `score`. */
export const score = defineCommand({
  name: "score",
  usage: "RUN | FOLDER --against DATASET [OPTIONS]",
  brief: "Measures samples, or a folder of pictures, against a data set",
  description:
    "Measures examples against the test examples of a data set, beside what its validation examples " +
    "get: a stored model's samples, or the pictures of any folder (PNG, JPEG, WebP), cropped and resized " +
    "to those of the data set. Those of a folder, or of a file of arrays, are held against all that " +
    "another one has, unless dataset.test sets a share; samples of one class against that class. Features " +
    "are those of the data set's judge, a classifier that is trained once, or of a network in " +
    "TensorFlow.js's format; what has no judge is compared as it is. Of a data set that is read from " +
    "files --set says which.",
  examples: [
    ["score latest --metric fid", "the newest run's samples"],
    ["score latest --metric fid --metric kid --count 5000", "measures of more samples"],
    ["score latest --guidance 3", "samples that follow their class further"],
    ["score pictures --against glyphs", "anybody's pictures"],
    [
      "score drawn --against photos",
      "pictures of one folder against those of another",
    ],
    ["score latest --features inception/model.json", "in features of a network of your own"],
  ],
  mayBeForeign: () => true,
  parser: (known) =>
    object({
      what: argument(named("RUN|FOLDER", known.runs), {
        description: plain("A run (id, unique prefix, latest), or with --against a folder."),
      }),
      metrics: multiple(
        option("--metric", oneOf([...METRICS], { metavar: "METRIC" }), {
          description: plain(
            "What to measure; likeness is precision, recall, density, coverage, energy distance " +
              "and the nearest training image; recognised the share whose class the judge is sure " +
              "of; asked-class the share whose class is the one asked for, of a model that is told " +
              "classes. Default: all. Repeatable.",
          ),
        }),
      ),
      against: optional(
        option("--against", string({ metavar: "DATASET" }), {
          description: plain(
            "The data set, or the folder, that a folder's pictures are compared with.",
          ),
        }),
      ),
      ...samplingOptions(),
      set: setOption(
        "With --against a field of its data set, as dataset.side=64 (describe NAME lists them); " +
          "of a run a field that no weight hangs on, as model.stochasticity=0. Repeatable.",
      ),
      features: optional(
        option("--features", string({ metavar: "MODEL.json" }), {
          description: plain("A network in TensorFlow.js's format. Default: the data set's judge."),
        }),
      ),
      count: optional(
        option("--count", integer({ metavar: "N", min: 10, max: 100_000 }), {
          description: plain(`Samples of a model. Default: ${SAMPLES}.`),
        }),
      ),
      seed: optional(
        option("--seed", seedValue(), { description: plain("Seed of the samples. Default: 1.") }),
      ),
      checkpoint: checkpointOption(),
      data: dataOption(),
      store: storeOption(),
      json: jsonOption(),
    }),
  async run({ metrics, features, json, ...options }, io) {
    const { scoreAsTheyAre, scoreImages } = await import("../../models/score.ts");
    if (options.against === undefined && isFolder(callersPath(io, options.what))) {
      throw new InputError(
        `Cannot score the folder ${options.what} as --against must name the data set, or the folder, that ` +
          "its pictures are held against",
      );
    }
    const given = await (options.against === undefined ? samplesOf : folderOf)(options, io);
    try {
      const { values, dataset, reference, asked } = given;
      const judged = await networkOf(given, features, io);
      const names = features === undefined;
      const possible: Partial<Record<ScoreName, boolean>> = {
        "inception-score": names,
        recognised: names,
        "asked-class": names && asked !== undefined,
      };
      const wanted = metrics.length > 0
        ? metrics
        : METRICS.filter((each) => possible[each] ?? true);
      if (judged === undefined) requireLikeness(dataset, metrics);
      const { scores, notes } = judged === undefined
        ? await scoreAsTheyAre(values, reference)
        : await scoreImages(values, reference, judged.network, wanted, asked);
      judged?.dispose();
      const told = [...given.notes, ...judged?.doubts ?? [], ...notesOn(notes, scores)];
      if (json) {
        io.out(JSON.stringify({ scored: given.what, scores, notes: told }, null, 2));
        return 0;
      }
      io.out(`${given.what}\n`);
      io.out(table(
        [
          { title: "measure" },
          { title: "value", align: "right" },
          { title: `of real ${dataset.kind}`, align: "right" },
        ],
        scores.map(({ name, value, real }) => [
          name,
          figure(value),
          real === undefined ? "" : figure(real),
        ]),
        io,
      ));
      if (told.length > 0) io.out(`\n${told.join("\n")}`);
    } finally {
      given.dispose();
    }
    return 0;
  },
});

/** What is to be said of these figures: nothing of a distance that was not taken. */
function notesOn(notes: readonly LabEvent[], scores: readonly Score[]): string[] {
  const isTaken = (distance: string) => scores.some(({ name }) => name.startsWith(distance));
  return notes.map(({ message }) => message).filter((message) => {
    if (/^fid_\S+ and kid_/.test(message)) return isTaken("fid_") || isTaken("kid_");
    return !message.startsWith("fid_") || isTaken("fid_");
  });
}

/** Samples of a stored model, and the data that it learned from. */
async function samplesOf(
  { what: reference, count: number = SAMPLES, seed = 1, checkpoint, data, store: at, ...which }:
    & Sampling
    & {
      readonly what: string;
      readonly count?: number;
      readonly seed?: Seed;
      readonly checkpoint?: CheckpointChoice;
      readonly data?: string;
      readonly store?: string;
    },
  io: Io,
): Promise<Given> {
  const [ofData] = which.set.find(([path]) => path.startsWith("dataset.")) ?? [];
  if (ofData !== undefined) {
    throw new InputError(
      `Cannot set ${ofData} as a run is scored against its own data set: a folder with --against ` +
        "DATASET has another",
    );
  }
  const { openTrainer } = await import("../../lab/experiment/inspect.ts");
  const { askedClasses } = await import("../../models/samples.ts");
  const { nameOf, ofClass } = await import("../../models/score.ts");
  using opened = await openStoreOf(io, at, { readOnly: true });
  const { store } = opened;
  const run = store.find(reference);
  const registries = await io.registries();
  const { trainer, dataset, checkpoint: taken, dispose } = await openTrainer(run, {
    ...{ store, registries, checkpoint },
    ...dataOf(io, data),
  });
  try {
    noticeDiverged(io, run, taken);
    if (trainer.sample === undefined || dataset === undefined) {
      throw new InputError(`Cannot score ${run.id} as "${run.name}" is no generative model`);
    }
    const drawn = { random: samplingStream(seed), count: number };
    const how = samplingOf(which, dataset);
    const { values } = await drawnAsTyped(which, () => trainer.sample!({ ...drawn, ...how }));
    const isTold = store.lastValues("evaluation/asked_class").has(run.id);
    const { label } = how;
    const reference = label === undefined ? dataset : ofClass(dataset, label);
    const [ofOne, test] = [label === undefined ? "" : ` of class ${which.class}`, reference.test];
    return {
      values,
      dataset,
      reference,
      ...isTold && { asked: askedClasses(number, dataset.classes!, label) },
      what: `${count(number)} samples${ofOne} of run ${run.id}  ${run.name}, against ` +
        `${count(test.count)} test ${nameOf(dataset)}${ofOne}`,
      notes: [],
      judges: store.judges,
      dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** A folder's pictures in the size of a data set's. */
async function folderOf(
  { what: folder, against, set, store, ...which }: Sampling & {
    readonly what: string;
    readonly against?: string;
    readonly count?: number;
    readonly seed?: Seed;
    readonly checkpoint?: CheckpointChoice;
    readonly data?: string;
    readonly store?: string;
  },
  io: Io,
): Promise<Given> {
  const drawing = [
    "count",
    "seed",
    "checkpoint",
    "data",
    "class",
    "steps",
    "sampler",
    "guidance",
  ] as const;
  for (const name of drawing) {
    if (which[name] === undefined) continue;
    throw new InputError(`Cannot take --${name} as the pictures of a folder are drawn already`);
  }
  const { loadEntry } = await import("../../lab/experiment/resolve.ts");
  const { filesOf } = await import("../../lab/experiment/session.ts");
  const { datasets } = await io.registries();
  const [[, name], ...data] = await chosenData(against!, io);
  const definition = await loadEntry(datasets, "data set", name, "score");
  const settings = await callersSettings({ set, data, store }, io);
  const reading = await configurationOf(definition, settings);
  const dataset = await definition.create({
    configuration: reading,
    ...filesOf(`data set ${against}`, reading),
  });
  requireImages("score pictures against", dataset);
  const [height, width, channels] = dataset.shape;
  if (height !== width || (channels !== 1 && channels !== 3)) {
    throw new InputError(
      `Cannot compare pictures with ${against} as its images must be squares, grey or in colour: ` +
        `${height} × ${width} × ${channels}`,
    );
  }
  const { shuffled } = await import("../../models/datasets/define_dataset.ts");
  const { values: inOrder, count: number } = await picturesOf(io, { dataset, reading }, folder);
  const { values } = shuffled({ count: number, values: inOrder }, streamOf(1, "pictures"));
  const { wholeOf } = await import("../../models/score.ts");
  const isWhole = DRAWN.has(name) && settings.every(([path]) => path !== "dataset.test");
  const reference = isWhole ? wholeOf(dataset, number) : dataset;
  const { train, validation, test } = dataset;
  const [compared, all] = [reference.test.count, train.count + validation.count + test.count];
  const told = compared === all
    ? `all ${count(all)} images`
    : `${count(compared)}${isWhole ? "" : " test"} images of ${count(all)}`;
  return {
    values,
    dataset,
    reference,
    what: `${count(number)} pictures of ${folder} against ${against} (${told}), cropped and ` +
      `resized to ${height} × ${width}`,
    notes: dataset.notes ?? [],
    dispose: () => {},
  };
}

/**
 * A data set's configuration with these settings.
 *
 * @throws InputError for a field that it does not have, with the nearest one, and for a value out of range.
 */
async function configurationOf(
  { name, configuration }: DatasetDefinition,
  settings: Settings,
): Promise<Taught["reading"]> {
  const { checkStored } = await import("../../lab/experiment/resolve.ts");
  const given = await valuesOf(settings, configuration, {
    ...{ prefix: "dataset", owner: name, lack: `the data set ${name} has no such field` },
  });
  return checkStored(configuration, "dataset", given, name) as Taught["reading"];
}

function requireImages(action: string, { name, kind }: Dataset): void {
  if (kind === "images") return;
  throw new InputError(`Cannot ${action} ${name} as it must hold images: it holds ${kind}`);
}

/** @throws InputError for measures other than those of examples as they are. */
function requireLikeness({ name, kind }: Dataset, metrics: readonly ScoreName[]): void {
  const other = metrics.find((metric) => metric !== "likeness");
  if (other === undefined) return;
  throw new InputError(
    `Cannot measure ${other} as ${name} must hold images with classes, which have a judge: its ${kind} ` +
      `have likeness${kind === "images" ? " (--features MODEL.json is another network)" : ""}`,
  );
}

/** The network whose features are compared; undefined where examples are, as they are. */
async function networkOf(
  { dataset, reference, judges }: Given,
  features: string | undefined,
  io: Io,
): Promise<
  | {
    readonly network: FeatureNetwork;
    /** What is to be said of how far it can be trusted. */
    readonly doubts: readonly string[];
    dispose(): void;
  }
  | undefined
> {
  const { featureNetworkOf, judgeFeatures } = await import("../../models/feature_network.ts");
  if (features !== undefined) {
    requireImages("take --features of", dataset);
    const { openWorkspace } = await import("../../lab/compute/backend.ts");
    const { filesOf } = await import("../../lab/experiment/session.ts");
    const { workspace } = await openWorkspace("cpu");
    const { readFile } = filesOf("the network of features");
    const path = callersPath(io, features);
    const network = await featureNetworkOf(path, dataset.shape, readFile);
    const dispose = () => workspace.dispose();
    return { network: { ...network, of: features }, doubts: [], dispose };
  }
  const { judgeOf } = await import("../../models/judge.ts");
  const { holdingsOf } = await import("../../lab/core/dataset.ts");
  const { models } = await io.registries();
  const { keptJudges } = await import("../../lab/experiment/kept_judges.ts");
  const trains = (iteration: number) => {
    if (iteration > 0) return;
    io.notice(`Training a classifier of ${dataset.name}, whose features are compared\n`);
  };
  const judge = dataset.kind === "images" && holdingsOf(dataset).labels
    ? await judgeOf(dataset, models, keptJudges(judges, { trains }))
    : undefined;
  if (judge === undefined) return undefined;
  const doubts = reference.others === undefined ? [] : [
    `the judge learned from ${count(dataset.train.count)} of the ` +
    `${count(reference.test.count)} images that pictures are held against: --features MODEL.json ` +
    "names a network that saw none of them",
  ];
  if (judge.accuracy < TRUSTED) {
    doubts.push(
      `the judge is right about ${
        (100 * judge.accuracy).toFixed(1)
      } % of the test images alone: below ` +
        `${
          100 * TRUSTED
        } % what is measured in its features, or by the classes that it names, says little`,
    );
  }
  return {
    ...{ network: judgeFeatures(judge, dataset.name), doubts },
    dispose: () => judge.dispose(),
  };
}
