/**
 * What samples are measured by: a data set's test split, its judge, its mixture. The same measures of
 * real examples that are not of the test split say how far a perfect model gets: their ceiling.
 *
 * @module
 */
import type { Dataset } from "../lab/core/dataset.ts";
import type { LabEvent } from "../lab/core/metrics.ts";
import { streamOf } from "../lab/core/random.ts";
import { sizeOf } from "../lab/core/tensor_data.ts";
import type { Judge } from "./judge.ts";
import { featureMeasures, featureNotes, realFeatures } from "./metrics/feature_measures.ts";
import {
  likeness,
  meanNearestDistance,
  type Neighborhoods,
  neighborhoods,
} from "./metrics/likeness.ts";
import { evenness, modeCoverage, reverseKl } from "./metrics/mode_coverage.ts";
import { recognition } from "./metrics/recognition.ts";
import { directionsOf, projectionsOf, slicedWasserstein } from "./metrics/sliced_wasserstein.ts";
import { trigramDistance } from "./metrics/text.ts";

/** Measures by name. */
type Measures = Readonly<Record<string, number>>;

/** The measures of one data set. */
export interface Yardstick {
  /** Samples [count, D] against the test split. */
  measure(values: Float32Array): Promise<Measures>;
  /** The same measures of as many of the validation split's examples. */
  ceilings(): Promise<Measures>;
  /** How the measures come about. */
  notes(): Promise<LabEvent[]>;
  /** The energy distance of samples [count, D] to the validation split, of text that of its trigrams,
   * to choose by. */
  distanceToChooseBy(values: Float32Array): Promise<number>;
}

/** Examples whose distances to each other are taken. */
const COMPARED = { images: 1000, points: 2500, sequences: 1000, text: 1000 };
/** Directions that points are projected on. */
const DIRECTIONS = 64;
/** Fewest examples of a split that have a distance to each other. */
const FEWEST = 2;
/** Examples whose nearest one is looked for in the training split. */
const SEARCHED = 250;

/**
 * The measures of a data set. Distances are taken between the judge's features where there is one,
 * else between the examples as they are.
 *
 * @param samples How many are measured. Ceilings are of as many examples, or of all where the validation
 * split has fewer, as most measures hang on the number.
 */
export function yardstick(dataset: Dataset, samples: number, judge?: Judge): Yardstick {
  if (dataset.kind === "text") return textYardstick(dataset, samples);
  const { train, validation, test, mixture, classes } = dataset;
  const size = sizeOf(dataset.shape);
  const first = (values: Float32Array, count: number) => values.subarray(0, count * size);
  const inSpace = (values: Float32Array) => (
    judge === undefined ? Promise.resolve(values) : judge.features(values)
  );
  const around = async (values: Float32Array) => {
    const compared = first(values, COMPARED[dataset.kind]);
    const space = await inSpace(compared);
    return neighborhoods(space, space.length / (compared.length / size));
  };
  const directions = directionsOf(streamOf(dataset.seed, "measure/directions"), DIRECTIONS, size);
  const project = (points: Float32Array) => projectionsOf(points, directions, size);
  const asFeatures = ({ values, dimensions }: Neighborhoods) => (
    { features: values, size: dimensions }
  );
  const real = once(() => around(test.values));
  const features = once(async () => realFeatures(asFeatures(await real())));
  const known = {
    train: once(() => inSpace(train.values)),
    validation: once(() => around(validation.values)),
    test: real,
    features,
    projections: once(() => Promise.resolve(project(test.values))),
    ceilings: once(() => measure(first(validation.values, samples))),
  };

  async function measure(values: Float32Array): Promise<Measures> {
    const samples = await around(values);
    const reference = await known.test();
    const { energyDistance, ...shares } = likeness(samples, reference);
    const { dimensions } = samples;
    const probabilities = await judge?.probabilities(values);
    const searched = samples.values.subarray(0, SEARCHED * dimensions);
    return {
      energy_distance: energyDistance,
      // Examples that are all alike have no distance to measure by.
      ...reference.spread > 0 && { diversity: samples.spread / reference.spread },
      ...shares,
      nearest_train: meanNearestDistance(searched, await known.train(), dimensions),
      ...probabilities && {
        ...classMeasures(probabilities, test.labels!, classes!),
        ...featureMeasures(
          {
            ...asFeatures(samples),
            probabilities: probabilities.subarray(0, samples.count * classes!),
          },
          await known.features(),
          dataset.name,
        ),
      },
      ...dataset.kind === "points" && {
        sliced_wasserstein: slicedWasserstein(project(values), await known.projections()),
      },
      ...mixture && modeMeasures(values, size, mixture),
    };
  }

  const distanceToChooseBy = async (values: Float32Array) =>
    likeness(await around(values), await known.validation()).energyDistance;
  const few = Object.entries({ test, validation }).find(([, { count }]) => count < FEWEST);
  if (few !== undefined) {
    const [part, { count }] = few;
    const message = `samples are not measured as the ${part} split must have ${FEWEST} examples ` +
      `at least: ${count}`;
    return {
      measure: () => Promise.resolve({}),
      ceilings: () => Promise.resolve({}),
      notes: () => Promise.resolve([{ level: "warning", message }]),
      distanceToChooseBy,
    };
  }
  return {
    measure,
    ceilings: known.ceilings,
    notes: async () => {
      if (judge === undefined) return [];
      const { size, moments: { count } } = await known.features();
      return featureNotes(
        { size, samples: Math.min(samples, COMPARED[dataset.kind]), real: count },
        { network: dataset.name, of: "the judge", resize: "without resizing" },
      );
    },
    distanceToChooseBy,
  };
}

