/** Black and white pixels of greys. @module */
import type { Dataset } from "../../lab/core/dataset.ts";
import { type Generator, streamOf } from "../../lab/core/random.ts";

/** 1 with the probability that a grey in [0, 1] says, else 0. */
export function binarized(greys: Float32Array, random: Generator): Float32Array {
  return greys.map((grey) => random.random() < grey ? 1 : 0);
}

/** The same as all runs on a data set see it: drawn by its seed, the first greys always alike. */
export function binarizedBy({ seed }: Pick<Dataset, "seed">, greys: Float32Array): Float32Array {
  return binarized(greys, streamOf(seed, "binarize"));
}
