/**
 * Samples of a model, or anybody's pictures, measured against a data set's test examples, or all that it
 * has, beside what real ones get: those of the validation split, or of one half against the other.
 *
 * @module
 */
import { classNamesOf, type Dataset, type Split } from "../lab/core/dataset.ts";
import { InputError } from "../lab/core/errors.ts";
import type { LabEvent } from "../lab/core/metrics.ts";
import { sizeOf } from "../lab/core/tensor_data.ts";
import { rowsOf } from "./datasets/define_dataset.ts";
import type { FeatureNetwork } from "./feature_network.ts";
import {
  featureMeasures,
  featureNotes,
  realFeatures,
  type Seen,
} from "./metrics/feature_measures.ts";
import { accuracyOf, recognition } from "./metrics/recognition.ts";
import { likeness, meanNearestDistance, neighborhoods } from "./metrics/likeness.ts";
import { yardstick } from "./yardstick.ts";

/** What pictures can be measured by; each is of a network's features, or of the classes that it names. */
export type ScoreName =
  | "fid"
  | "kid"
  | "inception-score"
  | "likeness"
  | "recognised"
  | "asked-class";

/** Measures by the classes that a network names, of each image alone. */
const NAMED: ReadonlySet<ScoreName> = new Set(["recognised", "asked-class"]);
/** Measures by the classes that a network names. */
const CLASSIFIED: ReadonlySet<ScoreName> = new Set(["inception-score", ...NAMED]);

/** One figure. */
export interface Score {
  readonly name: string;
  readonly value: number;
  /** The same figure of as many real images, or all; left out where there are too few of them. */
  readonly real?: number;
}

/** What examples are held against: the test examples, and for the nearest one the training examples. */
export interface Reference extends Dataset {
  /** The class that all of them are of; left out: they are of all classes. */
  readonly ofClass?: string;
  /** What the validation examples are measured against in place of examples that they are among. */
  readonly others?: Split;
}

/** Examples whose distances to each other are taken for `likeness`, as at an evaluation. */
const COMPARED = 1000;
/** Those whose nearest training example is looked for. */
const SEARCHED = COMPARED / 4;
/** What likeness hangs on the number of examples by. */
const LIKENESS_OF_FEW = "a lower coverage and recall";
/** Fewest pictures that have a spread in each direction, and neighbours. */
const FEWEST = 10;

/**
 * All examples of a data set that are in memory as what others are held against. Real ones are one half of
 * them, or as many as are measured, against the others; those come first that no judge has learned from.
 *
 * @param samples How many are measured.
 */
export function wholeOf(dataset: Dataset, samples: number): Reference {
  const { test, validation, train, shape } = dataset;
  const size = sizeOf(shape);
  const parts = [test, validation, train].map(({ values, labels }) => ({ values, labels }));
  const values = new Float32Array(parts.reduce((sum, { values }) => sum + values.length, 0));
  const labels = new Uint8Array(values.length / size);
  let first = 0;
  for (const part of parts) {
    const count = part.values.length / size;
    values.set(part.values, first * size);
    if (part.labels !== undefined) labels.set(part.labels.subarray(0, count), first);
    first += count;
  }
  const rows = (from: number, to: number): Split => ({
    count: to - from,
    values: values.subarray(from * size, to * size),
    ...test.labels && { labels: labels.subarray(from, to) },
  });
  const half = Math.min(samples, Math.floor(first / 2));
  const all = rows(0, first);
  return {
    ...dataset,
    train: all,
    test: all,
    validation: rows(0, half),
    others: rows(half, first),
  };
}

/** The examples of one class, of each split, as what samples of it are held against. */
export function ofClass(dataset: Dataset, label: number): Reference {
  const own = (split: Split) => {
    const rows = Array.from(split.labels!.keys()).filter((row) => split.labels![row] === label);
    return rowsOf(split, Int32Array.from(rows));
  };
  const { train, validation, test } = dataset;
  return {
    ...dataset,
    ...{ train: own(train), validation: own(validation), test: own(test) },
    // Of all modes, which are not told from each other by a class.
    mixture: undefined,
    ofClass: classNamesOf(dataset)[label],
  };
}

/** Where real examples are measured: validation examples against others; undefined: they are too few. */
function ofReal(reference: Reference): Dataset | undefined {
  const { validation, others } = reference;
  if (validation.count < FEWEST) return undefined;
  return others === undefined ? reference : { ...reference, train: others, test: others };
}

/**
 * Measures images against the test images of a data set.
 *
 * @param values [count, H·W·C] with values in [0, 1].
 * @param asked [count]: the classes that the images were asked to be of; left out: none were.
 * @throws InputError where there are too few images, where the network does not classify and a measure by
 *   classes is asked for, and where the images have none for the measure of asked ones.
 */
