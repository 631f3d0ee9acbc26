/**
 * Samples against real images in the features of a network: FID, KID and Inception Score. Features are
 * part of the name: a distance in one network's says nothing beside one in another's.
 *
 * @module
 */
import type { LabEvent } from "../../lab/core/metrics.ts";
import { frechetDistance, type Moments, momentsOf } from "./frechet.ts";
import { inceptionScore } from "./inception_score.ts";
import { kernelDistance, meanKernel } from "./kernel_distance.ts";

/** What a network makes of images. */
export interface Seen {
  /** [count, size] */
  readonly features: Float32Array;
  readonly size: number;
  /** [count, classes], of a network that classifies. */
  readonly probabilities?: Float32Array;
}

/** Real images to compare with, and what is known of them alone. */
export interface RealFeatures {
  readonly features: Float32Array;
  readonly size: number;
  readonly moments: Moments;
  /** Mean kernel of two of them. */
  readonly kernel: number;
}

/** Makes ready for comparisons. */
export function realFeatures({ features, size }: Seen): RealFeatures {
  const kernel = meanKernel(features, size);
  return { features, size, moments: momentsOf(features, size), kernel };
}

/** The names of the measures, in the features of `network`: `fid_glyphs`. */
export function featureMeasureNames(network: string): Record<"fid" | "kid" | "score", string> {
  const suffix = network.replace(/[^a-z0-9]+/gi, "_").toLowerCase();
  return {
    fid: `fid_${suffix}`,
    kid: `kid_${suffix}`,
    score: `inception_score_${suffix}`,
  };
}

/** FID and KID by their names, and the Inception Score where the network classifies. */
export function featureMeasures(
  { features, size, probabilities }: Seen,
  real: RealFeatures,
  network: string,
): Record<string, number> {
  const names = featureMeasureNames(network);
  const classes = probabilities && probabilities.length / (features.length / size);
  return {
    [names.fid]: frechetDistance(momentsOf(features, size), real.moments),
    [names.kid]: kernelDistance(features, real.features, size, real.kernel),
    ...probabilities && { [names.score]: inceptionScore(probabilities, classes!) },
  };
}

/**
 * How the measures came about, which belongs beside them: features, numbers of images, resizing; and a
 * warning where there are fewer images than features, as the Fréchet distance is then biased.
 *
 * @param resize What became of the images on their way into the network.
 */
export function featureNotes(
  { size, samples, real }: Record<"size" | "samples" | "real", number>,
  { network, of, resize }: Record<"network" | "of" | "resize", string>,
): LabEvent[] {
  const { fid, kid } = featureMeasureNames(network);
  const number = (count: number) => count.toLocaleString("en");
  const told = `${fid} and ${kid} compare ${number(samples)} samples with ${number(real)} test ` +
    `images in ${number(size)} features of ${of}, ${resize}`;
  const fewest = Math.min(samples, real);
  if (fewest >= size) return [{ level: "info", message: told }];
  const message = `${fid} is too high by chance as there are fewer images than features: ` +
    `${number(fewest)} of ${number(size)}`;
  return [{ level: "info", message: told }, { level: "warning", message }];
}
