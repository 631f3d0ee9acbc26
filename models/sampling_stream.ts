/**
 * The one stream that samples of a seed are drawn by, on the command line and in pages.
 *
 * @module
 */
import { type Generator, type Seed, streamOf } from "../lab/core/random.ts";

/** What samples of a seed are drawn by: as many of the same model are the same samples everywhere. */
export function samplingStream(seed: Seed): Generator {
  return streamOf(seed, "samples");
}