export async function scoreImages(
  values: Float32Array,
  dataset: Reference,
  network: FeatureNetwork,
  names: readonly ScoreName[],
  asked?: Uint8Array,
): Promise<{ readonly scores: Score[]; readonly notes: LabEvent[] }> {
  const size = sizeOf(dataset.shape);
  const { test, classes } = dataset;
  const samples = values.length / size;
  const areCompared = names.some((name) => !NAMED.has(name));
  requireEnough(dataset, samples, areCompared);
  const see = seeing(network, size);
  const seen = await see(values);
  const [isRecognised, byClass] = [names.includes("recognised"), names.includes("asked-class")];
  if (byClass && asked === undefined) {
    throw new InputError(
      "Cannot measure asked-class as the images must be samples of a run that has evaluation/asked_class",
    );
  }
  const ofClasses = names.find((name) => CLASSIFIED.has(name));
  if (ofClasses !== undefined && seen.probabilities === undefined) {
    throw new InputError(
      `Cannot measure ${ofClasses} as ${network.of} must classify: it has features alone`,
    );
  }
  const few = ({ features, size }: Seen) =>
    neighborhoods(features.subarray(0, COMPARED * size), size);
  const against = async (reference: Dataset) => {
    const shown = areCompared ? await see(reference.test.values) : undefined;
    const real = shown && realFeatures(shown);
    const learned = names.includes("likeness") ? await see(reference.train.values) : undefined;
    const among = learned && few(shown!);
    return (images: Seen, labels?: Uint8Array): Record<string, number> => {
      const inFeatures = real === undefined ? {} : featureMeasures(images, real, network.name);
      const wanted = Object.entries(inFeatures).filter(([name]) =>
        names.some((each) => name.startsWith(each.replace("-", "_")))
      );
      const named = {
        ...isRecognised && { recognised: recognisedOf(images) },
        ...byClass && { asked_class: accuracyOf(images.probabilities!, labels!, classes!) },
      };
      if (learned === undefined) return { ...Object.fromEntries(wanted), ...named };
      const { energyDistance, ...shares } = likeness(few(images), among!);
      const searched = images.features.subarray(0, SEARCHED * images.size);
      return {
        ...Object.fromEntries(wanted),
        energy_distance: energyDistance,
        ...shares,
        nearest_train: meanNearestDistance(searched, learned.features, images.size),
        ...named,
      };
    };
  };
  const measured = await against(dataset);
  const found = measured(seen, asked);
  const real = ofReal(dataset);
  let best: Record<string, number> | undefined;
  if (real !== undefined) {
    const { count, values, labels } = real.validation;
    const compared = Math.min(samples, count);
    const images = await see(values.subarray(0, compared * size));
    const measuredAsReal = real === dataset ? measured : await against(real);
    best = measuredAsReal(images, labels?.subarray(0, compared));
  }
  const compared = areCompared
    ? featureNotes(
      { size: seen.size, samples, real: test.count },
      { network: network.name, of: network.of, resize: network.resize },
    )
    : [];
  const notes = compared.map((note) =>
    dataset.others === undefined
      ? note
      : { ...note, message: note.message.replace(" test images in ", " images in ") }
  );
  const ofLikeness = Math.min(samples, COMPARED);
  if (names.includes("likeness") && (samples > SEARCHED || test.count > COMPARED)) {
    const [some, others] = [ofLikeness, Math.min(test.count, COMPARED)];
    const real = dataset.others === undefined ? "test images" : "images";
    const message =
      `likeness compares ${some} of them with ${others} ${real}, and nearest_train is of ` +
      `${Math.min(samples, SEARCHED)}`;
    notes.push({ level: "info", message });
  }
  const effects = [
    ...names.includes("fid") ? ["a higher FID"] : [],
    ...names.includes("inception-score") ? ["a lower Inception Score"] : [],
    ...names.includes("likeness") && dataset.validation.count < ofLikeness ? [LIKENESS_OF_FEW] : [],
  ];
  notes.push(...notesOnReal(dataset, samples, effects));
  return { scores: withReal(found, best), notes };
}