/**
 * Of text: how often the runs of three characters differ from those of the test split, and where the
 * distribution is known the share of samples that it can give.
 */
function textYardstick(
  { shape, validation, test, logDensity }: Dataset,
  samples: number,
): Yardstick {
  const distance = (values: Float32Array, others: Float32Array) =>
    trigramDistance(values, others, sizeOf(shape));
  const measure = (values: Float32Array): Promise<Measures> => {
    const density = logDensity?.(values);
    const possible = density?.filter((value) => value > -Infinity).length ?? 0;
    return Promise.resolve({
      trigram_distance: distance(values, test.values),
      ...density && { possible: possible / density.length },
    });
  };
  return {
    measure,
    ceilings: once(() => measure(validation.values.subarray(0, samples * sizeOf(shape)))),
    notes: () => Promise.resolve([]),
    distanceToChooseBy: (values) => Promise.resolve(distance(values, validation.values)),
  };
}

/** How surely a judge names samples, and whether as often as the data have each class. */
function classMeasures(
  probabilities: Float32Array,
  labels: Uint8Array,
  classes: number,
): Measures {
  const { recognised, classShares } = recognition(probabilities, classes);
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label]++;
  return {
    recognised,
    class_share_min: Math.min(...classShares),
    class_entropy: evenness(classShares),
    // Of a class that the test split lacks nothing can be expected.
    ...counts.every((count) => count > 0) && { class_reverse_kl: reverseKl(classShares, counts) },
    ...dominant(classShares),
  };
}

function modeMeasures(
  values: Float32Array,
  dimensions: number,
  { centers, deviation }: NonNullable<Dataset["mixture"]>,
): Measures {
  const found = modeCoverage(values, centers, dimensions, deviation);
  return {
    modes: found.modes,
    mode_share_min: Math.min(...found.shares),
    high_quality: found.highQuality,
    mode_reverse_kl: reverseKl(found.shares, found.shares.map(() => 1)),
    mode_spread: found.spread,
    ...dominant(found.shares),
  };
}

/** The class or mode that most samples are of, and their share of all. */
function dominant(shares: Float64Array): Measures {
  const dominant_share = Math.max(...shares);
  return { dominant: shares.indexOf(dominant_share), dominant_share };
}

/** Makes a value when it is first asked for. */
function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => made ??= make();
}
