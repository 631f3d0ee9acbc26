/**
 * Samples of a model, or anybody's pictures, measured against a data set's test examples, beside what real
 * ones get: those of the validation split.
 *
 * @module
 */
import type { Dataset } from "../lab/core/dataset.ts";
import { InputError } from "../lab/core/errors.ts";
import type { LabEvent } from "../lab/core/metrics.ts";
import { sizeOf } from "../lab/core/tensor_data.ts";
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

/** Measures by the classes that a network names. */
const CLASSIFIED: ReadonlySet<ScoreName> = new Set([
  "inception-score",
  "recognised",
  "asked-class",
]);

/** One figure. */
export interface Score {
  readonly name: string;
  readonly value: number;
  /** The same figure of as many validation images, or all; left out where there are too few of them. */
  readonly real?: number;
}

/** Examples whose distances to each other are taken for `likeness`, as at an evaluation. */
const COMPARED = 1000;
/** Fewest pictures that have a spread in each direction, and neighbours. */
const FEWEST = 10;

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
  dataset: Dataset,
  network: FeatureNetwork,
  names: readonly ScoreName[],
  asked?: Uint8Array,
): Promise<{ readonly scores: Score[]; readonly notes: LabEvent[] }> {
  const size = sizeOf(dataset.shape);
  const { train, validation, test, classes } = dataset;
  const samples = values.length / size;
  requireEnough(dataset, samples);
  const seen = { samples: await network.see(values), test: await network.see(test.values) };
  const [isRecognised, byClass] = [names.includes("recognised"), names.includes("asked-class")];
  if (byClass && asked === undefined) {
    throw new InputError(
      "Cannot measure asked-class as the images must be samples of a run that has evaluation/asked_class",
    );
  }
  const ofClasses = names.find((name) => CLASSIFIED.has(name));
  if (ofClasses !== undefined && seen.samples.probabilities === undefined) {
    throw new InputError(
      `Cannot measure ${ofClasses} as ${network.of} must classify: it has features alone`,
    );
  }
  const compared = Math.min(samples, validation.count);
  const others = compared < FEWEST
    ? undefined
    : await network.see(validation.values.subarray(0, compared * size));
  const real = realFeatures(seen.test);
  const few = ({ features, size }: Seen) =>
    neighborhoods(features.subarray(0, COMPARED * size), size);
  const learned = names.includes("likeness") ? await network.see(train.values) : undefined;
  const among = learned && few(seen.test);
  const measured = (images: Seen, labels?: Uint8Array): Record<string, number> => {
    const inFeatures = featureMeasures(images, real, network.name);
    const wanted = Object.entries(inFeatures).filter(([name]) =>
      names.some((each) => name.startsWith(each.replace("-", "_")))
    );
    const named = {
      ...isRecognised && { recognised: recognisedOf(images) },
      ...byClass && { asked_class: accuracyOf(images.probabilities!, labels!, classes!) },
    };
    if (learned === undefined) return { ...Object.fromEntries(wanted), ...named };
    const { energyDistance, ...shares } = likeness(few(images), among!);
    const searched = images.features.subarray(0, COMPARED / 4 * images.size);
    return {
      ...Object.fromEntries(wanted),
      energy_distance: energyDistance,
      ...shares,
      nearest_train: meanNearestDistance(searched, learned.features, images.size),
      ...named,
    };
  };
  const found = measured(seen.samples, asked);
  const best = others && measured(others, validation.labels?.subarray(0, compared));
  const notes = featureNotes(
    { size: real.size, samples, real: test.count },
    { network: network.name, of: network.of, resize: network.resize },
  );
  notes.push(...notesOnReal(dataset, samples, "a higher FID, and "));
  return { scores: beside(found, best), notes };
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
  dataset: Dataset,
): Promise<{ readonly scores: Score[]; readonly notes: LabEvent[] }> {
  const samples = values.length / sizeOf(dataset.shape);
  requireEnough(dataset, samples);
  const measures = yardstick(dataset, samples);
  const best = dataset.validation.count < FEWEST ? undefined : await measures.ceilings();
  return {
    scores: beside(await measures.measure(values), best),
    notes: [
      {
        level: "info",
        message: `measured between ${
          nameOf(dataset)
        } as they are: images with classes alone have a judge`,
      },
      ...notesOnReal(dataset, samples),
    ],
  };
}

/** Figures with those of real examples, where they are measured. */
function beside(
  found: Readonly<Record<string, number>>,
  best: Readonly<Record<string, number>> | undefined,
): Score[] {
  return Object.entries(found).map(([name, value]) => ({
    ...{ name, value },
    ...best && { real: best[name] },
  }));
}

/** What examples of a data set are called. */
const nameOf = ({ kind }: Dataset) => kind === "text" ? "texts" : kind;

/** @throws InputError where there are too few samples, or examples to hold them against. */
function requireEnough(dataset: Dataset, samples: number): void {
  const name = nameOf(dataset);
  for (const [what, count] of [[name, samples], [`test ${name}`, dataset.test.count]] as const) {
    if (count >= FEWEST) continue;
    throw new InputError(`Cannot score as there must be ${FEWEST} ${what} at least: ${count}`);
  }
}

/**
 * What is to be said of how many real examples are measured beside so many samples.
 *
 * @param also What else than a lower coverage and recall fewer of them have.
 */
function notesOnReal(dataset: Dataset, samples: number, also = ""): LabEvent[] {
  const name = nameOf(dataset);
  const { count } = dataset.validation;
  if (count < FEWEST) {
    const message = `what real ${name} get is not measured as there must be ${FEWEST} validation ` +
      `${name} at least: ${count}`;
    return [{ level: "warning", message }];
  }
  if (count >= samples) return [];
  const message = `of real ${name} ${count} are measured beside ${samples}: fewer ${name} have ` +
    `${also}a lower coverage and recall`;
  return [{ level: "info", message }];
}

/** The share of images whose class a classifier is sure of, whichever classes it knows. */
function recognisedOf({ probabilities, features, size }: Seen): number {
  const count = features.length / size;
  return recognition(probabilities!, probabilities!.length / count).recognised;
}