/** What a network sees of images, and of those that are part of what it saw without looking again. */
function seeing(network: FeatureNetwork, length: number): FeatureNetwork["see"] {
  const known: { readonly images: Float32Array; readonly seen: Seen }[] = [];
  return async (images) => {
    const placeIn = (around: Float32Array) => (images.byteOffset - around.byteOffset) / 4;
    const holds = (around: Float32Array) =>
      around.buffer === images.buffer && placeIn(around) >= 0 &&
      placeIn(around) + images.length <= around.length;
    let found = known.find((each) => holds(each.images));
    if (found === undefined) known.push(found = { images, seen: await network.see(images) });
    const { features, size, probabilities } = found.seen;
    const [first, count] = [placeIn(found.images) / length, images.length / length];
    const part = (values: Float32Array, width: number) =>
      values.subarray(first * width, (first + count) * width);
    const classes = probabilities && probabilities.length / (features.length / size);
    return {
      ...{ features: part(features, size), size },
      ...probabilities && { probabilities: part(probabilities, classes!) },
    };
  };
}

/**
 * Measures samples of any kind against the test examples of a data set as a run's evaluations do where there
 * is no judge: between the examples as they are.
 *
 * @param values [count, ...shape]
 * @throws InputError where there are too few.
 */
export async function scoreAsTheyAre(
  values: Float32Array,
  dataset: Reference,
): Promise<{ readonly scores: Score[]; readonly notes: LabEvent[] }> {
  const samples = values.length / sizeOf(dataset.shape);
  requireEnough(dataset, samples);
  const real = ofReal(dataset);
  // Samples are measured whether or not there are examples to measure as real ones.
  const measured = { ...dataset, validation: dataset.test };
  const measures = yardstick(real === dataset ? dataset : measured, samples);
  const measuresOfReal = real === dataset ? measures : real && yardstick(real, samples);
  return {
    scores: withReal(await measures.measure(values), await measuresOfReal?.ceilings()),
    notes: [
      { level: "info", message: howMeasured(dataset, samples) },
      ...notesOnReal(dataset, samples, [
        dataset.kind === "text" ? "a greater trigram distance" : LIKENESS_OF_FEW,
      ]),
    ],
  };
}

/** How examples are measured that have no judge. */
function howMeasured(dataset: Dataset, samples: number): string {
  if (dataset.kind === "text") {
    return `trigram_distance compares ${samples} texts with ${dataset.test.count} test texts: the fewer ` +
      "there are, the greater it is by chance";
  }
  return `measured between ${nameOf(dataset)} as they are: images with classes alone have a judge`;
}

/** Figures with those of real examples, where they are measured. */
function withReal(
  found: Readonly<Record<string, number>>,
  best: Readonly<Record<string, number>> | undefined,
): Score[] {
  return Object.entries(found).map(([name, value]) => ({
    ...{ name, value },
    ...best && { real: best[name] },
  }));
}

/** What examples of a data set are called. */
export const nameOf = ({ kind }: Pick<Dataset, "kind">) => kind === "text" ? "texts" : kind;

/** @throws InputError where there are too few samples, or examples to hold them against. */
function requireEnough(dataset: Reference, samples: number, areCompared = true): void {
  const { test, others, ofClass } = dataset;
  const name = nameOf(dataset);
  const own = ofClass === undefined ? "" : ` of class ${ofClass}`;
  const real = others === undefined ? `test ${name}${own}` : `${name} to hold them against`;
  for (const [what, count] of [[name, samples], [real, test.count]] as const) {
    if (count >= FEWEST || (what === real && !areCompared)) continue;
    throw new InputError(`Cannot score as there must be ${FEWEST} ${what} at least: ${count}`);
  }
}

/**
 * What is to be said of how many real examples are measured beside so many samples.
 *
 * @param effects What fewer of them have, of what is measured.
 */
function notesOnReal(
  { kind, test, validation: { count }, others }: Reference,
  samples: number,
  effects: readonly string[],
): LabEvent[] {
  const name = nameOf({ kind });
  if (count < FEWEST) {
    const [fewest, there] = others === undefined
      ? [`${FEWEST} validation ${name}`, count]
      : [`${2 * FEWEST} ${name} to be halved`, test.count];
    const message =
      `what real ${name} get is not measured as there must be ${fewest} at least: ${there}`;
    return [{ level: "warning", message }];
  }
  const few = effects.length === 0
    ? ""
    : `: fewer ${name} have ${new Intl.ListFormat("en-GB").format(effects)}`;
  if (others !== undefined) {
    const message =
      `of real ${name} ${count} are measured against the ${others.count} others${few}`;
    return [{ level: "info", message }];
  }
  if (count >= samples || few === "") return [];
  return [{
    level: "info",
    message: `of real ${name} ${count} are measured beside ${samples}${few}`,
  }];
}

/** The share of images whose class a classifier is sure of, whichever classes it knows. */
function recognisedOf({ probabilities, features, size }: Seen): number {
  const count = features.length / size;
  return recognition(probabilities!, probabilities!.length / count).recognised;
}
