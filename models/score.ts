/**
 * Pictures, of a model or of anybody, measured against a data set's test images, beside what real ones
 * get: those of the validation split.
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
  for (const [what, count] of [["pictures", samples], ["test images", test.count]]) {
    if (Number(count) < FEWEST) {
      throw new InputError(`Cannot score as there must be ${FEWEST} ${what} at least: ${count}`);
    }
  }
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
  if (best === undefined) {
    const message = `what real images get is not measured as there must be ${FEWEST} validation ` +
      `images at least: ${validation.count}`;
    notes.push({ level: "warning", message });
  } else if (compared < samples) {
    const message =
      `of real images ${compared} are measured beside ${samples}: fewer images have a ` +
      "higher FID, and a lower coverage and recall";
    notes.push({ level: "info", message });
  }
  return {
    scores: Object.entries(found).map(([name, value]) => ({
      ...{ name, value },
      ...best && { real: best[name] },
    })),
    notes,
  };
}

/** The share of images whose class a classifier is sure of, whichever classes it knows. */
function recognisedOf({ probabilities, features, size }: Seen): number {
  const count = features.length / size;
  return recognition(probabilities!, probabilities!.length / count).recognised;
}
